using System.Runtime.InteropServices;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Storage.Sqlite;

/// <summary>
/// The group's record in the commit log: what it changed, each message once in the form in which the group left it. What belongs to no message
/// names its slice by the slice's first key.
/// </summary>
internal sealed partial class JournalGroup
{
    private readonly MessageBuffer _record = new();
    private readonly MessageBuffer _others = new();
    private readonly MessageBuffer _events = new();
    private readonly MessageBuffer _scratch = new();
    private EventEntryCodec _eventCodec;

    private enum Entry : byte
    {
        Message = 1,
        Deleted = 2,
        Correlation = 3,
        Events = 4,
        Parked = 5,
        TakenRow = 6,
        TakenPending = 7,
        Orphan = 8,
        Idempotent = 9,
        Mark = 10,
        Part = 11,
        RemovedParts = 12,
    }

    /// <summary>Takes in what a record of the log says. At start, and when the group before it was given up.</summary>
    /// <param name="isStart">The record is an earlier process's: numbers and parked receipts in it are not known yet.</param>
    public void Load(in CommitLog.Record record, bool isStart)
    {
        var reader = new MessageBytes(record.Payload);
        while (reader.Left > 0)
        {
            var entry = (Entry)reader.ReadByte();
            switch (entry)
            {
                case Entry.Message or Entry.Deleted:
                    LoadMessage(ref reader, entry, record.Number, isStart);
                    break;
                case Entry.Correlation:
                    LoadCorrelation(ref reader, record.Number);
                    break;
                case Entry.Events:
                    LoadEvents(ref reader, record.Number, isStart);
                    break;
                case Entry.RemovedParts:
                    RemoveParts(Text(ref reader), record.Number);
                    break;
                default:
                    LoadOther(ref reader, entry, record.Number, isStart);
                    break;
            }

            PendingRows++;
        }

        _hasPending = true;
        _last = null;
        _homeWriter = null;
    }

    private Span<byte> WriteRecord()
    {
        _record.Clear();
        _record.WriteZeros(CommitLog.HeaderBytes);
        foreach (LiveMessage live in _dirty) LogMessage(live);
        _record.WriteSpan(_others.Written);
        if (_events.Length > 0)
        {
            _record.WriteByte((byte)Entry.Events);
            _record.WriteUnsigned((ulong)numbers.Last + 1);
            _record.WriteBlob(_events.Written);
        }

        return _record.At(0, _record.Length);
    }

    private void ResetRecord()
    {
        _others.Clear();
        _events.Clear();
    }

    private void LogMessage(LiveMessage live)
    {
        if (live.IsDeleted)
        {
            _record.WriteByte((byte)Entry.Deleted);
            _record.WriteFixed(live.Key);
            return;
        }

        Message message = live.Message;
        _record.WriteByte((byte)Entry.Message);
        _record.WriteFixed(live.Key);
        _scratch.Clear();
        if (!ReferenceEquals(live.LoggedHead, message.Head)) MessageCodec.WriteHead(message.Head, _scratch);
        _record.WriteBlob(_scratch.Written);
        _scratch.Clear();
        MessageCodec.WriteProgress(message, _scratch, 0);
        _record.WriteBlob(_scratch.Written);
    }

    private void LogCorrelation(ulong hash, long key, int segment)
    {
        _others.WriteByte((byte)Entry.Correlation);
        _others.WriteFixed(key);
        _others.WriteFixed((long)hash);
        _others.WriteUnsigned((uint)segment);
    }

    private void LogEvent(in EventEntry entry)
    {
        if (_events.Length == 0) _eventCodec = new(numbers.Last + 1);
        _eventCodec.Write(_events, entry);
    }

    private void LogParked(ParkedReceipt receipt)
    {
        StartOther(Entry.Parked, _home!);
        _others.WriteText(receipt.Group);
        _others.WriteText(receipt.VendorId);
        _others.WriteText(receipt.TextId);
        _others.WriteFixed(receipt.At);
        _others.WriteByte(receipt.State);
        _others.WriteText(receipt.Error);
        _others.WriteText(receipt.Recipient);
        _others.WriteText(receipt.Connection);
        _others.WriteByte((byte)receipt.Format);
    }

