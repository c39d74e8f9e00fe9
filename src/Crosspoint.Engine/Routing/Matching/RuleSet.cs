using System.Runtime.InteropServices;

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
        var changed = new Dictionary<ushort, ulong>(added.Count + removed.Count);
        foreach (int rule in added) WordOf(changed, rule) |= 1UL << (rule % Bits);
        foreach (int rule in removed) WordOf(changed, rule) &= ~(1UL << (rule % Bits));
        if (changed.Count == 0) return this;
        ulong[] summary = [.. Summary];
        foreach ((ushort place, ulong word) in changed)
        {
            ulong bit = 1UL << (place % Bits);
            if (word == 0) summary[place / Bits] &= ~bit;
            else summary[place / Bits] |= bit;
        }

        // Where much differs a table of its own is quicker, and not larger.
        if (changed.Count <= Math.Max(1, _base.Length / 4))
        {
            ushort[] places = [.. changed.Keys];
            ulong[] differing = [.. changed.Values];
            Array.Sort(places, differing);
            return new(_base, places, differing, summary);
        }

        ulong[] words = [.. _base];
        foreach ((ushort place, ulong word) in changed) words[place] = word;
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

    private ref ulong WordOf(Dictionary<ushort, ulong> changed, int rule)
    {
        ref ulong word = ref CollectionsMarshal.GetValueRefOrAddDefault(changed, (ushort)(rule / Bits), out bool isThere);
        if (!isThere) word = _base[rule / Bits];
        return ref word;
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
