using Crosspoint.Engine.Messages;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Routing;

/// <summary>Quality that lies in rows: all connections towards one destination and class side by side.</summary>
internal interface IQualityRows
{
    /// <summary>The place of a connection in each row.</summary>
    int NumberOf(string connection);

    /// <summary>The row of a destination and class. Thread-safe; allocates for new ones alone.</summary>
    RouteQualityRow RowOf(in Destination destination, TrafficClass trafficClass);
}

/// <summary>What decisions hold against their lists of a quality.</summary>
internal readonly record struct QualityGlance(double Delivery, double AtBest, bool IsMeasured);

/// <summary>
/// The quality of all connections towards one destination and class. What every decision needs is eight octets a connection, written and read as one: a
/// decision over twelve of 40 connections waits for five lines of the processor's cache, in place of twelve. The rest stands beside it.
/// </summary>
internal sealed class RouteQualityRow(ulong key, int turn)
{
    // The probability and the best one in 28 bits each: finer than a float where it matters.
    private const int ProbabilityBits = 28;
    private const ulong Most = (1UL << ProbabilityBits) - 1;
    private const int BestShift = 8;
    private const int DeliveryShift = BestShift + ProbabilityBits;
    private const ulong Known = 1;
    private const ulong Asked = 2;
    private const ulong Measured = 4;
    private const int Step = 8;

    private readonly Lock _writing = new();
    private ulong[] _cells = [];
    private Reading[] _readings = [];

    public ulong Key => key;

    /// <summary>The turn that found it used.</summary>
    public int UsedAt { get; set; } = turn;

    /// <summary>Reads all of it at once, so that the memory is waited for one time in place of one for each connection.</summary>
    public void Fetch() => CacheLines.Fetch<ulong>(Volatile.Read(ref _cells));

    /// <summary>What is known of a connection; false when that must be worked out.</summary>
    public bool TryGlance(int connection, out QualityGlance glance)
    {
        ulong cell = Ask(connection);
        glance = new(ProbabilityOf(cell >> DeliveryShift), ProbabilityOf((cell >> BestShift) & Most), (cell & Measured) != 0);
        return cell != 0;
    }

    /// <summary>The same in full.</summary>
    public bool TryRead(int connection, out RouteQuality quality)
    {
        quality = default;
        if (Ask(connection) == 0) return false;
        ref Reading reading = ref Volatile.Read(ref _readings)[connection];
        while (true)
        {
            int version = Volatile.Read(ref reading.Version);
            quality = reading.Quality;
            Volatile.ReadBarrier();
            if ((version & 1) == 0 && version == reading.Version) return true;
        }
    }

    public void Write(int connection, in RouteQuality quality, int turn, bool isAsked)
    {
        lock (_writing)
        {
            if (connection >= _cells.Length)
            {
                // The readings first: who finds a cell finds its reading.
                int length = (connection / Step * Step) + Step;
                var readings = new Reading[length];
                _readings.CopyTo(readings, 0);
                Volatile.Write(ref _readings, readings);
                var cells = new ulong[length];
                _cells.CopyTo(cells, 0);
                Volatile.Write(ref _cells, cells);
            }

            ref Reading reading = ref _readings[connection];
            Volatile.Write(ref reading.Version, reading.Version + 1);
            Volatile.WriteBarrier();
            reading.Quality = quality;
            reading.Turn = turn;
            Volatile.Write(ref reading.Version, reading.Version + 1);
            ulong flags = Known | (isAsked ? Asked : 0) | (quality.IsMeasured ? Measured : 0);
            Volatile.Write(ref _cells[connection], (PartsOf(quality.Delivery) << DeliveryShift) | (PartsOf(quality.AtBest) << BestShift) | flags);
        }
    }

    /// <summary>The first connection from one on that was asked for since it was written; -1 for none. What is older is forgotten.</summary>
    /// <param name="oldest">The turn from which on what was written still counts.</param>
    public int NextAsked(int from, int oldest)
    {
        for (int i = from; i < _cells.Length; i++)
        {
            ulong cell = Volatile.Read(ref _cells[i]);
            if ((cell & Asked) != 0) return i;
            if (cell != 0 && _readings[i].Turn < oldest) Interlocked.CompareExchange(ref _cells[i], 0, cell);
        }

        return -1;
    }

    // The cell of a connection, marked as asked for; 0 when it is not known.
    private ulong Ask(int connection)
    {
        ulong[] cells = Volatile.Read(ref _cells);
        if (connection >= cells.Length) return 0;
        ulong cell = Volatile.Read(ref cells[connection]);

        // Writing what is there already would take the line from the other processors.
        if ((cell & (Known | Asked)) == Known) Interlocked.CompareExchange(ref cells[connection], cell | Asked, cell);
        return cell;
    }

    private static ulong PartsOf(double probability) => (ulong)((Math.Clamp(probability, 0, 1) * Most) + 0.5);

    private static double ProbabilityOf(ulong parts) => parts * (1.0 / Most);

    /// <summary>A value that is read while it may be written: the version is odd meanwhile, and another one after.</summary>
    private struct Reading
    {
        public int Version;
        public int Turn;
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
