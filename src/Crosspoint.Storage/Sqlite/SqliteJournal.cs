using System.Diagnostics.Metrics;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Storage.Sqlite;

/// <summary>
/// The journal on SQLite: a log that commits reach first, one file per period of time, one thread that writes, many that read
/// (docs/adr/0002-journal-layout.md, docs/adr/0011-commit-log.md).
/// </summary>
public sealed partial class SqliteJournal : IJournal
{
    private readonly DirectoryLock _lock;
    private readonly Sequencer _sequencer;
    private readonly JournalReader _reader;
    private readonly SqliteEventLog _events;
    private readonly CancellationTokenSource _closing = new();
    private Task _startReading = Task.CompletedTask;
    private bool _isDisposed;

    private SqliteJournal(DirectoryLock directoryLock, Sequencer sequencer, JournalReader reader, SqliteEventLog events)
    {
        _events = events;
        _lock = directoryLock;
        _sequencer = sequencer;
        _reader = reader;
    }

    public int QueueDepth => _sequencer.Depth;

    public IEventLog Events => _events;

    public JournalHealth Health => _sequencer.Health;

    public Task Broken => _sequencer.Broken;

    /// <summary>Octets written to the commit log and to write-ahead logs since the start.</summary>
    internal long LogBytesWritten => _sequencer.LogBytesWritten;

    /// <summary>
    /// Entries of vendor ids and of parked receipts that look-ups went through since the start. The sequencer's own: to be read while
    /// nothing waits.
    /// </summary>
    internal long EntriesSeen => _sequencer.EntriesSeen;

    /// <summary>Queries for parked receipts since the start; to be read likewise.</summary>
    internal long ParkedQueries => _sequencer.ParkedQueries;

