using Crosspoint.Smpp.Codec;

namespace Crosspoint.Smpp.Pdus;

/// <summary>Finds the optional parameters of any body.</summary>
internal static class TlvArea
{
    /// <summary>Octets of the TLV area at the end of a body; 0 when there is none, or the fields in front of it cannot be read.</summary>
    public static int Length(CommandId commandId, ReadOnlySpan<byte> body)
    {
        switch (commandId)
        {
            case CommandId.SubmitSm or CommandId.DeliverSm:
                DeliverSm.TryRead(body, out DeliverSm message);
                return message.Tlvs.Length;
            case CommandId.SubmitMulti:
                SubmitMulti.TryRead(body, out SubmitMulti multi);
                return multi.Tlvs.Length;
            case CommandId.SubmitMultiResp:
                SubmitMultiResp.TryRead(body, out SubmitMultiResp multiResponse);
                return multiResponse.Tlvs.Length;
            case CommandId.DataSm:
                DataSm.TryRead(body, out DataSm data);
                return data.Tlvs.Length;
            case CommandId.ReplaceSm:
                ReplaceSm.TryRead(body, out ReplaceSm replace);
                return replace.Tlvs.Length;
            case CommandId.QuerySmResp:
                QuerySmResp.TryRead(body, out QuerySmResp state);
                return state.Tlvs.Length;
            case CommandId.AlertNotification:
                AlertNotification.TryRead(body, out AlertNotification alert);
                return alert.Tlvs.Length;
            case CommandId.BindReceiverResp or CommandId.BindTransmitterResp or CommandId.BindTransceiverResp:
                BindResponse.TryRead(body, out BindResponse bound);
                return bound.Tlvs.Length;
            case CommandId.SubmitSmResp or CommandId.DeliverSmResp or CommandId.DataSmResp or CommandId.BroadcastSmResp
                or CommandId.QueryBroadcastSmResp:
                SubmitSmResp.TryRead(body, out SubmitSmResp response);
                return response.Tlvs.Length;
            case CommandId.BroadcastSm:
                BroadcastSm.TryRead(body, out BroadcastSm broadcast);
                return broadcast.Tlvs.Length;
            case CommandId.QueryBroadcastSm:
                QueryBroadcastSm.TryRead(body, out QueryBroadcastSm query);
                return query.Tlvs.Length;
            case CommandId.CancelBroadcastSm:
                CancelBroadcastSm.TryRead(body, out CancelBroadcastSm cancel);
                return cancel.Tlvs.Length;
            case CommandId.CancelSmResp or CommandId.ReplaceSmResp or CommandId.CancelBroadcastSmResp or CommandId.EnquireLinkResp
                or CommandId.UnbindResp:
                return body.Length;
            default:
                return 0;
        }
    }
}
