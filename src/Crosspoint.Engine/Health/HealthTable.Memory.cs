using Crosspoint.Engine.Health.Detection;

namespace Crosspoint.Engine.Health;

/// <summary>
/// What detectors had learned of cells that are gone, for the day on which they come back: a network that carries something in business hours alone is not new
/// each morning. No more of them than there may be cells; of more the oldest are forgotten.
/// </summary>
public sealed partial class HealthTable
{
    private readonly Lock _keeping = new();
    private readonly Dictionary<ulong, LinkedListNode<(ulong Key, CellMemory Memory)>> _kept = [];

    // The oldest first.
    private readonly LinkedList<(ulong Key, CellMemory Memory)> _keptInOrder = [];

    /// <summary>Cells of which it is known still what was usual.</summary>
    internal int Kept
    {
        get
        {
            lock (_keeping) return _kept.Count;
        }
    }

    private void Keep(WatchedCell gone)
    {
        if (gone.Memory is not { } memory) return;
        lock (_keeping)
        {
            if (_kept.Remove(gone.Key, out LinkedListNode<(ulong Key, CellMemory Memory)>? before)) _keptInOrder.Remove(before);
            _kept[gone.Key] = _keptInOrder.AddLast((gone.Key, memory));
            if (_kept.Count <= _mostCells) return;
            _kept.Remove(_keptInOrder.First!.Value.Key);
            _keptInOrder.RemoveFirst();
        }
    }

    private CellMemory? Recall(ulong key, long now)
    {
        lock (_keeping)
        {
            if (!_kept.Remove(key, out LinkedListNode<(ulong Key, CellMemory Memory)>? kept)) return null;
            _keptInOrder.Remove(kept);
            return kept.Value.Memory.Aged(now);
        }
    }

    // Under _making.
    private ICellDetector? MakeDetector(in HealthCell cell, ulong key, WatchedCell country, WatchedCell world)
    {
        if (_detectors is null) return null;
        long now = Clock.Now;
        CellMemory? memory = Recall(key, now);
        return _detectors(cell, memory is null ? UsualOf(country, now) ?? UsualOf(world, now) : null, memory);
    }

    private static CellUsual? UsualOf(WatchedCell wide, long now)
    {
        var sum = new IntervalSum();
        wide.AddTo(sum, HealthInterval.SixtyMinutes, now, new Curves().Of(wide, now));
        return CellUsual.From(sum.Read());
    }
}
