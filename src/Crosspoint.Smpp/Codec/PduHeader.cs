using System.Buffers.Binary;

namespace Crosspoint.Smpp.Codec;

/// <summary>The sixteen octets that start every PDU (SMPP v3.4 §3.2): four unsigned 32-bit big-endian integers.</summary>
/// <param name="CommandLength">Octets of the whole PDU, this header included.</param>
/// <param name="CommandId">The operation.</param>
/// <param name="CommandStatus">The result in a response; 0 in a request.</param>
/// <param name="SequenceNumber">Ties a response to its request. Any 32-bit value is accepted and echoed.</param>
public readonly record struct PduHeader(uint CommandLength, CommandId CommandId, CommandStatus CommandStatus, uint SequenceNumber)
{
    /// <summary>Octets of a header.</summary>
    public const int Bytes = 16;

    /// <summary>True for a response and for generic_nack.</summary>
    public bool IsResponse => CommandId.IsResponse();

    /// <summary>Reads a header; the values are not judged.</summary>
    /// <param name="source">At least <see cref="Bytes"/> octets.</param>
    /// <param name="header">The header, or zeros.</param>
    /// <returns>False when the source is too short.</returns>
    public static bool TryRead(ReadOnlySpan<byte> source, out PduHeader header)
    {
        if (source.Length < Bytes)
        {
            header = default;
            return false;
        }

        header = new PduHeader(
            BinaryPrimitives.ReadUInt32BigEndian(source),
            (CommandId)BinaryPrimitives.ReadUInt32BigEndian(source[4..]),
            (CommandStatus)BinaryPrimitives.ReadUInt32BigEndian(source[8..]),
            BinaryPrimitives.ReadUInt32BigEndian(source[12..]));
        return true;
    }

    /// <summary>Writes the header.</summary>
    /// <param name="destination">At least <see cref="Bytes"/> octets.</param>
    /// <exception cref="ArgumentOutOfRangeException">The destination is too short.</exception>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32BigEndian(destination[12..], SequenceNumber);
        BinaryPrimitives.WriteUInt32BigEndian(destination[8..], (uint)CommandStatus);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], (uint)CommandId);
        BinaryPrimitives.WriteUInt32BigEndian(destination, CommandLength);
    }
}
