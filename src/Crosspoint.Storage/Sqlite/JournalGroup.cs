using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Storage.Sqlite;

/// <summary>
/// The transitions of one commit, applied in memory. Reads see what earlier transitions of the group did; nothing reaches a file before
/// <see cref="TryCommit"/>, which writes one record to the log, and <see cref="RollBack"/> forgets it all. What is in the log is gathered by
/// the writers of the slices until <see cref="ApplyPending"/>.
/// </summary>
internal sealed partial class JournalGroup(
    SliceCatalog catalog, CommitLog log, MessageCache cache, EventNumbers numbers, SqliteJournalOptions options, TimeProvider time)
    : IJournalTransaction
{
    /// <summary>
    /// Most segments, and most parked receipts, that one form of a vendor id leads to: the newest. Every look-up stops there, so a carrier
    /// that gives one id again and again costs no more than others.
    /// </summary>
    internal const int MostHits = 8;

    private static readonly TimeSpan IdempotencyWindow = TimeSpan.FromHours(24);

    private readonly MessageIdSource _ids = new(time);
    private readonly List<LiveMessage> _touched = [];
    private readonly List<LiveMessage> _dirty = [];
    private readonly List<CorrelationHit> _hits = [];
    private readonly List<CorrelationHit> _found = [];
    private readonly ParkedIds _parkedIds = new(Micros.From(options.ParkedFor));
    private readonly List<ParkedReceipt> _parked = [];
    private readonly List<ParkedReceipt> _taken = [];
    private readonly List<(long Row, ParkedReceipt Receipt)> _rows = [];
    private readonly Dictionary<ulong, List<PendingReceipt>> _fresh = [];
    private readonly List<LoggedEvent> _followed = [];
    private LiveMessage? _last;
    private Slice? _home;
    private SliceWriter? _homeWriter;
    private long _nextEvent;
    private bool _isFollowed;
    private readonly PendingKeys _pendingKeys = new();
    private volatile bool _hasPending;

    public long Number { get; private set; }

    public long Now { get; private set; }

    /// <summary>Rows to be written so far.</summary>
    public int Rows { get; private set; }

    /// <summary>Entries of vendor ids and of parked receipts that look-ups went through since the start.</summary>
    public long EntriesSeen { get; private set; }

    /// <summary>Queries for parked receipts since the start.</summary>
    public long ParkedQueries { get; private set; }

    /// <summary>Something is committed that is not in its slice yet. Read by everybody.</summary>
    public bool HasPending => _hasPending;

    /// <summary>Whether the file of a message may lag behind what is committed of it. Asked by everybody.</summary>
    public bool MayBePending(long key) => _hasPending && _pendingKeys.MayHold(key);

    /// <summary>About how many rows wait to be written to slices.</summary>
    public int PendingRows { get; private set; }

    /// <summary>Keys up to this one were given out by an earlier process.</summary>
    public void StartAfter(long key) => _ids.StartAfter(key);

    /// <summary>At start: a canonical vendor id under which a receipt is parked.</summary>
    /// <param name="at">Microseconds of the receipt's arrival.</param>
    public void NoteParked(string group, string canonical, long at) => _parkedIds.Add(VendorIds.Hash(group, canonical), at);

    public void Begin()
    {
        Number++;
        Now = Math.Max(Now, time.GetUtcMicros());
        _parkedIds.Advance(Now);
        _nextEvent = numbers.Last + 1;
        _isFollowed = numbers.IsFollowed;
    }

    /// <summary>
    /// Each transition has one home: the slice in which the next id falls. The messages that it makes go there, and so
    /// does everything that belongs to no message,
    /// so that they commit together.
    /// </summary>
    public void BeginTransition()
    {
        long next = Math.Max(_ids.LastKey + 1, MessageId.FirstKeyAt(Now / Micros.PerMillisecond));
        if (_home is not null && next <= _home.LastKey && next >= _home.FirstKey) return;
        _home = catalog.GetOrAdd(next);
        _homeWriter = null;
    }

    public MessageId NextId()
    {
        MessageId id = _ids.Next();
        if (id.Key > _home!.LastKey) throw new SliceEndedException();
        return id;
    }

    public Message? Find(long key)
    {
        LiveMessage? live = FindLive(key);
        return live is null || live.IsDeleted ? null : live.Message;
    }

    public void Insert(Message message)
    {
        long key = message.Id.Key;
        if (key > _ids.LastKey || key < _home!.FirstKey || cache.Peek(key) is not null)
        {
            throw new InvalidOperationException("A message was inserted whose id does not come from NextId of this transition.");
        }

        LiveMessage live = cache.Add(message, _home);
        Touch(live);
        MarkDirty(live);
        LogEvents(live);
    }

    public void Save(Message message)
    {
        LiveMessage live = Own(message);
        MarkDirty(live);
        LogEvents(live);
    }

    public void Delete(Message message)
    {
        LiveMessage live = Own(message);
        live.IsDeleted = true;
        MarkDirty(live);
    }

    public void Correlate(string group, string vendorId, long key, int segment)
    {
        LiveMessage? live = FindLive(key);
        if (live is null || live.IsDeleted)
        {
            throw new InvalidOperationException("A vendor id was noted for a message that is not in the journal.");
        }
        ulong hash = VendorIds.Hash(group, VendorIds.Canonical(vendorId));
        for (LiveCorrelation? at = live.Correlations; at is not null; at = at.NextOfOwner)
        {
            EntriesSeen++;
            if (at.Hash == hash && at.Segment == segment) return;
        }

        bool isOnly = cache.FindCorrelation(hash)?.IsOnly ?? !MayBeStored(hash);
        LiveCorrelation correlation = cache.AddCorrelation(hash, live, segment);
        correlation.IsOnly = isOnly;
        WriterOf(live.Slice).Write(correlation);
        LogCorrelation(hash, key, segment);

        // Memory alone knows the id until the row is written.
        MarkDirty(live);
    }

    public IReadOnlyList<CorrelationHit> FindCorrelated(string group, string vendorId, VendorIdFormat format)
    {
        string id = VendorIds.Canonical(vendorId);
        _found.Clear();
        bool isAuto = format == VendorIdFormat.Auto;
        if (isAuto || format == VendorIdFormat.Same) Collect(group, id);

        // What the receipt writes is turned into what the answer wrote. One digit is the same in both forms.
        if ((isAuto || format == VendorIdFormat.DecHex) && VendorIds.HexToDecimal(id) is { } number && !(isAuto && number == id))
        {
            Collect(group, number);
        }

        if ((isAuto || format == VendorIdFormat.HexDec) && VendorIds.DecimalToHex(id) is { } hex && !(isAuto && hex == id))
        {
            Collect(group, hex);
        }

        return _found.Count == 0 ? [] : [.. _found];
    }

    public void Park(ParkedReceipt receipt)
    {
        LogParked(receipt);
        AddParked(receipt, _home!);
        Rows++;
        _parked.Add(receipt);
        NoteParked(receipt);
    }

    public IReadOnlyList<ParkedReceipt> TakeParked(string group, string vendorId)
    {
        if (_parkedIds.IsEmpty) return [];
        string id = VendorIds.Canonical(vendorId);
        string? number = VendorIds.HexToDecimal(id);
        string? hex = VendorIds.DecimalToHex(id);
        int before = _taken.Count;
        TakeForm(id);
        if (number is not null && number != id) TakeForm(number);
        if (hex is not null && hex != id && hex != number) TakeForm(hex);
        if (_taken.Count == before) return [];
        List<ParkedReceipt> taken = _taken.GetRange(before, _taken.Count - before);
        taken.Sort(static (left, right) => left.At.CompareTo(right.At));
        return taken;

        // Each receipt says how it writes what the answer wrote; one that does not know is taken in every form.
        void TakeForm(string form) => this.TakeForm(group, form, new(form == id, form == number, form == hex));
    }

    public void KeepOrphan(OrphanPdu orphan)
    {
        LogOrphan(orphan);
        HomeWriter.Write(orphan);
        Rows++;
    }

    public IdempotencyRecord? FindIdempotent(string account, string idempotencyKey)
    {
        long notBefore = Now - Micros.From(IdempotencyWindow);
        for (int i = catalog.All.Count - 1; i >= 0; i--)
        {
            Slice slice = catalog.All[i];
            if (slice.EndMilliseconds * Micros.PerMillisecond < notBefore) break;
            if (WriterOf(slice).FindIdempotent(account, idempotencyKey) is { } record) return record.At >= notBefore ? record : null;
        }

        return null;
    }

    public void PutIdempotent(IdempotencyRecord record)
    {
        LogIdempotent(record);
        HomeWriter.Write(record);
        Rows++;
    }

    public void PutMark(string name, long value)
    {
        LogMark(name, value);
        HomeWriter.Write(name, value);
        Rows++;
    }

    public IReadOnlyList<InboundPart> AddInboundPart(InboundPart part)
    {
        var parts = new List<InboundPart>();
        FindParts(part.PartKey, parts);
        foreach (InboundPart known in parts)
        {
            if (known.Number == part.Number) return parts;
        }

        LogPart(part);
        HomeWriter.Write(part);
        Rows++;
        parts.Add(part);
        parts.Sort(static (left, right) => left.Number.CompareTo(right.Number));
        return parts;
    }

    public void RemoveInboundParts(string partKey)
    {
        LogRemovedParts(partKey);
        Rows++;
        RemoveParts(partKey, long.MaxValue);
    }

    public void PutPosition(string name, long sequence) => PutMark(SliceWriter.PositionMark + name, sequence);

    /// <summary>Writes the group to the log and syncs it. False when there is no space for it: nothing was written.</summary>
    public bool TryCommit()
    {
        if (Rows == 0) return true;
        if (!log.TryAppend(WriteRecord())) return false;
        _hasPending = true;
        PendingRows += Rows;
        foreach (LiveMessage live in _dirty) live.LoggedHead = live.Message.Head;

        // Only now: whoever sees a number finds everything below it, in the files or after what is pending is written there.
        long first = numbers.Last + 1;
        if (_nextEvent > first) numbers.Publish(new(first, _nextEvent - 1, _isFollowed ? [.. _followed] : null));
        return true;
    }

    /// <summary>After a commit: what is closed, and was not changed, leaves memory at once, then what is over the bound.</summary>
    public void Complete()
    {
        foreach (LiveMessage live in _touched)
        {
            live.IsTouched = false;
            live.IsDirty = false;
            if (!live.IsPending && (live.IsDeleted || !live.Message.IsOpen)) cache.Remove(live);
        }

        foreach (ParkedReceipt receipt in _taken) ForgetParked(receipt);
        cache.Trim();
        Reset();
    }

    /// <summary>
    /// Writes what is committed into the slices, one transaction each, and lets the log begin anew. Between groups. After a fault it can be
    /// called again: slices that were done are left out.
    /// </summary>
    /// <returns>Octets written to write-ahead logs.</returns>
    public long ApplyPending()
    {
        long bytes = 0;
        try
        {
            foreach (Slice slice in catalog.All)
            {
                if (slice.Writer is not { HasWork: true } writer) continue;
                bytes += writer.Apply(log.Last, cache);
                slice.NoteWrite();
                catalog.Publish(slice);
            }
        }
        catch
        {
            // Those of the slices that were done have rows now.
            foreach (List<PendingReceipt> list in _fresh.Values) list.RemoveAll(receipt => receipt.Slice.Applied == log.Last);
            throw;
        }

        _fresh.Clear();
        log.Reset();
        numbers.NoteInFiles();
        PendingRows = 0;
        _hasPending = false;
        _pendingKeys.Clear();
        cache.Trim();
        return bytes;
    }

    /// <summary>A copy of a message as it is committed, if its file does not hold that yet. Between groups.</summary>
    /// <param name="message">Null when it was taken out.</param>
    public bool TryCopyPending(long key, out Message? message)
    {
        message = null;
        if (cache.Peek(key) is not { IsPending: true } live) return false;
        if (live.IsDeleted) return true;
        _scratch.Clear();
        MessageCodec.WriteProgress(live.Message, _scratch, 0);
        message = MessageCodec.ReadProgress(live.Message.Head, _scratch.Written);
        return true;
    }

    /// <summary>Moves what has become old enough to where it is kept for good. Between groups; false when nothing was left to do.</summary>
    public bool Settle(long keysBefore)
    {
        bool isDone = false;
        foreach (Slice slice in catalog.All)
        {
            if (slice.Writer is { Exists: true } writer) isDone |= writer.Settle(keysBefore, cache);
        }

        return isDone;
    }

    /// <summary>Forgets the group. Messages that it touched are read anew, from the log or their rows, when they are next needed.</summary>
    public void RollBack()
    {
        foreach (LiveMessage live in _touched) cache.Remove(live);
        foreach (ParkedReceipt receipt in _parked) ForgetParked(receipt);
        Reset();

        // What is gathered is mixed with what the group did: it is gathered anew.
        foreach (Slice slice in catalog.All)
        {
            slice.Writer?.Evict(cache);
            slice.Writer?.Clear();
        }

        _fresh.Clear();
        PendingRows = 0;
        foreach (CommitLog.Record record in log.Read()) Load(record, isStart: false);
    }

    private SliceWriter HomeWriter => _homeWriter ??= WriterOf(_home!);

    private void Reset()
    {
        _touched.Clear();
        _dirty.Clear();
        _parked.Clear();
        _taken.Clear();
        _followed.Clear();
        ResetRecord();
        _last = null;
        _homeWriter = null;
        Rows = 0;
    }

    private SliceWriter WriterOf(Slice slice)
    {
        if (slice == _home && _homeWriter is not null) return _homeWriter;
        SliceWriter writer = catalog.WriterOf(slice, Number);
        if (slice == _home) _homeWriter = writer;
        return writer;
    }

    private LiveMessage? FindLive(long key)
    {
        if (_last is not null && _last.Key == key) return _last;
        LiveMessage? live = cache.Find(key);
        if (live is null)
        {
            if (catalog.Find(key) is not { } slice) return null;
            SliceWriter writer = WriterOf(slice);
            if (writer.Find(key, out int room) is not { } message) return null;
            live = cache.Add(message, slice);
            live.LoggedEvents = message.LastEventNumber;
            live.StoredHead = message.Head;
            live.LoggedHead = message.Head;
            live.Room = room;
            live.IsIndexed = message.IsOpen && key <= writer.IndexedKey;
        }

        Touch(live);
        _last = live;
        return live;
    }

    private LiveMessage Own(Message message)
    {
        LiveMessage? live = FindLive(message.Id.Key);
        if (live is null || !ReferenceEquals(live.Message, message) || live.IsDeleted)
        {
            throw new InvalidOperationException("A message was saved that this transition did not find or insert.");
        }

        return live;
    }

    private void Touch(LiveMessage live)
    {
        if (live.IsTouched) return;
        live.IsTouched = true;
        _touched.Add(live);
    }

    private void MarkDirty(LiveMessage live)
    {
        if (live.IsDirty) return;
        live.IsDirty = true;
        Rows++;
        _dirty.Add(live);
        Gather(live);
    }

    private void Gather(LiveMessage live)
    {
        if (live.IsPending) return;
        live.IsPending = true;
        _pendingKeys.Add(live.Key);
        WriterOf(live.Slice).Write(live);
    }

    /// <summary>Numbers the events that the message has had since it was last saved. A group that is given up gives its numbers back.</summary>
    private void LogEvents(LiveMessage live)
    {
        Message message = live.Message;
        int last = message.LastEventNumber;
        int fresh = last - live.LoggedEvents;
        if (fresh <= 0) return;
        live.LoggedEvents = last;
        SliceWriter writer = WriterOf(live.Slice);
        List<MessageEvent> events = message.Events;
        for (int i = Math.Max(0, events.Count - fresh); i < events.Count; i++)
        {
            MessageEvent entry = events[i];
            int error = entry.State == message.State ? message.ErrorCode : 0;
            var logged = new EventEntry(_nextEvent, 0, live.Key, entry.Number, entry.Kind, entry.State, error);
            LogEvent(logged);
            writer.Write(live, logged);
            if (_isFollowed) _followed.Add(new(_nextEvent, message.Head, entry, error));
            _nextEvent++;
        }
    }

    private bool MayBeStored(ulong hash)
    {
        long oldest = OldestCorrelated;
        for (int i = catalog.All.Count - 1; i >= 0; i--)
        {
            Slice slice = catalog.All[i];
            if (slice.EndMilliseconds < oldest) break;
            if (slice.Ids.MayHold(hash)) return true;
        }

        return false;
    }

    private long OldestCorrelated => Now / Micros.PerMillisecond - (long)options.CorrelationWindow.TotalMilliseconds;

    /// <summary>Adds the segments with this very id to <see cref="_found"/>, newest message first.</summary>
    private void Collect(string group, string id)
    {
        _hits.Clear();
        ulong hash = VendorIds.Hash(group, id);
        LiveCorrelation? first = cache.FindCorrelation(hash);
        LiveCorrelation? at = first;
        for (int seen = 0; at is not null && seen < MostHits; seen++, at = at.NextOfId)
        {
            EntriesSeen++;
            if (!at.Owner.IsDeleted) _hits.Add(new(at.Owner.Key, at.Segment));
        }

        if (first is not { IsOnly: true }) CollectStored(hash);
        if (_hits.Count > 1) SortHits();
        foreach (CorrelationHit hit in _hits)
        {
            if (!_found.Contains(hit)) _found.Add(hit);
        }
    }

    private void CollectStored(ulong hash)
    {
        int live = _hits.Count;
        long oldest = OldestCorrelated;
        for (int i = catalog.All.Count - 1; i >= 0 && _hits.Count - live < MostHits; i--)
        {
            Slice slice = catalog.All[i];
            if (slice.EndMilliseconds < oldest) break;
            if (!slice.Ids.MayHold(hash)) continue;
            SliceWriter writer = WriterOf(slice);
            if (writer.Exists) slice.Ids.Find(hash, MostHits - (_hits.Count - live), writer, _hits);
        }

        EntriesSeen += _hits.Count - live;

        // What memory knows is on disk as well, and a message may have been deleted since.
        for (int i = _hits.Count - 1; i >= live; i--)
        {
            CorrelationHit hit = _hits[i];
            if (_hits.IndexOf(hit) < i || FindLive(hit.Key) is null or { IsDeleted: true }) _hits.RemoveAt(i);
        }
    }

    private void SortHits()
    {
        _hits.Sort(static (left, right) => left.Key != right.Key ? right.Key.CompareTo(left.Key) : left.Segment.CompareTo(right.Segment));
        if (_hits.Count > MostHits) _hits.RemoveRange(MostHits, _hits.Count - MostHits);
    }

    /// <summary>Moves the receipts parked last under this very id to <see cref="_taken"/>.</summary>
    private void TakeForm(string group, string id, FormatSet formats)
    {
        ulong hash = VendorIds.Hash(group, id);
        if (!_parkedIds.MayHold(hash)) return;
        long notBefore = Now - Micros.From(options.ParkedFor);
        int most = _taken.Count + MostHits;
        if (_fresh.TryGetValue(hash, out List<PendingReceipt>? fresh)) TakeFresh(fresh, group, id, formats, notBefore, most);
        for (int i = catalog.All.Count - 1; i >= 0 && _taken.Count < most; i--)
        {
            Slice slice = catalog.All[i];
            if (!slice.HasParked || slice.EndMilliseconds * Micros.PerMillisecond < notBefore) continue;
            SliceWriter writer = WriterOf(slice);
            ParkedQueries++;
            _rows.Clear();
            EntriesSeen += writer.FindParked(group, id, formats, notBefore, most - _taken.Count, _rows);
            foreach ((long row, ParkedReceipt receipt) in _rows)
            {
                LogTakenRow(slice, row);
                Rows++;
                writer.RemoveParked(row);
                _taken.Add(receipt);
            }
        }
    }

    /// <summary>Takes out those that have no row yet, the newest first.</summary>
    private void TakeFresh(List<PendingReceipt> fresh, string group, string id, FormatSet formats, long notBefore, int most)
    {
        int last = Math.Max(0, fresh.Count - MostHits);
        for (int i = fresh.Count - 1; i >= last && _taken.Count < most; i--)
        {
            EntriesSeen++;
            PendingReceipt pending = fresh[i];
            ParkedReceipt receipt = pending.Receipt;
            if (receipt.Group != group || receipt.At < notBefore || !formats.Contains(receipt.Format)) continue;
            if (VendorIds.Canonical(receipt.VendorId) != id && (receipt.TextId is null || VendorIds.Canonical(receipt.TextId) != id))
            {
                continue;
            }

            LogTakenPending(pending);
            Rows++;
            pending.IsTaken = true;
            Unlist(pending);
            _taken.Add(receipt);
        }
    }

    private void AddParked(ParkedReceipt receipt, Slice slice)
    {
        SliceWriter writer = WriterOf(slice);
        var pending = new PendingReceipt(receipt, slice, writer.NewParked.Count);
        writer.Write(pending);
        ulong first = VendorIds.Hash(receipt.Group, VendorIds.Canonical(receipt.VendorId));
        ListUnder(first);
        if (receipt.TextId is null) return;

        // The two may be one id in two spellings.
        ulong second = VendorIds.Hash(receipt.Group, VendorIds.Canonical(receipt.TextId));
        if (second != first) ListUnder(second);

        void ListUnder(ulong hash)
        {
            if (!_fresh.TryGetValue(hash, out List<PendingReceipt>? list)) _fresh.Add(hash, list = new(1));
            list.Add(pending);
        }
    }

    private void Unlist(PendingReceipt pending)
    {
        Unlist(pending.Receipt.VendorId);
        if (pending.Receipt.TextId is { } textId) Unlist(textId);

        void Unlist(string id)
        {
            ulong hash = VendorIds.Hash(pending.Receipt.Group, VendorIds.Canonical(id));
            if (!_fresh.TryGetValue(hash, out List<PendingReceipt>? list)) return;
            int at = list.LastIndexOf(pending);
            if (at >= 0) list.RemoveAt(at);
            if (list.Count == 0) _fresh.Remove(hash);
        }
    }

    private void NoteParked(ParkedReceipt receipt)
    {
        NoteParked(receipt.Group, VendorIds.Canonical(receipt.VendorId), receipt.At);
        if (receipt.TextId is not null) NoteParked(receipt.Group, VendorIds.Canonical(receipt.TextId), receipt.At);
    }

    // Not before the commit: until then the rows are there, and may stay.
    private void ForgetParked(ParkedReceipt receipt)
    {
        _parkedIds.Remove(VendorIds.Hash(receipt.Group, VendorIds.Canonical(receipt.VendorId)), receipt.At);
        if (receipt.TextId is null) return;
        _parkedIds.Remove(VendorIds.Hash(receipt.Group, VendorIds.Canonical(receipt.TextId)), receipt.At);
    }

    private void FindParts(string partKey, List<InboundPart> parts)
    {
        foreach (Slice slice in catalog.All)
        {
            if (slice.HasParts || slice.Writer is { HasWork: true }) WriterOf(slice).FindParts(partKey, parts);
        }

        parts.Sort(static (left, right) => left.Number.CompareTo(right.Number));
    }

    /// <param name="number">Of the log's record: slices that hold it already are left alone.</param>
    private void RemoveParts(string partKey, long number)
    {
        foreach (Slice slice in catalog.All)
        {
            if (slice.Applied >= number) continue;
            if (slice.HasParts || slice.Writer is { HasWork: true }) WriterOf(slice).RemoveParts(partKey);
        }
    }

    /// <summary>The next id belongs to the next slice: the group starts again, there.</summary>
    internal sealed class SliceEndedException() : Exception("The slice ended within a transition.");
}
