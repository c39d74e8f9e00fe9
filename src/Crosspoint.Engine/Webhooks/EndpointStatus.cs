using Crosspoint.Engine.Accounts;

namespace Crosspoint.Engine.Webhooks;

/// <summary>A receiver of webhooks, as it stands.</summary>
/// <param name="Id"><c>WE</c> and 32 hex digits: made of account and URL, so the same on every run.</param>
/// <param name="Url">Scheme, host, port and path.</param>
/// <param name="Settings">What is configured for it; null for the defaults.</param>
/// <param name="DisabledSince">Microseconds of wall time; 0 while it is enabled, or disabled by configuration.</param>
/// <param name="FailingSince">Microseconds of wall time; 0 when its last request was taken, or none is known.</param>
/// <param name="Failures">Requests that failed since then, as far as they were counted by this run of the gateway.</param>
/// <param name="Waiting">Its webhooks in memory that are neither delivered nor given up.</param>
/// <param name="HasMore">Whether further ones are kept for it in the journal alone.</param>
/// <param name="Running">Requests under way.</param>
/// <param name="LastStatus">HTTP status of the last request of this run; 0 for none, or no answer.</param>
public sealed record EndpointStatus(
    string Id,
    string Url,
    WebhookEndpointSettings? Settings,
    DisabledBecause Disabled,
    long DisabledSince,
    long FailingSince,
    int Failures,
    int Waiting,
    bool HasMore,
    int Running,
    int LastStatus,
    string? LastError);
