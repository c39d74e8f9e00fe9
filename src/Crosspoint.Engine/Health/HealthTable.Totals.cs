using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Quality;

namespace Crosspoint.Engine.Health;

/// <summary>What detectors counted, for those who judge recoveries.</summary>
public sealed partial class HealthTable
{
    private static readonly TrafficClass[] Classes = Enum.GetValues<TrafficClass>();

    /// <summary>
    /// What was counted of a cell since it is watched, all its classes together where it names none; null where it is not watched now.
    /// </summary>
    public CellTotals? TotalsOf(in HealthCell cell)
    {
        if (!_connections.TryGetValue(cell.Connection, out int number)) return null;
        CellTotals? all = null;
        if (cell.Country.Length == 0) return TotalsOf(cell.Connection, country: null);

        string country = cell.Country == HealthCell.UnknownCountry ? "" : cell.Country;
        foreach (TrafficClass trafficClass in Classes)
        {
            if (cell.Class is { } only && only != trafficClass) continue;
            if (_leaves.TryGetValue(QualityKey.Of(number, country, cell.Network, trafficClass).Value, out WatchedCell? leaf)) Add(ref all, leaf);
        }

        return all;
    }

    /// <summary>The same of all networks and classes of a country on a connection.</summary>
    public CellTotals? CountryTotalsOf(in HealthCell cell) => TotalsOf(cell.Connection, cell.Country);

    private CellTotals? TotalsOf(string connection, string? country)
    {
        CellTotals? all = null;
        foreach ((_, WatchedCell leaf) in _leaves)
        {
            if (leaf.Cell.Connection == connection && (country is null || leaf.Cell.Country == country)) Add(ref all, leaf);
        }

        return all;
    }

    private static void Add(ref CellTotals? all, WatchedCell leaf)
    {
        if (leaf.Totals is { } totals) all = all is { } sum ? sum.Plus(totals) : totals;
    }
}
