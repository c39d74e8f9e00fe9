using Crosspoint.Engine.Dispatch;
using Crosspoint.Engine.Limits;
using Crosspoint.Engine.Monitoring;

namespace Crosspoint.Engine;

/// <summary>
/// The door to what is made of an account's messages, or of one of its batches (an empty name means the account as a whole). What is asked for is on
/// disk before it is answered, and holds over restarts. What is at a carrier already, in part or perhaps, ends as it would have.
/// </summary>
public interface ITrafficControl
{
    /// <summary>How it stands. A batch that nobody has paused, paced or canceled is running.</summary>
    TrafficStatus TrafficOf(string accountSid, string batch);

    /// <summary>The limits that an account's messages count in, its own first.</summary>
    IReadOnlyList<LimitInForce> LimitsOf(string accountSid);

    /// <summary>Batches of an account that are paused, paced or canceled, by name: those after <paramref name="after"/>.</summary>
    IReadOnlyList<TrafficStatus> Batches(string accountSid, string after, int limit);

    /// <summary>Holds its messages: they are accepted and wait, and their validity runs.</summary>
    /// <param name="byOperator">The bound on the batches of one account does not hold.</param>
    ValueTask<ControlResult> PauseTrafficAsync(string accountSid, string batch, bool byOperator = false);

    /// <summary>Ends a pause; a canceled batch takes messages again.</summary>
    ValueTask<ControlResult> ResumeTrafficAsync(string accountSid, string batch);

    /// <summary>
    /// Ends every message of it that waits, in steps behind the answer. A batch refuses new messages from then on; an account goes on as before.
    /// </summary>
    /// <param name="byOperator">The bound on the batches of one account does not hold.</param>
    ValueTask<ControlResult> CancelTrafficAsync(string accountSid, string batch, bool byOperator = false);

    /// <summary>Caps a batch.</summary>
    /// <param name="rate">Segments a second over all connections; 0 for no cap.</param>
    /// <param name="byOperator">The bound on the batches of one account does not hold.</param>
    ValueTask<ControlResult> PaceTrafficAsync(string accountSid, string batch, double rate, bool byOperator = false);
}
