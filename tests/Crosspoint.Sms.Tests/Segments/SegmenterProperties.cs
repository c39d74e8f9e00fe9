using Crosspoint.Sms.Segments;
using Crosspoint.Sms.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Crosspoint.Sms.Tests.Segments;

public sealed class SegmenterProperties
{
    // Pieces that make trouble at a cut, and enough plain ones between them to reach it.
    private static readonly Gen<string> Texts = Gen.Elements(
            "a", "bc", "hello world ", "€", "{}", "\r\n", "ж", "привет ", "好的", "😀", "👋🏽", "👨‍👩‍👧‍👦", "🇩🇪", "e\u0301", "\u0301", "한국어", "ç",
            "\uD83D", "\uDE00",
            "0123456789012345678901234567890123456789", "жжжжжжжжжжжжжжжжжжжжжжжжжжжжжж")
        .ListOf(60)
        .Select(pieces => string.Concat(pieces))
        .SelectMany(text => Gen.Choose(0, text.Length).Select(length => text[..length]));

    private static readonly Gen<(string Text, SmsEncoding Encoding, SegmentMethod Method)> Cases =
        from text in Texts
        from encoding in Gen.Elements(SmsEncoding.Gsm7, SmsEncoding.Latin1, SmsEncoding.Ucs2, SmsEncoding.Binary)
        from method in Gen.Elements(SegmentMethod.Udh8, SegmentMethod.Udh16, SegmentMethod.Sar, SegmentMethod.Payload)
        select (text, encoding, method);

    private static readonly Config Bounded = Config.QuickThrowOnFailure.WithMaxTest(1000);

    [Fact]
    public void Split_AnyText_PartsJoinToTheText() => Check(c => string.Concat(Parts(c)) == c.Text);

    [Fact]
    public void Split_AnyText_GivesAsManyPartsAsCounted() =>
        Check(c => Parts(c).Count == (c.Method == SegmentMethod.Payload ? 1 : Segmenter.Count(c.Text, c.Encoding, c.Method)));

    [Fact]
    public void Split_AnyText_NoPartIsOverTheLimitNorEmpty() => Check(c =>
    {
        if (c.Method == SegmentMethod.Payload)
            return true;
        var parts = Parts(c);
        var limit = parts.Count == 1 ? Segmenter.SingleLimit(c.Encoding) : Segmenter.PartLimit(c.Encoding, c.Method);
        return parts.TrueForAll(part => Units(part, c.Encoding) <= limit && (part.Length > 0 || c.Text.Length == 0));
    });

    [Fact]
    public void Split_AnyTextInUcs2_NoPairIsCut() => Check(c =>
    {
        var parts = Parts(c with { Encoding = SmsEncoding.Ucs2 });
        for (var i = 1; i < parts.Count; i++)
        {
            if (char.IsHighSurrogate(parts[i - 1][^1]) && char.IsLowSurrogate(parts[i][0]))
                return false;
        }

        return true;
    });

    [Fact]
    public void Encode_AnyPartInGsm_DecodesToThePartAndEndsInNoEscape() => Check(c =>
    {
        var text = new string([.. c.Text.Where(ch => GsmAlphabet.CountSeptets([ch]) > 0)]);
        var room = new byte[160];
        foreach (var part in Segmenter.Split(text, SmsEncoding.Gsm7, SegmentMethod.Udh8))
        {
            var length = Segmenter.Encode(part, SmsEncoding.Gsm7, room);
            var endsInEscape = length > 0 && room[length - 1] == GsmAlphabet.Escape;
            if (length > 160 || endsInEscape || GsmAlphabet.Decode(room.AsSpan(0, length)) != part.ToString())
                return false;
        }

        return true;
    });

    [Fact]
    public void Encode_AnyPart_TakesAsManyOctetsAsItsUnits() => Check(c =>
    {
        var room = new byte[160];
        foreach (var part in Parts(c with { Method = SegmentMethod.Udh16 }))
        {
            var octets = Segmenter.Encode(part, c.Encoding, room);
            if (octets != Units(part, c.Encoding) * (c.Encoding == SmsEncoding.Ucs2 ? 2 : 1))
                return false;
        }

        return true;
    });

    private static int Units(string part, SmsEncoding encoding) => encoding != SmsEncoding.Gsm7
        ? part.Length
        : part.Sum(c => Math.Max(1, GsmAlphabet.CountSeptets([c])));

    private static void Check(Func<(string Text, SmsEncoding Encoding, SegmentMethod Method), bool> holds) =>
        Prop.ForAll(Cases.ToArbitrary(), holds).Check(Bounded);

    private static List<string> Parts((string Text, SmsEncoding Encoding, SegmentMethod Method) c)
    {
        var parts = new List<string>();
        foreach (var part in Segmenter.Split(c.Text, c.Encoding, c.Method))
            parts.Add(part.ToString());
        return parts;
    }
}
