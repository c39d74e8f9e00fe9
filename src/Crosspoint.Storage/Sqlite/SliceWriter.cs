using System.Globalization;
using System.Runtime.InteropServices;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Storage.Sqlite;

/// <summary>
/// The sequencer's connection to one slice, and what is committed to the log and not yet written here. It gathers over many groups and is
/// written in one transaction, so that a message which changes four times within a second costs one write of its row.
/// </summary>
internal sealed partial class SliceWriter : IDisposable
{
    // What the biggest transaction changes, so that no page reaches the log twice in one commit.
    private const int CacheKilobytes = 16_384;

    // Of the write-ahead log, before each page.
    private const int FrameHeader = 24;

    // From so many rows on, opening a value to write in place is cheaper than an UPDATE each.
    private const int ManyRows = 8;

    // Entries of one row of the event log: a reader takes whole rows.
    private const int EventsARow = 1_000;

    private readonly Slice _slice;
    private readonly SqliteJournalOptions _options;
    private readonly MessageBuffer _buffer = new();
    private readonly Dictionary<string, long> _accounts = new(StringComparer.Ordinal);
    private readonly List<InPlace> _inPlace = [];

    private readonly List<LiveMessage> _messages = [];
    private readonly List<LiveCorrelation> _correlations = [];
    private readonly List<PendingReceipt> _parked = [];
    private readonly List<OrphanPdu> _orphans = [];
    private readonly Dictionary<(string Account, string Key), IdempotencyRecord> _idempotent = [];
    private readonly Dictionary<string, PendingParts> _parts = [];
    private readonly Dictionary<string, long> _marks = [];
    private readonly List<PendingEvent> _events = [];
    private readonly HashSet<long> _takenParked = [];

    private SqliteDatabase? _database;
    private long _tickedGroup = -1;
    private int _maxPages;

    public SliceWriter(Slice slice, SqliteJournalOptions options)
    {
        _slice = slice;
        _options = options;
        if (slice.HasFile) Open();
    }

    /// <summary>Nothing can be read before the first transaction.</summary>
    public bool Exists => _database is not null;

    /// <summary>Number of the last group that needed this connection.</summary>
    public long LastGroup { get; set; }

    /// <summary>Ticks of the clock since this connection was last needed.</summary>
    public int IdleTicks { get; private set; }

    /// <summary>
    /// Octets in the write-ahead log since it was last copied into the file; about, as shared pages count once a transaction.
    /// </summary>
    public long LogBytes { get; private set; }

    /// <summary>Something is to be written.</summary>
    public bool HasWork => _messages.Count + _correlations.Count + _parked.Count + _orphans.Count + _idempotent.Count + _parts.Count
        + _marks.Count + _events.Count + _takenParked.Count > 0;

    /// <summary>Parked receipts that have no row yet, in the order in which they came, also those that were taken out since.</summary>
    public List<PendingReceipt> NewParked => _parked;

    public void Write(LiveMessage live) => _messages.Add(live);

    public void Write(LiveCorrelation correlation) => _correlations.Add(correlation);

    public void Write(PendingReceipt receipt) => _parked.Add(receipt);

    public void Write(OrphanPdu orphan) => _orphans.Add(orphan);

    public void Write(IdempotencyRecord record) => _idempotent[(record.Account, record.Key)] = record;

    public void Write(InboundPart part) => PartsOf(part.PartKey).Parts.Add(part);

    /// <summary>An event of a message that is written with it.</summary>
    public void Write(LiveMessage live, in EventEntry entry) => _events.Add(new(live, entry));

    public void Write(string mark, long value) => _marks[mark] = value;

    /// <summary>A receipt with a row is taken out.</summary>
    public void RemoveParked(long row) => _takenParked.Add(row);

    public void RemoveParts(string partKey)
    {
        if (!_slice.HasParts && !_parts.ContainsKey(partKey)) return;
        PendingParts pending = PartsOf(partKey);
        pending.IsRemoved = true;
        pending.Parts.Clear();
    }

