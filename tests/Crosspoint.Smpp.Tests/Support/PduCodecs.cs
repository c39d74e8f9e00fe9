using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;

namespace Crosspoint.Smpp.Tests.Support;

/// <summary>Reads a body and writes what was read.</summary>
/// <param name="body">The body.</param>
/// <param name="again">Room for it.</param>
/// <param name="bodyLength">What BodyLength says.</param>
/// <param name="written">The octets written; -1 when writing failed.</param>
internal delegate CommandStatus RoundTrip(ReadOnlySpan<byte> body, Span<byte> again, out int bodyLength, out int written);

/// <summary>The codec of every operation that has a body.</summary>
internal static class PduCodecs
{
    public static IReadOnlyList<(CommandId Id, RoundTrip RoundTrip)> All { get; } =
    [
        (CommandId.BindReceiver, BindRequestAgain),
        (CommandId.BindTransmitter, BindRequestAgain),
        (CommandId.BindTransceiver, BindRequestAgain),
        (CommandId.BindReceiverResp, BindResponseAgain),
        (CommandId.BindTransmitterResp, BindResponseAgain),
        (CommandId.BindTransceiverResp, BindResponseAgain),
        (CommandId.Outbind, OutbindAgain),
        (CommandId.SubmitSm, SubmitSmAgain),
        (CommandId.SubmitSmResp, SubmitSmRespAgain),
        (CommandId.SubmitMulti, SubmitMultiAgain),
        (CommandId.SubmitMultiResp, SubmitMultiRespAgain),
        (CommandId.DeliverSm, DeliverSmAgain),
        (CommandId.DeliverSmResp, DeliverSmRespAgain),
        (CommandId.DataSm, DataSmAgain),
        (CommandId.DataSmResp, DataSmRespAgain),
        (CommandId.QuerySm, QuerySmAgain),
        (CommandId.QuerySmResp, QuerySmRespAgain),
        (CommandId.CancelSm, CancelSmAgain),
        (CommandId.ReplaceSm, ReplaceSmAgain),
        (CommandId.AlertNotification, AlertNotificationAgain),
        (CommandId.BroadcastSm, BroadcastSmAgain),
        (CommandId.BroadcastSmResp, BroadcastSmRespAgain),
        (CommandId.QueryBroadcastSm, QueryBroadcastSmAgain),
        (CommandId.QueryBroadcastSmResp, QueryBroadcastSmRespAgain),
        (CommandId.CancelBroadcastSm, CancelBroadcastSmAgain),
    ];

    public static RoundTrip? Find(CommandId id)
    {
        foreach ((CommandId known, RoundTrip codec) in All)
        {
            if (known == id) return codec;
        }

        return null;
    }

    private static CommandStatus BindRequestAgain(ReadOnlySpan<byte> body, Span<byte> again, out int bodyLength, out int written)
    {
        CommandStatus status = BindRequest.TryRead(body, out BindRequest pdu).Status;
        bodyLength = pdu.BodyLength;
        if (status != CommandStatus.Ok || !pdu.TryWrite(again, out written)) written = -1;
        return status;
    }

    private static CommandStatus BindResponseAgain(ReadOnlySpan<byte> body, Span<byte> again, out int bodyLength, out int written)
    {
        CommandStatus status = BindResponse.TryRead(body, out BindResponse pdu).Status;
        bodyLength = pdu.BodyLength;
        if (status != CommandStatus.Ok || !pdu.TryWrite(again, out written)) written = -1;
        return status;
    }

    private static CommandStatus OutbindAgain(ReadOnlySpan<byte> body, Span<byte> again, out int bodyLength, out int written)
    {
        CommandStatus status = Outbind.TryRead(body, out Outbind pdu).Status;
        bodyLength = pdu.BodyLength;
        if (status != CommandStatus.Ok || !pdu.TryWrite(again, out written)) written = -1;
        return status;
    }

    private static CommandStatus SubmitSmAgain(ReadOnlySpan<byte> body, Span<byte> again, out int bodyLength, out int written)
    {
        CommandStatus status = SubmitSm.TryRead(body, out SubmitSm pdu).Status;
        bodyLength = pdu.BodyLength;
        if (status != CommandStatus.Ok || !pdu.TryWrite(again, out written)) written = -1;
        return status;
    }

    private static CommandStatus SubmitSmRespAgain(ReadOnlySpan<byte> body, Span<byte> again, out int bodyLength, out int written)
    {
        CommandStatus status = SubmitSmResp.TryRead(body, out SubmitSmResp pdu).Status;
        bodyLength = pdu.BodyLength;
        if (status != CommandStatus.Ok || !pdu.TryWrite(again, out written)) written = -1;
        return status;
    }

    private static CommandStatus SubmitMultiAgain(ReadOnlySpan<byte> body, Span<byte> again, out int bodyLength, out int written)
    {
        CommandStatus status = SubmitMulti.TryRead(body, out SubmitMulti pdu).Status;
        bodyLength = pdu.BodyLength;
        if (status != CommandStatus.Ok || !pdu.TryWrite(again, out written)) written = -1;
        return status;
    }

    private static CommandStatus SubmitMultiRespAgain(ReadOnlySpan<byte> body, Span<byte> again, out int bodyLength, out int written)
    {
        CommandStatus status = SubmitMultiResp.TryRead(body, out SubmitMultiResp pdu).Status;
        bodyLength = pdu.BodyLength;
        if (status != CommandStatus.Ok || !pdu.TryWrite(again, out written)) written = -1;
        return status;
    }

