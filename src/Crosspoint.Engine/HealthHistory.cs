using Crosspoint.Engine.Health;
using Crosspoint.Engine.Health.History;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Engine;

/// <summary>
/// The long view of health: takes the minutes that are over from the table of health, once a minute, and keeps them in its store. While that cannot be
/// written, they wait in memory up to a bound.
/// </summary>
public sealed partial class HealthHistory : IAsyncDisposable
{
    /// <summary>Rows that wait at most: at 1,000 busy cells two hours and a half.</summary>
    public const int MostWaiting = 300_000;

    private const int MostWritten = 20_000;
    private const int MostParts = 500;
    private const long HourMicros = 60 * CellIntervals.MinuteStep;
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);

    private readonly HealthTable _table;
    private readonly IHistoryStore _store;
    private readonly HistoryOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly int _mostWaiting;

    // Guards what waits, and what was taken: a reading sees each row in the store, in what waits, or in the table.
    private readonly SemaphoreSlim _alone = new(1);
    private readonly Dictionary<(HistoryCell Cell, long Minute), Waiting> _waiting = [];
    private readonly HistoryMerger _merger = new();
    private ITimer? _timer;
    private long _takenTo;
    private long _lost;
    private int _isTurning;
    private bool _wasUnwritten;
    private bool _wasFailed;
    private bool _isDamageSaid;
    private bool _isStopped;

    public HealthHistory(
        HealthTable table, IHistoryStore store, HistoryOptions options, TimeProvider time, ILogger<HealthHistory> logger, int mostWaiting = MostWaiting)
    {
        (_table, _store, _options, _time, _logger, _mostWaiting) = (table, store, options, time, logger, mostWaiting);
        _takenTo = (table.Clock.Now / CellIntervals.MinuteStep) - 1;
    }

    /// <summary>What the timer began last.</summary>
    internal Task Turned { get; private set; } = Task.CompletedTask;

    /// <summary>Begins to take and to write; nothing where that is switched off.</summary>
    public void Start()
    {
        if (_options.IsEnabled) _timer = _time.CreateTimer(static self => ((HealthHistory)self!).Look(), this, LookEvery, LookEvery);
    }

    /// <summary>Takes what is over, writes it, puts hours together, and deletes what is too old.</summary>
    public Task TurnAsync() => TurnAsync(isLast: false);

    /// <summary>Takes the minute under way too, and writes all.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_timer is not null) await _timer.DisposeAsync().ConfigureAwait(false);
        if (_options.IsEnabled) await TurnAsync(isLast: true).ConfigureAwait(false);
    }

    // A turn that takes longer than a minute is not overtaken by the next.
    private void Look()
    {
        if (_table.Clock.Now / CellIntervals.MinuteStep <= Volatile.Read(ref _takenTo) + 1) return;
        if (Interlocked.Exchange(ref _isTurning, 1) == 1) return;
        Turned = Task.Run(async () =>
        {
            try
            {
                await TurnAsync().ConfigureAwait(false);
            }
            finally
            {
                Volatile.Write(ref _isTurning, 0);
            }
        });
    }

    private async Task TurnAsync(bool isLast)
    {
        await _alone.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            if (_isStopped) return;
            Take(isLast);
            await WriteAsync().ConfigureAwait(false);

            // A stop does not wait for what the next process can do.
            if (!isLast) await TidyAsync().ConfigureAwait(false);
            if (_store.Damaged > 0) SayDamaged();
            _wasFailed = false;
        }
#pragma warning disable CA1031 // Whatever the store throws: what waits must be tried again.
        catch (Exception error)
