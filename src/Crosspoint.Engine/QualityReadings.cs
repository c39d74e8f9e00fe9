using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Quality;
using Crosspoint.Engine.Routing;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine;

/// <summary>
/// Quality as decisions read it: worked out beforehand, without a lock and without a clock, all connections of a destination and class side by
/// side. Every turn renews what was asked for since the one before, so that what is read is a turn old where there is traffic, and
/// <see cref="MostAge"/> turns where there is hardly any. Thread-safe; allocates for new destinations alone.
/// </summary>
internal sealed class QualityReadings(QualityTable table, TimeProvider time) : IQualityRows
{
    /// <summary>What was not asked for in so many turns is worked out by the decision that asks.</summary>
    public const int MostAge = 5;

    // Destinations that nobody asks for take room.
    private const int TurnsUntilForgotten = 300;

    private readonly Lock _changing = new();

    // By a hash of the key, and the next free place; at most half of them are taken. A row says its key: who finds one has its line of the cache.
    private RouteQualityRow?[] _rows = new RouteQualityRow?[64];
    private int _count;
    private int _turn;

    public int NumberOf(string connection) => table.NumberOf(connection);

    public RouteQualityRow RowOf(in Destination destination, TrafficClass trafficClass)
    {
        ulong key = QualityKey.Of(0, destination.Country, destination.Network, trafficClass).Value;
        return Find(Volatile.Read(ref _rows), key, out _) ?? Add(key);
    }

    /// <summary>The quality of a connection, by its number in the table.</summary>
    public RouteQuality Find(int connection, in Destination destination, TrafficClass trafficClass)
    {
        RouteQualityRow row = RowOf(destination, trafficClass);
        int turn = Volatile.Read(ref _turn);
        if (row.TryRead(connection, out RouteQuality quality)) return quality;
        quality = QualityOf(connection, row.Key);
        row.Write(connection, quality, turn, isAsked: true);
        return quality;
    }

    /// <summary>Renews what was asked for, and forgets what was not for long. One at a time.</summary>
    public void Turn()
    {
        int turn = _turn + 1;
        bool isForgotten = false;
        foreach (RouteQualityRow? row in Volatile.Read(ref _rows))
        {
            if (row is null) continue;
            bool isUsed = false;
            int oldest = turn - MostAge;
            for (int connection = row.NextAsked(0, oldest); connection >= 0; connection = row.NextAsked(connection + 1, oldest))
            {
                row.Write(connection, QualityOf(connection, row.Key), turn, isAsked: false);
                isUsed = true;
            }

            if (isUsed) row.UsedAt = turn;
            isForgotten |= turn - row.UsedAt > TurnsUntilForgotten;
        }

        Volatile.Write(ref _turn, turn);
        if (!isForgotten) return;
        lock (_changing) Copy(_rows.Length, row => turn - row.UsedAt <= TurnsUntilForgotten);
    }

    private RouteQualityRow Add(ulong key)
    {
        lock (_changing)
        {
            if (Find(_rows, key, out int place) is { } known) return known;
            if (_count >= _rows.Length / 2)
            {
                Copy(_rows.Length * 2, static _ => true);
                Find(_rows, key, out place);
            }

            _count++;
            var row = new RouteQualityRow(key, _turn);
            Volatile.Write(ref _rows[place], row);
            return row;
        }
    }

    // Who reads the table before finds what was there.
    private void Copy(int length, Func<RouteQualityRow, bool> keeps)
    {
        var rows = new RouteQualityRow?[length];
        int count = 0;
        foreach (RouteQualityRow? row in _rows)
        {
            if (row is null || !keeps(row)) continue;
            Find(rows, row.Key, out int place);
            rows[place] = row;
            count++;
        }

        _count = count;
        Volatile.Write(ref _rows, rows);
    }

    // The place is the row's, or the one that it would take.
    private static RouteQualityRow? Find(RouteQualityRow?[] rows, ulong key, out int place)
    {
        // Fibonacci hashing: the upper bits of the product depend on all of the key.
        place = (int)((key * 0x9E37_79B9_7F4A_7C15) >> 32) & (rows.Length - 1);
        while (true)
        {
            RouteQualityRow? row = Volatile.Read(ref rows[place]);
            if (row is null || row.Key == key) return row;
            place = (place + 1) & (rows.Length - 1);
        }
    }

    private RouteQuality QualityOf(int connection, ulong key)
    {
        QualityEstimate estimate = table.Estimate(new QualityKey(key).On(connection), time.GetUtcMicros());
        return new(estimate.Probability, estimate.ReceiptDelay.TotalSeconds, estimate.IsMeasured)
        {
            AtBest = estimate.AtBest,
            Weight = estimate.Weight,
            StandardError = estimate.StandardError,
        };
    }
}
