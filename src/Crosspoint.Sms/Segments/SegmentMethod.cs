namespace Crosspoint.Sms.Segments;

/// <summary>How the parts of a long message are joined at the phone.</summary>
public enum SegmentMethod : byte
{
    /// <summary>User data header with an 8-bit reference, 6 octets (3GPP TS 23.040 §9.2.3.24.1).</summary>
    Udh8 = 0,

    /// <summary>User data header with a 16-bit reference, 7 octets (3GPP TS 23.040 §9.2.3.24.8).</summary>
    Udh16 = 1,

    /// <summary>TLVs sar_msg_ref_num, sar_total_segments and sar_segment_seqnum (SMPP v3.4 §5.3.2.22 to 24).</summary>
    Sar = 2,

    /// <summary>The whole text in message_payload; the message centre cuts it (SMPP v3.4 §5.3.2.32).</summary>
    Payload = 3,
}
