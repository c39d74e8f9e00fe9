using Crosspoint.Engine.Rating;
using Crosspoint.Engine.Routing;
using Crosspoint.Engine.Routing.Checking;
using Crosspoint.Engine.Vendors;
using Crosspoint.Smpp.Sessions;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Engine.Dispatch;

/// <summary>
/// Connections that are added, changed, paused, drained, stopped and restarted while traffic flows. A wish is checked and begun at once;
/// what takes time (binding, answers in flight) goes on behind it.
/// </summary>
internal sealed partial class Dispatcher
{
    /// <summary>How long the binds of a changed connection may take before the old ones end all the same: a carrier may allow no more.</summary>
    public static readonly TimeSpan BindsMayTake = TimeSpan.FromSeconds(10);

    private readonly Lock _control = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly ILogger _logger;
    private readonly List<Task> _changes = [];

    // Of body patterns, under the snapshots before this one.
    private long _earlierTimeouts;

    // Lanes beside the topology: new ones that are not up yet, and old ones that drain.
    private readonly List<Lane> _besides = [];

    /// <summary>Keeps new traffic away; sessions stay, what is in flight ends, receipts come.</summary>
    public ControlResult Pause(string name)
    {
        Lane lane;
        lock (_control)
        {
            if (Find(name) is not { } found) return new(ControlOutcome.NotFound);
            lane = found;
            if (lane.State == LaneState.Paused) return default;
            if (lane.IsBusy || lane.State != LaneState.Running) return Refuse(lane, "only what runs can be paused");
            lane.Turn(LaneState.Paused);
        }

        return Changed(lane, "paused");
    }

    /// <summary>Caps the rate of a connection below that of its options.</summary>
    /// <param name="rate">Segments a second; 0 takes the cap away.</param>
    public ControlResult Cap(string name, double rate)
    {
        Lane lane;
        lock (_control)
        {
            if (Find(name) is not { } found) return new(ControlOutcome.NotFound);
            lane = found;
            if (lane.IsBusy) return Refuse(lane, "try again when that is done");
            double contracted = lane.Options.Smpp.Rate;
            if (rate > 0 && contracted > 0 && rate >= contracted)
                return Refuse(lane, $"its configured rate is {contracted} a second: a cap is below it");
        }

        lane.CapRate(rate);
        return Changed(lane, rate > 0 ? $"capped at {rate} segments a second" : "not capped");
    }

    public ControlResult Resume(string name)
    {
        Lane lane;
        lock (_control)
        {
            if (Find(name) is not { } found) return new(ControlOutcome.NotFound);
            lane = found;
            if (lane is { State: LaneState.Running, IsBusy: false }) return default;
            if (lane.IsBusy || lane.State != LaneState.Paused) return Refuse(lane, "restart it to bind again");
            lane.Turn(LaneState.Running);
        }

        return Changed(lane, "resumed");
    }

    /// <summary>Takes nothing new; when what is in flight has ended, the sessions unbind and the connection is stopped.</summary>
    public ControlResult Drain(string name)
    {
        Lane lane;
        lock (_control)
        {
            if (Find(name) is not { } found) return new(ControlOutcome.NotFound);
            lane = found;
            if (lane.State is LaneState.Draining or LaneState.Stopped && !lane.IsRestarting) return default;
            if (lane.IsBusy) return Refuse(lane, "try again when that is done");
            lane.Turn(LaneState.Draining);
            Begin(lane, () => lane.DrainAsync(_ending.Token));
        }

        return Changed(lane, "draining");
    }

    /// <summary>
    /// Unbinds now: answers are waited for as long as an unbind takes (10 s at most), and what has none then is unknown.
    /// </summary>
    public ControlResult Stop(string name)
    {
        Lane lane;
        lock (_control)
        {
            if (Find(name) is not { } found) return new(ControlOutcome.NotFound);
            lane = found;
            if (lane.State == LaneState.Stopped && !lane.IsRestarting) return default;
            bool isDraining = lane.State == LaneState.Draining;
            if (lane.IsBusy && !isDraining) return Refuse(lane, "try again when that is done");
            lane.Turn(LaneState.Stopped);
            if (!isDraining) Begin(lane, () => lane.StopAsync(_ending.Token));
        }

        return Changed(lane, "stopped");
    }

    /// <summary>Stops and binds anew, whatever the state was.</summary>
    public ControlResult Restart(string name)
    {
        Lane lane;
        lock (_control)
        {
            if (Find(name) is not { } found) return new(ControlOutcome.NotFound);
            lane = found;
            if (lane.IsBusy) return Refuse(lane, "try again when that is done");
            lane.IsRestarting = true;
            lane.Turn(LaneState.Stopped);
            Begin(lane, () => lane.RestartAsync(_ending.Token));
        }

        return Changed(lane, "restarting");
    }

