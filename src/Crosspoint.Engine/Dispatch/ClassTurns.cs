using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Dispatch;

/// <summary>
/// Whose turn it is among the classes: out of 13 works 8 are one-time codes, 4 transactional and 1 marketing while all wait. Not thread-safe.
/// </summary>
internal sealed class ClassTurns
{
    /// <summary>The most urgent class first.</summary>
    public static readonly TrafficClass[] Order = [TrafficClass.Otp, TrafficClass.Transactional, TrafficClass.Marketing];

    // By class, not in that order.
    private static readonly int[] Shares = [4, 8, 1];

    private readonly int[] _left = [.. Shares];

    /// <summary>The queue of the class that is next; null when nothing may go.</summary>
    /// <param name="classes">By class.</param>
    public FairQueue? Choose(FairQueue[] classes)
    {
        foreach (TrafficClass trafficClass in Order)
        {
            if (_left[(int)trafficClass] > 0 && !classes[(int)trafficClass].IsEmpty) return classes[(int)trafficClass];
        }

        // Every class that waits has used its share: a new round begins.
        Shares.CopyTo(_left.AsSpan());
        foreach (TrafficClass trafficClass in Order)
        {
            if (!classes[(int)trafficClass].IsEmpty) return classes[(int)trafficClass];
        }

        return null;
    }

    public void Count(TrafficClass trafficClass) => _left[(int)trafficClass]--;
}
