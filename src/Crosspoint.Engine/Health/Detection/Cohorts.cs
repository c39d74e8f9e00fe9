using System.Runtime.CompilerServices;

namespace Crosspoint.Engine.Health.Detection;

/// <summary>Messages of one step of time by what became of them.</summary>
internal struct Cohort
{
    public int Sent;
    public int Ended;
    public int Failed;

    /// <summary>Delivered sooner than nearly all usually are.</summary>
    public int Fast;

    /// <summary>Delivered after the same time as one before them.</summary>
    public int Same;
}

/// <summary>
/// The messages sent lately in steps of equal width, twenty of them, that together are about twice as long as nine receipts in ten take. What
/// is expected of each hangs on its age alone, so that bursts, pauses and the order of receipts do not matter.
/// </summary>
internal struct Cohorts
{
    public const int Count = 20;

    private readonly Cohort[] _ring = new Cohort[Count];
    private Hazards _hazards;

    public Cohorts(long width) => Width = width;

    /// <summary>Microseconds of a step.</summary>
    public long Width { get; private set; }

    /// <summary>The number of the current step.</summary>
    public long Head { get; private set; } = -1;

    /// <summary>Receipts of messages in the ring since the last look.</summary>
    public int Came { get; set; }

    /// <summary>Begins anew with another width.</summary>
    public void Restart(long width, long now)
    {
        Array.Clear(_ring);
        Width = width;
        Head = now / width;
        Came = 0;
    }

    /// <summary>The cohort so many steps ago.</summary>
    public readonly ref Cohort At(int age) => ref _ring[(int)((ulong)(Head + Count - age) % Count)];

    public void Sent(long now)
    {
        // A step that nobody has looked at yet belongs to the latest one.
        if (Head < 0) Head = now / Width;
        At(0).Sent++;
    }

    /// <summary>Counts a receipt for the step in which its message was sent, if that is still there.</summary>
    public void Ended(long sentAt, bool isFailed, bool isFast, bool isSame)
    {
        long age = Head - (sentAt / Width);
        if (Head < 0 || age >= Count) return;
        ref Cohort cohort = ref At((int)Math.Max(0, age));
        if (cohort.Ended >= cohort.Sent) return;
        cohort.Ended++;
        if (isFailed) cohort.Failed++;
        if (isFast) cohort.Fast++;
        if (isSame) cohort.Same++;
        Came++;
    }

    /// <summary>Goes on by one step; what was the oldest one is handed out and its place taken.</summary>
    public Cohort Next()
    {
        Head++;
        Cohort oldest = At(0);
        At(0) = default;
        return oldest;
    }

    public void Skip(long head) => Head = head;

    /// <summary>Works out what is expected at each age.</summary>
    /// <param name="share">Share of the messages for which a receipt comes.</param>
    /// <param name="stretch">How many times as long as usual it may take.</param>
    public void Expect(in LogHistogram delays, double share, double stretch)
    {
        double whole = delays.ShareUpTo((double)Count * Width);
        if (whole <= 0) whole = 1;
        // More would make single messages weigh too much: a message that has been waited for in vain is evidence of one message at most.
        share = Math.Min(share, 0.9);
        double before = 0;
        for (int i = 0; i < Count; i++)
        {
            // Right after a step has begun the messages of one that is so many older are half a step younger, in the mean.
            double after = share * Math.Min(1, delays.ShareUpTo((i + 0.5) * Width / stretch) / whole);
            _hazards[i] = (float)Math.Clamp((after - before) / (1 - before), 0, 1);
            before = after;
        }
    }

    /// <summary>
    /// Receipts that should come in the step that has just begun, of messages that have none; no more than a step lacks to what it should have at
    /// its age, as some messages never get one.
    /// </summary>
    public readonly double Due()
    {
        double due = 0;
        double left = 1;
        for (int i = 0; i < Count; i++)
        {
            left *= 1 - _hazards[i];
            ref Cohort cohort = ref At(i);
            if (cohort.Sent == 0) continue;
            double lacks = (cohort.Sent * (1 - left)) - cohort.Ended;
            if (lacks > 0) due += Math.Min(lacks, (cohort.Sent - cohort.Ended) * _hazards[i]);
        }

        return due;
    }

    /// <summary>Messages in the ring, each by the share of receipts that have come at its age.</summary>
    public readonly double Aged(in LogHistogram delays, long now)
    {
        double whole = delays.ShareUpTo((double)Count * Width);
        double aged = 0;
        for (int i = 0; i < Count && whole > 0; i++)
        {
            if (At(i).Sent > 0) aged += At(i).Sent * Math.Min(1, ArrivedOf(i, delays, now) / whole);
        }

        return aged;
    }

    // Mean of a step, whose messages were sent evenly (Simpson's rule): by their mean age alone, a step would come in as one.
    private readonly double ArrivedOf(int age, in LogHistogram delays, long now)
    {
        double oldest = Math.Max(0, now - ((Head - age) * Width));
        double youngest = Math.Max(0, oldest - Width);
        return (delays.ShareUpTo(youngest) + (4 * delays.ShareUpTo((youngest + oldest) / 2)) + delays.ShareUpTo(oldest)) / 6;
    }

    [InlineArray(Count)]
    private struct Hazards
    {
        private float _first;
    }
}