    private void LogTakenRow(Slice slice, long row)
    {
        StartOther(Entry.TakenRow, slice);
        _others.WriteFixed(row);
    }

    private void LogTakenPending(PendingReceipt receipt)
    {
        StartOther(Entry.TakenPending, receipt.Slice);
        _others.WriteUnsigned((uint)receipt.Number);
    }

    private void LogOrphan(OrphanPdu orphan)
    {
        StartOther(Entry.Orphan, _home!);
        _others.WriteText(orphan.Connection);
        _others.WriteFixed(orphan.At);
        _others.WriteText(orphan.Reason);
        _others.WriteBlob(orphan.Pdu);
    }

    private void LogIdempotent(IdempotencyRecord record)
    {
        StartOther(Entry.Idempotent, _home!);
        _others.WriteText(record.Account);
        _others.WriteText(record.Key);
        _others.WriteFixed(record.At);
        _others.WriteBlob(record.BodyHash);
        _others.WriteBlob(MemoryMarshal.AsBytes(record.Keys.AsSpan()));
        _others.WriteByte(record.Answer is null ? (byte)0 : (byte)1);
        if (record.Answer is not null) _others.WriteBlob(record.Answer);
    }

    private void LogMark(string name, long value)
    {
        StartOther(Entry.Mark, _home!);
        _others.WriteText(name);
        _others.WriteFixed(value);
    }

    private void LogPart(InboundPart part)
    {
        StartOther(Entry.Part, _home!);
        _others.WriteText(part.PartKey);
        _others.WriteUnsigned((uint)part.Number);
        _others.WriteUnsigned((uint)part.Total);
        _others.WriteFixed(part.At);
        _others.WriteText(part.Text);
        _others.WriteText(part.Connection);
        _others.WriteText(part.From);
        _others.WriteText(part.To);
    }

    private void LogRemovedParts(string partKey)
    {
        _others.WriteByte((byte)Entry.RemovedParts);
        _others.WriteText(partKey);
    }

    private void StartOther(Entry entry, Slice slice)
    {
        _others.WriteByte((byte)entry);
        _others.WriteFixed(slice.FirstKey);
    }

    private void LoadMessage(ref MessageBytes reader, Entry entry, long number, bool isStart)
    {
        long key = reader.ReadFixed();
        ReadOnlySpan<byte> head = entry == Entry.Deleted ? default : reader.ReadBlob();
        ReadOnlySpan<byte> progress = entry == Entry.Deleted ? default : reader.ReadBlob();
        if (isStart) _ids.StartAfter(key);
        Slice slice = catalog.GetOrAdd(key);
        if (slice.Applied >= number) return;
        LiveMessage? live = FindLive(key);
        if (entry == Entry.Deleted)
        {
            // Made and taken out by one group.
            if (live is null) return;
            live.IsDeleted = true;
        }
        else
        {
            MessageHead whole = head.Length > 0 ? MessageCodec.ReadHead(key, head)
                : live?.Message.Head ?? throw MessageBytes.Damaged("the log changes a message that is not there");
            Message message = MessageCodec.ReadProgress(whole, progress);
            live ??= cache.Add(message, slice);
            live.Message = message;
            live.LoggedHead = whole;
            live.LoggedEvents = message.LastEventNumber;
        }

        Gather(live);
        Untouch();
    }

    private void LoadCorrelation(ref MessageBytes reader, long number)
    {
        long key = reader.ReadFixed();
        ulong hash = (ulong)reader.ReadFixed();
        int segment = reader.ReadInt32();
        if (catalog.GetOrAdd(key).Applied >= number || FindLive(key) is not { IsDeleted: false } live) return;
        bool isOnly = cache.FindCorrelation(hash)?.IsOnly ?? !MayBeStored(hash);
        LiveCorrelation correlation = cache.AddCorrelation(hash, live, segment);
        correlation.IsOnly = isOnly;
        WriterOf(live.Slice).Write(correlation);
        Untouch();
    }

