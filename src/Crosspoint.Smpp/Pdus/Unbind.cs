using Crosspoint.Smpp.Codec;

namespace Crosspoint.Smpp.Pdus;

/// <summary>unbind: the end of a session. Header only (SMPP v3.4 §4.2).</summary>
public static class Unbind
{
    /// <summary>Writes the whole PDU.</summary>
    /// <param name="destination">At least 16 octets.</param>
    /// <param name="sequenceNumber">The sequence_number.</param>
    /// <returns>False when the room does not do.</returns>
    public static bool TryWrite(Span<byte> destination, uint sequenceNumber)
    {
        if (destination.Length < PduHeader.Bytes) return false;
        new PduHeader(PduHeader.Bytes, CommandId.Unbind, CommandStatus.Ok, sequenceNumber).Write(destination);
        return true;
    }

    /// <summary>Writes the response.</summary>
    /// <param name="destination">At least 16 octets.</param>
    /// <param name="sequenceNumber">The sequence_number of the request.</param>
    /// <returns>False when the room does not do.</returns>
    public static bool TryWriteResponse(Span<byte> destination, uint sequenceNumber)
    {
        if (destination.Length < PduHeader.Bytes) return false;
        new PduHeader(PduHeader.Bytes, CommandId.UnbindResp, CommandStatus.Ok, sequenceNumber).Write(destination);
        return true;
    }
}
