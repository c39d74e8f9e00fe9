using System.Globalization;
using System.Runtime.InteropServices;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Storage.Sqlite;

/// <summary>
/// The sequencer's connection to one slice, and what is to be written there at the end of the group. Nothing is written before <see cref="Flush"/>, so a group
/// that is given up leaves no trace, and a write that found no room can be made again.
/// </summary>
internal sealed partial class SliceWriter : IDisposable
{
    // Larger than what the biggest group changes, so that no page reaches the log twice in one commit.
    private const int CacheKilobytes = 65_536;

    private readonly Slice _slice;
    private readonly SqliteJournalOptions _options;
    private readonly MessageBuffer _buffer = new();
    private readonly Dictionary<string, long> _names = new(StringComparer.Ordinal);

    private readonly List<LiveMessage> _messages = [];
    private readonly List<LiveCorrelation> _correlations = [];
    private readonly List<ParkedReceipt> _parked = [];
    private readonly List<OrphanPdu> _orphans = [];
    private readonly List<IdempotencyRecord> _idempotent = [];
    private readonly List<InboundPart> _parts = [];
    private readonly List<long> _takenParked = [];
    private readonly List<string> _removedParts = [];

    private SqliteDatabase? _database;
    private long _tickedGroup = -1;

    public SliceWriter(Slice slice, SqliteJournalOptions options)
    {
        _slice = slice;
        _options = options;
        if (File.Exists(slice.Path)) Open();
    }

    /// <summary>Nothing can be read before the first commit.</summary>
    public bool Exists => _database is not null;

    /// <summary>Number of the last group that needed this connection.</summary>
    public long LastGroup { get; set; }

    /// <summary>Ticks of the clock since this connection was last needed.</summary>
    public int IdleTicks { get; private set; }

    /// <summary>Octets in the write-ahead log since it was last copied into the file; about, as shared pages count once a group.</summary>
    public long LogBytes { get; private set; }

    /// <summary>Octets written to the log since the file was opened.</summary>
    public long WrittenBytes { get; private set; }

    public bool HasWork { get; private set; }

    public bool HasRemovals => _takenParked.Count + _removedParts.Count > 0;

    public void Write(LiveMessage live)
    {
        _messages.Add(live);
        HasWork = true;
    }

    public void Write(LiveCorrelation correlation)
    {
        _correlations.Add(correlation);
        HasWork = true;
    }

    public void Write(ParkedReceipt receipt)
    {
        _parked.Add(receipt);
        HasWork = true;
    }

    public void Write(OrphanPdu orphan)
    {
        _orphans.Add(orphan);
        HasWork = true;
    }

    public void Write(IdempotencyRecord record)
    {
        _idempotent.Add(record);
        HasWork = true;
    }

    public void Write(InboundPart part)
    {
        _parts.Add(part);
        HasWork = true;
    }

    public void RemoveParked(long sequence) => _takenParked.Add(sequence);

    public void RemoveParts(string partKey) => _removedParts.Add(partKey);

    /// <summary>Receipts parked in this group; they have no row yet.</summary>
    public List<ParkedReceipt> NewParked => _parked;

    public List<InboundPart> NewParts => _parts;

    public List<IdempotencyRecord> NewIdempotent => _idempotent;

    /// <summary>Writes and commits everything that was added. On a fault nothing of it is in the file, and the call can be made again.</summary>
    public void Flush()
    {
        if (_database is null) Open();
        Begin();
        try
        {
            foreach (LiveMessage live in _messages) WriteRow(live);
            foreach (LiveCorrelation correlation in CollectionsMarshal.AsSpan(_correlations)) WriteRow(correlation);
            foreach (ParkedReceipt receipt in _parked) WriteRow(receipt);
            foreach (OrphanPdu orphan in _orphans) WriteRow(orphan);
            foreach (IdempotencyRecord record in _idempotent) WriteRow(record);
            foreach (InboundPart part in _parts) WriteRow(part);
            _commit!.Run();
        }
        catch
        {
            RollBack();
            throw;
        }

        HasWork = false;
        Count();
    }

    /// <summary>
    /// Removes what transitions took out: after everything that they made of it is committed, in whatever file, so that a crash in between shows a receipt twice
    /// (which is noted and ignored) and never loses one.
    /// </summary>
    public void FlushRemovals()
    {
        if (_database is null || !HasRemovals) return;
        Begin();
        try
        {
            foreach (long sequence in _takenParked)
            {
                _deleteParked!.Bind(1, sequence);
                _deleteParked.Run();
            }

            foreach (string partKey in _removedParts)
            {
                _deleteParts!.Bind(1, partKey);
                _deleteParts.Run();
            }

            _commit!.Run();
        }
        catch
        {
            RollBack();
            throw;
        }

        _takenParked.Clear();
        _removedParts.Clear();
        Count();
    }

