using System.Collections.Concurrent;
using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Health;
using Crosspoint.Engine.Health.Failover;
using Crosspoint.Engine.Limits;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Monitoring;
using Crosspoint.Engine.Receipts;
using Crosspoint.Engine.Retries;
using Crosspoint.Engine.Routing;
using Crosspoint.Engine.Stores;
using Crosspoint.Engine.Vendors;
using Crosspoint.Sms.Numbers;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Engine.Dispatch;

/// <summary>
/// Brings accepted messages to connections. Its memory is a bounded cache of the journal: when more waits than it may hold,
/// the rest stays on disk, and only its keys in memory: one queue for each connection, class and account (<see cref="LaneQueue"/>).
/// </summary>
internal sealed partial class Dispatcher : IAsyncDisposable
{
    /// <summary>How long attempts wait while the journal has no space.</summary>
    public static readonly TimeSpan DiskFullWait = TimeSpan.FromMilliseconds(500);

    // A copy is tried again as its connection's statuses say; the operator's rules are about messages.
    private static readonly RetryTable UsualRetries = new([]);

    private readonly Func<ConnectionOptions, bool, Lane> _newLane;
    private volatile Topology _topology;
    private readonly TimeProvider _time;
    private readonly AccountDirectory _accounts;
    private readonly DelayQueue _delays;
    private readonly ReleaseSchedule _schedule;
    private readonly WindowHolder _windowHolder;
    private RoutingSources _sources;
    private bool _isHungry;

    public Dispatcher(
        EngineOptions options, AccountDirectory accounts, IJournal journal, Notices notices, DeliverIntake deliveries, TimeProvider time,
        ILoggerFactory loggers)
    {
        Spent = new DaySums(time);
        Sold = new DaySums(time);
        Journal = journal;
        _accounts = accounts;
        _time = time;
        Limits = new LimitTable(options.Limits, time);
        TakeLimits();
        Windows = new SendWindowTable(options.SendWindows);
        Room = new DispatchRoom(options.Queues.DispatchMessages);
        ReadBack = new ReadBack(journal, Room, work => Route(work, first: false), time, loggers.CreateLogger<ReadBack>());
        Notices = notices;
        Retries = new RetryTable(options.Retries);
        Copies = new TestCopies(this);
        Rerouting = new Rerouting(this);
        deliveries.Rerouter = Rerouting;
        _newLane = (connection, isChanged) => new Lane(this, connection, deliveries, time, loggers) { IsChanged = isChanged };
        _sources = options.RoutingSources;
        _topology = TopologyOf([.. options.Connections.Select(connection => _newLane(connection, false))], options.Routing);
        _logger = loggers.CreateLogger<Dispatcher>();
        Traffic = new TrafficControls(this, journal, time, loggers.CreateLogger<TrafficControls>());
        _delays = new DelayQueue(time, Released);
        _schedule = new ReleaseSchedule(this, time);
        _windowHolder = new WindowHolder(this, journal, time);
    }

    public IJournal Journal { get; }

    public Notices Notices { get; }

    public ReferenceCounters References { get; } = new();

    public IReadOnlyList<Lane> Lanes => _topology.Lanes;

    /// <summary>The routing as it is now.</summary>
    public RoutingPlan Plan => Snapshot.Plan;

    /// <summary>What decisions are made by now.</summary>
    public RoutingSnapshot Snapshot => _topology.Router.Snapshot;

    /// <summary>What dispatch may hold in memory, and holds.</summary>
    public DispatchRoom Room { get; }

    /// <summary>What caps the segments of certain messages in a second.</summary>
    public LimitTable Limits { get; }

    /// <summary>What accepted segments cost, by connection, in micro-units of the base currency.</summary>
    public DaySums Spent { get; }

    /// <summary>What accepted segments sold for, and what these cost, in micro-units of the base currency: those alone of which both prices are known.</summary>
    public DaySums Sold { get; }

    /// <summary>Where what becomes of segments is counted; null where nobody counts.</summary>
    public HealthTable? Health { get; init; }

