using System.Diagnostics.Metrics;
using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Chaos;
using Crosspoint.Engine.Customers;
using Crosspoint.Engine.Dispatch;
using Crosspoint.Engine.Events;
using Crosspoint.Engine.Health;
using Crosspoint.Engine.Health.Detection;
using Crosspoint.Engine.Health.Failover;
using Crosspoint.Engine.Intake;
using Crosspoint.Engine.Limits;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Monitoring;
using Crosspoint.Engine.Numbers;
using Crosspoint.Engine.Quality;
using Crosspoint.Engine.Rating;
using Crosspoint.Engine.Receipts;
using Crosspoint.Engine.Routing;
using Crosspoint.Engine.Stores;
using Crosspoint.Engine.Vendors;
using Crosspoint.Engine.Webhooks;
using Crosspoint.Sms.Numbers;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Engine;

/// <summary>
/// The engine, composed: everything between the APIs and the store. The journal belongs to the caller, who opens it before and closes it
/// after.
/// </summary>
public sealed class Gateway : IConnectionControl, ITrafficControl, IRoutingControl, IHealthControl, IFaultTarget, IAsyncDisposable
{
    private readonly IJournal _journal;
    private readonly MessageIntake _intake;
    private readonly Dispatcher _dispatcher;
    private readonly Sweeper _sweeper;
    private readonly DeliverIntake _deliveries;
    private readonly Recovery _recovery;
    private readonly WebhookDispatcher _webhooks;
    private readonly CustomerOutbox _customers;
    private readonly CallbackCheck _callbacks;
    private readonly LearnedQuality _learned;
    private readonly QualityWatch _qualityWatch;
    private readonly HealthFeed _healthFeed;
    private readonly HealthStates _healthStates;
    private readonly BindSigns _bindSigns;
    private volatile bool _isTakingTraffic;

    public Gateway(EngineOptions options, IJournal journal, TimeProvider time, ILoggerFactory loggers, IMeterFactory meters)
    {
        Options = options;
        _journal = journal;
        _callbacks = new(options.Webhooks);
        Accounts = new AccountDirectory(options.Accounts);
        KeyUses = new KeyUses(Accounts, journal, time);
        Numbers = new NumberLocator(options.Numbers, time, loggers, meters);
        Quality = new QualityTable(new());
        LearnedQuality learned = _learned = new LearnedQuality(Quality, time);
        Health = new HealthTable(new SteadyClock(time), (cell, usual, memory) => new CellDetector(cell, options.Detection, usual, memory))
        {
            KeepsHistory = options.History.IsEnabled,
            Watching = options.Detection,
        };
        options = options with { RoutingSources = options.RoutingSources with { Quality = learned, DestinationOf = DestinationOf } };
        Events = new EventFeed(journal.Events);
        EventPositions = new EventPositions(journal);
        Totals = new TrafficTotals(time);
        var metrics = new EngineMetrics(meters, Totals);
        _qualityWatch = new QualityWatch(Quality, time, metrics.Meter, loggers.CreateLogger<QualityWatch>());
        var notices = new Notices(options.Webhooks, metrics);
        HealthFeed health = _healthFeed = new HealthFeed(Health, time);
        Experiments = new ChaosRunner(this, time, loggers.CreateLogger<ChaosRunner>());
        notices.ConnectObservers(DestinationOf, new ExperimentObserver(Experiments, learned, health));
        _ = new HealthGauges(Health, metrics.Meter);
        var completed = new CompletedParts();
        var parts = new InboundParts(journal, notices, Accounts, completed, time, loggers.CreateLogger<InboundParts>());
        _deliveries = new DeliverIntake(
            options.Queues, journal, notices, Accounts, parts, completed, time, loggers.CreateLogger<DeliverIntake>());
        _dispatcher = new Dispatcher(options, Accounts, journal, notices, _deliveries, time, loggers) { Health = Health };
        Health.VendorOf = name => _dispatcher.Find(name)?.Options.Vendor;
        health.IsSilent = learned.IsSilent = name => _dispatcher.Find(name) is { } lane && (Sweeper.IsSilent(lane.Options) || !lane.Options.Capabilities.Receipts);
        _healthStates = new(options.Failover, new()
        {
            TotalsOf = cell => Health.TotalsOf(cell),
            TotalsBut = (connection, except) => Health.TotalsBut(connection, except),
            CountryTotalsOf = cell => Health.CountryTotalsOf(cell),
            RateOf = cell => RateOf(Health.Read(cell, HealthInterval.OneMinute)),
            CountryRateOf = cell => RateOf(Health.ReadCountry(cell, HealthInterval.OneMinute)),
            RivalsOf = _dispatcher.RivalsOf,
        });
        _bindSigns = new(options.Detection.UnboundAfter, options.Detection.Repeat);
        HealthWatch = new(_healthStates, _dispatcher.Paths, _dispatcher.TakeHealth, time, loggers.CreateLogger<HealthWatch>()) { Notice = Notice };
        HealthWatch.Changed += Experiments.Changed;
        _intake = new MessageIntake(options, journal, _dispatcher, Accounts, Numbers, time, loggers.CreateLogger<MessageIntake>());
        _webhooks = new WebhookDispatcher(
            options.Webhooks, options.Queues, Accounts, journal, _intake, time, loggers.CreateLogger<WebhookDispatcher>(), meters);
        notices.ConnectWebhooks(_webhooks.Enqueue);
        _customers = new CustomerOutbox(
            options, Accounts, journal, time, loggers.CreateLogger<CustomerOutbox>(), metrics.Meter);
        notices.ConnectBinds(_customers.Enqueue);
        var queries = new QueryOverdue(_dispatcher, time, loggers.CreateLogger<QueryOverdue>());
        _sweeper = new Sweeper(journal, _dispatcher, queries, parts, time, loggers.CreateLogger<Sweeper>());
        _recovery = new Recovery(options, journal, _dispatcher, loggers.CreateLogger<Recovery>());
        Observe(metrics.Meter);
        Accounts.Changed += TakeAccounts;
    }

