using Crosspoint.Engine.Health;
using Crosspoint.Engine.Limits;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Routing;
using Crosspoint.Engine.Vendors;
using Crosspoint.Smpp.Codec;
using Crosspoint.Sms.Numbers;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Engine.Chaos;

/// <summary>
/// Runs experiments, one at a time, ends them, and writes down what the gateway did about them. No message is lost by one: what is refused was not
/// sent and has another way to go, no answer is kept for good, and what health is not told everybody else is. Thread-safe.
/// </summary>
public sealed partial class ChaosRunner : IDisposable
{
    /// <summary>Experiments that are remembered.</summary>
    public const int MostKept = 50;

    private const int MostChanges = 200;
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(250);
    private static readonly ulong Salt = Shares.Of("chaos");

    private readonly Lock _gate = new();
    private readonly IFaultTarget _target;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private readonly List<ChaosRun> _kept = [];
    private readonly HashSet<HealthCell> _sick = [];
    private volatile Running? _running;
    private long _last;

    public ChaosRunner(IFaultTarget target, TimeProvider time, ILogger<ChaosRunner> logger)
    {
        (_target, _time, _logger) = (target, time, logger);
        _timer = time.CreateTimer(static self => ((ChaosRunner)self!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The newest first.</summary>
    public IReadOnlyList<ChaosRun> List()
    {
        lock (_gate)
        {
            Refresh();
            return [.. Enumerable.Reverse(_kept)];
        }
    }

    public ChaosRun? Find(long number)
    {
        lock (_gate)
        {
            Refresh();
            return _kept.Find(run => run.Number == number);
        }
    }

    /// <summary>Why an experiment cannot be; null when it can. Its values are within their ranges.</summary>
    public string? Check(Experiment experiment)
    {
        if (_target.FindConnection(experiment.Connection) is not { } options) return $"There is no connection '{experiment.Connection}'.";
        if (experiment.Fault == ExperimentFault.Latency && experiment.Latency >= options.Smpp.ResponseTimeout)
            return $"Expected a latency below the connection's response timeout of {options.Smpp.ResponseTimeout.TotalSeconds} s: beyond it messages would be sent twice.";
        if (experiment.Fault == ExperimentFault.Errors)
        {
            StatusAction action = options.Smpp.Statuses.ActionOf((uint)experiment.Status);
            if (action is StatusAction.Accept or StatusAction.Fail or StatusAction.Suspend)
                return $"Expected a status after which a message is tried again or goes another way; {CommandStatuses.Name(experiment.Status)} means '{action}' on this connection.";
        }

        return experiment.Fault == ExperimentFault.Disconnect && !_target.HasOther(experiment.Connection)
            ? "No other connection of the plan is up: its messages would wait."
            : null;
    }

    /// <summary>Begins an experiment; null while another one is under way.</summary>
    /// <param name="by">Who asks for it.</param>
    public ChaosRun? TryBegin(Experiment experiment, string by)
    {
        lock (_gate)
        {
            if (_running is not null) return null;
            var run = new ChaosRun { Number = ++_last, Experiment = experiment, By = by, StartedAt = _time.GetUtcNow() };
            var running = new Running(this, run);
            _running = running;
            _kept.Add(run);
            if (_kept.Count > MostKept) _kept.RemoveAt(0);
            Apply(running);
            _timer.Change(Turn, Turn);
            Log.Began(_logger, run.Number, experiment.Connection, experiment.Fault, experiment.For, by);
            return running.Run;
        }
    }

    /// <summary>Ends the fault of an experiment at once. False when it is not there, or has ended.</summary>
    public bool TryStop(long number)
    {
        lock (_gate)
        {
            if (_running is not { } running || running.Run.Number != number || running.Run.Phase != ChaosPhase.Injecting) return false;
            EndFault(running, ChaosEnd.Operator);
            return true;
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        lock (_gate)
        {
            if (_running is { Run.Phase: ChaosPhase.Injecting } running) EndFault(running, ChaosEnd.Gone);
        }
    }

    /// <summary>Whether what happens to a message on a connection is, or may be, made by an experiment: nothing is to be learned from it.</summary>
    public bool IsHit(string connection, MessageHead head) => _running is { } running && running.IsHit(connection, head);

    /// <summary>Whether health is to hear nothing of the receipt of a message.</summary>
    public bool IsReceiptLost(string connection, MessageHead head) =>
        _running is { Run.Experiment.Fault: ExperimentFault.ReceiptsLost } running && running.HitsReceipt(connection, head);

    /// <summary>A message has come to its end, on whatever connection.</summary>
    public void Finished(MessageHead head, in Destination destination, bool isDelivered)
    {
        if (_running is not { } running || !running.Run.Experiment.Concerns(head, destination)) return;
        lock (_gate)
        {
            if (running != _running || running.Run.Phase != ChaosPhase.Injecting) return;
            running.Ended++;
            if (isDelivered) running.Delivered++;
            Experiment experiment = running.Run.Experiment;
            if (running.Ended < experiment.GuardMessages || running.Delivered >= experiment.DeliveryAtLeast * running.Ended) return;
            Log.Guard(_logger, running.Run.Number, running.Delivered, running.Ended, experiment.DeliveryAtLeast);
            EndFault(running, ChaosEnd.Guard);
        }
    }

    /// <summary>Something was noticed.</summary>
    public void Noticed(HealthSignal signal)
    {
        if (_running is not { } running || signal.Cell.Connection != running.Run.Experiment.Connection) return;
        lock (_gate)
        {
            if (running != _running || running.Run.Signal is not null || SinceOf(running) is not { } since) return;
            running.Run = running.Run with { Signal = signal, DetectedAfter = _time.GetElapsedTime(since) };
        }
    }

    /// <summary>A cell's state changed.</summary>
    public void Changed(HealthChange change)
    {
        if (_running is not { } running || change.Cell.Connection != running.Run.Experiment.Connection) return;
        lock (_gate)
        {
            if (running != _running || SinceOf(running) is not { } since) return;
            ChaosRun run = running.Run;
            if (run.Changes.Count < MostChanges) run = run with { Changes = [.. run.Changes, change] };
            if (change.To == CellState.Healthy) _sick.Remove(change.Cell);
            else if (run.Phase == ChaosPhase.Injecting || _sick.Contains(change.Cell)) _sick.Add(change.Cell);
            bool isMove = change.From == CellState.Healthy && change.To is CellState.Degraded or CellState.Suspended;
            if (isMove && run.MovedAfter is null) run = run with { MovedAfter = _time.GetElapsedTime(since) };
            running.Run = run;
        }

        Look();
    }

    // Every turn: a connection that was restarted shows the fault again, and what is over ends.
    private void Look()
    {
        lock (_gate)
        {
            if (_running is not { } running) return;
            Experiment experiment = running.Run.Experiment;
            if (running.Run.Phase == ChaosPhase.Injecting)
            {
                if (!Apply(running)) EndFault(running, ChaosEnd.Gone);
                else if (_time.GetElapsedTime(running.Began) >= experiment.For) EndFault(running, ChaosEnd.Time);
            }
            else if (_sick.Count == 0 || _time.GetElapsedTime(running.FaultEnded) > experiment.Targets.Recovered)
            {
                Finish(running);
            }
        }
    }

    // Under _gate. The first hit may have been within this turn.
    private long? SinceOf(Running running)
    {
        if (running.Since is null && running.Run.Phase == ChaosPhase.Injecting) Apply(running);
        return running.Since;
    }

    // Under _gate.
    private bool Apply(Running running)
    {
        bool isThere = _target.TryInject(running.Run.Experiment.Connection, running.Fault);
        bool isHit = running.Run.Experiment.Fault == ExperimentFault.Disconnect ? isThere : running.Hits > 0;
        if (isHit && running.Since is null)
        {
            // To the turn: the first hit is somewhat earlier than it is seen, where none told of it.
            running.Since = running.FirstHit > 0 ? running.FirstHit : _time.GetTimestamp();
            running.Run = running.Run with { FirstHitAt = _time.GetUtcNow() - _time.GetElapsedTime(running.Since.Value) };
        }

        return isThere;
    }

    // Under _gate.
    private void EndFault(Running running, ChaosEnd end)
    {
        Apply(running);
        _target.TryInject(running.Run.Experiment.Connection, null);
        running.FaultEnded = _time.GetTimestamp();
        running.Run = running.Run with { Phase = ChaosPhase.Recovering, End = end, FaultEndedAt = _time.GetUtcNow() };
        Log.FaultEnded(_logger, running.Run.Number, end, running.Hits);
        if (_sick.Count == 0 || end == ChaosEnd.Gone) Finish(running);
    }

    // Under _gate.
    private void Finish(Running running)
    {
        bool isBack = _sick.Count == 0 && running.Run.MovedAfter is not null;
        running.Run = running.Run with { Phase = ChaosPhase.Done, RecoveredAfter = isBack ? _time.GetElapsedTime(running.FaultEnded) : null };
        Refresh();
        _running = null;
        _sick.Clear();
        _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Log.Done(_logger, running.Run.Number, running.Run.MetDetection, running.Run.MetMove, running.Run.MetRecovery);
    }

    // Under _gate: the list shows what is known now.
    private void Refresh()
    {
        if (_running is not { } running) return;
        int place = _kept.FindIndex(run => run.Number == running.Run.Number);
        running.Run = running.Run with { Segments = running.Hits, Ended = running.Ended, Delivered = running.Delivered };
        if (place >= 0) _kept[place] = running.Run;
    }

    private sealed class Running
    {
        private readonly ChaosRunner _owner;
        private readonly Experiment _experiment;
        private readonly TokenBucket? _bucket;
        private readonly Lock _bucketGate = new();
        private long _receipts;
        private long _firstHit;

        public Running(ChaosRunner owner, ChaosRun run)
        {
            (_owner, Run, _experiment) = (owner, run, run.Experiment);
            Began = owner._time.GetTimestamp();
            if (_experiment.Fault == ExperimentFault.Throttle) _bucket = new(_experiment.Rate, 0, owner._time);
            FaultEffect? effect = _experiment.Fault switch
            {
                ExperimentFault.Latency => FaultEffect.Delay,
                ExperimentFault.Errors or ExperimentFault.Throttle => FaultEffect.Refuse,
                ExperimentFault.Disconnect => FaultEffect.Unbind,
                _ => null,
            };
            if (effect is null) return;
            Fault = new(effect.Value, Hit, owner._time)
            {
                Status = _experiment.Fault == ExperimentFault.Throttle ? CommandStatus.Throttled : _experiment.Status,
                Delay = effect == FaultEffect.Delay ? _experiment.Latency : TimeSpan.FromMilliseconds(10),
            };
        }

        /// <summary>Guarded by the runner.</summary>
        public ChaosRun Run { get; set; }

        public InjectedFault? Fault { get; }

        public long Began { get; }

        /// <summary>Timestamp of the first hit; null before.</summary>
        public long? Since { get; set; }

        public long FaultEnded { get; set; }

        public long Ended { get; set; }

        public long Delivered { get; set; }

        public long Hits => (Fault?.Segments ?? 0) + Volatile.Read(ref _receipts);

        public long FirstHit => Volatile.Read(ref _firstHit);

        private bool Concerns(MessageHead head) => _experiment.Concerns(head, _owner._target.DestinationOf(head));

        public bool IsHit(string connection, MessageHead head) => connection == _experiment.Connection && IsInShare(head) && Concerns(head);

        public bool HitsReceipt(string connection, MessageHead head)
        {
            if (Run.Phase != ChaosPhase.Injecting || !IsHit(connection, head)) return false;
            Interlocked.Increment(ref _receipts);
            NoteHit();
            return true;
        }

        private bool IsInShare(MessageHead head) => Shares.Place((ulong)head.Id.Key, Salt) <= _experiment.Share;

        // A message that has nowhere else to go is spared.
        private bool Hit(MessageHead head)
        {
            if (!IsInShare(head) || !Concerns(head)) return false;
            if (_experiment.Fault != ExperimentFault.Latency && !_owner._target.HasAlternative(head, _experiment.Connection)) return false;
            if (_bucket is not null)
            {
                lock (_bucketGate)
                {
                    if (_bucket.TryTake()) return false;
                }
            }

            NoteHit();
            return true;
        }

        private void NoteHit() => Interlocked.CompareExchange(ref _firstHit, _owner._time.GetTimestamp(), 0);
    }

    private static partial class Log
    {
        [LoggerMessage(4500, LogLevel.Warning, "Experiment {Number} on {Connection}: {Fault} for {For}, ordered by {By}")]
        public static partial void Began(ILogger logger, long number, string connection, ExperimentFault fault, TimeSpan @for, string by);

        [LoggerMessage(4501, LogLevel.Warning, "Experiment {Number} is stopped by its guard: {Delivered} of {Ended} messages were delivered, below {AtLeast}")]
        public static partial void Guard(ILogger logger, long number, long delivered, long ended, double atLeast);

        [LoggerMessage(4502, LogLevel.Warning, "Experiment {Number}: the fault has ended ({End}); it hit {Segments} segments")]
        public static partial void FaultEnded(ILogger logger, long number, ChaosEnd end, long segments);

        [LoggerMessage(4503, LogLevel.Information, "Experiment {Number} is done; targets met: detection {Detection}, move {Move}, recovery {Recovery}")]
        public static partial void Done(ILogger logger, long number, bool? detection, bool? move, bool? recovery);
    }
}
