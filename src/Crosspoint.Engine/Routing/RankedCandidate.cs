using Crosspoint.Engine.Health;
using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Routing;

/// <summary>A connection as a decision ranks it.</summary>
public record struct RankedCandidate
{
    /// <summary>Place in <see cref="RoutingSnapshot.Connections"/>.</summary>
    public int Connection { get; set; }

    public CandidateCode Code { get; set; }

    /// <summary>0 for the rule's own list, 1 for its fallback, and so on.</summary>
    public int List { get; set; }

    /// <summary>Price of a segment in micro-units; null when it is not known.</summary>
    public long? Price { get; set; }

    /// <summary>Null when nothing is known of it.</summary>
    public RouteQuality? Quality { get; set; }

    /// <summary>The probability of delivery that was drawn in place of its quality; null where the message does not explore.</summary>
    public double? Drawn { get; set; }

    /// <summary>What its quality is multiplied by for what it shows now.</summary>
    public double Health { get; set; }

    public bool IsShadow { get; set; }

    /// <summary>By what its list puts it in order: the higher, the earlier.</summary>
    public double Score { get; set; }

    /// <summary>It may not take the message, whatever happens to the others.</summary>
    public bool IsOut { get; set; }

    /// <summary>How it does on the recipient's network.</summary>
    public CellState State { get; set; }

    /// <summary>It is not well there, and this message is not of those that it takes all the same: it stands behind all others.</summary>
    public bool IsWithheld { get; set; }
}

/// <summary>What was decided.</summary>
public readonly record struct RouteVerdict
{
    /// <summary>Place of the rule in the plan; -1 for the default list.</summary>
    public required int Rule { get; init; }

    /// <summary>Candidates in the buffer, in order of preference.</summary>
    public int Count { get; init; }

    /// <summary>Place in <see cref="RoutingSnapshot.Connections"/> of the one to use, or to wait for; -1 when none is left.</summary>
    public required int Chosen { get; init; }

    /// <summary>Why the message goes nowhere; null unless it is denied.</summary>
    public RouteDenial? Denial { get; init; }

    /// <summary>The test connection that gets a copy; -1 for none.</summary>
    public required int CopyTo { get; init; }

    /// <summary>Sell price of a segment in micro-units; null when there is none, or nobody asked.</summary>
    public long? SellPrice { get; init; }
}

/// <summary>What happened to a message before, as far as a decision depends on it.</summary>
/// <param name="RefusedBy">Connections that refused it for good, or could not deliver it; null for none.</param>
/// <param name="PinnedTo">The connection that holds some of its segments; null while it may go anywhere.</param>
/// <param name="Prefer">The connection to take while it lives; null for none.</param>
public readonly record struct RouteHistory(IReadOnlyList<string>? RefusedBy, string? PinnedTo, string? Prefer)
{
    public bool HasRefused(string connection)
    {
        if (RefusedBy is null) return false;
        for (int i = 0; i < RefusedBy.Count; i++)
        {
            if (RefusedBy[i] == connection) return true;
        }

        return false;
    }
}
