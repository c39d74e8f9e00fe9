using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Engine.Dispatch;

/// <summary>
/// Reads back what flows have on disk, a page of keys at a time: few reads at once, so that those of the API find their turn, and one-time
/// codes with a place of their own.
/// </summary>
/// <param name="route">Where messages go that were held aside.</param>
internal sealed partial class ReadBack(
    IJournal journal, DispatchRoom room, Action<OutboundWork> route, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    /// <summary>Messages in a page.</summary>
    public const int PageSize = 2_000;

    private const int MostReads = 2;
    private static readonly TimeSpan RetryWait = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _places = new(MostReads);
    private readonly SemaphoreSlim _urgentPlaces = new(1);
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private int _running;
    private TaskCompletionSource? _ended;

    /// <summary>Reads keys that were taken out of a flow, and hands its lane what still waits. Returns at once.</summary>
    public void Begin(Lane lane, Flow flow, List<long> keys)
    {
        if (TryBegin()) _ = Task.Run(() => RunAsync(lane, flow, keys));
    }

    /// <summary>Reads messages that were held aside, page by page, and routes those that still wait. Returns at once.</summary>
    /// <param name="ended">Told when all are routed.</param>
    public void Release(KeyList keys, Action ended)
    {
        if (TryBegin()) _ = Task.Run(() => RunAsync(keys, ended));
    }

    public async ValueTask DisposeAsync()
    {
        Task ended;
        lock (_gate)
        {
            if (_ended is not null) return;
            _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_running == 0) _ended.SetResult();
            ended = _ended.Task;
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        await ended.ConfigureAwait(false);
        _stop.Dispose();
        _places.Dispose();
        _urgentPlaces.Dispose();
    }

    private async Task RunAsync(Lane lane, Flow flow, List<long> keys)
    {
        try
        {
            lane.TakeIn(flow, await ReadAsync(flow.Class == TrafficClass.Otp ? _urgentPlaces : _places, keys).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            // Stopping: what was left on disk is found there at the next start.
        }
        catch (Exception e)
        {
            Log.ReadFailed(logger, e);
            await Task.Delay(RetryWait, time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            lane.PutBack(flow, keys);
        }

        End();
    }

    private async Task RunAsync(KeyList keys, Action ended)
    {
        var page = new List<long>(Math.Min(PageSize, keys.Count));
        try
        {
            while (keys.Count > 0 || page.Count > 0)
            {
                while (keys.Count > 0 && page.Count < PageSize) page.Add(keys.Take());
                try
                {
                    foreach (OutboundWork work in await ReadAsync(_places, page).ConfigureAwait(false)) route(work);
                    page.Clear();
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    Log.ReadFailed(logger, e);
                    await Task.Delay(RetryWait, time, _stop.Token).ConfigureAwait(false);
                }
            }

            ended();
        }
        catch (OperationCanceledException)
        {
            // Stopping: what was held is found in the journal at the next start.
        }

        End();
    }

    private bool TryBegin()
    {
        lock (_gate)
        {
            // What was taken out is found in the journal at the next start.
            if (_ended is not null) return false;
            _running++;
            return true;
        }
    }

    private void End()
    {
        lock (_gate)
        {
            if (--_running == 0) _ended?.SetResult();
        }
    }

    private async Task<List<OutboundWork>> ReadAsync(SemaphoreSlim places, List<long> keys)
    {
        await places.WaitAsync(_stop.Token).ConfigureAwait(false);
        try
        {
            var works = new List<OutboundWork>(keys.Count);
            foreach (Message message in await journal.FindManyAsync(keys, _stop.Token).ConfigureAwait(false))
            {
                // Canceled, expired or deleted while it waited.
                if (message.State is not (MessageState.Accepted or MessageState.Queued)) continue;
                works.Add(OutboundWork.From(message));
                room.Enter();
            }

            return works;
        }
        finally
        {
            places.Release();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2013, LogLevel.Error, "Reading messages back from disk failed; it is tried again in a second")]
        public static partial void ReadFailed(ILogger logger, Exception exception);
    }
}
