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

    // Under _gate. Those that stood aside for a network that answers again, or all of them, go back into the queue, before what came after them.
    private void TakeBack(bool all)
    {
        for (int i = _stuck.Count - 1; i >= 0; i--)
        {
            CellSlots cell = _stuck[i];
            if (!all && StandsAside(cell))
            {
                WakeIn(StuckWait);
                continue;
            }

            for (int at = cell.Aside.Count - 1; at >= 0; at--) _queue.AddFirst(cell.Aside[at]);
            cell.Aside.Clear();
            _stuck.RemoveAt(i);
        }
    }
}
