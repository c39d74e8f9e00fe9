using System.Runtime.InteropServices;

namespace Crosspoint.Engine.Rating;

/// <summary>Gathers the rows of a deck. Two rows of one destination that begin at the same moment contradict each other, and make no deck.</summary>
public sealed class RateDeckBuilder
{
    private readonly List<Row> _rows = [];
    private readonly Dictionary<string, byte> _currencies = new(StringComparer.Ordinal);
    private readonly Dictionary<RatePeriod, int> _periods = [];

    public int Count => _rows.Count;

    /// <param name="line">Where the row came from, for contradictions.</param>
    /// <param name="currency">Of <see cref="Currencies"/>.</param>
    public void Add(int line, RateKey key, long nanos, string currency, RatePeriod period)
    {
        if (!_currencies.TryGetValue(currency, out byte currencyIndex)) _currencies.Add(currency, currencyIndex = (byte)_currencies.Count);
        if (!_periods.TryGetValue(period, out int periodIndex)) _periods.Add(period, periodIndex = _periods.Count);
        _rows.Add(new(key.Value, period.From, nanos, line, periodIndex, currencyIndex));
    }

    public void Add(in RateRow row) => Add(0, row.Key, row.Nanos, row.Currency, row.Period);

    /// <summary>Makes the deck; null when rows contradict each other.</summary>
    /// <param name="contradict">Called for each row that repeats an earlier one, with the lines of both.</param>
    public RateDeck? Build(Action<int, int, RateKey> contradict)
    {
        Span<Row> rows = CollectionsMarshal.AsSpan(_rows);
        rows.Sort();
        bool isSound = true;
        for (int i = 1; i < rows.Length; i++)
        {
            if (rows[i].Key != rows[i - 1].Key || rows[i].From != rows[i - 1].From) continue;
            isSound = false;
            contradict(rows[i].Line, rows[i - 1].Line, RateKey.FromValue(rows[i].Key));
        }

        if (!isSound) return null;
        var keys = new ulong[rows.Length];
        var nanos = new long[rows.Length];
        var currencies = new byte[rows.Length];
        var periods = new int[rows.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            keys[i] = rows[i].Key;
            nanos[i] = rows[i].Nanos;
            currencies[i] = rows[i].Currency;
            periods[i] = rows[i].Period;
        }

        return new(keys, nanos, currencies, periods, [.. _currencies.Keys], [.. _periods.Keys]);
    }

    private readonly record struct Row(ulong Key, long From, long Nanos, int Line, int Period, byte Currency) : IComparable<Row>
    {
        public int CompareTo(Row other)
        {
            int byKey = Key.CompareTo(other.Key);
            if (byKey != 0) return byKey;
            int byFrom = From.CompareTo(other.From);
            return byFrom != 0 ? byFrom : Line.CompareTo(other.Line);
        }
    }
}