    public EngineOptions Options { get; }

    public AccountDirectory Accounts { get; }

    /// <summary>When the keys of accounts were used.</summary>
    public KeyUses KeyUses { get; }

    /// <summary>Where numbers live.</summary>
    public NumberLocator Numbers { get; }

    /// <summary>How probable delivery is, as far as traffic has shown.</summary>
    public QualityTable Quality { get; }

    /// <summary>What happened by connection, network and class in the last minutes.</summary>
    public HealthTable Health { get; }

    /// <summary>Messages over all connections: since the start, and today.</summary>
    public TrafficTotals Totals { get; }

    /// <summary>Takes what is noticed, and tells what became of it.</summary>
    public HealthWatch HealthWatch { get; }

    /// <summary>Experiments on live connections.</summary>
    public ChaosRunner Experiments { get; }

    /// <summary>What happened to all messages, for those who read or follow it.</summary>
    public EventFeed Events { get; }

    /// <summary>How far those have come who pass events on.</summary>
    public EventPositions EventPositions { get; }

    public IIntake Intake => _intake;

    public IMessageReader Messages => _journal;

    /// <summary>Receivers of webhooks.</summary>
    public IWebhookControl Webhooks => _webhooks;

    /// <summary>What customers' binds are owed.</summary>
    public CustomerOutbox Customers => _customers;

    /// <summary>True from the end of <see cref="StartAsync"/> until the drain begins, while the journal can store.</summary>
    public bool IsTakingTraffic => _isTakingTraffic && _journal.Health == JournalHealth.Ready;

