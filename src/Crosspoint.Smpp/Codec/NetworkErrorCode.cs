using System.Buffers.Binary;

namespace Crosspoint.Smpp.Codec;

/// <summary>The value of network_error_code (SMPP v3.4 §5.3.2.31).</summary>
/// <param name="NetworkType">1 ANSI-136, 2 IS-95, 3 GSM; others are of 5.0 or of vendors.</param>
/// <param name="Code">The network's own code.</param>
public readonly record struct NetworkErrorCode(byte NetworkType, ushort Code)
{
    /// <summary>Reads a value.</summary>
    /// <returns>False when it is not 3 octets long.</returns>
    public static bool TryRead(ReadOnlySpan<byte> value, out NetworkErrorCode code)
    {
        code = value.Length == 3 ? new NetworkErrorCode(value[0], BinaryPrimitives.ReadUInt16BigEndian(value[1..])) : default;
        return value.Length == 3;
    }

    /// <summary>Adds it as network_error_code.</summary>
    /// <returns>False when it does not fit; nothing is written then.</returns>
    public bool TryAdd(ref TlvWriter writer) => writer.Add(TlvTag.NetworkErrorCode, [NetworkType, (byte)(Code >> 8), (byte)Code]);
}
