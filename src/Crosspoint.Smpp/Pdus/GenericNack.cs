using Crosspoint.Smpp.Codec;

namespace Crosspoint.Smpp.Pdus;

/// <summary>generic_nack: the answer to a PDU that cannot be named or measured. Header only (SMPP v3.4 §4.3).</summary>
public static class GenericNack
{
    /// <summary>Writes the whole PDU.</summary>
    /// <param name="destination">At least 16 octets.</param>
    /// <param name="status">Why: RINVCMDID or RINVCMDLEN.</param>
    /// <param name="sequenceNumber">The sequence_number of the PDU refused, or 0 when it cannot be read.</param>
    /// <returns>False when the room does not do.</returns>
    public static bool TryWrite(Span<byte> destination, CommandStatus status, uint sequenceNumber)
    {
        if (destination.Length < PduHeader.Bytes) return false;
        new PduHeader(PduHeader.Bytes, CommandId.GenericNack, status, sequenceNumber).Write(destination);
        return true;
    }
}