    /// <summary>Takes up what was left unfinished, then binds. Does not wait for carriers.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await KeyUses.LoadAsync(cancellationToken).ConfigureAwait(false);
        await _webhooks.LoadAsync(cancellationToken).ConfigureAwait(false);
        await _dispatcher.LoadAsync(cancellationToken).ConfigureAwait(false);
        await _recovery.RunAsync(cancellationToken).ConfigureAwait(false);
        _webhooks.Start();
        _customers.Start();
        _dispatcher.Start();
        _sweeper.Start();
        _isTakingTraffic = true;
    }

    /// <summary>
    /// Drains: nothing new is taken, sessions wait for what is in flight and unbind, webhooks under way end. What is left stays in the
    /// journal.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Close();

        // At once: from now on nothing new begins, and what the sweeper still finds is taken up at the next start.
        Task dispatched = _dispatcher.StopAsync(cancellationToken);
        await _sweeper.DisposeAsync().ConfigureAwait(false);
        await dispatched.ConfigureAwait(false);
        await _customers.DisposeAsync().ConfigureAwait(false);
        await _webhooks.StopAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Refuses new messages from now on; what is under way goes on.</summary>
    public void Close()
    {
        _isTakingTraffic = false;
        _intake.Close();
    }

    public async ValueTask DisposeAsync()
    {
        Close();
        HealthWatch.Dispose();
        await _sweeper.DisposeAsync().ConfigureAwait(false);
        await _dispatcher.DisposeAsync().ConfigureAwait(false);
        await _customers.DisposeAsync().ConfigureAwait(false);
        await _webhooks.DisposeAsync().ConfigureAwait(false);
        Experiments.Dispose();
        _learned.Dispose();
        _qualityWatch.Dispose();
        _healthFeed.Dispose();
        await Numbers.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>What each connection is doing, for people and for metrics.</summary>
    public IReadOnlyList<ConnectionStatus> Connections()
    {
        IReadOnlyList<string> route = _dispatcher.Plan.Default;
        IReadOnlyList<Lane> lanes = _dispatcher.Lanes;
        var all = new List<ConnectionStatus>(lanes.Count);
        foreach (Lane lane in lanes)
        {
            (long queued, int inFlight) = lane.Load;
            SmppConnection connection = lane.Connection;
            var sessions = new SessionStatus[connection.SessionCount];
            for (int i = 0; i < sessions.Length; i++)
            {
                var (state, outstanding, lastError, host) = connection.Status(i);
                sessions[i] = new(state, outstanding, lastError, host.ToString());
            }

            all.Add(new(
                lane.Name,
                lane.Options.Vendor,
                lane.Options.Group,
                (lane.State == LaneState.Running ? lane.Use.ToString() : lane.State.ToString()).ToLowerInvariant(),
                PlaceOf(lane.Name, route),
                queued,
                inFlight,
                lane.Options.Smpp.InFlightWindow,
                lane.Options.Smpp.Rate,
                lane.LearnedRate,
                sessions,
                _deliveries.Learned.Of(lane.Name),
                lane.IsChanged,
                lane.RateCap));
        }

        return all;
    }

    /// <summary>What waits for connections: of one account, or of all when it is null.</summary>
    public ValueTask<IReadOnlyList<long>?> FindByVendorIdAsync(string vendorId)
    {
        var find = new FindByVendorId([.. _dispatcher.Lanes.Select(static lane => lane.Options.Group).Distinct(StringComparer.Ordinal)], vendorId);
        _journal.Enqueue(find);
        return find.WaitAsync();
    }

    public IReadOnlyList<QueueStatus> Queues(string? accountSid) => [.. _dispatcher.Lanes.SelectMany(lane => lane.Queues(accountSid))];

    public ControlResult AddConnection(ConnectionOptions options, int? place) => _dispatcher.Add(options, place);

    public ControlResult ChangeConnection(ConnectionOptions options, int? place) => _dispatcher.Change(options, place);

    /// <summary>A connection was taken out. Told while it drains.</summary>
    public event Action<string>? ConnectionRemoved;

    public ControlResult RemoveConnection(string name)
    {
        ControlResult result = _dispatcher.Remove(name);
        if (result.Outcome == ControlOutcome.Done) ConnectionRemoved?.Invoke(name);
        return result;
    }

    public ControlResult PauseConnection(string name) => _dispatcher.Pause(name);

    public ControlResult CapConnection(string name, double rate) => _dispatcher.Cap(name, rate);

    public ControlResult ResumeConnection(string name) => _dispatcher.Resume(name);

    public ControlResult DrainConnection(string name) => _dispatcher.Drain(name);

    public ControlResult StopConnection(string name) => _dispatcher.Stop(name);

    public ControlResult RestartConnection(string name) => _dispatcher.Restart(name);

    public IReadOnlyList<ConnectionOptions> ConnectionOptions() => [.. _dispatcher.Lanes.Select(static lane => lane.Options)];

    ConnectionOptions? IFaultTarget.FindConnection(string name) => _dispatcher.Find(name)?.Options;

    bool IFaultTarget.TryInject(string connection, InjectedFault? fault)
    {
        if (_dispatcher.Find(connection) is not { } lane) return false;
        lane.Connection.Inject(fault);
        return true;
    }

    bool IFaultTarget.HasAlternative(MessageHead head, string connection) => _dispatcher.HasOtherCandidate(head, connection);

    bool IFaultTarget.HasOther(string connection) => _dispatcher.Find(connection) is { } lane && _dispatcher.HasBetterThan(lane);

    Destination IFaultTarget.DestinationOf(MessageHead head) => DestinationOf(head);

    public RoutingPlan Plan => _dispatcher.Plan;

    public RoutingSnapshot Snapshot => _dispatcher.Snapshot;

    public RoutePreview Preview(SendRequest request, long? at)
    {
        if (RequestCheck.TryPrepare(request, _callbacks, out MessageHead? head) is { } refusal) return new(refusal, null, null, 0);
        (RouteDecision decision, long decidedAt) = _dispatcher.Preview(head!, at);
        return new(null, head, decision, decidedAt);
    }

    /// <summary>How all connections are, as far as they may take what others lose.</summary>
    public IReadOnlyList<HealthPath> HealthPaths() => _dispatcher.Paths();

    public IReadOnlyList<FailoverRow> ListHealth(bool all) => _healthStates.List(all);

    public IReadOnlyList<HealthOrder> HealthOrders => _healthStates.Orders;

    public void TakeHealthOrders(IReadOnlyList<HealthOrder> orders) => HealthWatch.TakeOrders(orders);

    public ControlResult TakePlan(RoutingPlan plan) => _dispatcher.TakePlan(plan);

    public void TakeRates(IRateBook rates) => _dispatcher.TakeRates(rates);

    public TrafficStatus TrafficOf(string accountSid, string batch) => _dispatcher.Traffic.StatusOf(new(accountSid, batch));

    public IReadOnlyList<LimitInForce> LimitsOf(string accountSid) => _dispatcher.Limits.InForce(accountSid);

    public IReadOnlyList<TrafficStatus> Batches(string accountSid, string after, int limit) =>
        _dispatcher.Traffic.Batches(accountSid, after, limit);

    public ValueTask<ControlResult> PauseTrafficAsync(string accountSid, string batch, bool byOperator = false) =>
        _dispatcher.Traffic.PauseAsync(new(accountSid, batch), byOperator);

    public ValueTask<ControlResult> ResumeTrafficAsync(string accountSid, string batch) => _dispatcher.Traffic.ResumeAsync(new(accountSid, batch));

    public ValueTask<ControlResult> CancelTrafficAsync(string accountSid, string batch, bool byOperator = false) =>
        _dispatcher.Traffic.CancelAsync(new(accountSid, batch), byOperator);

    public ValueTask<ControlResult> PaceTrafficAsync(string accountSid, string batch, double rate, bool byOperator = false) =>
        _dispatcher.Traffic.PaceAsync(new(accountSid, batch), rate, byOperator);

    /// <summary>What accepted segments cost in the present day (UTC), since the start at most: by connection, in micro-units of the base currency.</summary>
    public IEnumerable<(string Connection, long Micros)> Spent => _dispatcher.Spent.Now;

    /// <summary>
    /// What accepted segments sold for today and what these cost, since the start at most, in micro-units of the base currency: those alone of which both
    /// prices are known. Null where there is none.
    /// </summary>
    public (long Sell, long Cost)? Sold
    {
        get
        {
            var sums = _dispatcher.Sold.Now.ToDictionary(static sum => sum.Name, static sum => sum.Sum, StringComparer.Ordinal);
            return sums.TryGetValue(SegmentOutcome.SoldFor, out long sell) ? (sell, sums.GetValueOrDefault(SegmentOutcome.SoldAtCost)) : null;
        }
    }

    /// <summary>What a segment to a network costs more on the cheapest other connection; null where prices are not known.</summary>
    public long? ExtraPriceOf(HealthCell cell) => _dispatcher.ExtraPriceOf(cell);

    private static double RateOf(IntervalReading reading) => reading.Span > TimeSpan.Zero ? reading.Submitted / reading.Span.TotalSeconds : 0;

    // Others ask the directory each time.
    private void TakeAccounts()
    {
        _dispatcher.TakeAccounts();
        _webhooks.TakeAccounts();
        _customers.TakeAccounts();
    }

    private void Notice(long now, List<HealthSignal> signals)
    {
        _bindSigns.Look(_dispatcher.Paths(), now, signals);
        Health.Turn(Health.Clock.Now, signals);
        foreach (HealthSignal signal in signals) Experiments.Noticed(signal);
    }

    private Destination DestinationOf(MessageHead head) => E164.TryParse(head.To, out E164 number)
        ? DestinationOf(number) : new(default, "", NumberType.Unknown, NetworkId.Unknown, NetworkSource.None);

    private Destination DestinationOf(E164 number)
    {
        Numbers.TryLocate(number, out Located located);
        return located.Destination;
    }

    private static int PlaceOf(string name, IReadOnlyList<string> route)
    {
        for (int i = 0; i < route.Count; i++)
        {
            if (route[i] == name) return i + 1;
        }

        return 0;
    }

    private void Observe(Meter meter)
    {
        meter.CreateObservableGauge("crosspoint.dispatch.queued", () => Connections().Select(c => Measure(c.Queued, c.Name)), "{message}", "Messages waiting for a connection, in memory and on disk");
        meter.CreateObservableGauge(
            "crosspoint.dispatch.held", () => _dispatcher.Room.Held, "{message}", "Messages that dispatch holds in memory");
        meter.CreateObservableGauge(
            "crosspoint.dispatch.paused", () => _dispatcher.Traffic.Held, "{message}", "Messages held because their account or batch is paused");
        meter.CreateObservableCounter(
            "crosspoint.routing.body_timeouts",
            () => _dispatcher.BodyTimeouts,
            "{match}",
            "Body patterns given up because of their time: their rules were passed over");
        meter.CreateObservableGauge("crosspoint.smpp.in_flight", () => Connections().Select(c => Measure(c.InFlight, c.Name)), "{segment}", "In-flight slots in use");
        meter.CreateObservableGauge(
            "crosspoint.smpp.learned_rate",
            () => Connections().Select(c => Measure(c.LearnedRate, c.Name)),
            "{segment}/s",
            "Segments a second that a throttling carrier is seen to take; 0 for no limit seen");
        meter.CreateObservableGauge("crosspoint.smpp.sessions", Sessions, "{session}", "Sessions by connection and state");
        meter.CreateObservableGauge("crosspoint.events.last", () => Events.LastSequence, "{event}", "Sequence of the newest event of the log");
        meter.CreateObservableGauge("crosspoint.events.readers", () => Events.ReaderCount, "{reader}", "Event streams and sinks that read the log");
        meter.CreateObservableGauge(
            "crosspoint.journal.queue", () => _journal.QueueDepth, "{transition}", "Transitions waiting for their commit");
    }

    private IEnumerable<Measurement<int>> Sessions() =>
        from connection in Connections()
        from state in Enum.GetValues<Smpp.Sessions.SmppClientState>()
        select new Measurement<int>(
            connection.Sessions.Count(session => session.State == state),
            new("messaging.destination.name", connection.Name),
            new KeyValuePair<string, object?>("state", state.ToString().ToLowerInvariant()));

    private static Measurement<T> Measure<T>(T value, string connection)
        where T : struct =>
        new(value, new KeyValuePair<string, object?>("messaging.destination.name", connection));
}
