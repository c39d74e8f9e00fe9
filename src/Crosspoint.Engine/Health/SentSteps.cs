using Crosspoint.Engine.Health.History;

namespace Crosspoint.Engine.Health;

/// <summary>
/// What became of messages, by the time at which they were sent: 5 s, a minute, 5 minutes a step, the running step and as many before it as the widest interval
/// takes. Not thread-safe.
/// </summary>
internal struct SentSteps
{
    private const int Short = CellIntervals.ShortSteps + 1;
    public const int Minutes = CellIntervals.MinuteSteps + 1;
    private const int Long = CellIntervals.LongSteps + 1;

    private Counts[]? _steps;
    private SentHistory? _history;
    private long _now;

    /// <summary>What becomes of messages is kept by the minute until <see cref="Take"/> takes it, however old they are.</summary>
    public void KeepHistory() => _history = new();

    /// <summary>Clears the steps that begin.</summary>
    public void Advance(long step)
    {
        long before = _now;
        _now = step;
        if (_steps is null || before == 0) return;
        (long minuteBefore, long minute) = (before / CellIntervals.ShortPerMinute, step / CellIntervals.ShortPerMinute);
        for (long old = Math.Max(0, minuteBefore - Minutes + 1); _history is not null && old <= Math.Min(minuteBefore, minute - Minutes); old++)
            _history.Leave(old, MinuteAt(old));
        Clear(_steps.AsSpan(0, Short), before, step);
        Clear(_steps.AsSpan(Short, Minutes), minuteBefore, minute);
        Clear(_steps.AsSpan(Short + Minutes, Long), before / CellIntervals.ShortPerLong, step / CellIntervals.ShortPerLong);
    }

    /// <param name="sentAt">Steady microseconds.</param>
    public void Add(long sentAt, int sent, int delivered, int failed)
    {
        Counts[] steps = _steps ??= new Counts[Short + Minutes + Long];
        long step = Math.Min(sentAt / CellIntervals.ShortStep, _now);
        if (_now - step < Short) steps[step % Short].Add(sent, delivered, failed);
        long minute = step / CellIntervals.ShortPerMinute;
        if ((_now / CellIntervals.ShortPerMinute) - minute < Minutes) steps[Short + (minute % Minutes)].Add(sent, delivered, failed);
        else _history?.AddLate(minute, sent, delivered, failed);
        long wide = step / CellIntervals.ShortPerLong;
        if ((_now / CellIntervals.ShortPerLong) - wide < Long) steps[Short + Minutes + (wide % Long)].Add(sent, delivered, failed);
    }

    /// <summary>The same of a message that was sent before anything was counted.</summary>
    /// <param name="wall">Wall microseconds.</param>
    public readonly void AddBefore(long wall, int sent, int delivered, int failed) =>
        _history?.AddLate(SentHistory.OfWall(wall), sent, delivered, failed);

    /// <summary>Tells what became of messages by the minute in which they were sent, as far as it was not told yet.</summary>
    public readonly void Take(MinuteTake take)
    {
        if (_history is null) return;
        long now = _now / CellIntervals.ShortPerMinute;
        for (long minute = Math.Max(0, now - Minutes + 1); _steps is not null && minute <= now; minute++)
        {
            if (take.IsDue(minute, now - minute)) _history.Take(take, minute, MinuteAt(minute));
        }

        _history.TakeLate(take);
    }

    /// <summary>
    /// Adds what became of the messages that were sent in an interval: the last minute by its short steps, what is before by minutes, and the rest by the long
    /// steps, since the younger messages are, the faster changes the share of receipts that have come.
    /// </summary>
    public readonly void AddTo(IntervalSum sum, HealthInterval interval, long now, ReceiptCurve curve)
    {
        if (_steps is null) return;
        long minute = _now / CellIntervals.ShortPerMinute;
        long firstLong = Math.Max(0, (_now / CellIntervals.ShortPerLong) - CellIntervals.LongSteps);
        long firstMinute = interval switch
        {
            HealthInterval.OneMinute => minute + 1,
            HealthInterval.FiveMinutes => Math.Max(0, minute - CellIntervals.MinutesOfFive),
            HealthInterval.FifteenMinutes => Math.Max(0, minute - CellIntervals.MinuteSteps),
            _ => Math.Max(minute - CellIntervals.MinuteSteps, firstLong * CellIntervals.MinutesPerLong),
        };
        long firstShort = Math.Max(0, _now - CellIntervals.ShortSteps);
        if (interval != HealthInterval.OneMinute) firstShort = Math.Max(firstShort, firstMinute * CellIntervals.ShortPerMinute);
        for (long step = firstShort; step <= _now; step++)
            Add(sum, ShortAt(step), step * CellIntervals.ShortStep, (step + 1) * CellIntervals.ShortStep, now, curve);

        // Of a wide step, what the narrower ones did not tell already.
        for (long step = firstMinute; step <= (firstShort - 1) / CellIntervals.ShortPerMinute; step++)
        {
            Counts counts = MinuteAt(step);
            long end = (step + 1) * CellIntervals.ShortPerMinute;
            for (long told = Math.Max(firstShort, step * CellIntervals.ShortPerMinute); told < end; told++) counts.Subtract(ShortAt(told));
            Add(sum, counts, step * CellIntervals.MinuteStep, Math.Min(end, firstShort) * CellIntervals.ShortStep, now, curve);
        }

        if (interval != HealthInterval.SixtyMinutes) return;
        for (long step = firstLong; step <= (firstMinute - 1) / CellIntervals.MinutesPerLong; step++)
        {
            Counts counts = LongAt(step);
            long end = (step + 1) * CellIntervals.MinutesPerLong;
            for (long told = Math.Max(firstMinute, step * CellIntervals.MinutesPerLong); told < end; told++) counts.Subtract(MinuteAt(told));
            Add(sum, counts, step * CellIntervals.LongStep, Math.Min(end, firstMinute) * CellIntervals.MinuteStep, now, curve);
        }
    }

    private readonly ref readonly Counts ShortAt(long step) => ref _steps![step % Short];

    private readonly ref readonly Counts MinuteAt(long step) => ref _steps![Short + (step % Minutes)];

    private readonly ref readonly Counts LongAt(long step) => ref _steps![Short + Minutes + (step % Long)];

    private static void Add(IntervalSum sum, in Counts counts, long begin, long end, long now, ReceiptCurve curve)
    {
        if (counts.IsEmpty) return;
        long open = Math.Max(0, (long)counts.Sent - counts.Delivered - counts.Failed);
        double arrived = open == 0 ? 0 : curve.ArrivedBetween(Math.Max(0, now - end), now - begin);
        sum.AddResolved(counts.Delivered, counts.Failed, open, open * arrived);
    }

    private static void Clear(Span<Counts> steps, long before, long now)
    {
        if (now - before >= steps.Length)
        {
            steps.Clear();
            return;
        }

        for (long step = before + 1; step <= now; step++) steps[(int)(step % steps.Length)] = default;
    }

    internal struct Counts
    {
        public int Sent;
        public int Delivered;
        public int Failed;

        public void Add(int sent, int delivered, int failed)
        {
            Sent += sent;
            Delivered += delivered;
            Failed += failed;
        }

        public readonly bool IsEmpty => (Sent | Delivered | Failed) == 0;

        public void Subtract(in Counts other)
        {
            Sent -= other.Sent;
            Delivered -= other.Delivered;
            Failed -= other.Failed;
        }
    }
}
