using Crosspoint.Engine.Dispatch;
using Crosspoint.Engine.Messages;

namespace Crosspoint.Cli.Lab.Scenarios;

/// <summary>
/// What waits for a connection and is without an answer there, the same for everyone who routes: the gateway's own pace, a window, classes by their shares,
/// and no network may hold more than half of the window while there are others.
/// </summary>
internal sealed class SimLane
{
    // As the gateway serves classes that wait: 8 codes, 4 transactional, 1 marketing.
    private static readonly TrafficClass[] Urgency = [TrafficClass.Otp, TrafficClass.Transactional, TrafficClass.Marketing];
    private static readonly int[] Shares = [4, 8, 1];

    private readonly Queue<int>[] _queues = [new(), new(), new()];
    private readonly Queue<int>[] _again = [new(), new(), new()];
    private readonly Queue<int>?[] _aside;
    private readonly int[] _held;
    private readonly int[] _left = [.. Shares];
    private readonly Queue<int> _freed = new();
    private readonly int _mostHeld;

    public SimLane(ScenarioConnection connection, int networks, VirtualTime time, Func<double> jitter)
    {
        Connection = connection;
        Pace = new(connection.Capacity, 0, time) { Jitter = jitter };
        _aside = new Queue<int>?[networks];
        _held = new int[networks];
        _mostHeld = networks > 1 ? Math.Max(1, connection.Window / 2) : connection.Window;
    }

    public ScenarioConnection Connection { get; }

    public Pace Pace { get; }

    public bool IsUp { get; set; } = true;

    /// <summary>When its sessions were last lost; what was without an answer then gets none.</summary>
    public long LostAt { get; set; } = long.MinValue;

    /// <summary>When it is to look again whether it may send; 0 for never.</summary>
    public long WakeAt { get; set; }

    public int InFlight { get; private set; }

    public int Waiting { get; private set; }

    /// <summary>Segments submitted, a sum.</summary>
    public long Given { get; private set; }

    public bool HasRoom => InFlight < Connection.Window;

    /// <summary>Segments a second that it takes; 0 for any.</summary>
    public double Capacity => (Connection.Capacity, Pace.LearnedRate) switch
    {
        (0, var learned) => learned,
        (var agreed, 0) => agreed,
        var (agreed, learned) => Math.Min(agreed, learned),
    };

    public void Add(int message, TrafficClass trafficClass, bool first)
    {
        (first ? _again : _queues)[(int)trafficClass].Enqueue(message);
        Waiting++;
    }

    /// <summary>The next one whose network may send; it no longer waits.</summary>
    public bool TryTake(MessageTable messages, out int message)
    {
        while (_freed.TryDequeue(out int network))
        {
            if (_held[network] >= _mostHeld || _aside[network] is not { } aside || !aside.TryDequeue(out message)) continue;
            Waiting--;
            return true;
        }

        while (TryDequeue(out message))
        {
            int network = messages[message].Network;
            if (_held[network] < _mostHeld)
            {
                Waiting--;
                return true;
            }

            (_aside[network] ??= new()).Enqueue(message);
        }

        return false;
    }

    public void Submitted(int network)
    {
        InFlight++;
        Given++;
        _held[network]++;
    }

    public void Answered(int network)
    {
        InFlight--;
        _held[network]--;
        if (_aside[network] is { Count: > 0 }) _freed.Enqueue(network);
    }

    /// <summary>Takes out all that waits.</summary>
    public void TakeAll(List<int> messages)
    {
        foreach (Queue<int>? queue in (IEnumerable<Queue<int>?>)[.. _aside, .. _again, .. _queues])
        {
            while (queue is not null && queue.TryDequeue(out int message)) messages.Add(message);
        }

        _freed.Clear();
        Waiting = 0;
    }

    private bool TryDequeue(out int message)
    {
        for (int round = 0; round < 2; round++)
        {
            foreach (TrafficClass urgent in Urgency)
            {
                int place = (int)urgent;
                if (_left[place] == 0 || (!_again[place].TryDequeue(out message) && !_queues[place].TryDequeue(out message))) continue;
                _left[place]--;
                return true;
            }

            Shares.CopyTo(_left, 0);
        }

        message = -1;
        return false;
    }
}
