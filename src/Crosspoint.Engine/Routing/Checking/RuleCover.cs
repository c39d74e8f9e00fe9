namespace Crosspoint.Engine.Routing.Checking;

/// <summary>Whether one rule takes every message that another would. It says so only where that is certain.</summary>
internal static class RuleCover
{
    public static bool Covers(RoutingRule above, RoutingRule below) =>
        Fits(above.Match, below.Match) && Spares(above.Except, below);

    // Everything that the lower rule wants is among what the upper one wants.
    private static bool Fits(RuleMatch above, RuleMatch below) =>
        Holds(above.Accounts, below.Accounts) && Holds(above.Classes, below.Classes) && Holds(above.Countries, below.Countries)
        && Holds(above.Networks, below.Networks) && HoldsPrefixes(above.Prefixes, below.Prefixes)
        && Holds(above.NumberTypes, below.NumberTypes) && Holds(above.Senders, below.Senders)
        && Holds(above.SenderTypes, below.SenderTypes) && Holds(above.Hours, below.Hours)
        && (above.Segments.Count == 0 || (below.Segments.Count > 0 && below.Segments.All(
            range => above.Segments.Any(wide => wide.From <= range.From && range.To <= wide.To))))
        && Holds(above.Tags, below.Tags) && Holds(above.Bodies, below.Bodies) && above.Metadata.All(wanted => HoldsMetadata(wanted, below));

    // What the upper rule makes an exception of, the lower one does not want, or makes an exception of too.
    private static bool Spares(RuleMatch except, RoutingRule below)
    {
        RuleMatch wants = below.Match;
        RuleMatch outs = below.Except;
        return Spares(except.Accounts, wants.Accounts, outs.Accounts) && Spares(except.Classes, wants.Classes, outs.Classes)
            && Spares(except.Countries, wants.Countries, outs.Countries) && Spares(except.Networks, wants.Networks, outs.Networks)
            && except.Prefixes.All(outs.Prefixes.Contains) && Spares(except.NumberTypes, wants.NumberTypes, outs.NumberTypes)
            && Spares(except.Senders, wants.Senders, outs.Senders) && Spares(except.SenderTypes, wants.SenderTypes, outs.SenderTypes)
            && except.Hours.All(outs.Hours.Contains) && except.Segments.All(outs.Segments.Contains) && except.Tags.All(outs.Tags.Contains)
            && except.Bodies.All(outs.Bodies.Contains)
            && except.Metadata.All(one => outs.Metadata.Any(other => other.Name == one.Name && Holds(other.Values, one.Values)));
    }

    private static bool Holds<T>(IReadOnlyList<T> above, IReadOnlyList<T> below) =>
        above.Count == 0 || (below.Count > 0 && below.All(above.Contains));

    private static bool HoldsPrefixes(IReadOnlyList<string> above, IReadOnlyList<string> below) =>
        above.Count == 0 || (below.Count > 0 && below.All(longer => above.Any(shorter => longer.StartsWith(shorter, StringComparison.Ordinal))));

    private static bool HoldsMetadata(MetadataMatch wanted, RuleMatch below) =>
        below.Metadata.Any(one => one.Name == wanted.Name && Holds(wanted.Values, one.Values));

    private static bool Spares<T>(IReadOnlyList<T> except, IReadOnlyList<T> wants, IReadOnlyList<T> outs) =>
        except.All(value => outs.Contains(value) || (wants.Count > 0 && !wants.Contains(value)));
}
