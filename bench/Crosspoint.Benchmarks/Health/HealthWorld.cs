using Crosspoint.Engine.Health;
using Crosspoint.Engine.Messages;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Benchmarks.Health;

/// <summary>A table of health with the traffic of many connections, countries and networks.</summary>
internal sealed class HealthWorld
{
    public const string Account = "AC00000000000000000000000000000001";
    private const int Connections = 40;
    private const int Countries = 240;

    private readonly int[] _connections;
    private readonly Destination[] _destinations;
    private readonly Random _random = new(5);

    public HealthWorld(TimeProvider? time = null, bool keepsHistory = false)
    {
        Table = new(new SteadyClock(time ?? TimeProvider.System), detectors: null, mostCells: 200_000) { KeepsHistory = keepsHistory };
        _connections = [.. Enumerable.Range(0, Connections).Select(i => Table.NumberOf($"connection-{i}"))];
        _destinations =
        [
            .. from country in Enumerable.Range(0, Countries)
               from network in Enumerable.Range(1, 4)
               select new Destination(
                   default, $"{(char)('A' + (country / 26))}{(char)('A' + (country % 26))}", NumberType.Mobile,
                   NetworkId.FromCodes(201 + country, network, 2), NetworkSource.Range),
        ];
    }

    public HealthTable Table { get; }

    /// <summary>The cells that there may be.</summary>
    public static int MostCells => Connections * Countries * 4 * 3;

    /// <summary>The path of a message, the same for the same number: one of <see cref="MostCells"/>.</summary>
    public WatchedPath PathOf(int number)
    {
        (int connection, int rest) = (number % Connections, number / Connections);
        return Table.Find(_connections[connection], _destinations[rest % _destinations.Length], (TrafficClass)(rest / _destinations.Length % 3), Account);
    }

    /// <summary>A message that is taken, sent and delivered: four events.</summary>
    public void Deliver(in WatchedPath path, long now)
    {
        int luck = _random.Next(1_024);
        path.Submitted(now);
        if (luck < 16)
        {
            path.Answered(AnswerKind.Refused, 0x0B, 30_000 + (luck * 300), 0, now);
            path.Ended(isDelivered: false, 0, 30_005, isLast: true, now);
            return;
        }

        path.Answered(AnswerKind.Accepted, 0, 20_000 + (luck * luck / 8), 7_500, now);
        path.Sent(now, now);
        long delay = 1_500_000 + (luck * 6_000L);
        path.Ended(isDelivered: luck > 60, now - delay, luck > 60 ? 0 : 30_003, isLast: true, now);
    }
}