    /// <summary>
    /// Writes and commits everything that was gathered. On a fault nothing of it is in the file, and the call can be made again.
    /// </summary>
    /// <param name="number">Of the commit log's last record: what is up to it is then in the file.</param>
    /// <returns>Octets written to the write-ahead log.</returns>
    public long Apply(long number, MessageCache cache)
    {
        if (_database is null) Open();
        Begin();
        try
        {
            WriteMessages();
            foreach (LiveCorrelation correlation in _correlations) WriteRow(correlation);
            foreach (PendingReceipt receipt in _parked) WriteRow(receipt);
            foreach (OrphanPdu orphan in _orphans) WriteRow(orphan);
            foreach (IdempotencyRecord record in _idempotent.Values) WriteRow(record);
            foreach ((string partKey, PendingParts parts) in _parts) WriteRows(partKey, parts);
            foreach ((string name, long value) in _marks) WriteMark(name, value);
            for (int at = 0; at < _events.Count; at += EventsARow) WriteEvents(at, Math.Min(_events.Count, at + EventsARow));
            foreach (long row in _takenParked)
            {
                _deleteParked!.Bind(1, row);
                _deleteParked.Run();
            }

            WriteMark(AppliedMark, number);
            _commit!.Run();
        }
        catch
        {
            RollBack();
            throw;
        }

        _slice.Applied = number;
        Settled(cache);
        Clear();
        return Count();
    }

    /// <summary>Forgets what was gathered.</summary>
    public void Clear()
    {
        _messages.Clear();
        _correlations.Clear();
        _parked.Clear();
        _orphans.Clear();
        _idempotent.Clear();
        _parts.Clear();
        _marks.Clear();
        _events.Clear();
        _takenParked.Clear();
    }

    /// <summary>Lets go of the messages that were gathered, which are then read anew.</summary>
    public void Evict(MessageCache cache)
    {
        foreach (LiveMessage live in _messages) cache.Remove(live);
    }

    /// <summary>Called once a tick: whether no group needed this connection since the last tick.</summary>
    public bool IsIdleAtTick()
    {
        IdleTicks = LastGroup == _tickedGroup ? IdleTicks + 1 : 0;
        _tickedGroup = LastGroup;
        return IdleTicks > 0;
    }

    public void Checkpoint(bool truncate)
    {
        if (_database is null) return;

        // A reader that is in the way is not waited for: the next group has work to do.
        _database.SetBusyTimeout(0);
        try
        {
            if (_database.Checkpoint(truncate)) LogBytes = 0;
        }
        finally
        {
            _database.SetBusyTimeout(BusyMilliseconds);
            _database.TakePagesWritten();
        }
    }

    public void Dispose()
    {
        CloseStatements();
        _database?.Dispose();
        _database = null;
    }

    private PendingParts PartsOf(string partKey)
    {
        if (!_parts.TryGetValue(partKey, out PendingParts? pending)) _parts.Add(partKey, pending = new());
        return pending;
    }

    /// <summary>After the commit: what is closed leaves memory.</summary>
    private void Settled(MessageCache cache)
    {
        if (_events.Count > 0) _slice.NoteEvents(_events[0].Entry.Sequence, _events[^1].Entry.Sequence);
        _slice.HasParked |= _parked.Count > 0;
        _slice.HasOrphans |= _orphans.Count > 0;
        _slice.HasParts |= _parts.Count > 0;
        foreach (LiveCorrelation correlation in _correlations)
        {
            if (!correlation.Owner.IsDeleted) _slice.Ids.Add(correlation.Hash, correlation.Owner.Key, correlation.Segment);
        }

        foreach (LiveMessage live in _messages)
        {
            if (live.StoredHead is null && !live.IsDeleted) _above++;
            live.IsPending = false;
            if (live.IsDeleted || !live.Message.IsOpen)
            {
                cache.Remove(live);
                continue;
            }

            live.StoredHead = live.Message.Head;
            live.Room = live.NextRoom;
            live.IsIndexed = live.Key <= IndexedKey;
        }
    }

    private long Count()
    {
        long bytes = _database!.TakePagesWritten() * (long)(_pageSize + FrameHeader);
        LogBytes += bytes;
        return bytes;
    }

    private void Begin()
    {
        if (_options.MaxPages != _maxPages)
        {
            _maxPages = _options.MaxPages;
            _database!.Execute(Pragma("max_page_count", _maxPages));
        }

        _begin!.Run();
    }

