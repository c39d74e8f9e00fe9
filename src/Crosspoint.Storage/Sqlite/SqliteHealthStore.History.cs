using System.Globalization;
using Crosspoint.Engine.Health.History;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Storage.Sqlite;

/// <summary>The long view.</summary>
public sealed partial class SqliteHealthStore
{
    private const long MinuteMicros = 60 * Micros.PerSecond;
    private const long MinutesPerHour = 60;
    private const long HoursPerDay = 24;

    // Rows that are read with the file held, and cells whose hour is put together at once: some tens of milliseconds each.
    private const int MostRows = 20_000;
    private const int CellsOfPart = 500;

    // With more the whole span is read, and what does not fit left out.
    private const int MostNamed = 500;
    private const int NamedShare = 4;

    // Look-ups of a time and a cell with the file held, found or not.
    private const int MostSought = 100_000;

    private readonly HistoryMerger _merger = new();
    private HistoryCells? _cells;
    private long _damaged;

    public long Damaged => Interlocked.Read(ref _damaged);

    // What is known of the cells.
    private HistoryCells Cells => _cells ??= new(Database);

    public ValueTask<HealthWrite> AddMinutesAsync(IReadOnlyList<HistoryRow> minutes, CancellationToken cancellationToken) =>
        _file.AloneAsync(() => CommitHistory(() => Add(minutes)), cancellationToken);

    public ValueTask<(HealthWrite Written, bool IsMore)> RollUpAsync(long before, CancellationToken cancellationToken) => _file.AloneAsync(
        () =>
        {
            (long hour, long cell) = ReadRolledUp();
            long? oldest = cell > 0 ? hour : OldestHour(hour);
            if (oldest is not { } of || (of + 1) * MinutesPerHour * MinuteMicros > before) return (HealthWrite.Done, false);
            HealthWrite written = CommitHistory(() => RollUp(of, cell));
            return (written, written.IsDone);
        },
        cancellationToken);

    public ValueTask<HealthWrite> PruneHistoryAsync(long minutesBefore, long hoursBefore, CancellationToken cancellationToken) => _file.AloneAsync(
        () =>
        {
            long minutes = Math.Min(minutesBefore / MinuteMicros, ReadRolledUp().Hour * MinutesPerHour);
            long hours = hoursBefore / MinuteMicros / MinutesPerHour;
            bool areHours = Oldest("hours", 0) < hours;
            if (!areHours && Oldest("minutes", 0) >= minutes) return HealthWrite.Done;
            return CommitHistory(() =>
            {
                Prune("minutes", minutes, MinutesPerHour);
                if (!areHours) return;
                Prune("hours", hours, HoursPerDay);
                Forget((hours / HoursPerDay) - 1);
            });
        },
        cancellationToken);

    public ValueTask<HistorySlice> ReadHistoryAsync(bool isHours, long from, long before, HistoryFilter filter, CancellationToken cancellationToken) =>
        _file.AloneAsync(
            () =>
            {
                (long first, long end) = ((from + MinuteMicros - 1) / MinuteMicros, (before + MinuteMicros - 1) / MinuteMicros);
                if (!isHours) return Read("minutes", first, end, 1, filter);
                long rolled = ReadRolledUp().Hour * MinutesPerHour;
                if (first >= rolled) return Read("minutes", first, end, 1, filter);
                HistorySlice slice = Read("hours", first, Math.Min(end, rolled), MinutesPerHour, filter);
                return slice.Next is null && rolled < end ? slice with { Next = rolled * MinuteMicros } : slice;
            },
            cancellationToken);

    private void Add(IReadOnlyList<HistoryRow> rows)
    {
        (long rolledHour, long rolledCell) = ReadRolledUp();
        using var minutes = new HistoryTable(Database, "minutes", _merger, CountDamaged);
        using var hours = new HistoryTable(Database, "hours", _merger, CountDamaged);
        foreach (HistoryRow row in rows)
        {
            long minute = row.At / MinuteMicros;
            long hour = minute / MinutesPerHour;
            long cell = Cells.NumberOf(row.Cell, hour / HoursPerDay);
            minutes.Add(minute, cell, row.Sent, row.Delivered, row.Undelivered, row.Body.Span);
            if (hour < rolledHour || (hour == rolledHour && cell <= rolledCell))
                hours.Add(hour, cell, row.Sent, row.Delivered, row.Undelivered, row.Body.Span);
        }
    }

    private void CountDamaged() => Interlocked.Increment(ref _damaged);

    // The cells after one, as many as a part has.
    private void RollUp(long hour, long after)
    {
        long last = after + CellsOfPart;
        var merger = new HistoryMerger();
        using (var hours = new HistoryTable(Database, "hours", _merger, CountDamaged))
        {
            foreach (IGrouping<long, StoredRow> rows in ReadMinutes(hour, after, last).GroupBy(static row => row.Cell))
            {
                (long sent, long delivered, long undelivered) = (0, 0, 0);
                foreach (StoredRow row in rows)
                {
                    (sent, delivered, undelivered) = (sent + row.Sent, delivered + row.Delivered, undelivered + row.Undelivered);
                    if (!merger.TryAdd(row.Body)) CountDamaged();
                }

                hours.Add(hour, rows.Key, sent, delivered, undelivered, merger.Take());
            }
        }

        bool isWhole = last >= Cells.Last;
        using SqliteStatement update = Database.Prepare("UPDATE rolled_up SET hour = ?, cell = ?");
        update.Bind(1, isWhole ? hour + 1 : hour);
        update.Bind(2, isWhole ? 0 : last);
        update.Run();
    }

