using Crosspoint.Engine.Stores;

namespace Crosspoint.Engine.Receipts;

/// <summary>
/// Parts of the last long inbound messages that became whole, so that one which a carrier sends again (its answer was lost) does not begin a new message.
/// A part is the same only with the same text: handsets use their 256 references again. Bounded; touched only by the journal's sequencer and completion loop, one lock for both.
/// </summary>
internal sealed class CompletedParts
{
    private const int Bound = 4096;
    private const long KeepMicros = 10L * 60 * 1_000_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _byKey = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();

    public bool Contains(InboundPart part, long now)
    {
        lock (_gate) return _byKey.TryGetValue(KeyOf(part), out long at) && now - at < KeepMicros;
    }

    public void Add(InboundPart part, long now)
    {
        string partKey = KeyOf(part);
        lock (_gate)
        {
            if (!_byKey.ContainsKey(partKey)) _order.Enqueue(partKey);
            _byKey[partKey] = now;
            while (_order.Count > Bound) _byKey.Remove(_order.Dequeue());
        }
    }

    private static string KeyOf(InboundPart part) => $"{part.PartKey}|{part.Number}|{part.Text}";
}
