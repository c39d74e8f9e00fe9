using System.Collections.Concurrent;
using Crosspoint.Engine.Health.Detection;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Quality;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Health;

/// <summary>
/// All that is watched: a cell for each connection, network and class that has traffic, and wider ones that are kept up with every event: a country on a
/// connection, a country over all connections, an account. Cells in which nothing happened for an hour go. Thread-safe; allocates for new cells alone.
/// </summary>
public sealed partial class HealthTable
{
    /// <summary>
    /// Cells of classes and networks that are kept at most. Beyond it a country's new networks are counted as one, then a connection's new countries.
    /// </summary>
    public const int DefaultMostCells = 100_000;

    /// <summary>How long a cell is kept in which nothing happens.</summary>
    public const long IdleMicros = 3_600 * Micros.PerSecond;

    // The last tenth of the room is for countries, so that those are told apart still when networks are not.
    private const double ShareOfNetworks = 0.9;
    private const int MostConnections = 1 << 16;

    private readonly Func<HealthCell, CellUsual?, CellMemory?, ICellDetector?>? _detectors;
    private readonly int _mostCells;
    private readonly Lock _making = new();
    private readonly Lock _turns = new();
    private readonly ConcurrentDictionary<string, int> _connections = new(StringComparer.Ordinal);

    // By their number less one. Guarded by _making.
    private readonly List<string> _names = [];
    private readonly ConcurrentDictionary<ulong, WatchedCell> _leaves = new();
    private readonly ConcurrentDictionary<ulong, WatchedCell> _countries = new();
    private readonly ConcurrentDictionary<ulong, WatchedCell> _worlds = new();
    private readonly ConcurrentDictionary<string, WatchedCell> _accounts = new(StringComparer.Ordinal);
    private readonly List<WatchedCell> _turning = [];

    // By the number of the connection less one; null where it is not watched. Replaced under _making.
    private volatile ConnectionWatch?[] _watches = [];
    private readonly Func<ConnectionWatch, Func<WitnessParts, bool>, IReadOnlyList<HealthCell>> _networksThat;
    private int _leafCount;
    private ulong _accountCount;
    private WatchedCell? _listed;

