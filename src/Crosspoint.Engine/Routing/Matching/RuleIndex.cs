using System.Runtime.CompilerServices;

namespace Crosspoint.Engine.Routing.Matching;

/// <summary>
/// Finds the first rule of a plan that matches a message. Rules that ask for the same kinds of condition form a group: what one of them leaves open
/// is then told by few sets that hold little, however many rules there are. Immutable; allocates nothing.
/// </summary>
internal sealed class RuleIndex
{
    // Shorter plans fit into a few words as they are.
    private const int WorthGroups = 256;

    // Each group is asked: rules that are alone in what they ask for share one.
    private const int MostGroups = 24;

    private readonly RuleKeys _keys;
    private readonly RuleGroup[] _groups;

    /// <param name="mostTableWords">See <see cref="RuleGroup.MostTableWords"/>.</param>
    public RuleIndex(IReadOnlyList<RoutingRule> rules, TimeSpan bodyLimit, int mostTableWords = RuleGroup.MostTableWords)
    {
        Bodies = new BodyPatterns(bodyLimit);
        _keys = new RuleKeys(rules);
        _groups = [.. Split(rules).Select(places => new RuleGroup(rules, places, _keys, Bodies, mostTableWords)).OrderBy(static group => group.First)];
    }

    public BodyPatterns Bodies { get; }

    /// <summary>The place of the first rule that matches; -1 when none does.</summary>
    public int Find(in RouteRequest request)
    {
        // Without rules nobody looks at the message, and it may be an empty one.
        if (_groups.Length == 0) return -1;
        Span<int> numbers = stackalloc int[_keys.Count];
        _keys.Read(request, numbers);
        Span<int> tags = stackalloc int[Math.Min(RuleGroup.MostTags, request.Head.Tags.Count)];
        tags = tags[..ReadTags(request.Head.Tags, tags)];
        RuleSets sets = default;
        Span<byte> known = stackalloc byte[Bodies.Count];
        known.Clear();
        int best = int.MaxValue;
        foreach (RuleGroup group in _groups)
        {
            if (group.First >= best) break;
            int found = group.Find(request, best, numbers, tags, sets, Bodies, known);
            if (found >= 0) best = found;
        }

        return best == int.MaxValue ? -1 : best;
    }

    // The message's values are looked up once, whatever many groups ask for them.
    private int ReadTags(IReadOnlyList<string> tags, Span<int> numbers)
    {
        int count = 0;
        for (int i = 0; i < tags.Count && count < numbers.Length; i++)
        {
            if (_keys.NumberOfTag(tags[i]) is >= 0 and var number) numbers[count++] = number;
        }

        return count;
    }

    private static IEnumerable<int[]> Split(IReadOnlyList<RoutingRule> rules)
    {
        if (rules.Count == 0) return [];
        int[] all = [.. Enumerable.Range(0, rules.Count)];
        if (rules.Count <= WorthGroups) return [all];
        int[][] byKinds = [.. all.GroupBy(place => rules[place].Match.Conditions).Select(static group => group.ToArray()).OrderByDescending(static group => group.Length)];
        int[] rest = [.. byKinds.Skip(MostGroups - 1).SelectMany(static group => group).Order()];
        return rest.Length == 0 ? byKinds : byKinds.Take(MostGroups - 1).Append(rest);
    }

    /// <summary>Room for the sets of one message.</summary>
    [InlineArray(RuleGroup.MostSets)]
    private struct RuleSets
    {
        private RuleSet? _first;
    }
}
