using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Stores;

/// <summary>Reads of committed messages. Every message returned is a private copy.</summary>
public interface IMessageReader
{
    /// <summary>The message with that id (key and random part must both match), or null.</summary>
    ValueTask<Message?> FindAsync(MessageId id, CancellationToken cancellationToken);

    /// <summary>
    /// The message with that key, or null. For ids that hold no random part (SMPP customers' short forms): the caller checks whose it is.
    /// </summary>
    ValueTask<Message?> FindAsync(long key, CancellationToken cancellationToken);

    /// <summary>The messages with those keys, in the order of the keys; what is not there is left out. Reads back what waits on disk.</summary>
    ValueTask<IReadOnlyList<Message>> FindManyAsync(IReadOnlyList<long> keys, CancellationToken cancellationToken);

    /// <summary>
    /// Messages that pass a filter, newest first. What one call looks at is bounded: a page may be short, even empty, and its cursor goes on.
    /// </summary>
    ValueTask<MessagePage> ListAsync(MessageQuery query, CancellationToken cancellationToken);

    /// <summary>
    /// Adds outbound messages, copies for test connections aside, that were accepted in [<paramref name="fromMicros"/>, <paramref name="beforeMicros"/>) to a list, of all accounts, in
    /// the order of their keys: those of some thousand rows, which may be none. Nobody waits for it: while much is to be written it holds its breath.
    /// </summary>
    /// <param name="afterKey">Only keys above it: what the call before returned, 0 for the first.</param>
    /// <returns>The key up to which it looked; null when nothing is left.</returns>
    ValueTask<long?> ReadPastAsync(long fromMicros, long beforeMicros, long afterKey, List<PastMessage> page, CancellationToken cancellationToken);

    /// <summary>
    /// Open messages with a key greater than <paramref name="afterKey"/>, oldest first, at most <paramref name="limit"/>.
    /// Used at start, and to refill queues that hold only the head of a backlog.
    /// </summary>
    ValueTask<IReadOnlyList<Message>> ListOpenAsync(long afterKey, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// Open messages whose validity ends in (<paramref name="afterMicros"/>, <paramref name="untilMicros"/>], in that order, at most
    /// <paramref name="limit"/>.
    /// </summary>
    ValueTask<IReadOnlyList<Message>> ListOpenByValidityAsync(
        long afterMicros, long untilMicros, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// Inbound parts older than the given time, for messages that never became whole; grouped by <see cref="InboundPart.PartKey"/>.
    /// </summary>
    ValueTask<IReadOnlyList<InboundPart>> ListStalePartsAsync(long beforeMicros, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// The marks whose names begin so (ASCII), without those that are forgotten. A mark is kept as long as messages of the time at which it
    /// was written.
    /// </summary>
    ValueTask<IReadOnlyList<KeyValuePair<string, long>>> ListMarksAsync(string prefix, CancellationToken cancellationToken);

    /// <summary>Counts for monitoring: parked receipts, orphans, bytes on disk.</summary>
    ValueTask<JournalCounts> CountAsync(CancellationToken cancellationToken);
}

/// <summary>One page.</summary>
/// <param name="NextBeforeKey">The cursor of the next page, or null on the last one.</param>
public sealed record MessagePage(IReadOnlyList<Message> Messages, long? NextBeforeKey);

public sealed record JournalCounts(long ParkedReceipts, long Orphans, long OpenMessages, long BytesOnDisk);
