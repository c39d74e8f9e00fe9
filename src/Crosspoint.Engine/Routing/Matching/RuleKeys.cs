using Crosspoint.Engine.Messages;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Routing.Matching;

/// <summary>One kind of condition of all rules of a plan: turns a message's value of it into a small number, once for all groups.</summary>
internal abstract class KeyReader
{
    /// <summary>Numbers that there are: 0 for values that no rule names, and one for each that some rule does.</summary>
    public abstract int Count { get; }

    public abstract int Find(in RouteRequest request);
}

/// <summary>A kind whose values are looked up.</summary>
internal sealed class ValueReader<TKey>(KeyOf<TKey> keyOf, IEqualityComparer<TKey>? comparer) : KeyReader
    where TKey : notnull
{
    private readonly Dictionary<TKey, int> _numbers = new(comparer);

    public override int Count => _numbers.Count + 1;

    public void Add(TKey value) => _numbers.TryAdd(value, Count);

    /// <summary>0 for one that was not added.</summary>
    public int NumberOf(TKey value) => _numbers.GetValueOrDefault(value);

    public override int Find(in RouteRequest request) => NumberOf(keyOf(request));
}

internal delegate TKey KeyOf<TKey>(in RouteRequest request);

/// <summary>What numbers begin with: the longest beginning that a rule names.</summary>
internal sealed class PrefixReader : KeyReader
{
    private readonly Dictionary<ulong, int>?[] _byLength = new Dictionary<ulong, int>?[E164.MaxDigits + 1];
    private readonly List<(ulong Digits, int Length)> _all = [default];
    private (int Number, int Shorter)[]? _shortestFirst;

    public override int Count => _all.Count;

    /// <param name="prefix">With its "+".</param>
    public void Add(string prefix)
    {
        ulong digits = ulong.Parse(prefix.AsSpan(1), System.Globalization.NumberStyles.None, null);
        if ((_byLength[prefix.Length - 1] ??= []).TryAdd(digits, Count)) _all.Add((digits, prefix.Length - 1));
    }

    /// <summary>The number of one that was added.</summary>
    public int NumberOf(string prefix) => _byLength[prefix.Length - 1]![ulong.Parse(prefix.AsSpan(1), System.Globalization.NumberStyles.None, null)];

    public override int Find(in RouteRequest request) => Longest(request.Destination.Number.Digits, request.Destination.Number.Length);

    /// <summary>All numbers, those of shorter beginnings first, each with that of the next shorter one that it begins with; 0 for none.</summary>
    public IReadOnlyList<(int Number, int Shorter)> ShortestFirst() => _shortestFirst ??=
    [
        .. Enumerable.Range(1, _all.Count - 1).OrderBy(number => _all[number].Length)
            .Select(number => (number, Longest(_all[number].Digits / 10, _all[number].Length - 1))),
    ];

    private int Longest(ulong digits, int length)
    {
        for (; length > 0; length--, digits /= 10)
        {
            if (length < _byLength.Length && _byLength[length] is { } numbers && numbers.TryGetValue(digits, out int number)) return number;
        }

        return 0;
    }
}

/// <summary>One name of the metadata. 0 where the message does not have the name.</summary>
internal sealed class MetadataReader(string name) : KeyReader
{
    /// <summary>The number of values that no rule names.</summary>
    public const int Present = 1;

    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);

    public string Name => name;

    public override int Count => _numbers.Count + Present + 1;

    public void Add(string value) => _numbers.TryAdd(value, Count);

    public int NumberOf(string value) => _numbers.TryGetValue(value, out int number) ? number : Present;

    public override int Find(in RouteRequest request) =>
        request.Head.Metadata.Count > 0 && request.Head.Metadata.Find(name) is { } value ? NumberOf(value) : 0;
}

/// <summary>The kinds of condition of a plan that have one value in a message, each under the place at which its number stands.</summary>
internal sealed class RuleKeys
{
    /// <summary>Names of metadata that the rules of one plan may ask for.</summary>
    public const int MostMetadataNames = 32;

    /// <summary>The kinds of condition that have one value, and the names of metadata.</summary>
    public const int MostKeys = 9 + MostMetadataNames;

    // Longer messages do not exist: concatenation counts to 255.
    private const int MostSegments = 255;

    private readonly Dictionary<string, int> _tags = new(StringComparer.Ordinal);
    private readonly KeyReader[] _used;

