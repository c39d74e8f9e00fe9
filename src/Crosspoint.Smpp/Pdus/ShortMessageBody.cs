using System.Runtime.CompilerServices;
using Crosspoint.Smpp.Codec;

namespace Crosspoint.Smpp.Pdus;

/// <summary>
/// The body that submit_sm, deliver_sm and submit_multi share (SMPP v3.4 §4.4.1, §4.6.1, §4.5.1); submit_multi has a list of
/// destinations in the place of the one.
/// </summary>
internal ref struct ShortMessageBody
{
    public ReadOnlySpan<byte> ServiceType;
    public SmppAddress SourceAddr;
    public SmppAddress DestinationAddr;
    public byte EsmClass;
    public byte ProtocolId;
    public byte PriorityFlag;
    public ReadOnlySpan<byte> ScheduleDeliveryTime;
    public ReadOnlySpan<byte> ValidityPeriod;
    public byte RegisteredDelivery;
    public byte ReplaceIfPresentFlag;
    public byte DataCoding;
    public byte SmDefaultMsgId;
    public ReadOnlySpan<byte> ShortMessage;
    public ReadOnlySpan<byte> Tlvs;

    private const int ServiceTypeMax = 6;
    private const int TimeMax = 17;
    private const int ShortMessageMax = 255;
    private const int FixedBytes = 11;

    public readonly int Length => LengthWithoutDestination + DestinationAddr.WireBytes;

    public readonly int LengthWithoutDestination =>
        FixedBytes + ServiceType.Length + SourceAddr.WireBytes
        + ScheduleDeliveryTime.Length + ValidityPeriod.Length + ShortMessage.Length + Tlvs.Length;

    /// <summary>short_message, or message_payload when sm_length is 0.</summary>
    public readonly ReadOnlySpan<byte> Text =>
        ShortMessage.IsEmpty && new TlvReader(Tlvs).TryGet(TlvTag.MessagePayload, out ReadOnlySpan<byte> payload) ? payload : ShortMessage;

    /// <summary>What a message centre refuses in a submission that could be read.</summary>
    public readonly DecodeResult CheckSubmission()
    {
        if (ScheduleDeliveryTime.Length is not (0 or SmppTime.Bytes)) return new DecodeResult(CommandStatus.InvalidScheduleTime);
        if (ValidityPeriod.Length is not (0 or SmppTime.Bytes)) return new DecodeResult(CommandStatus.InvalidExpiryTime);
        if (Tlvs.IsEmpty || ShortMessage.IsEmpty) return DecodeResult.Ok;
        bool both = new TlvReader(Tlvs).TryGet(TlvTag.MessagePayload, out ReadOnlySpan<byte> payload) && !payload.IsEmpty;
        return both ? new DecodeResult(CommandStatus.InvalidMessageLength) : DecodeResult.Ok;
    }

    public static DecodeResult TryRead(ReadOnlySpan<byte> body, out ShortMessageBody pdu)
    {
        pdu = default;
        var reader = new BodyReader(body);
        pdu.ServiceType = reader.CString(ServiceTypeMax, CommandStatus.InvalidServiceType);
        pdu.SourceAddr = SmppAddress.Read(ref reader, SmppAddress.MaxBytes, CommandStatus.InvalidSourceAddress);
        pdu.DestinationAddr = SmppAddress.Read(ref reader, SmppAddress.MaxBytes, CommandStatus.InvalidDestinationAddress);
        return reader.Status == CommandStatus.Ok ? pdu.ReadFromEsmClass(reader.Rest) : new DecodeResult(reader.Status);
    }

    /// <summary>submit_multi: number_of_dests and so many destinations, which are checked here and walked over later.</summary>
    public static DecodeResult TryReadMulti(ReadOnlySpan<byte> body, out ShortMessageBody pdu, out MultiDestinations destinations)
    {
        pdu = default;
        var reader = new BodyReader(body);
        pdu.ServiceType = reader.CString(ServiceTypeMax, CommandStatus.InvalidServiceType);
        pdu.SourceAddr = SmppAddress.Read(ref reader, SmppAddress.MaxBytes, CommandStatus.InvalidSourceAddress);
        destinations = MultiDestinations.Read(ref reader);
        return reader.Status == CommandStatus.Ok ? pdu.ReadFromEsmClass(reader.Rest) : new DecodeResult(reader.Status);
    }

    public readonly bool TryWrite(Span<byte> destination, out int written)
    {
        var writer = new BodyWriter(destination);
        writer.CString(ServiceType, ServiceTypeMax);
        SourceAddr.Write(ref writer, SmppAddress.MaxBytes);
        DestinationAddr.Write(ref writer, SmppAddress.MaxBytes);
        WriteFromEsmClass(ref writer);
        return writer.Finish(out written);
    }

    public readonly bool TryWriteMulti(Span<byte> destination, scoped MultiDestinations destinations, out int written)
    {
        var writer = new BodyWriter(destination);
        writer.CString(ServiceType, ServiceTypeMax);
        SourceAddr.Write(ref writer, SmppAddress.MaxBytes);
        MultiDestinations.Write(ref writer, destinations);
        WriteFromEsmClass(ref writer);
        return writer.Finish(out written);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private DecodeResult ReadFromEsmClass(ReadOnlySpan<byte> rest)
    {
        var reader = new BodyReader(rest);
        EsmClass = reader.Byte();
        ProtocolId = reader.Byte();
        PriorityFlag = reader.Byte();
        ScheduleDeliveryTime = reader.CString(TimeMax, CommandStatus.InvalidScheduleTime);
        ValidityPeriod = reader.CString(TimeMax, CommandStatus.InvalidExpiryTime);
        RegisteredDelivery = reader.Byte();
        ReplaceIfPresentFlag = reader.Byte();
        DataCoding = reader.Byte();
        SmDefaultMsgId = reader.Byte();
        ShortMessage = reader.Octets(reader.Byte(), CommandStatus.InvalidMessageLength);
        if (reader.Status != CommandStatus.Ok) return new DecodeResult(reader.Status);
        Tlvs = reader.Rest;
        return Tlvs.IsEmpty ? DecodeResult.Ok : TlvReader.Check(Tlvs);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void WriteFromEsmClass(scoped ref BodyWriter writer)
    {
        writer.Byte(EsmClass);
        writer.Byte(ProtocolId);
        writer.Byte(PriorityFlag);
        writer.CString(ScheduleDeliveryTime, TimeMax);
        writer.CString(ValidityPeriod, TimeMax);
        writer.Byte(RegisteredDelivery);
        writer.Byte(ReplaceIfPresentFlag);
        writer.Byte(DataCoding);
        writer.Byte(SmDefaultMsgId);
        if (ShortMessage.Length > ShortMessageMax)
        {
            writer.Fail();
            return;
        }

        writer.Byte((byte)ShortMessage.Length);
        writer.Octets(ShortMessage);
        writer.Octets(Tlvs);
    }
}
