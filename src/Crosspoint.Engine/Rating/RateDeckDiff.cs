using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Rating;

/// <summary>One destination whose price differs.</summary>
/// <param name="Before">Null for a new one.</param>
/// <param name="After">Null for one that is gone.</param>
/// <param name="ChangeMicros">In micro-units of the base currency; 0 for new and gone ones.</param>
public sealed record RateChange(RateKey Key, RateRow? Before, RateRow? After, long ChangeMicros)
{
    /// <summary>In hundredths of the price before; null where that was 0 or there is no price before or after.</summary>
    public double? Percent { get; init; }
}

/// <summary>What sets one deck apart from another, at a moment.</summary>
public sealed class RateDeckDiff
{
    private readonly CurrencyTable _currencies;
    private readonly int _most;
    private readonly PriorityQueue<RateChange, long> _dearest = new();
    private readonly PriorityQueue<RateChange, long> _cheapest = new();
    private double _dearerPercents;
    private double _cheaperPercents;
    private int _dearerWithPercent;

    private RateDeckDiff(CurrencyTable currencies, DateTimeOffset moment, int most) => (_currencies, Moment, _most) = (currencies, moment, most);

    public DateTimeOffset Moment { get; }

    public int Dearer { get; private set; }

    public int Cheaper { get; private set; }

    public int New { get; private set; }

    public int Gone { get; private set; }

    public int Unchanged { get; private set; }

    /// <summary>In both, in different currencies of which one has no known price.</summary>
    public int NotComparable { get; private set; }

    /// <summary>The mean of the rises, each destination counted once; 0 for none.</summary>
    public double MeanRisePercent => _dearerWithPercent == 0 ? 0 : _dearerPercents / _dearerWithPercent;

    /// <summary>The mean of the falls, a negative number; 0 for none.</summary>
    public double MeanFallPercent => Cheaper == 0 ? 0 : _cheaperPercents / Cheaper;

    /// <summary>The largest rises by amount, the largest first.</summary>
    public IReadOnlyList<RateChange> LargestRises { get; private set; } = [];

    /// <summary>The largest falls by amount, the largest first.</summary>
    public IReadOnlyList<RateChange> LargestFalls { get; private set; } = [];

    /// <summary>The first new destinations, in the order of the deck.</summary>
    public List<RateChange> FirstNew { get; } = [];

    /// <summary>The first destinations that are gone, in the order of the deck.</summary>
    public List<RateChange> FirstGone { get; } = [];

    /// <param name="most">Most entries of each list.</param>
    public static RateDeckDiff Compare(RateDeck before, RateDeck after, CurrencyTable currencies, DateTimeOffset moment, int most)
    {
        var diff = new RateDeckDiff(currencies, moment, most);
        long micros = Micros.From(moment);
        int[] old = before.RowsAt(micros);
        int[] fresh = after.RowsAt(micros);
        for (int i = 0, j = 0; i < old.Length || j < fresh.Length;)
        {
            int order = i == old.Length ? 1 : j == fresh.Length ? -1 : before.Keys[old[i]].CompareTo(after.Keys[fresh[j]]);
            if (order < 0) diff.AddGone(before[old[i++]]);
            else if (order > 0) diff.AddNew(after[fresh[j++]]);
            else diff.AddBoth(before[old[i++]], after[fresh[j++]], micros);
        }

        diff.LargestRises = Drain(diff._dearest);
        diff.LargestFalls = Drain(diff._cheapest);
        return diff;
    }

    private void AddNew(RateRow row)
    {
        New++;
        if (FirstNew.Count < _most) FirstNew.Add(new(row.Key, null, row, 0));
    }

    private void AddGone(RateRow row)
    {
        Gone++;
        if (FirstGone.Count < _most) FirstGone.Add(new(row.Key, row, null, 0));
    }

    private void AddBoth(RateRow before, RateRow after, long moment)
    {
        long oldRate = _currencies.RateAt(before.Currency, moment);
        long newRate = before.Currency == after.Currency ? oldRate : _currencies.RateAt(after.Currency, moment);
        Int128 difference;
        double percent;
        if (before.Currency == after.Currency)
        {
            difference = (Int128)after.Nanos - before.Nanos;
            percent = before.Nanos == 0 ? 0 : ((double)after.Nanos - before.Nanos) / before.Nanos * 100;
        }
        else if (oldRate == 0 || newRate == 0)
        {
            NotComparable++;
            return;
        }
        else
        {
            Int128 old = (Int128)before.Nanos * oldRate;
            difference = ((Int128)after.Nanos * newRate) - old;
            percent = old == 0 ? 0 : (double)difference / (double)old * 100;
        }

        if (difference == 0)
        {
            Unchanged++;
            return;
        }

        // Without a price of the currency the amount is unknown; the change still counts.
        long micros = oldRate == 0 || newRate == 0 ? 0 : Price.ToMicros(after.Nanos, newRate) - Price.ToMicros(before.Nanos, oldRate);
        var change = new RateChange(after.Key, before, after, micros) { Percent = before.Nanos == 0 ? null : Math.Round(percent, 2) };
        if (difference > 0)
        {
            Dearer++;
            if (before.Nanos > 0) (_dearerPercents, _dearerWithPercent) = (_dearerPercents + percent, _dearerWithPercent + 1);
            Keep(_dearest, change, micros);
        }
        else
        {
            Cheaper++;
            _cheaperPercents += percent;
            Keep(_cheapest, change, -micros);
        }
    }

    private void Keep(PriorityQueue<RateChange, long> queue, RateChange change, long amount)
    {
        if (queue.Count < _most) queue.Enqueue(change, amount);
        else if (_most > 0) queue.EnqueueDequeue(change, amount);
    }

    private static List<RateChange> Drain(PriorityQueue<RateChange, long> queue)
    {
        var changes = new List<RateChange>(queue.Count);
        while (queue.TryDequeue(out RateChange? change, out _)) changes.Add(change);
        changes.Reverse();
        return changes;
    }
}
