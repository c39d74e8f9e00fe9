namespace Crosspoint.Engine.Routing;

/// <summary>What a rule demands of every connection that it takes, those of its fallbacks too.</summary>
[Flags]
public enum RouteDemands : byte
{
    None = 0,

    /// <summary>Receipts that tell what became of the message.</summary>
    Receipts = 1,

    /// <summary>A carrier that hands messages to the recipient's network itself.</summary>
    Direct = 2,

    /// <summary>A path that is licensed in the recipient's country.</summary>
    Licensed = 4,

    /// <summary>A sender that the recipient's country takes, by the plan's <see cref="SenderRules"/>.</summary>
    Sender = 8,
}

/// <summary>Ends messages instead of sending them.</summary>
/// <param name="Code">Public error code that the message ends with.</param>
/// <param name="Reason">For people.</param>
public sealed record RouteDenial(int Code, string Reason);

/// <summary>One rule of a plan: which messages it takes, and where they go.</summary>
public sealed record RoutingRule
{
    /// <summary>For people and decisions; of one rule only.</summary>
    public required string Name { get; init; }

    /// <summary>All of it must fit.</summary>
    public RuleMatch Match { get; init; } = RuleMatch.Any;

    /// <summary>None of it may fit: each kind stands by itself.</summary>
    public RuleMatch Except { get; init; } = RuleMatch.Any;

    /// <summary>Where messages go; null where they are denied.</summary>
    public RouteList? Route { get; init; }

    /// <summary>Why they go nowhere; null where they go somewhere.</summary>
    public RouteDenial? Deny { get; init; }

    public RouteDemands Demands { get; init; }

    /// <summary>Attempts of one message under this rule; 0 for as many as the retries allow.</summary>
    public int MostAttempts { get; init; }

    /// <summary>Time from acceptance after which no attempt begins; null for the message's validity alone.</summary>
    public TimeSpan? Within { get; init; }

    /// <summary>A connection for tests that gets copies; null for none.</summary>
    public string? CopyTo { get; init; }

    /// <summary>The share of messages that is copied there, 0 to 1.</summary>
    public double CopyShare { get; init; }
}
