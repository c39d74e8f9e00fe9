namespace Crosspoint.Smpp.Codec;

/// <summary>The value of its_session_info (SMPP v3.4 §5.3.2.43), for interactive sessions.</summary>
/// <param name="SessionNumber">The session.</param>
/// <param name="SequenceNumber">The dialogue unit in the session: 0 to 127.</param>
/// <param name="IsEnd">True when the session ends.</param>
public readonly record struct ItsSessionInfo(byte SessionNumber, byte SequenceNumber, bool IsEnd)
{
    /// <summary>Reads a value.</summary>
    /// <returns>False when it is not 2 octets long.</returns>
    public static bool TryRead(ReadOnlySpan<byte> value, out ItsSessionInfo info)
    {
        info = value.Length == 2 ? new ItsSessionInfo(value[0], (byte)(value[1] >> 1), (value[1] & 1) != 0) : default;
        return value.Length == 2;
    }

    /// <summary>Adds it as its_session_info.</summary>
    /// <returns>False when it does not fit or the sequence number is more than 127; nothing is written then.</returns>
    public bool TryAdd(ref TlvWriter writer) =>
        SequenceNumber <= 0x7F && writer.Add(TlvTag.ItsSessionInfo, [SessionNumber, (byte)((SequenceNumber << 1) | (IsEnd ? 1 : 0))]);
}
