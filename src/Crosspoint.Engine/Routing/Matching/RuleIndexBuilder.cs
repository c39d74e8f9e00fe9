namespace Crosspoint.Engine.Routing.Matching;

/// <summary>Turns the rules of a plan into the dimensions of a <see cref="RuleGroup"/>.</summary>
/// <param name="rules">Those of the group.</param>
/// <param name="keys">The values of all rules of the plan.</param>
internal sealed class RuleIndexBuilder(IReadOnlyList<RoutingRule> rules, RuleKeys keys)
{
    private readonly int _wordCount = (rules.Count + RuleSet.Bits - 1) / RuleSet.Bits;

    /// <summary>The dimensions that some rule has a condition of, those that rule out most first.</summary>
    public Dimension[] Dimensions()
    {
        var all = new List<(Dimension Dimension, int Open)>();
        Add(static match => match.Accounts, keys.Accounts);
        Add(static match => match.Classes, keys.Classes);
        Add(static match => match.Countries, keys.Countries);
        Add(static match => match.Networks, keys.Networks);
        Add(static match => match.NumberTypes, keys.NumberTypes);
        Add(static match => match.Senders, keys.Senders);
        Add(static match => match.SenderTypes.Count == 0 ? [] : [.. match.SenderTypes.Select(static kind => (int)kind)], keys.SenderTypes);
        Add(static match => RuleKeys.CountsOf(match.Segments), keys.Segments);
        if (Prefixes() is { } prefixes) all.Add(prefixes);
        all.AddRange(MetadataDimensions());
        return [.. all.OrderBy(static entry => entry.Open).Select(static entry => entry.Dimension)];

        void Add<TKey>(Func<RuleMatch, IReadOnlyList<TKey>> valuesOf, ValueReader<TKey> reader)
            where TKey : notnull
        {
            var values = new Values<TKey>();
            for (int i = 0; i < rules.Count; i++) values.Add(i, valuesOf(rules[i].Match), valuesOf(rules[i].Except));
            if (values.IsEmpty) return;
            RuleSet unbound = Unbound(values.Bound, out int open);
            RuleSet[] sets = Filled(reader, unbound);
            foreach ((TKey value, (List<int> wanted, List<int> unwanted)) in values.All) sets[reader.NumberOf(value)] = unbound.With(wanted, unwanted);
            all.Add((new(keys.PlaceOf(reader), sets), open));
        }
    }

    /// <summary>All rules, whatever they ask for.</summary>
    public RuleSet Everything() => Unbound([], out _);

    public HoursTable? Hours()
    {
        var values = new Values<RuleHours>();
        for (int i = 0; i < rules.Count; i++) values.Add(i, rules[i].Match.Hours, rules[i].Except.Hours);
        if (values.IsEmpty) return null;
        return new(
            Unbound(values.Bound, out _),
            [.. values.All.Select(static entry => new HoursTable.Entry(entry.Key, entry.Value.Wanted, entry.Value.Unwanted))]);
    }

    public RuleGroup.TagTable? Tags()
    {
        var values = new Values<string>();
        for (int i = 0; i < rules.Count; i++) values.Add(i, rules[i].Match.Tags, rules[i].Except.Tags);
        if (values.IsEmpty) return null;
        RuleSet none = Unbound(values.Bound, out _);
        RuleSet nothing = RuleSet.Of(new ulong[_wordCount]);
        RuleSet everything = Unbound([], out _);
        var wanted = new RuleSet?[keys.TagCount];
        var unwanted = new RuleSet?[keys.TagCount];
        foreach ((string tag, (List<int> wants, List<int> not)) in values.All)
        {
            if (wants.Count > 0) wanted[keys.NumberOfTag(tag)] = nothing.With(wants, []);
            if (not.Count > 0) unwanted[keys.NumberOfTag(tag)] = everything.With([], not);
        }

        return new(none, wanted, unwanted);
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
        var values = new Values<string>();
        for (int i = 0; i < rules.Count; i++) values.Add(i, rules[i].Match.Prefixes, rules[i].Except.Prefixes);
        if (values.IsEmpty) return null;
        RuleSet unbound = Unbound(values.Bound, out int open);
        RuleSet[] sets = Filled(keys.Prefixes, unbound);
        var byNumber = values.All.ToDictionary(entry => keys.Prefixes.NumberOf(entry.Key), static entry => entry.Value);

        // Shorter ones first, so that what a longer one begins with is complete.
        var whole = new Dictionary<int, (List<int> Wanted, List<int> Unwanted)>();
        foreach ((int number, int shorter) in keys.Prefixes.ShortestFirst())
        {
            bool isInside = whole.TryGetValue(shorter, out (List<int> Wanted, List<int> Unwanted) outer);
            if (!byNumber.TryGetValue(number, out (List<int> Wanted, List<int> Unwanted) entry))
            {
                if (!isInside) continue;
                whole.Add(number, outer);
                sets[number] = sets[shorter];
                continue;
            }

            if (isInside) entry = ([.. outer.Wanted, .. entry.Wanted], [.. outer.Unwanted, .. entry.Unwanted]);
            whole.Add(number, entry);
            sets[number] = unbound.With(entry.Wanted, entry.Unwanted);
        }

        return (new(keys.PlaceOf(keys.Prefixes), sets), open);
    }

    private IEnumerable<(Dimension Dimension, int Open)> MetadataDimensions()
    {
        foreach (MetadataReader reader in keys.Metadata)
        {
            var values = new Values<string>();
            List<int> anyWanted = [], anyUnwanted = [];
            for (int i = 0; i < rules.Count; i++)
            {
                MetadataMatch? match = rules[i].Match.Metadata.SingleOrDefault(one => one.Name == reader.Name);
                MetadataMatch? except = rules[i].Except.Metadata.SingleOrDefault(one => one.Name == reader.Name);
                values.Add(i, match?.Values ?? [], except?.Values ?? []);
                if (match is { Values.Count: 0 }) anyWanted.Add(i);
                if (except is { Values.Count: 0 }) anyUnwanted.Add(i);
            }

            if (values.IsEmpty && anyWanted.Count + anyUnwanted.Count == 0) continue;
            RuleSet unbound = Unbound([.. values.Bound, .. anyWanted], out int open);
            RuleSet[] sets = Filled(reader, unbound.With(anyWanted, anyUnwanted));
            sets[0] = unbound;
            foreach ((string value, (List<int> wanted, List<int> unwanted)) in values.All)
                sets[reader.NumberOf(value)] = unbound.With([.. wanted, .. anyWanted], [.. unwanted, .. anyUnwanted]);
            yield return (new(keys.PlaceOf(reader), sets), open);
        }
    }

    private static RuleSet[] Filled(KeyReader reader, RuleSet unbound)
    {
        var sets = new RuleSet[reader.Count];
        Array.Fill(sets, unbound);
        return sets;
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

    /// <summary>The values that rules name, each with the rules that want it and those that make an exception of it.</summary>
    private sealed class Values<TKey>
        where TKey : notnull
    {
        public Dictionary<TKey, (List<int> Wanted, List<int> Unwanted)> All { get; } = [];

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
