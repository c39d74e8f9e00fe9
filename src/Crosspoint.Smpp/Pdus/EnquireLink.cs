using Crosspoint.Smpp.Codec;

namespace Crosspoint.Smpp.Pdus;

/// <summary>enquire_link: is the link alive? Header only (SMPP v3.4 §4.11).</summary>
public static class EnquireLink
{
    /// <summary>Writes the whole PDU.</summary>
    /// <param name="destination">At least 16 octets.</param>
    /// <param name="sequenceNumber">The sequence_number.</param>
    /// <returns>False when the room does not do.</returns>
    public static bool TryWrite(Span<byte> destination, uint sequenceNumber)
    {
        if (destination.Length < PduHeader.Bytes) return false;
        new PduHeader(PduHeader.Bytes, CommandId.EnquireLink, CommandStatus.Ok, sequenceNumber).Write(destination);
        return true;
    }

    /// <summary>Writes the response.</summary>
    /// <param name="destination">At least 16 octets.</param>
    /// <param name="sequenceNumber">The sequence_number of the request.</param>
    /// <returns>False when the room does not do.</returns>
    public static bool TryWriteResponse(Span<byte> destination, uint sequenceNumber)
    {
        if (destination.Length < PduHeader.Bytes) return false;
        new PduHeader(PduHeader.Bytes, CommandId.EnquireLinkResp, CommandStatus.Ok, sequenceNumber).Write(destination);
        return true;
    }
}
