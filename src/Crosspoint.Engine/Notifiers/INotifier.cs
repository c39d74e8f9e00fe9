using Crosspoint.Engine.Alerts;

namespace Crosspoint.Engine.Notifiers;

/// <summary>Tells somebody, once.</summary>
internal interface INotifier : IDisposable
{
    /// <summary>One try. Never throws but for the cancellation of its token, which also ends a try that takes too long.</summary>
    Task<NotifyOutcome> SendAsync(Notification notification, CancellationToken cancellationToken);
}

/// <summary>What became of a try.</summary>
/// <param name="Error">For people, without anything secret; null when it was taken.</param>
/// <param name="IsFinal">Trying again cannot help.</param>
internal readonly record struct NotifyOutcome(string? Error, bool IsFinal = false)
{
    public static readonly NotifyOutcome Taken;
}
