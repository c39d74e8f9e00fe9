namespace Crosspoint.Engine.Monitoring;

/// <summary>What is made of an account's or a batch's messages.</summary>
public enum TrafficState
{
    Running,

    /// <summary>Accepted and held: nothing of it begins.</summary>
    Paused,

    /// <summary>What waited has ended as canceled, or is about to; new messages are refused. Batches alone.</summary>
    Canceled,
}

/// <summary>An account or a batch at one moment.</summary>
/// <param name="Batch">Empty for the account as a whole.</param>
/// <param name="Rate">Segments a second, over all connections; 0 for no cap.</param>
/// <param name="Held">Messages that were taken out of the queues for a pause; what a connection that is down has not been asked for yet, is not among them.</param>
/// <param name="IsCanceling">What waited when it was canceled is being ended.</param>
/// <param name="Canceled">Messages that this ended: since the last cancel.</param>
public sealed record TrafficStatus(
    string AccountSid, string Batch, TrafficState State, double Rate, long Held, bool IsCanceling, long Canceled);