    /// <param name="place">Place in the default route, from 1; null for the last, or for none when it cannot send.</param>
    public ControlResult Add(ConnectionOptions options, int? place)
    {
        Lane lane;
        lock (_control)
        {
            if (_ending.IsCancellationRequested) return new(ControlOutcome.Refused, "the gateway is stopping");
            Topology old = _topology;
            if (Find(options.Name) is not null) return new(ControlOutcome.Refused, $"connection '{options.Name}' is there already");
            if (CheckPlace(options, place) is { } refusal) return refusal;
            lane = _newLane(options, true);
            Take(TopologyOf([.. old.Lanes, lane], Placed(Plan, options, place ?? int.MaxValue)));
            lane.Start();
        }

        return Changed(lane, "added");
    }

    /// <summary>
    /// Gives a connection other options: new binds come up, then traffic moves to them and the old ones drain. Where the carrier allows no
    /// second set of binds, the old ones end after <see cref="BindsMayTake"/>.
    /// </summary>
    /// <param name="place">Its new place in the default route, from 1; null leaves it where it is.</param>
    public ControlResult Change(ConnectionOptions options, int? place)
    {
        Lane lane;
        lock (_control)
        {
            if (_ending.IsCancellationRequested) return new(ControlOutcome.Refused, "the gateway is stopping");
            if (Find(options.Name) is not { } old) return new(ControlOutcome.NotFound);
            if (old.IsBusy) return Refuse(old, "try again when that is done");
            if (CheckPlace(options, place) is { } refusal) return refusal;
            string? planned = Plan.Default.Contains(options.Name) ? "the default route" : Plan.WhoNames(options.Name);
            if (planned is not null && options.Smpp.Bind == SmppBindType.Receiver)
                return Refuse(old, $"it stands in {planned}, where a receiver cannot send");
            if (planned is not null && options.Capabilities.IsTest && !old.Options.Capabilities.IsTest)
                return Refuse(old, $"it stands in {planned}, and a test connection takes copies alone");
            if (!options.Capabilities.IsTest && old.Options.Capabilities.IsTest && Plan.WhoNames(options.Name) is { } copies)
                return Refuse(old, $"{copies} of the routing copies to it: take that out first, as copies go to test connections alone");
            lane = _newLane(options, true);
            lane.TakePaceOf(old);
            if (old.State != LaneState.Running) lane.Turn(old.State);
            lane.IsBusy = true;
            _besides.Add(lane);
            Begin(old, () => ReplaceAsync(old, lane, place));
        }

        Log.Changed(_logger, lane.Name, "changing");
        return default;
    }

    /// <summary>Takes a connection out: it drains, and what waits for it goes elsewhere.</summary>
    public ControlResult Remove(string name)
    {
        Lane lane;
        lock (_control)
        {
            if (Find(name) is not { } found) return new(ControlOutcome.NotFound);
            lane = found;
            if (lane.IsBusy) return Refuse(lane, "try again when that is done");
            Topology old = _topology;
            if (Plan.Default.Count == 1 && Plan.Default[0] == name)
                return Refuse(lane, "it is the only one in the default route: without it every message would fail");
            if (Plan.WhoNames(name) is { } who) return Refuse(lane, $"{who} of the routing names it: take it out there first");
            Take(TopologyOf([.. old.Lanes.Where(other => other != lane)], Without(Plan, name)));
            _besides.Add(lane);
            lane.Turn(LaneState.Draining);
            Begin(lane, () => RetireAsync(lane));
        }

        Reroute(lane);
        return Changed(lane, "removed");
    }

    /// <summary>Takes another plan from now on; what waits is routed anew. It is refused when it cannot be decided by.</summary>
    public ControlResult TakePlan(RoutingPlan plan)
    {
        while (true)
        {
            // Looked at before the lock: nobody who only wants to pause a connection waits for it.
            Lane[] lanes = _topology.Lanes;
            PlanFinding? fault = PlanCheck.FindError(plan, [.. lanes.Select(static lane => RouteConnection.Of(lane.Options))], _sources);
            if (fault is not null) return new(ControlOutcome.Refused, fault.ToString());
            lock (_control)
            {
                if (_ending.IsCancellationRequested) return new(ControlOutcome.Refused, "the gateway is stopping");
                if (_topology.Lanes != lanes) continue;
                Take(TopologyOf(lanes, plan));
            }

            break;
        }

        Log.PlanTaken(_logger, plan.Revision, plan.Rules.Count);
        RouteAnew();
        return default;
    }

    /// <summary>Takes other prices from now on.</summary>
    public void TakeRates(IRateBook rates)
    {
        lock (_control)
        {
            _sources = _sources with { Rates = rates };
            // The rules stay what they are, and what was counted of their patterns goes on.
            _topology = _topology with { Router = new Router(_topology.Router.Snapshot.With(_sources)) };
        }

        RouteAnew();
    }

