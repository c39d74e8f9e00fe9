namespace Crosspoint.Engine.Stores;

/// <summary>Something that is kept about health: an incident, an alert, a silence.</summary>
/// <param name="Kind">What it is: a word of its owner's.</param>
/// <param name="Id">Unique within its kind.</param>
/// <param name="At">When it began, wall time in microseconds: lists are in this order.</param>
/// <param name="EndedAt">When it ended; 0 while it goes on. Retention counts from here.</param>
/// <param name="Body">What its owner wants to read again.</param>
public sealed record HealthRecord(string Kind, string Id, long At, long EndedAt, ReadOnlyMemory<byte> Body);