    private List<StoredRow> ReadMinutes(long hour, long after, long last)
    {
        using SqliteStatement select = Select("minutes", "m.cell > ?3 AND m.cell <= ?4");
        select.Bind(1, hour * MinutesPerHour);
        select.Bind(2, (hour + 1) * MinutesPerHour);
        select.Bind(3, after);
        select.Bind(4, last);
        var rows = new List<StoredRow>();
        while (select.Step()) rows.Add(StoredRow.Read(select));
        return rows;
    }

    private HistorySlice Read(string table, long first, long end, long minutesOfStep, HistoryFilter filter)
    {
        List<long> fit = Cells.Find(filter);
        if (fit.Count == 0) return new([], null);
        bool isNamed = fit.Count <= MostNamed && fit.Count * NamedShare <= Cells.Count;
        HashSet<long>? wanted = isNamed || fit.Count == Cells.Count ? null : [.. fit];
        first = Oldest(table, (first + minutesOfStep - 1) / minutesOfStep);
        end = (end + minutesOfStep - 1) / minutesOfStep;
        if (first >= end) return new([], null);
        long last = isNamed ? Math.Min(end, first + Math.Max(1, MostSought / fit.Count)) : end;
        using SqliteStatement select = isNamed
            ? Select(table, $"m.cell IN ({string.Join(',', fit.Select(static cell => cell.ToString(CultureInfo.InvariantCulture)))})")
            : Database.Prepare($"SELECT at, cell, sent, delivered, undelivered, body FROM {table} WHERE at >= ?1 AND at < ?2 ORDER BY at");
        select.Bind(1, first);
        select.Bind(2, last);
        var rows = new List<HistoryRow>();
        long at = 0;
        while (select.Step())
        {
            StoredRow row = StoredRow.ReadHead(select);
            if (row.At != at && rows.Count >= MostRows) return new(rows, row.At * minutesOfStep * MinuteMicros);
            at = row.At;
            if (wanted?.Contains(row.Cell) == false) continue;
            row = StoredRow.Read(select);
            rows.Add(new(Cells[row.Cell], at * minutesOfStep * MinuteMicros, row.Sent, row.Delivered, row.Undelivered, row.Body));
        }

        return new(rows, last < end ? last * minutesOfStep * MinuteMicros : null);
    }

    // Few cells of many times: each time is looked up by itself.
    private SqliteStatement Select(string table, string condition) => Database.Prepare(
        "WITH RECURSIVE times(at) AS (SELECT ?1 WHERE ?1 < ?2 UNION ALL SELECT at + 1 FROM times WHERE at + 1 < ?2) "
            + $"SELECT m.at, m.cell, m.sent, m.delivered, m.undelivered, m.body FROM times CROSS JOIN {table} m WHERE m.at = times.at AND {condition}");

    private (long Hour, long Cell) ReadRolledUp()
    {
        using SqliteStatement select = Database.Prepare("SELECT hour, cell FROM rolled_up");
        return select.Step() ? (select.GetInt64(0), select.GetInt64(1)) : (0, 0);
    }

    private long? OldestHour(long from) => Oldest("minutes", from * MinutesPerHour) is < long.MaxValue and var minute ? minute / MinutesPerHour : null;

    private long Oldest(string table, long from)
    {
        using SqliteStatement select = Database.Prepare($"SELECT at FROM {table} WHERE at >= ? ORDER BY at LIMIT 1");
        select.Bind(1, from);
        return select.Step() ? select.GetInt64(0) : long.MaxValue;
    }

    private void Prune(string table, long before, long most)
    {
        using SqliteStatement delete = Database.Prepare($"DELETE FROM {table} WHERE at < ?1 AND at < (SELECT min(at) FROM {table}) + ?2");
        delete.Bind(1, before);
        delete.Bind(2, most);
        delete.Run();
    }

    // Cells without a row since before a day, if hours are kept from it on.
    private void Forget(long day)
    {
        using SqliteStatement delete = Database.Prepare(
            "DELETE FROM history_cells WHERE used_on < ?1 AND NOT EXISTS (SELECT 1 FROM hours WHERE at < (?1 + 1) * 24) "
                + "AND NOT EXISTS (SELECT 1 FROM minutes WHERE at < (?1 + 1) * 1440) RETURNING id");
        delete.Bind(1, day);
        bool isAny = false;
        while (delete.Step()) isAny = true;
        if (isAny) _cells = null;
    }

    // What was numbered in a transaction that is not kept has no number.
    private HealthWrite CommitHistory(Action change)
    {
        bool isKept = false;
        try
        {
            HealthWrite written = _file.Commit(change);
            isKept = written.IsDone;
            return written;
        }
        finally
        {
            if (!isKept) _cells = null;
        }
    }

    private readonly record struct StoredRow(long At, long Cell, long Sent, long Delivered, long Undelivered, byte[] Body)
    {
        public static StoredRow ReadHead(SqliteStatement row) => new(row.GetInt64(0), row.GetInt64(1), 0, 0, 0, []);

        public static StoredRow Read(SqliteStatement row) =>
            new(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetBlob(5).ToArray());
    }
}
