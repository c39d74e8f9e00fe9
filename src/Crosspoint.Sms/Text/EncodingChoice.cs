using Crosspoint.Sms.Segments;

namespace Crosspoint.Sms.Text;

/// <summary>Chooses the encoding of a text.</summary>
public static class EncodingChoice
{
    /// <summary>Chooses between <see cref="SmsEncoding.Gsm7"/> and <see cref="SmsEncoding.Ucs2"/>.</summary>
    /// <returns>GSM 7-bit when it holds every character, else UCS2.</returns>
    // Where GSM 7-bit holds the text it is never dearer: text of extension characters alone still puts 76 to 80 into a segment.
    public static SmsEncoding Cheapest(ReadOnlySpan<char> text) =>
        GsmAlphabet.CountSeptets(text) >= 0 ? SmsEncoding.Gsm7 : SmsEncoding.Ucs2;

    /// <summary>Chooses the encoding that takes fewest segments and loses no character.</summary>
    /// <param name="text">The text.</param>
    /// <param name="allowed">
    /// What may be chosen; <see cref="SmsEncoding.Ucs2"/> is chosen all the same when nothing else holds the text.
    /// </param>
    /// <param name="method">How a long message is cut. Default: <see cref="SegmentMethod.Udh8"/>.</param>
    /// <returns>The cheapest; of equals the first of GSM 7-bit, Latin-1, UCS2.</returns>
    public static SmsEncoding Cheapest(ReadOnlySpan<char> text, EncodingSet allowed, SegmentMethod method = SegmentMethod.Udh8)
    {
        var best = SmsEncoding.Ucs2;
        var fewest = int.MaxValue;
        if ((allowed & EncodingSet.Ucs2) != 0)
            fewest = Segmenter.Count(text, SmsEncoding.Ucs2, method);
        if ((allowed & EncodingSet.Latin1) != 0 && Latin1.CanEncode(text))
        {
            var count = Segmenter.Count(text, SmsEncoding.Latin1, method);
            if (count <= fewest)
                (best, fewest) = (SmsEncoding.Latin1, count);
        }

        if ((allowed & EncodingSet.Gsm7) != 0 && GsmAlphabet.CountSeptets(text) >= 0 && Segmenter.Count(text, SmsEncoding.Gsm7, method) <= fewest)
            best = SmsEncoding.Gsm7;
        return best;
    }
}
