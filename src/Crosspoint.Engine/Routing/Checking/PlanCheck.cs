using System.Globalization;
using Crosspoint.Engine.Routing.Matching;
using Crosspoint.Sms.Numbers;
using NodaTime;

namespace Crosspoint.Engine.Routing.Checking;

/// <summary>Looks for what is wrong with a plan, and for what may not be meant: before it comes into force.</summary>
public sealed class PlanCheck
{
    // What a person reads of a list of countries.
    private const int MostTold = 12;

    private readonly RoutingPlan _plan;
    private readonly Dictionary<string, RouteConnection> _connections;
    private readonly RoutingSources _sources;
    private readonly List<PlanFinding> _findings = [];

    private PlanCheck(RoutingPlan plan, IReadOnlyList<RouteConnection> connections, RoutingSources sources)
    {
        _plan = plan;
        _sources = sources;
        _connections = new(StringComparer.Ordinal);
        foreach (RouteConnection connection in connections) _connections.TryAdd(connection.Name, connection);
    }

    /// <summary>Why a plan cannot be decided by; null when it can.</summary>
    public static PlanFinding? FindError(RoutingPlan plan, IReadOnlyList<RouteConnection> connections, RoutingSources sources)
    {
        var check = new PlanCheck(plan, connections, sources);
        check.FindErrors();
        return check._findings.FirstOrDefault();
    }

    /// <summary>All that is found: what is wrong, or, where nothing is, what may not be meant.</summary>
    public static IReadOnlyList<PlanFinding> Find(RoutingPlan plan, IReadOnlyList<RouteConnection> connections, RoutingSources sources)
    {
        var check = new PlanCheck(plan, connections, sources);
        check.FindErrors();
        if (check._findings.Count == 0) check.FindWarnings();
        return check._findings;
    }

    private void FindErrors()
    {
        CheckNames();
        var patterns = new HashSet<string>(StringComparer.Ordinal);
        var metadata = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < _plan.Rules.Count; i++)
        {
            CheckRule(i, _plan.Rules[i]);
            patterns.UnionWith(_plan.Rules[i].Match.Bodies.Concat(_plan.Rules[i].Except.Bodies));
            metadata.UnionWith(_plan.Rules[i].Match.Metadata.Concat(_plan.Rules[i].Except.Metadata).Select(static match => match.Name));
        }

