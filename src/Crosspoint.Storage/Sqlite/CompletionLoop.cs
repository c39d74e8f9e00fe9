using Crosspoint.Engine.Stores;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Storage.Sqlite;

/// <summary>
/// Tells transitions what became of them, in order, one thread-pool work item at a time, so that the sequencer is
/// already at the next group.
/// </summary>
internal sealed partial class CompletionLoop(ILogger logger) : IThreadPoolWorkItem
{
    private readonly Lock _gate = new();
    private List<Outcome> _waiting = new(1024);
    private List<Outcome> _running = new(1024);
    private bool _isRunning;
    private TaskCompletionSource? _drained;

    /// <summary>Takes over what the list holds and clears it.</summary>
    public void Post(List<Outcome> outcomes)
    {
        if (outcomes.Count == 0) return;
        lock (_gate)
        {
            _waiting.AddRange(outcomes);
            outcomes.Clear();
            if (_isRunning) return;
            _isRunning = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    public void Post(Outcome outcome)
    {
        lock (_gate)
        {
            _waiting.Add(outcome);
            if (_isRunning) return;
            _isRunning = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Completes when everything posted so far has been told.</summary>
    public Task DrainAsync()
    {
        lock (_gate)
        {
            if (!_isRunning) return Task.CompletedTask;
            _drained ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            return _drained.Task;
        }
    }

    public void Execute()
    {
        while (true)
        {
            lock (_gate)
            {
                if (_waiting.Count == 0)
                {
                    _isRunning = false;
                    _drained?.TrySetResult();
                    _drained = null;
                    return;
                }

                (_waiting, _running) = (_running, _waiting);
            }

            foreach (Outcome outcome in _running) Tell(outcome);
            _running.Clear();
        }
    }

    private void Tell(Outcome outcome)
    {
        try
        {
            if (outcome.Failure is { } failure) outcome.Transition.Failed(failure);
            else outcome.Transition.Committed();
        }
        catch (Exception exception)
        {
            Log.TellingFailed(logger, outcome.Transition.GetType().Name, exception);
        }
    }

    /// <param name="Failure">Null when it was committed.</param>
    internal readonly record struct Outcome(Transition Transition, StoreFailure? Failure);

    private static partial class Log
    {
        [LoggerMessage(3010, LogLevel.Error, "{Transition} threw after its commit or its failure; the journal is not affected")]
        public static partial void TellingFailed(ILogger logger, string transition, Exception exception);
    }
}
