using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Quality;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Health.Failover;

/// <summary>The cells that are not simply healthy, as routing looks them up. Immutable; allocates nothing.</summary>
public sealed class FailoverSnapshot
{
    private readonly Dictionary<string, PathHealth> _paths = new(StringComparer.Ordinal);

    internal FailoverSnapshot(IEnumerable<KeyValuePair<FailoverKey, RouteHealth>> cells, IReadOnlyList<ulong> testNumbers)
    {
        foreach (IGrouping<string, KeyValuePair<FailoverKey, RouteHealth>> path in cells.GroupBy(static cell => cell.Key.Cell.Connection))
        {
            _paths.Add(path.Key, new([.. path], [.. testNumbers]));
            IsAnyForbidden |= path.Any(static cell => cell.Value.IsForbidden);
        }
    }

    public static FailoverSnapshot Empty { get; } = new([], []);

    /// <summary>Something is not healthy, or ordered.</summary>
    public bool IsAnySick => _paths.Count > 0;

    /// <summary>An operator forbids something.</summary>
    public bool IsAnyForbidden { get; }

    /// <summary>What is known of a connection; null while all of it is healthy.</summary>
    public PathHealth? Find(string connection) => _paths.GetValueOrDefault(connection);
}

/// <summary>The networks of a connection that are not simply healthy.</summary>
public sealed class PathHealth
{
    // Set in keys of a whole country, which no key of a network has.
    private const ulong CountryMark = 1;

    // In cells, where an empty country means all of them; messages have an empty one.
    private const string UnknownCountry = "ZZ";

    // Open addressing: a key lies at its place or in the next free one, and 0 is none.
    private readonly ulong[] _keys;
    private readonly RouteHealth[] _values;
    private readonly ulong[] _testNumbers;
    private readonly RouteHealth? _whole;

    // Networks of which what is known of the whole connection is not meant; sorted.
    private readonly ulong[] _excepted = [];
    private readonly bool _hasCountries;

    internal PathHealth(IReadOnlyList<KeyValuePair<FailoverKey, RouteHealth>> cells, ulong[] testNumbers)
    {
        _testNumbers = testNumbers;
        int size = 4;
        while (size < cells.Count * 2) size *= 2;
        _keys = new ulong[size];
        _values = new RouteHealth[size];
        foreach ((FailoverKey key, RouteHealth health) in cells)
        {
            if (key.Cell.Country.Length == 0 && key.IsWide)
            {
                _whole = health;
                _excepted = [.. (health.Except ?? []).Select(static cell => NumberOf(cell.Country, cell.Network))];
                Array.Sort(_excepted);
                continue;
            }

            _hasCountries |= key.IsWide;
            ulong number = NumberOf(key.Cell.Country, key.Cell.Network) | (key.IsWide ? CountryMark : 0);
            int at = PlaceOf(number);
            _keys[at] = number;
            _values[at] = health;
        }
    }

    /// <summary>How the connection does where a message goes: an order of the narrowest scope, else the worst that is known.</summary>
    public RouteHealth Find(in Destination destination, TrafficClass trafficClass)
    {
        RouteHealth health = RouteHealth.Healthy;
        ulong number = NumberOf(destination.Country, destination.Network);
        bool isDone = Take(number, ref health);
        if (!isDone && _hasCountries) isDone = Take(NumberOf(destination.Country, NetworkId.Unknown) | CountryMark, ref health);
        if (!isDone && _whole is { } whole && (whole.IsOrder || whole.Sickness > health.Sickness) && !IsExcepted(number)) health = whole;
        if (health.State != CellState.Probing) return health;
        if (_testNumbers.Length > 0 && Array.IndexOf(_testNumbers, destination.Number.Digits) >= 0) return health with { Share = 1 };
        return trafficClass == TrafficClass.Transactional || (trafficClass == TrafficClass.Marketing && health.MarketingProbes)
            ? health
            : health with { Share = 0 };
    }

    /// <summary>A number of a network, or of a country where the network is not known.</summary>
    internal static ulong NumberOf(string country, NetworkId network) =>
        QualityKey.OfNetwork(country == UnknownCountry ? "" : country, network).Value;

    private bool IsExcepted(ulong number) => _excepted.Length > 0 && Array.BinarySearch(_excepted, number) >= 0;

    // True when it is an order, which wider ones do not change.
    private bool Take(ulong number, ref RouteHealth health)
    {
        int at = PlaceOf(number);
        if (_keys[at] == 0) return false;
        ref readonly RouteHealth found = ref _values[at];
        if (!found.IsOrder && found.Sickness <= health.Sickness) return false;
        health = found;
        return found.IsOrder;
    }

    private int PlaceOf(ulong number)
    {
        int mask = _keys.Length - 1;
        int at = (int)((number * 0x9E37_79B9_7F4A_7C15) >> 40) & mask;
        while (_keys[at] != 0 && _keys[at] != number) at = (at + 1) & mask;
        return at;
    }
}

/// <summary>What a state belongs to: a cell, or all networks of its country, or all of its connection.</summary>
internal readonly record struct FailoverKey(HealthCell Cell, bool IsWide)
{
    /// <summary>All networks of a country.</summary>
    public bool IsCountry => IsWide && Cell.Country.Length > 0;

    /// <summary>Of what is watched: without a country it is the whole connection.</summary>
    public static FailoverKey Of(in HealthCell cell) => new(cell.OfAllClasses, cell.Country.Length == 0);

    /// <summary>Of an order: without a network it is the whole country.</summary>
    public static FailoverKey OfOrder(in HealthCell cell) => new(cell.OfAllClasses, !cell.Network.IsKnown);

    /// <summary>For people.</summary>
    public override string ToString() => IsCountry ? $"{Cell}, all networks" : Cell.ToString();
}
