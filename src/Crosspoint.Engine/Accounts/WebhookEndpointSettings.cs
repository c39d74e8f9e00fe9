namespace Crosspoint.Engine.Accounts;

/// <summary>What an account's receiver of webhooks asks for. Receivers that none is configured for get the defaults.</summary>
public sealed record WebhookEndpointSettings
{
    /// <summary>Ends a <see cref="Url"/> that stands for every path below it.</summary>
    public const string PrefixEnd = "/*";

    /// <summary>
    /// Scheme, host, port and path that callback URLs are compared with, without a query, written as <c>Uri</c> writes them; with
    /// <see cref="PrefixEnd"/> at its end for every path below.
    /// </summary>
    public required string Url { get; init; }

    /// <summary>False keeps its events and sends nothing.</summary>
    public bool IsEnabled { get; init; } = true;

    /// <summary>Null for one event a POST, without the list around it.</summary>
    public WebhookBatch? Batch { get; init; }

    /// <summary>Tries at once; 0 for what <c>webhooks.concurrency</c> says.</summary>
    public int Concurrency { get; init; }

    /// <summary>Requests a second, evenly; 0 for no limit.</summary>
    public double Rate { get; init; }

    /// <summary>Its own key of native webhooks, the octets behind <c>whsec_</c>; null for the account's.</summary>
    public byte[]? Secret { get; init; }

    /// <summary>The key before <see cref="Secret"/>, while the receiver changes over; null for none.</summary>
    public byte[]? SecretPrevious { get; init; }

    /// <summary>Without its secrets.</summary>
    public override string ToString() => Url;
}
