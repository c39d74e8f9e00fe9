namespace Crosspoint.Engine.Rating;

/// <summary>What a unit of a currency costs in the base currency, from a moment on until the next entry of the same currency.</summary>
/// <param name="Rate">In <see cref="Price.RateParts"/>.</param>
/// <param name="From">Microseconds since 1970; <see cref="long.MinValue"/> for always.</param>
public readonly record struct CurrencyRate(string Currency, long Rate, long From);

/// <summary>The base currency, and the dated prices of others in it.</summary>
public sealed class CurrencyTable
{
    /// <summary>The base currency where none was chosen.</summary>
    public const string DefaultBase = "EUR";

    private readonly Dictionary<string, CurrencyRate[]> _byCurrency;

    /// <param name="rates">At most one of a currency and moment.</param>
    public CurrencyTable(string baseCurrency, IReadOnlyList<CurrencyRate> rates)
    {
        Base = baseCurrency;
        Rates = rates;
        _byCurrency = rates.GroupBy(static rate => rate.Currency, StringComparer.Ordinal)
            .ToDictionary(static group => group.Key, static group => group.OrderBy(static rate => rate.From).ToArray(), StringComparer.Ordinal);
    }

    public static CurrencyTable Default { get; } = new(DefaultBase, []);

    public string Base { get; }

    public IReadOnlyList<CurrencyRate> Rates { get; }

    /// <summary>What a unit costs at a moment, in <see cref="Price.RateParts"/>; 0 when it is not known.</summary>
    public long RateAt(string currency, long micros)
    {
        if (currency == Base) return Price.RateParts;
        long rate = 0;
        if (!_byCurrency.TryGetValue(currency, out CurrencyRate[]? dated)) return 0;
        foreach (CurrencyRate entry in dated)
        {
            if (entry.From <= micros) rate = entry.Rate;
        }

        return rate;
    }

    /// <summary>The next moment after one at which a currency's price changes; <see cref="long.MaxValue"/> for none.</summary>
    public long NextAfter(long micros)
    {
        long next = long.MaxValue;
        foreach (CurrencyRate rate in Rates)
        {
            if (rate.From > micros) next = Math.Min(next, rate.From);
        }

        return next;
    }
}
