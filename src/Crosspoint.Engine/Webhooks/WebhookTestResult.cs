namespace Crosspoint.Engine.Webhooks;

/// <summary>What a receiver made of a test event.</summary>
/// <param name="Id">The event's id; empty when nothing was sent.</param>
/// <param name="Status">HTTP status; 0 when there was no answer.</param>
/// <param name="Error">Why it was not taken, for people; null when it was.</param>
/// <param name="IsBusy">Too many tests are under way: nothing was sent.</param>
public sealed record WebhookTestResult(string Id, int Status, TimeSpan Took, string? Error, bool IsBusy = false)
{
    public bool IsDelivered => Status is >= 200 and < 300;
}