    /// <summary>What is done after refusals and negative receipts.</summary>
    public RetryTable Retries { get; }

    /// <summary>Makes the copies that go to test connections.</summary>
    public TestCopies Copies { get; }

    /// <summary>Sends messages another way that a carrier could not deliver.</summary>
    public Rerouting Rerouting { get; }

    /// <summary>Brings messages back from disk.</summary>
    public ReadBack ReadBack { get; }

    /// <summary>Hours in which certain messages may go out.</summary>
    public SendWindowTable Windows { get; }

    /// <summary>Accounts and batches that are paused, paced or canceled.</summary>
    public TrafficControls Traffic { get; }

    /// <summary>A flow would have been read, and there was no room.</summary>
    public bool IsHungry { set => Volatile.Write(ref _isHungry, value); }

    /// <summary>Reads what holds from earlier runs. To be awaited before the first message.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        await Traffic.LoadAsync(cancellationToken).ConfigureAwait(false);
        foreach ((string name, long mark) in await Journal.ListMarksAsync(LimitTable.DayPrefix, cancellationToken).ConfigureAwait(false))
            Limits.RestoreDay(name, mark);
    }

    public void Start()
    {
        foreach (Lane lane in _topology.Lanes) lane.Start();
        Traffic.Start();
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _delays.Stop();
        await EndChangesAsync().ConfigureAwait(false);

        // The connections first: nothing new is to leave while reads end that may take their time.
        Task stopped = Task.WhenAll(_topology.Lanes.Concat(_besides).Select(lane => lane.StopAsync(cancellationToken)));
        await _schedule.DisposeAsync().ConfigureAwait(false);
        await _windowHolder.DisposeAsync().ConfigureAwait(false);
        await Traffic.DisposeAsync().ConfigureAwait(false);
        await ReadBack.DisposeAsync().ConfigureAwait(false);
        await stopped.ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        _delays.Stop();
        await _schedule.DisposeAsync().ConfigureAwait(false);
        await _windowHolder.DisposeAsync().ConfigureAwait(false);
        await Traffic.DisposeAsync().ConfigureAwait(false);
        await ReadBack.DisposeAsync().ConfigureAwait(false);
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
        if (!Traffic.LetsGo(head) || !IsOpen(head)) return null;
        Topology topology = _topology;
        RoutingSnapshot snapshot = topology.Router.Snapshot;

        // It has no id yet that could say where it falls into shares.
        RouteSubject? subject = snapshot.LooksAtMessages
            ? RouteSubject.Of(head, snapshot.Sources, (ulong)Random.Shared.NextInt64(long.MinValue, long.MaxValue)) : null;
        (RouteDecision decision, RouteVerdict verdict) = topology.Router.Decide(RequestOf(head, subject), default);
        if (verdict.Chosen < 0) return null;
        Lane lane = topology.Lanes[verdict.Chosen];
        return lane.TryReserveDirect(head, subject, out Reservation reservation) ? new(lane, reservation, decision, subject) : null;
    }

    /// <summary>The end of a message's validity before its first attempt, no later than its rule allows.</summary>
    /// <param name="until">Without a rule, in microseconds.</param>
    public long EndOf(MessageHead head, long until)
    {
        RoutingSnapshot snapshot = _topology.Router.Snapshot;
        if (!snapshot.HasTimeLimits) return until;
        RoutingRule? rule = snapshot.Match(RequestOf(head, RouteSubject.Of(head, snapshot.Sources)));
        return Math.Min(until, AttemptRules.EndBy(rule, head));
    }

    /// <summary>How often a body pattern was given up because of its time, since the start.</summary>
    public long BodyTimeouts
    {
        get
        {
            lock (_control) return _earlierTimeouts + _topology.Router.Snapshot.BodyTimeouts;
        }
    }

    /// <summary>The rule that a decision was made by; null for the default list, or when it is gone.</summary>
    public RoutingRule? RuleOf(RouteDecision decision) => _topology.Router.Snapshot.FindRule(decision.Rule);

    /// <summary>Whether the rule of a message's last attempt allows another one.</summary>
    public bool MayTryAgain(Message message) =>
        message.Head.IsCopy || message.LastAttempt is not { } last || AttemptRules.MayTryAgain(message, RuleOf(last.Decision));

    /// <summary>What would be decided for a message that is not on record.</summary>
    /// <param name="at">The moment that rules with hours look at; null for now.</param>
    public (RouteDecision Decision, long At) Preview(MessageHead head, long? at)
    {
        Router router = _topology.Router;
        RouteSubject subject = RouteSubject.Of(head, router.Snapshot.Sources, (ulong)Random.Shared.NextInt64(long.MinValue, long.MaxValue));
        RouteRequest request = subject.At(head, at ?? _time.GetUtcMicros());
        return (router.Decide(request, default).Decision, request.At);
    }

    /// <summary>An accepted message, committed as queued.</summary>
    public void Accept(MessageHead head)
    {
        Accept(new OutboundWork(head));
    }

    /// <summary>A message on record that nobody holds yet.</summary>
    public void Accept(OutboundWork work)
    {
        Hold();
        Route(work, first: false);
    }

    /// <summary>A queued message that is to be tried again at a time, in microseconds; at once when it has passed.</summary>
    public void ReleaseAt(long key, long at) => _schedule.Add(key, at);

    /// <summary>An accepted message, committed as queued or, when it has a time of its own, as scheduled.</summary>
    public void AcceptOrSchedule(MessageHead head)
    {
        if (head.SendAt == 0) Accept(head);
        else _schedule.Add(head.Id.Key, head.SendAt);
    }

    /// <summary>An accepted message, committed with its first attempt: its segments go out now.</summary>
    public void AcceptDirect(DirectRoute route, MessageHead head, int attempt, ushort reference, int segments)
    {
        var work = new OutboundWork(head) { Subject = route.Subject };
        Hold();
        var active = new ActiveAttempt(work, route.Lane, route.Reservation.Session, attempt, reference, segments: null, segments)
        {
            Watched = Watch(work, route.Lane, route.Decision, out long cost, out long sell),
            SegmentCost = cost,
            SegmentSell = sell,
        };
        route.Lane.Send(active, route.Reservation);
    }

    /// <summary>Where it counts what becomes of an attempt's segments: found once, for a look-up of the number takes longer than all the counting.</summary>
    /// <param name="cost">What the vendor takes for a segment, in micro-units; 0 where it is not known.</param>
    /// <param name="sell">What its account pays for a segment, in micro-units; 0 where it has no price.</param>
    public WatchedPath Watch(OutboundWork work, Lane lane, RouteDecision decision, out long cost, out long sell)
    {
        cost = 0;
        sell = 0;
        if (Health is null) return default;
        MessageHead head = work.Head;
        RoutingSources sources = _topology.Router.Snapshot.Sources;
        Destination destination = work.Subject?.Destination ?? RouteSubject.Locate(head, sources);
        if (PriceOf(decision, lane.Name) is { } price) cost = price;
        else if (sources.Rates?.Cost(lane.Name) is { } rates && rates.TryFind(destination, out long micros)) cost = micros;
        if (sources.Rates?.Sell(head.AccountSid) is { } sells && sells.TryFind(destination, out long paid)) sell = paid;
        return Health.Find(Health.NumberOf(lane.Name), destination, head.Class, head.AccountSid);
    }

    /// <summary>Counts a message as held in memory: until <see cref="Forget"/>, or until it goes to disk.</summary>
    public void Hold() => Room.Enter();

    /// <summary>An unfinished message found in the journal at start. It is held.</summary>
    /// <param name="delay">Wait before it is tried (a possible duplicate waits for a late word first).</param>
    public void Resume(OutboundWork work, TimeSpan delay)
    {
        if (delay > TimeSpan.Zero) _delays.Add(work, delay);
        else Route(work, first: false);
    }

    /// <summary>Sends a work to the queue of its best connection, or aside where it is to be held or to end.</summary>
    public void Route(OutboundWork work, bool first)
    {
        if (Traffic.TakeAside(work)) return;
        if (!work.HasBegun && !IsOpen(work.Head))
        {
            _windowHolder.Add(work.Head.Id.Key);
            Forget(work);
            return;
        }

        if (Choose(work) is { } lane)
        {
            lane.Enqueue(work, first);
            return;
        }

        (RouteDecision decision, Lane? late) = Decide(work);
        if (late is not null) late.Enqueue(work, first);
        else Journal.Enqueue(new FailUnroutable(this, work, decision));
    }

    /// <summary>The connection for a message as of now; null when none is left for it, or a rule denies it.</summary>
    public Lane? Choose(OutboundWork work)
    {
        Topology topology = _topology;
        if (work.Head.IsCopy) return TestLaneOf(work.Head, topology);
        int chosen = topology.Router.Choose(RequestOf(work, topology), HistoryOf(work)).Chosen;
        return chosen < 0 ? null : topology.Lanes[chosen];
    }

    /// <summary>The same with the record of it.</summary>
    public (RouteDecision Decision, Lane? Lane) Decide(OutboundWork work)
    {
        Topology topology = _topology;
        if (work.Head.IsCopy) return (TestCopies.DecisionOf(Plan, work.Head), TestLaneOf(work.Head, topology));
        (RouteDecision decision, RouteVerdict verdict) = topology.Router.Decide(RequestOf(work, topology), HistoryOf(work));
        return (decision, verdict.Chosen < 0 ? null : topology.Lanes[verdict.Chosen]);
    }

    /// <summary>Whether a message that is on its way by a connection could go by another one that is up.</summary>
    public bool HasOtherCandidate(MessageHead head, string connection)
    {
        if (head.IsCopy) return false;
        Topology topology = _topology;
        int chosen = topology.Router.Choose(RequestOf(new OutboundWork(head), topology), new([connection], null, null)).Chosen;
        return chosen >= 0 && topology.Lanes[chosen].Use == ConnectionUse.Usable;
    }

    /// <summary>Whether another connection may take a message that this one refuses.</summary>
    public bool HasOtherCandidate(OutboundWork work, string refusing)
    {
        if (work.Head.IsCopy) return false;
        List<string> refused = [.. work.RefusedBy ?? [], refusing];
        Topology topology = _topology;
        return topology.Router.HasCandidate(RequestOf(work, topology), refused);
    }

    /// <summary>What follows a refusal.</summary>
    public RetryPlan PlanAfter(MessageHead head, ActiveAttempt refused, uint status)
    {
        ConnectionOptions options = refused.Lane.Options;
        return (head.IsCopy ? UsualRetries : Retries).AfterRefusal(head, options.Name, refused.Attempt, status, options.Smpp.Statuses.ActionOf(status));
    }

    /// <summary>The next step after an attempt's record.</summary>
    public void Follow(OutboundWork work, Lane lane, Follow follow)
    {
        if (follow.Kind == FollowKind.Nothing) return;
        work.SegmentsLeft = follow.SegmentsLeft;

        // As the record says it for ever: a copy without an answer stays one when others are tried.
        work.HasBegun |= follow.IsUncertain;
        work.PinnedTo = follow.HoldsSegments ? lane.Name : null;
        work.Prefer = follow.Kind == FollowKind.Resend ? lane.Name : null;
        if (follow.At > 0)
        {
            // The record knows the rest, so nothing of it is held until then.
            ReleaseAt(work.Head.Id.Key, follow.At);
            Forget(work);
            return;
        }

        switch (follow.Kind)
        {
            case FollowKind.Again:
                Route(work, first: true);
                break;
            case FollowKind.Later:
                _delays.Add(work, SubmitPolicy.RetryDelay(follow.Tries));
                break;
            case FollowKind.Resend:
                _delays.Add(work, SubmitPolicy.ResendDelay);
                break;
            case FollowKind.Elsewhere:
                (work.RefusedBy ??= []).Add(lane.Name);
                Route(work, first: false);
                break;
            default:
                Forget(work);
                break;
        }
    }

    /// <summary>The work has left dispatch.</summary>
    public void Forget(OutboundWork work)
    {
        Room.Leave();
        if (_isHungry) Feed();
    }

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
        if (changed.Use == ConnectionUse.Usable) changed.ReadBack();
        else if (Room.IsCrowded) changed.Spill();
    }

    /// <summary>Routes anew what waits for a connection and has a better one now.</summary>
    public void Reroute(Lane lane)
    {
        foreach (OutboundWork work in lane.TakeLeaving()) Route(work, first: false);
        lane.ReadBack();
    }

    /// <summary>Whether some connection takes traffic, seen from one that does not.</summary>
    public bool HasBetterThan(Lane lane) =>
        Array.Exists(_topology.Planned, other => other != lane && other.Use == ConnectionUse.Usable) || !_topology.Lanes.Contains(lane);

    /// <summary>The limits of a message that is to go out on a connection.</summary>
    public LimitSet LimitsAt(MessageHead head, string connection) => head.IsCopy ? default : Traffic.With(Limits.At(head, connection), head);

    /// <summary>Limits have changed: flows that wait for theirs look again.</summary>
    public void Recheck()
    {
        foreach (Lane lane in _topology.Lanes) lane.Recheck();
    }

    // What waits shares by the weights of its accounts.
    private void Reweigh()
    {
        foreach (Lane lane in _topology.Lanes) lane.Reweigh();
    }

    private bool TakeLimits() => Limits.Take(_accounts.Accounts.Select(static account => (account.Sid, account.Limits)));

    /// <summary>The accounts have changed: what waits goes by their own limits from now on.</summary>
    public void TakeAccounts()
    {
        Reweigh();
        if (TakeLimits()) Recheck();
    }

    /// <summary>Whether what waits in a flow waits under the limits that it counts in now: its account may have got others.</summary>
    public bool HasItsLimits(OutboundWork work, Flow flow, string connection)
    {
        int version = Limits.VersionOf(flow.Account);
        if (version == flow.LimitsVersion) return true;
        if (!LimitsAt(work.Head, connection).Equals(flow.Limits)) return false;
        flow.LimitsVersion = version;
        return true;
    }

    /// <summary>Whether the message's send windows are open now.</summary>
    public bool IsOpen(MessageHead head) => OpensAt(head) == 0;

    /// <summary>See <see cref="SendWindowTable.OpensAt"/>.</summary>
    public long OpensAt(MessageHead head) => Windows.IsEmpty ? 0 : Windows.OpensAt(head, _time.GetUtcMicros());

    /// <summary>
    /// Whether a message's time is over. Where no validity was asked for and nothing was tried yet, it counts from the last midnight for which a cap by day
    /// may have held it, for a week at most and no longer than its rule allows: then it is put on record, and the caller saves the message.
    /// </summary>
    public bool IsOver(Message message, long now, ref NoticeList list)
    {
        MessageHead head = message.Head;
        if (now < head.ValidUntil) return false;
        bool isOpen = head.ValiditySeconds == 0 && message.Attempts.Count == 0 && message.State is MessageState.Accepted or MessageState.Queued;
        if (!isOpen || Limits.DayOf(head) is not (> 0 and var midnight)) return true;
        long until = EndOf(head, Math.Min(midnight, head.CreatedAt + Micros.From(AttemptRules.MostHeld)) + AttemptRules.DefaultValidity);
        if (midnight <= head.CreatedAt || now >= until) return true;
        message.Head = head with { ValidUntil = until };
        Notices.Collect(ref list, message, message.Note(now, EventKind.Held, detail: "for a cap by day"), stateChanged: false);
        return false;
    }

    /// <summary>Releases a message that is scheduled at its time, in microseconds.</summary>
    public void Schedule(long key, long at) => _schedule.Add(key, at);

    /// <summary>A queue for a connection.</summary>
    public LaneQueue NewQueue(string connection) =>
        new(Room, head => LimitsAt(head, connection), WeightOf, _time) { LimitsVersionOf = Limits.VersionOf };

    private int WeightOf(string accountSid) => _accounts.Find(accountSid)?.Weight ?? 1;

    /// <summary>The connections and the way to them at one moment. Replaced as a whole.</summary>
    /// <param name="Lanes">In the order of the snapshot's connections.</param>
    /// <param name="Planned">Those that the plan may send by.</param>
    private sealed record Topology(Lane[] Lanes, Lane[] Planned, Router Router)
    {
        private readonly ConcurrentDictionary<string, string[]> _rivals = new(StringComparer.Ordinal);

        /// <summary>Who stands in a list with a connection, or in a list that one of those falls back to.</summary>
        public string[] RivalsOf(string connection) => _rivals.GetOrAdd(connection, static (name, plan) => [.. plan.RivalsOf(name)], Router.Snapshot.Plan);

        // A test connection takes copies alone, which go nowhere else.
        public static bool IsPlanned(Lane lane, RoutingPlan plan) => !lane.Options.Capabilities.IsTest
            && (plan.Default.Contains(lane.Name) || plan.WhoNames(lane.Name) is not null);
    }

    // Under _control, or before there is anybody else.
    private Topology TopologyOf(Lane[] lanes, RoutingPlan plan)
    {
        var snapshot = new RoutingSnapshot(plan, [.. lanes.Select(static lane => RouteConnection.Of(lane.Options))], _sources, new LaneUse(this, lanes));
        return new(lanes, [.. lanes.Where(lane => Topology.IsPlanned(lane, plan))], new Router(snapshot));
    }

    private sealed class LaneUse(Dispatcher dispatcher, Lane[] lanes) : IConnectionUse
    {
        private volatile Places _places = new(FailoverSnapshot.Empty, new PathHealth?[lanes.Length]);

        public bool IsAnySick => dispatcher._failover.IsAnySick;

        public ConnectionUse UseOf(int connection) => lanes[connection].Use;

        public double HealthOf(int connection) => lanes[connection].Health;

        public RouteHealth HealthOf(int connection, in Destination destination, TrafficClass trafficClass)
        {
            FailoverSnapshot snapshot = dispatcher._failover;
            Places places = _places;
            if (places.Snapshot != snapshot) _places = places = new(snapshot, [.. lanes.Select(lane => snapshot.Find(lane.Name))]);
            return places.Paths[connection] is { } path ? path.Find(destination, trafficClass) : RouteHealth.Healthy;
        }

        private sealed record Places(FailoverSnapshot Snapshot, PathHealth?[] Paths);
    }

    // A connection that has become an ordinary one since gets no copies any more.
    private static Lane? TestLaneOf(MessageHead copy, Topology topology) =>
        Array.Find(topology.Lanes, lane => lane.Name == copy.Connection && lane.Options.Capabilities.IsTest);

    private RouteRequest RequestOf(OutboundWork work, Topology topology)
    {
        RoutingSnapshot snapshot = topology.Router.Snapshot;
        if (!snapshot.LooksAtMessages) return default;
        return RequestOf(work.Head, work.Subject ??= RouteSubject.Of(work.Head, snapshot.Sources));
    }

    private RouteRequest RequestOf(MessageHead head, RouteSubject? subject) => subject is null ? default : subject.At(head, _time.GetUtcMicros());

    private static long? PriceOf(RouteDecision decision, string connection)
    {
        for (int i = 0; i < decision.Candidates.Count; i++)
        {
            if (decision.Candidates[i].Connection == connection) return decision.Candidates[i].Price;
        }

        return null;
    }

    private static RouteHistory HistoryOf(OutboundWork work) => new(work.RefusedBy, work.PinnedTo, work.Prefer);

    private void Released(OutboundWork work) => Route(work, first: true);

    // There is room again for those who found none.
    private void Feed()
    {
        if (Room.IsFull || !Interlocked.Exchange(ref _isHungry, false)) return;
        foreach (Lane lane in _topology.Lanes) lane.ReadBack();
    }
}

/// <summary>A slot taken for a message that is not accepted yet.</summary>
internal sealed record DirectRoute(Lane Lane, Reservation Reservation, RouteDecision Decision, RouteSubject? Subject);
