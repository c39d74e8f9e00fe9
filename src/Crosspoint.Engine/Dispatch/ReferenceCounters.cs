using System.Runtime.InteropServices;
using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Dispatch;

/// <summary>
/// Concatenation references: a counter for each pair of sender and recipient, one for all connections, so that the segments of two messages
/// to one handset never mix, whichever way they take (SMPP 3.4 §5.3.2.22 leaves the choice open). The lowest octet counts up too, for the
/// eight-bit form. Not thread-safe: only transitions ask, on the journal's sequencer.
/// </summary>
internal sealed class ReferenceCounters
{
    private const int Count = 65_536;

    private readonly ushort[] _counters = new ushort[Count];

    // Two runs of the process must not give the same references to the same handset minutes apart.
    public ReferenceCounters() => Random.Shared.NextBytes(MemoryMarshal.AsBytes(_counters.AsSpan()));

    public ushort Next(MessageHead head)
    {
        int pair = HashCode.Combine(head.From.GetHashCode(StringComparison.Ordinal), head.To.GetHashCode(StringComparison.Ordinal));
        return ++_counters[pair & (Count - 1)];
    }
}