    private static CommandStatus DeliverSmAgain(ReadOnlySpan<byte> body, Span<byte> again, out int bodyLength, out int written)
    {
        CommandStatus status = DeliverSm.TryRead(body, out DeliverSm pdu).Status;
        bodyLength = pdu.BodyLength;
        if (status != CommandStatus.Ok || !pdu.TryWrite(again, out written)) written = -1;
        return status;
    }

    private static CommandStatus DeliverSmRespAgain(ReadOnlySpan<byte> body, Span<byte> again, out int bodyLength, out int written)
    {
        CommandStatus status = DeliverSmResp.TryRead(body, out DeliverSmResp pdu).Status;
        bodyLength = pdu.BodyLength;
        if (status != CommandStatus.Ok || !pdu.TryWrite(again, out written)) written = -1;
        return status;
    }

    private static CommandStatus DataSmAgain(ReadOnlySpan<byte> body, Span<byte> again, out int bodyLength, out int written)
    {
        CommandStatus status = DataSm.TryRead(body, out DataSm pdu).Status;
        bodyLength = pdu.BodyLength;
        if (status != CommandStatus.Ok || !pdu.TryWrite(again, out written)) written = -1;
        return status;
    }

    private static CommandStatus DataSmRespAgain(ReadOnlySpan<byte> body, Span<byte> again, out int bodyLength, out int written)
    {
        CommandStatus status = DataSmResp.TryRead(body, out DataSmResp pdu).Status;
        bodyLength = pdu.BodyLength;
        if (status != CommandStatus.Ok || !pdu.TryWrite(again, out written)) written = -1;
        return status;
    }

    private static CommandStatus QuerySmAgain(ReadOnlySpan<byte> body, Span<byte> again, out int bodyLength, out int written)
    {
        CommandStatus status = QuerySm.TryRead(body, out QuerySm pdu).Status;
        bodyLength = pdu.BodyLength;
        if (status != CommandStatus.Ok || !pdu.TryWrite(again, out written)) written = -1;
        return status;
    }

    private static CommandStatus QuerySmRespAgain(ReadOnlySpan<byte> body, Span<byte> again, out int bodyLength, out int written)
    {
        CommandStatus status = QuerySmResp.TryRead(body, out QuerySmResp pdu).Status;
        bodyLength = pdu.BodyLength;
        if (status != CommandStatus.Ok || !pdu.TryWrite(again, out written)) written = -1;
        return status;
    }

    private static CommandStatus CancelSmAgain(ReadOnlySpan<byte> body, Span<byte> again, out int bodyLength, out int written)
    {
        CommandStatus status = CancelSm.TryRead(body, out CancelSm pdu).Status;
        bodyLength = pdu.BodyLength;
        if (status != CommandStatus.Ok || !pdu.TryWrite(again, out written)) written = -1;
        return status;
    }

    private static CommandStatus ReplaceSmAgain(ReadOnlySpan<byte> body, Span<byte> again, out int bodyLength, out int written)
    {
        CommandStatus status = ReplaceSm.TryRead(body, out ReplaceSm pdu).Status;
        bodyLength = pdu.BodyLength;
        if (status != CommandStatus.Ok || !pdu.TryWrite(again, out written)) written = -1;
        return status;
    }

    private static CommandStatus AlertNotificationAgain(ReadOnlySpan<byte> body, Span<byte> again, out int bodyLength, out int written)
    {
        CommandStatus status = AlertNotification.TryRead(body, out AlertNotification pdu).Status;
        bodyLength = pdu.BodyLength;
        if (status != CommandStatus.Ok || !pdu.TryWrite(again, out written)) written = -1;
        return status;
    }

    private static CommandStatus BroadcastSmAgain(ReadOnlySpan<byte> body, Span<byte> again, out int bodyLength, out int written)
    {
        CommandStatus status = BroadcastSm.TryRead(body, out BroadcastSm pdu).Status;
        bodyLength = pdu.BodyLength;
        if (status != CommandStatus.Ok || !pdu.TryWrite(again, out written)) written = -1;
        return status;
    }

    private static CommandStatus BroadcastSmRespAgain(ReadOnlySpan<byte> body, Span<byte> again, out int bodyLength, out int written)
    {
        CommandStatus status = BroadcastSmResp.TryRead(body, out BroadcastSmResp pdu).Status;
        bodyLength = pdu.BodyLength;
        if (status != CommandStatus.Ok || !pdu.TryWrite(again, out written)) written = -1;
        return status;
    }

    private static CommandStatus QueryBroadcastSmAgain(ReadOnlySpan<byte> body, Span<byte> again, out int bodyLength, out int written)
    {
        CommandStatus status = QueryBroadcastSm.TryRead(body, out QueryBroadcastSm pdu).Status;
        bodyLength = pdu.BodyLength;
        if (status != CommandStatus.Ok || !pdu.TryWrite(again, out written)) written = -1;
        return status;
    }

    private static CommandStatus QueryBroadcastSmRespAgain(ReadOnlySpan<byte> body, Span<byte> again, out int bodyLength, out int written)
    {
        CommandStatus status = QueryBroadcastSmResp.TryRead(body, out QueryBroadcastSmResp pdu).Status;
        bodyLength = pdu.BodyLength;
        if (status != CommandStatus.Ok || !pdu.TryWrite(again, out written)) written = -1;
        return status;
    }

    private static CommandStatus CancelBroadcastSmAgain(ReadOnlySpan<byte> body, Span<byte> again, out int bodyLength, out int written)
    {
        CommandStatus status = CancelBroadcastSm.TryRead(body, out CancelBroadcastSm pdu).Status;
        bodyLength = pdu.BodyLength;
        if (status != CommandStatus.Ok || !pdu.TryWrite(again, out written)) written = -1;
        return status;
    }
}
