using System.Numerics;
using System.Runtime.Intrinsics;

namespace Crosspoint.Engine.Routing.Matching;

/// <summary>
/// Finds the first of some rules that matches a message. Each kind of condition is a dimension that turns the message's value into a set of
/// rules; the sets are intersected. As a rule they lie in one table, a row of bits for each value: up to 256 rules are intersected at once, more of
/// them 4,096 a step where their summaries leave nothing. Where the table would be large the sets are objects, which say what differs from one
/// another. Body patterns are tried last, and only of rules that match but for them. Immutable; allocates nothing.
/// </summary>
internal sealed class RuleGroup
{
    /// <summary>More tags than a message may have.</summary>
    public const int MostTags = 16;

    /// <summary>Sets that one message may have: of the dimensions, the hours, all rules, and exceptions of tags.</summary>
    public const int MostSets = RuleKeys.MostKeys + 2 + MostTags;

    /// <summary>Half a megabyte; a plan has up to 24 groups.</summary>
    public const int MostTableWords = 64 * 1024;

    private static readonly int WordsAtOnce = Vector256<ulong>.Count;

    // The row of all rules, then those of each dimension; null where the sets are asked in place of it.
    private readonly ulong[]? _table;

    // Of each row the words that are not empty; null where a row is read at once.
    private readonly ulong[]? _summaries;
    private readonly int _rowWords;
    private readonly (int Place, int Start)[] _starts = [];
    private readonly int[] _places;
    private readonly Dimension[] _dimensions;
    private readonly HoursTable? _hours;
    private readonly TagTable? _tags;
    private readonly BodyCheck?[]? _bodyChecks;
    private readonly RuleSet _everything;

    /// <param name="rules">All rules of the plan.</param>
    /// <param name="places">The places of those of the group, in order.</param>
    /// <param name="keys">The values of all rules.</param>
    /// <param name="mostTableWords">More than that is no table, but sets as objects.</param>
    public RuleGroup(IReadOnlyList<RoutingRule> rules, int[] places, RuleKeys keys, BodyPatterns bodies, int mostTableWords = MostTableWords)
    {
        _places = places;
        RoutingRule[] own = [.. places.Select(place => rules[place])];
        var builder = new RuleIndexBuilder(own, keys);
        _dimensions = builder.Dimensions();
        _hours = builder.Hours();
        _tags = builder.Tags();
        _everything = builder.Everything();
        _bodyChecks = builder.BodyChecks(bodies);
        int words = (places.Length + RuleSet.Bits - 1) / RuleSet.Bits;
        _rowWords = Math.Max(words, WordsAtOnce);
        long rows = 1 + _dimensions.Sum(static dimension => (long)dimension.Sets.Length);
        if (words > RuleSet.Bits || rows * _rowWords > mostTableWords) return;
        _table = new ulong[rows * _rowWords];
        RuleSet[] all = [_everything, .. _dimensions.SelectMany(static dimension => dimension.Sets)];
        for (int row = 0; row < all.Length; row++)
        {
            for (int word = 0; word < words; word++) _table[(row * _rowWords) + word] = all[row].Word(word);
        }

        if (words > WordsAtOnce) _summaries = [.. all.Select(static set => set.Summary[0])];
        int start = 1;
        _starts = new (int, int)[_dimensions.Length];
        for (int i = 0; i < _starts.Length; i++)
        {
            _starts[i] = (_dimensions[i].Place, start);
            start += _dimensions[i].Sets.Length;
        }
    }

    /// <summary>The place of its first rule in the plan.</summary>
    public int First => _places[0];

    /// <summary>The place in the plan of the first rule that matches; -1 when none does that comes before another.</summary>
    /// <param name="before">The place of the other.</param>
    /// <param name="numbers">The message's number of each kind, by place.</param>
    /// <param name="tags">The numbers of those of its tags that rules name.</param>
    /// <param name="sets">Room for <see cref="MostSets"/>.</param>
    /// <param name="known">What the patterns of the plan have found of the text.</param>
    public int Find(
        in RouteRequest request, int before, ReadOnlySpan<int> numbers, ReadOnlySpan<int> tags, Span<RuleSet?> sets, BodyPatterns bodies, Span<byte> known)
    {
        if (_summaries is not null) return FindBySummary(request, before, numbers, tags, bodies, known);
        if (_table is not null) return FindInTable(request, before, numbers, tags, bodies, known);
        int count = 0;
        sets[count++] = _everything;
        foreach (ref readonly Dimension dimension in _dimensions.AsSpan()) sets[count++] = dimension.Sets[numbers[dimension.Place]];
        if (_hours is not null) sets[count++] = _hours.At(request.At);
        if (_tags is not null)
        {
            foreach (int tag in tags)
            {
                if (_tags.Unwanted[tag] is { } without && count < MostSets) sets[count++] = without;
            }
        }

        ReadOnlySpan<RuleSet?> all = sets[..count];
        int blocks = (_places.Length + (RuleSet.Bits * RuleSet.Bits) - 1) / (RuleSet.Bits * RuleSet.Bits);
        for (int block = 0; block < blocks; block++)
        {
            ulong words = _tags is null ? ulong.MaxValue : _tags.Summary(tags, block);
            foreach (RuleSet? set in all) words &= set!.Summary[block];
            for (; words != 0; words &= words - 1)
            {
                int place = (block * RuleSet.Bits) + BitOperations.TrailingZeroCount(words);
                if (TryFirst(OpenAt(all, tags, place), place, request, before, bodies, known, out int found)) return found;
            }
        }

        return -1;
    }

