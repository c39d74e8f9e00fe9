using System.Text;
using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Intake;
using Crosspoint.Engine.Messages;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;
using Crosspoint.Sms.Numbers;
using Crosspoint.Sms.Segments;
using Crosspoint.Sms.Text;

namespace Crosspoint.Server.SmppListener;

/// <summary>
/// Reads what customers submit into the form of intake. What cannot be done for the message is refused with the status that names the
/// field: nothing that was asked for is dropped in silence (docs/smpp-conformance.md).
/// </summary>
internal sealed class SubmitReader(IReadOnlyList<NamedTlv> named, TimeProvider time)
{
    private const byte ModeMask = 0x03;
    private const byte AcknowledgementMask = 0x0C;
    private const byte MostPriority = 3;
    private const int MostAddress = 20;
    private const byte TonUnknown = 0;
    private const byte TonInternational = 1;
    private const byte TonNational = 2;
    private const byte TonAlphanumeric = 5;

    /// <summary>Reads one message.</summary>
    /// <returns>Ok and the submission, or the status to answer.</returns>
    public CommandStatus Read(SmppLogin login, scoped in SubmitFields fields, out Submission? submission)
    {
        submission = null;
        SmppCredential credential = login.Credential;
        CommandStatus status = CheckFlags(fields);
        if (status != CommandStatus.Ok) return status;
        status = ReadText(fields, credential.Alphabet, out PartInfo info);
        if (status != CommandStatus.Ok) return status;
        status = ReadTimes(fields, out DateTimeOffset? sendAt, out int? validity, out DateTimeOffset? validUntil);
        if (status != CommandStatus.Ok) return status;
        status = ReadDestination(fields.Destination, out string to);
        if (status != CommandStatus.Ok) return status;

        // data_sm has room for 64 (§4.7.1); no number or name is so long, and a receipt's deliver_sm could not give it back.
        if (fields.Source.Digits.Length > MostAddress) return CommandStatus.InvalidSourceAddress;
        status = ReadMetadata(fields.Tlvs, out Metadata metadata);
        if (status != CommandStatus.Ok) return status;
        if (info.Total > 0 && fields.ReplaceIfPresent != 0) return CommandStatus.InvalidReplaceIfPresentFlag;

        var tlvs = new TlvReader(fields.Tlvs);
        ushort? reference = tlvs.TryGetUInt16(TlvTag.UserMessageReference, out ushort given) ? given : null;
        bool isPart = info.Total > 0;
        var submit = new SubmitDetails
        {
            ServiceType = Encoding.Latin1.GetString(fields.ServiceType),
            Source = AddressOf(fields.Source),
            Destination = AddressOf(fields.Destination),
            RegisteredDelivery = fields.RegisteredDelivery,
            ProtocolId = fields.ProtocolId,
            DataCoding = fields.DataCoding,
            UserReference = reference,
            PartCount = info.Total,
            Parts = isPart ? [new SubmittedPart((byte)info.Number, fields.RegisteredDelivery, info.Content, info.IsUcs2)] : [],
        };
        var request = new SendRequest
        {
            Account = login.Account,
            To = to,
            From = ReadSource(fields.Source),
            Body = info.Text,
            Class = credential.ClassOf(fields.Priority),
            ValiditySeconds = validity,
            SendAt = sendAt,
            SystemId = credential.SystemId,
            Submit = submit,
            Metadata = metadata,
        };
        int segments = isPart ? 1 : Segmenter.Count(info.Text, EncodingChoice.Cheapest(info.Text), SegmentMethod.Udh8);
        submission = new Submission(
            request, info.Number, isPart ? $"{info.Reference}|{info.Total}|{info.Numbering}" : null, Math.Max(1, segments), fields.ReplaceIfPresent != 0,
            validUntil);
        return CommandStatus.Ok;
    }

    /// <summary>Reads a text that stands alone, as that of replace_sm does.</summary>
    public static CommandStatus ReadWhole(ReadOnlySpan<byte> octets, byte dataCoding, DefaultAlphabet alphabet, out string text)
    {
        text = "";
        if (octets.IsEmpty) return CommandStatus.InvalidMessageLength;
        text = InboundText.Decode(octets, dataCoding, alphabet, default, 0, out bool isTruncated);
        return isTruncated || !IsRightLength(text) ? CommandStatus.InvalidMessageLength : CommandStatus.Ok;
    }

