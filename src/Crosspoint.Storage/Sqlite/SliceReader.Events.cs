using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Storage.Sqlite;

/// <summary>Reads of the event log.</summary>
internal sealed partial class SliceReader
{
    private SqliteStatement? _events;

    /// <summary>
    /// Adds the entries in (<paramref name="after"/>, <paramref name="upTo"/>] that may pass, in order, until there are
    /// <paramref name="most"/> in the list.
    /// </summary>
    public void ScanEvents(long after, long upTo, EventFilter filter, int slice, int most, List<JournalReader.FoundEvent> found)
    {
        long account = -1;
        if (filter.AccountSid is { } sid)
        {
            if (FindAccount(sid) is not { } id) return;
            account = id;
        }

        // The row that holds the first of them begins at or before it.
        _events ??= _database.Prepare(
            """
            SELECT first, entries FROM event_log
            WHERE first >= coalesce((SELECT max(first) FROM event_log WHERE first <= ?1), 0) AND first <= ?2 ORDER BY first
            """);
        int end = found.Count + most;
        try
        {
            _events.Bind(1, after + 1);
            _events.Bind(2, upTo);
            while (found.Count < end && _events.Step())
            {
                var codec = new EventEntryCodec(_events.GetInt64(0));
                ReadOnlySpan<byte> entries = _events.GetBlob(1);
                while (codec.TryRead(ref entries, out EventEntry entry) && entry.Sequence <= upTo && found.Count < end)
                {
                    if (entry.Sequence <= after || (account >= 0 && entry.Account != account)) continue;
                    if (filter.MayPass(entry.Key, entry.Kind, entry.State)) found.Add(new(entry, slice));
                }
            }
        }
        finally
        {
            _events.Reset();
        }
    }

    /// <summary>The position stored under a name; null when this file has none.</summary>
    public long? FindPosition(string name)
    {
        using SqliteStatement mark = _database.Prepare("SELECT value FROM marks WHERE name = ?1");
        mark.Bind(1, SliceWriter.PositionMark + name);
        return mark.Step() ? mark.GetInt64(0) : null;
    }
}
