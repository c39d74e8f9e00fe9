using System.Collections.Concurrent;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Quality;
using Crosspoint.Engine.Routing;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine;

/// <summary>
/// The quality of one connection as decisions read it: worked out beforehand, without a lock and without a clock. Every turn renews what was asked for since the one
/// before, so that what is read is a turn old where there is traffic, and <see cref="MostAge"/> turns where there is hardly any. Thread-safe; allocates for new keys alone.
/// </summary>
internal sealed class QualityReadings(QualityTable table, string connection, TimeProvider time) : IConnectionQuality
{
    /// <summary>What was not asked for in so many turns is worked out by the decision that asks.</summary>
    public const int MostAge = 5;

    // Ten minutes of turns: what nobody asks for takes room.
    private const int TurnsUntilForgotten = 300;

    private readonly ConcurrentDictionary<ulong, Reading> _readings = new();
    private readonly int _connection = table.NumberOf(connection);
    private int _turn;

    public RouteQuality Find(in Destination destination, TrafficClass trafficClass)
    {
        QualityKey key = QualityKey.Of(_connection, destination.Country, destination.Network, trafficClass);
        return _readings.TryGetValue(key.Value, out Reading? reading) && reading.TryRead(Volatile.Read(ref _turn), out RouteQuality quality)
            ? quality
            : Look(key);
    }

    /// <summary>Renews what was asked for, and forgets what was not for long. One at a time.</summary>
    public void Turn()
    {
        int turn = _turn + 1;
        foreach ((ulong key, Reading reading) in _readings)
        {
            if (reading.TakeAsked()) reading.Write(QualityOf(new(key)), turn);
            else if (turn - reading.Turn > TurnsUntilForgotten) _readings.TryRemove(key, out _);
        }

        Volatile.Write(ref _turn, turn);
    }

    private RouteQuality Look(QualityKey key)
    {
        RouteQuality quality = QualityOf(key);
        _readings.GetOrAdd(key.Value, static _ => new()).Write(quality, Volatile.Read(ref _turn));
        return quality;
    }

    private RouteQuality QualityOf(QualityKey key)
    {
        QualityEstimate estimate = table.Estimate(key, time.GetUtcMicros());
        return new(estimate.Probability, estimate.ReceiptDelay.TotalSeconds, estimate.IsMeasured) { AtBest = estimate.AtBest };
    }

    /// <summary>A value that is read while it may be written: the version is odd meanwhile, and another one after.</summary>
    private sealed class Reading
    {
        private readonly Lock _writing = new();
        private RouteQuality _quality;
        private int _version;
        private int _turn;
        private bool _isAsked;

        public int Turn => Volatile.Read(ref _turn);

        public bool TryRead(int turn, out RouteQuality quality)
        {
            while (true)
            {
                int version = Volatile.Read(ref _version);
                quality = _quality;
                bool isFresh = turn - _turn <= MostAge;
                Volatile.ReadBarrier();
                if ((version & 1) != 0 || version != _version) continue;
                if (!isFresh || version == 0) return false;

                // Writing what is there already would take the line from the other processors.
                if (!_isAsked) _isAsked = true;
                return true;
            }
        }

        public void Write(in RouteQuality quality, int turn)
        {
            lock (_writing)
            {
                Volatile.Write(ref _version, _version + 1);
                Volatile.WriteBarrier();
                _quality = quality;
                _turn = turn;
                Volatile.Write(ref _version, _version + 1);
            }
        }

        public bool TakeAsked()
        {
            bool was = _isAsked;
            _isAsked = false;
            return was;
        }
    }
}
