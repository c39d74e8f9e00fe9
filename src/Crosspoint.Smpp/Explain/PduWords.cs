using System.Globalization;
using System.Text;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;

namespace Crosspoint.Smpp.Explain;

/// <summary>The words of the standard for the values of fields.</summary>
internal static class PduWords
{
    public const string Unknown = "unknown";

    private const string Reserved = "reserved";

    /// <summary>Decimal, and hex of the field's width.</summary>
    public static string Number(uint value, int octets) => string.Create(
        CultureInfo.InvariantCulture, $"{value} (0x{value.ToString(octets switch { 1 => "X2", 2 => "X4", _ => "X8" }, CultureInfo.InvariantCulture)})");

    /// <summary>The name of an operation, for example <c>submit_sm_resp</c>.</summary>
    public static string Operation(CommandId id)
    {
        // alert_notification and outbind have no response: bit 31 makes none of them.
        if (!id.IsKnown() || !Enum.IsDefined(id)) return Unknown;
        var name = new StringBuilder();
        foreach (char letter in id.ToString())
        {
            if (char.IsUpper(letter) && name.Length > 0) name.Append('_');
            name.Append(char.ToLowerInvariant(letter));
        }

        return name.ToString();
    }

    public static bool IsKnownStatus(CommandStatus status) => Enum.IsDefined(status) || (uint)status is >= 0x400 and <= 0x4FF;

    public static string Status(CommandStatus status) =>
        Enum.IsDefined(status) ? CommandStatuses.Name(status) : (uint)status is >= 0x400 and <= 0x4FF ? "of a vendor" : Reserved;

    public static string Ton(byte value) => value switch
    {
        0 => "unknown",
        1 => "international",
        2 => "national",
        3 => "network specific",
        4 => "subscriber number",
        5 => "alphanumeric",
        6 => "abbreviated",
        _ => Reserved,
    };

    public static string Npi(byte value) => value switch
    {
        0 => "unknown",
        1 => "ISDN (E.163, E.164)",
        3 => "data (X.121)",
        4 => "telex (F.69)",
        6 => "land mobile (E.212)",
        8 => "national",
        9 => "private",
        10 => "ERMES",
        14 => "internet (IP)",
        18 => "WAP client id",
        _ => Reserved,
    };

    public static string Version(byte value) => value switch
    {
        <= 0x33 => "SMPP 3.3 or older",
        0x34 => "SMPP 3.4",
        0x50 => "SMPP 5.0",
        _ => Reserved,
    };

    public static string EsmClassFromEsme(byte value) => EsmClassWords(
        value,
        (value & 0x03) switch { 1 => "datagram", 2 => "forward (transaction)", 3 => "store and forward", _ => "default mode" },
        (value & EsmClass.TypeMask) switch
        {
            0 => "default type",
            EsmClass.DeliveryAcknowledgement => "ESME delivery acknowledgement",
            EsmClass.UserAcknowledgement => "ESME manual or user acknowledgement",
            _ => "reserved type",
        });

    public static string EsmClassFromCentre(byte value) => EsmClassWords(
        value,
        (value & 0x03) == 0 ? "" : "mode bits do not apply",
        (value & EsmClass.TypeMask) switch
        {
            0 => "default type",
            EsmClass.Receipt => "delivery receipt",
            EsmClass.DeliveryAcknowledgement => "SME delivery acknowledgement",
            EsmClass.UserAcknowledgement => "SME manual or user acknowledgement",
            EsmClass.ConversationAbort => "conversation abort",
            EsmClass.Intermediate => "intermediate delivery notification",
            _ => "reserved type",
        });