    /// <exception cref="ArgumentException">The rules ask for too many names of metadata.</exception>
    public RuleKeys(IReadOnlyList<RoutingRule> rules)
    {
        string[] names = [.. rules.SelectMany(static rule => rule.Match.Metadata.Concat(rule.Except.Metadata)).Select(static m => m.Name).Distinct()];
        if (names.Length > MostMetadataNames)
            throw new ArgumentException($"The rules ask for {names.Length} names of metadata; at most {MostMetadataNames} are possible.");
        Metadata = [.. names.Select(static name => new MetadataReader(name))];
        foreach (RuleMatch match in rules.SelectMany(static rule => (RuleMatch[])[rule.Match, rule.Except]))
        {
            foreach (string account in match.Accounts) Accounts.Add(account);
            foreach (TrafficClass trafficClass in match.Classes) Classes.Add(trafficClass);
            foreach (string country in match.Countries) Countries.Add(country);
            foreach (NetworkId network in match.Networks) Networks.Add(network);
            foreach (NumberType type in match.NumberTypes) NumberTypes.Add(type);
            foreach (string sender in match.Senders) Senders.Add(sender);
            foreach (SenderKind kind in match.SenderTypes) SenderTypes.Add((int)kind);
            foreach (int count in CountsOf(match.Segments)) Segments.Add(count);
            foreach (string prefix in match.Prefixes) Prefixes.Add(prefix);
            foreach (string tag in match.Tags) _tags.TryAdd(tag, _tags.Count);
            foreach (MetadataMatch one in match.Metadata)
            {
                MetadataReader reader = Metadata.First(reader => reader.Name == one.Name);
                foreach (string value in one.Values) reader.Add(value);
            }
        }

        KeyReader[] all = [Accounts, Classes, Countries, Networks, NumberTypes, Senders, SenderTypes, Segments, Prefixes, .. Metadata];
        _used = [.. all.Where(static reader => reader.Count > 1)];
    }

    /// <summary>Kinds of which some rule names a value.</summary>
    public int Count => _used.Length;

    /// <summary>Tags that some rule names.</summary>
    public int TagCount => _tags.Count;

    public ValueReader<string> Accounts { get; } = new(static (in RouteRequest request) => request.Head.AccountSid, StringComparer.Ordinal);

    public ValueReader<TrafficClass> Classes { get; } = new(static (in RouteRequest request) => request.Head.Class, null);

    public ValueReader<string> Countries { get; } = new(static (in RouteRequest request) => request.Destination.Country, StringComparer.Ordinal);

    public ValueReader<NetworkId> Networks { get; } = new(static (in RouteRequest request) => request.Destination.Network, null);

    public ValueReader<NumberType> NumberTypes { get; } = new(static (in RouteRequest request) => request.Destination.Type, null);

    public ValueReader<string> Senders { get; } = new(static (in RouteRequest request) => request.Head.From, StringComparer.Ordinal);

    public ValueReader<int> SenderTypes { get; } = new(static (in RouteRequest request) => request.SenderKind is { } kind ? (int)kind : -1, null);

    public ValueReader<int> Segments { get; } = new(static (in RouteRequest request) => Math.Clamp(request.Head.SegmentCount, 0, MostSegments), null);

    public PrefixReader Prefixes { get; } = new();

    public IReadOnlyList<MetadataReader> Metadata { get; }

    /// <summary>Every number of segments of some ranges that a message may have.</summary>
    public static IReadOnlyList<int> CountsOf(IReadOnlyList<CountRange> ranges) => ranges.Count == 0
        ? []
        : [.. ranges.SelectMany(static range => Enumerable.Range(range.From, Math.Max(0, Math.Min(range.To, MostSegments) - range.From + 1))).Distinct()];

    /// <summary>The place of a kind among those that are used.</summary>
    public int PlaceOf(KeyReader reader) => Array.IndexOf(_used, reader);

    /// <summary>Reads a message's number of each kind that is used.</summary>
    /// <param name="numbers">Gets them, by place.</param>
    public void Read(in RouteRequest request, Span<int> numbers)
    {
        for (int i = 0; i < _used.Length; i++) numbers[i] = _used[i].Find(request);
    }

    /// <summary>The number of a tag; -1 when no rule names it.</summary>
    public int NumberOfTag(string tag) => _tags.TryGetValue(tag, out int number) ? number : -1;
}
