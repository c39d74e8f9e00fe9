using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Engine.Dispatch;

/// <summary>
/// Ends what was canceled, a few hundred messages at a time, one step after the other: those that dispatch comes across, and all others by a walk through
/// the open messages, one walk for all cancels that were asked for before it began.
/// </summary>
internal sealed partial class QueueCanceler(
    TrafficControls controls, Dispatcher dispatcher, IJournal journal, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    /// <summary>Messages that end in one transition.</summary>
    public const int StepSize = 500;

    private const int PageSize = 2_000;
    private static readonly TimeSpan RetryWait = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Queue<QueuedCancel> _works = new();
    private Task _run = Task.CompletedTask;
    private bool _isRunning;
    private bool _isWanted;
    private bool _isStopped;

    /// <summary>A message in the hands of dispatch that is to end.</summary>
    public void Add(OutboundWork work, TrafficControl by)
    {
        lock (_gate) _works.Enqueue(new(work.Head.Id.Key, by, work));
        Wake();
    }

    /// <summary>There may be something to end.</summary>
    public void Wake()
    {
        lock (_gate)
        {
            // What is left is found in the journal at the next start.
            if (_isStopped) return;
            _isWanted = true;
            if (_isRunning) return;
            _isRunning = true;
            _run = Task.Run(RunAsync);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task run;
        lock (_gate)
        {
            if (_isStopped) return;
            _isStopped = true;
            run = _run;
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        await run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (true)
        {
            lock (_gate)
            {
                if (_isStopped || !_isWanted)
                {
                    _isRunning = false;
                    return;
                }

                _isWanted = false;
            }

            try
            {
                await EndWorksAsync().ConfigureAwait(false);
                await WalkAsync().ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // Stopping: the marks say where to go on.
            }
            catch (Exception e)
            {
                Log.Failed(logger, e);
                await Task.Delay(RetryWait, time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                lock (_gate) _isWanted = true;
            }
        }
    }

    private async Task EndWorksAsync()
    {
        while (true)
        {
            var step = new List<QueuedCancel>();
            lock (_gate)
            {
                while (step.Count < StepSize && _works.TryDequeue(out QueuedCancel next)) step.Add(next);
            }

            if (step.Count == 0) return;
            await EndAsync(step).ConfigureAwait(false);
        }
    }

    private async Task WalkAsync()
    {
        List<(TrafficControl Control, long UpTo)> goals = [.. controls.All.Select(static control => (control, control.CancelUpTo)).Where(static goal => goal.CancelUpTo != 0)];
        if (goals.Count == 0) return;
        long last = goals.Max(static goal => goal.UpTo);
        long after = 0;
        var step = new List<QueuedCancel>();
        while (after < last)
        {
            IReadOnlyList<Message> page = await journal.ListOpenAsync(after, PageSize, _stop.Token).ConfigureAwait(false);
            foreach (Message message in page)
            {
                after = message.Id.Key;
                if (after > last || !AttemptRules.Waits(message) || controls.CancelerOf(message.Head) is not { } by) continue;
                step.Add(new(after, by, null));
                if (step.Count < StepSize) continue;
                await EndAsync(step).ConfigureAwait(false);
                step.Clear();
            }

            await EndWorksAsync().ConfigureAwait(false);
            if (page.Count < PageSize) break;
        }

        if (step.Count > 0) await EndAsync(step).ConfigureAwait(false);
        foreach ((TrafficControl control, long upTo) in goals) await controls.EndCancelAsync(control, upTo, _stop.Token).ConfigureAwait(false);
    }

    private async Task EndAsync(List<QueuedCancel> step)
    {
        await journal.WaitForRoomAsync(time, _stop.Token).ConfigureAwait(false);
        var end = new CancelQueued(dispatcher, step);
        journal.Enqueue(end);
        if (await end.Done.WaitAsync(_stop.Token).ConfigureAwait(false) is { } failure) throw new IOException($"Canceling was not stored: {failure}.");
    }

    private static partial class Log
    {
        [LoggerMessage(2054, LogLevel.Error, "Canceling what waits failed; it is tried again in a second")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