    public static string RegisteredDelivery(byte value)
    {
        string receipt = (value & 0x03) switch
        {
            0 => "no receipt",
            1 => "receipt on success and failure",
            2 => "receipt on failure",
            _ => "receipt on success (5.0; reserved in 3.4)",
        };
        string acknowledgement = (value & 0x0C) switch
        {
            0x04 => ", SME delivery acknowledgement",
            0x08 => ", SME manual or user acknowledgement",
            0x0C => ", both SME acknowledgements",
            _ => "",
        };
        string intermediate = (value & 0x10) != 0 ? ", intermediate notification" : "";
        return receipt + acknowledgement + intermediate + ((value & 0xE0) != 0 ? ", reserved bits" : "");
    }

    public static string Priority(byte value) => value switch
    {
        0 => "lowest",
        1 => "level 1",
        2 => "level 2",
        3 => "highest of 3.4",
        4 => "level 4 (5.0; reserved in 3.4)",
        _ => Reserved,
    };

    public static string Replace(byte value) => value switch { 0 => "do not replace", 1 => "replace", _ => Reserved };

    public static string DataCoding(byte value) => value switch
    {
        0x00 => "default alphabet of the message centre",
        0x01 => "IA5 (ASCII)",
        0x02 or 0x04 => "octets unspecified (8-bit binary)",
        0x03 => "Latin-1 (ISO 8859-1)",
        0x05 => "JIS (X 0208-1990)",
        0x06 => "Cyrillic (ISO 8859-5)",
        0x07 => "Latin/Hebrew (ISO 8859-8)",
        0x08 => "UCS-2",
        0x09 => "pictogram",
        0x0A => "ISO 2022-JP (music codes)",
        0x0D => "extended Kanji JIS (X 0212-1990)",
        0x0E => "KS C 5601",
        >= 0xC0 and < 0xF0 => "GSM message waiting indication",
        >= 0xF0 => (value & 0x04) != 0 ? "GSM message class, 8-bit" : "GSM message class, 7-bit",
        _ => "reserved; many take it as 3GPP TS 23.038 §4",
    };

    public static string State(byte value) => value switch
    {
        0 => "SCHEDULED (5.0)",
        1 => "ENROUTE",
        2 => "DELIVERED",
        3 => "EXPIRED",
        4 => "DELETED",
        5 => "UNDELIVERABLE",
        6 => "ACCEPTED",
        7 => "UNKNOWN",
        8 => "REJECTED",
        9 => "SKIPPED (5.0)",
        _ => Reserved,
    };

    /// <summary>A time as a moment, a relative one as an amount.</summary>
    public static string Time(ReadOnlySpan<byte> value)
    {
        string quoted = PduText.Quote(value);
        if (value.IsEmpty) return quoted;
        if (!SmppTime.TryParse(value, DateTimeOffset.UnixEpoch, out DateTimeOffset time)) return quoted;
        if (value[^1] != (byte)'R')
        {
            return string.Create(CultureInfo.InvariantCulture, $"{quoted} {time:yyyy-MM-dd'T'HH:mm:ss.fzzz}");
        }

        ReadOnlySpan<string> units = ["years", "months", "days", "hours", "minutes", "seconds"];
        var amount = new StringBuilder();
        for (var i = 0; i < units.Length; i++)
        {
            SmppTime.TryTwoDigits(value[(2 * i)..], out int number);
            if (number > 0) amount.Append(CultureInfo.InvariantCulture, $", {number} {(number == 1 ? units[i][..^1] : units[i])}");
        }

        return $"{quoted} {(amount.Length == 0 ? "at once" : amount.ToString(2, amount.Length - 2) + " from then on")}";
    }

    public static string? TimeFault(ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty || SmppTime.TryParse(value, DateTimeOffset.UnixEpoch, out _)) return null;
        return "is neither empty nor a time (YYMMDDhhmmsstnnp, 3.4 §7.1.1)";
    }

    private static string EsmClassWords(byte value, string mode, string type)
    {
        var words = new List<string>();
        if (mode.Length > 0) words.Add(mode);
        words.Add(type);
        if (EsmClass.HasUdhi(value)) words.Add("user data header");
        if ((value & EsmClass.ReplyPath) != 0) words.Add("reply path");
        return string.Join(", ", words);
    }
}
