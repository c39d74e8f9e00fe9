using System.Security.Cryptography;
using System.Threading.Tasks.Sources;
using Crosspoint.Engine.Dispatch;
using Crosspoint.Engine.Limits;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Monitoring;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Engine.Intake;

/// <summary>
/// Puts the accepted messages of one request on record, with its idempotency key, in one commit. A message that found a free slot
/// beforehand is recorded with its first attempt. The waiting request is answered after the commit.
/// </summary>
internal sealed class AcceptMessages : Transition, IValueTaskSource<bool>
{
    private readonly Dispatcher _dispatcher;
    private readonly Notices _notices;
    private readonly Entry[] _entries;
    private readonly IdempotencyInput? _idempotency;
    private readonly string _account;
    private ManualResetValueTaskSourceCore<bool> _done;
    private NoticeList _list;
    private bool _isReplay;
    private bool _isConflict;

    /// <param name="results">The verdicts so far, in the order of the request; filled in for the messages that are accepted here.</param>
    /// <param name="prepared">The messages to accept; null where the verdict is a refusal. With none, only the key is looked up.</param>
    public AcceptMessages(
        Dispatcher dispatcher, string account, IntakeResult[] results, MessageHead?[] prepared, IdempotencyInput? idempotency)
    {
        _dispatcher = dispatcher;
        _notices = dispatcher.Notices;
        _account = account;
        _idempotency = idempotency;
        _done.RunContinuationsAsynchronously = true;
        Results = results;
        _entries = new Entry[prepared.Length];
        for (int i = 0; i < prepared.Length; i++)
        {
            MessageHead? head = prepared[i];
            if (head is not null)
                _entries[i] = new Entry { Prepared = head, Direct = head.SendAt == 0 ? dispatcher.TryReserveDirect(head) : null };
        }
    }

    /// <summary>
    /// Continue who waits on the journal's completion loop: for those who only write an answer into a buffer. Others must not hold it up.
    /// </summary>
    public bool AnswersInline { init => _done.RunContinuationsAsynchronously = !value; }

    /// <summary>The limits to whose queues the messages were admitted, in their order; null where there are none.</summary>
    public LimitSet[]? Admitted { get; init; }

    /// <summary>What the first event of a message that is sent again says of who asked; null for nothing.</summary>
    public string? Detail { get; init; }

    /// <summary>The messages are one submit_multi: the id of the first stands for all of them.</summary>
    public bool IsGroup { get; init; }

    /// <summary>The verdicts, final once the wait is over.</summary>
    public IntakeResult[] Results { get; }

    /// <summary>Completes after the commit: true, or false when nothing was stored.</summary>
    public ValueTask<bool> WaitAsync() => new(this, _done.Version);

    public override void Apply(IJournalTransaction transaction)
    {
        _list.Clear();
        _isReplay = _isConflict = false;
        RewindDays();
        if (_idempotency is { } input && transaction.FindIdempotent(_account, input.Key) is { } known)
        {
            _isReplay = true;
            Replay(transaction, known, input);
            return;
        }

        for (int i = 0; i < _entries.Length; i++)
        {
            ref Entry entry = ref _entries[i];
            entry.Head = entry.Prepared is null ? null : Complete(entry.Prepared, transaction);
        }

        if (IsGroup) JoinGroup();
        for (int i = 0; i < _entries.Length; i++)
        {
            ref Entry entry = ref _entries[i];
            if (entry.Head is null) continue;
            bool isScheduled = entry.Head.SendAt > transaction.Now;
            string? detail = entry.Head.ResendOf is { } original ? Resending.DetailOf(original, Detail) : null;
            Message message = Message.Create(
                entry.Head, isScheduled ? MessageState.Scheduled : MessageState.Queued, EventKind.Accepted, detail);
            _notices.Collect(ref _list, message, message.Events[0], stateChanged: true);
            if (detail is not null) Resending.Note(transaction, entry.Head, Detail, _notices, ref _list);

            // It may have been paused since the slot was taken: whoever was answered has seen the last attempt begin.
            entry.Attempt = 0;
            if (entry.Direct is { } route && _dispatcher.Traffic.LetsGo(entry.Head))
            {
                RouteDecision decision = _dispatcher.Copies.Make(transaction, message, route.Decision, ref _list);
                Attempt attempt = AttemptRules.Begin(
                    message, route.Lane.Options, decision, _dispatcher.References.Next(entry.Head), transaction.Now, _notices, ref _list);
                (entry.Attempt, entry.Reference, entry.Segments) = (attempt.Number, attempt.Reference, message.Segments.Count);
                entry.Day.Write(transaction, route.Reservation.Limits, route.Reservation.Segments, atIntake: false);
            }

            if (Admitted is not null) entry.Admission.Write(transaction, Admitted[i], entry.Head.SegmentCount, atIntake: true);
            transaction.Insert(message);
        }

        if (_idempotency is not { } fresh || !Array.Exists(_entries, static entry => entry.Head is not null)) return;
        long[] keys = new long[_entries.Length];
        for (int i = 0; i < keys.Length; i++) keys[i] = _entries[i].Head?.Id.Key ?? -1;
        transaction.PutIdempotent(new(_account, fresh.Key, transaction.Now, fresh.BodyHash, keys, Answer: null));
    }

