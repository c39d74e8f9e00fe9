using System.Collections.Concurrent;
using Crosspoint.Engine.Limits;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Monitoring;
using Crosspoint.Engine.Stores;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Engine.Dispatch;

/// <summary>
/// Accounts and batches that are paused, paced or canceled. While there are none, a message costs one look. Each is a few marks in the journal, and of
/// the messages that are held only the keys are in memory.
/// </summary>
internal sealed partial class TrafficControls : IAsyncDisposable
{
    /// <summary>Batches that may be paused, paced or canceled at once, over all accounts.</summary>
    public const int MostBatches = 100_000;

    /// <summary>Those of one account, so that none uses up what is there for all; the operator may go beyond it.</summary>
    public const int MostBatchesOfOne = 10_000;

    /// <summary>How long a canceled batch is remembered, and refuses messages.</summary>
    public static readonly TimeSpan CanceledFor = TimeSpan.FromDays(7);

    // Marks are deleted with the files of their time, which may be short.
    private static readonly TimeSpan RenewAfter = TimeSpan.FromHours(1);
    private const int MarksAtOnce = 1_000;

    private readonly ConcurrentDictionary<TrafficKey, TrafficControl> _all = [];
    private readonly SemaphoreSlim _change = new(1);

    // Batches in _all, and those of each account that has some. Guarded by _change.
    private readonly Dictionary<string, int> _batchesOf = [];
    private int _batches;
    private readonly Dispatcher _dispatcher;
    private readonly IJournal _journal;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly QueueCanceler _canceler;
    private readonly ITimer _renewal;

    // Those of _all that are not idle.
    private volatile int _count;
    private volatile bool _isStopped;

