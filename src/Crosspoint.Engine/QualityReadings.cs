using System.Collections.Concurrent;
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
internal sealed class QualityReadings(QualityTable table, TimeProvider time)
{
    /// <summary>What was not asked for in so many turns is worked out by the decision that asks.</summary>
    public const int MostAge = 5;

    // Destinations that nobody asks for take room.
    private const int TurnsUntilForgotten = 300;

    // A decision asks for one destination on several connections: the row is looked for once.
    [ThreadStatic]
    private static Row? _lastRow;

    private readonly ConcurrentDictionary<ulong, Row> _rows = new();
    private int _turn;

    /// <summary>The quality of a connection, by its number in the table.</summary>
    public RouteQuality Find(int connection, in Destination destination, TrafficClass trafficClass)
    {
        ulong key = QualityKey.Of(0, destination.Country, destination.Network, trafficClass).Value;
        Row? row = _lastRow;
        if (row is null || row.Key != key || row.Owner != this)
        {
            if (!_rows.TryGetValue(key, out row)) row = _rows.GetOrAdd(key, static (key, self) => new(self, key), this);
            _lastRow = row;
        }

        int turn = Volatile.Read(ref _turn);
        if (row.TryRead(connection, turn, out RouteQuality quality)) return quality;
        quality = QualityOf(connection, key);
        row.Write(connection, quality, turn, isAsked: true);
        return quality;
    }

    /// <summary>Renews what was asked for, and forgets what was not for long. One at a time.</summary>
    public void Turn()
    {
        int turn = _turn + 1;
        foreach ((ulong key, Row row) in _rows)
        {
            bool isUsed = false;
            for (int connection = row.NextAsked(0); connection >= 0; connection = row.NextAsked(connection + 1))
            {
                row.Write(connection, QualityOf(connection, key), turn, isAsked: false);
                isUsed = true;
            }

            if (isUsed) row.UsedAt = turn;
            else if (turn - row.UsedAt > TurnsUntilForgotten) _rows.TryRemove(key, out _);
        }

        Volatile.Write(ref _turn, turn);
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

    /// <summary>One destination and class, with the connections by their number.</summary>
    private sealed class Row(QualityReadings owner, ulong key)
    {
        private const int Step = 8;

        private readonly Lock _writing = new();
        private Reading[] _readings = [];

        public QualityReadings Owner => owner;

        public ulong Key => key;

        /// <summary>The turn that found it used.</summary>
        public int UsedAt { get; set; } = owner._turn;

        public bool TryRead(int connection, int turn, out RouteQuality quality)
        {
            quality = default;
            Reading[] readings = Volatile.Read(ref _readings);
            if (connection >= readings.Length) return false;
            ref Reading reading = ref readings[connection];
            while (true)
            {
                int version = Volatile.Read(ref reading.Version);
                quality = reading.Quality;
                bool isFresh = turn - reading.Turn <= MostAge;
                Volatile.ReadBarrier();
                if ((version & 1) != 0 || version != reading.Version) continue;
                if (!isFresh || version == 0) return false;

                // Writing what is there already would take the line from the other processors.
                if (!reading.IsAsked) reading.IsAsked = true;
                return true;
            }
        }

        public void Write(int connection, in RouteQuality quality, int turn, bool isAsked)
        {
            lock (_writing)
            {
                if (connection >= _readings.Length)
                {
                    var longer = new Reading[(connection / Step * Step) + Step];
                    _readings.CopyTo(longer, 0);
                    Volatile.Write(ref _readings, longer);
                }

                ref Reading reading = ref _readings[connection];
                Volatile.Write(ref reading.Version, reading.Version + 1);
                Volatile.WriteBarrier();
                reading.Quality = quality;
                reading.Turn = turn;
                reading.IsAsked = isAsked;
                Volatile.Write(ref reading.Version, reading.Version + 1);
            }
        }

        /// <summary>The first connection from one on that was asked for since it was written; -1 for none.</summary>
        public int NextAsked(int from)
        {
            Reading[] readings = Volatile.Read(ref _readings);
            for (int i = from; i < readings.Length; i++)
            {
                if (readings[i].IsAsked) return i;
            }

            return -1;
        }

        /// <summary>A value that is read while it may be written: the version is odd meanwhile, another one after, and 0 before the first.</summary>
        /// <remarks>Two of them in one line of the processor's cache: that is where decisions wait for them.</remarks>
        private struct Reading
        {
            public int Version;
            public int Turn;
            public bool IsAsked;
            private bool _isMeasured;
            private float _delivery;
            private float _atBest;
            private float _receiptSeconds;
            private float _weight;
            private float _standardError;

            public RouteQuality Quality
            {
                readonly get => new(_delivery, _receiptSeconds, _isMeasured) { AtBest = _atBest, Weight = _weight, StandardError = _standardError };
                set
                {
                    _delivery = (float)value.Delivery;
                    _receiptSeconds = (float)value.ReceiptSeconds;
                    _isMeasured = value.IsMeasured;
                    _atBest = (float)value.AtBest;
                    _weight = (float)value.Weight;
                    _standardError = (float)value.StandardError;
                }
            }
        }
    }
}
