using System.Buffers.Binary;
using System.Globalization;
using Crosspoint.Smpp.Codec;

namespace Crosspoint.Smpp.Explain;

/// <summary>The TLVs behind the fields, by name and with typed values.</summary>
internal static class PduTlvs
{
    // The order of SMPP v3.4 §5.3.2: the number of the section is the place here, from 1.
    private static readonly TlvTag[] Sections34 =
    [
        TlvTag.DestAddrSubunit, TlvTag.SourceAddrSubunit, TlvTag.DestNetworkType, TlvTag.SourceNetworkType, TlvTag.DestBearerType,
        TlvTag.SourceBearerType, TlvTag.DestTelematicsId, TlvTag.SourceTelematicsId, TlvTag.QosTimeToLive, TlvTag.PayloadType,
        TlvTag.AdditionalStatusInfoText, TlvTag.ReceiptedMessageId, TlvTag.MsMsgWaitFacilities, TlvTag.PrivacyIndicator,
        TlvTag.SourceSubaddress, TlvTag.DestSubaddress, TlvTag.UserMessageReference, TlvTag.UserResponseCode, TlvTag.LanguageIndicator,
        TlvTag.SourcePort, TlvTag.DestinationPort, TlvTag.SarMsgRefNum, TlvTag.SarTotalSegments, TlvTag.SarSegmentSeqnum,
        TlvTag.ScInterfaceVersion, TlvTag.DisplayTime, TlvTag.MsValidity, TlvTag.DpfResult, TlvTag.SetDpf, TlvTag.MsAvailabilityStatus,
        TlvTag.NetworkErrorCode, TlvTag.MessagePayload, TlvTag.DeliveryFailureReason, TlvTag.MoreMessagesToSend, TlvTag.MessageState,
        TlvTag.CallbackNum, TlvTag.CallbackNumPresInd, TlvTag.CallbackNumAtag, TlvTag.NumberOfMessages, TlvTag.SmsSignal,
        TlvTag.AlertOnMessageDelivery, TlvTag.ItsReplyType, TlvTag.ItsSessionInfo, TlvTag.UssdServiceOp,
    ];

    private static readonly TlvTag[] SarTlvs = [TlvTag.SarMsgRefNum, TlvTag.SarTotalSegments, TlvTag.SarSegmentSeqnum];

    public static void Read(PduWalk walk, PduMessage? message, TlvTag[] required)
    {
        if (walk.IsStopped) return;
        int areaAt = walk.At;
        ReadOnlySpan<byte> area = walk.Rest;
        while (!walk.IsAtEnd && !walk.IsStopped) ReadOne(walk, message);
        message?.ReadReceipt(area, areaAt);

        // What is missing is only known where all could be read.
        if (walk.IsStopped) return;
        var tlvs = new TlvReader(area);
        RequireAll(walk, tlvs, required, "missing: mandatory here");
        foreach (TlvTag tag in SarTlvs)
        {
            if (!tlvs.TryGet(tag, out _)) continue;
            RequireAll(walk, tlvs, SarTlvs, "missing: the three sar TLVs stand together");
            break;
        }
    }

    private static void RequireAll(PduWalk walk, TlvReader tlvs, TlvTag[] required, string fault)
    {
        foreach (TlvTag tag in required)
        {
            if (!tlvs.TryGet(tag, out _)) walk.Add(walk.At, TlvDefinitions.Find(tag)!.Name, "", SectionOf(tag), fault);
        }
    }

    private static void ReadOne(PduWalk walk, PduMessage? message)
    {
        ReadOnlySpan<byte> rest = walk.Rest;
        if (rest.Length < Tlv.HeaderBytes)
        {
            walk.Add(walk.At, "tlv", PduText.Hex(rest), "3.4 §5.3.1", $"left over: {PduText.Octets(rest.Length)}, no TLV");
            walk.Skip(rest.Length);
            walk.Stop();
            return;
        }

        var tag = (TlvTag)BinaryPrimitives.ReadUInt16BigEndian(rest);
        int length = BinaryPrimitives.ReadUInt16BigEndian(rest[2..]);
        TlvDefinition? definition = walk.Options.Tlvs?.Find(tag) ?? TlvDefinitions.Find(tag);
        string name = definition?.Name ?? ((ushort)tag is >= 0x1400 and <= 0x3FFF ? "vendor TLV" : "unknown TLV");
        string start = string.Create(CultureInfo.InvariantCulture, $"tag 0x{(ushort)tag:X4}, {PduText.Octets(length)}: ");
        int left = rest.Length - Tlv.HeaderBytes;
        if (length > left)
        {
            walk.Add(walk.At, name, start + PduText.Hex(rest[Tlv.HeaderBytes..]), SectionOf(tag),
                $"past the end: {PduText.Octets(length)} announced, {left} left");
            walk.Skip(rest.Length);
            walk.Stop();
            return;
        }

        ReadOnlySpan<byte> value = rest.Slice(Tlv.HeaderBytes, length);
        string? fault = FaultOf(definition, value);
        string words = definition is null || (fault is not null && definition.Kind != TlvKind.CString)
            ? PduText.Hex(value)
            : Words(definition, value);
        if (tag == TlvTag.MessagePayload && message is { HasShortMessage: true } && length > 0)
        {
            fault = "beside a short_message: one of the two holds the text";
        }

        walk.Add(walk.At, name, start + words, SectionOf(tag), fault);
        if (tag == TlvTag.MessagePayload) message?.Explain(value, walk.At + Tlv.HeaderBytes);
        walk.Skip(Tlv.HeaderBytes + length);
    }

