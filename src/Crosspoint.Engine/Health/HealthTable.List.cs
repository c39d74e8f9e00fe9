using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Quality;

namespace Crosspoint.Engine.Health;

/// <summary>What is counted, for people and for metrics. Traffic waits for the reading of one cell at a time.</summary>
public sealed partial class HealthTable
{
    // By their number less one. Guarded by _making.
    private readonly List<string> _vendors = [];

    /// <summary>The vendor of a connection; null when it is not known any more. Named once, before anything is read.</summary>
    public Func<string, string?> VendorOf { get; set; } = static _ => null;

    /// <summary>Rows of one level in a fixed order. Those in which nothing happened in the interval are left out.</summary>
    /// <param name="after">The place of the last row of the page before; 0 for the first page.</param>
    public IReadOnlyList<HealthRow> List(in HealthFilter filter, ulong after, int limit)
    {
        (ulong[] places, WatchedCell[] cells) = CellsOf(filter, after);
        long now = Clock.Now;
        var sum = new IntervalSum();
        var curves = new Curves();
        var rows = new List<HealthRow>();
        for (int i = 0; i < cells.Length && rows.Count < limit;)
        {
            (ulong place, WatchedCell first) = (places[i], cells[i]);
            sum.Clear();
            for (; i < cells.Length && places[i] == place; i++) cells[i].AddTo(sum, filter.Interval, now, curves.Of(cells[i], now));
            IntervalReading reading = sum.Read();
            if (!reading.IsEmpty) rows.Add(RowOf(filter.Level, place, first, reading));
        }

        return rows;
    }

    /// <summary>What all networks of a country on a connection hold together.</summary>
    public IntervalReading ReadCountry(in HealthCell cell, HealthInterval interval) =>
        Read(new HealthFilter(HealthLevel.Class, interval) { Connection = cell.Connection, Country = cell.Country });

    /// <summary>What a cell holds, all its classes together where it names none; nothing where it is not watched now.</summary>
    public IntervalReading Read(in HealthCell cell, HealthInterval interval)
    {
        var filter = new HealthFilter(HealthLevel.Class, interval)
        {
            Connection = cell.Connection,
            Country = cell.Country.Length == 0 ? null : cell.Country,
            Network = cell.Country.Length == 0 ? null : cell.Network,
            Class = cell.Class,
        };
        return Read(filter);
    }

    /// <summary>What all cells hold together, of one class or of all.</summary>
    public IntervalReading ReadAll(HealthInterval interval, TrafficClass? trafficClass = null) => trafficClass is null
        ? Read(new HealthFilter(HealthLevel.World, interval))
        : Read(new HealthFilter(HealthLevel.Class, interval) { Class = trafficClass });

    /// <summary>How many cells each connection has.</summary>
    internal Dictionary<string, int> CellsByConnection()
    {
        var all = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach ((_, WatchedCell cell) in _leaves) all[cell.Cell.Connection] = all.GetValueOrDefault(cell.Cell.Connection) + 1;
        return all;
    }

    private IntervalReading Read(in HealthFilter filter)
    {
        (_, WatchedCell[] cells) = CellsOf(filter, after: 0);
        long now = Clock.Now;
        var sum = new IntervalSum();
        var curves = new Curves();
        foreach (WatchedCell leaf in cells) leaf.AddTo(sum, filter.Interval, now, curves.Of(leaf, now));
        return sum.Read();
    }

    // In the order of their places; those with one place make a row.
    private (ulong[] Places, WatchedCell[] Cells) CellsOf(in HealthFilter filter, ulong after)
    {
        var places = new List<ulong>();
        var cells = new List<WatchedCell>();
        var vendors = new Dictionary<string, ulong>(StringComparer.Ordinal);
        IEnumerable<KeyValuePair<ulong, WatchedCell>> all = filter.Level switch
        {
            HealthLevel.Account => _accounts.Select(static entry => KeyValuePair.Create(entry.Value.Key, entry.Value)),
            HealthLevel.World => _worlds,
            HealthLevel.Class or HealthLevel.Network => _leaves,
            _ => _countries,
        };
        foreach ((ulong key, WatchedCell cell) in all)
        {
            if (!Fits(filter, cell.Cell)) continue;
            ulong place = filter.Level switch
            {
                HealthLevel.Vendor => VendorNumber(cell.Cell.Connection, vendors),
                HealthLevel.Connection => QualityKey.Of(new QualityKey(key).Connection).Value,
                HealthLevel.Network when new QualityKey(key).TryGetParent(out QualityKey network) => network.Value,
                _ => key,
            };
            if (place <= after) continue;
            places.Add(place);
            cells.Add(cell);
        }

        (ulong[] sorted, WatchedCell[] inOrder) = ([.. places], [.. cells]);
        Array.Sort(sorted, inOrder);
        return (sorted, inOrder);
    }

    private static bool Fits(in HealthFilter filter, in HealthCell cell) =>
        (filter.Connection is null || filter.Connection == cell.Connection)
        && (filter.Country is null || filter.Country == cell.Country)
        && (filter.Network is null || filter.Network == cell.Network)
        && (filter.Class is null || filter.Class == cell.Class);

    // A connection that is gone, and whose vendor is not known any more, stands under its own name.
    private ulong VendorNumber(string connection, Dictionary<string, ulong> found)
    {
        if (found.TryGetValue(connection, out ulong number)) return number;
        string vendor = VendorOf(connection) ?? connection;
        lock (_making)
        {
            int place = _vendors.IndexOf(vendor);
            if (place < 0)
            {
                place = _vendors.Count;
                _vendors.Add(vendor);
            }

            return found[connection] = (ulong)place + 1;
        }
    }

    private HealthRow RowOf(HealthLevel level, ulong place, WatchedCell cell, IntervalReading reading)
    {
        HealthCell of = cell.Cell;
        bool isOne = level >= HealthLevel.Connection;
        return new()
        {
            Place = place,
            Connection = isOne ? of.Connection : null,
            Vendor = level >= HealthLevel.Vendor ? VendorOf(of.Connection) ?? of.Connection : null,
            Account = level == HealthLevel.Account ? cell.Account : null,
            Country = level is HealthLevel.World or >= HealthLevel.Country ? of.Country : null,
            Network = level >= HealthLevel.Network ? of.Network : default,
            Class = level == HealthLevel.Class ? of.Class : null,
            Reading = reading,
        };
    }

    /// <summary>
    /// How receipts come in: for a leaf as in its country on its connection, else as in the cell itself. Cells come in order, so one curve is kept.
    /// </summary>
    private sealed class Curves
    {
        private readonly long[] _delays = new long[DelayBins.Count];
        private readonly ReceiptCurve _curve = new();
        private WatchedCell? _of;

        public ReceiptCurve Of(WatchedCell cell, long now)
        {
            WatchedCell of = cell.Country ?? cell;
            if (of == _of) return _curve;
            _of = of;
            Array.Clear(_delays);
            of.AddDelays(_delays, now);
            _curve.Make(_delays);
            return _curve;
        }
    }
}
