using Crosspoint.Engine.Health.History;

namespace Crosspoint.Storage.Sqlite;

/// <summary>Adds to the rows of one table of the long view. For one transaction.</summary>
/// <param name="damaged">Told of each stored part that cannot be read: what is added takes its place.</param>
internal sealed class HistoryTable(SqliteDatabase database, string name, HistoryMerger merger, Action damaged) : IDisposable
{
    private readonly SqliteStatement _find = database.Prepare($"SELECT body FROM {name} WHERE at = ? AND cell = ?");

    private readonly SqliteStatement _add = database.Prepare(
        $"INSERT INTO {name} (at, cell, sent, delivered, undelivered, body) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (at, cell) DO UPDATE SET "
            + "sent = sent + excluded.sent, delivered = delivered + excluded.delivered, undelivered = undelivered + excluded.undelivered, "
            + "body = CASE length(excluded.body) WHEN 0 THEN body ELSE excluded.body END");

    private readonly SqliteStatement _late = database.Prepare(
        $"UPDATE {name} SET sent = sent + ?3, delivered = delivered + ?4, undelivered = undelivered + ?5 WHERE at = ?1 AND cell = ?2");

    /// <summary>What became of messages alone, without any that were sent, is added only to a row that is there.</summary>
    public void Add(long at, long cell, long sent, long delivered, long undelivered, ReadOnlySpan<byte> body)
    {
        bool isLate = sent <= 0 && body.IsEmpty;
        SqliteStatement statement = isLate ? _late : _add;
        byte[]? whole = body.IsEmpty ? null : Whole(at, cell, body);
        statement.Bind(1, at);
        statement.Bind(2, cell);
        statement.Bind(3, sent);
        statement.Bind(4, delivered);
        statement.Bind(5, undelivered);
        if (!isLate) statement.Bind(6, whole ?? body);
        statement.Run();
    }

    public void Dispose()
    {
        _find.Dispose();
        _add.Dispose();
        _late.Dispose();
    }

    // With what is there already; null where that is nothing.
    private byte[]? Whole(long at, long cell, ReadOnlySpan<byte> body)
    {
        _find.Bind(1, at);
        _find.Bind(2, cell);
        byte[]? whole = null;
        if (_find.Step() && _find.GetBlob(0) is { IsEmpty: false } before)
        {
            if (merger.TryAdd(before)) whole = merger.Merge(merger.Take(), body);
            else damaged();
        }

        _find.Reset();
        return whole;
    }
}
