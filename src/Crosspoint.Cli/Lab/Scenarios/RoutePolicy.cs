using Crosspoint.Engine.Health;

namespace Crosspoint.Cli.Lab.Scenarios;

/// <summary>Who chooses connections.</summary>
internal enum PolicyKind
{
    /// <summary>The detection, routing and failover of the gateway.</summary>
    Crosspoint,

    /// <summary>Knows the truth: the connection with room where the message is most likely to arrive at this moment.</summary>
    Oracle,

    /// <summary>The operator's order; the next one for a message that was refused, and while a connection is down.</summary>
    FixedOrder,

    /// <summary>Whole connections go out after failures in a row, and come back after a while.</summary>
    UpDown,
}

/// <summary>Chooses the connection of each message, and is told what becomes of it. Times are microseconds.</summary>
internal abstract class RoutePolicy(Scenario scenario, IReadOnlyList<SimLane> lanes)
{
    protected Scenario Scenario => scenario;

    protected IReadOnlyList<SimLane> Lanes => lanes;

    /// <summary>The place of a connection that takes the message, or that it has to wait for; -1 when none is left.</summary>
    public abstract int Choose(in SimMessage message, long now);

    public virtual void Submitted(in SimMessage message, long now)
    {
    }

    public virtual void Answered(in SimMessage message, AnswerKind kind, long now)
    {
    }

    public virtual void Sent(in SimMessage message, long now)
    {
    }

    /// <summary>A receipt came, or the last connection refused the message for good.</summary>
    public virtual void Ended(in SimMessage message, bool isDelivered, long now)
    {
    }

    public virtual void Confirmed(in SimMessage message, long now)
    {
    }

    /// <summary>Four times a second.</summary>
    /// <returns>What waits is to be chosen for anew.</returns>
    public virtual bool Turn(long now) => false;

    /// <summary>The truth changed: a fault began or ended.</summary>
    /// <returns>What waits is to be chosen for anew.</returns>
    public virtual bool TruthChanged() => false;

    /// <summary>The first in the operator's order of those that did not refuse the message and are fit, else the first that did not refuse it.</summary>
    protected int FirstOf(in SimMessage message, Func<int, bool> isFit, uint without = 0)
    {
        int first = -1;
        foreach (int connection in scenario.Orders[message.Network])
        {
            if ((message.RefusedBy >> connection & 1) != 0) continue;
            if (first < 0) first = connection;
            if ((without >> connection & 1) == 0 && lanes[connection].IsUp && isFit(connection)) return connection;
        }

        return first;
    }
}

/// <summary>See <see cref="PolicyKind.FixedOrder"/>.</summary>
internal sealed class FixedOrderPolicy(Scenario scenario, IReadOnlyList<SimLane> lanes) : RoutePolicy(scenario, lanes)
{
    public override int Choose(in SimMessage message, long now) => FirstOf(message, static _ => true, without: message.SilentBy);
}

/// <summary>See <see cref="PolicyKind.Oracle"/>.</summary>
internal sealed class OraclePolicy(Scenario scenario, IReadOnlyList<SimLane> lanes, CellTruth[,] truth) : RoutePolicy(scenario, lanes)
{
    // A queue of a second is no reason to go elsewhere.
    private const double ShortQueue = 1;

    public override int Choose(in SimMessage message, long now)
    {
        int best = -1;
        double most = 0;
        double shortest = double.PositiveInfinity;
        int fastest = -1;
        foreach (int connection in Scenario.Orders[message.Network])
        {
            SimLane lane = Lanes[connection];
            if ((message.RefusedBy >> connection & 1) != 0 || !lane.IsUp) continue;
            double chance = truth[connection, message.Network].Chance(now);
            if (chance <= 0) continue;
            double seconds = lane.Capacity > 0 ? lane.Waiting / lane.Capacity : lane.HasRoom ? 0 : lane.Waiting;
            if (seconds < shortest) (shortest, fastest) = (seconds, connection);
            if (seconds <= ShortQueue && chance > most) (most, best) = (chance, connection);
        }

        return best >= 0 ? best : fastest >= 0 ? fastest : FirstOf(message, static _ => true);
    }

    public override bool TruthChanged() => true;
}

/// <summary>
/// See <see cref="PolicyKind.UpDown"/>. A connection goes out when its bind is lost, or when <see cref="FailuresInARow"/> answers in a row are refusals or
/// time-outs; it is in again when it is bound, and <see cref="OutFor"/> after the failures. Throttled answers count as neither.
/// </summary>
internal sealed class UpDownPolicy(Scenario scenario, IReadOnlyList<SimLane> lanes) : RoutePolicy(scenario, lanes)
{
    public const int FailuresInARow = 10;
    public static readonly TimeSpan OutFor = TimeSpan.FromSeconds(60);

    private readonly int[] _failures = new int[lanes.Count];
    private readonly long[] _outUntil = new long[lanes.Count];
    private bool _isChanged;

    public override int Choose(in SimMessage message, long now) => FirstOf(message, connection => _outUntil[connection] == 0, without: message.SilentBy);

    public override void Answered(in SimMessage message, AnswerKind kind, long now)
    {
        ref int failures = ref _failures[message.Connection];
        if (kind == AnswerKind.Accepted) failures = 0;
        else if (kind != AnswerKind.Throttled) failures++;
        if (failures < FailuresInARow || _outUntil[message.Connection] != 0) return;
        _outUntil[message.Connection] = now + (long)OutFor.TotalMicroseconds;
        _isChanged = true;
    }

    public override bool Turn(long now)
    {
        for (int i = 0; i < _outUntil.Length; i++)
        {
            if (_outUntil[i] == 0 || now < _outUntil[i]) continue;
            (_outUntil[i], _failures[i], _isChanged) = (0, 0, true);
        }

        bool isChanged = _isChanged;
        _isChanged = false;
        return isChanged;
    }
}
