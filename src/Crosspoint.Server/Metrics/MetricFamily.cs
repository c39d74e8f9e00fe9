using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;

namespace Crosspoint.Server.Metrics;

/// <summary>One metric with a cell for each set of tags that was met.</summary>
internal sealed class MetricFamily
{
    // A bound, so that a tag that should not be one cannot eat the memory: what goes beyond is counted in one cell without tags.
    private const int MaxCells = 2000;

    // Seconds. From a submit on the same host to a receipt that takes a day.
    private static readonly double[] DefaultBounds =
        [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200, 86400];

    private readonly ConcurrentDictionary<TagSet, MetricCell> _cells = new(TagSetComparer.Instance);
    private readonly ConcurrentDictionary<TagSet, MetricCell>.AlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>> _lookup;
    private readonly MetricKind _kind;
    private readonly bool _isObserved;
    private readonly bool _addsUp;
    private readonly string _help;
    private readonly double[] _bounds;

    public MetricFamily(string name, Instrument instrument)
    {
        Name = name;
        _kind = MetricNames.KindOf(instrument);
        _isObserved = instrument.IsObservable;
        _addsUp = !_isObserved && instrument.GetType().GetGenericTypeDefinition() != typeof(Gauge<>);
        _help = instrument.Description ?? "";
        _bounds = _kind == MetricKind.Histogram ? BoundsOf(instrument) : [];
        _lookup = _cells.GetAlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>>();
    }

    public string Name { get; }

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (!_lookup.TryGetValue(tags, out MetricCell? cell)) cell = AddCell(tags);
        if (_kind == MetricKind.Histogram) cell.Observe(value, _bounds);
        else if (_addsUp) cell.Add(value);
        else cell.Set(value);
    }

    /// <summary>Before observable instruments tell their values: what they do not name any more is not shown any more.</summary>
    public void BeginObservation()
    {
        if (_isObserved) _cells.Clear();
    }

    public void Write(ref PrometheusText text)
    {
        if (_cells.IsEmpty) return;
        text.Head(Name, _help, _kind);
        foreach ((TagSet tags, MetricCell cell) in _cells.OrderBy(static c => c.Key.Labels, StringComparer.Ordinal))
        {
            if (_kind == MetricKind.Histogram) cell.WriteHistogram(ref text, Name, tags.Labels, _bounds);
            else text.Sample(Name, "", tags.Labels, "", cell.Value);
        }
    }

    private static double[] BoundsOf(Instrument instrument) => instrument switch
    {
        Histogram<double> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds],
        Histogram<long> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(static b => (double)b)],
        Histogram<int> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(static b => (double)b)],
        _ => DefaultBounds,
    };

    private MetricCell AddCell(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        TagSet key = _cells.Count < MaxCells ? new(tags) : new([new("overflow", "true")]);
        return _cells.GetOrAdd(key, static (_, bounds) => new(bounds.Length), _bounds);
    }

    /// <summary>Tags in the order in which they were given, which is the same at each place that measures.</summary>
    private sealed class TagSet
    {
        public TagSet(ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            Tags = tags.ToArray();
            Labels = PrometheusText.Labels(tags);
        }

        public KeyValuePair<string, object?>[] Tags { get; }

        public string Labels { get; }
    }

    private sealed class TagSetComparer
        : IEqualityComparer<TagSet>, IAlternateEqualityComparer<ReadOnlySpan<KeyValuePair<string, object?>>, TagSet>
    {
        public static readonly TagSetComparer Instance = new();

        public TagSet Create(ReadOnlySpan<KeyValuePair<string, object?>> alternate) => new(alternate);

        public bool Equals(TagSet? x, TagSet? y) => x is not null && y is not null && Equals(x.Tags, y);

        public int GetHashCode([DisallowNull] TagSet obj) => GetHashCode(obj.Tags);

        public bool Equals(ReadOnlySpan<KeyValuePair<string, object?>> alternate, TagSet other)
        {
            KeyValuePair<string, object?>[] tags = other.Tags;
            if (alternate.Length != tags.Length) return false;
            for (int i = 0; i < tags.Length; i++)
            {
                if (alternate[i].Key != tags[i].Key || !Equals(alternate[i].Value, tags[i].Value)) return false;
            }

            return true;
        }

        public int GetHashCode(ReadOnlySpan<KeyValuePair<string, object?>> alternate)
        {
            int hash = alternate.Length;
            foreach (KeyValuePair<string, object?> tag in alternate)
                hash = (hash * 397) ^ tag.Key.GetHashCode(StringComparison.Ordinal) ^ (tag.Value?.GetHashCode() ?? 0);
            return hash;
        }
    }
}
