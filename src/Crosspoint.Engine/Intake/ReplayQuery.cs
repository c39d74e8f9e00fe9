using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Intake;

/// <summary>Which webhooks of an account are to be sent again. Everything that is given must fit.</summary>
/// <param name="State">Delivered, or given up; those that are being tried are left alone.</param>
/// <param name="Endpoint">Scheme, host, port and path of the receiver; null for every one.</param>
/// <param name="CreatedFrom">Microseconds at which the message was accepted, inclusive; null for no bound.</param>
/// <param name="CreatedBefore">Microseconds, exclusive; null for no bound.</param>
/// <param name="BeforeKey">The cursor: only messages with a key below it; null for the first page.</param>
/// <param name="Limit">Webhooks to send again at most; those of the last message stay together.</param>
public sealed record ReplayQuery(
    DeliveryState State, string? Endpoint, long? CreatedFrom, long? CreatedBefore, long? BeforeKey, int Limit)
{
    /// <summary>One message alone; null for all.</summary>
    public MessageId? Message { get; init; }
}
