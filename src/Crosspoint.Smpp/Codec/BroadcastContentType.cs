using System.Buffers.Binary;

namespace Crosspoint.Smpp.Codec;

/// <summary>The value of broadcast_content_type (SMPP v5.0 §4.8.4.8).</summary>
/// <param name="NetworkType">0 generic, 1 GSM, 2 TDMA, 3 CDMA.</param>
/// <param name="ContentType">The service, for example 0x0010 for public weather in generic networks.</param>
public readonly record struct BroadcastContentType(byte NetworkType, ushort ContentType)
{
    /// <summary>Reads a value.</summary>
    /// <returns>False when it is not 3 octets long.</returns>
    public static bool TryRead(ReadOnlySpan<byte> value, out BroadcastContentType type)
    {
        type = value.Length == 3 ? new BroadcastContentType(value[0], BinaryPrimitives.ReadUInt16BigEndian(value[1..])) : default;
        return value.Length == 3;
    }

    /// <summary>Adds it as broadcast_content_type.</summary>
    /// <returns>False when it does not fit; nothing is written then.</returns>
    public bool TryAdd(ref TlvWriter writer) =>
        writer.Add(TlvTag.BroadcastContentType, [NetworkType, (byte)(ContentType >> 8), (byte)ContentType]);
}
