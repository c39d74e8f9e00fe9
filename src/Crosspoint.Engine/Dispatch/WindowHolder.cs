using Crosspoint.Engine.Stores;

namespace Crosspoint.Engine.Dispatch;

/// <summary>
/// Has messages scheduled whose send windows are closed, a few hundred in one commit and one commit after the other: when a window closes, or at a start in
/// closed hours, a whole backlog comes at once. Only keys are in memory, and what is left of them is found in the journal at the next start.
/// </summary>
internal sealed class WindowHolder(Dispatcher dispatcher, IJournal journal, TimeProvider time) : IAsyncDisposable
{
    /// <summary>Messages that are scheduled in one transition.</summary>
    public const int StepSize = 500;


    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly KeyList _keys = new();
    private Task _run = Task.CompletedTask;
    private bool _isRunning;
    private bool _isStopped;

    /// <summary>A message that nobody holds any more.</summary>
    public void Add(long key)
    {
        lock (_gate)
        {
            if (_isStopped) return;
            _keys.Add(key);
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
        while (Next() is { } step)
        {
            await journal.WaitForRoomAsync(time, _stop.Token).ConfigureAwait(false);
            var hold = new HoldForWindow(dispatcher, step);
            journal.Enqueue(hold);
            await hold.Done.WaitAsync(_stop.Token).ConfigureAwait(false);
        }
    }

    private List<long>? Next()
    {
        lock (_gate)
        {
            _isRunning = !_isStopped && _keys.Count > 0;
            if (!_isRunning) return null;
            var step = new List<long>(Math.Min(StepSize, _keys.Count));
            while (step.Count < StepSize && _keys.Count > 0) step.Add(_keys.Take());
            return step;
        }
    }
}
