using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Limits;

/// <summary>The rate of one limit, or its cap by day, for one of what it counts apart, and what waits for it. Thread-safe.</summary>
internal sealed class LimitBucket(Limit limit, string key, TimeProvider time)
{
    private readonly Lock _gate = new();
    private volatile Limit _limit = limit;
    private readonly TokenBucket _tokens = new(limit.Rate, limit.Burst, time);
    private readonly DayCount? _day = limit.Zone is null ? null : new(limit.Zone, limit.PerDay);
    private long _waiting;
    private long _admitted;

    public Limit Limit => _limit;

    /// <summary>The account, sender, campaign or country; empty for all together.</summary>
    public string Key => key;

    /// <summary>Segments a second; 0 for no cap.</summary>
    public double Rate
    {
        get
        {
            lock (_gate) return _tokens.Rate;
        }
    }

    /// <summary>Segments on record for the present day; null when none are counted.</summary>
    public long? Today
    {
        get
        {
            lock (_gate) return _day?.CountAt(time.GetUtcMicros());
        }
    }

    /// <summary>The mark that holds the count of a day.</summary>
    public string DayMark { get; init; } = LimitTable.DayMarkOf(limit, key);

    /// <summary>Segments that wait, with those that were admitted and have not joined yet.</summary>
    public long Waiting
    {
        get
        {
            lock (_gate) return _waiting + _admitted;
        }
    }

    /// <summary>It has nothing to remember: forgetting it changes nothing.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_gate)
            {
                return _waiting + _admitted == 0 && _tokens.WaitFor(int.MaxValue) == TimeSpan.Zero
                    && (_day is null || _day.IsIdleAt(time.GetUtcMicros()));
            }
        }
    }

    /// <summary>Whether segments of a day are counted: when a message is accepted, or when an attempt begins.</summary>
    public bool CountsDays(bool atIntake) => _day is not null && atIntake == (_limit.Over != LimitAnswer.Queue);

    /// <summary>Goes on at another rate; 0 for no cap.</summary>
    public void ChangeRate(double rate)
    {
        lock (_gate) _tokens.ChangeRate(rate);
    }

    /// <summary>Goes on as another limit of the same kind: by second, or by day counted at the same point.</summary>
    public void Change(Limit limit)
    {
        lock (_gate)
        {
            _limit = limit;
            _tokens.Change(limit.Rate, limit.Burst);
            if (limit.Zone is not null) _day?.Change(limit.Zone, limit.PerDay);
        }
    }

    /// <summary>Holds nothing back from now on: what waits for it may go, and is looked at anew.</summary>
    public void Open() => Change(_limit with { Rate = 0, Burst = 0, Queue = null, PerDay = _day is null ? 0 : long.MaxValue });

    /// <summary>Admits segments to the queue, as far as it may grow. What is admitted counts until <see cref="Joined"/>.</summary>
    /// <param name="retryAfter">When not: how long until there is room.</param>
    public bool TryAdmit(int segments, out TimeSpan retryAfter)
    {
        retryAfter = TimeSpan.Zero;
        lock (_gate)
        {
            long now = CountsDays(atIntake: true) ? time.GetUtcMicros() : 0;
            if (now != 0 && !_day!.TryTake(segments, now))
            {
                retryAfter = _day.Left(now);
                return false;
            }

            if (_limit.Queue is { } queue)
            {
                double behind = _waiting + _admitted + segments - _tokens.Tokens;
                double room = _limit.Rate * queue.TotalSeconds;
                if (behind > room)
                {
                    retryAfter = TimeSpan.FromSeconds(Math.Min((behind - room) / _limit.Rate, TimeSpan.FromDays(1).TotalSeconds));
                    return false;
                }
            }

            _admitted += segments;
            return true;
        }
    }

    /// <summary>What was admitted has joined the queue, has been sent, or will not come.</summary>
    public void Joined(int segments)
    {
        lock (_gate) _admitted -= segments;
    }

    /// <summary>Segments joined the queue, or left it.</summary>
    public void Wait(long segments)
    {
        lock (_gate) _waiting += segments;
    }

    public bool TryTake(int segments)
    {
        lock (_gate)
        {
            if (!_tokens.TryTake(segments)) return false;
            if (!CountsDays(atIntake: false) || _day!.TryTake(segments, time.GetUtcMicros())) return true;
            _tokens.Return(segments);
            return false;
        }
    }

    public TimeSpan WaitFor(int segments)
    {
        lock (_gate)
        {
            if (!CountsDays(atIntake: false)) return _tokens.WaitFor(segments);
            long now = time.GetUtcMicros();
            return _day!.HasRoom(segments, now) ? TimeSpan.Zero : _day.Left(now);
        }
    }

    /// <summary>See <see cref="DayCount.OpensAt"/>. For caps by day alone.</summary>
    public long DayOpensAt(int segments)
    {
        lock (_gate) return _day!.OpensAt(segments, time.GetUtcMicros());
    }

    /// <summary>Segments that were taken were not sent.</summary>
    public void Return(int segments)
    {
        lock (_gate)
        {
            _tokens.Return(segments);
            if (CountsDays(atIntake: false)) _day!.Return(segments);
        }
    }

    /// <summary>Segments that were admitted were not accepted.</summary>
    public void ReturnAdmitted(int segments)
    {
        lock (_gate)
        {
            if (CountsDays(atIntake: true)) _day!.Return(segments);
        }
    }

    /// <summary>See <see cref="DayCount.Apply"/>.</summary>
    public long ApplyDay(int segments, long now, out long before, out int day)
    {
        lock (_gate) return _day!.Apply(segments, now, out before, out day);
    }

    /// <summary>See <see cref="DayCount.Rewind"/>.</summary>
    public void RewindDay(long before, int day)
    {
        lock (_gate) _day!.Rewind(before, day);
    }

    /// <summary>See <see cref="DayCount.Undo"/>.</summary>
    public void UndoDay(int segments, int day)
    {
        lock (_gate) _day!.Undo(segments, day);
    }

    /// <summary>See <see cref="DayCount.Settle"/>.</summary>
    public void SettleDay(int segments, int day)
    {
        lock (_gate) _day!.Settle(segments, day);
    }

    /// <summary>See <see cref="DayCount.Restore"/>.</summary>
    public void RestoreDay(long mark)
    {
        lock (_gate) _day!.Restore(mark);
    }
}
