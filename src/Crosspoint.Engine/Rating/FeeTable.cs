using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Rating;

/// <summary>The fees of one connection that hold at a moment, by what they depend on most.</summary>
internal sealed class FeeTable
{
    private readonly Entry[] _general;
    private readonly Entry[]?[]? _byCountry;
    private readonly Dictionary<NetworkId, Entry[]>? _byNetwork;

    private FeeTable(List<Entry> entries)
    {
        _general = [.. entries.Where(static entry => !entry.Fee.Network.IsKnown && entry.Fee.Country is null)];
        Entry[] networks = [.. entries.Where(static entry => entry.Fee.Network.IsKnown)];
        if (networks.Length > 0) _byNetwork = networks.GroupBy(static entry => entry.Fee.Network).ToDictionary(static g => g.Key, static g => g.ToArray());
        foreach (IGrouping<string, Entry> country in entries.Where(static entry => !entry.Fee.Network.IsKnown && entry.Fee.Country is not null).GroupBy(static entry => entry.Fee.Country!))
        {
            _byCountry ??= new Entry[RateKey.CountryCount][];
            _byCountry[RateKey.IndexOf(country.Key)] = [.. country];
        }
    }

    /// <summary>The fees of a connection; null when it has none.</summary>
    /// <param name="connection">Null for the fees that name no connection.</param>
    public static FeeTable? Compile(
        string? connection, IReadOnlyList<Fee> fees, CurrencyTable currencies, long moment, HashSet<string> unknownCurrencies)
    {
        List<Entry>? entries = null;
        foreach (Fee fee in fees)
        {
            if ((fee.Connection is not null && fee.Connection != connection) || !fee.Period.Holds(moment)) continue;
            long rate = currencies.RateAt(fee.Currency, moment);
            if (rate == 0) unknownCurrencies.Add(fee.Currency);
            else (entries ??= []).Add(new(fee, rate, Price.ToMicros(fee.Nanos, rate)));
        }

        return entries is null ? null : new(entries);
    }

    /// <summary>The sum of all that fit.</summary>
    /// <param name="items">Gets them one by one; null where the sum is enough.</param>
    public long Sum(in Destination destination, in RatedSender sender, List<PricedFee>? items = null)
    {
        long sum = Sum(_general, destination, sender, items);
        int country = _byCountry is null ? -1 : RateKey.IndexOf(destination.Country);
        if (country >= 0 && _byCountry![country] is { } ofCountry) sum += Sum(ofCountry, destination, sender, items);
        if (_byNetwork is not null && destination.Network.IsKnown && _byNetwork.TryGetValue(destination.Network, out Entry[]? ofNetwork))
            sum += Sum(ofNetwork, destination, sender, items);
        return sum;
    }

    private static long Sum(Entry[] entries, in Destination destination, in RatedSender sender, List<PricedFee>? items)
    {
        long sum = 0;
        foreach (ref readonly Entry entry in entries.AsSpan())
        {
            Fee fee = entry.Fee;
            if (fee.SenderKind is { } kind && sender.Kind != kind) continue;
            if (fee.Campaign is { } campaign && (sender.Campaign is null || (campaign != Fee.AnyCampaign && campaign != sender.Campaign))) continue;
            if (fee.Network.IsKnown && fee.Country is { } country && country != destination.Country) continue;
            sum += entry.Micros;
            items?.Add(new(fee.Name, fee.Nanos, fee.Currency, entry.Rate, entry.Micros));
        }

        return sum;
    }

    private readonly record struct Entry(Fee Fee, long Rate, long Micros);
}
