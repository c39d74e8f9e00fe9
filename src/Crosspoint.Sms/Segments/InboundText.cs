using System.Text;
using Crosspoint.Sms.Text;

namespace Crosspoint.Sms.Segments;

/// <summary>Reads the text of received messages. Never throws, whatever the octets: what cannot be read shows as U+FFFD.</summary>
public static class InboundText
{
    private const byte CarriageReturn = 0x0D;

    /// <summary>Reads octets in the alphabet that data_coding names.</summary>
    /// <param name="octets">User data without its header.</param>
    /// <param name="dataCoding">data_coding as received (SMPP v3.4 §5.2.19).</param>
    /// <param name="defaultAlphabet">What the carrier means by data_coding 0, and by values that are reserved.</param>
    /// <param name="tables">National tables of the user data header; they count for GSM 7-bit alone.</param>
    /// <param name="fillBits">Bits to skip before packed septets, 0 to 6; see <see cref="GsmAlphabet.FillBits"/>.</param>
    /// <returns>The text. Binary content gives each octet as the character of the same number.</returns>
    public static string Decode(
        ReadOnlySpan<byte> octets, byte dataCoding, DefaultAlphabet defaultAlphabet, GsmShiftTables tables = default, int fillBits = 0)
    {
        var alphabet = DataCodings.AlphabetOf(dataCoding);
        var isPacked = defaultAlphabet == DefaultAlphabet.GsmPacked;
        return alphabet switch
        {
            ContentAlphabet.CarrierDefault => DecodeDefault(octets, defaultAlphabet, tables, fillBits),
            ContentAlphabet.Gsm => isPacked ? DecodePacked(octets, tables, fillBits) : GsmAlphabet.Decode(octets, tables),
            ContentAlphabet.Ascii => Encoding.ASCII.GetString(octets),
            ContentAlphabet.Ucs2 => Ucs2.Decode(octets),
            ContentAlphabet.Latin1 or ContentAlphabet.Binary => Latin1.Decode(octets),
            _ => CodePage(alphabet).GetString(octets),
        };
    }

    /// <summary>Reads octets and says whether the last one was half a UCS2 character and was dropped.</summary>
    /// <param name="octets">User data without its header.</param>
    /// <param name="dataCoding">data_coding as received.</param>
    /// <param name="defaultAlphabet">What the carrier means by data_coding 0.</param>
    /// <param name="tables">National tables of the user data header.</param>
    /// <param name="fillBits">Bits to skip before packed septets, 0 to 6.</param>
    /// <param name="isTruncated">True for an odd number of octets in UCS2.</param>
    /// <returns>The text, as the shorter form gives it.</returns>
    public static string Decode(
        ReadOnlySpan<byte> octets,
        byte dataCoding,
        DefaultAlphabet defaultAlphabet,
        GsmShiftTables tables,
        int fillBits,
        out bool isTruncated)
    {
        isTruncated = (octets.Length & 1) != 0 && DataCodings.AlphabetOf(dataCoding) == ContentAlphabet.Ucs2;
        return Decode(octets, dataCoding, defaultAlphabet, tables, fillBits);
    }

    private static string DecodeDefault(
        ReadOnlySpan<byte> octets, DefaultAlphabet defaultAlphabet, GsmShiftTables tables, int fillBits) => defaultAlphabet switch
        {
            DefaultAlphabet.GsmPacked => DecodePacked(octets, tables, fillBits),
            DefaultAlphabet.Latin1 => Latin1.Decode(octets),
            DefaultAlphabet.Ascii => Encoding.ASCII.GetString(octets),
            DefaultAlphabet.Utf8 => Encoding.UTF8.GetString(octets),
            _ => GsmAlphabet.Decode(octets, tables),
        };

    private static string DecodePacked(ReadOnlySpan<byte> octets, GsmShiftTables tables, int fillBits)
    {
        fillBits = Math.Clamp(fillBits, 0, 6);
        const int StackLimit = 512;
        var most = octets.Length * 8 / 7;
        var septets = most <= StackLimit ? stackalloc byte[StackLimit] : new byte[most];
        var count = GsmAlphabet.Unpack(octets, septets[..most], fillBits);
        // SMPP gives octets, not septets: where they leave room for one septet more, the room is filled with zeros or with CR
        // (3GPP TS 23.038 §6.1.2.3.1), and neither is a character of the text.
        var spareBits = octets.Length * 8 - fillBits - count * 7;
        if (count > 0 && spareBits == 0 && septets[count - 1] is 0 or CarriageReturn)
            count--;
        return GsmAlphabet.Decode(septets[..count], tables);
    }

    private static Encoding CodePage(ContentAlphabet alphabet) => CodePages.Of(alphabet);

    // By itself, so that the tables are loaded only when a message asks for them.
    private static class CodePages
    {
        private static readonly Encoding Cyrillic = Get(28595);
        private static readonly Encoding Hebrew = Get(28598);
        private static readonly Encoding ShiftJis = Get(932);
        private static readonly Encoding Iso2022Jp = Get(50220);
        private static readonly Encoding EucJp = Get(51932);
        private static readonly Encoding Korean = Get(949);

        public static Encoding Of(ContentAlphabet alphabet) => alphabet switch
        {
            ContentAlphabet.Cyrillic => Cyrillic,
            ContentAlphabet.Hebrew => Hebrew,
            ContentAlphabet.ShiftJis => ShiftJis,
            ContentAlphabet.Iso2022Jp => Iso2022Jp,
            ContentAlphabet.EucJp => EucJp,
            _ => Korean,
        };

        private static Encoding Get(int codePage) =>
            CodePagesEncodingProvider.Instance.GetEncoding(
                codePage, EncoderFallback.ReplacementFallback, new DecoderReplacementFallback("\uFFFD")) ?? Encoding.ASCII;
    }
}
