using Crosspoint.Engine.Stores;

namespace Crosspoint.RabbitMq;

/// <summary>How events are published.</summary>
public sealed record EventSinkOptions
{
    /// <summary>1 to 127 characters.</summary>
    public required string Exchange { get; init; }

    /// <summary>Declare the exchange as a durable topic exchange; else it must be there.</summary>
    public bool Declare { get; init; } = true;

    public RoutingKey RoutingKey { get; init; } = RoutingKey.Default;

    /// <summary>Which events; all unless set.</summary>
    public EventFilter Filter { get; init; } = EventFilter.All;

    /// <summary>The first time: begin with the oldest event there is rather than with what happens from then on.</summary>
    public bool FromBeginning { get; init; }

    /// <summary>CloudEvents' source: tells gateways apart.</summary>
    public string Source { get; init; } = "/crosspoint";
}