        for (int i = 0; i < _plan.Lists.Count; i++) CheckList(_plan.Lists[i], -1, i);
        foreach (string name in _plan.Default) CheckConnection(name, "default", -1, -1, isTest: false);
        if (_plan.Default.Count == 0 && _plan.Rules.Count == 0)
            Add(PlanFault.Empty, -1, -1, "default", "has no rules and no connection; expected at least one connection");
        if (_plan.Rules.Count > RoutingPlan.MostRules)
            Add(PlanFault.Contradiction, -1, -1, "rules", Say($"has {_plan.Rules.Count} rules; expected {RoutingPlan.MostRules} at most"));
        if (patterns.Count > RuleMatch.MostBodyPatterns)
            Add(PlanFault.Contradiction, -1, -1, "rules", Say($"has {patterns.Count} different body patterns; expected {RuleMatch.MostBodyPatterns} at most"));
        if (metadata.Count > RuleKeys.MostMetadataNames)
            Add(PlanFault.Contradiction, -1, -1, "rules", Say($"asks for {metadata.Count} names of metadata; expected {RuleKeys.MostMetadataNames} at most"));
    }

    private void FindWarnings()
    {
        FindUnreachable();
        FindUncovered();
        for (int i = 0; i < _plan.Rules.Count; i++)
        {
            if (_plan.Rules[i].Route is not { } route) continue;
            WarnOfLoop(route, i, -1);
            IReadOnlyList<RouteList> chain = _plan.ChainOf(route);
            WarnOfSinglePoint([.. chain.SelectMany(static list => list.Connections.Concat(list.Shadows)).Distinct()], i, "connections");
            foreach (RouteList list in chain) WarnOfRates(list, i);
        }

        if (_plan.Default.Count > 0 && _plan.Rules.Count > 0) WarnOfSinglePoint(_plan.Default, -1, "default");
    }

    private void CheckNames()
    {
        var names = new HashSet<string>(StringComparer.Ordinal) { RoutingPlan.DefaultRule };
        for (int i = 0; i < _plan.Rules.Count; i++)
        {
            if (!names.Add(_plan.Rules[i].Name)) Add(PlanFault.Name, i, -1, "name", "has a name that another rule has, or 'default'; each must be different");
        }

        names.Clear();
        for (int i = 0; i < _plan.Lists.Count; i++)
        {
            if (!names.Add(_plan.Lists[i].Name)) Add(PlanFault.Name, -1, i, "name", "has a name that another list has; each must be different");
        }
    }

    private void CheckRule(int place, RoutingRule rule)
    {
        int before = _findings.Count;
        if (rule.Route is null == rule.Deny is null)
            Add(PlanFault.Empty, place, -1, "connections", "says neither where messages go nor that they are denied, or both; expected 'connections' or 'deny'");
        if (rule.Route is { } route) CheckList(route, place, -1);
        if (rule.CopyTo is { } copy) CheckConnection(copy, "copy", place, -1, isTest: true);
        CheckMatch(rule.Match, place);
        CheckMatch(rule.Except, place);
        foreach (string kind in Contradictions(rule)) Add(PlanFault.Contradiction, place, -1, "match", $"can match nothing: every {kind} that it wants is also one of its exceptions");
        if (rule.Route is not null && _findings.Count == before) CheckDemands(place, rule);
    }

    private void CheckMatch(RuleMatch match, int place)
    {
        foreach (string pattern in match.Bodies)
        {
            if (BodyPatterns.TryRead(pattern, BodyPatterns.Limit, out string problem) is null) Add(PlanFault.Contradiction, place, -1, "body", problem);
        }

        foreach (RuleHours hours in match.Hours)
        {
            if (DateTimeZoneProviders.Tzdb.GetZoneOrNull(hours.Zone) is null)
                Add(PlanFault.Unknown, place, -1, "hours", $"names '{hours.Zone}', which is no time zone of the tz database");
            if (hours.From is < 0 or >= RuleHours.MinutesOfDay || hours.To is < 0 or > RuleHours.MinutesOfDay || hours.Days is <= 0 or > RuleHours.EveryDay)
                Add(PlanFault.Contradiction, place, -1, "hours", "has hours that are none; expected times of a day, and at least one day");
        }

        foreach (CountRange range in match.Segments)
        {
            if (range.From < 1 || range.To < range.From)
                Add(PlanFault.Contradiction, place, -1, "segments", Say($"has {range.From} to {range.To} segments; expected 1 or more, and the smaller number first"));
        }

        foreach (string prefix in match.Prefixes)
        {
            if (prefix.Length is < 2 or > E164.MaxDigits + 1 || prefix[0] != '+' || prefix.AsSpan(1).ContainsAnyExceptInRange('0', '9'))
                Add(PlanFault.Contradiction, place, -1, "prefix", $"has '{prefix}', which no number begins with; expected + and digits");
        }

        if (match.Metadata.Select(static one => one.Name).Distinct().Count() != match.Metadata.Count)
            Add(PlanFault.Contradiction, place, -1, "metadata", "names the same metadata twice; expected a list of values under one name");
    }

    private void CheckList(RouteList list, int rule, int place)
    {
        foreach (string name in list.Connections) CheckConnection(name, "connections", rule, place, isTest: false);
        foreach (string name in list.Shadows) CheckConnection(name, "shadow", rule, place, isTest: false);
        if (list.Connections.Count == 0) Add(PlanFault.Empty, rule, place, "connections", "has no connections; expected at least one");
        if (list.Connections.Count + list.Shadows.Count > RouteList.MostConnections)
            Add(PlanFault.Contradiction, rule, place, "connections", Say($"has more than {RouteList.MostConnections} connections; expected fewer"));
        if (list.Connections.Concat(list.Shadows).Distinct().Count() != list.Connections.Count + list.Shadows.Count)
            Add(PlanFault.Name, rule, place, "connections", "names a connection twice; each must be different");
        if (list.Fallback is { } fallback && _plan.FindList(fallback) is null)
            Add(PlanFault.Unknown, rule, place, "fallback", $"falls back to '{fallback}', which is no list");
        if (list.Shares.Count > 0 && list.Shares.Count != list.Connections.Count)
            Add(PlanFault.Contradiction, rule, place, "shares", Say($"has {list.Shares.Count} shares for {list.Connections.Count} connections; expected one for each"));
        else if (list.Shares.Count > 0 && (list.Shares.Any(static share => share is < 0 or > 1_000_000) || list.Shares.All(static share => share == 0)))
            Add(PlanFault.Contradiction, rule, place, "shares", "has shares that are negative, or all 0; expected at least one above 0");
        if (list is { Choose: RouteStrategy.Blend, CostWeight: <= 0, QualityWeight: <= 0 } || list.CostWeight < 0 || list.QualityWeight < 0)
            Add(PlanFault.Contradiction, rule, place, "quality_weight", "weighs neither price nor quality; expected a weight above 0");
        if (list.QualityAtLeast is < 0 or > 1)
            Add(PlanFault.Contradiction, rule, place, "quality_at_least", "has a floor of quality that no connection, or every one, meets; expected 0 to 1");
        if (list.PriceAtMost is < 0)
            Add(PlanFault.Contradiction, rule, place, "price_at_most", "has a ceiling below 0, under which no price is");
        if (list.MarginPercentAtLeast is >= 100)
            Add(PlanFault.Contradiction, rule, place, "margin_at_least", "wants the whole sell price, or more, to be left; expected below 100 %");
        if (list.ShadowShare is < 0 or > 1) Add(PlanFault.Contradiction, rule, place, "shadow", "has a share that is none; expected 0 to 1");
    }

    private void CheckConnection(string name, string key, int rule, int list, bool isTest)
    {
        if (!_connections.TryGetValue(name, out RouteConnection? connection))
            Add(PlanFault.Unknown, rule, list, key, $"names '{name}', which is no connection");
        else if (connection.Capabilities.IsTest && !isTest)
            Add(PlanFault.Unknown, rule, list, key, $"names '{name}', which is a test connection and takes copies alone");
        else if (!connection.Capabilities.IsTest && isTest)
            Add(PlanFault.Unknown, rule, list, key, $"copies to '{name}', which is no test connection; expected one with 'test: true' among its capabilities");
    }

    // What is known before any message: demands that no connection of the chain can meet.
    private void CheckDemands(int place, RoutingRule rule)
    {
        RouteConnection[] all = [.. _plan.ChainOf(rule.Route!).SelectMany(static list => list.Connections.Concat(list.Shadows))
            .Select(name => _connections.GetValueOrDefault(name)).OfType<RouteConnection>()];
        if (all.Length == 0 || Array.Exists(all, connection => Meets(rule, connection))) return;
        Add(PlanFault.Empty, place, -1, "require", "has no connection that meets what it demands: no message of it could be sent");
    }

    private static bool Meets(RoutingRule rule, RouteConnection connection)
    {
        RouteDemands demands = rule.Demands;
        if ((demands & RouteDemands.Receipts) != 0 && !connection.Capabilities.Receipts) return false;
        if ((demands & RouteDemands.Direct) != 0 && !connection.Capabilities.Direct) return false;
        if ((demands & RouteDemands.Licensed) != 0)
        {
            if (connection.Capabilities.Licensed.Count == 0) return false;
            if (rule.Match.Countries.Count > 0 && !rule.Match.Countries.Any(connection.Capabilities.IsLicensedIn)) return false;
        }

        return rule.Match.SenderTypes.Count == 0 || rule.Match.SenderTypes.Any(connection.Capabilities.Carries);
    }

    private static IEnumerable<string> Contradictions(RoutingRule rule)
    {
        RuleMatch match = rule.Match;
        RuleMatch except = rule.Except;
        if (AllIn(match.Accounts, except.Accounts)) yield return "account";
        if (AllIn(match.Classes, except.Classes)) yield return "class";
        if (AllIn(match.Countries, except.Countries)) yield return "country";
        if (AllIn(match.Networks, except.Networks)) yield return "network";
        if (match.Prefixes.Count > 0 && match.Prefixes.All(prefix => except.Prefixes.Any(out_ => prefix.StartsWith(out_, StringComparison.Ordinal)))) yield return "prefix";
        if (AllIn(match.NumberTypes, except.NumberTypes)) yield return "number type";
        if (AllIn(match.Senders, except.Senders)) yield return "sender";
        if (AllIn(match.SenderTypes, except.SenderTypes)) yield return "sender type";
        if (AllIn(match.Hours, except.Hours)) yield return "hour";
        if (AllIn(match.Segments, except.Segments)) yield return "number of segments";
        if (AllIn(match.Tags, except.Tags)) yield return "tag";
        if (AllIn(match.Bodies, except.Bodies)) yield return "text";
        foreach (MetadataMatch one in match.Metadata)
        {
            MetadataMatch? other = except.Metadata.FirstOrDefault(out_ => out_.Name == one.Name);
            if (other is not null && (other.Values.Count == 0 || AllIn(one.Values, other.Values))) yield return $"value of metadata '{one.Name}'";
        }
    }

    private static bool AllIn<T>(IReadOnlyList<T> values, IReadOnlyList<T> others) => values.Count > 0 && values.All(others.Contains);

    private void FindUnreachable()
    {
        var index = new CoverIndex(_plan.Rules);
        for (int i = 0; i < _plan.Rules.Count; i++)
        {
            int above = index.FindAbove(i);
            if (above >= 0)
                Warn(PlanFault.Unreachable, i, -1, "match", $"is never reached: rule '{_plan.Rules[above].Name}' above it takes every message that it would");
        }
    }

    // Countries of which no message finds a rule, where the default list has nothing either.
    private void FindUncovered()
    {
        if (_plan.Default.Count > 0) return;
        string[] without = [.. NumberPlan.Countries.Where(country => !_plan.Rules.Any(rule => MayTake(rule, country)))];
        if (without.Length > 0)
            Warn(PlanFault.NoRoute, -1, -1, "default", $"has no route to {Told(without)}: nothing matches there, and the default list is empty");
        string[] partly = [.. NumberPlan.Countries.Except(without).Where(country => !_plan.Rules.Any(rule => MayTake(rule, country) && TakesAll(rule)))];
        if (partly.Length > 0)
            Warn(PlanFault.NoRoute, -1, -1, "default", $"has no route for some messages to {Told(partly)}: every rule there wants more than the country, and the default list is empty");
    }

    private static bool MayTake(RoutingRule rule, string country) =>
        (rule.Match.Countries.Count == 0 || rule.Match.Countries.Contains(country)) && !rule.Except.Countries.Contains(country);

    private static bool TakesAll(RoutingRule rule) =>
        ((rule.Match.Conditions | rule.Except.Conditions) & ~(1 << (int)RuleCondition.Country)) == 0;

    private void WarnOfLoop(RouteList first, int rule, int place)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (RouteList? list = first; list?.Fallback is { } name; list = _plan.FindList(name))
        {
            if (seen.Add(name)) continue;
            Warn(PlanFault.Loop, rule, place, "fallback", $"falls back in a loop: list '{name}' comes again after itself, and is tried once");
            return;
        }
    }

    private void WarnOfSinglePoint(IReadOnlyList<string> names, int rule, string key)
    {
        RouteConnection[] all = [.. names.Select(name => _connections.GetValueOrDefault(name)).OfType<RouteConnection>()];
        if (all.Length == 1)
            Warn(PlanFault.SinglePoint, rule, -1, key, $"depends on '{all[0].Name}' alone: while it is down nothing goes out");
        else if (all.Length > 1 && all.All(connection => connection.Vendor == all[0].Vendor))
            Warn(PlanFault.SinglePoint, rule, -1, key, $"depends on vendor '{all[0].Vendor}' alone");
    }

    private void WarnOfRates(RouteList list, int rule)
    {
        // Where nothing is known of prices at all, nothing can be said of them.
        if (!list.AsksForPrice || _sources.Rates is null) return;
        string[] without = [.. list.Connections.Where(name => _sources.Rates.Cost(name) is null)];
        if (without.Length == 0) return;
        string where = list.Name.Length == 0 ? "" : $" in list '{list.Name}'";
        bool isOut = list.PriceAtMost is not null || list.AsksForMargin;
        Warn(
            PlanFault.NoRates, rule, -1, "choose",
            $"goes by prices{where}, and {PlanWords.JoinAnd(without)} {(without.Length == 1 ? "has" : "have")} no rate deck: {(isOut ? "left out of every decision" : "last in every decision")}");
    }

    private static string Told(string[] countries) => countries.Length <= MostTold
        ? PlanWords.JoinAnd(countries)
        : Say($"{string.Join(", ", countries.Take(MostTold))} and {countries.Length - MostTold} more countries");

    private static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private void Add(PlanFault fault, int rule, int list, string key, string message) => _findings.Add(new(true, fault, rule, list, key, WhereOf(rule, list), message));

    private void Warn(PlanFault fault, int rule, int list, string key, string message) => _findings.Add(new(false, fault, rule, list, key, WhereOf(rule, list), message));

    private string WhereOf(int rule, int list) => rule >= 0 ? $"rule '{_plan.Rules[rule].Name}'" : list >= 0 ? $"list '{_plan.Lists[list].Name}'" : "the plan";
}
