using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Rating;

/// <summary>What a segment costs on one connection, at the moment of its book.</summary>
public sealed class ConnectionRates : IRates
{
    private readonly CurrencyTable _currencies;
    private readonly long _moment;

    internal ConnectionRates(PriceTable prices, FeeTable? fees, CurrencyTable currencies, long moment, long revision) =>
        (Prices, Fees, _currencies, _moment, Revision) = (prices, fees, currencies, moment, revision);

    /// <summary>The deck's revision; 0 for one of the configuration file.</summary>
    public long Revision { get; }

    /// <summary>Rows that hold now and have a price.</summary>
    public int Count => Prices.Count;

    internal PriceTable Prices { get; }

    /// <summary>Connections without fees of their own share one; null for none.</summary>
    internal FeeTable? Fees { get; }

    public bool TryFind(in Destination destination, out long micros) => TryFind(destination, default, out micros);

    public bool TryFind(in Destination destination, in RatedSender sender, out long micros) => TryPrice(Prices.Find(destination), destination, sender, out micros);

    /// <summary>Prices of networks, without fees.</summary>
    internal IEnumerable<(NetworkId Network, long Micros)> Networks => Prices.Networks;

    /// <summary>The same price with all that it is made of; null when there is none.</summary>
    public PriceBreakdown? Explain(in Destination destination, in RatedSender sender)
    {
        int place = Prices.Find(destination);
        if (place < 0) return null;
        RateRow row = Prices.RowAt(place);
        var fees = new List<PricedFee>();
        long sum = Fees?.Sum(destination, sender, fees) ?? 0;
        long micros = Prices.MicrosAt(place);
        return new(row, Revision, _currencies.RateAt(row.Currency, _moment), micros, fees, micros + sum, _currencies.Base);
    }

    private bool TryPrice(int place, in Destination destination, in RatedSender sender, out long micros)
    {
        micros = place < 0 ? 0 : Prices.MicrosAt(place) + (Fees?.Sum(destination, sender) ?? 0);
        return place >= 0;
    }
}

/// <summary>What one account pays for a segment, by country, at the moment of its book.</summary>
internal sealed class AccountRates : IRates
{
    private readonly long[] _byCountry = new long[RateKey.CountryCount];

    public AccountRates() => Array.Fill(_byCountry, -1);

    public void Set(string country, long micros) => _byCountry[RateKey.IndexOf(country)] = micros;

    public bool TryFind(in Destination destination, out long micros)
    {
        int country = RateKey.IndexOf(destination.Country);
        micros = country < 0 ? -1 : _byCountry[country];
        if (micros >= 0) return true;
        micros = 0;
        return false;
    }
}
