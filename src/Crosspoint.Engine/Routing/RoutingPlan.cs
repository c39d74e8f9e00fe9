namespace Crosspoint.Engine.Routing;

/// <summary>The operator's routing, as an immutable snapshot.</summary>
/// <param name="Revision">Rises with every change.</param>
/// <param name="Default">Names of connections in order of preference, for messages that no rule matches.</param>
public sealed record RoutingPlan(long Revision, IReadOnlyList<string> Default)
{
    /// <summary>The name of the default list in a decision.</summary>
    public const string DefaultRule = "default";

    /// <summary>Stands for a rule in the decisions of copies, for which none is asked.</summary>
    public const string CopyRule = "copy";

    /// <summary>Rules of one plan.</summary>
    public const int MostRules = 20_000;

    /// <summary>The first that matches decides.</summary>
    public IReadOnlyList<RoutingRule> Rules { get; init; } = [];

    /// <summary>Rules that are switched off: nothing is decided by them.</summary>
    public IReadOnlyList<RoutingRule> Disabled { get; init; } = [];

    /// <summary>Lists to which rules and other lists fall back.</summary>
    public IReadOnlyList<RouteList> Lists { get; init; } = [];

    /// <summary>The senders that countries take, and those that are registered there.</summary>
    public SenderRules SenderRules { get; init; } = SenderRules.Standard;

    /// <summary>The list of a name; null when there is none.</summary>
    public RouteList? FindList(string name)
    {
        foreach (RouteList list in Lists)
        {
            if (list.Name == name) return list;
        }

        return null;
    }

    /// <summary>The lists that are tried one after the other from one on, itself first; a loop ends where it begins anew.</summary>
    public IReadOnlyList<RouteList> ChainOf(RouteList first)
    {
        var chain = new List<RouteList> { first };
        while (chain[^1].Fallback is { } name && FindList(name) is { } next && !chain.Contains(next)) chain.Add(next);
        return chain;
    }

    /// <summary>The connections that stand in a list with one, or in those that it falls back to, or that fall back to it.</summary>
    public IReadOnlyCollection<string> RivalsOf(string connection)
    {
        var rivals = new HashSet<string>(StringComparer.Ordinal);
        if (Default.Contains(connection)) rivals.UnionWith(Default);
        var chain = new HashSet<string>(StringComparer.Ordinal);
        foreach (RoutingRule rule in Rules)
        {
            if (rule.Route is not { } first) continue;
            chain.Clear();
            foreach (RouteList list in ChainOf(first))
            {
                chain.UnionWith(list.Connections);
                chain.UnionWith(list.Shadows);
            }

            if (chain.Contains(connection)) rivals.UnionWith(chain);
        }

        rivals.Remove(connection);
        return rivals;
    }

    /// <summary>Whether a rule, those that are switched off among them, or a list names a connection.</summary>
    public string? WhoNames(string connection)
    {
        foreach (RoutingRule rule in Rules.Concat(Disabled))
        {
            if (Names(rule.Route, connection) || rule.CopyTo == connection) return $"rule '{rule.Name}'";
        }

        foreach (RouteList list in Lists)
        {
            if (Names(list, connection)) return $"list '{list.Name}'";
        }

        return null;

        static bool Names(RouteList? list, string connection) =>
            list is not null && (list.Connections.Contains(connection) || list.Shadows.Contains(connection));
    }
}
