namespace Crosspoint.Engine.Stores;

/// <summary>
/// The long view of health: rows of minutes, and rows of hours that are put together from them. Every write is one transaction, durable before it is
/// answered, and done whole or not at all. Not for the hot path.
/// </summary>
public interface IHistoryStore
{
    /// <summary>Stored bodies that could not be read since the start, and were left out of what was added to them or put together of them.</summary>
    long Damaged { get; }

    /// <summary>
    /// Adds minutes to what is there of them, and to their hours where those were put together already. What became of messages alone is dropped where
    /// nothing is there of their minute any more.
    /// </summary>
    ValueTask<HealthWrite> AddMinutesAsync(IReadOnlyList<HistoryRow> minutes, CancellationToken cancellationToken);

    /// <summary>Puts a part of the oldest hour together that is not yet, and ended before a time. It is to be asked again while there is more.</summary>
    /// <param name="before">Wall time in microseconds.</param>
    ValueTask<(HealthWrite Written, bool IsMore)> RollUpAsync(long before, CancellationToken cancellationToken);

    /// <summary>
    /// Deletes minutes that were put together to hours, and hours, that began before a time: an hour of minutes and a day of hours at once, so that it takes
    /// a while after keeping less was asked for.
    /// </summary>
    ValueTask<HealthWrite> PruneHistoryAsync(long minutesBefore, long hoursBefore, CancellationToken cancellationToken);

    /// <summary>
    /// A part of the rows that begin in a span of time: minutes; or hours, and of those that were not put together yet the minutes.
    /// </summary>
    /// <param name="from">Wall time in microseconds, included.</param>
    /// <param name="before">Wall time in microseconds, not included.</param>
    ValueTask<HistorySlice> ReadHistoryAsync(bool isHours, long from, long before, HistoryFilter filter, CancellationToken cancellationToken);
}
