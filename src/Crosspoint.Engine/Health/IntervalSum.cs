namespace Crosspoint.Engine.Health;

/// <summary>What cells hold of an interval, added up. Used again and again for one reading after another. Not thread-safe.</summary>
internal sealed class IntervalSum
{
    private readonly Dictionary<uint, long> _statuses = [];
    private readonly Dictionary<uint, long> _errors = [];
    private long _otherStatuses;
    private long _otherErrors;
    private long _span;
    private long _resolvedDelivered;
    private double _trials;
    private long _pending;

    /// <summary>By the numbers of <see cref="CellCounts"/>.</summary>
    public long[] Counts { get; } = new long[CellCounts.FirstStatus];

    public long[] Responses { get; } = new long[DelayBins.Count];

    public long[] Receipts { get; } = new long[DelayBins.Count];

    public long Cost { get; set; }

    /// <summary>Refused segments by status, the most frequent first.</summary>
    public IReadOnlyList<CodeCount> Statuses => Most(_statuses, _otherStatuses);

    public long Undelivered => Total(_errors, _otherErrors);

    /// <summary>Undelivered messages by error code, the most frequent first.</summary>
    public IReadOnlyList<CodeCount> Errors => Most(_errors, _otherErrors);

    public void Clear()
    {
        _statuses.Clear();
        _errors.Clear();
        Array.Clear(Counts);
        Array.Clear(Responses);
        Array.Clear(Receipts);
        (_otherStatuses, _otherErrors, _span, _resolvedDelivered, _trials, _pending, Cost) = (0, 0, 0, 0, 0, 0, 0);
    }

    /// <param name="code">Null for all that have no place of their own.</param>
    public void AddStatus(uint? code, long count) => Add(_statuses, ref _otherStatuses, code, count);

    public void AddError(uint? code, long count) => Add(_errors, ref _otherErrors, code, count);

    /// <summary>Messages that were sent in the interval.</summary>
    /// <param name="open">Of which nothing was heard yet.</param>
    /// <param name="overdue">How many of those would have a receipt by now, if one came.</param>
    public void AddResolved(int delivered, int failed, long open, double overdue)
    {
        _resolvedDelivered += delivered;
        _trials += delivered + failed + overdue;
        _pending += open;
    }

    /// <summary>Microseconds that the counts of a cell are of.</summary>
    public void Cover(long micros) => _span = Math.Max(_span, micros);

    public IntervalReading Read()
    {
        long refused = Total(_statuses, _otherStatuses);
        return new()
        {
            Span = TimeSpan.FromMicroseconds(_span),
            Submitted = Counts[CellCounts.Submitted],
            Accepted = Counts[CellCounts.Accepted],
            Refused = refused,
            Throttled = Counts[CellCounts.Throttled],
            Unanswered = Counts[CellCounts.Unanswered],
            Statuses = Statuses,
            Cost = Cost,
            Sent = Counts[CellCounts.Sent],
            Delivered = Counts[CellCounts.Delivered],
            Undelivered = Undelivered,
            Errors = Errors,
            Pending = _pending,
            DeliveryRate = _trials < 0.5 ? null : Math.Clamp(_resolvedDelivered / _trials, 0, 1),
            DeliveryWeight = _trials,
            Confirmed = Counts[CellCounts.Confirmed],
            NotConfirmed = Counts[CellCounts.NotConfirmed],
            Response = QuantilesOf(Responses),
            Receipt = QuantilesOf(Receipts),
        };
    }

    private static void Add(Dictionary<uint, long> codes, ref long others, uint? code, long count)
    {
        if (code is { } one) codes[one] = codes.GetValueOrDefault(one) + count;
        else others += count;
    }

    private static long Total(Dictionary<uint, long> codes, long others)
    {
        foreach (long count in codes.Values) others += count;
        return others;
    }

    private static List<CodeCount> Most(Dictionary<uint, long> codes, long others)
    {
        if (codes.Count == 0 && others == 0) return [];
        var all = new List<CodeCount>(codes.Count);
        foreach ((uint code, long count) in codes) all.Add(new(code, count));
        all.Sort(static (a, b) => a.Count != b.Count ? b.Count.CompareTo(a.Count) : a.Code!.Value.CompareTo(b.Code!.Value));
        for (int i = all.Count - 1; i >= CellCounts.Codes; i--)
        {
            others += all[i].Count;
            all.RemoveAt(i);
        }

        if (others > 0) all.Add(new(null, others));
        return all;
    }

    private static DelayQuantiles QuantilesOf(long[] counts) =>
        new(DelayBins.Quantile(counts, 0.5) / 1e6, DelayBins.Quantile(counts, 0.95) / 1e6, DelayBins.Quantile(counts, 0.99) / 1e6);
}
