using Crosspoint.Smpp.Codec;

namespace Crosspoint.Smpp.Pdus;

/// <summary>submit_sm: a message for the message centre to deliver (SMPP v3.4 §4.4.1).</summary>
/// <remarks>Everything is borrowed: reading copies nothing, and the spans live as long as the buffer that was read.</remarks>
public ref struct SubmitSm
{
    private ShortMessageBody _body;

    /// <summary>service_type: at most 5 octets, empty for the default service. Default empty.</summary>
    public ReadOnlySpan<byte> ServiceType { readonly get => _body.ServiceType; set => _body.ServiceType = value; }

    /// <summary>source_addr with its TON and NPI: at most 20 octets. Default empty.</summary>
    public SmppAddress SourceAddr { readonly get => _body.SourceAddr; set => _body.SourceAddr = value; }

    /// <summary>destination_addr with its TON and NPI: at most 20 octets. Default empty.</summary>
    public SmppAddress DestinationAddr { readonly get => _body.DestinationAddr; set => _body.DestinationAddr = value; }

    /// <summary>esm_class: see <see cref="Pdus.EsmClass"/>. Default 0.</summary>
    public byte EsmClass { readonly get => _body.EsmClass; set => _body.EsmClass = value; }

    /// <summary>protocol_id. Default 0.</summary>
    public byte ProtocolId { readonly get => _body.ProtocolId; set => _body.ProtocolId = value; }

    /// <summary>priority_flag: 0 to 3. Default 0.</summary>
    public byte PriorityFlag { readonly get => _body.PriorityFlag; set => _body.PriorityFlag = value; }

    /// <summary>schedule_delivery_time: empty (at once) or 16 octets, see <see cref="SmppTime"/>. Default empty.</summary>
    public ReadOnlySpan<byte> ScheduleDeliveryTime
    {
        readonly get => _body.ScheduleDeliveryTime;
        set => _body.ScheduleDeliveryTime = value;
    }

    /// <summary>validity_period: empty (the message centre's default) or 16 octets, see <see cref="SmppTime"/>. Default empty.</summary>
    public ReadOnlySpan<byte> ValidityPeriod { readonly get => _body.ValidityPeriod; set => _body.ValidityPeriod = value; }

    /// <summary>registered_delivery: 0 no receipt, 1 success and failure, 2 failure only. Default 0.</summary>
    public byte RegisteredDelivery { readonly get => _body.RegisteredDelivery; set => _body.RegisteredDelivery = value; }

    /// <summary>replace_if_present_flag: 0 or 1. Default 0.</summary>
    public byte ReplaceIfPresentFlag { readonly get => _body.ReplaceIfPresentFlag; set => _body.ReplaceIfPresentFlag = value; }

    /// <summary>data_coding: 0 is the message centre's default alphabet, 8 is UCS-2. Default 0.</summary>
    public byte DataCoding { readonly get => _body.DataCoding; set => _body.DataCoding = value; }

    /// <summary>sm_default_msg_id: 0 for none. Default 0.</summary>
    public byte SmDefaultMsgId { readonly get => _body.SmDefaultMsgId; set => _body.SmDefaultMsgId = value; }

    /// <summary>short_message: at most 254 octets in 3.4, 255 in 5.0. Empty when the text is in message_payload. Default empty.</summary>
    public ReadOnlySpan<byte> ShortMessage { readonly get => _body.ShortMessage; set => _body.ShortMessage = value; }

    /// <summary>
    /// The optional parameters as they stand on the wire: read with <see cref="TlvReader"/>, built with <see cref="TlvWriter"/>.
    /// Default empty.
    /// </summary>
    public ReadOnlySpan<byte> Tlvs { readonly get => _body.Tlvs; set => _body.Tlvs = value; }

    /// <summary>short_message, or message_payload when sm_length is 0.</summary>
    public readonly ReadOnlySpan<byte> Text => _body.Text;

    /// <summary>Octets of the body on the wire.</summary>
    public readonly int BodyLength => _body.Length;

    /// <summary>Reads a body.</summary>
    /// <param name="body">Everything behind the header.</param>
    /// <param name="pdu">The fields; those before a fault when the result is not Ok.</param>
    /// <returns>Ok, or the status to answer: RINVCMDLEN for a cut field, RINVMSGLEN for an sm_length past the end, RINVTLVSTREAM,
    /// RINVTLVLEN, RINVSCHED, RINVEXPIRY, or RINVMSGLEN when both short_message and message_payload are filled.</returns>
    public static DecodeResult TryRead(ReadOnlySpan<byte> body, out SubmitSm pdu)
    {
        pdu = default;
        DecodeResult result = ShortMessageBody.TryRead(body, out pdu._body);
        return result.IsOk ? pdu._body.CheckSubmission() : result;
    }

    /// <summary>Writes the body.</summary>
    /// <param name="body">At least <see cref="BodyLength"/> octets.</param>
    /// <param name="written">The octets written; 0 when false.</param>
    /// <returns>False when the room does not do, or a field is longer than the standard allows or holds a null.</returns>
    public readonly bool TryWrite(Span<byte> body, out int written) => _body.TryWrite(body, out written);
}
