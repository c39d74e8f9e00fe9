using System.Buffers;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Server.Api.V1;

/// <summary>What an overview says at one moment, as JSON.</summary>
/// <param name="Number">Larger than that of every reading before it.</param>
internal sealed record OverviewReading(long Number, long At, byte[] Json);

/// <summary>
/// Makes the overview once a second for all who watch, and not at all while nobody does. Who is slow misses readings; nothing waits for them. Where a reading
/// takes long, the next comes later, so that all pages together cost about a hundredth of one processor.
/// </summary>
internal sealed partial class OverviewFeed : IDisposable
{
    // A reading is made for at most this share of the time.
    private const int ShareOfTime = 100;
    private const int MostSkipped = 9;

    /// <summary>How often it is made.</summary>
    public static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    private readonly ApiBackend _backend;
    private readonly ILogger _logger;
    private readonly OverviewJson _json;
    private readonly Lock _gate = new();
    private readonly ITimer _timer;
    private TaskCompletionSource _next = NewSource();
    private OverviewReading? _newest;
    private int _watchers;
    private int _skip;
    private bool _wasFailed;

    public OverviewFeed(ApiBackend backend, ILogger<OverviewFeed> logger)
    {
        (_backend, _logger, _json) = (backend, logger, new(backend));
        _timer = backend.Time.CreateTimer(static self => ((OverviewFeed)self!).Turn(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How many watch.</summary>
    public int Watchers => Volatile.Read(ref _watchers);

    /// <summary>Begins to watch, unless too many do.</summary>
    public bool TryWatch(int most)
    {
        lock (_gate)
        {
            if (_watchers >= most) return false;
            if (_watchers++ == 0) _timer.Change(Every, Every);
            return true;
        }
    }

    public void Leave()
    {
        lock (_gate)
        {
            if (--_watchers == 0) _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>The newest reading, made now if it is older than a second.</summary>
    public OverviewReading Read()
    {
        lock (_gate)
        {
            long now = _backend.Time.GetTimestamp();
            if (_newest is { } newest && _backend.Time.GetElapsedTime(newest.At, now) < Every) return newest;
            return Make();
        }
    }

    /// <summary>Completes at the next turn, whether or not there is a new reading then.</summary>
    public Task NextAsync()
    {
        lock (_gate) return _next.Task;
    }

    /// <summary>The last that was made; null before the first.</summary>
    public OverviewReading? Newest => Volatile.Read(ref _newest);

    public void Dispose() => _timer.Dispose();

    private void Turn()
    {
        TaskCompletionSource told;
        lock (_gate)
        {
            if (_watchers == 0) return;
            try
            {
                if (_skip > 0) _skip--;
                else Make();
                _wasFailed = false;
            }
#pragma warning disable CA1031 // Whatever is read throws: it is tried again with the next turn.
            catch (Exception error)
#pragma warning restore CA1031
            {
                if (!_wasFailed) Log.NotMade(_logger, error);
                _wasFailed = true;
            }

            (told, _next) = (_next, NewSource());
        }

        told.SetResult();
    }

    private OverviewReading Make()
    {
        long begun = _backend.Time.GetTimestamp();
        var buffer = new ArrayBufferWriter<byte>(16 * 1024);
        _json.Write(buffer);
        var reading = new OverviewReading((_newest?.Number ?? 0) + 1, begun, buffer.WrittenSpan.ToArray());
        TimeSpan took = _backend.Time.GetElapsedTime(begun);
        _skip = Math.Clamp((int)(took * ShareOfTime / Every), 0, MostSkipped);
        Volatile.Write(ref _newest, reading);
        return reading;
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static partial class Log
    {
        [LoggerMessage(4750, LogLevel.Warning, "The overview cannot be made; it is tried again every second")]
        public static partial void NotMade(ILogger logger, Exception error);
    }
}
