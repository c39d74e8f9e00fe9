using System.Buffers.Binary;
using System.Globalization;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;

namespace Crosspoint.Smpp.Explain;

/// <summary>The content of a message, from short_message or message_payload: header, text, receipt.</summary>
internal sealed class PduMessage(PduWalk walk, byte esmClass, byte dataCoding, bool isToEsme)
{
    private const int MostShown = 2_000;

    private byte[] _receiptText = [];
    private int _receiptAt = -1;

    /// <summary>True when short_message holds something.</summary>
    public bool HasShortMessage { get; private set; }

    public void ReadShortMessage()
    {
        if (walk.IsStopped) return;
        int length = walk.Byte("sm_length", "3.4 §5.2.21", fault: value => Overrun(value, walk.Rest.Length - 1));
        if (walk.IsStopped) return;
        bool isCut = length > walk.Rest.Length;
        int taken = Math.Min(length, walk.Rest.Length);
        walk.Add(walk.At, "short_message", taken == 0 ? "(empty)" : PduText.Hex(walk.Rest[..taken]), "3.4 §5.2.22");
        HasShortMessage = taken > 0;
        Explain(walk.Rest[..taken], walk.At);
        walk.Skip(taken);
        if (isCut) walk.Stop();
    }

    /// <summary>The parts of user data: header elements and text.</summary>
    public void Explain(ReadOnlySpan<byte> userData, int at)
    {
        if (userData.IsEmpty) return;
        var headerBytes = 0;
        if (EsmClass.HasUdhi(esmClass) && !TryReadHeader(userData, at, out headerBytes)) return;
        if (isToEsme && headerBytes == 0)
        {
            _receiptText = userData.ToArray();
            _receiptAt = at;
        }

        if (headerBytes == userData.Length) return;
        string? text = (walk.Options.TextDecoder ?? PduText.Decode)(userData, dataCoding, headerBytes);
        if (text is null) return;
        if (dataCoding == 0x08 && (userData.Length - headerBytes) % 2 != 0)
        {
            Part(at + headerBytes, "text", PduText.Quote(text), "half a UCS-2 character at the end");
            return;
        }

        string more = text.Length > MostShown ? $" and {text.Length - MostShown} characters more" : "";
        Part(at + headerBytes, "text", PduText.Quote(more.Length > 0 ? text[..MostShown] : text) + more);
    }

    /// <summary>A receipt in the text, in the TLVs or in both.</summary>
    public void ReadReceipt(ReadOnlySpan<byte> tlvs, int tlvsAt)
    {
        if (!isToEsme) return;
        bool isNamed = EsmClass.IsReceipt(esmClass) || EsmClass.IsIntermediate(esmClass);
        bool isReceipt = DeliveryReceipt.TryParse(_receiptText, new TlvReader(tlvs), out DeliveryReceipt receipt);
        int at = _receiptAt >= 0 ? _receiptAt : tlvsAt;
        if (!isReceipt)
        {
            // An acknowledgement of 3.4 may say all in words of its own, so this is no fault.
            if (isNamed) Part(at, "receipt", "not readable: no id or no state in the text and the TLVs");
            return;
        }

        // Without the bits of esm_class only a text that has both is taken for one.
        if (!isNamed && (receipt.TextId.IsEmpty || receipt.StateText.IsEmpty)) return;
        string note = isNamed ? "" : ", though esm_class does not say so";
        ReadOnlySpan<byte> id = receipt.TextId.IsEmpty ? receipt.TlvId : receipt.TextId;
        walk.Add(at, "receipt", $"message {PduText.Quote(id)} {PduWords.State((byte)receipt.State)}{note}", "3.4 app. B", null, depth: 1);
        if (!receipt.TextId.IsEmpty) Part(at, "id", PduText.Quote(receipt.TextId));
        if (!receipt.Submitted.IsEmpty) Part(at, "sub", $"{PduText.Quote(receipt.Submitted)} submitted");
        if (!receipt.Delivered.IsEmpty) Part(at, "dlvrd", $"{PduText.Quote(receipt.Delivered)} delivered");
        if (receipt.SubmitDate is { } submitted) Part(at, "submit date", Moment(submitted));
        if (receipt.DoneDate is { } done) Part(at, "done date", Moment(done));
        if (!receipt.StateText.IsEmpty) Part(at, "stat", PduText.Quote(receipt.StateText));
        if (!receipt.ErrorCode.IsEmpty) Part(at, "err", PduText.Quote(receipt.ErrorCode));
        if (!receipt.Text.IsEmpty) Part(at, "text", PduText.Quote(receipt.Text));
    }

