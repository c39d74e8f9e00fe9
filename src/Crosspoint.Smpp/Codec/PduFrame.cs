using System.Buffers;
using System.Buffers.Binary;

namespace Crosspoint.Smpp.Codec;

/// <summary>Cuts a byte stream into PDUs by their command_length (SMPP v3.4 §3.2). The body is not looked at.</summary>
public static class PduFrame
{
    // 3.4 sets no upper limit; a legal PDU with a full message_payload (64 K octets) has about 65.7 KB.
    /// <summary>The longest PDU accepted by default, in octets: 70 000.</summary>
    public const int DefaultMaxBytes = 70_000;

    /// <summary>Takes one PDU off the start of the input.</summary>
    /// <param name="input">Moves behind the PDU, and only on <see cref="FrameResult.Complete"/>.</param>
    /// <param name="maxBytes">The longest PDU to accept, header included.</param>
    /// <param name="pdu">The PDU with its header; empty unless complete.</param>
    public static FrameResult TryRead(ref ReadOnlySequence<byte> input, int maxBytes, out ReadOnlySequence<byte> pdu)
    {
        pdu = default;
        if (input.Length < sizeof(uint)) return FrameResult.NeedMoreData;
        FrameResult result;
        int length;
        if (input.FirstSpan.Length >= sizeof(uint))
        {
            result = Judge(BinaryPrimitives.ReadUInt32BigEndian(input.FirstSpan), input.Length, maxBytes, out length);
        }
        else
        {
            Span<byte> start = stackalloc byte[sizeof(uint)];
            input.Slice(0, sizeof(uint)).CopyTo(start);
            result = Judge(BinaryPrimitives.ReadUInt32BigEndian(start), input.Length, maxBytes, out length);
        }

        if (result != FrameResult.Complete) return result;
        pdu = input.Slice(0, length);
        input = input.Slice(length);
        return FrameResult.Complete;
    }

    /// <summary>Measures the PDU at the start of a span.</summary>
    /// <param name="input">What has been received and not yet used.</param>
    /// <param name="maxBytes">The longest PDU to accept, header included.</param>
    /// <param name="length">The octets of the PDU; 0 unless complete.</param>
    public static FrameResult TryRead(ReadOnlySpan<byte> input, int maxBytes, out int length)
    {
        if (input.Length >= sizeof(uint)) return Judge(BinaryPrimitives.ReadUInt32BigEndian(input), input.Length, maxBytes, out length);
        length = 0;
        return FrameResult.NeedMoreData;
    }

    private static FrameResult Judge(uint announced, long available, int maxBytes, out int length)
    {
        length = 0;
        if (announced < PduHeader.Bytes || announced > (uint)maxBytes) return FrameResult.InvalidLength;
        if (available < announced) return FrameResult.NeedMoreData;
        length = (int)announced;
        return FrameResult.Complete;
    }
}
