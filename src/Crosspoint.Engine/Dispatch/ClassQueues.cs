using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Dispatch;

/// <summary>
/// Works waiting for one connection, a queue for each class. Out of 13 works 8 are one-time codes, 4 transactional and 1 marketing while
/// all wait, so no class waits for ever and a code never waits for a campaign. Not thread-safe: its lane's lock guards it.
/// </summary>
internal sealed class ClassQueues
{
    private static readonly TrafficClass[] Order = [TrafficClass.Otp, TrafficClass.Transactional, TrafficClass.Marketing];
    private static readonly int[] Shares = [4, 8, 1];

    private readonly LinkedQueue[] _queues = [new(), new(), new()];
    private readonly int[] _left = [.. Shares];

    public int Count { get; private set; }

    public void Add(OutboundWork work)
    {
        _queues[(int)work.Head.Class].Add(work);
        Count++;
    }

    /// <summary>Puts a work back before all of its class that never left the queue.</summary>
    public void AddFirst(OutboundWork work)
    {
        _queues[(int)work.Head.Class].AddFirst(work);
        Count++;
    }

    /// <summary>The work that <see cref="Take"/> would give next, or null.</summary>
    public OutboundWork? Peek() => Count == 0 ? null : Choose().First;

    /// <summary>Takes out the work that <see cref="Peek"/> showed.</summary>
    public OutboundWork Take()
    {
        LinkedQueue queue = Choose();
        OutboundWork work = queue.Take();
        _left[(int)work.Head.Class]--;
        Count--;
        return work;
    }

    /// <summary>Takes out everything.</summary>
    public List<OutboundWork> TakeAll()
    {
        var all = new List<OutboundWork>(Count);
        while (Count > 0) all.Add(Take());
        return all;
    }

    private LinkedQueue Choose()
    {
        foreach (TrafficClass trafficClass in Order)
        {
            if (_left[(int)trafficClass] > 0 && _queues[(int)trafficClass].Count > 0) return _queues[(int)trafficClass];
        }

        // Every class that waits has used its share: a new round begins.
        Shares.CopyTo(_left.AsSpan());
        foreach (TrafficClass trafficClass in Order)
        {
            if (_queues[(int)trafficClass].Count > 0) return _queues[(int)trafficClass];
        }

        throw new InvalidOperationException("The queues are empty.");
    }

    private sealed class LinkedQueue
    {
        private readonly Queue<OutboundWork> _works = new();

        // By key: what comes back together (a window that was throttled) goes out again in the order in which it was accepted.
        private readonly PriorityQueue<OutboundWork, long> _returned = new();

        public int Count => _works.Count + _returned.Count;

        public OutboundWork First => _returned.Count > 0 ? _returned.Peek() : _works.Peek();

        public void Add(OutboundWork work) => _works.Enqueue(work);

        public void AddFirst(OutboundWork work) => _returned.Enqueue(work, work.Head.Id.Key);

        public OutboundWork Take() => _returned.Count > 0 ? _returned.Dequeue() : _works.Dequeue();
    }
}
