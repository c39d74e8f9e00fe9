using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Storage.Sqlite;

/// <summary>
/// The numbers by which rows of the long view know their cells, in memory as in the file. To be read anew after a transaction that was not kept. Used by one
/// thread at a time.
/// </summary>
internal sealed class HistoryCells
{
    private readonly SqliteDatabase _database;
    private readonly Dictionary<HistoryCell, Known> _numbers = [];
    private readonly Dictionary<long, HistoryCell> _cells = [];

    public HistoryCells(SqliteDatabase database)
    {
        _database = database;
        using SqliteStatement select = database.Prepare("SELECT id, connection, country, network, class, used_on FROM history_cells");
        while (select.Step())
        {
            NetworkId network = NetworkId.TryParse(select.GetText(3), out NetworkId known) ? known : NetworkId.Unknown;
            Keep(new(select.GetText(1)!, select.GetText(2)!, network, (TrafficClass)select.GetInt64(4)), new(select.GetInt64(0), select.GetInt64(5)));
        }
    }

    public int Count => _cells.Count;

    /// <summary>The largest number; 0 when there is none.</summary>
    public long Last { get; private set; }

    public HistoryCell this[long number] => _cells[number];

    /// <summary>The numbers of those that fit, in order.</summary>
    public List<long> Find(HistoryFilter filter)
    {
        var found = new List<long>();
        foreach ((HistoryCell cell, Known known) in _numbers)
        {
            if (filter.Fits(cell)) found.Add(known.Number);
        }

        found.Sort();
        return found;
    }

    /// <summary>The number of a cell, a new one where it has none. Within a transaction.</summary>
    /// <param name="day">Of the row that it is for, since 1970.</param>
    public long NumberOf(in HistoryCell cell, long day)
    {
        if (_numbers.TryGetValue(cell, out Known known) && known.UsedOn >= day) return known.Number;
        using SqliteStatement upsert = _database.Prepare(
            "INSERT INTO history_cells (connection, country, network, class, used_on) VALUES (?, ?, ?, ?, ?) "
                + "ON CONFLICT (connection, country, network, class) DO UPDATE SET used_on = excluded.used_on RETURNING id");
        upsert.Bind(1, cell.Connection);
        upsert.Bind(2, cell.Country);
        upsert.Bind(3, cell.Network.ToString());
        upsert.Bind(4, (long)cell.Class);
        upsert.Bind(5, day);
        upsert.Step();
        known = new(upsert.GetInt64(0), day);
        Keep(cell, known);
        return known.Number;
    }

    private void Keep(in HistoryCell cell, Known known)
    {
        _numbers[cell] = known;
        _cells[known.Number] = cell;
        Last = Math.Max(Last, known.Number);
    }

    private readonly record struct Known(long Number, long UsedOn);
}
