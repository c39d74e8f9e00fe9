using Crosspoint.Engine;
using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Chaos;
using Crosspoint.Engine.Events;
using Crosspoint.Engine.Health;
using Crosspoint.Engine.Intake;
using Crosspoint.Engine.Monitoring;
using Crosspoint.Engine.Numbers;
using Crosspoint.Engine.Quality;
using Crosspoint.Engine.Stores;
using Crosspoint.Engine.Webhooks;
using Crosspoint.Server.Accounts;
using Crosspoint.Server.Health;
using Crosspoint.Server.Identity;
using Crosspoint.Server.Rates;
using Crosspoint.Server.Routing;
using Crosspoint.Server.SmppListener;

namespace Crosspoint.Server.Api;

/// <summary>What the APIs stand on: the engine's doors, without the engine.</summary>
public sealed record ApiBackend
{
    public required IIntake Intake { get; init; }

    public required IMessageReader Messages { get; init; }

    public required AccountDirectory Accounts { get; init; }

    /// <summary>Where accounts are changed.</summary>
    public required AccountDesk AccountDesk { get; init; }

    /// <summary>When a key was used last: microseconds, 0 for never.</summary>
    public required Func<string, long> KeyLastUsed { get; init; }

    /// <summary>Who is bound with a system_id.</summary>
    public required Func<string, IReadOnlyList<CustomerBind>> Binds { get; init; }

    public required EventFeed Events { get; init; }

    public required IWebhookControl Webhooks { get; init; }

    public required IConnectionControl Connections { get; init; }

    public required ITrafficControl Traffic { get; init; }

    /// <summary>Prices, and the store of revisions.</summary>
    public required RateDesk Rates { get; init; }

    /// <summary>Revisions of the routing plan.</summary>
    public required RoutingDesk Plans { get; init; }

    public required NumberLocator Numbers { get; init; }

    public required IRoutingControl Routing { get; init; }

    /// <summary>What is learned of delivery.</summary>
    public required QualityTable Quality { get; init; }

    /// <summary>Experiments on live connections.</summary>
    public required ChaosRunner Experiments { get; init; }

    /// <summary>What happened in the last minutes.</summary>
    public required HealthTable Health { get; init; }

    /// <summary>Messages over all connections: since the start, and today.</summary>
    public required TrafficTotals Totals { get; init; }

    /// <summary>What accepted segments cost today, by connection, in micro-units of the base currency.</summary>
    public required Func<IEnumerable<(string Connection, long Micros)>> Spent { get; init; }

    /// <summary>What segments sold for today and what these cost, in micro-units, where both prices are known; null where there is none.</summary>
    public required Func<(long Sell, long Cost)?> Sold { get; init; }

    /// <summary>What happened in the minutes and hours before.</summary>
    public required HealthHistory History { get; init; }

    /// <summary>What operators order of connections on networks.</summary>
    public required FailoverDesk Failover { get; init; }

    /// <summary>Incidents, alerts, silences and notifiers.</summary>
    public required AlertDesk Alerts { get; init; }

    /// <summary>Users of the console and their sessions.</summary>
    public required IdentityDesk Identity { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>Whether new messages are taken: what <c>/health/ready</c> says.</summary>
    public required Func<bool> IsReady { get; init; }
}
