using Crosspoint.Engine.Health;
using Crosspoint.Engine.Health.Failover;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Routing;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Dispatch;

/// <summary>What health asks of dispatch, and what it does to it.</summary>
internal sealed partial class Dispatcher
{
    private volatile FailoverSnapshot _failover = FailoverSnapshot.Empty;

    /// <summary>Which connections are not well on which networks.</summary>
    public FailoverSnapshot Failover => _failover;

    /// <summary>Routes by this from now on, what waits too: in memory at once, what is on disk as it is read.</summary>
    public void TakeHealth(FailoverSnapshot health)
    {
        bool isForbidden = _failover.IsAnyForbidden || health.IsAnyForbidden;
        _failover = health;
        foreach (Lane lane in _topology.Lanes)
        {
            // What waits on disk for a connection that is down waits there since no other may take it, and only an order can change that.
            if (isForbidden || lane.Use == ConnectionUse.Usable) Reroute(lane);
        }
    }

    /// <summary>How all connections are, as far as they may take what others lose.</summary>
    public IReadOnlyList<HealthPath> Paths()
    {
        Lane[] lanes = _topology.Lanes;
        var paths = new HealthPath[lanes.Length];
        for (int i = 0; i < lanes.Length; i++)
        {
            ConnectionUse use = lanes[i].Use;
            paths[i] = new(lanes[i].Name, use == ConnectionUse.Usable, lanes[i].Capacity, lanes[i].Given) { IsUnbound = use == ConnectionUse.Down };
        }

        return paths;
    }

    /// <summary>The other connections that stand in a list of the plan, or in its fallbacks, with one.</summary>
    public IReadOnlyList<HealthRival> RivalsOf(HealthCell cell)
    {
        Topology topology = _topology;
        RoutingSnapshot snapshot = topology.Router.Snapshot;
        var destination = new Destination(default, cell.Country, NumberType.Mobile, cell.Network, NetworkSource.None);
        int own = snapshot.PlaceOf(cell.Connection);
        long? price = own < 0 || cell.Country.Length == 0 ? null : snapshot.PriceOf(own, destination);
        var rivals = new List<HealthRival>();
        foreach (string name in topology.RivalsOf(cell.Connection))
        {
            long? other = price is > 0 && snapshot.PlaceOf(name) is >= 0 and var place ? snapshot.PriceOf(place, destination) : null;
            rivals.Add(new(name, other is null ? null : (double)other / price!.Value));
        }

        return rivals;
    }

    /// <summary>What a segment to a network costs more, in micro-units, on the cheapest of the others that are up; null where prices are not known.</summary>
    public long? ExtraPriceOf(HealthCell cell)
    {
        Topology topology = _topology;
        RoutingSnapshot snapshot = topology.Router.Snapshot;
        var destination = new Destination(default, cell.Country, NumberType.Mobile, cell.Network, NetworkSource.None);
        int own = snapshot.PlaceOf(cell.Connection);
        if (own < 0 || cell.Country.Length == 0 || snapshot.PriceOf(own, destination) is not { } price) return null;
        long? cheapest = null;
        foreach (string name in topology.RivalsOf(cell.Connection))
        {
            int place = snapshot.PlaceOf(name);
            if (place < 0 || topology.Lanes[place].Use != ConnectionUse.Usable || snapshot.PriceOf(place, destination) is not { } other) continue;
            cheapest = Math.Min(cheapest ?? long.MaxValue, other);
        }

        return cheapest - price;
    }

    /// <summary>The number of the network that a message goes to, as <see cref="SlotTable"/> counts by.</summary>
    public ulong NetworkOf(MessageHead head, RouteSubject? subject)
    {
        if (subject is not null) return SlotTable.NumberOf(subject.Destination);
        return SlotTable.NumberOf(E164.TryParse(head.To, out E164 number) ? _topology.Router.Snapshot.Sources.DestinationOf(number) : default);
    }

    /// <summary>The same, found once.</summary>
    public ulong NetworkOf(OutboundWork work) => work.Network == 0 ? work.Network = NetworkOf(work.Head, work.Subject) : work.Network;
}