    /// <summary>schedule_delivery_time and validity_period (SMPP v3.4 §5.2.15, §5.2.16), absolute or relative.</summary>
    /// <param name="validity">Seconds of validity from when the message may go out.</param>
    /// <param name="validUntil">The same as a moment.</param>
    public CommandStatus ReadTimes(
        scoped in SubmitFields fields, out DateTimeOffset? sendAt, out int? validity, out DateTimeOffset? validUntil)
    {
        (sendAt, validity, validUntil) = (null, null, null);
        DateTimeOffset now = time.GetUtcNow();
        if (!fields.Schedule.IsEmpty)
        {
            if (!SmppTime.TryParse(fields.Schedule, now, out DateTimeOffset at) || at - now > RequestCheck.MostAhead)
                return CommandStatus.InvalidScheduleTime;

            // A time that has come is no reason to wait.
            if (at > now) sendAt = at;
        }

        DateTimeOffset from = sendAt ?? now;
        if (!fields.Validity.IsEmpty)
        {
            if (!SmppTime.TryParse(fields.Validity, now, out DateTimeOffset until)) return CommandStatus.InvalidExpiryTime;
            double seconds = Math.Ceiling((until - from).TotalSeconds);
            if (seconds is < 1 or > RequestCheck.MostSmppValiditySeconds) return CommandStatus.InvalidExpiryTime;
            (validity, validUntil) = ((int)seconds, until);
        }
        else if (new TlvReader(fields.Tlvs).TryGetUInt32(TlvTag.QosTimeToLive, out uint timeToLive))
        {
            // data_sm has no other way to say it (§4.7.1).
            if (timeToLive is 0 or > RequestCheck.MostSmppValiditySeconds) return CommandStatus.InvalidExpiryTime;
            (validity, validUntil) = ((int)timeToLive, from.AddSeconds(timeToLive));
        }

        return CommandStatus.Ok;
    }

    /// <summary>A recipient in E.164: type of number unknown or international.</summary>
    public static CommandStatus ReadDestination(SmppAddress address, out string number)
    {
        number = "";
        if (address.Ton is not (TonUnknown or TonInternational)) return CommandStatus.InvalidDestinationTon;
        if (address.Digits.Length is 0 or > MostAddress) return CommandStatus.InvalidDestinationAddress;
        string text = Encoding.Latin1.GetString(address.Digits);
        if (!E164.TryNormalize(text, out E164 normal)) return CommandStatus.InvalidDestinationAddress;
        number = normal.ToString();
        return CommandStatus.Ok;
    }

    /// <summary>A sender as intake takes it: a number with its plus, a short code, or a name. Empty where it is none of them.</summary>
    public static string ReadSource(SmppAddress address)
    {
        string text = Encoding.Latin1.GetString(address.Digits);
        if (address.Ton == TonAlphanumeric || text.Length == 0) return text;
        bool isShort = text.Length <= 8 && !text.AsSpan().ContainsAnyExceptInRange('0', '9');

        // Eight digits and fewer are a short code, unless they are said to be an international number.
        if (isShort && address.Ton != TonInternational) return text;
        if (address.Ton == TonNational) return "";
        return E164.TryNormalize(text, out E164 number) ? number.ToString() : text;
    }

    public static SubmitAddress AddressOf(SmppAddress address) =>
        new(address.Ton, address.Npi, Encoding.Latin1.GetString(address.Digits));

    /// <summary>Whether registered_delivery asks for nothing but what carriers tell: no acknowledgement of the handset or its user.</summary>
    public static bool IsServed(byte registeredDelivery) => (registeredDelivery & AcknowledgementMask) == 0;

    private static CommandStatus CheckFlags(scoped in SubmitFields fields)
    {
        // Store and forward is what this gateway does; a datagram or a transaction would be a promise that it does not keep. Acknowledgements
        // and the reply path are matters of handsets, which carriers do not hand on.
        bool isOrdinary = (fields.EsmClass & ModeMask) is 0 or EsmClass.StoreAndForward
            && (fields.EsmClass & (EsmClass.TypeMask | EsmClass.ReplyPath)) == 0;
        if (!isOrdinary) return CommandStatus.InvalidEsmClass;
        if (fields.Priority > MostPriority) return CommandStatus.InvalidPriorityFlag;
        if (!IsServed(fields.RegisteredDelivery)) return CommandStatus.InvalidRegisteredDelivery;
        if (fields.ReplaceIfPresent > 1) return CommandStatus.InvalidReplaceIfPresentFlag;
        if (fields.DefaultMessageId != 0) return CommandStatus.InvalidDefaultMessageId;
        return IsPlainText(fields.DataCoding) ? CommandStatus.Ok : CommandStatus.InvalidDataCoding;
    }

