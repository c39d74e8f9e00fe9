using Crosspoint.Engine.Incidents;

namespace Crosspoint.Engine.Notifiers;

/// <summary>Somebody who is told of alerts.</summary>
public abstract record NotifierOptions
{
    /// <summary>Unique among notifiers; letters, digits, '-', '_' and '.'.</summary>
    public required string Name { get; init; }

    /// <summary>Alerts below it are not told.</summary>
    public Severity Least { get; init; } = Severity.L1;

    /// <summary>Only alerts of these rules; empty for all.</summary>
    public IReadOnlyList<string> Rules { get; init; } = [];

    /// <summary>Time for one try, from the look-up of the name to the answer.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Waits between tries. After the last one a notification is given up, and counted.</summary>
    public IReadOnlyList<TimeSpan> Retries { get; init; } =
    [
        TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(15),
        TimeSpan.FromMinutes(30),
    ];

    /// <summary>Notifications that wait; more are dropped, and counted.</summary>
    public int Queue { get; init; } = 200;

    /// <summary>webhook, email, slack or pagerduty.</summary>
    public abstract string Kind { get; }

    /// <summary>Where it goes, without anything secret.</summary>
    public abstract string Target { get; }

    // Records print their members, and some of these are secrets.
    public sealed override string ToString() => $"{Kind} {Name}";
}

/// <summary>A POST with the signature of Standard Webhooks.</summary>
public sealed record WebhookNotifierOptions : NotifierOptions
{
    public required string Url { get; init; }

    /// <summary>The octets behind <c>whsec_</c>.</summary>
    public required byte[] Secret { get; init; }

    public override string Kind => "webhook";

    public override string Target => HostOf(Url);

    // A path may be a secret: Slack's is.
    internal static string HostOf(string url) => Uri.TryCreate(url, UriKind.Absolute, out Uri? uri) ? $"{uri.Scheme}://{uri.Authority}/…" : "";
}

/// <summary>An incoming webhook in the form of Slack, which others understand too.</summary>
public sealed record SlackNotifierOptions : NotifierOptions
{
    /// <summary>Secret: whoever knows it can write there.</summary>
    public required string Url { get; init; }

    public override string Kind => "slack";

    public override string Target => WebhookNotifierOptions.HostOf(Url);
}

/// <summary>PagerDuty Events API v2.</summary>
public sealed record PagerDutyNotifierOptions : NotifierOptions
{
    public const string DefaultUrl = "https://events.pagerduty.com/v2/enqueue";

    public required string RoutingKey { get; init; }

    public string Url { get; init; } = DefaultUrl;

    public override string Kind => "pagerduty";

    public override string Target => WebhookNotifierOptions.HostOf(Url);
}

/// <summary>How a connection to a mail server is secured.</summary>
public enum MailSecurity : byte
{
    /// <summary>Plain at first, and then STARTTLS, without which nothing is sent (RFC 3207).</summary>
    StartTls,

    /// <summary>TLS from the first byte (RFC 8314).</summary>
    Tls,

    /// <summary>None. For a server on this machine or in a closed network.</summary>
    None,
}

/// <summary>E-mail over SMTP.</summary>
public sealed record EmailNotifierOptions : NotifierOptions
{
    public required string Host { get; init; }

    /// <summary>587 for submission, 465 for TLS from the first byte (RFC 8314).</summary>
    public required int Port { get; init; }

    public MailSecurity Security { get; init; }

    /// <summary>PEM file, absolute, with authorities that are trusted in place of the system's; null for the system's.</summary>
    public string? Authorities { get; init; }

    /// <summary>Null to send without authentication.</summary>
    public string? User { get; init; }

    public string Password { get; init; } = "";

    public required string From { get; init; }

    public required IReadOnlyList<string> To { get; init; }

    public override string Kind => "email";

    public override string Target => $"{string.Join(", ", To)} by {Host}:{Port}";
}
