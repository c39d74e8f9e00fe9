namespace Crosspoint.Engine.Stores;

/// <summary>A part of the stored rows of health.</summary>
/// <param name="Rows">In the order of their time; all of a time that is among them.</param>
/// <param name="Next">Where the next part begins, wall time in microseconds; null when this was the last.</param>
public sealed record HistorySlice(IReadOnlyList<HistoryRow> Rows, long? Next);
