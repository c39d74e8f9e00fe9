using Crosspoint.Engine.Health;
using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Routing;

/// <summary>A connection as a decision ranks it. One line of the processor's cache: what is not known is a value that stands for it.</summary>
public record struct RankedCandidate
{
    private long _price;
    private double _drawn;
    private double _delivery;
    private ushort _list;

    public RankedCandidate()
    {
        _price = long.MinValue;
        _drawn = double.NaN;
        _delivery = double.NaN;
    }

    /// <summary>Place in <see cref="RoutingSnapshot.Connections"/>.</summary>
    public int Connection { get; set; }

    public CandidateCode Code { get; set; }

    /// <summary>0 for the rule's own list, 1 for its fallback, and so on.</summary>
    public int List
    {
        readonly get => _list;
        set => _list = (ushort)value;
    }

    /// <summary>Price of a segment in micro-units; null when it is not known.</summary>
    public long? Price
    {
        readonly get => _price == long.MinValue ? null : _price;
        set => _price = value ?? long.MinValue;
    }

    /// <summary>Probability of delivery; null when nothing is known of it.</summary>
    public double? Delivery
    {
        readonly get => double.IsNaN(_delivery) ? null : _delivery;
        set => _delivery = value ?? double.NaN;
    }

    /// <summary>The probability of delivery that was drawn in place of its quality; null where the message does not explore.</summary>
    public double? Drawn
    {
        readonly get => double.IsNaN(_drawn) ? null : _drawn;
        set => _drawn = value ?? double.NaN;
    }

    /// <summary>The highest probability that what was seen still allows.</summary>
    internal double AtBest { get; set; }

    /// <summary>Messages that its quality rests on; known where the message explores.</summary>
    internal float Weight { get; set; }

    /// <summary>Traffic has shown its quality.</summary>
    public bool IsMeasured { get; set; }

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
/// <param name="Prefer">The connection to take while it lives and is not left alone there; null for none.</param>
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
