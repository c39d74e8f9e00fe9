using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Routing.Matching;

/// <summary>Turns the rules of a plan into the dimensions of a <see cref="RuleGroup"/>.</summary>
internal sealed class RuleIndexBuilder(IReadOnlyList<RoutingRule> rules)
{
    /// <summary>Names of metadata that the rules of one plan may ask for.</summary>
    public const int MostMetadataNames = 32;

    /// <summary>The kinds of condition that have one value, and the names of metadata.</summary>
    public const int MostDimensions = 9 + MostMetadataNames;

    // Longer messages do not exist: concatenation counts to 255.
    private const int MostSegments = 255;

    private readonly int _wordCount = (rules.Count + RuleSet.Bits - 1) / RuleSet.Bits;

    /// <summary>The dimensions that some rule has a condition of, those that rule out most first.</summary>
    public Dimension[] Dimensions()
    {
        var all = new List<(Dimension Dimension, int Open)>();
        Add(static match => match.Accounts, static (in RouteRequest request) => request.Head.AccountSid, StringComparer.Ordinal);
        Add(static match => match.Classes, static (in RouteRequest request) => request.Head.Class);
        Add(static match => match.Countries, static (in RouteRequest request) => request.Destination.Country, StringComparer.Ordinal);
        Add(static match => match.Networks, static (in RouteRequest request) => request.Destination.Network);
        Add(static match => match.NumberTypes, static (in RouteRequest request) => request.Destination.Type);
        Add(static match => match.Senders, static (in RouteRequest request) => request.Head.From, StringComparer.Ordinal);
        Add<int>(
            static match => match.SenderTypes.Count == 0 ? [] : [.. match.SenderTypes.Select(static kind => (int)kind)],
            static (in RouteRequest request) => request.SenderKind is { } kind ? (int)kind : -1);
        Add<int>(
            static match => match.Segments.Count == 0 ? [] : [.. match.Segments.SelectMany(CountsOf).Distinct()],
            static (in RouteRequest request) => Math.Clamp(request.Head.SegmentCount, 0, MostSegments));
        if (Prefixes() is { } prefixes) all.Add(prefixes);
        all.AddRange(MetadataDimensions());
        return [.. all.OrderBy(static entry => entry.Open).Select(static entry => entry.Dimension)];

        void Add<TKey>(
            Func<RuleMatch, IReadOnlyList<TKey>> valuesOf, KeyDimension<TKey>.KeyReader keyOf, IEqualityComparer<TKey>? comparer = null)
            where TKey : notnull
        {
            var values = new Values<TKey>(comparer);
            for (int i = 0; i < rules.Count; i++) values.Add(i, valuesOf(rules[i].Match), valuesOf(rules[i].Except));
            if (values.IsEmpty) return;
            RuleSet unbound = Unbound(values.Bound, out int open);
            var sets = new Dictionary<TKey, RuleSet>(values.All.Count, comparer);
            foreach ((TKey value, (List<int> wanted, List<int> unwanted)) in values.All) sets.Add(value, unbound.With(wanted, unwanted));
            all.Add((new KeyDimension<TKey>(unbound, sets, keyOf), open));
        }
    }

    /// <summary>All rules, whatever they ask for.</summary>
    public RuleSet Everything() => Unbound([], out _);

    public HoursTable? Hours()
    {
        var values = new Values<RuleHours>(null);
        for (int i = 0; i < rules.Count; i++) values.Add(i, rules[i].Match.Hours, rules[i].Except.Hours);
        if (values.IsEmpty) return null;
        return new(
            Unbound(values.Bound, out _),
            [.. values.All.Select(static entry => new HoursTable.Entry(entry.Key, entry.Value.Wanted, entry.Value.Unwanted))]);
    }

    public RuleGroup.TagTable? Tags()
    {
        var values = new Values<string>(StringComparer.Ordinal);
        for (int i = 0; i < rules.Count; i++) values.Add(i, rules[i].Match.Tags, rules[i].Except.Tags);
        if (values.IsEmpty) return null;
        RuleSet none = Unbound(values.Bound, out _);
        RuleSet nothing = RuleSet.Of(new ulong[_wordCount]);
        RuleSet everything = Unbound([], out _);
        var sets = new List<RuleSet>();
        var wanted = new Dictionary<string, int>(StringComparer.Ordinal);
        var unwanted = new Dictionary<string, RuleSet>(StringComparer.Ordinal);
        foreach ((string tag, (List<int> wants, List<int> not)) in values.All)
        {
            if (wants.Count > 0)
            {
                wanted.Add(tag, sets.Count);
                sets.Add(nothing.With(wants, []));
            }

            if (not.Count > 0) unwanted.Add(tag, everything.With([], not));
        }

        return new(none, [.. sets], wanted, unwanted);
    }

    public RuleGroup.BodyCheck?[]? BodyChecks(BodyPatterns bodies)
    {
        RuleGroup.BodyCheck?[]? checks = null;
        for (int i = 0; i < rules.Count; i++)
        {
            if (rules[i].Match.Bodies.Count + rules[i].Except.Bodies.Count == 0) continue;
            (checks ??= new RuleGroup.BodyCheck?[rules.Count])[i] =
                new([.. rules[i].Match.Bodies.Select(bodies.PlaceOf)], [.. rules[i].Except.Bodies.Select(bodies.PlaceOf)]);
        }

        return checks;
    }