    public override void Committed()
    {
        if (_isReplay)
        {
            ReleaseSlots();
        }
        else
        {
            _notices.Publish(ref _list);
            for (int i = 0; i < _entries.Length; i++)
            {
                ref Entry entry = ref _entries[i];
                if (entry.Head is null) continue;
                Results[i] = IntakeResult.Accepted(entry.Head);
                _notices.Metrics.Accepted(entry.Head.Class);
                if (entry.Direct is { } unused && entry.Attempt == 0) unused.Lane.Release(unused.Reservation);
                if (entry.Direct is { } route && entry.Attempt > 0)
                {
                    entry.Day.Settle(route.Reservation.Limits, route.Reservation.Segments);
                    _dispatcher.AcceptDirect(route, entry.Head, entry.Attempt, entry.Reference, entry.Segments);
                    continue;
                }

                _dispatcher.AcceptOrSchedule(entry.Head);
            }
        }

        EndAdmission(isStored: !_isReplay);
        _done.SetResult(true);
    }

    public override void Failed(StoreFailure failure)
    {
        UndoDays();
        ReleaseSlots();
        EndAdmission(isStored: false);
        for (int i = 0; i < _entries.Length; i++)
        {
            if (_entries[i].Prepared is not null) Results[i] = IntakeResult.NotStored(failure);
        }

        _done.SetResult(false);
    }

    bool IValueTaskSource<bool>.GetResult(short token) => _done.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _done.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _done.OnCompleted(continuation, state, token, flags);

    private MessageHead Complete(MessageHead prepared, IJournalTransaction transaction)
    {
        MessageHead head = prepared with
        {
            Id = transaction.NextId(),
            CreatedAt = transaction.Now,
            ValidUntil = RequestCheck.ValidUntil(prepared, transaction.Now),
        };
        long end = _dispatcher.EndOf(head, head.ValidUntil);
        return end < head.ValidUntil ? head with { ValidUntil = end } : head;
    }

    private void JoinGroup()
    {
        int first = Array.FindIndex(_entries, static entry => entry.Head is not null);
        MessageHead head = _entries[first].Head!;
        var others = new List<long>(_entries.Length);
        for (int i = first + 1; i < _entries.Length; i++)
        {
            ref Entry entry = ref _entries[i];
            if (entry.Head is null) continue;
            others.Add(entry.Head.Id.Key);
            entry.Head = entry.Head with { Submit = entry.Head.Submit! with { Group = head.Id } };
        }

        _entries[first].Head = head with { Submit = head.Submit! with { Others = others } };
    }

    private void Replay(IJournalTransaction transaction, IdempotencyRecord known, IdempotencyInput input)
    {
        _isConflict = !CryptographicOperations.FixedTimeEquals(known.BodyHash, input.BodyHash) || known.Keys.Length != Results.Length;
        for (int i = 0; i < Results.Length; i++)
        {
            if (_isConflict)
                Results[i] = IntakeResult.Refused(
                    IntakeError.IdempotencyConflict, "Idempotency-Key", "The key was used with another body within the last 24 hours.");
            else if (known.Keys[i] >= 0 && transaction.Find(known.Keys[i]) is { } message)
                Results[i] = IntakeResult.Accepted(message.Head, replayed: true);
            else if (known.Keys[i] >= 0)
                Results[i] = IntakeResult.Refused(
                    IntakeError.IdempotencyConflict, "Idempotency-Key", "The key's message was accepted earlier and deleted since.");
            else if (_entries[i].Prepared is not null)
                Results[i] = IntakeResult.Refused(
                    IntakeError.IdempotencyConflict, "Idempotency-Key", "The message was refused when the key was used first: send it with another key.");
        }
    }

    private void EndAdmission(bool isStored)
    {
        if (Admitted is null) return;
        for (int i = 0; i < Admitted.Length; i++)
        {
            if (_entries[i].Prepared is not { } head) continue;
            Admitted[i].Joined(head.SegmentCount);
            if (isStored) _entries[i].Admission.Settle(Admitted[i], head.SegmentCount);
            else Admitted[i].ReturnAdmitted(head.SegmentCount);
        }
    }

    private void UndoDays()
    {
        for (int i = 0; i < _entries.Length; i++)
        {
            ref Entry entry = ref _entries[i];
            if (entry.Direct is { } route) entry.Day.Undo(route.Reservation.Limits, route.Reservation.Segments);
            if (Admitted is not null && entry.Prepared is { } head) entry.Admission.Undo(Admitted[i], head.SegmentCount);
        }
    }

    private void RewindDays()
    {
        for (int i = 0; i < _entries.Length; i++)
        {
            ref Entry entry = ref _entries[i];
            if (entry.Direct is { } route) entry.Day.Rewind(route.Reservation.Limits);
            if (Admitted is not null) entry.Admission.Rewind(Admitted[i]);
        }
    }

    private void ReleaseSlots()
    {
        foreach (Entry entry in _entries) entry.Direct?.Lane.Release(entry.Direct.Reservation);
    }

    private struct Entry
    {
        public MessageHead? Prepared;
        public DirectRoute? Direct;
        public MessageHead? Head;
        public int Attempt;
        public ushort Reference;
        public int Segments;
        public DayCharge Admission;
        public DayCharge Day;
    }
}