    private static string? FaultOf(TlvDefinition? definition, ReadOnlySpan<byte> value)
    {
        if (definition is null) return null;
        if (value.Length > definition.MaxLength || (value.Length < definition.MinLength && definition.Kind != TlvKind.CString))
        {
            return definition.MinLength == definition.MaxLength
                ? $"wrong length: it takes {PduText.Octets(definition.MinLength)}"
                : $"wrong length: it takes {definition.MinLength} to {PduText.Octets(definition.MaxLength)}";
        }

        if (definition.Kind != TlvKind.CString) return null;
        if (value.IsEmpty || value[^1] != 0) return "has no null at its end; many send it so, and most take it";
        return definition.Check(value).IsOk ? null : "has a null inside";
    }

    private static string SectionOf(TlvTag tag)
    {
        int place = Array.IndexOf(Sections34, tag);
        if (place >= 0) return string.Create(CultureInfo.InvariantCulture, $"3.4 §5.3.2.{place + 1}");
        return TlvDefinitions.Find(tag) is null ? "3.4 §5.3.2" : "5.0 §4.8.4";
    }

    private static string Words(TlvDefinition definition, ReadOnlySpan<byte> value)
    {
        switch (definition.Kind)
        {
            case TlvKind.CString when definition.Tag == TlvTag.BroadcastEndTime:
                return PduWords.Time(value.TrimEnd((byte)0));
            case TlvKind.CString:
                return PduText.Quote(value.TrimEnd((byte)0));
            case TlvKind.Octets:
                return $"{PduText.Hex(value)} {Structure(definition.Tag, value)}".TrimEnd();
            default:
                uint number = 0;
                foreach (byte octet in value) number = (number << 8) | octet;
                return $"{PduWords.Number(number, value.Length)} {Meaning(definition.Tag, number)}".TrimEnd();
        }
    }

    private static string Structure(TlvTag tag, ReadOnlySpan<byte> value)
    {
        switch (tag)
        {
            case TlvTag.NetworkErrorCode when NetworkErrorCode.TryRead(value, out NetworkErrorCode code):
                string network = code.NetworkType switch
                {
                    1 => "ANSI-136",
                    2 => "IS-95",
                    3 => "GSM",
                    _ => $"network type {code.NetworkType}",
                };
                return $"{network}, error {code.Code}";
            case TlvTag.CallbackNum when CallbackNumber.TryRead(value, out CallbackNumber number):
                string digits = number.IsAscii ? PduText.Quote(number.Digits) : $"TBCD {PduText.Hex(number.Digits)}";
                return $"{digits}, TON {PduWords.Ton(number.Ton)}, NPI {PduWords.Npi(number.Npi)}";
            case TlvTag.ItsSessionInfo when ItsSessionInfo.TryRead(value, out ItsSessionInfo info):
                return $"session {info.SessionNumber}, unit {info.SequenceNumber}{(info.IsEnd ? ", the last" : "")}";
            case TlvTag.BroadcastContentType when BroadcastContentType.TryRead(value, out BroadcastContentType type):
                string kind = type.NetworkType switch { 0 => "generic", 1 => "GSM", 2 => "TDMA", 3 => "CDMA", _ => "reserved" };
                return $"network {kind}, content {PduWords.Number(type.ContentType, 2)}";
            case TlvTag.BroadcastFrequencyInterval when BroadcastFrequencyInterval.TryRead(value, out BroadcastFrequencyInterval interval):
                return interval.Unit == BroadcastUnit.AsOftenAsPossible
                    ? "as often as possible"
                    : $"every {interval.Value} {(Enum.IsDefined(interval.Unit) ? interval.Unit.ToString().ToLowerInvariant() : "of a reserved unit")}";
            case TlvTag.BroadcastAreaIdentifier when BroadcastArea.TryRead(value, out BroadcastArea area):
                return area.Format switch
                {
                    BroadcastArea.Alias => $"alias {PduText.Quote(area.Details)}",
                    BroadcastArea.EllipsoidArc => "ellipsoid arc",
                    BroadcastArea.Polygon => "polygon",
                    _ => "reserved format",
                };
            case TlvTag.SourceSubaddress or TlvTag.DestSubaddress when Subaddress.TryRead(value, out Subaddress address):
                return address.Type switch
                {
                    0x80 => "NSAP, even number of digits",
                    0x88 => "NSAP, odd number of digits",
                    0xA0 => "of the user",
                    _ => "reserved type",
                };
            case TlvTag.MsValidity when value.Length >= 1:
                return value[0] switch
                {
                    0 => "store indefinitely",
                    1 => "until power is switched off",
                    2 => "until the registration area is left",
                    3 => "display only",
                    4 => "for a time",
                    _ => "reserved",
                };
            default:
                return "";
        }
    }

