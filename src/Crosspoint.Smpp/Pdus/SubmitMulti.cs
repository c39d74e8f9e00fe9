using Crosspoint.Smpp.Codec;

namespace Crosspoint.Smpp.Pdus;

/// <summary>submit_multi: one message for up to 254 destinations (SMPP v3.4 §4.5.1), 255 in 5.0.</summary>
/// <remarks>Everything is borrowed: reading copies nothing, and the spans live as long as the buffer that was read.</remarks>
public ref struct SubmitMulti
{
    private ShortMessageBody _body;

    /// <summary>service_type: at most 5 octets, empty for the default service. Default empty.</summary>
    public ReadOnlySpan<byte> ServiceType { readonly get => _body.ServiceType; set => _body.ServiceType = value; }

    /// <summary>source_addr with its TON and NPI: at most 20 octets. Default empty.</summary>
    public SmppAddress SourceAddr { readonly get => _body.SourceAddr; set => _body.SourceAddr = value; }

    /// <summary>
    /// number_of_dests and the destinations: read by a walk, built with <see cref="MultiDestinationWriter"/>. Default empty.
    /// </summary>
    public MultiDestinations Destinations { get; set; }

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
    public readonly int BodyLength => _body.LengthWithoutDestination + Destinations.WireBytes;

    /// <summary>The most destinations that a version of SMPP allows: 254, from 5.0 on 255. Reading takes 255 from everybody.</summary>
    /// <param name="interfaceVersion">The interface_version in use, for example 0x34.</param>
    public static int MaxDestinations(byte interfaceVersion) =>
        interfaceVersion >= 0x50 ? MultiDestinations.MaxCount : MultiDestinations.MaxCount - 1;

    /// <summary>Reads a body.</summary>
    /// <param name="body">Everything behind the header.</param>
    /// <param name="pdu">The fields; those before a fault when the result is not Ok.</param>
    /// <returns>Ok, or the status to answer: as <see cref="SubmitSm.TryRead"/>, RINVNUMDESTS for no destination, RINVDESTFLAG,
    /// RINVDSTADR and RINVDLNAME for a destination that is not one.</returns>
    public static DecodeResult TryRead(ReadOnlySpan<byte> body, out SubmitMulti pdu)
    {
        pdu = default;
        DecodeResult result = ShortMessageBody.TryReadMulti(body, out pdu._body, out MultiDestinations destinations);
        pdu.Destinations = destinations;
        return result.IsOk ? pdu._body.CheckSubmission() : result;
    }

    /// <summary>Writes the body.</summary>
    /// <param name="body">At least <see cref="BodyLength"/> octets.</param>
    /// <param name="written">The octets written; 0 when false.</param>
    /// <returns>False when the room does not do, there is no destination, or a field is longer than the standard allows or holds a
    /// null.</returns>
    public readonly bool TryWrite(Span<byte> body, out int written) => _body.TryWriteMulti(body, Destinations, out written);
}