    public TrafficControls(Dispatcher dispatcher, IJournal journal, TimeProvider time, ILogger<TrafficControls> logger)
    {
        (_dispatcher, _journal, _time, _logger) = (dispatcher, journal, time, logger);
        _canceler = new(this, dispatcher, journal, time, logger);
        _renewal = time.CreateTimer(static state => _ = ((TrafficControls)state!).RenewAsync(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public bool IsEmpty => _count == 0;

    /// <summary>Messages that are held for pauses.</summary>
    public long Held => _count == 0 ? 0 : _all.Values.Sum(static control => control.Held);

    public IEnumerable<TrafficControl> All => _all.Values;

    /// <summary>Reads what holds from earlier runs. To be awaited before the first message.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        foreach ((string name, long value) in await _journal.ListMarksAsync(TrafficKey.StatePrefix, cancellationToken).ConfigureAwait(false))
        {
            if (TrafficKey.TryRead(name, TrafficKey.StatePrefix, out TrafficKey key)) GetOrAdd(key).Restore(value);
        }

        foreach ((string name, long value) in await _journal.ListMarksAsync(TrafficKey.CancelPrefix, cancellationToken).ConfigureAwait(false))
        {
            if (TrafficKey.TryRead(name, TrafficKey.CancelPrefix, out TrafficKey key)) GetOrAdd(key).RestoreCancel(value);
        }

        foreach ((string name, long value) in await _journal.ListMarksAsync(TrafficKey.CountPrefix, cancellationToken).ConfigureAwait(false))
        {
            if (TrafficKey.TryRead(name, TrafficKey.CountPrefix, out TrafficKey key)) GetOrAdd(key).CountCanceled(value);
        }

        await RenewAsync().ConfigureAwait(false);
        if (_count > 0) Log.Loaded(_logger, _all.Values.Count(static control => control.State == TrafficState.Paused), _count);
    }

    /// <summary>Goes on with what was being canceled.</summary>
    public void Start() => _canceler.Wake();

    public async ValueTask DisposeAsync()
    {
        _isStopped = true;
        await _renewal.DisposeAsync().ConfigureAwait(false);
        await _canceler.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Whether a message may go on as far as this is concerned. Looks only.</summary>
    public bool LetsGo(OutboundWork work) => IsEmpty || Judge(work, keeps: false, out _) == TrafficVerdict.Goes;

    /// <summary>Whether a message that is not accepted yet may go out at once.</summary>
    public bool LetsGo(MessageHead head)
    {
        if (IsEmpty) return true;
        if (Find(new(head.AccountSid, "")) is { } account && account.Judge(long.MaxValue, keeps: false) != TrafficVerdict.Goes) return false;
        return FindBatch(head) is not { } batch || (batch.Pace is null && batch.Judge(long.MaxValue, keeps: false) == TrafficVerdict.Goes);
    }

    /// <summary>Whether a new message belongs to a batch that was canceled.</summary>
    public bool Refuses(MessageHead head) => !IsEmpty && FindBatch(head) is { State: TrafficState.Canceled };

    /// <summary>The rate of the message's batch; null when it has none.</summary>
    public LimitBucket? PaceOf(MessageHead head) => IsEmpty ? null : FindBatch(head)?.Pace;

    /// <summary>The limits of a message with the rate of its batch among them.</summary>
    public LimitSet With(LimitSet limits, MessageHead head) => PaceOf(head) is { } pace ? limits.With(pace) : limits;

    /// <summary>Takes a message that is to be held or canceled out of dispatch. False when it goes on.</summary>
    public bool TakeAside(OutboundWork work)
    {
        if (IsEmpty) return false;
        switch (Judge(work, keeps: true, out TrafficControl? by))
        {
            case TrafficVerdict.Waits:
                _dispatcher.Forget(work);
                if (by!.TakeToTidy() is { } held) _dispatcher.ReadBack.Release(held, by.EndTidy);
                return true;
            case TrafficVerdict.Ends:
                _canceler.Add(work, by!);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Who has a message canceled; null when nobody has.</summary>
    public TrafficControl? CancelerOf(MessageHead head)
    {
        if (IsEmpty) return null;
        if (Find(new(head.AccountSid, "")) is { } account && account.Judge(head.Id.Key, keeps: false) == TrafficVerdict.Ends) return account;
        return FindBatch(head) is { } batch && batch.Judge(head.Id.Key, keeps: false) == TrafficVerdict.Ends ? batch : null;
    }

    public TrafficStatus StatusOf(TrafficKey key) =>
        Find(key)?.Status ?? new(key.AccountSid, key.Batch, TrafficState.Running, 0, 0, IsCanceling: false, 0);

    public List<TrafficStatus> Batches(string accountSid, string after, int limit) =>
    [
        .. _all.Values.Where(control => !control.Key.IsAccount && control.Key.AccountSid == accountSid && !control.IsIdle
            && string.CompareOrdinal(control.Key.Batch, after) > 0)
            .OrderBy(static control => control.Key.Batch, StringComparer.Ordinal).Take(limit).Select(static control => control.Status),
    ];

    public async ValueTask<ControlResult> PauseAsync(TrafficKey key, bool byOperator)
    {
        await _change.WaitAsync().ConfigureAwait(false);
        try
        {
            if (Admit(key, byOperator) is not { } control) return TooMany;
            if (control.State == TrafficState.Canceled) return new(ControlOutcome.Refused, "The batch is canceled: resume it first.");
            if (control.State == TrafficState.Paused) return default;

            // Held before it is on record: whoever is answered then has seen the last attempt begin.
            control.Turn(TrafficState.Paused);
            if (await StoreAsync(control).ConfigureAwait(false)) return Done(key, "paused");
            control.Turn(TrafficState.Running);
            Release(control);
            Forget(control);
            return Unavailable;
        }
        finally
        {
            _change.Release();
        }
    }

    public async ValueTask<ControlResult> ResumeAsync(TrafficKey key)
    {
        await _change.WaitAsync().ConfigureAwait(false);
        try
        {
            if (Find(key) is not { } control || control.State == TrafficState.Running) return default;
            (TrafficState before, long canceledAt) = (control.State, control.CanceledAt);
            if (before == TrafficState.Canceled && control.CancelUpTo != 0)
                return new(ControlOutcome.Refused, "What waited is still being canceled: try again when its state is 'canceled'.");

            // On record first: what goes out in the meantime would be more than was asked for.
            var next = new TrafficControl(key, _time);
            next.ChangeRate(control.Status.Rate);
            if (!await StoreAsync(control, next.Mark, before == TrafficState.Canceled).ConfigureAwait(false)) return Unavailable;
            control.Turn(TrafficState.Running);
            Release(control);
            Forget(control);
            return Done(key, "resumed");
        }
        finally
        {
            _change.Release();
        }
    }

    public async ValueTask<ControlResult> PaceAsync(TrafficKey key, double rate, bool byOperator)
    {
        await _change.WaitAsync().ConfigureAwait(false);
        try
        {
            if (Admit(key, byOperator) is not { } control) return TooMany;
            if (control.State == TrafficState.Canceled) return new(ControlOutcome.Refused, "The batch is canceled: resume it first.");
            double before = control.Status.Rate;
            control.ChangeRate(rate);
            if (!await StoreAsync(control).ConfigureAwait(false))
            {
                control.ChangeRate(before);
                Forget(control);
                return Unavailable;
            }

            _dispatcher.Recheck();
            Forget(control);
            return Done(key, "paced");
        }
        finally
        {
            _change.Release();
        }
    }

    public async ValueTask<ControlResult> CancelAsync(TrafficKey key, bool byOperator)
    {
        await _change.WaitAsync().ConfigureAwait(false);
        try
        {
            if (Admit(key, byOperator) is not { } control) return TooMany;
            TrafficState before = control.State;
            if (before == TrafficState.Canceled) return default;

            // Nothing begins any more while it is put on record.
            control.Turn(TrafficState.Paused);
            var begin = new BeginCancel(control);
            _journal.Enqueue(begin);
            bool isDone = await begin.Done.ConfigureAwait(false) is null;
            if (!isDone || key.IsAccount) control.Turn(before);
            if (before == TrafficState.Running && control.State != TrafficState.Paused) Release(control);
            if (!isDone)
            {
                Forget(control);
                return Unavailable;
            }

            _dispatcher.Recheck();
            _canceler.Wake();
            return Done(key, "canceling");
        }
        finally
        {
            _change.Release();
        }
    }

    /// <summary>Everything that waited for a cancel has ended: what was held is looked through for what could not be called back.</summary>
    /// <exception cref="IOException">It could not be stored, and is to be tried again.</exception>
    public async Task EndCancelAsync(TrafficControl control, long upTo, CancellationToken cancellationToken)
    {
        await _change.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (control.CancelUpTo != upTo) return;
            var put = new PutMarks(new KeyValuePair<string, long>(control.Key.MarkOf(TrafficKey.CancelPrefix), 0));
            _journal.Enqueue(put);
            if (await put.Done.WaitAsync(cancellationToken).ConfigureAwait(false) is { } failure)
                throw new IOException($"The end of a cancel was not stored: {failure}.");
            control.EndCancel();
            Log.Canceled(_logger, control.Key.AccountSid, control.Key.Batch, control.Canceled);
            Release(control);
            Forget(control);
        }
        finally
        {
            _change.Release();
        }
    }

    private static ControlResult TooMany => new(
        ControlOutcome.Refused,
        $"{MostBatchesOfOne} batches of the account, or {MostBatches} in all, are paused, paced or canceled, which is the most that can be: resume some.");

    private static ControlResult Unavailable => new(ControlOutcome.StoreUnavailable);

    private TrafficVerdict Judge(OutboundWork work, bool keeps, out TrafficControl? by)
    {
        by = null;
        if (work.HasBegun) return TrafficVerdict.Goes;
        long key = work.Head.Id.Key;
        TrafficVerdict verdict = TrafficVerdict.Goes;
        if (Find(new(work.Head.AccountSid, "")) is { } account)
        {
            by = account;
            verdict = account.Judge(key, keeps);
        }

        if (verdict == TrafficVerdict.Goes && FindBatch(work.Head) is { } batch)
        {
            by = batch;
            verdict = batch.Judge(key, keeps);
        }

        return verdict;
    }

    private TrafficControl? Find(TrafficKey key) => _all.GetValueOrDefault(key);

    private TrafficControl? FindBatch(MessageHead head) =>
        head.Metadata.Find(Messages.Batches.MetadataName) is { } name ? Find(new(head.AccountSid, name)) : null;

    private TrafficControl? Admit(TrafficKey key, bool byOperator)
    {
        if (key.IsAccount || Find(key) is not null) return GetOrAdd(key);
        if (!byOperator && _batchesOf.GetValueOrDefault(key.AccountSid) >= MostBatchesOfOne) return null;
        if (_batches >= MostBatches) ForgetOld();
        return _batches >= MostBatches ? null : GetOrAdd(key);
    }

    // It counts before anything is made of it, so that no message goes by without a look.
    private TrafficControl GetOrAdd(TrafficKey key)
    {
        if (Find(key) is not { } control)
        {
            control = new(key, _time);
            _all[key] = control;
            CountBatch(key, 1);
        }

        Count(control, isBusy: true);
        return control;
    }

    // Accounts stay, with how many messages their last cancel has ended: there are as many as the configuration has.
    private void Forget(TrafficControl control)
    {
        if (!control.IsIdle) return;
        Count(control, isBusy: false);
        if (!control.Key.IsAccount && _all.TryRemove(control.Key, out _)) CountBatch(control.Key, -1);
    }

    private void Count(TrafficControl control, bool isBusy)
    {
        if (control.IsCounted == isBusy) return;
        control.IsCounted = isBusy;
        _count = _count + (isBusy ? 1 : -1);
    }

    private void CountBatch(TrafficKey key, int change)
    {
        if (key.IsAccount) return;
        _batches += change;
        int count = _batchesOf.GetValueOrDefault(key.AccountSid) + change;
        if (count == 0) _batchesOf.Remove(key.AccountSid);
        else _batchesOf[key.AccountSid] = count;
    }

    private void ForgetOld()
    {
        long before = _time.GetUtcMicros() - Micros.From(CanceledFor);
        var marks = new List<KeyValuePair<string, long>>();
        foreach (TrafficControl control in _all.Values)
        {
            if (control is { State: TrafficState.Canceled, CancelUpTo: 0 } && control.CanceledAt < before) control.Turn(TrafficState.Running);
            Forget(control);
            if (!_all.ContainsKey(control.Key))
            {
                marks.Add(new(control.Key.MarkOf(TrafficKey.StatePrefix), 0));
                marks.Add(new(control.Key.MarkOf(TrafficKey.CountPrefix), 0));
            }
        }

        Write(marks);
    }

    // Written again where new rows go, so that they do not end with what is deleted for its age.
    private async Task RenewAsync()
    {
        // No change may come between what is read here and what is written.
        await _change.WaitAsync().ConfigureAwait(false);
        try
        {
            if (_isStopped) return;
            ForgetOld();
            WriteAll();
            _renewal.Change(RenewAfter, Timeout.InfiniteTimeSpan);
        }
        finally
        {
            _change.Release();
        }
    }

    private void WriteAll()
    {
        var marks = new List<KeyValuePair<string, long>>();
        foreach (TrafficControl control in _all.Values)
        {
            AddMark(TrafficKey.StatePrefix, control.Mark);
            AddMark(TrafficKey.CancelPrefix, control.CancelUpTo);
            AddMark(TrafficKey.CountPrefix, control.Canceled);

            void AddMark(string prefix, long value)
            {
                if (value != 0) marks.Add(new(control.Key.MarkOf(prefix), value));
            }
        }

        Write(marks);
    }

    private void Write(List<KeyValuePair<string, long>> marks)
    {
        foreach (KeyValuePair<string, long>[] some in marks.Chunk(MarksAtOnce)) _journal.Enqueue(new PutMarks(some));
    }

    private ControlResult Done(TrafficKey key, string how)
    {
        Log.Changed(_logger, key.AccountSid, key.Batch, how);
        return default;
    }

    private void Release(TrafficControl control)
    {
        if (control.TakeHeld() is { } held) _dispatcher.ReadBack.Release(held, static () => { });
    }

    private Task<bool> StoreAsync(TrafficControl control) => StoreAsync(control, control.Mark, forgetsCount: false);

    private async Task<bool> StoreAsync(TrafficControl control, long state, bool forgetsCount)
    {
        KeyValuePair<string, long> mark = new(control.Key.MarkOf(TrafficKey.StatePrefix), state);
        var put = forgetsCount ? new PutMarks(mark, new(control.Key.MarkOf(TrafficKey.CountPrefix), 0)) : new PutMarks(mark);
        _journal.Enqueue(put);
        return await put.Done.ConfigureAwait(false) is null;
    }

    /// <summary>Puts on record that everything that is there now is canceled.</summary>
    private sealed class BeginCancel(TrafficControl control) : Transition
    {
        private readonly TaskCompletionSource<StoreFailure?> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private long _upTo;
        private long _now;

        public Task<StoreFailure?> Done => _done.Task;

        public override void Apply(IJournalTransaction transaction)
        {
            // An id that no message has: all that are there are below it.
            _upTo = transaction.NextId().Key;
            _now = transaction.Now;
            TrafficKey key = control.Key;
            transaction.PutMark(key.MarkOf(TrafficKey.CancelPrefix), _upTo);
            transaction.PutMark(key.MarkOf(TrafficKey.CountPrefix), 0);
            if (key.IsAccount) return;
            var canceled = new TrafficControl(key, TimeProvider.System);
            canceled.Turn(TrafficState.Canceled, _now);
            transaction.PutMark(key.MarkOf(TrafficKey.StatePrefix), canceled.Mark);
        }

        public override void Committed()
        {
            control.BeginCancel(_upTo);
            if (!control.Key.IsAccount)
            {
                control.ChangeRate(0);
                control.Turn(TrafficState.Canceled, _now);
            }

            _done.SetResult(null);
        }

        public override void Failed(StoreFailure failure) => _done.SetResult(failure);
    }

    private static partial class Log
    {
        [LoggerMessage(2051, LogLevel.Information, "Still in force: {Paused} paused accounts and batches, {All} in all that are paused, paced or canceled")]
        public static partial void Loaded(ILogger logger, int paused, int all);

        [LoggerMessage(2052, LogLevel.Information, "Account {AccountSid}, batch '{Batch}': {How}")]
        public static partial void Changed(ILogger logger, string accountSid, string batch, string how);

        [LoggerMessage(2053, LogLevel.Information, "Account {AccountSid}, batch '{Batch}': canceled, {Count} messages")]
        public static partial void Canceled(ILogger logger, string accountSid, string batch, long count);
    }
}
