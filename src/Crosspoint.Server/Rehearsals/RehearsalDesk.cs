using Crosspoint.Engine;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Routing;
using Crosspoint.Engine.Routing.Rehearsal;
using Crosspoint.Engine.Stores;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Server.Rehearsals;

/// <summary>
/// Runs rehearsals, one at a time, and keeps the last ones. A rehearsal takes one thread at most, reads the journal in short steps, holds its breath
/// while the journal has much to write, and rests as long as it has worked whenever something else waits for a thread.
/// </summary>
internal sealed partial class RehearsalDesk(
    IRoutingControl routing, IMessageReader messages, TimeProvider time, ILogger<RehearsalDesk> logger) : IAsyncDisposable
{
    /// <summary>Longest range of time.</summary>
    public static readonly TimeSpan MostRange = TimeSpan.FromDays(31);

    /// <summary>Simulations that are kept, with the one that runs.</summary>
    public const int MostKept = 10;

    private readonly Lock _gate = new();
    private readonly List<Simulation> _kept = [];
    private Simulation? _running;
    private Task _work = Task.CompletedTask;
    private bool _isDisposed;

    /// <summary>The newest first.</summary>
    public IReadOnlyList<Simulation> List()
    {
        lock (_gate) return [.. Enumerable.Reverse(_kept)];
    }

    public Simulation? Find(string id)
    {
        lock (_gate) return _kept.Find(one => one.Id == id);
    }

    /// <summary>Takes the place of the one that runs; null when it is taken, and by whom.</summary>
    /// <exception cref="ArgumentException">The plan names what is no longer there.</exception>
    public Simulation? TryBegin(RoutingPlan draft, long? revision, (DateTimeOffset From, DateTimeOffset To)? range, out string running)
    {
        lock (_gate)
        {
            running = _running?.Id ?? "";
            if (_running is not null || _isDisposed) return null;
            RoutingSnapshot now = routing.Snapshot;
            var simulation = new Simulation(new(now, draft), new(revision, now.Plan.Revision, draft.Rules.Count), time.GetUtcNow()) { Range = range };
            _running = simulation;
            _kept.Add(simulation);
            if (_kept.Count > MostKept)
            {
                _kept[0].Dispose();
                _kept.RemoveAt(0);
            }

            return simulation;
        }
    }

    /// <summary>Replays the range of a simulation that has begun; returns at once.</summary>
    public void Replay(Simulation simulation)
    {
        lock (_gate) _work = Task.Run(() => ReplayAsync(simulation), CancellationToken.None);
    }

    /// <summary>Ends a simulation that has begun: with its report, or without.</summary>
    public void End(Simulation simulation, SimulationState state, string fault = "")
    {
        RehearsalReport? report = state == SimulationState.Done ? simulation.Rehearsal.Report() : null;
        if (report is not null) simulation.Share = 1;
        lock (_gate)
        {
            simulation.End(state, time.GetUtcNow(), report, fault);
            if (_running == simulation) _running = null;
        }
    }

    /// <summary>Stops the one that runs; forgets one that has ended. False when there is none of that id.</summary>
    public bool TryRemove(string id)
    {
        lock (_gate)
        {
            if (_kept.Find(one => one.Id == id) is not { } simulation) return false;
            if (simulation == _running)
            {
                simulation.Cancel();
                return true;
            }

            _kept.Remove(simulation);
            simulation.Dispose();
            return true;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task work;
        lock (_gate)
        {
            _isDisposed = true;
            _running?.Cancel();
            work = _work;
        }

        await work.ConfigureAwait(false);
    }

    /// <summary>Rests as long as was worked, when something else waits for a thread.</summary>
    public async ValueTask YieldAsync(long workedSince, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (ThreadPool.PendingWorkItemCount == 0) return;
        TimeSpan worked = time.GetElapsedTime(workedSince);
        if (worked >= TimeSpan.FromMilliseconds(1)) await Task.Delay(worked, time, cancellationToken).ConfigureAwait(false);
        else await Task.Yield();
    }

    private async Task ReplayAsync(Simulation simulation)
    {
        try
        {
            (DateTimeOffset from, DateTimeOffset to) = simulation.Range!.Value;
            (long start, long end) = (Micros.From(from), Micros.From(to));
            var page = new List<PastMessage>();
            for (long? after = 0; after is not null;)
            {
                long began = time.GetTimestamp();
                page.Clear();
                after = await messages.ReadPastAsync(start, end, after.Value, page, simulation.Canceled).ConfigureAwait(false);
                foreach (PastMessage past in page) simulation.Rehearsal.Add(past.Head, past.State, past.Taker);
                if (page.Count > 0) simulation.Share = Math.Clamp((page[^1].Head.CreatedAt - start) / (double)(end - start), simulation.Share, 1);
                await YieldAsync(began, simulation.Canceled).ConfigureAwait(false);
            }

            End(simulation, SimulationState.Done);
            Log.Done(logger, simulation.Id, simulation.Rehearsal.Messages, (simulation.EndedAt - simulation.StartedAt)!.Value);
        }
        catch (OperationCanceledException)
        {
            End(simulation, SimulationState.Canceled);
        }
        catch (Exception error)
        {
            // Whatever the store or a pattern threw ends this rehearsal alone.
            Log.Failed(logger, error, simulation.Id);
            End(simulation, SimulationState.Failed, error.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4320, LogLevel.Information, "Simulation {Id} has rehearsed {Messages} messages in {Took}")]
        public static partial void Done(ILogger logger, string id, long messages, TimeSpan took);

        [LoggerMessage(4321, LogLevel.Error, "Simulation {Id} failed")]
        public static partial void Failed(ILogger logger, Exception error, string id);
    }
}
