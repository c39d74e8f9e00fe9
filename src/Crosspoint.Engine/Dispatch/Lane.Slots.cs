namespace Crosspoint.Engine.Dispatch;

/// <summary>The slots of a lane by network: one that has stopped answering leaves some to the others.</summary>
internal sealed partial class Lane
{
    private static readonly TimeSpan StuckWait = TimeSpan.FromMilliseconds(50);

    private readonly SlotTable _slots;

    // Networks that have messages beside the queue.
    private readonly List<CellSlots> _stuck = [];
    private long _given;

    /// <summary>Segments that it was given since it is there.</summary>
    public long Given => Volatile.Read(ref _given);

    /// <summary>Segments a second that it can take: agreed on, contracted or learned, the least of them; 0 where none is known.</summary>
    public double Capacity
    {
        get
        {
            double least = double.PositiveInfinity;
            foreach (double one in (ReadOnlySpan<double>)[Options.Capabilities.Capacity, Options.Smpp.Rate, RateCap, LearnedRate])
            {
                if (one > 0) least = Math.Min(least, one);
            }

            return double.IsInfinity(least) ? 0 : least;
        }
    }

    // Under _gate.
    private int AllSlots => Options.Smpp.InFlightWindow * Math.Max(1, _boundCount);

    // Under _gate. Its messages let those behind them pass.
    private bool StandsAside(CellSlots cell) => _slots.IsStuck(cell, AllSlots) || cell.IsHeldBack(_time);

    // Under _gate.
    private void Accepted(CellSlots? cell, int epoch)
    {
        cell?.Accepted();
        _pace.Accepted(epoch);
    }

    // Under _gate. Where the carrier means one network alone, that one pauses, and the rate of the connection stays what it is.
    private bool Throttled(CellSlots? cell, int epoch)
    {
        if (cell is null) return _pace.Throttled(epoch);
        cell.Throttled(_time);
        if (_pace.LearnedRate > 0 || !_slots.IsAlone(cell)) return _pace.Throttled(epoch);
        cell.Pause(_time);
        return false;
    }

    // Under _gate. Of those that stand aside for a network, as many go back into line as it may have slots: all the others would only be set aside again. What
    // waits for a limit, or for the connection's rate, counts until it is gone. False when none went.
    private bool TakeBack()
    {
        bool isAny = false;
        int allSlots = AllSlots;
        for (int i = _stuck.Count - 1; i >= 0; i--)
        {
            CellSlots cell = _stuck[i];
            AsideQueue aside = cell.Aside;
            if (aside.Count == 0 && aside.Returned == 0)
            {
                cell.HasAside = false;
                _stuck.RemoveAt(i);
                continue;
            }

            if (StandsAside(cell))
            {
                WakeIn(StuckWait);
                continue;
            }

            for (int left = cell.Free(allSlots) - aside.Returned; left > 0 && _queue.TakeBack(aside); left--) isAny = true;
        }

        return isAny;
    }

    // Under _gate.
    private void SetAside(CellSlots cell, Flow flow)
    {
        if (!cell.HasAside)
        {
            cell.HasAside = true;
            _stuck.Add(cell);
        }

        _queue.SetAside(flow, cell.Aside);
        WakeIn(StuckWait);
    }
}
