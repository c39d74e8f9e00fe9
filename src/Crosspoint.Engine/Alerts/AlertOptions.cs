using Crosspoint.Engine.Incidents;
using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Alerts;

/// <summary>When there is an alert, and how often it is told.</summary>
public sealed record AlertOptions
{
    /// <summary>The first that fits a country and class counts.</summary>
    public IReadOnlyList<DeliveryRule> Delivery { get; init; } = [new()];

    /// <summary>The first that fits a connection and class counts.</summary>
    public IReadOnlyList<QueueRule> Queues { get; init; } =
    [
        // A one-time code that waits longer than the person who wants it is of no use.
        new() { Class = TrafficClass.Otp, WaitSeconds = new(30, 120, 600) },
        new() { WaitSeconds = new(300, 900, 3600) },
    ];

    /// <summary>Without a rule a vendor may cost what it likes.</summary>
    public IReadOnlyList<SpendRule> Spend { get; init; } = [];

    /// <summary>Seconds for which a receiver of webhooks has failed.</summary>
    public Levels WebhookFailingSeconds { get; init; } = new(15 * 60, 2 * 3600, 24 * 3600);

    /// <summary>Days until a certificate ends. Authorities renew 30 days before.</summary>
    public Levels CertificateDays { get; init; } = new(30, 14, 3);

    /// <summary>Free share of a disk, 0 to 1.</summary>
    public Levels DiskFree { get; init; } = new(0.2, 0.1, 0.05);

    /// <summary>An incident of at least this severity is told as an alert; null tells of none.</summary>
    public Severity? Incidents { get; init; } = Severity.L1;

    /// <summary>How often the readings are looked at.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>An alert that lasts, and that nobody has acknowledged, is told again after so long; zero never does it.</summary>
    public TimeSpan RemindEvery { get; init; } = TimeSpan.FromHours(4);

    /// <summary>An alert ends when its reason has been gone for so long: what swings around a threshold is one alert.</summary>
    public TimeSpan ClearAfter { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Longest silence or maintenance window.</summary>
    public TimeSpan LongestSilence { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Silences and maintenance windows at once.</summary>
    public int MostSilences { get; init; } = 1_000;

    /// <summary>How long what has ended is kept.</summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromDays(400);

    /// <summary>Where this gateway's API is reached by people who get a notification, such as https://sms.example.com; empty for paths alone.</summary>
    public string PublicUrl { get; init; } = "";
}

/// <summary>A threshold for each severity; null where there is none.</summary>
public readonly record struct Levels(double? L1, double? L2, double? L3)
{
    public static readonly Levels None;

    public bool IsEmpty => L1 is null && L2 is null && L3 is null;

    /// <summary>The worst severity whose threshold a value is above; null for none.</summary>
    public Severity? Above(double value) => Worst(limit => value > limit);

    /// <summary>The worst severity whose threshold a value is below; null for none.</summary>
    public Severity? Below(double value) => Worst(limit => value < limit);

    public double? Of(Severity severity) => severity switch { Severity.L3 => L3, Severity.L2 => L2, _ => L1 };

    private Severity? Worst(Func<double, bool> isPassed) =>
        L3 is { } l3 && isPassed(l3) ? Severity.L3
        : L2 is { } l2 && isPassed(l2) ? Severity.L2
        : L1 is { } l1 && isPassed(l1) ? Severity.L1
        : null;
}

/// <summary>Delivery that is too low.</summary>
public sealed record DeliveryRule
{
    /// <summary>ISO 3166-1 alpha-2; null for any.</summary>
    public string? Country { get; init; }

    /// <summary>Null for the country as a whole.</summary>
    public TrafficClass? Class { get; init; }

    /// <summary>Share that is delivered, 0 to 1.</summary>
    public Levels Share { get; init; } = new(0.99, 0.98, 0.95);

    public TimeSpan Over { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Of fewer messages nothing is said: five of 500 are one in a hundred.</summary>
    public long LeastMessages { get; init; } = 500;
}

/// <summary>A queue that is too long.</summary>
public sealed record QueueRule
{
    /// <summary>Null for any.</summary>
    public string? Connection { get; init; }

    /// <summary>Null for any.</summary>
    public TrafficClass? Class { get; init; }

    /// <summary>Estimated wait in seconds.</summary>
    public Levels WaitSeconds { get; init; }

    /// <summary>Messages that wait.</summary>
    public Levels Waiting { get; init; }
}

/// <summary>A vendor that costs too much in a day.</summary>
public sealed record SpendRule
{
    public required string Vendor { get; init; }

    public required string Currency { get; init; }

    /// <summary>In whole units of the currency.</summary>
    public Levels PerDay { get; init; }
}
