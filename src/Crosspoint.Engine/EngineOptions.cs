using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Health.Detection;
using Crosspoint.Engine.Health.Failover;
using Crosspoint.Engine.Health.History;
using Crosspoint.Engine.Limits;
using Crosspoint.Engine.Numbers;
using Crosspoint.Engine.Retries;
using Crosspoint.Engine.Routing;
using Crosspoint.Engine.Vendors;
using Crosspoint.Engine.Webhooks;

namespace Crosspoint.Engine;

/// <summary>Everything the engine is told by configuration, validated, as an immutable snapshot.</summary>
public sealed record EngineOptions
{
    public required IReadOnlyList<Account> Accounts { get; init; }

    public required IReadOnlyList<ConnectionOptions> Connections { get; init; }

    public required RoutingPlan Routing { get; init; }

    /// <summary>What routing goes by beside the plan: prices, measurements, knowledge of numbers.</summary>
    public RoutingSources RoutingSources { get; init; } = new();

    /// <summary>Caps on segments a second besides those of the connections.</summary>
    public IReadOnlyList<Limit> Limits { get; init; } = [];

    /// <summary>What is done after refusals and negative receipts, where that is not the usual; the first that fits decides.</summary>
    public IReadOnlyList<RetryRule> Retries { get; init; } = [];

    /// <summary>Hours in which certain messages may go out.</summary>
    public IReadOnlyList<SendWindow> SendWindows { get; init; } = [];

    /// <summary>What is known of numbers besides what ships with the library.</summary>
    public NumberOptions Numbers { get; init; } = new();

    /// <summary>What is noticed of the health of connections, and when.</summary>
    public DetectionOptions Detection { get; init; } = new();

    /// <summary>What is stored of health.</summary>
    public HistoryOptions History { get; init; } = new();

    public WebhookOptions Webhooks { get; init; } = new();

    public QueueOptions Queues { get; init; } = new();

    /// <summary>How traffic leaves what is sick, and comes back.</summary>
    public FailoverOptions Failover { get; init; } = new();

    /// <summary>How long receipts and inbound messages are kept for a customer that does not fetch them.</summary>
    public TimeSpan KeepForCustomers { get; init; } = TimeSpan.FromHours(72);
}

/// <summary>Bounds of the queues in memory.</summary>
public sealed record QueueOptions
{
    /// <summary>Messages waiting for dispatch that are held in memory; the rest waits in the journal.</summary>
    public int DispatchMessages { get; init; } = 20_000;

    /// <summary>Transitions waiting for their commit beyond which new messages are refused with "overloaded".</summary>
    public int JournalTransitions { get; init; } = 50_000;

    /// <summary>Webhooks held in memory; the rest waits in the journal.</summary>
    public int Webhooks { get; init; } = 20_000;

    /// <summary>deliver_sm for customers' binds held in memory; the rest waits in the journal.</summary>
    public int Customers { get; init; } = 20_000;
}
