using Crosspoint.Engine.Accounts;

namespace Crosspoint.Engine.Webhooks;

/// <summary>What accounts may see and ask of their receivers of webhooks.</summary>
public interface IWebhookControl
{
    /// <summary>
    /// The account's receivers that are configured, at work, failing or disabled, in the order of their URLs: those after
    /// <paramref name="afterUrl"/>, at most <paramref name="limit"/>.
    /// </summary>
    IReadOnlyList<EndpointStatus> ListEndpoints(string accountSid, string afterUrl, int limit);

    /// <summary>One receiver; null when the account has none of this id.</summary>
    EndpointStatus? FindEndpoint(string accountSid, string id);

    /// <summary>Keeps the events of a receiver and sends it nothing more, until it is enabled.</summary>
    ValueTask<EndpointChange> DisableEndpointAsync(string accountSid, string id);

    /// <summary>Sends a receiver what was kept for it, and what comes. One that is enabled already stays so.</summary>
    ValueTask<EndpointChange> EnableEndpointAsync(string accountSid, string id);

    /// <summary>Sends a signed <c>webhook.test</c> event at once, with a try's time limits and no retry.</summary>
    ValueTask<WebhookTestResult> TestAsync(Account account, string url, CancellationToken cancellationToken);
}
