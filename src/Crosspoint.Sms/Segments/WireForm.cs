using System.Text;
using Crosspoint.Sms.Text;

namespace Crosspoint.Sms.Segments;

/// <summary>
/// How one text goes to one carrier: its encoding, its national tables, and how it is cut. Count, cut and octets all follow from it, so that
/// they agree. The default value is GSM 7-bit, unpacked, with 8-bit references.
/// </summary>
public readonly record struct WireForm
{
    /// <summary>Octets of user data that a phone gets in one segment (3GPP TS 23.040 §9.2.3.24).</summary>
    public const int FullPayload = 140;

    /// <summary>Octets that short_message holds at most (SMPP v3.4 §5.2.22), and so the room that <see cref="Encode"/> needs.</summary>
    public const int MostOctets = 254;

    private const char CarriageReturn = '\r';

    // What is missing to the full size, so that the default value is the default form.
    private readonly byte _missing;

    /// <summary>How the text is encoded.</summary>
    public SmsEncoding Encoding { get; init; }

    /// <summary>How text in GSM 7-bit is written; of no meaning for the other encodings.</summary>
    public DefaultAlphabet Alphabet { get; init; }

    /// <summary>National tables that the header of each segment names; of no meaning but for GSM 7-bit.</summary>
    public GsmShiftTables Tables { get; init; }

    /// <summary>How the parts of a long message are joined.</summary>
    public SegmentMethod Method { get; init; }

    /// <summary>Octets of user data in one segment, header included, as the phone gets it: 40 to 140. Default: 140.</summary>
    public int PayloadSize
    {
        get => FullPayload - _missing;
        init => _missing = (byte)(FullPayload - value);
    }

    /// <summary>
    /// True when each part has a header even if it is the only one. Such parts are joined by headers with <see cref="SegmentMethod.Sar"/> as
    /// well, for a message has either a header or those TLVs.
    /// </summary>
    public bool HasTables => Tables != default;

    /// <summary>
    /// Chooses how a text goes to a carrier. No character is lost: what neither the carrier's default alphabet nor one of its national tables
    /// nor its Latin-1 holds goes as UCS2.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="encoding">The encoding that <see cref="EncodingChoice.Cheapest(ReadOnlySpan{char})"/> gave it.</param>
    /// <param name="carrier">What the carrier takes.</param>
    /// <param name="method">How a long message is cut. With <see cref="SegmentMethod.Payload"/> no national table is chosen.</param>
    /// <returns>
    /// The default alphabet where it holds the text; else what takes fewest segments, of equals the first of UCS2, national tables, Latin-1.
    /// </returns>
    public static WireForm Choose(ReadOnlySpan<char> text, SmsEncoding encoding, CarrierAlphabet carrier, SegmentMethod method)
    {
        ArgumentNullException.ThrowIfNull(carrier);
        var form = new WireForm { Encoding = encoding, Alphabet = carrier.Written, Method = method, PayloadSize = carrier.PayloadSize };
        if (carrier.IsPlain || encoding is not (SmsEncoding.Gsm7 or SmsEncoding.Ucs2))
            return form;
        if (encoding == SmsEncoding.Gsm7 && form.HoldsGsm(text))
            return form;

        var best = form with { Encoding = SmsEncoding.Ucs2 };
        var fewest = best.CountSegments(text);
        for (var i = 0; i < carrier.Languages.Count && method != SegmentMethod.Payload; i++)
        {
            var language = carrier.Languages[i];
            Try(text, form, new(GsmLanguage.Default, language), ref best, ref fewest);
            if (!NationalTables.HasLocking(language))
                continue;
            Try(text, form, new(language, GsmLanguage.Default), ref best, ref fewest);
            Try(text, form, new(language, language), ref best, ref fewest);
        }

        if (carrier.Latin1Coding is not null && Latin1.CanEncode(text))
        {
            var latin1 = form with { Encoding = SmsEncoding.Latin1 };
            if (latin1.CountSegments(text) < fewest)
                best = latin1;
        }

        return best;
    }

    /// <summary>Counts the parts that <see cref="Split"/> gives. Allocates nothing.</summary>
    /// <returns>At least 1; may be above <see cref="Segmenter.MaxSegments"/>, which no method can send.</returns>
    public int Count(ReadOnlySpan<char> text) => Method == SegmentMethod.Payload ? 1 : CountSegments(text);

    /// <summary>Cuts a text into the text of each part.</summary>
    /// <returns>
    /// An enumerator for foreach. An empty text gives one empty part; <see cref="SegmentMethod.Payload"/> gives the whole text as one.
    /// </returns>
    public SegmentEnumerator Split(ReadOnlySpan<char> text) => new(text, this, Method == SegmentMethod.Payload || FitsOne(text));

    /// <summary>Writes the header of one part: concatenation when there are several, and national tables.</summary>
    /// <param name="destination">Room for 13 octets.</param>
    /// <param name="reference">Reference that all parts share; of an 8-bit one the low octet is written.</param>
    /// <param name="total">Number of parts, 1 to 255.</param>
    /// <param name="part">Number of this part, from 1.</param>
    /// <returns>Octets written; 0 when the part needs no header.</returns>
    /// <exception cref="ArgumentException">The room is too small.</exception>
    public int WriteHeader(Span<byte> destination, ushort reference, byte total, byte part)
    {
        var length = total <= 1 ? 0
            : Method == SegmentMethod.Udh16 ? UserDataHeaders.WriteConcat16(destination, reference, total, part)
            : UserDataHeaders.WriteConcat8(destination, (byte)reference, total, part);
        return HasTables ? UserDataHeaders.AddShiftTables(destination, length, Tables) : length;
    }

    /// <summary>Writes the octets of one part.</summary>
    /// <param name="part">The text of the part. A character that the form does not hold is written as a question mark, in UCS2 as U+FFFD.</param>
    /// <param name="destination">
    /// Room for the part; with its header <see cref="MostOctets"/> hold every part that <see cref="Split"/> cuts, three octets a character any
    /// text.
    /// </param>
    /// <param name="headerOctets">Octets of the header that goes before, 0 for none: packed septets have fill bits after it.</param>
    /// <returns>Octets written.</returns>
    /// <exception cref="ArgumentException">The room is too small.</exception>
    public int Encode(ReadOnlySpan<char> part, Span<byte> destination, int headerOctets)
    {
        if (Encoding != SmsEncoding.Gsm7)
            return Segmenter.Encode(part, Encoding, destination);
        return Alphabet switch
        {
            DefaultAlphabet.Latin1 => Segmenter.Encode(part, SmsEncoding.Latin1, destination),
            DefaultAlphabet.Ascii => System.Text.Encoding.ASCII.GetBytes(part, destination),
            DefaultAlphabet.Utf8 => System.Text.Encoding.UTF8.GetBytes(part, destination),
            DefaultAlphabet.GsmPacked => EncodePacked(part, destination, headerOctets),
            _ => EncodeSeptets(part, destination),
        };
    }

    /// <summary>Units that one segment holds: septets, octets, or UTF-16 code units in UCS2.</summary>
    internal int Limit(bool isPart)
    {
        var header = HeaderOctets(isPart);
        return Encoding switch
        {
            SmsEncoding.Gsm7 => PayloadSize * 8 / 7 - (header * 8 + 6) / 7,
            SmsEncoding.Ucs2 => (PayloadSize - header) / 2,
            _ => PayloadSize - header,
        };
    }

    /// <summary>Gives how many characters the next part takes.</summary>
    internal int Take(ReadOnlySpan<char> text, bool isPart)
    {
        var limit = Limit(isPart);
        return Encoding == SmsEncoding.Gsm7 && !IsPlainGsm ? TakeGsm(text, limit, isPart) : Segmenter.Take(text, Encoding, limit);
    }

    /// <summary>Counts the segments that reach the phone, with <see cref="SegmentMethod.Payload"/> as well.</summary>
    internal int CountSegments(ReadOnlySpan<char> text)
    {
        if (FitsOne(text))
            return 1;
        var count = 0;
        while (!text.IsEmpty)
        {
            text = text[Take(text, isPart: true)..];
            count++;
        }

        return count;
    }

    // Every character of GSM 7-bit is in Latin-1, ASCII or UTF-8 one character, and the carrier makes septets of it again: so they count.
    private bool IsPlainGsm => !HasTables && Alphabet is DefaultAlphabet.GsmUnpacked or DefaultAlphabet.Latin1 or DefaultAlphabet.Ascii;

    private static void Try(ReadOnlySpan<char> text, WireForm form, GsmShiftTables tables, ref WireForm best, ref int fewest)
    {
        var national = form with { Encoding = SmsEncoding.Gsm7, Tables = tables };
        if (fewest == 1 || !national.HoldsGsm(text) || national.CountSegments(text) is var count && count >= fewest)
            return;
        best = national;
        fewest = count;
    }

    // A receiver of packed septets takes a last one of zeros or CR at the end of an octet for filling (3GPP TS 23.038 §6.1.2.3.1).
    private static bool LooksLikeFilling(char c) => c is '@' or CarriageReturn;

    private bool FitsOne(ReadOnlySpan<char> text)
    {
        // No unit is less than a character.
        return text.Length <= Limit(isPart: false) && Take(text, isPart: false) == text.Length;
    }

    private bool HoldsGsm(ReadOnlySpan<char> text)
    {
        if (HasTables)
        {
            var codes = NationalCodes.Of(Tables);
            foreach (var c in text)
            {
                if (NationalCodes.CodeOf(codes, c) == GsmAlphabet.NotInAlphabet)
                    return false;
            }
        }

        return Alphabet switch
        {
            DefaultAlphabet.GsmPacked => text.IsEmpty || !LooksLikeFilling(text[^1]),
            DefaultAlphabet.Latin1 => Latin1.CanEncode(text),
            DefaultAlphabet.Ascii => Ascii.IsValid(text),
            _ => true,
        };
    }

    private int HeaderOctets(bool isPart)
    {
        var elements = (isPart ? Method == SegmentMethod.Udh16 ? 6 : 5 : 0)
            + (Tables.Single != GsmLanguage.Default ? UserDataHeaders.ShiftElementLength : 0)
            + (Tables.Locking != GsmLanguage.Default ? UserDataHeaders.ShiftElementLength : 0);
        return elements == 0 ? 0 : elements + 1;
    }

    private int TakeGsm(ReadOnlySpan<char> text, int limit, bool isPart)
    {
        var codes = NationalCodes.Of(Tables);
        var header = HeaderOctets(isPart);
        // Two octets and more a character: short_message may be full before the septets are.
        var octets = Alphabet == DefaultAlphabet.Utf8 ? MostOctets - header : int.MaxValue;
        var septets = 0;
        var taken = 0;
        for (; taken < text.Length; taken++)
        {
            var c = text[taken];
            var code = NationalCodes.CodeOf(codes, c);
            var width = code is >= GsmAlphabet.ExtensionFlag and not GsmAlphabet.NotInAlphabet ? 2 : 1;
            octets -= c < 0x80 ? 1 : c < 0x800 ? 2 : 3;
            if (septets + width > limit || octets < 0)
                break;
            septets += width;
        }

        if (Alphabet == DefaultAlphabet.GsmPacked && taken < text.Length)
        {
            // The header may be missing on the wire: with SAR the carrier writes it.
            var fill = GsmAlphabet.FillBits(header);
            while (taken > 1 && LooksLikeFilling(text[taken - 1]) && (septets * 7 % 8 == 0 || (septets * 7 + fill) % 8 == 0))
            {
                taken--;
                septets--;
            }
        }

        return taken;
    }

    private int EncodeSeptets(ReadOnlySpan<char> part, Span<byte> destination)
    {
        if (!HasTables)
            return Segmenter.Encode(part, SmsEncoding.Gsm7, destination);
        var codes = NationalCodes.Of(Tables);
        var at = 0;
        foreach (var c in part)
        {
            var code = NationalCodes.CodeOf(codes, c);
            if (code == GsmAlphabet.NotInAlphabet)
                code = (byte)'?';
            var width = code >= GsmAlphabet.ExtensionFlag ? 2 : 1;
            if (at + width > destination.Length)
                throw new ArgumentException("The part does not fit.", nameof(destination));
            if (width == 2)
                destination[at++] = GsmAlphabet.Escape;
            destination[at++] = (byte)(code & 0x7F);
        }

        return at;
    }

    private int EncodePacked(ReadOnlySpan<char> part, Span<byte> destination, int headerOctets)
    {
        const int StackLimit = 512;
        var room = part.Length * 2 + 1;
        var septets = room <= StackLimit ? stackalloc byte[StackLimit] : new byte[room];
        var fill = GsmAlphabet.FillBits(headerOctets);
        var count = EncodeSeptets(part, septets);
        // Seven bits left over would read as one @ more.
        if (count > 0 && (count * 7 + fill) % 8 == 1)
            septets[count++] = (byte)CarriageReturn;
        return GsmAlphabet.Pack(septets[..count], destination, fill);
    }
}
