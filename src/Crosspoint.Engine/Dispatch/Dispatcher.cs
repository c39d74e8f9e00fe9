using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Monitoring;
using Crosspoint.Engine.Receipts;
using Crosspoint.Engine.Routing;
using Crosspoint.Engine.Stores;
using Crosspoint.Engine.Vendors;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Engine.Dispatch;

/// <summary>
/// Brings accepted messages to connections. Its memory is a bounded cache of the journal: when more waits than it may hold,
/// the rest stays on disk alone and is read back in order as room comes (<see cref="Backlog"/>).
/// </summary>
internal sealed partial class Dispatcher : IAsyncDisposable
{
    /// <summary>How long attempts wait while the journal has no space.</summary>
    public static readonly TimeSpan DiskFullWait = TimeSpan.FromMilliseconds(500);

    private readonly Func<ConnectionOptions, bool, Lane> _newLane;
    private volatile Topology _topology;
    private readonly DelayQueue _delays;
    private readonly Backlog _backlog;
    private readonly ReleaseSchedule _schedule;

    public Dispatcher(
        EngineOptions options, IJournal journal, Notices notices, DeliverIntake deliveries, TimeProvider time, ILoggerFactory loggers)
    {
        Journal = journal;
        Notices = notices;
        _newLane = (connection, isChanged) => new Lane(this, connection, deliveries, time, loggers) { IsChanged = isChanged };
        _topology = Topology.Of([.. options.Connections.Select(connection => _newLane(connection, false))], options.Routing);
        _logger = loggers.CreateLogger<Dispatcher>();
        _delays = new DelayQueue(time, Released);
        _backlog = new Backlog(options.Queues.DispatchMessages, journal, this, time, loggers.CreateLogger<Backlog>());
        _schedule = new ReleaseSchedule(this, time);
    }

    public IJournal Journal { get; }

    public Notices Notices { get; }

    public ReferenceCounters References { get; } = new();

    public IReadOnlyList<Lane> Lanes => _topology.Lanes;

    /// <summary>The routing as it is now.</summary>
    public RoutingPlan Plan => _topology.Plan;

    /// <summary>Messages held in memory.</summary>
    public int Held => _backlog.Held;

    public void Start()
    {
        foreach (Lane lane in _topology.Lanes) lane.Start();
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _delays.Stop();
        await _schedule.DisposeAsync().ConfigureAwait(false);
        await _backlog.DisposeAsync().ConfigureAwait(false);
        await EndChangesAsync().ConfigureAwait(false);
        await Task.WhenAll(_topology.Lanes.Concat(_besides).Select(lane => lane.StopAsync(cancellationToken))).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        _delays.Stop();
        await _schedule.DisposeAsync().ConfigureAwait(false);
        await _backlog.DisposeAsync().ConfigureAwait(false);
        await EndChangesAsync().ConfigureAwait(false);
        foreach (Lane lane in _topology.Lanes.Concat(_besides)) await lane.DisposeAsync().ConfigureAwait(false);
        _ending.Dispose();
    }

    /// <summary>
    /// Takes an in-flight slot for a message before it is accepted, so that acceptance and first attempt share one commit. Null when it has
    /// to queue.
    /// </summary>
    public DirectRoute? TryReserveDirect(MessageHead head)
    {
        if (_backlog.IsOverflowing) return null;
        Topology topology = _topology;
        (RouteDecision decision, int chosen) = topology.Router.Decide(null, null, null);
        if (chosen < 0) return null;
        Lane lane = topology.Planned[chosen];
        return lane.TryReserveDirect(head, out Reservation reservation) ? new(lane, reservation, decision) : null;
    }

    /// <summary>An accepted message, committed as queued.</summary>
    public void Accept(MessageHead head)
    {
        var work = new OutboundWork(head);
        if (_backlog.TryHold(work)) Route(work, first: false);
    }

    /// <summary>An accepted message, committed as queued or, when it has a time of its own, as scheduled.</summary>
    public void AcceptOrSchedule(MessageHead head)
    {
        if (head.SendAt == 0) Accept(head);
        else _schedule.Add(head.Id.Key, head.SendAt);
    }

    /// <summary>An accepted message, committed with its first attempt: its segments go out now.</summary>
    public void AcceptDirect(DirectRoute route, MessageHead head, int attempt, ushort reference, int segments)
    {
        var work = new OutboundWork(head);
        _backlog.Hold(work);
        route.Lane.Send(new ActiveAttempt(work, route.Lane, route.Reservation.Session, attempt, reference, segments: null, segments), route.Reservation);
    }

    /// <summary>An unfinished message found in the journal at start, or read back from the backlog.</summary>
    /// <param name="delay">Wait before it is tried (a possible duplicate waits for a late word first).</param>
    public void Resume(OutboundWork work, TimeSpan delay)
    {
        if (delay > TimeSpan.Zero) _delays.Add(work, delay);
        else Route(work, first: false);
    }

    /// <summary>Keeps a message in memory whatever the bound: it is in flight, or was.</summary>
    public void Hold(OutboundWork work) => _backlog.Hold(work);

