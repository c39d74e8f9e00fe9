using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Quality;

namespace Crosspoint.Engine.Health;

/// <summary>What detectors counted, for those who judge recoveries.</summary>
public sealed partial class HealthTable
{
    private static readonly TrafficClass[] Classes = Enum.GetValues<TrafficClass>();

    // What cells had counted that left: of their networks, countries and connections. Sums of several cells would shrink without it. Held while one leaves,
    // so that each is counted once.
    private readonly Lock _leaving = new();
    private readonly Dictionary<(HealthCell Cell, bool IsWide), CellTotals> _left = [];

    /// <summary>
    /// What was counted of a cell, all its classes together where it names none, and then those too that are not watched any more; null where nothing was.
    /// </summary>
    public CellTotals? TotalsOf(in HealthCell cell)
    {
        if (!_connections.TryGetValue(cell.Connection, out int number)) return null;
        if (cell.Country.Length == 0) return TotalsOf(cell.Connection, country: null, []);

        string country = cell.Country == HealthCell.UnknownCountry ? "" : cell.Country;
        lock (_leaving)
        {
            CellTotals? all = cell.Class is null ? LeftOf(cell, isWide: false) : null;
            foreach (TrafficClass trafficClass in Classes)
            {
                if (cell.Class is { } only && only != trafficClass) continue;
                if (_leaves.TryGetValue(QualityKey.Of(number, country, cell.Network, trafficClass).Value, out WatchedCell? leaf)) Add(ref all, leaf);
            }

            return all;
        }
    }

    /// <summary>The same of all networks and classes of a country on a connection.</summary>
    public CellTotals? CountryTotalsOf(in HealthCell cell) => TotalsOf(cell.Connection, cell.Country, []);

    /// <summary>The same of a connection without some of its networks: looked at one by one, so that it only grows.</summary>
    public CellTotals? TotalsBut(in HealthCell connection, IReadOnlyList<HealthCell> except) => TotalsOf(connection.Connection, country: null, except);

    private CellTotals? TotalsOf(string connection, string? country, IReadOnlyList<HealthCell> except)
    {
        lock (_leaving)
        {
            CellTotals? all = LeftOf(HealthCell.Of(connection) with { Country = country ?? "" }, isWide: true);
            foreach (HealthCell network in except)
            {
                if (LeftOf(network, isWide: false) is { } left) all = all?.Minus(left);
            }

            foreach ((_, WatchedCell leaf) in _leaves)
            {
                if (leaf.Cell.Connection != connection || (country is not null && leaf.Cell.Country != country)) continue;
                if (except.Count == 0 || !except.Contains(leaf.Cell.OfAllClasses)) Add(ref all, leaf);
            }

            return all;
        }
    }

    private CellTotals? LeftOf(HealthCell cell, bool isWide) => _left.TryGetValue((cell, isWide), out CellTotals totals) ? totals : null;

    // One that has left is among those that did.
    private static void Add(ref CellTotals? all, WatchedCell leaf)
    {
        if (!leaf.IsGone && leaf.Totals is { } totals) all = all is { } sum ? sum.Plus(totals) : totals;
    }

    private bool TryLeave(WatchedCell leaf, long before)
    {
        lock (_leaving)
        {
            if (leaf.IsGone || !leaf.TryEvict(before)) return leaf.IsGone;
            Keep(leaf);
            if (leaf.Totals is not { } totals) return true;
            var whole = HealthCell.Of(leaf.Cell.Connection);
            AddLeft((whole, true), totals);
            AddLeft((whole with { Country = leaf.Cell.Country }, true), totals);

            // Of no more networks than there may be cells.
            (HealthCell Cell, bool IsWide) network = (leaf.Cell.OfAllClasses, false);
            if (_left.Count < _mostCells || _left.ContainsKey(network)) AddLeft(network, totals);
            return true;
        }
    }

    private void AddLeft((HealthCell Cell, bool IsWide) key, in CellTotals totals) =>
        _left[key] = _left.TryGetValue(key, out CellTotals before) ? before.Plus(totals) : totals;
}
