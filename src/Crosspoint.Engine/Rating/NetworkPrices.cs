using Crosspoint.Engine.Messages;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Rating;

/// <summary>
/// Prices of networks, and of countries, on several connections side by side. Who asks for one destination on many connections reads one stretch of memory
/// in place of a table for each: of 40 decks with 1,000 networks, a third of the time of a decision was waiting for those tables. Immutable; allocates
/// nothing.
/// </summary>
internal sealed class NetworkPrices
{
    /// <summary>A cell without a price.</summary>
    public const long NoRow = long.MinValue;

    // 16 MiB: decks of more cells are asked one by one.
    private const int MostCells = 2 * 1024 * 1024;

    private readonly Dictionary<NetworkId, int> _stretches = [];
    private readonly IRates?[] _all;
    private readonly ConnectionRates?[] _rates;
    private readonly FeeTable?[] _fees;
    private readonly long[] _micros = [];
    private readonly long[] _ofCountries = [];

    /// <param name="rates">Of each connection, by place; null where it has no prices.</param>
    public NetworkPrices(IReadOnlyList<IRates?> rates)
    {
        _all = [.. rates];
        _rates = [.. rates.Select(static one => one as ConnectionRates)];
        _fees = [.. _rates.Select(static one => one?.Fees)];
        foreach (ConnectionRates? one in _rates)
        {
            foreach ((NetworkId network, _) in one?.Networks ?? []) _stretches.TryAdd(network, _stretches.Count * rates.Count);
        }

        if ((long)(_stretches.Count + RateKey.CountryCount) * rates.Count > MostCells)
        {
            _stretches.Clear();
            Array.Clear(_rates);
            return;
        }

        _micros = new long[_stretches.Count * rates.Count];
        _ofCountries = new long[RateKey.CountryCount * rates.Count];
        Array.Fill(_micros, NoRow);
        Array.Fill(_ofCountries, NoRow);
        for (int i = 0; i < _rates.Length; i++)
        {
            foreach ((NetworkId network, long micros) in _rates[i]?.Networks ?? []) _micros[_stretches[network] + i] = micros;
            foreach ((int country, long micros) in _rates[i]?.Prices.Countries ?? []) _ofCountries[(country * _rates.Length) + i] = micros;
        }
    }

    /// <summary>The prices of one destination.</summary>
    /// <param name="sender">With the fees that depend on it.</param>
    public Reader Of(in Destination destination, in RatedSender sender) => new(this, destination, sender);

    private ReadOnlySpan<long> Find(NetworkId network) =>
        network.IsKnown && _stretches.TryGetValue(network, out int stretch) ? _micros.AsSpan(stretch, _rates.Length) : default;

    /// <summary>What a segment to one destination costs on each connection. What connections have in common is worked out once.</summary>
    public ref struct Reader
    {
        private readonly NetworkPrices _prices;
        private readonly ref readonly Destination _destination;
        private readonly RatedSender _sender;
        private readonly ReadOnlySpan<long> _micros;
        private FeeTable? _feesOf;
        private long _fees;

        public Reader(NetworkPrices prices, in Destination destination, in RatedSender sender)
        {
            _prices = prices;
            _destination = ref destination;
            _sender = sender;
            _micros = prices.Find(destination.Network);
            CacheLines.Fetch(_micros);
        }

        /// <summary>The price of a segment in micro-units, fees included; null when there is none.</summary>
        public long? On(int connection)
        {
            long price = _micros.IsEmpty ? NoRow : _micros[connection];
            if (price == NoRow)
            {
                if (_prices._rates[connection] is not { } rates)
                    return _prices._all[connection]?.TryFind(_destination, _sender, out price) == true ? price : null;
                price = PriceBesideNetworks(rates, connection);
                if (price == NoRow) return null;
            }

            if (_prices._fees[connection] is not { } fees) return price;
            if (fees != _feesOf) (_feesOf, _fees) = (fees, fees.Sum(_destination, _sender));
            return price + _fees;
        }

        private readonly long PriceBesideNetworks(ConnectionRates rates, int connection)
        {
            int place = rates.Prices.FindPrefix(_destination.Number);
            if (place >= 0) return rates.Prices.MicrosAt(place);
            int country = RateKey.IndexOf(_destination.Country);
            return country < 0 ? NoRow : _prices._ofCountries[(country * _prices._rates.Length) + connection];
        }
    }
}
