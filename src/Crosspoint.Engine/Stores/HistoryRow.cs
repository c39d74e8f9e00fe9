namespace Crosspoint.Engine.Stores;

/// <summary>What happened in a cell in a minute or an hour, or is to be added to that.</summary>
/// <param name="At">When it began: wall time in microseconds.</param>
/// <param name="Sent">Messages that were sent in it.</param>
/// <param name="Delivered">Of those, however late.</param>
/// <param name="Undelivered">Of those, however late.</param>
/// <param name="Body">All else that happened in it, in the form of its owner; empty for nothing.</param>
public readonly record struct HistoryRow(HistoryCell Cell, long At, long Sent, long Delivered, long Undelivered, ReadOnlyMemory<byte> Body);