    private void RollBack()
    {
        // SQLite rolls some failures back by itself.
        if (_database!.IsInTransaction) _rollback!.Run();
        _accounts.Clear();
    }

    private void WriteMessages()
    {
        _buffer.Clear();
        _inPlace.Clear();
        foreach (LiveMessage live in _messages) WriteRow(live);
        if (_inPlace.Count == 0) return;
        using SqliteBlob progress = _database!.OpenBlob("messages", "progress", _inPlace[0].Key);
        progress.Write(_buffer.Written.Slice(_inPlace[0].Start, _inPlace[0].Length));
        for (int i = 1; i < _inPlace.Count; i++)
        {
            InPlace row = _inPlace[i];
            progress.Move(row.Key);
            progress.Write(_buffer.Written.Slice(row.Start, row.Length));
        }
    }

    /// <summary>
    /// Writes a row at once, or, when it only changes within its room, leaves the form in the buffer to be written in
    /// place.
    /// </summary>
    private void WriteRow(LiveMessage live)
    {
        if (live.IsDeleted)
        {
            if (live.StoredHead is not null) DeleteRow(live);
            return;
        }

        Message message = live.Message;
        bool isNew = live.StoredHead is null;
        bool withHead = !ReferenceEquals(live.StoredHead, message.Head);
        bool isOpen = message.IsOpen;
        int start = _buffer.Length;
        int room = !isNew ? live.Room : isOpen ? RowRoom.Estimate(message) : 0;
        MessageCodec.WriteProgress(message, _buffer, room);
        int length = _buffer.Length - start;
        if (length > room && !isNew)
        {
            _buffer.Truncate(start);
            MessageCodec.WriteProgress(message, _buffer, RowRoom.Grow(length));
            length = _buffer.Length - start;
        }

        live.NextRoom = length;
        if (isOpen && live.Key > IndexedKey) _slice.OpenAbove.Add(live.Key, message.Head.ValidUntil);
        WriteOpen(live, isOpen && live.Key <= IndexedKey);
        if (!withHead && length == live.Room && _messages.Count >= ManyRows)
        {
            _inPlace.Add(new(live.Key, start, length));
            return;
        }

        if (withHead) MessageCodec.WriteHead(message.Head, _buffer);
        ReadOnlySpan<byte> written = _buffer.Written[start..];
        SqliteStatement statement = isNew ? _insert! : withHead ? _updateAll! : _update!;
        statement.Bind(1, live.Key);
        statement.Bind(2, written[..length]);
        if (withHead) statement.Bind(3, written[length..]);
        if (isNew)
        {
            statement.Bind(4, AccountId(message.Head.AccountSid));
            statement.Bind(5, RecipientHash(message.Head.To));
        }

        statement.Run();
        _buffer.Truncate(start);
    }

    private void WriteOpen(LiveMessage live, bool isIndexed)
    {
        // The end of validity changes when the last part of a message comes, or its text is replaced.
        bool moves = isIndexed && live.IsIndexed && live.StoredHead!.ValidUntil != live.Message.Head.ValidUntil;
        if (isIndexed == live.IsIndexed && !moves) return;
        if (live.IsIndexed) Run(_removeOpen!, live.StoredHead!.ValidUntil, live.Key);
        if (isIndexed) Run(_addOpen!, live.Message.Head.ValidUntil, live.Key);

        static void Run(SqliteStatement statement, long until, long key)
        {
            statement.Bind(1, until);
            statement.Bind(2, key);
            statement.Run();
        }
    }

    private void DeleteRow(LiveMessage live)
    {
        WriteOpen(live, false);
        _delete!.Bind(1, live.Key);
        _delete.Run();
    }

    private void WriteRow(LiveCorrelation correlation)
    {
        if (correlation.Owner.IsDeleted) return;
        _correlate!.Bind(1, (long)correlation.Hash);
        _correlate.Bind(2, correlation.Owner.Key);
        _correlate.Bind(3, correlation.Segment);
        _correlate.Run();
    }