    private (Dimension Dimension, int Open)? Prefixes()
    {
        var values = new Values<string>(StringComparer.Ordinal);
        for (int i = 0; i < rules.Count; i++) values.Add(i, rules[i].Match.Prefixes, rules[i].Except.Prefixes);
        if (values.IsEmpty) return null;
        RuleSet unbound = Unbound(values.Bound, out int open);
        var byLength = new Dictionary<ulong, RuleSet>?[E164.MaxDigits + 1];

        // Shorter ones first, so that what a longer one begins with is complete.
        var whole = new Dictionary<string, (List<int> Wanted, List<int> Unwanted)>(StringComparer.Ordinal);
        foreach ((string prefix, (List<int> Wanted, List<int> Unwanted) entry) in values.All.OrderBy(static entry => entry.Key.Length))
        {
            (List<int> Wanted, List<int> Unwanted) joined = entry;
            for (int length = prefix.Length - 1; length > 1; length--)
            {
                if (!whole.TryGetValue(prefix[..length], out (List<int> Wanted, List<int> Unwanted) shorter)) continue;
                joined = ([.. shorter.Wanted, .. entry.Wanted], [.. shorter.Unwanted, .. entry.Unwanted]);
                break;
            }

            whole.Add(prefix, joined);
            (byLength[prefix.Length - 1] ??= []).Add(
                ulong.Parse(prefix.AsSpan(1), System.Globalization.NumberStyles.None, null), unbound.With(joined.Wanted, joined.Unwanted));
        }

        return (new PrefixDimension(unbound, byLength), open);
    }

    private IEnumerable<(Dimension Dimension, int Open)> MetadataDimensions()
    {
        string[] names = [.. rules.SelectMany(static rule => rule.Match.Metadata.Concat(rule.Except.Metadata)).Select(static m => m.Name).Distinct()];
        if (names.Length > MostMetadataNames)
            throw new ArgumentException($"The rules ask for {names.Length} names of metadata; at most {MostMetadataNames} are possible.");
        foreach (string name in names)
        {
            var values = new Values<string>(StringComparer.Ordinal);
            List<int> anyWanted = [], anyUnwanted = [];
            for (int i = 0; i < rules.Count; i++)
            {
                MetadataMatch? match = rules[i].Match.Metadata.SingleOrDefault(one => one.Name == name);
                MetadataMatch? except = rules[i].Except.Metadata.SingleOrDefault(one => one.Name == name);
                values.Add(i, match?.Values ?? [], except?.Values ?? []);
                if (match is { Values.Count: 0 }) anyWanted.Add(i);
                if (except is { Values.Count: 0 }) anyUnwanted.Add(i);
            }

            RuleSet unbound = Unbound([.. values.Bound, .. anyWanted], out int open);
            var sets = new Dictionary<string, RuleSet>(StringComparer.Ordinal);
            foreach ((string value, (List<int> wanted, List<int> unwanted)) in values.All)
                sets.Add(value, unbound.With([.. wanted, .. anyWanted], [.. unwanted, .. anyUnwanted]));
            yield return (new MetadataDimension(unbound, name, unbound.With(anyWanted, anyUnwanted), sets), open);
        }
    }

    // The rules that are open to a value which none of them names: all but those that want one.
    private RuleSet Unbound(List<int> bound, out int open)
    {
        var words = new ulong[_wordCount];
        for (int i = 0; i < rules.Count; i++) words[i / RuleSet.Bits] |= 1UL << (i % RuleSet.Bits);
        foreach (int rule in bound) words[rule / RuleSet.Bits] &= ~(1UL << (rule % RuleSet.Bits));
        open = rules.Count - bound.Count;
        return RuleSet.Of(words);
    }

    private static IEnumerable<int> CountsOf(CountRange range)
    {
        int to = Math.Min(range.To, MostSegments);
        return Enumerable.Range(range.From, Math.Max(0, to - range.From + 1));
    }

    /// <summary>The values that rules name, each with the rules that want it and those that make an exception of it.</summary>
    private sealed class Values<TKey>(IEqualityComparer<TKey>? comparer)
        where TKey : notnull
    {
        public Dictionary<TKey, (List<int> Wanted, List<int> Unwanted)> All { get; } = new(comparer);

        /// <summary>Rules that want some value.</summary>
        public List<int> Bound { get; } = [];

        public bool IsEmpty => All.Count == 0;

        public void Add(int rule, IReadOnlyList<TKey> wanted, IReadOnlyList<TKey> unwanted)
        {
            if (wanted.Count > 0) Bound.Add(rule);
            foreach (TKey value in wanted) Of(value).Wanted.Add(rule);
            foreach (TKey value in unwanted) Of(value).Unwanted.Add(rule);
        }

        private (List<int> Wanted, List<int> Unwanted) Of(TKey value)
        {
            if (!All.TryGetValue(value, out (List<int> Wanted, List<int> Unwanted) lists)) All.Add(value, lists = ([], []));
            return lists;
        }
    }
}