    // Under _control.
    private void Take(Topology next)
    {
        _earlierTimeouts += _topology.Router.Snapshot.BodyTimeouts;
        _topology = next;
    }

    private void RouteAnew()
    {
        foreach (Lane lane in _topology.Lanes) Reroute(lane);
    }

    private static RoutingPlan Without(RoutingPlan plan, string name) =>
        plan with { Revision = plan.Revision + 1, Default = [.. plan.Default.Where(other => other != name)] };

    private static RoutingPlan Placed(RoutingPlan plan, ConnectionOptions options, int place)
    {
        if (options.Smpp.Bind == SmppBindType.Receiver || options.Capabilities.IsTest) return plan;
        List<string> names = [.. Without(plan, options.Name).Default];
        names.Insert(Math.Min(place - 1, names.Count), options.Name);
        return plan with { Revision = plan.Revision + 1, Default = names };
    }

    private static ControlResult? CheckPlace(ConnectionOptions options, int? place) =>
        place is not null && options.Smpp.Bind == SmppBindType.Receiver
            ? new(ControlOutcome.Refused, "a receiver cannot send and so has no place in the default route")
            : place is not null && options.Capabilities.IsTest
            ? new(ControlOutcome.Refused, "a test connection takes copies alone and so has no place in the default route")
            : null;

    private static ControlResult Refuse(Lane lane, string why) =>
        new(ControlOutcome.Refused, $"connection '{lane.Name}' {Describe(lane)}; {why}");

    private static string Describe(Lane lane) => (lane.State, lane.IsBusy) switch
    {
        (LaneState.Draining, _) => "is draining",
        (_, true) => "is being changed, stopped or restarted",
        (LaneState.Paused, _) => "is paused",
        (LaneState.Stopped, _) => "is stopped",
        _ => "is running",
    };

    internal Lane? Find(string name) => Array.Find(_topology.Lanes, lane => lane.Name == name);

    private async Task ReplaceAsync(Lane old, Lane lane, int? place)
    {
        if (lane.State is LaneState.Running or LaneState.Paused)
        {
            lane.Start();
            await lane.UntilUpAsync(BindsMayTake, _ending.Token).ConfigureAwait(false);
        }

        lock (_control)
        {
            if (_ending.IsCancellationRequested) return;
            Topology before = _topology;
            RoutingPlan plan = place is { } to ? Placed(Plan, lane.Options, to) : Plan;
            Take(TopologyOf([.. before.Lanes.Select(other => other == old ? lane : other)], plan));
            _besides.Remove(lane);
            _besides.Add(old);
            old.Turn(LaneState.Draining);
            lane.IsBusy = false;
        }

        Reroute(old);
        Changed(lane, "changed");
        await RetireAsync(old).ConfigureAwait(false);
    }

    private async Task RetireAsync(Lane lane)
    {
        await lane.DrainAsync(_ending.Token).ConfigureAwait(false);
        lock (_control)
        {
            if (_ending.IsCancellationRequested) return;
            _besides.Remove(lane);
        }

        await lane.DisposeAsync().ConfigureAwait(false);
    }

    private ControlResult Changed(Lane lane, string how)
    {
        Log.Changed(_logger, lane.Name, how);
        LaneChanged(lane);
        return default;
    }

    // Under _control.
    private void Begin(Lane lane, Func<Task> change)
    {
        lane.IsBusy = true;
        _changes.RemoveAll(static task => task.IsCompleted);
        _changes.Add(Task.Run(async () =>
        {
            try
            {
                await change().ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // The gateway stops: its own end takes care of every connection.
            }
            catch (Exception e)
            {
                Log.ChangeFailed(_logger, e, lane.Name);
            }

            lock (_control)
            {
                lane.IsBusy = lane.IsRestarting = false;
            }

            LaneChanged(lane);
        }));
    }

    private async Task EndChangesAsync()
    {
        Task[] changes;
        lock (_control)
        {
            if (!_ending.IsCancellationRequested) _ending.Cancel();
            changes = [.. _changes];
            _changes.Clear();
        }

        await Task.WhenAll(changes).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static partial class Log
    {
        [LoggerMessage(2041, LogLevel.Information, "Connection {Connection} by the operator: {How}")]
        public static partial void Changed(ILogger logger, string connection, string how);

        [LoggerMessage(2043, LogLevel.Information, "Routing by revision {Revision} of the plan, with {Rules} rules")]
        public static partial void PlanTaken(ILogger logger, long revision, int rules);

        [LoggerMessage(2042, LogLevel.Error, "A change of connection {Connection} failed")]
        public static partial void ChangeFailed(ILogger logger, Exception exception, string connection);
    }
}
