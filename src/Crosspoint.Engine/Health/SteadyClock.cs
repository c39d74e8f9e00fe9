using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Health;

/// <summary>
/// Time that begins as wall time and goes on with the monotonic clock, in microseconds. Knows how far the wall clock was away from it when, so that
/// what was stamped with wall time is found again after the wall clock was set. Thread-safe; allocates nothing but when the clock is set.
/// </summary>
public sealed class SteadyClock
{
    /// <summary>What <see cref="FromWall(long)"/> says of a time that cannot be told.</summary>
    public const long Unknown = -1;

    // A clock that is slewed runs at most so much faster or slower; what is more in a moment was a step.
    private const long Slack = 200 * Micros.PerMillisecond;
    private const int SlewShare = 1_000;
    private const long FreshLook = 5 * Micros.PerMillisecond;

    // Between the readings of both clocks: with more, the thread was held up, and their difference says nothing.
    private const long MostPause = 20 * Micros.PerMillisecond;
    private const int MostSpans = 16;

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly double _microsPerTick;
    private readonly long _startTimestamp;
    private readonly long _start;
    private readonly List<Span> _spans = [];
    private long _lookedAt;

    public SteadyClock(TimeProvider time)
    {
        _time = time;
        _microsPerTick = (double)Micros.PerSecond / time.TimestampFrequency;
        _startTimestamp = time.GetTimestamp();
        _lookedAt = _start = time.GetUtcMicros();
        _spans.Add(new(_start, long.MaxValue, 0));
    }

    public long Now => _start + (long)((_time.GetTimestamp() - _startTimestamp) * _microsPerTick);

    /// <summary>Looks whether the wall clock was set. To be called now and then; <see cref="FromWall(long)"/> does so too.</summary>
    public void Look()
    {
        lock (_gate) Look(Now);
    }

    /// <summary>See <see cref="Translate"/>.</summary>
    public long FromWall(long wall) => Translate(wall, out _);

    /// <summary>
    /// The steady time of a wall time since the start; <see cref="Unknown"/> of one before the start, in the future, or in an hour that was there twice or
    /// not at all because the clock was set.
    /// </summary>
    /// <param name="now">The steady time of now.</param>
    public long Translate(long wall, out long now)
    {
        lock (_gate)
        {
            now = Now;
            if (now - _lookedAt >= FreshLook) Look(now);
            long found = Unknown;
            foreach (Span span in _spans)
            {
                long at = wall - span.Offset;
                if (at < span.From - Slack || at > Math.Min(span.To, now) + Slack) continue;
                at = Math.Min(at, now);
                if (found != Unknown && Math.Abs(found - at) > Slack) return Unknown;
                found = at;
            }

            return found;
        }
    }

    /// <summary>What the wall clock showed, or would have shown, at a steady time.</summary>
    public long ToWall(long steady)
    {
        lock (_gate)
        {
            int at = _spans.Count - 1;
            while (at > 0 && _spans[at].From > steady) at--;
            return steady + _spans[at].Offset;
        }
    }

    private void Look(long now)
    {
        long offset = _time.GetUtcMicros() - now;
        if (Now - now > MostPause) return;
        Span last = _spans[^1];
        if (Math.Abs(offset - last.Offset) <= Slack + ((now - _lookedAt) / SlewShare))
        {
            if (offset != last.Offset) _spans[^1] = last with { Offset = offset };
        }
        else
        {
            // It was set at some moment since the last look: times between may be of either.
            _spans[^1] = last with { To = now };
            _spans.Add(new(_lookedAt, long.MaxValue, offset));
            if (_spans.Count > MostSpans) _spans.RemoveAt(0);
        }

        _lookedAt = now;
    }

    /// <summary>How far the wall clock was ahead.</summary>
    private readonly record struct Span(long From, long To, long Offset);
}