    private void WriteRow(PendingReceipt pending)
    {
        if (pending.IsTaken) return;
        ParkedReceipt receipt = pending.Receipt;
        _park!.Bind(1, receipt.Group);
        _park.Bind(2, VendorIds.Canonical(receipt.VendorId));
        _park.Bind(3, receipt.TextId is null ? null : VendorIds.Canonical(receipt.TextId));
        _park.Bind(4, receipt.At);
        _park.Bind(5, receipt.State);
        _park.Bind(6, receipt.Error);
        _park.Bind(7, receipt.Recipient);
        _park.Bind(8, receipt.Connection);
        _park.Bind(9, receipt.VendorId);
        _park.Bind(10, receipt.TextId);
        _park.Bind(11, (int)receipt.Format);
        _park.Run();
    }

    private void WriteRow(OrphanPdu orphan)
    {
        _keepOrphan!.Bind(1, orphan.Connection);
        _keepOrphan.Bind(2, orphan.At);
        _keepOrphan.Bind(3, orphan.Reason);
        _keepOrphan.Bind(4, orphan.Pdu);
        _keepOrphan.Run();
    }

    private void WriteRow(IdempotencyRecord record)
    {
        _putIdempotent!.Bind(1, record.Account);
        _putIdempotent.Bind(2, record.Key);
        _putIdempotent.Bind(3, record.At);
        _putIdempotent.Bind(4, record.BodyHash);
        _putIdempotent.Bind(5, MemoryMarshal.AsBytes(record.Keys.AsSpan()));
        if (record.Answer is null) _putIdempotent.BindNull(6);
        else _putIdempotent.Bind(6, record.Answer);
        _putIdempotent.Run();
    }

    private void WriteRows(string partKey, PendingParts pending)
    {
        if (pending.IsRemoved)
        {
            _deleteParts!.Bind(1, partKey);
            _deleteParts.Run();
        }

        foreach (InboundPart part in pending.Parts)
        {
            _addPart!.Bind(1, part.PartKey);
            _addPart.Bind(2, part.Number);
            _addPart.Bind(3, part.Total);
            _addPart.Bind(4, part.At);
            _addPart.Bind(5, part.Text);
            _addPart.Bind(6, part.Connection);
            _addPart.Bind(7, part.From);
            _addPart.Bind(8, part.To);
            _addPart.Run();
        }
    }

    /// <summary>One row for many events: what it costs does not grow with their number.</summary>
    private void WriteEvents(int from, int end)
    {
        _buffer.Clear();
        string? sid = null;
        long account = 0;
        long first = _events[from].Entry.Sequence;
        var codec = new EventEntryCodec(first);
        for (int i = from; i < end; i++)
        {
            PendingEvent pending = _events[i];
            string owner = pending.Live.Message.Head.AccountSid;
            if (!ReferenceEquals(sid, owner)) account = AccountId(sid = owner);
            codec.Write(_buffer, pending.Entry with { Account = account });
        }

        _logEvents!.Bind(1, first);
        _logEvents.Bind(2, _buffer.Written);
        _logEvents.Run();
    }

    private void WriteMark(string name, long value)
    {
        _setMark!.Bind(1, name);
        _setMark.Bind(2, value);
        _setMark.Run();
    }

    private long AccountId(string sid)
    {
        if (_accounts.TryGetValue(sid, out long id)) return id;
        _addAccount!.Bind(1, sid);
        _addAccount.Run();
        _findAccount!.Bind(1, sid);
        _findAccount.Step();
        id = _findAccount.GetInt64(0);
        _findAccount.Reset();
        _accounts.Add(sid, id);
        return id;
    }

    /// <summary>Of a recipient or sender, for the column that filters use. Stored: never to change.</summary>
    internal static long RecipientHash(string number)
    {
        uint hash = 2_166_136_261;
        foreach (char character in number) hash = (hash ^ character) * 16_777_619;
        return hash;
    }

    private readonly record struct InPlace(long Key, int Start, int Length);

    private readonly record struct PendingEvent(LiveMessage Live, EventEntry Entry);

    /// <summary>What becomes of the parts of one inbound message: first those with rows may go, then these come.</summary>
    private sealed class PendingParts
    {
        public bool IsRemoved { get; set; }

        public List<InboundPart> Parts { get; } = [];
    }

    private static string Pragma(string name, long value) => string.Create(CultureInfo.InvariantCulture, $"PRAGMA {name} = {value}");
}
