using System.Runtime.CompilerServices;

namespace Crosspoint.Engine.Health;

/// <summary>
/// What became of messages, by the time at which they were sent: 5 s, a minute, 5 minutes a step, the running step and as many before it as the widest interval
/// takes. Not thread-safe.
/// </summary>
internal struct SentSteps
{
    private const int Short = CellIntervals.ShortSteps + 1;
    private const int Minutes = CellIntervals.MinuteSteps + 1;
    private const int Long = CellIntervals.LongSteps + 1;

    private Counts[]? _steps;
    private long _now;

    /// <summary>Clears the steps that begin.</summary>
    public void Advance(long step)
    {
        long before = _now;
        _now = step;
        if (_steps is null || before == 0) return;
        Clear(_steps.AsSpan(0, Short), before, step);
        Clear(_steps.AsSpan(Short, Minutes), before / CellIntervals.ShortPerMinute, step / CellIntervals.ShortPerMinute);
        Clear(_steps.AsSpan(Short + Minutes, Long), before / CellIntervals.ShortPerLong, step / CellIntervals.ShortPerLong);
    }

    /// <param name="sentAt">Steady microseconds.</param>
    public void Add(long sentAt, int sent, int delivered, int failed)
    {
        _steps ??= new Counts[Short + Minutes + Long];
        long step = Math.Min(sentAt / CellIntervals.ShortStep, _now);
        Add(_steps.AsSpan(0, Short), step, _now, sent, delivered, failed);
        Add(
            _steps.AsSpan(Short, Minutes), step / CellIntervals.ShortPerMinute, _now / CellIntervals.ShortPerMinute, sent, delivered, failed);
        Add(
            _steps.AsSpan(Short + Minutes, Long), step / CellIntervals.ShortPerLong, _now / CellIntervals.ShortPerLong, sent, delivered, failed);
    }

    /// <summary>
    /// Adds what became of the messages that were sent in an interval. The running minute is looked at by its short steps, and the running five minutes by
    /// their minutes, since there the share of receipts that have come changes fast.
    /// </summary>
    public readonly void AddTo(IntervalSum sum, HealthInterval interval, long now, ReceiptCurve curve)
    {
        if (_steps is null) return;
        long minute = _now / CellIntervals.ShortPerMinute;
        long wide = _now / CellIntervals.ShortPerLong;
        if (interval == HealthInterval.OneMinute)
        {
            Sum(0, Short, _now - CellIntervals.ShortSteps, _now, CellIntervals.ShortStep, sum, now, curve);
            return;
        }

        Sum(0, Short, minute * CellIntervals.ShortPerMinute, _now, CellIntervals.ShortStep, sum, now, curve);
        long firstMinute = interval switch
        {
            HealthInterval.FiveMinutes => minute - CellIntervals.MinutesOfFive,
            HealthInterval.FifteenMinutes => minute - CellIntervals.MinuteSteps,
            _ => wide * CellIntervals.MinutesPerLong,
        };
        Sum(Short, Minutes, firstMinute, minute - 1, CellIntervals.MinuteStep, sum, now, curve);
        if (interval == HealthInterval.SixtyMinutes)
            Sum(Short + Minutes, Long, wide - CellIntervals.LongSteps, wide - 1, CellIntervals.LongStep, sum, now, curve);
    }

    private readonly void Sum(int place, int count, long first, long last, long length, IntervalSum sum, long now, ReceiptCurve curve)
    {
        for (long step = Math.Max(0, first); step <= last; step++)
        {
            ref readonly Counts counts = ref _steps![place + (step % count)];
            if ((counts.Sent | counts.Delivered | counts.Failed) == 0) continue;
            long age = now - (step * length);
            long open = Math.Max(0, (long)counts.Sent - counts.Delivered - counts.Failed);
            double arrived = open == 0 ? 0 : curve.ArrivedBetween(Math.Max(0, age - length), age);
            sum.AddResolved(counts.Delivered, counts.Failed, open, open * arrived);
        }
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(Span<Counts> steps, long step, long now, int sent, int delivered, int failed)
    {
        if (now - step >= steps.Length) return;
        ref Counts counts = ref steps[(int)(step % steps.Length)];
        counts.Sent += sent;
        counts.Delivered += delivered;
        counts.Failed += failed;
    }

    private struct Counts
    {
        public int Sent;
        public int Delivered;
        public int Failed;
    }
}