    private void LoadEvents(ref MessageBytes reader, long number, bool isStart)
    {
        long first = (long)reader.ReadUnsigned();
        ReadOnlySpan<byte> packed = reader.ReadBlob();
        var codec = new EventEntryCodec(first);
        while (codec.TryRead(ref packed, out EventEntry entry))
        {
            if (isStart) numbers.StartAfter(entry.Sequence);
            Slice slice = catalog.GetOrAdd(entry.Key);
            if (slice.Applied < number && FindLive(entry.Key) is { } live) WriterOf(slice).Write(live, entry);
        }

        Untouch();
    }

    private void LoadOther(ref MessageBytes reader, Entry entry, long number, bool isStart)
    {
        Slice slice = catalog.GetOrAdd(reader.ReadFixed());
        bool isNew = slice.Applied < number;
        SliceWriter writer = WriterOf(slice);
        switch (entry)
        {
            case Entry.Parked:
                ParkedReceipt receipt = ReadParked(ref reader);
                if (!isNew) break;
                AddParked(receipt, slice);
                if (isStart) NoteParked(receipt);
                break;
            case Entry.TakenRow:
                long row = reader.ReadFixed();
                if (isNew) writer.RemoveParked(row);
                break;
            case Entry.TakenPending:
                int place = reader.ReadInt32();
                if (isNew) LoadTaken(writer, place, isStart);
                break;
            case Entry.Orphan:
                var orphan = new OrphanPdu(Text(ref reader), reader.ReadFixed(), Text(ref reader), reader.ReadBlob().ToArray());
                if (isNew) writer.Write(orphan);
                break;
            case Entry.Idempotent:
                IdempotencyRecord record = ReadIdempotent(ref reader);
                if (isNew) writer.Write(record);
                break;
            case Entry.Mark:
                string name = Text(ref reader);
                long value = reader.ReadFixed();
                if (isNew) writer.Write(name, value);
                break;
            case Entry.Part:
                InboundPart part = ReadPart(ref reader);
                if (isNew) writer.Write(part);
                break;
            default:
                throw MessageBytes.Damaged($"the log has an entry {(int)entry}, which this program does not know");
        }
    }

    private void LoadTaken(SliceWriter writer, int place, bool isStart)
    {
        if (place >= writer.NewParked.Count) throw MessageBytes.Damaged("the log takes out a receipt that is not there");
        PendingReceipt pending = writer.NewParked[place];
        pending.IsTaken = true;
        Unlist(pending);
        if (isStart) ForgetParked(pending.Receipt);
    }

    // A load is no group: what it reads on the way stays in memory and is not noted as the group's.
    private void Untouch()
    {
        foreach (LiveMessage live in _touched) live.IsTouched = false;
        _touched.Clear();
    }

    private static ParkedReceipt ReadParked(ref MessageBytes reader) => new(
        Text(ref reader),
        Text(ref reader),
        reader.ReadText(),
        reader.ReadFixed(),
        reader.ReadByte(),
        reader.ReadText(),
        Text(ref reader),
        Text(ref reader),
        (VendorIdFormat)reader.ReadByte());

    private static IdempotencyRecord ReadIdempotent(ref MessageBytes reader) => new(
        Text(ref reader),
        Text(ref reader),
        reader.ReadFixed(),
        reader.ReadBlob().ToArray(),
        MemoryMarshal.Cast<byte, long>(reader.ReadBlob()).ToArray(),
        reader.ReadByte() == 0 ? null : reader.ReadBlob().ToArray());

    private static InboundPart ReadPart(ref MessageBytes reader) => new(
        Text(ref reader),
        reader.ReadInt32(),
        reader.ReadInt32(),
        reader.ReadFixed(),
        Text(ref reader),
        Text(ref reader),
        Text(ref reader),
        Text(ref reader));

    private static string Text(ref MessageBytes reader) => reader.ReadText() ?? throw MessageBytes.Damaged("a text is missing");
}
