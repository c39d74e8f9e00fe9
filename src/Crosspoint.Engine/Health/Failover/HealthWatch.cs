using Crosspoint.Engine.Messages;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Engine.Health.Failover;

/// <summary>
/// Looks several times a second at what was noticed, gives it to the states, and what they make of it to routing and to those who listen. A turn that takes
/// longer than the interval is not overtaken, and one that fails does not end the watch.
/// </summary>
public sealed partial class HealthWatch : IDisposable
{
    /// <summary>Half of what a hard failure may take until its traffic moves.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly HealthStates _states;
    private readonly Func<IReadOnlyList<HealthPath>> _paths;
    private readonly Action<FailoverSnapshot> _publish;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private readonly Lock _publishing = new();
    private readonly List<HealthSignal> _signals = [];
    private readonly List<HealthChange> _changes = [];
    private readonly long _startedAt;
    private readonly long _startedWall;
    private FailoverSnapshot _published = FailoverSnapshot.Empty;
    private int _isTurning;

    /// <param name="paths">Tells of all connections.</param>
    /// <param name="publish">Is given what routing goes by, whenever that changes; moves what waits.</param>
    public HealthWatch(
        HealthStates states, Func<IReadOnlyList<HealthPath>> paths, Action<FailoverSnapshot> publish, TimeProvider time, ILogger<HealthWatch> logger)
    {
        (_states, _paths, _publish, _time, _logger) = (states, paths, publish, time, logger);
        (_startedAt, _startedWall) = (time.GetTimestamp(), time.GetUtcMicros());
        _timer = time.CreateTimer(static self => ((HealthWatch)self!).Turn(), this, Interval, Interval);
    }

    /// <summary>Adds what was noticed up to a steady time. Set once, before the first turn that is to count.</summary>
    public Action<long, List<HealthSignal>> Notice { get; set; } = static (_, _) => { };

    /// <summary>Told of every change, one after the other. Must not block.</summary>
    public event Action<HealthChange>? Changed;

    /// <summary>Microseconds that begin as wall time and go on with the monotonic clock.</summary>
    public long SteadyNow => _startedWall + Micros.From(_time.GetElapsedTime(_startedAt));

    /// <summary>One look. The timer's work; does nothing while another one is under way.</summary>
    public void Turn()
    {
        if (Interlocked.Exchange(ref _isTurning, 1) == 1) return;
        try
        {
            _signals.Clear();
            _changes.Clear();
            long now = SteadyNow;
            Collect(now);
            _states.Turn(now, _time.GetUtcMicros(), _signals, _paths(), _changes);
            Publish();
            Tell(_changes);
        }
        catch (Exception e)
        {
            Log.TurnFailed(_logger, e);
        }
        finally
        {
            Volatile.Write(ref _isTurning, 0);
        }
    }

    /// <summary>Takes these orders in place of those that hold.</summary>
    public void TakeOrders(IReadOnlyList<HealthOrder> orders)
    {
        var changes = new List<HealthChange>();
        _states.TakeOrders(orders, SteadyNow, _time.GetUtcMicros(), changes);
        Publish();
        Tell(changes);
    }

    public void Dispose() => _timer.Dispose();

    // What cannot be noticed must not keep orders and holds from ending.
    private void Collect(long now)
    {
        try
        {
            Notice(now, _signals);
        }
        catch (Exception e)
        {
            Log.TurnFailed(_logger, e);
        }
    }

    private void Publish()
    {
        lock (_publishing)
        {
            FailoverSnapshot snapshot = _states.Snapshot;
            if (snapshot == _published) return;
            _published = snapshot;
            _publish(snapshot);
        }
    }

    private void Tell(List<HealthChange> changes)
    {
        foreach (HealthChange change in changes)
        {
            string share = HealthWords.Percent(change.Share);
            string cell = change.Cell.ToString();
            if (change.To is CellState.Suspended or CellState.Degraded) Log.Fell(_logger, cell, change.To, share, change.Reason);
            else Log.Changed(_logger, cell, change.To, share, change.Reason);
            foreach (Action<HealthChange> listener in Changed?.GetInvocationList().Cast<Action<HealthChange>>() ?? [])
            {
                try
                {
                    listener(change);
                }
                catch (Exception e)
                {
                    Log.ListenerFailed(_logger, e, cell);
                }
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4440, LogLevel.Warning, "Health of {Cell}: {State}, takes {Share} of its usual messages; {Reason}")]
        public static partial void Fell(ILogger logger, string cell, CellState state, string share, string reason);

        [LoggerMessage(4441, LogLevel.Information, "Health of {Cell}: {State}, takes {Share} of its usual messages; {Reason}")]
        public static partial void Changed(ILogger logger, string cell, CellState state, string share, string reason);

        [LoggerMessage(4442, LogLevel.Error, "A look at the health of connections failed; the next one comes")]
        public static partial void TurnFailed(ILogger logger, Exception exception);

        [LoggerMessage(4443, LogLevel.Error, "Somebody who listens to changes of health failed at that of {Cell}")]
        public static partial void ListenerFailed(ILogger logger, Exception exception, string cell);
    }
}
