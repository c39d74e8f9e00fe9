namespace Crosspoint.Engine.Limits;

/// <summary>The rate of one limit for one of what it counts apart, and what waits for it. Thread-safe.</summary>
internal sealed class LimitBucket(Limit limit, string key, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly TokenBucket _tokens = new(limit.Rate, limit.Burst, time);
    private long _waiting;
    private long _admitted;

    public Limit Limit => limit;

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

    /// <summary>Goes on at another rate; 0 for no cap.</summary>
    public void ChangeRate(double rate)
    {
        lock (_gate) _tokens.ChangeRate(rate);
    }

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
            lock (_gate) return _waiting + _admitted == 0 && _tokens.WaitFor(int.MaxValue) == TimeSpan.Zero;
        }
    }

    /// <summary>Admits segments to the queue, as far as it may grow. What is admitted counts until <see cref="Joined"/>.</summary>
    /// <param name="retryAfter">When not: how long until there is room.</param>
    public bool TryAdmit(int segments, out TimeSpan retryAfter)
    {
        retryAfter = TimeSpan.Zero;
        lock (_gate)
        {
            if (limit.Queue is { } queue)
            {
                double behind = _waiting + _admitted + segments - _tokens.Tokens;
                double room = limit.Rate * queue.TotalSeconds;
                if (behind > room)
                {
                    retryAfter = TimeSpan.FromSeconds(Math.Min((behind - room) / limit.Rate, TimeSpan.FromDays(1).TotalSeconds));
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
        lock (_gate) return _tokens.TryTake(segments);
    }

    public TimeSpan WaitFor(int segments)
    {
        lock (_gate) return _tokens.WaitFor(segments);
    }

    public void Return(int segments)
    {
        lock (_gate) _tokens.Return(segments);
    }
}