#pragma warning restore CA1031
        {
            if (!_wasFailed) Log.NotKept(_logger, error);
            _wasFailed = true;
            Forget();
        }
        finally
        {
            _isStopped |= isLast;
            _alone.Release();
        }
    }

    private void SayDamaged()
    {
        if (!_isDamageSaid) Log.Damaged(_logger);
        _isDamageSaid = true;
    }

    private void Take(bool isLast)
    {
        long now = _table.Clock.Now;
        long missed = (now / CellIntervals.MinuteStep) - _takenTo - 1 - CellIntervals.MinuteSteps;
        if (missed > 0) Log.Missed(_logger, missed);
        _table.TakeMinutes(new() { After = _takenTo, Now = now, IsLast = isLast }, Take);
        Volatile.Write(ref _takenTo, (now / CellIntervals.MinuteStep) - 1);
    }

    private void Take(HealthCell cell, MinuteTake taken)
    {
        var of = new HistoryCell(cell.Connection, cell.Country, cell.Network, cell.Class!.Value);
        foreach ((long minute, byte[] body) in taken.Minutes)
        {
            Waiting row = RowOf(of, minute);
            row.Body = row.Body.Length == 0 ? body : _merger.Merge(row.Body, body);
        }

        foreach ((long minute, SentSteps.Counts counts) in taken.Sent) RowOf(of, minute).Add(counts);
    }

    private Waiting RowOf(HistoryCell cell, long minute)
    {
        (HistoryCell Cell, long Minute) key = (cell, WallMinuteOf(minute));
        if (!_waiting.TryGetValue(key, out Waiting? row)) _waiting[key] = row = new();
        return row;
    }

    // Of a steady minute the nearest one, so that a clock that is slewed by less neither doubles nor leaves out any.
    private long WallMinuteOf(long minute)
    {
        if (minute < 0) return -minute;
        long begin = minute * CellIntervals.MinuteStep;
        return (_table.Clock.ToWall(begin) + (CellIntervals.MinuteStep / 2)) / CellIntervals.MinuteStep;
    }

    private async Task WriteAsync()
    {
        (HistoryCell Cell, long Minute)[] keys = [.. _waiting.Keys.OrderBy(static key => key.Minute)];
        foreach ((HistoryCell Cell, long Minute)[] some in keys.Chunk(MostWritten))
        {
            HealthWrite written = await _store.AddMinutesAsync([.. some.Select(key => _waiting[key].Read(key.Cell, key.Minute))], CancellationToken.None)
                .ConfigureAwait(false);
            if (!written.IsDone)
            {
                if (!_wasUnwritten) Log.NotWritten(_logger, written.Detail);
                _wasUnwritten = true;
                Forget();
                return;
            }

            foreach ((HistoryCell, long) key in some) _waiting.Remove(key);
        }

        if (keys.Length > 0 && _wasUnwritten) Log.WrittenAgain(_logger, _lost);
        if (keys.Length > 0) (_wasUnwritten, _lost) = (false, 0);
    }

    // The oldest minutes go first.
    private void Forget()
    {
        if (_waiting.Count <= _mostWaiting) return;
        int many = _waiting.Count - _mostWaiting;
        foreach ((HistoryCell, long) key in _waiting.Keys.OrderBy(static key => key.Minute).Take(many).ToList()) _waiting.Remove(key);
        _lost += many;
    }

    private async Task TidyAsync()
    {
        long now = _time.GetUtcMicros();
        for (int parts = 0; parts < MostParts; parts++)
        {
            (HealthWrite rolled, bool isMore) = await _store.RollUpAsync(now, CancellationToken.None).ConfigureAwait(false);
            if (!rolled.IsDone) return;
            if (!isMore) break;
        }

        // What cannot be deleted now is with the next minute.
        await _store.PruneHistoryAsync(now - Micros.From(_options.Minutes), now - Micros.From(_options.Hours), CancellationToken.None).ConfigureAwait(false);
    }

    private sealed class Waiting
    {
        private long _sent;
        private long _delivered;
        private long _undelivered;

        public byte[] Body { get; set; } = [];

        public void Add(in SentSteps.Counts counts)
        {
            _sent += counts.Sent;
            _delivered += counts.Delivered;
            _undelivered += counts.Failed;
        }

        public HistoryRow Read(in HistoryCell cell, long minute) => new(cell, minute * CellIntervals.MinuteStep, _sent, _delivered, _undelivered, Body);
    }

    private static partial class Log
    {
        [LoggerMessage(4510, LogLevel.Error, "The long view of health cannot be written, and waits in memory until it can: {Why}")]
        public static partial void NotWritten(ILogger logger, string why);

        [LoggerMessage(4511, LogLevel.Warning, "The long view of health is written again; {Lost} rows of a minute were lost, as more waited than may")]
        public static partial void WrittenAgain(ILogger logger, long lost);

        [LoggerMessage(4513, LogLevel.Warning, "The long view of health lacks {Minutes} minutes: the process, or its disk, stood still for too long")]
        public static partial void Missed(ILogger logger, long minutes);

        [LoggerMessage(4765, LogLevel.Error, "The long view of health has a row that cannot be read; of such rows the messages alone count, which is said once")]
        public static partial void Damaged(ILogger logger);

        [LoggerMessage(4512, LogLevel.Error, "The long view of health cannot be kept, and is tried again every minute")]
        public static partial void NotKept(ILogger logger, Exception error);
    }
}
