using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Dispatch;

/// <summary>
/// How many messages dispatch may hold in memory. Below the bound any flow may grow; at the bound each still has a small share of half as
/// much again, so that what is new never waits for a campaign to leave memory. Beyond that messages wait as keys, on disk.
/// </summary>
/// <param name="bound">Messages in memory before shares count.</param>
internal sealed class DispatchRoom(int bound)
{
    // Enough for a commit's worth, so that reading back does not go one by one.
    private const int LeastShare = 16;

    private readonly int _limit = bound + (bound / 2);
    private int _held;
    private int _flows;

    /// <summary>Messages held: queued, in flight, or waiting for a further try.</summary>
    public int Held => Volatile.Read(ref _held);

    /// <summary>Messages that every flow may hold, however many others do.</summary>
    public int Share => Math.Max(LeastShare, bound / 2 / Math.Max(1, Volatile.Read(ref _flows)));

    /// <summary>More than half is taken: what cannot move should not stay in memory.</summary>
    public bool IsCrowded => Held > bound / 2;

    /// <summary>No flow may take more than its share.</summary>
    public bool IsFull => Held >= bound;

    public void Enter() => Interlocked.Increment(ref _held);

    public void Leave(int count = 1) => Interlocked.Add(ref _held, -count);

    public void FlowBegan() => Interlocked.Increment(ref _flows);

    public void FlowEnded() => Interlocked.Decrement(ref _flows);

    /// <summary>Whether a flow may keep one more in memory. The work in question has entered.</summary>
    /// <param name="moves">Its connection takes traffic.</param>
    public bool MayHold(Flow flow, bool moves) =>
        Held <= (moves ? bound : bound / 2) || (flow.InMemory < Share && Held <= LimitOf(flow));

    /// <summary>Nothing of the flow may be read back.</summary>
    public bool IsClosedTo(Flow flow) => Held >= LimitOf(flow);

    /// <summary>How many keys a flow that runs out may have read back now; 0 while it has enough.</summary>
    public int MayRead(Flow flow, int most)
    {
        int free = (bound - Held) / 2;
        int share = Share;
        bool runsOut = flow.InMemory <= share / 2 || (free >= most / 4 && flow.InMemory <= most / 2);
        return runsOut ? Math.Clamp(Math.Max(share - flow.InMemory, free), 0, most) : 0;
    }

    // Messages that wait for a further try are held and in no flow, so shares alone are no bound. One-time codes get the last of the room.
    private int LimitOf(Flow flow) => flow.Class == TrafficClass.Otp ? _limit + (bound / 2) : _limit;
}