    /// <summary>Like <see cref="Hold"/>, within the bound: false leaves it to the backlog on disk.</summary>
    public bool TryHold(OutboundWork work) => _backlog.TryHold(work);

    /// <summary>Sends a work to the queue of its best connection.</summary>
    public void Route(OutboundWork work, bool first)
    {
        (_, Lane? lane) = Decide(work);
        if (lane is not null) lane.Enqueue(work, first);
        else Journal.Enqueue(new FailUnroutable(this, work));
    }

    /// <summary>The decision as of now; null for the lane when no connection is left for it.</summary>
    public (RouteDecision Decision, Lane? Lane) Decide(OutboundWork work)
    {
        Topology topology = _topology;
        (RouteDecision decision, int chosen) = topology.Router.Decide(work.RefusedBy, work.PinnedTo, work.Prefer);
        return (decision, chosen < 0 ? null : topology.Planned[chosen]);
    }

    /// <summary>Whether another connection may take a message that this one refuses.</summary>
    public bool HasOtherCandidate(OutboundWork work, string refusing)
    {
        List<string> refused = [.. work.RefusedBy ?? [], refusing];
        return _topology.Router.HasCandidate(refused);
    }

    /// <summary>The next step after an attempt's record.</summary>
    public void Follow(OutboundWork work, Lane lane, Follow follow)
    {
        if (follow.Kind == FollowKind.Nothing) return;
        work.SegmentsLeft = follow.SegmentsLeft;
        work.PinnedTo = follow.HoldsSegments ? lane.Name : null;
        work.Prefer = follow.Kind == FollowKind.Resend ? lane.Name : null;
        if (follow.CountsAsTry) work.Tries++;
        switch (follow.Kind)
        {
            case FollowKind.Again:
                Route(work, first: true);
                break;
            case FollowKind.Later:
                _delays.Add(work, SubmitPolicy.RetryDelay(work.Tries));
                break;
            case FollowKind.Resend:
                _delays.Add(work, SubmitPolicy.ResendDelay);
                break;
            case FollowKind.Elsewhere:
                (work.RefusedBy ??= []).Add(lane.Name);
                work.Tries = 0;
                Route(work, first: false);
                _backlog.Moved();
                break;
            default:
                Forget(work);
                break;
        }
    }

    /// <summary>The work has left dispatch.</summary>
    public void Forget(OutboundWork work) => _backlog.Forget(work);

    /// <summary>
    /// An attempt could not be put on record. While the disk is full it waits; with the journal closed or broken it is taken up at the next
    /// start.
    /// </summary>
    public void PutBack(OutboundWork work, StoreFailure failure)
    {
        if (failure == StoreFailure.DiskFull) _delays.Add(work, DiskFullWait);
        else Forget(work);
    }

    /// <summary>A connection went up or down: what waits on lower or dead connections is routed anew.</summary>
    public void LaneChanged(Lane changed)
    {
        foreach (Lane lane in _topology.Lanes)
        {
            if (lane == changed && lane.Use == ConnectionUse.Usable) continue;
            Reroute(lane);
        }

        changed.Pump();
        if (changed.Use == ConnectionUse.Usable) _backlog.Unshelve();
        _backlog.Moved();
    }

    /// <summary>
    /// Takes out what waits for connections that are down while others are up: messages that the others refused.
    /// </summary>
    public List<OutboundWork> TakeStuck()
    {
        List<OutboundWork> stuck = [];
        if (!Array.Exists(_topology.Lanes, static lane => lane.Use == ConnectionUse.Usable)) return stuck;
        foreach (Lane lane in _topology.Lanes)
        {
            if (lane.Use == ConnectionUse.Usable) continue;
            foreach (OutboundWork work in lane.TakeAll())
            {
                // Only what is queued on record is found again by reading the backlog.
                if (work.PinnedTo is null && work.Prefer is null) stuck.Add(work);
                else lane.Enqueue(work, first: true);
            }
        }

        return stuck;
    }

    /// <summary>Routes everything that waits for a connection anew.</summary>
    public void Reroute(Lane lane)
    {
        foreach (OutboundWork work in lane.TakeAll()) Route(work, first: false);
    }

    /// <summary>The connections and the way to them at one moment. Replaced as a whole.</summary>
    private sealed record Topology(Lane[] Lanes, Lane[] Planned, Router Router, RoutingPlan Plan)
    {
        public static Topology Of(Lane[] lanes, RoutingPlan plan)
        {
            Lane[] planned = [.. plan.Default.Select(
                name => Array.Find(lanes, lane => lane.Name == name) ?? throw new ArgumentException($"No connection {name}."))];
            return new(lanes, planned, new Router(plan, index => planned[index].Use), plan);
        }
    }

    private void Released(OutboundWork work) => Route(work, first: true);
}

/// <summary>A slot taken for a message that is not accepted yet.</summary>
internal sealed record DirectRoute(Lane Lane, Reservation Reservation, RouteDecision Decision);