    /// <summary>Forgets what was to be written.</summary>
    public void Clear()
    {
        _messages.Clear();
        _correlations.Clear();
        _parked.Clear();
        _orphans.Clear();
        _idempotent.Clear();
        _parts.Clear();
        HasWork = false;
    }

    /// <summary>Forgets what was to be removed: the group was given up.</summary>
    public void ClearRemovals()
    {
        _takenParked.Clear();
        _removedParts.Clear();
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

    private void Count()
    {
        long bytes = _database!.TakePagesWritten() * (long)(_pageSize + 24);
        LogBytes += bytes;
        WrittenBytes += bytes;
    }

    private void Begin()
    {
        _begin!.Run();
    }

    private void RollBack()
    {
        // SQLite rolls some failures back by itself.
        if (_database!.IsInTransaction) _rollback!.Run();
        _names.Clear();
    }

    private void WriteRow(LiveMessage live)
    {
        Message message = live.Message;
        if (live.IsDeleted)
        {
            if (live.StoredHead is not null) DeleteRow(live);
            return;
        }

        bool isOpen = message.IsOpen;
        int variable = (isOpen ? sizeof(long) : 0) + ((byte)message.State > 1 ? 1 : 0);
        bool isNew = live.StoredHead is null;
        if (isNew) live.Room = RowRoom.Estimate(message);
        bool withHead = !ReferenceEquals(live.StoredHead, message.Head);
        _buffer.Clear();
        MessageCodec.WriteProgress(message, _buffer, live.Room - variable);
        int progress = _buffer.Length;
        if (progress + variable > live.Room)
        {
            live.Room = RowRoom.Grow(progress + variable);
            _buffer.Clear();
            MessageCodec.WriteProgress(message, _buffer, live.Room - variable);
            progress = _buffer.Length;
        }

        if (withHead) MessageCodec.WriteHead(message.Head, _buffer);
        ReadOnlySpan<byte> written = _buffer.Written;
        SqliteStatement statement = isNew ? _insert! : withHead ? _updateAll! : _update!;
        statement.Bind(1, live.Key);
        statement.Bind(2, (long)message.State);
        if (isOpen) statement.Bind(3, message.Head.ValidUntil);
        else statement.BindNull(3);
        statement.Bind(4, written[..progress]);
        if (withHead) statement.Bind(5, written[progress..]);
        if (isNew)
        {
            statement.Bind(6, NameId(message.Head.AccountSid));
            statement.Bind(7, RecipientHash(message.Head.To));
        }

        statement.Run();
    }

    private void DeleteRow(LiveMessage live)
    {
        _delete!.Bind(1, live.Key);
        _delete.Run();
        foreach (SegmentProgress segment in live.Message.Segments)
        {
            if (segment.VendorId is null) continue;
            _deleteCorrelations!.Bind(1, VendorIds.Canonical(segment.VendorId));
            _deleteCorrelations.Bind(2, live.Key);
            _deleteCorrelations.Run();
        }
    }

    private void WriteRow(LiveCorrelation correlation)
    {
        if (correlation.Owner.IsDeleted) return;
        _correlate!.Bind(1, NameId(correlation.Group));
        _correlate.Bind(2, correlation.Id);
        _correlate.Bind(3, correlation.Owner.Key);
        _correlate.Bind(4, correlation.Segment);
        _correlate.Run();
    }

    private void WriteRow(ParkedReceipt receipt)
    {
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

    private void WriteRow(InboundPart part)
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

    private long NameId(string name)
    {
        if (_names.TryGetValue(name, out long id)) return id;
        _addName!.Bind(1, name);
        _addName.Run();
        _findName!.Bind(1, name);
        _findName.Step();
        id = _findName.GetInt64(0);
        _findName.Reset();
        _names.Add(name, id);
        return id;
    }

    /// <summary>Of a recipient or sender, for the column that filters use. Stored: never to change.</summary>
    internal static long RecipientHash(string number)
    {
        uint hash = 2_166_136_261;
        foreach (char character in number) hash = (hash ^ character) * 16_777_619;
        return hash;
    }

    private static string Pragma(string name, long value) => string.Create(CultureInfo.InvariantCulture, $"PRAGMA {name} = {value}");
}