    // Binary content, message waiting and flash need the carrier's own data_coding, which a text does not keep. Class 1 is the handset's
    // ordinary memory.
    private static bool IsPlainText(byte dataCoding) =>
        dataCoding is 0x11 or 0xF1 || (dataCoding < 0x10 && !DataCodings.IsBinary(dataCoding));

    private static CommandStatus ReadText(scoped in SubmitFields fields, DefaultAlphabet alphabet, out PartInfo info)
    {
        info = default;
        ReadOnlySpan<byte> text = fields.Text;
        UserDataHeader header = default;
        int fill = 0;
        if (EsmClass.HasUdhi(fields.EsmClass))
        {
            if (!UserDataHeaders.TryParse(text, out header) || header.HasPorts || header.HasInvalidConcatenation)
                return CommandStatus.InvalidEsmClass;
            text = text[header.HeaderLength..];
            if (alphabet == DefaultAlphabet.GsmPacked) fill = GsmAlphabet.FillBits(header.HeaderLength);
        }

        if (text.IsEmpty) return CommandStatus.InvalidMessageLength;
        bool isUcs2 = fields.DataCoding == DataCodings.For(SmsEncoding.Ucs2);
        info.Text = InboundText.Decode(text, fields.DataCoding, alphabet, header.ShiftTables, fill, out bool isTruncated);
        if (isTruncated || !IsRightLength(info.Text)) return CommandStatus.InvalidMessageLength;
        (info.Reference, info.Total, info.Number) = (header.Reference, header.Total, header.Part);
        info.Numbering = header.Is16Bit ? "udh16" : "udh8";
        if (!header.IsConcatenated)
        {
            CommandStatus status = ReadSar(fields.Tlvs, ref info);
            if (status != CommandStatus.Ok) return status;
        }

        if (info.Total == 1) (info.Total, info.Number) = (0, 0);
        if (info.Total == 0) return CommandStatus.Ok;
        info.IsUcs2 = isUcs2;
        info.Content = isUcs2 ? Encoding.Latin1.GetString(text) : info.Text;
        return CommandStatus.Ok;
    }

    private static bool IsRightLength(string text) => text.Length is > 0 and <= RequestCheck.MostBodyCharacters;

    private static CommandStatus ReadSar(ReadOnlySpan<byte> area, ref PartInfo info)
    {
        if (area.IsEmpty) return CommandStatus.Ok;
        var tlvs = new TlvReader(area);
        bool hasReference = tlvs.TryGetUInt16(TlvTag.SarMsgRefNum, out ushort reference);
        bool hasTotal = tlvs.TryGetByte(TlvTag.SarTotalSegments, out byte total);
        bool hasNumber = tlvs.TryGetByte(TlvTag.SarSegmentSeqnum, out byte number);
        if (!hasReference && !hasTotal && !hasNumber) return CommandStatus.Ok;

        // §5.3.2.22 to §5.3.2.24: the three belong together.
        if (!hasReference || !hasTotal || !hasNumber) return CommandStatus.MissingTlv;
        if (total == 0 || number == 0 || number > total) return CommandStatus.InvalidTlvValue;
        (info.Reference, info.Total, info.Number, info.Numbering) = (reference, total, number, "sar");
        return CommandStatus.Ok;
    }

    private CommandStatus ReadMetadata(ReadOnlySpan<byte> area, out Metadata metadata)
    {
        metadata = Metadata.Empty;
        if (named.Count == 0) return CommandStatus.Ok;
        var tlvs = new TlvReader(area);
        var items = new List<KeyValuePair<string, string>>();
        foreach (NamedTlv tlv in named)
        {
            if (!tlvs.TryGet((TlvTag)tlv.Tag, out ReadOnlySpan<byte> value))
            {
                if (tlv.IsRequired) return CommandStatus.MissingTlv;
                continue;
            }

            if (tlv.Read(value) is not { } text) return CommandStatus.InvalidTlvValue;
            items.Add(new(tlv.Name, text));
        }

        if (items.Count == 0) return CommandStatus.Ok;
        if (Metadata.TryCreate(items, out _) is not { } created) return CommandStatus.InvalidTlvValue;
        metadata = created;
        return CommandStatus.Ok;
    }

    private struct PartInfo
    {
        public string Text;
        public string? Content;
        public bool IsUcs2;
        public int Reference;
        public int Total;
        public int Number;
        public string Numbering;
    }
}