    /// <param name="detectors">
    /// Makes what watches a cell, of what is usual for a wider one, and of what one of the same cell had learned before; null for nothing.
    /// </param>
    /// <param name="mostCells">See <see cref="DefaultMostCells"/>.</param>
    public HealthTable(SteadyClock clock, Func<HealthCell, CellUsual?, CellMemory?, ICellDetector?>? detectors = null, int mostCells = DefaultMostCells)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(mostCells);
        (Clock, _detectors, _mostCells) = (clock, detectors, mostCells);
        _networksThat = NetworksThat;
    }

    public SteadyClock Clock { get; }

    /// <summary>By what connections are watched as a whole, besides their cells; null for not at all.</summary>
    public DetectionOptions? Watching { get; init; }

    /// <summary>Whether cells keep what <see cref="TakeMinutes"/> takes.</summary>
    public bool KeepsHistory { get; init; }

    /// <summary>Cells of classes and networks.</summary>
    public int Count => Volatile.Read(ref _leafCount);

    /// <summary>The number by which the others know a connection; the same for the same name as long as the table lives.</summary>
    public int NumberOf(string connection)
    {
        if (_connections.TryGetValue(connection, out int number)) return number;
        lock (_making)
        {
            if (_connections.TryGetValue(connection, out number)) return number;
            number = _names.Count + 1;
            if (number >= MostConnections) throw new InvalidOperationException("More than 65,535 connections.");
            _names.Add(connection);
            _connections[connection] = number;
            return number;
        }
    }

    /// <summary>Where it counts what happens to a message on a connection.</summary>
    /// <param name="accountSid">Empty for a copy to a test connection, which is no account's.</param>
    public WatchedPath Find(int connection, in Destination destination, TrafficClass trafficClass, string accountSid) => new(
        LeafOf(QualityKey.Of(connection, destination.Country, destination.Network, trafficClass)),
        accountSid.Length == 0 ? null : AccountOf(accountSid));

    /// <summary>Gives each detector of a cell with something new, or that waits for something, its turn.</summary>
    /// <param name="signals">What they have to say is added to it.</param>
    public void Turn(long now, List<HealthSignal> signals)
    {
        lock (_turns)
        {
            for (WatchedCell? cell = Interlocked.Exchange(ref _listed, null); cell is not null;)
            {
                _turning.Add(cell);
                (cell, cell.NextListed) = (cell.NextListed, null);
            }

            int kept = 0;
            for (int i = 0; i < _turning.Count; i++)
            {
                if (_turning[i].Turn(now, signals)) _turning[kept++] = _turning[i];
            }

            _turning.RemoveRange(kept, _turning.Count - kept);
            foreach (ConnectionWatch? watch in _watches) watch?.Turn(now, signals, _networksThat);
        }
    }

    /// <summary>Lets go of cells in which nothing happened for an hour.</summary>
    public void Sweep(long now)
    {
        long before = now - IdleMicros;
        Interlocked.Add(ref _leafCount, -Sweep(_leaves, before, TryLeave));
        Sweep(_countries, before, static (cell, before) => cell.TryEvict(before));
        Sweep(_worlds, before, static (cell, before) => cell.TryEvict(before));
        Sweep(_accounts, before, static (cell, before) => cell.TryEvict(before));
    }

    /// <summary>Octets that the counts of all cells take about now.</summary>
    internal long Octets => _leaves.Values.Concat(_countries.Values).Concat(_worlds.Values).Concat(_accounts.Values).Sum(static cell => (long)cell.Octets);

    internal void List(WatchedCell cell)
    {
        WatchedCell? first = Volatile.Read(ref _listed);
        while (true)
        {
            cell.NextListed = first;
            WatchedCell? seen = Interlocked.CompareExchange(ref _listed, cell, first);
            if (seen == first) return;
            first = seen;
        }
    }

    /// <summary>The cell that is there now in place of an evicted one.</summary>
    internal WatchedCell Again(WatchedCell evicted) => evicted.Scope switch
    {
        WatchedScope.Leaf => LeafOf(new(evicted.Key), evicted),
        WatchedScope.Country => CountryOf(new(evicted.Key), evicted),
        WatchedScope.World => WorldOf(new(evicted.Key), evicted.Cell.Country, evicted),
        _ => AccountOf(evicted.Account, evicted),
    };

    private static int Sweep<T>(ConcurrentDictionary<T, WatchedCell> cells, long before, Func<WatchedCell, long, bool> leave)
        where T : notnull
    {
        int gone = 0;
        foreach (KeyValuePair<T, WatchedCell> entry in cells)
        {
            // Another may stand in its place already.
            if (leave(entry.Value, before) && cells.TryRemove(entry)) gone++;
        }

        return gone;
    }

    private WatchedCell LeafOf(QualityKey key, WatchedCell? gone = null) =>
        _leaves.TryGetValue(key.Value, out WatchedCell? cell) && cell != gone ? cell : MakeLeaf(key, gone);

    private WatchedCell MakeLeaf(QualityKey key, WatchedCell? gone)
    {
        lock (_making)
        {
            if (gone is not null && _leaves.TryRemove(new(key.Value, gone))) Interlocked.Decrement(ref _leafCount);
            if (_leaves.TryGetValue(key.Value, out WatchedCell? cell)) return cell;
            if (Count >= _mostCells * ShareOfNetworks && key.Network.IsKnown)
            {
                key = key.WithoutNetwork;
                if (_leaves.TryGetValue(key.Value, out cell)) return cell;
            }

            if (Count >= _mostCells)
            {
                key = QualityKey.Of(key.Connection, "", NetworkId.Unknown, key.Class!.Value);
                if (_leaves.TryGetValue(key.Value, out cell)) return cell;
            }

            WatchedCell country = CountryOf(ParentOf(key));
            var named = new HealthCell(country.Cell.Connection, country.Cell.Country, key.Network, key.Class);
            WatchedCell world = WorldOf(ParentOf(key).WithoutConnection, named.Country);
            cell = new(this, WatchedScope.Leaf, key.Value, named)
            {
                Country = country,
                World = world,
                Detector = MakeDetector(named, key.Value, country, world),
                Watch = WatchOf(key.Connection, named.Country),
            };
            _leaves[key.Value] = cell;
            Interlocked.Increment(ref _leafCount);
            return cell;
        }
    }

    // Under _making.
    private ConnectionWatch? WatchOf(int connection, string country)
    {
        if (Watching is null) return null;
        ConnectionWatch?[] watches = _watches;
        ConnectionWatch? watch = connection <= watches.Length ? watches[connection - 1] : null;
        if (watch is null)
        {
            watch = new(_names[connection - 1], Watching);
            var more = new ConnectionWatch?[Math.Max(connection, watches.Length)];
            watches.CopyTo(more, 0);
            more[connection - 1] = watch;
            _watches = more;
        }

        watch.Serve(country);
        return watch;
    }

    private List<HealthCell> NetworksThat(ConnectionWatch watch, Func<WitnessParts, bool> said)
    {
        var networks = new HashSet<HealthCell>();
        foreach ((_, WatchedCell leaf) in _leaves)
        {
            if (leaf.Watch == watch && said(leaf.Said)) networks.Add(leaf.Cell.OfAllClasses);
        }

        return [.. networks.OrderBy(static network => network.ToString(), StringComparer.Ordinal)];
    }

    private WatchedCell CountryOf(QualityKey key, WatchedCell? gone = null)
    {
        if (_countries.TryGetValue(key.Value, out WatchedCell? cell) && cell != gone) return cell;
        lock (_making)
        {
            if (gone is not null) _countries.TryRemove(new(key.Value, gone));
            if (_countries.TryGetValue(key.Value, out cell)) return cell;
            string country = key.Country is { Length: > 0 } known ? known : HealthCell.UnknownCountry;
            var named = new HealthCell(_names[key.Connection - 1], country, NetworkId.Unknown, null);
            WatchedCell world = WorldOf(key.WithoutConnection, country);
            return _countries[key.Value] = new(this, WatchedScope.Country, key.Value, named, guardedBy: world);
        }
    }

    private WatchedCell WorldOf(QualityKey key, string country, WatchedCell? gone = null)
    {
        if (_worlds.TryGetValue(key.Value, out WatchedCell? cell) && cell != gone) return cell;
        lock (_making)
        {
            if (gone is not null) _worlds.TryRemove(new(key.Value, gone));
            if (_worlds.TryGetValue(key.Value, out cell)) return cell;
            return _worlds[key.Value] = new(this, WatchedScope.World, key.Value, new("", country, NetworkId.Unknown, null));
        }
    }

    private WatchedCell AccountOf(string sid, WatchedCell? gone = null)
    {
        if (_accounts.TryGetValue(sid, out WatchedCell? cell) && cell != gone) return cell;
        lock (_making)
        {
            if (gone is not null) _accounts.TryRemove(new(sid, gone));
            if (_accounts.TryGetValue(sid, out cell)) return cell;
            return _accounts[sid] = new(this, WatchedScope.Account, gone?.Key ?? ++_accountCount, new("", "", NetworkId.Unknown, null), sid);
        }
    }

    // Of a key with a class: its country on its connection.
    private static QualityKey ParentOf(QualityKey key)
    {
        key.WithoutNetwork.TryGetParent(out QualityKey country);
        return country;
    }
}