    private int FindInTable(
        in RouteRequest request, int before, ReadOnlySpan<int> numbers, ReadOnlySpan<int> tags, BodyPatterns bodies, Span<byte> known)
    {
        ReadOnlySpan<ulong> table = _table;
        Vector256<ulong> all = Vector256.Create(table[..WordsAtOnce]);
        foreach ((int kind, int start) in _starts) all &= Vector256.Create(table.Slice((start + numbers[kind]) * WordsAtOnce, WordsAtOnce));
        if (all == Vector256<ulong>.Zero) return -1;
        RuleSet? hours = _hours?.At(request.At);
        for (int place = 0; place < WordsAtOnce; place++)
        {
            if (all[place] != 0 && TryFirst(all[place], place, hours, request, before, tags, bodies, known, out int found)) return found;
        }

        return -1;
    }

    private int FindBySummary(
        in RouteRequest request, int before, ReadOnlySpan<int> numbers, ReadOnlySpan<int> tags, BodyPatterns bodies, Span<byte> known)
    {
        ulong[] summaries = _summaries!;
        ulong words = summaries[0];
        foreach ((int kind, int start) in _starts) words &= summaries[start + numbers[kind]];
        if (_tags is not null) words &= _tags.Summary(tags, 0);
        if (words == 0) return -1;
        ulong[] table = _table!;
        RuleSet? hours = _hours?.At(request.At);
        for (; words != 0; words &= words - 1)
        {
            int place = BitOperations.TrailingZeroCount(words);
            ulong open = table[place];
            foreach ((int kind, int start) in _starts) open &= table[((start + numbers[kind]) * _rowWords) + place];
            if (open != 0 && TryFirst(open, place, hours, request, before, tags, bodies, known, out int found)) return found;
        }

        return -1;
    }

    private bool TryFirst(
        ulong open, int place, RuleSet? hours, in RouteRequest request, int before, ReadOnlySpan<int> tags, BodyPatterns bodies, Span<byte> known,
        out int found)
    {
        if (hours is not null) open &= hours.Word(place);
        if (_tags is not null) open &= _tags.Open(tags, place);
        return TryFirst(open, place, request, before, bodies, known, out found);
    }

    // The first of 64 rules, but for what patterns say; -1 where it comes after another one.
    private bool TryFirst(
        ulong open, int place, in RouteRequest request, int before, BodyPatterns bodies, Span<byte> known, out int found)
    {
        for (; open != 0; open &= open - 1)
        {
            int rule = (place * RuleSet.Bits) + BitOperations.TrailingZeroCount(open);
            found = _places[rule] < before ? _places[rule] : -1;
            if (found < 0 || _bodyChecks?[rule] is not { } check || check.Fits(bodies, request.Head.Body, known)) return true;
        }

        found = -1;
        return false;
    }

    private ulong OpenAt(ReadOnlySpan<RuleSet?> all, ReadOnlySpan<int> tags, int place)
    {
        ulong open = _tags is null ? ulong.MaxValue : _tags.Word(tags, place);
        foreach (RuleSet? set in all)
        {
            open &= set!.Word(place);
            if (open == 0) break;
        }

        return open;
    }

    /// <summary>Tags: of those that rules want one is enough, so their sets are joined; each that a rule does not want counts.</summary>
    /// <param name="none">The rules that want no tag.</param>
    /// <param name="wanted">Those that want a tag, by its number; null for none.</param>
    /// <param name="unwanted">Those that a tag leaves open, by its number; null for all.</param>
    internal sealed class TagTable(RuleSet none, RuleSet?[] wanted, RuleSet?[] unwanted)
    {
        public RuleSet?[] Unwanted => unwanted;

        public ulong Summary(ReadOnlySpan<int> tags, int block)
        {
            ulong all = none.Summary[block];
            foreach (int tag in tags) all |= wanted[tag]?.Summary[block] ?? 0;
            return all;
        }

        /// <summary>What all of them leave open together.</summary>
        public ulong Open(ReadOnlySpan<int> tags, int at)
        {
            ulong all = Word(tags, at);
            foreach (int tag in tags) all &= unwanted[tag]?.Word(at) ?? ulong.MaxValue;
            return all;
        }

        public ulong Word(ReadOnlySpan<int> tags, int at)
        {
            ulong all = none.Word(at);
            foreach (int tag in tags) all |= wanted[tag]?.Word(at) ?? 0;
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