    /// <summary>
    /// Opens the journal, making or upgrading what is needed. After a crash SQLite recovers each file here, and what was in the commit log
    /// goes into them.
    /// </summary>
    /// <param name="meters">Where its instruments are made; null for a meter of their own.</param>
    /// <exception cref="InvalidOperationException">Another process has it open, or a file is from a newer program.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static ValueTask<SqliteJournal> OpenAsync(
        SqliteJournalOptions options,
        TimeProvider time,
        ILogger<SqliteJournal> logger,
        IMeterFactory? meters,
        CancellationToken cancellationToken)
    {
        options.Validate();
        return new(Task.Run(() => Open(options, time, logger, meters, cancellationToken), cancellationToken));
    }

    public void Enqueue(Transition transition) => _sequencer.Enqueue(transition);

    public ValueTask<Message?> FindAsync(long key, CancellationToken cancellationToken) => _reader.FindAsync(key, cancellationToken);

    public ValueTask<IReadOnlyList<Message>> FindManyAsync(IReadOnlyList<long> keys, CancellationToken cancellationToken) =>
        _reader.FindManyAsync(keys, cancellationToken);

    public ValueTask<Message?> FindAsync(MessageId id, CancellationToken cancellationToken) => _reader.FindAsync(id, cancellationToken);

    public ValueTask<MessagePage> ListAsync(MessageQuery query, CancellationToken cancellationToken) =>
        _reader.ListAsync(query, cancellationToken);

    public ValueTask<long?> ReadPastAsync(
        long fromMicros, long beforeMicros, long afterKey, List<PastMessage> page, CancellationToken cancellationToken) =>
        _reader.ReadPastAsync(fromMicros, beforeMicros, afterKey, page, cancellationToken);

    public ValueTask<IReadOnlyList<Message>> ListOpenAsync(long afterKey, int limit, CancellationToken cancellationToken) =>
        _reader.ListOpenAsync(afterKey, limit, cancellationToken);

    public ValueTask<IReadOnlyList<Message>> ListOpenByValidityAsync(
        long afterMicros, long untilMicros, int limit, CancellationToken cancellationToken) =>
        _reader.ListOpenByValidityAsync(afterMicros, untilMicros, limit, cancellationToken);

    public ValueTask<IReadOnlyList<InboundPart>> ListStalePartsAsync(long beforeMicros, int limit, CancellationToken cancellationToken) =>
        _reader.ListStalePartsAsync(beforeMicros, limit, cancellationToken);

    public ValueTask<IReadOnlyList<KeyValuePair<string, long>>> ListMarksAsync(string prefix, CancellationToken cancellationToken) =>
        _reader.ListMarksAsync(prefix, cancellationToken);

    public ValueTask<JournalCounts> CountAsync(CancellationToken cancellationToken) => _reader.CountAsync(cancellationToken);

    public Task CloseAsync(CancellationToken cancellationToken) => _sequencer.CloseAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        await CloseAsync(CancellationToken.None).ConfigureAwait(false);
        await _closing.CancelAsync().ConfigureAwait(false);
        await _startReading.ConfigureAwait(false);
        _closing.Dispose();
        _reader.Dispose();
        _lock.Dispose();
    }

    private static SqliteJournal Open(
        SqliteJournalOptions options,
        TimeProvider time,
        ILogger<SqliteJournal> logger,
        IMeterFactory? meters,
        CancellationToken cancellationToken)
    {
        long started = time.GetTimestamp();
        Directory.CreateDirectory(options.Directory);
        DirectoryLock directoryLock = DirectoryLock.Take(options.Directory);
        CommitLog? log = null;
        try
        {
            SliceCatalog catalog = SliceCatalog.Open(options);
            log = CommitLog.Open(options);
            var numbers = new EventNumbers();
            var group = new JournalGroup(catalog, log, new(options.CacheMessages), numbers, options, time);
            foreach (Slice slice in catalog.Current)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Inspect(slice, options, time, group);
                numbers.StartAfter(slice.LastEvent);
                log.StartAfter(slice.Applied);
            }

            numbers.NoteInFiles();
            foreach (CommitLog.Record record in log.Read()) group.Load(record, isStart: true);
            var reserve = new SpaceReserve(options.Directory, options.ReserveBytes);
            var sequencer = new Sequencer(options, time, logger, new(meters), catalog, log, group, reserve);
            sequencer.Recover();
            reserve.TrySetAside();
            var reader = new JournalReader(catalog, sequencer, options, time);
            var journal = new SqliteJournal(directoryLock, sequencer, reader, new(catalog, sequencer, reader, numbers, options, time));
            sequencer.Start();
            journal.StartReading(catalog, options, time, logger);
            Log.Opened(logger, options.Directory, catalog.Current.Length, (long)time.GetElapsedTime(started).TotalMilliseconds);
            return journal;
        }
        catch
        {
            log?.Dispose();
            directoryLock.Dispose();
            throw;
        }
    }

    /// <summary>Recovers and upgrades a file, and notes what later look-ups want to know.</summary>
    private static void Inspect(Slice slice, SqliteJournalOptions options, TimeProvider time, JournalGroup group)
    {
        using SqliteDatabase database = SliceWriter.OpenDatabase(slice.Path, options);

        // What a crash left in its log; a file that nobody writes to any more would keep it for ever.
        if (File.Exists(slice.Path + "-wal")) TryCheckpoint(database);
        group.StartAfter(database.QueryInt64("SELECT max(key) FROM messages"));
        long lastPart = database.QueryInt64("SELECT coalesce(max(id), -1) FROM correlation_runs");
        slice.Ids = new() { StoredRuns = (int)(lastPart >> SliceIds.PartBits) + 1 };
        slice.Applied = database.QueryInt64($"SELECT value FROM marks WHERE name = '{SliceWriter.AppliedMark}'");
        slice.HasParked = database.QueryInt64("SELECT EXISTS (SELECT 1 FROM parked)") != 0;
        slice.HasOrphans = database.QueryInt64("SELECT EXISTS (SELECT 1 FROM orphans)") != 0;
        slice.HasParts = database.QueryInt64("SELECT EXISTS (SELECT 1 FROM inbound_parts)") != 0;
        InspectEvents(slice, database);
        if (!slice.HasParked) return;
        using SqliteStatement parked = database.Prepare("SELECT grp, id, text_id, at FROM parked WHERE at >= ?1");
        parked.Bind(1, time.GetUtcMicros() - Micros.From(options.ParkedFor));
        while (parked.Step())
        {
            string name = parked.GetText(0)!;
            group.NoteParked(name, parked.GetText(1)!, parked.GetInt64(3));
            if (parked.GetText(2) is { } textId) group.NoteParked(name, textId, parked.GetInt64(3));
        }
    }

    private static void TryCheckpoint(SqliteDatabase database)
    {
        try
        {
            database.Checkpoint(truncate: true);
        }
        catch (SqliteFaultException fault) when (fault.IsDiskFull)
        {
            // The log holds everything, and a gateway on a full disk is still to be started.
        }
    }

    private static void InspectEvents(Slice slice, SqliteDatabase database)
    {
        using SqliteStatement newest = database.Prepare("SELECT first, entries FROM event_log ORDER BY first DESC LIMIT 1");
        if (!newest.Step()) return;
        long last = newest.GetInt64(0);
        var codec = new EventEntryCodec(last);
        ReadOnlySpan<byte> entries = newest.GetBlob(1);
        while (codec.TryRead(ref entries, out EventEntry entry)) last = entry.Sequence;
        slice.NoteEvents(database.QueryInt64("SELECT min(first) FROM event_log"), last);
    }

    private void StartReading(SliceCatalog catalog, SqliteJournalOptions options, TimeProvider time, ILogger logger)
    {
        long oldest = (time.GetUtcNow() - options.CorrelationWindow).ToUnixTimeMilliseconds();
        Slice[] slices = Array.FindAll(catalog.Current, slice => slice.EndMilliseconds >= oldest);
        CancellationToken closing = _closing.Token;
        _startReading = Task.Run(
            () =>
            {
                try
                {
                    _reader.ReadVendorIds(slices, closing);
                }
                catch (OperationCanceledException)
                {
                    // The journal closes.
                }
                catch (Exception exception)
                {
                    // Without the filter every look-up goes to the file, which is slower and as right.
                    Log.FilterFailed(logger, exception);
                }
            },
            CancellationToken.None);
    }

    private static partial class Log
    {
        [LoggerMessage(3000, LogLevel.Information, "Opened the journal in {Directory}: {Slices} files, {Milliseconds} ms")]
        public static partial void Opened(ILogger logger, string directory, int slices, long milliseconds);

        [LoggerMessage(3007, LogLevel.Warning, "The vendor ids on disk could not be read ahead; receipts are looked up in every file")]
        public static partial void FilterFailed(ILogger logger, Exception exception);
    }
}