    private static string Meaning(TlvTag tag, uint value) => tag switch
    {
        TlvTag.MessageState => PduWords.State((byte)value),
        TlvTag.ScInterfaceVersion => PduWords.Version((byte)value),
        TlvTag.CongestionState => value > 100 ? "reserved" : CongestionLevels.Of((byte)value).ToString(),
        TlvTag.BroadcastErrorStatus => PduWords.Status((CommandStatus)value),
        TlvTag.QosTimeToLive => "seconds",
        TlvTag.BroadcastAreaSuccess => value switch { <= 100 => "percent", 255 => "not known", _ => "reserved" },
        TlvTag.PayloadType => Choose(value, "default", "WCMP"),
        TlvTag.PrivacyIndicator => Choose(value, "not restricted", "restricted", "confidential", "secret"),
        TlvTag.LanguageIndicator => Choose(value, "not said", "English", "French", "Spanish", "German", "Portuguese"),
        TlvTag.DestAddrSubunit or TlvTag.SourceAddrSubunit =>
            Choose(value, "unknown", "display of the handset", "mobile equipment", "smart card 1", "external unit 1"),
        TlvTag.DestNetworkType or TlvTag.SourceNetworkType =>
            Choose(value, "unknown", "GSM", "ANSI-136 / TDMA", "IS-95 / CDMA", "PDC", "PHS", "iDEN", "AMPS", "paging network"),
        TlvTag.DestBearerType or TlvTag.SourceBearerType =>
            Choose(value, "unknown", "SMS", "circuit switched data", "packet data", "USSD", "CDPD", "DataTAC", "FLEX / ReFLEX", "cell broadcast"),
        TlvTag.DisplayTime => Choose(value, "temporary", "default", "invoke"),
        TlvTag.DpfResult => Choose(value, "delivery pending flag not set", "delivery pending flag set"),
        TlvTag.SetDpf => Choose(value, "no delivery pending flag asked for", "delivery pending flag asked for"),
        TlvTag.MsAvailabilityStatus => Choose(value, "available", "denied", "unavailable"),
        TlvTag.DeliveryFailureReason =>
            Choose(value, "destination unavailable", "destination address invalid", "permanent network error", "temporary network error"),
        TlvTag.MoreMessagesToSend => Choose(value, "no more", "more"),
        TlvTag.ItsReplyType => Choose(
            value, "digit", "number", "telephone number", "password", "character line", "menu", "date", "time", "continue"),
        TlvTag.DestAddrNpResolution => Choose(value, "not performed", "performed, number not ported", "performed, number ported"),
        TlvTag.MsMsgWaitFacilities =>
            $"{((value & 0x80) != 0 ? "indication on" : "indication off")}, {Choose(value & 0x03, "voicemail", "fax", "e-mail", "other")}",
        TlvTag.CallbackNumPresInd =>
            $"{Choose((value >> 2) & 0x03, "presentation allowed", "presentation restricted", "number not available", "reserved")}, "
            + Choose(value & 0x03, "not screened", "verified and passed", "verified and failed", "provided by the network"),
        TlvTag.UssdServiceOp => value switch
        {
            0 => "PSSD indication",
            1 => "PSSR indication",
            2 => "USSR request",
            3 => "USSN request",
            16 => "PSSD response",
            17 => "PSSR response",
            18 => "USSR confirm",
            19 => "USSN confirm",
            _ => "reserved",
        },
        _ => "",
    };

    private static string Choose(uint value, params ReadOnlySpan<string> words) => value < words.Length ? words[(int)value] : "reserved";
}
