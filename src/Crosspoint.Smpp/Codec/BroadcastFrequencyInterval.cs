using System.Buffers.Binary;

namespace Crosspoint.Smpp.Codec;

/// <summary>The value of broadcast_frequency_interval (SMPP v5.0 §4.8.4.12): how far apart repetitions are.</summary>
/// <param name="Unit">The unit.</param>
/// <param name="Value">So many units.</param>
public readonly record struct BroadcastFrequencyInterval(BroadcastUnit Unit, ushort Value)
{
    /// <summary>Reads a value.</summary>
    /// <returns>False when it is not 3 octets long.</returns>
    public static bool TryRead(ReadOnlySpan<byte> value, out BroadcastFrequencyInterval interval)
    {
        interval = value.Length == 3
            ? new BroadcastFrequencyInterval((BroadcastUnit)value[0], BinaryPrimitives.ReadUInt16BigEndian(value[1..]))
            : default;
        return value.Length == 3;
    }

    /// <summary>Adds it as broadcast_frequency_interval.</summary>
    /// <returns>False when it does not fit; nothing is written then.</returns>
    public bool TryAdd(ref TlvWriter writer) =>
        writer.Add(TlvTag.BroadcastFrequencyInterval, [(byte)Unit, (byte)(Value >> 8), (byte)Value]);
}
