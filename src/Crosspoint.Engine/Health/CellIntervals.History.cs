using Crosspoint.Engine.Health.History;

namespace Crosspoint.Engine.Health;

/// <summary>What the long view takes of a cell: the minutes that are over, as its log has them.</summary>
internal sealed partial class CellIntervals
{
    /// <summary>Gives the minutes that were not taken yet, as far as the log goes back: a quarter of an hour.</summary>
    public void Take(MinuteTake take)
    {
        Advance(take.Now);
        if (!take.IsPeek) TakeMinutes(take);
        _sent.Take(take);
    }

    private void TakeMinutes(MinuteTake take)
    {
        long now = take.Now / MinuteStep;
        int at = take.After >= now - MinutesOfFive ? _minutes.Middle : _minutes.Start;
        while (_minutes.TryNumber(at, out uint number) && (number < now || take.IsLast))
        {
            int left = _minutes.ReadHead(ref at, out long cost);
            IntervalSum? sum = number > take.After ? take.Begin(cost) : null;
            for (; left > 0; left--)
            {
                byte id = _minutes.ReadEntry(ref at, out uint count);
                if (sum is not null) AddTo(sum, id, count);
            }

            if (sum is not null) take.End(number);
        }

        if (take.IsLast) TakeOpen(take);
    }

    // The minute under way.
    private void TakeOpen(MinuteTake take)
    {
        if (_step < 0) return;
        IntervalSum sum = take.Begin(_costs[OpenMinute] + _costs[OpenShort]);
        for (int row = 0; row < _rowCount; row++)
        {
            long count = (long)_counts[(row * Columns) + OpenMinute] + _counts[(row * Columns) + OpenShort];
            if (count > 0) AddTo(sum, _ids[row], count);
        }

        take.End(_step / ShortPerMinute);
    }
}
