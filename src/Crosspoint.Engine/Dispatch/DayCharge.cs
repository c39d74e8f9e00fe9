using Crosspoint.Engine.Limits;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Engine.Dispatch;

/// <summary>
/// What a transition counts in caps by day: the counts are marks in its own commit, so they are exact whenever the process ends. Costs nothing where no such
/// cap matches.
/// </summary>
internal struct DayCharge
{
    private (long Before, int Day)[]? _counted;

    /// <summary>The transition has failed.</summary>
    public readonly void Undo(LimitSet limits, int segments)
    {
        if (_counted is null) return;
        for (int i = 0; i < _counted.Length; i++)
        {
            if (_counted[i].Day != 0) limits.Buckets[i].UndoDay(segments, _counted[i].Day);
        }
    }

    /// <summary>The transition is applied, perhaps again: what it had counted before is not on record.</summary>
    public void Rewind(LimitSet limits)
    {
        if (_counted is null) return;
        for (int i = 0; i < _counted.Length; i++)
        {
            if (_counted[i].Day != 0) limits.Buckets[i].RewindDay(_counted[i].Before, _counted[i].Day);
        }

        _counted = null;
    }

    /// <summary>Counts segments.</summary>
    /// <param name="atIntake">The message is accepted; else an attempt begins.</param>
    public void Write(IJournalTransaction transaction, LimitSet limits, int segments, bool atIntake)
    {
        for (int i = 0; i < limits.Buckets.Length; i++)
        {
            LimitBucket bucket = limits.Buckets[i];
            if (!bucket.CountsDays(atIntake)) continue;
            _counted ??= new (long, int)[limits.Buckets.Length];
            long mark = bucket.ApplyDay(segments, transaction.Now, out long before, out int day);
            _counted[i] = (before, day);
            transaction.PutMark(bucket.DayMark, mark);
        }
    }

    /// <summary>What was counted is on disk.</summary>
    public readonly void Settle(LimitSet limits, int segments)
    {
        if (_counted is null) return;
        for (int i = 0; i < _counted.Length; i++)
        {
            if (_counted[i].Day != 0) limits.Buckets[i].SettleDay(segments, _counted[i].Day);
        }
    }
}
