using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Quality;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Routing.Rehearsal;

/// <summary>Messages that go by one estimate of quality, before and after.</summary>
internal sealed class QualityTally(string country, RouteQuality quality)
{
    public string Country => country;

    public RouteQuality Quality => quality;

    public long Before { get; set; }

    public long After { get; set; }
}

/// <summary>
/// Quality as it was when it was first asked for. Both plans are judged by the same, whatever is learned meanwhile, and those who learn are asked
/// once for each destination. Not thread-safe.
/// </summary>
internal sealed class KeptQuality(IQuality source) : IQuality
{
    private readonly Dictionary<string, OfConnection> _connections = new(StringComparer.Ordinal);

    public IEnumerable<OfConnection> Connections => _connections.Values;

    /// <summary>Null where nothing is known, as decisions then say.</summary>
    public IConnectionQuality? Of(string connection) => Tallies(connection) is { IsKnown: true } known ? known : null;

    public OfConnection Tallies(string connection)
    {
        if (!_connections.TryGetValue(connection, out OfConnection? kept)) _connections.Add(connection, kept = new(source.Of(connection)));
        return kept;
    }

    internal sealed class OfConnection(IConnectionQuality? source) : IConnectionQuality
    {
        private readonly Dictionary<QualityKey, QualityTally> _tallies = [];

        public bool IsKnown => source is not null;

        public IEnumerable<QualityTally> All => _tallies.Values;

        public RouteQuality Find(in Destination destination, TrafficClass trafficClass) => TallyOf(destination, trafficClass).Quality;

        public QualityTally TallyOf(in Destination destination, TrafficClass trafficClass)
        {
            QualityKey key = QualityKey.Of(0, destination.Country, destination.Network, trafficClass);
            if (_tallies.TryGetValue(key, out QualityTally? tally)) return tally;
            tally = new(destination.Country, source?.Find(destination, trafficClass) ?? NeutralQuality.Value);
            _tallies.Add(key, tally);
            return tally;
        }
    }
}
