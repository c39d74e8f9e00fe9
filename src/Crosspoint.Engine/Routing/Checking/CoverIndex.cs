namespace Crosspoint.Engine.Routing.Checking;

/// <summary>
/// Rules above, arranged so that those which may take every message of another are found without looking at all of them: by the values of one kind of
/// condition, of which the lower rule must want one too.
/// </summary>
internal sealed class CoverIndex
{
    // Kinds whose values are the same or not; of prefixes, hours and segments one may hold another.
    private static readonly RuleCondition[] Kinds =
    [
        RuleCondition.Account, RuleCondition.Sender, RuleCondition.Network, RuleCondition.Country, RuleCondition.Tag, RuleCondition.Body,
        RuleCondition.NumberType, RuleCondition.Class, RuleCondition.SenderType,
    ];

    private readonly IReadOnlyList<RoutingRule> _rules;
    private readonly int[] _wants;
    private readonly Dictionary<(RuleCondition Kind, object Value), List<int>> _byValue = [];

    // Those that want nothing which can be looked up.
    private readonly List<int> _others = [];
    private readonly int[] _spread;

    public CoverIndex(IReadOnlyList<RoutingRule> rules)
    {
        _rules = rules;
        _wants = [.. rules.Select(static rule => rule.Match.Conditions)];

        // The more different values a kind has in the plan, the fewer rules share one.
        _spread = new int[Kinds.Length];
        for (int i = 0; i < Kinds.Length; i++) _spread[i] = rules.SelectMany(rule => ValuesOf(rule.Match, Kinds[i])).Distinct().Count();
    }

    /// <summary>The first rule above one that takes every message which it would; -1 for none. To be asked of each rule in turn, from the first.</summary>
    public int FindAbove(int place)
    {
        int found = FirstOf(_others, place, int.MaxValue);
        foreach (RuleCondition kind in Kinds)
        {
            // One value is enough: whoever takes all of them takes that.
            object? first = ValuesOf(_rules[place].Match, kind).FirstOrDefault();
            if (first is not null && _byValue.TryGetValue((kind, first), out List<int>? rules)) found = FirstOf(rules, place, found);
        }

        Add(place);
        return found == int.MaxValue ? -1 : found;
    }

    private int FirstOf(List<int> above, int place, int before)
    {
        foreach (int rule in above)
        {
            if (rule >= before) break;

            // A rule that asks for a kind of which the other says nothing lets something through.
            if ((_wants[rule] & ~_wants[place]) == 0 && RuleCover.Covers(_rules[rule], _rules[place])) return rule;
        }

        return before;
    }

    private void Add(int place)
    {
        int best = -1;
        for (int i = 0; i < Kinds.Length; i++)
        {
            if ((_wants[place] & (1 << (int)Kinds[i])) != 0 && (best < 0 || _spread[i] > _spread[best])) best = i;
        }

        if (best < 0)
        {
            _others.Add(place);
            return;
        }

        foreach (object value in ValuesOf(_rules[place].Match, Kinds[best]))
        {
            if (!_byValue.TryGetValue((Kinds[best], value), out List<int>? rules)) _byValue.Add((Kinds[best], value), rules = []);
            rules.Add(place);
        }
    }

    private static IEnumerable<object> ValuesOf(RuleMatch match, RuleCondition kind) => kind switch
    {
        RuleCondition.Account => match.Accounts,
        RuleCondition.Sender => match.Senders,
        RuleCondition.Network => match.Networks.Cast<object>(),
        RuleCondition.Country => match.Countries,
        RuleCondition.Tag => match.Tags,
        RuleCondition.Body => match.Bodies,
        RuleCondition.NumberType => match.NumberTypes.Cast<object>(),
        RuleCondition.Class => match.Classes.Cast<object>(),
        _ => match.SenderTypes.Cast<object>(),
    };
}