    private static string? Overrun(int length, int left) =>
        length > left ? $"past the end: {PduText.Octets(length)} announced, {left} left" : null;

    private static string Moment(DateTimeOffset time) =>
        time.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture) + " (zone not said; often the message centre's)";

    private bool TryReadHeader(ReadOnlySpan<byte> userData, int at, out int headerBytes)
    {
        headerBytes = userData[0] + 1;
        if (headerBytes > userData.Length)
        {
            Part(at, "udh length", PduWords.Number(userData[0], 1), $"past the end: {PduText.Octets(userData.Length - 1)} behind it");
            return false;
        }

        walk.Add(at, "udh length", PduWords.Number(userData[0], 1), "TS 23.040", null, depth: 1);
        for (var i = 1; i < headerBytes;)
        {
            ReadOnlySpan<byte> rest = userData[i..headerBytes];
            if (rest.Length < 2 || rest[1] > rest.Length - 2)
            {
                Part(at + i, "udh element", PduText.Hex(rest), "past the end of the header");
                return true;
            }

            (string words, string? fault) = Element(rest[0], rest.Slice(2, rest[1]));
            Part(at + i, "udh element", $"{PduWords.Number(rest[0], 1)} {words}", fault);
            i += 2 + rest[1];
        }

        return true;
    }

    private static (string Words, string? Fault) Element(byte element, ReadOnlySpan<byte> value)
    {
        const string WrongLength = "wrong length for this element";
        switch (element)
        {
            case 0x00:
                return value.Length == 3
                    ? ($"part {value[2]} of {value[1]}, reference {value[0]}", PartFault(value[1], value[2]))
                    : ($"concatenation, 8-bit: {PduText.Hex(value)}", WrongLength);
            case 0x08:
                return value.Length == 4
                    ? ($"part {value[3]} of {value[2]}, reference {BinaryPrimitives.ReadUInt16BigEndian(value)}", PartFault(value[2], value[3]))
                    : ($"concatenation, 16-bit: {PduText.Hex(value)}", WrongLength);
            case 0x01:
                return ($"special SMS message indication: {PduText.Hex(value)}", value.Length == 2 ? null : WrongLength);
            case 0x04:
                return value.Length == 2 ? ($"port {value[0]}, from port {value[1]}", null) : ($"ports, 8-bit: {PduText.Hex(value)}", WrongLength);
            case 0x05:
                return value.Length == 4
                    ? ($"port {BinaryPrimitives.ReadUInt16BigEndian(value)}, from port {BinaryPrimitives.ReadUInt16BigEndian(value[2..])}", null)
                    : ($"ports, 16-bit: {PduText.Hex(value)}", WrongLength);
            case 0x24 or 0x25:
                string shift = element == 0x24 ? "single shift" : "locking shift";
                return value.Length == 1 ? ($"national language {shift}: {Language(value[0])}", null) : ($"{shift}: {PduText.Hex(value)}", WrongLength);
            default:
                string name = element switch
                {
                    0x06 => "SMSC control parameters",
                    0x07 => "UDH source indicator",
                    0x09 => "wireless control message protocol",
                    0x0A => "text formatting",
                    0x20 => "RFC 822 e-mail header",
                    0x22 => "reply address",
                    >= 0x70 and <= 0x7F => "SIM toolkit security header",
                    _ => "element",
                };
                return ($"{name}: {PduText.Hex(value)}", null);
        }
    }

    private static string? PartFault(byte total, byte part) => part == 0 || part > total ? "no such part" : null;

    private static string Language(byte value) => value switch
    {
        1 => "Turkish",
        2 => "Spanish",
        3 => "Portuguese",
        4 => "Bengali",
        5 => "Gujarati",
        6 => "Hindi",
        7 => "Kannada",
        8 => "Malayalam",
        9 => "Oriya",
        10 => "Punjabi",
        11 => "Tamil",
        12 => "Telugu",
        13 => "Urdu",
        _ => "reserved",
    };

    private void Part(int at, string name, string value, string? fault = null) => walk.Add(at, name, value, null, fault, depth: 1);
}
