using System.Numerics;

namespace Crosspoint.Engine.Routing.Matching;

/// <summary>
/// Finds the first rule of a plan that matches a message. Each kind of condition is a dimension that turns the message's value into a set of
/// rules; the sets are intersected, 4,096 rules a step where their summaries leave nothing. Body patterns are tried last, and only of rules that
/// match but for them. Immutable; allocates nothing.
/// </summary>
internal sealed class RuleIndex
{
    // More tags than a message may have.
    private const int MostTags = 16;

    private readonly int _ruleCount;
    private readonly Dimension[] _dimensions;
    private readonly HoursTable? _hours;
    private readonly TagTable? _tags;
    private readonly BodyCheck?[]? _bodyChecks;
    private readonly RuleSet _everything;

    public RuleIndex(IReadOnlyList<RoutingRule> rules, TimeSpan bodyLimit)
    {
        Bodies = new BodyPatterns(bodyLimit);
        _ruleCount = rules.Count;
        var builder = new RuleIndexBuilder(rules);
        _dimensions = builder.Dimensions();
        _hours = builder.Hours();
        _tags = builder.Tags();
        _everything = builder.Everything();
        _bodyChecks = builder.BodyChecks(Bodies);
    }

    public BodyPatterns Bodies { get; }

    /// <summary>The place of the first rule that matches; -1 when none does.</summary>
    public int Find(in RouteRequest request)
    {
        if (_ruleCount == 0) return -1;
        RuleSets sets = default;
        int count = 0;
        sets[count++] = _everything;
        foreach (Dimension dimension in _dimensions) sets[count++] = dimension.Find(request);
        if (_hours is not null) sets[count++] = _hours.At(request.At);
        IReadOnlyList<string> tags = request.Head.Tags;
        Span<int> wanted = stackalloc int[_tags is null ? 0 : Math.Min(MostTags, tags.Count)];
        int wantedCount = 0;
        if (_tags is not null)
        {
            for (int i = 0; i < wanted.Length; i++)
            {
                if (_tags.Wanted.TryGetValue(tags[i], out int place)) wanted[wantedCount++] = place;
                if (_tags.Unwanted.TryGetValue(tags[i], out RuleSet? without) && count < RuleSets.Most) sets[count++] = without;
            }

            wanted = wanted[..wantedCount];
        }

        ReadOnlySpan<RuleSet?> all = sets[..count];
        Span<byte> known = stackalloc byte[_bodyChecks is null ? 0 : Bodies.Count];
        known.Clear();
        int blocks = (_ruleCount + (RuleSet.Bits * RuleSet.Bits) - 1) / (RuleSet.Bits * RuleSet.Bits);
        for (int block = 0; block < blocks; block++)
        {
            ulong words = _tags is null ? ulong.MaxValue : _tags.Summary(wanted, block);
            foreach (RuleSet? set in all) words &= set!.Summary[block];
            for (; words != 0; words &= words - 1)
            {
                int place = (block * RuleSet.Bits) + BitOperations.TrailingZeroCount(words);
                ulong open = OpenAt(all, wanted, place);
                for (; open != 0; open &= open - 1)
                {
                    int rule = (place * RuleSet.Bits) + BitOperations.TrailingZeroCount(open);
                    if (_bodyChecks?[rule] is not { } check || check.Fits(Bodies, request.Head.Body, known)) return rule;
                }
            }
        }

        return -1;
    }

    private ulong OpenAt(ReadOnlySpan<RuleSet?> all, ReadOnlySpan<int> wanted, int place)
    {
        ulong open = _tags is null ? ulong.MaxValue : _tags.Word(wanted, place);
        foreach (RuleSet? set in all)
        {
            open &= set!.Word(place);
            if (open == 0) break;
        }

        return open;
    }

    /// <summary>Room for the sets of one message.</summary>
    [System.Runtime.CompilerServices.InlineArray(Most)]
    private struct RuleSets
    {
        /// <summary>Dimensions, names of metadata and exceptions of tags together.</summary>
        public const int Most = RuleIndexBuilder.MostDimensions + 2 + MostTags;

        private RuleSet? _first;
    }

    /// <summary>Tags: of those that rules want one is enough, so their sets are joined; each that a rule does not want counts.</summary>
    /// <param name="none">The rules that want no tag.</param>
    internal sealed class TagTable(RuleSet none, RuleSet[] sets, Dictionary<string, int> wanted, Dictionary<string, RuleSet> unwanted)
    {
        public Dictionary<string, int> Wanted => wanted;

        public Dictionary<string, RuleSet> Unwanted => unwanted;

        public ulong Summary(ReadOnlySpan<int> places, int block)
        {
            ulong all = none.Summary[block];
            foreach (int place in places) all |= sets[place].Summary[block];
            return all;
        }

        public ulong Word(ReadOnlySpan<int> places, int at)
        {
            ulong all = none.Word(at);
            foreach (int place in places) all |= sets[place].Word(at);
            return all;
        }
    }

    /// <summary>The body patterns of one rule.</summary>
    internal sealed record BodyCheck(int[] Any, int[] None)
    {
        public bool Fits(BodyPatterns bodies, string text, Span<byte> known)
        {
            bool fits = Any.Length == 0;
            foreach (int place in Any) fits |= bodies.Fits(place, text, known) == true;
            if (!fits) return false;
            foreach (int place in None)
            {
                if (bodies.Fits(place, text, known) != false) return false;
            }

            return true;
        }
    }
}
