using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Monitoring;

/// <summary>A queue of dispatch at one moment: what waits at one connection for one account in one class and under the same limits.</summary>
/// <param name="Waiting">Messages, in memory and on disk.</param>
/// <param name="InMemory">Messages of it that are in memory.</param>
/// <param name="Rate">Messages a second that leave it, over the last 10 s or so.</param>
/// <param name="IsHeldBack">A limit has no tokens for it at this moment.</param>
/// <param name="Limits">The limits that it counts in.</param>
public sealed record QueueStatus(
    string Connection, TrafficClass Class, string AccountSid, long Waiting, int InMemory, double Rate, bool IsHeldBack, IReadOnlyList<QueueLimit> Limits)
{
    // A rate below it says nothing: one message in a minute or so.
    private const double LeastRate = 0.02;

    /// <summary>How long what joins now will wait at the present rate; null while hardly anything leaves.</summary>
    public TimeSpan? EstimatedWait => Rate < LeastRate ? null : TimeSpan.FromSeconds(Waiting / Rate);
}

/// <summary>A limit that a queue counts in.</summary>
/// <param name="Key">The sender, account, campaign or country that it counts apart; empty for all together.</param>
/// <param name="Rate">Segments a second; 0 for a limit by day.</param>
/// <param name="Waiting">Segments that wait for it, over all queues.</param>
/// <param name="PerDay">Segments a day; 0 for a limit by second.</param>
/// <param name="Today">Segments on record for the present day.</param>
public sealed record QueueLimit(string Name, string Key, double Rate, long Waiting, long PerDay = 0, long Today = 0);
