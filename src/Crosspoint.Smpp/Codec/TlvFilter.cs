using System.Buffers.Binary;

namespace Crosspoint.Smpp.Codec;

/// <summary>Takes out of a written TLV area what the peer's version does not know.</summary>
internal static class TlvFilter
{
    /// <summary>Moves the TLVs that stay together, in place and in their order.</summary>
    /// <param name="area">The TLV area of a PDU about to be sent.</param>
    /// <param name="interfaceVersion">The version in use with the peer.</param>
    /// <returns>The octets that stay, from the start of the area.</returns>
    public static int Keep(Span<byte> area, byte interfaceVersion)
    {
        if (interfaceVersion >= 0x50) return area.Length;
        if (interfaceVersion < 0x34) return 0;
        var kept = 0;
        var at = 0;
        while (area.Length - at >= Tlv.HeaderBytes)
        {
            int bytes = Tlv.HeaderBytes + BinaryPrimitives.ReadUInt16BigEndian(area[(at + 2)..]);
            if (area.Length - at < bytes) break;
            if (!IsOfVersion50((TlvTag)BinaryPrimitives.ReadUInt16BigEndian(area[at..])))
            {
                if (kept != at) area.Slice(at, bytes).CopyTo(area[kept..]);
                kept += bytes;
            }

            at += bytes;
        }

        if (kept != at) area[at..].CopyTo(area[kept..]);
        return kept + area.Length - at;
    }

    /// <summary>True for the tags that came with 5.0.</summary>
    public static bool IsOfVersion50(TlvTag tag) =>
        tag is TlvTag.CongestionState or (>= TlvTag.BroadcastChannelIndicator and <= TlvTag.DestAddrNpCountry);
}
