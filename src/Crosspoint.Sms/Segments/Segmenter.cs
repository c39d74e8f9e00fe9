using System.Globalization;
using Crosspoint.Sms.Text;

namespace Crosspoint.Sms.Segments;

/// <summary>
/// Counts and cuts the segments of a text. A surrogate pair or an extension escape is never cut, and in UCS2 neither is a cluster of
/// characters that show as one, unless it is longer than a segment.
/// </summary>
public static class Segmenter
{
    /// <summary>The most segments a message can have: the number of parts is one octet in every method.</summary>
    public const int MaxSegments = 255;

    private const byte Substitute = (byte)'?';

    /// <summary>
    /// Counts the segments of a text, which is what it costs. <see cref="SegmentMethod.Payload"/> counts what the message centre
    /// makes of it with 8-bit references. Allocates nothing.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="encoding">Its encoding. A character that the encoding does not hold counts as one substitute.</param>
    /// <param name="method">How it is cut.</param>
    /// <returns>At least 1; may be above <see cref="MaxSegments"/>, which no method can send.</returns>
    public static int Count(ReadOnlySpan<char> text, SmsEncoding encoding, SegmentMethod method) =>
        Form(encoding, method).CountSegments(text);

    /// <summary>Cuts a text into the text of each segment.</summary>
    /// <param name="text">The text.</param>
    /// <param name="encoding">Its encoding.</param>
    /// <param name="method">How it is cut. <see cref="SegmentMethod.Payload"/> gives the whole text as one part.</param>
    /// <returns>An enumerator for foreach. An empty text gives one empty part.</returns>
    public static SegmentEnumerator Split(ReadOnlySpan<char> text, SmsEncoding encoding, SegmentMethod method) =>
        Form(encoding, method).Split(text);

    /// <summary>Writes the octets of one part, GSM 7-bit unpacked.</summary>
    /// <param name="part">The text of the part.</param>
    /// <param name="encoding">Its encoding. A character that it does not hold is written as a question mark, in UCS2 as U+FFFD.</param>
    /// <param name="destination">Room for the part; 160 octets hold every part that <see cref="Split"/> cuts.</param>
    /// <returns>Octets written.</returns>
    /// <exception cref="ArgumentException">The room is too small.</exception>
    public static int Encode(ReadOnlySpan<char> part, SmsEncoding encoding, Span<byte> destination)
    {
        bool isWritten;
        int written;
        switch (encoding)
        {
            case SmsEncoding.Gsm7:
                isWritten = GsmAlphabet.TryEncode(part, destination, out written) || TrySubstituteGsm(part, destination, out written);
                break;
            case SmsEncoding.Ucs2:
                isWritten = Ucs2.TryEncode(part, destination, out written);
                break;
            default:
                isWritten = Latin1.TryEncode(part, destination, out written) || TrySubstituteOctets(part, destination, out written);
                break;
        }

        return isWritten ? written : throw new ArgumentException("The part does not fit.", nameof(destination));
    }

    /// <summary>Units that a message of one segment holds: septets, octets, or UTF-16 code units in UCS2.</summary>
    public static int SingleLimit(SmsEncoding encoding) => Form(encoding, SegmentMethod.Udh8).Limit(isPart: false);

    /// <summary>Units that one part of a longer message holds: septets, octets, or UTF-16 code units in UCS2.</summary>
    public static int PartLimit(SmsEncoding encoding, SegmentMethod method) => Form(encoding, method).Limit(isPart: true);

    /// <summary>Gives how many characters of the text fit into a number of units without a cut inside what belongs together.</summary>
    internal static int Take(ReadOnlySpan<char> text, SmsEncoding encoding, int limit)
    {
        if (encoding == SmsEncoding.Gsm7)
            return TakeSeptets(text, limit);
        if (text.Length <= limit)
            return text.Length;
        return encoding == SmsEncoding.Ucs2 ? TakeUnits(text, limit) : limit;
    }

    // Beside the pair, a cluster (a letter and its accents, an emoji sequence, a flag) stays whole: a phone that shows the parts
    // by themselves shows it right, and the count is the one that senders know from the calculators of the trade.
    private static int TakeUnits(ReadOnlySpan<char> text, int limit)
    {
        if (StandsAlone(text[limit - 1]) && StandsAlone(text[limit]))
            return limit;
        var window = text[..Math.Min(text.Length, limit + 2)];
        var taken = 0;
        while (true)
        {
            var length = StringInfo.GetNextTextElementLength(window[taken..]);
            if (taken + length > limit)
                break;
            taken += length;
        }

        if (taken > 0)
            return taken;
        // One cluster longer than a part has to be cut, though not inside a pair.
        return char.IsHighSurrogate(text[limit - 1]) && char.IsLowSurrogate(text[limit]) ? limit - 1 : limit;
    }

    /// <summary>Characters that never join their neighbours: below the combining marks, basic Cyrillic, common ideographs.</summary>
    private static bool StandsAlone(char c) => c is < '\u0300' or (>= '\u0400' and <= '\u0482') or (>= '\u4E00' and <= '\u9FFF');

    private static WireForm Form(SmsEncoding encoding, SegmentMethod method) => new() { Encoding = encoding, Method = method };

    private static int TakeSeptets(ReadOnlySpan<char> text, int limit)
    {
        if (text.Length > limit)
            text = text[..limit];
        var room = limit;
        for (var i = 0; i < text.Length; i++)
        {
            var code = GsmAlphabet.CodeOf(text[i]);
            room -= code is >= GsmAlphabet.ExtensionFlag and not GsmAlphabet.NotInAlphabet ? 2 : 1;
            if (room < 0)
                return i;
        }

        return text.Length;
    }

    private static bool TrySubstituteGsm(ReadOnlySpan<char> part, Span<byte> destination, out int written)
    {
        written = 0;
        var at = 0;
        foreach (var c in part)
        {
            var code = GsmAlphabet.CodeOf(c);
            if (code == GsmAlphabet.NotInAlphabet)
                code = Substitute;
            var width = code >= GsmAlphabet.ExtensionFlag ? 2 : 1;
            if (at + width > destination.Length)
                return false;
            if (width == 2)
                destination[at++] = GsmAlphabet.Escape;
            destination[at++] = (byte)(code & 0x7F);
        }

        written = at;
        return true;
    }

    private static bool TrySubstituteOctets(ReadOnlySpan<char> part, Span<byte> destination, out int written)
    {
        written = 0;
        if (destination.Length < part.Length)
            return false;
        for (var i = 0; i < part.Length; i++)
            destination[i] = part[i] <= '\u00FF' ? (byte)part[i] : Substitute;
        written = part.Length;
        return true;
    }
}
