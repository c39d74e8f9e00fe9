namespace Crosspoint.Engine.Routing.Matching;

/// <summary>
/// The rules that one value of one dimension leaves open, a bit each: a base that values share, and the words that differ from it. The
/// summary has a bit for each word that is not empty.
/// </summary>
internal sealed class RuleSet
{
    public const int Bits = 64;

    private readonly ulong[] _base;
    private readonly ushort[] _places;
    private readonly ulong[] _words;

    private RuleSet(ulong[] words, ushort[] places, ulong[] differing, ulong[] summary) =>
        (_base, _places, _words, Summary) = (words, places, differing, summary);

    public ulong[] Summary { get; }

    /// <summary>The set of these words.</summary>
    public static RuleSet Of(ulong[] words) => new(words, [], [], Summarize(words));

    /// <summary>This set with rules added, and then others taken out.</summary>
    public RuleSet With(IReadOnlyCollection<int> added, IReadOnlyCollection<int> removed)
    {
        if (added.Count + removed.Count == 0) return this;
        (ushort[] places, ulong[] differing) = Change(added, removed);
        ulong[] summary = [.. Summary];
        for (int i = 0; i < places.Length; i++)
        {
            ulong bit = 1UL << (places[i] % Bits);
            if (differing[i] == 0) summary[places[i] / Bits] &= ~bit;
            else summary[places[i] / Bits] |= bit;
        }

        // Where much differs a table of its own is quicker, and not larger.
        if (places.Length <= Math.Max(1, _base.Length / 4)) return new(_base, places, differing, summary);
        ulong[] words = [.. _base];
        for (int i = 0; i < places.Length; i++) words[places[i]] = differing[i];
        return new(words, [], [], summary);
    }

    /// <summary>The rules 64·<paramref name="place"/> to 64·<paramref name="place"/> + 63.</summary>
    public ulong Word(int place)
    {
        ushort[] places = _places;
        if (places.Length == 0) return _base[place];
        int at = places.Length == 1
            ? places[0] == place ? 0 : -1
            : places.AsSpan().BinarySearch((ushort)place);
        return at >= 0 ? _words[at] : _base[place];
    }

    // The words that differ, in order.
    private (ushort[] Places, ulong[] Words) Change(IReadOnlyCollection<int> added, IReadOnlyCollection<int> removed)
    {
        // By rule, and what is added before what is taken out.
        int[] changes = [.. added.Select(static rule => rule * 2), .. removed.Select(static rule => (rule * 2) + 1)];
        Array.Sort(changes);
        int count = 0;
        for (int i = 0; i < changes.Length; i++) count += i == 0 || changes[i] / (2 * Bits) != changes[i - 1] / (2 * Bits) ? 1 : 0;
        var places = new ushort[count];
        var words = new ulong[count];
        int at = -1;
        foreach (int change in changes)
        {
            int rule = change / 2;
            if (at < 0 || places[at] != rule / Bits)
            {
                places[++at] = (ushort)(rule / Bits);
                words[at] = _base[rule / Bits];
            }

            ulong bit = 1UL << (rule % Bits);
            words[at] = change % 2 == 0 ? words[at] | bit : words[at] & ~bit;
        }

        return (places, words);
    }

    private static ulong[] Summarize(ulong[] words)
    {
        var summary = new ulong[(words.Length + Bits - 1) / Bits];
        for (int i = 0; i < words.Length; i++)
        {
            if (words[i] != 0) summary[i / Bits] |= 1UL << (i % Bits);
        }

        return summary;
    }
}
