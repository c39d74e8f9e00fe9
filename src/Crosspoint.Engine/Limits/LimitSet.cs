namespace Crosspoint.Engine.Limits;

/// <summary>The limits that a message counts in. Equal when they are the same ones.</summary>
internal readonly struct LimitSet(LimitBucket[] buckets) : IEquatable<LimitSet>
{
    private readonly LimitBucket[]? _buckets = buckets.Length == 0 ? null : buckets;

    public bool IsEmpty => _buckets is null;

    public ReadOnlySpan<LimitBucket> Buckets => _buckets;

    public bool Contains(LimitBucket bucket) => Buckets.Contains(bucket);

    /// <summary>These, and another.</summary>
    public LimitSet With(LimitBucket bucket) => new([.. Buckets, bucket]);

    /// <summary>Takes tokens of all, or of none.</summary>
    /// <param name="wait">When not: how long it is worth to wait.</param>
    public bool TryTake(int segments, out TimeSpan wait)
    {
        wait = TimeSpan.Zero;
        for (int i = 0; i < Buckets.Length; i++)
        {
            if (Buckets[i].TryTake(segments)) continue;
            wait = Buckets[i].WaitFor(segments);
            for (int taken = 0; taken < i; taken++) Buckets[taken].Return(segments);
            return false;
        }

        return true;
    }

    public void Return(int segments)
    {
        foreach (LimitBucket bucket in Buckets) bucket.Return(segments);
    }

    /// <summary>Segments joined a queue, or left it.</summary>
    public void Wait(long segments)
    {
        foreach (LimitBucket bucket in Buckets) bucket.Wait(segments);
    }

    /// <summary>Admits segments to the queues of all, or of none.</summary>
    /// <param name="full">When not: the one that has no room.</param>
    public bool TryAdmit(int segments, out LimitBucket? full, out TimeSpan retryAfter)
    {
        full = null;
        retryAfter = TimeSpan.Zero;
        for (int i = 0; i < Buckets.Length; i++)
        {
            if (Buckets[i].TryAdmit(segments, out retryAfter)) continue;
            full = Buckets[i];
            for (int admitted = 0; admitted < i; admitted++)
            {
                Buckets[admitted].Joined(segments);
                Buckets[admitted].ReturnAdmitted(segments);
            }

            return false;
        }

        return true;
    }

    /// <summary>What was admitted has joined the queues, has been sent, or will not come.</summary>
    public void Joined(int segments)
    {
        foreach (LimitBucket bucket in Buckets) bucket.Joined(segments);
    }

    /// <summary>What was admitted was not accepted: it counts in no day.</summary>
    public void ReturnAdmitted(int segments)
    {
        foreach (LimitBucket bucket in Buckets) bucket.ReturnAdmitted(segments);
    }

    /// <summary>How long none of these messages can go, however short.</summary>
    public TimeSpan Closed
    {
        get
        {
            TimeSpan longest = TimeSpan.Zero;
            foreach (LimitBucket bucket in Buckets)
            {
                TimeSpan wait = bucket.WaitFor(1);
                if (wait > longest) longest = wait;
            }

            return longest;
        }
    }

    public bool Equals(LimitSet other) => Buckets.SequenceEqual(other.Buckets);

    public override bool Equals(object? obj) => obj is LimitSet other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (LimitBucket bucket in Buckets) hash.Add(bucket);
        return hash.ToHashCode();
    }
}
