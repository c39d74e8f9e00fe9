using Crosspoint.Engine.Stores;

namespace Crosspoint.Engine.Receipts;

/// <summary>
/// Parts of the last long inbound messages that became whole, so that one which a carrier sends again (its answer was lost) does not begin
/// a new message. A part is the same only with the same text: handsets use their 256 references again. Bounded; touched only by the
/// journal's sequencer and completion loop, one lock for both.
/// </summary>
internal sealed class CompletedParts
{
    private const int Bound = 4096;
    private const long KeepMicros = 10L * 60 * 1_000_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _byKey = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();

    // Of messages whose group is not known to be on disk: a repeated part may come before its first copy's commit is told.
    private readonly HashSet<string> _proposed = new(StringComparer.Ordinal);

    public bool Contains(InboundPart part, long now)
    {
        string partKey = KeyOf(part);
        lock (_gate) return _proposed.Contains(partKey) || (_byKey.TryGetValue(partKey, out long at) && now - at < KeepMicros);
    }

    /// <summary>The parts' message is whole, if the group that says so is committed.</summary>
    public void Propose(IReadOnlyList<InboundPart> parts)
    {
        lock (_gate)
        {
            foreach (InboundPart part in parts) _proposed.Add(KeyOf(part));
        }
    }

    /// <summary>
    /// The group was rolled back: what it proposed counts no more. What an earlier group proposed is on disk and will be added.
    /// </summary>
    public void RollBack()
    {
        lock (_gate) _proposed.Clear();
    }

    /// <summary>The transition that proposed the parts failed for good.</summary>
    public void Withdraw(IReadOnlyList<InboundPart> parts)
    {
        lock (_gate)
        {
            foreach (InboundPart part in parts) _proposed.Remove(KeyOf(part));
        }
    }

    public void Add(InboundPart part, long now)
    {
        string partKey = KeyOf(part);
        lock (_gate)
        {
            _proposed.Remove(partKey);
            if (!_byKey.ContainsKey(partKey)) _order.Enqueue(partKey);
            _byKey[partKey] = now;
            while (_order.Count > Bound) _byKey.Remove(_order.Dequeue());
        }
    }

    private static string KeyOf(InboundPart part) => $"{part.PartKey}|{part.Number}|{part.Text}";
}
