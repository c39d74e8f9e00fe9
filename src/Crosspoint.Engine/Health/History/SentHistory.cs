namespace Crosspoint.Engine.Health.History;

/// <summary>
/// What became of the messages of a cell, by the minute in which they were sent, as far as it was not told to the long view: of the minutes whose steps are
/// there how much was told, of older ones what came since. Not thread-safe.
/// </summary>
internal sealed class SentHistory
{
    private SentSteps.Counts[]? _told;
    private Dictionary<long, SentSteps.Counts>? _late;

    /// <summary>The number by which a minute of the wall clock is known here: steady minutes have their own.</summary>
    public static long OfWall(long wall) => -(wall / CellIntervals.MinuteStep);

    /// <param name="minute">A steady minute whose step is not there any more, or <see cref="OfWall"/>.</param>
    public void AddLate(long minute, int sent, int delivered, int failed)
    {
        _late ??= [];
        SentSteps.Counts counts = _late.GetValueOrDefault(minute);
        counts.Add(sent, delivered, failed);
        _late[minute] = counts;
    }

    /// <summary>A step goes: what was not told of it is late.</summary>
    public void Leave(long minute, SentSteps.Counts counts)
    {
        if (_told is not null)
        {
            ref SentSteps.Counts told = ref _told[minute % SentSteps.Minutes];
            counts.Subtract(told);
            told = default;
        }

        if (!counts.IsEmpty) AddLate(minute, counts.Sent, counts.Delivered, counts.Failed);
    }

    /// <param name="counts">What is known of a minute by now.</param>
    public void Take(MinuteTake take, long minute, SentSteps.Counts counts)
    {
        if (_told is null && counts.IsEmpty) return;
        _told ??= new SentSteps.Counts[SentSteps.Minutes];
        ref SentSteps.Counts told = ref _told[minute % SentSteps.Minutes];
        SentSteps.Counts known = counts;
        counts.Subtract(told);
        if (counts.IsEmpty) return;
        take.Add(minute, counts);
        if (!take.IsPeek) told = known;
    }

    public void TakeLate(MinuteTake take)
    {
        if (_late is null) return;
        foreach ((long minute, SentSteps.Counts counts) in _late) take.Add(minute, counts);
        if (!take.IsPeek) _late = null;
    }
}
