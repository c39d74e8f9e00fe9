namespace Crosspoint.Engine.Rating;

/// <summary>
/// A vendor's prices of segments, as they were given: by network, prefix or country, each in its currency and with its period. Immutable; held in
/// columns, 21 octets a row.
/// </summary>
public sealed class RateDeck
{
    /// <summary>Most rows of one deck.</summary>
    public const int MostRows = 5_000_000;

    internal RateDeck(ulong[] keys, long[] nanos, byte[] currencies, int[] periods, string[] currencyCodes, RatePeriod[] periodTable)
    {
        Keys = keys;
        Nanos = nanos;
        CurrencyOfRow = currencies;
        PeriodOfRow = periods;
        CurrencyCodes = currencyCodes;
        Periods = periodTable;
    }

    /// <summary>A deck without rows.</summary>
    public static RateDeck Empty { get; } = new([], [], [], [], [], []);

    public int Count => Keys.Length;

    /// <summary>The currencies that rows name.</summary>
    public IReadOnlyList<string> CurrencyNames => CurrencyCodes;

    /// <summary>Sorted; rows of one key by their beginning.</summary>
    internal ulong[] Keys { get; }

    internal long[] Nanos { get; }

    internal byte[] CurrencyOfRow { get; }

    internal int[] PeriodOfRow { get; }

    internal string[] CurrencyCodes { get; }

    internal RatePeriod[] Periods { get; }

    /// <summary>One row.</summary>
    public RateRow this[int row] => new(RateKey.FromValue(Keys[row]), Nanos[row], CurrencyCodes[CurrencyOfRow[row]], Periods[PeriodOfRow[row]]);

    /// <summary>
    /// The rows that hold at a moment, in the order of their keys, one for each: where several hold, the one that began last. A price that begins later so
    /// ends an earlier one that was left open.
    /// </summary>
    public int[] RowsAt(long micros)
    {
        var rows = new int[Keys.Length];
        int count = 0;
        for (int row = 0; row < Keys.Length; row++)
        {
            if (!Periods[PeriodOfRow[row]].Holds(micros)) continue;
            if (count > 0 && Keys[rows[count - 1]] == Keys[row]) rows[count - 1] = row;
            else rows[count++] = row;
        }

        return count == rows.Length ? rows : rows[..count];
    }

    /// <summary>The next moment after one at which a row begins or ends; <see cref="long.MaxValue"/> for none.</summary>
    public long NextAfter(long micros)
    {
        long next = long.MaxValue;
        foreach (RatePeriod period in Periods) next = Math.Min(next, period.NextAfter(micros));
        return next;
    }
}

/// <summary>One row of a deck.</summary>
/// <param name="Nanos">The price of a segment, in nano-units of the currency.</param>
public readonly record struct RateRow(RateKey Key, long Nanos, string Currency, RatePeriod Period);
