using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Rating;

/// <summary>
/// Prices of networks on several connections side by side. Who asks for one network on many connections reads one stretch of memory in place of a table for
/// each: of 40 decks with 1,000 networks, a third of the time of a decision was waiting for those tables. Immutable; allocates nothing.
/// </summary>
internal sealed class NetworkPrices
{
    // 16 MiB: decks of more cells are asked one by one.
    private const int MostCells = 2 * 1024 * 1024;

    private const long NoRow = long.MinValue;

    private readonly Dictionary<NetworkId, int> _stretches = [];
    private readonly ConnectionRates?[] _rates;
    private readonly long[] _micros = [];

    /// <param name="rates">Of each connection, by place; null where it has no prices.</param>
    public NetworkPrices(IReadOnlyList<IRates?> rates)
    {
        _rates = [.. rates.Select(static one => one as ConnectionRates)];
        foreach (ConnectionRates? one in _rates)
        {
            foreach ((NetworkId network, _) in one?.Networks ?? []) _stretches.TryAdd(network, _stretches.Count * rates.Count);
        }

        if ((long)_stretches.Count * rates.Count > MostCells)
        {
            _stretches.Clear();
            Array.Clear(_rates);
            return;
        }

        _micros = new long[_stretches.Count * rates.Count];
        Array.Fill(_micros, NoRow);
        for (int i = 0; i < _rates.Length; i++)
        {
            foreach ((NetworkId network, long micros) in _rates[i]?.Networks ?? []) _micros[_stretches[network] + i] = micros;
        }
    }

    /// <summary>Where the prices of a network are, for <see cref="TryFind"/>; -1 when no deck names it.</summary>
    public int Find(NetworkId network) => network.IsKnown && _stretches.TryGetValue(network, out int stretch) ? stretch : -1;

    /// <summary>The price of a segment on a connection, fees included.</summary>
    /// <param name="stretch">What <see cref="Find"/> gave for the destination's network.</param>
    /// <param name="micros">0 when there is none.</param>
    /// <returns>Whether there is one; null when only the connection's own prices can tell.</returns>
    public bool? TryFind(int connection, int stretch, in Destination destination, in RatedSender sender, out long micros)
    {
        micros = 0;
        if (_rates[connection] is not { } rates) return null;
        long price = stretch < 0 ? NoRow : _micros[stretch + connection];
        if (price == NoRow) return rates.TryFindBesideNetworks(destination, sender, out micros);
        micros = rates.WithFees(price, destination, sender);
        return true;
    }
}
