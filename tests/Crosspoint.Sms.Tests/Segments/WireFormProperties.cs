using Crosspoint.Sms.Segments;
using Crosspoint.Sms.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Crosspoint.Sms.Tests.Segments;

/// <summary>Texts of all languages in every form that a carrier can ask for, written part by part and read again.</summary>
public sealed class WireFormProperties
{
    private static readonly GsmLanguage[] All = [GsmLanguage.Turkish, GsmLanguage.Spanish, GsmLanguage.Portuguese];

    private static readonly string[] Gsm =
        ["a", "bc", "hello world ", "@", "@@@@@@@@", "\r", "€", "{}", "ΔΦΓΛΩ", "èéùì", "0123456789012345678901234567890123456789"];

    private static readonly string[] National =
        ["ğüşıöç ", "İĞŞ", "áíóú ", "ñ¿¡", "ãõâê ", "ÃÕ^|", "∞ª", "êôçáú", "`~\\", "þÿ"];

    private static readonly string[] Others = ["ж", "привет ", "好的", "😀", "👨‍👩‍👧‍👦", "e\u0301"];

    // A few of the pieces at a time, so that many texts fit an alphabet smaller than UCS2 and come to a cut with each of them.
    private static readonly Gen<string> Texts =
        from pool in Gen.Elements(Gsm, [.. Gsm, .. National], [.. Gsm, .. National, .. Others])
        from chosen in Gen.Elements(pool).ArrayOf(3)
        from pieces in Gen.Elements(chosen.Append("abcdefg").ToArray()).ListOf(60)
        from length in Gen.Choose(0, pieces.Sum(piece => piece.Length))
        select Whole(string.Concat(pieces)[..length]);

    private static readonly Gen<Case> Cases =
        from text in Texts
        from alphabet in Gen.Elements(Enum.GetValues<DefaultAlphabet>())
        from languages in Gen.Elements(All, [], [GsmLanguage.Turkish], [GsmLanguage.Spanish], [GsmLanguage.Portuguese])
        from takesLatin1 in Gen.Elements(true, false)
        from coding in Gen.Elements((byte)0, (byte)0xF1)
        from method in Gen.Elements(Enum.GetValues<SegmentMethod>())
        from size in Gen.Elements(140, 140, 133, 40, 41, 46)
        select new Case(text, new()
        {
            DefaultAlphabet = alphabet,
            // National tables are of GSM 7-bit: with another alphabet for coding 0 they go by a coding of their own.
            GsmCoding = alphabet > DefaultAlphabet.GsmPacked && languages.Length > 0 ? (byte)0xF1 : coding,
            Languages = languages,
            Latin1Coding = takesLatin1 ? (byte)3 : null,
            PayloadSize = size,
        }, method);

    private static readonly Config Bounded = Config.QuickThrowOnFailure.WithMaxTest(5000);

    [Fact]
    public void Parts_WrittenAndRead_JoinToTheText() => Check(c =>
    {
        var parts = Parts(c, out var form);
        var read = "";
        for (var i = 0; i < parts.Count; i++)
            read += Read(c, form, Write(form, parts[i], i + 1, parts.Count));
        return read == c.Text && string.Concat(parts) == c.Text;
    });

    [Fact]
    public void Parts_AreAsManyAsCounted() => Check(c => Parts(c, out var form).Count == form.Count(c.Text));

    [Fact]
    public void Parts_AreNotLongerThanThePayload() => Check(c =>
    {
        var parts = Parts(c, out var form);
        if (form.Method == SegmentMethod.Payload)
            return true;
        for (var i = 0; i < parts.Count; i++)
        {
            var written = Write(form, parts[i], i + 1, parts.Count);
            if (written.Length > WireForm.MostOctets || OnAir(form, parts[i], parts.Count > 1) > c.Carrier.PayloadSize)
                return false;
        }

        return true;
    });

    [Fact]
    public void Parts_NeitherPairNorEscapeIsCut() => Check(c =>
    {
        var parts = Parts(c, out var form);
        for (var i = 0; i < parts.Count; i++)
        {
            if (parts[i].Length == 0 ? c.Text.Length > 0 : char.IsHighSurrogate(parts[i][^1]))
                return false;
            if (form is { Encoding: SmsEncoding.Gsm7, Alphabet: DefaultAlphabet.GsmUnpacked } && parts[i].Length > 0
                && Write(form, parts[i], i + 1, parts.Count)[^1] == GsmAlphabet.Escape)
                return false;
        }

        return true;
    });

    [Fact]
    public void Choose_AnyText_NeverTakesMoreSegmentsThanUcs2() => Check(c =>
    {
        var form = Choose(c);
        var ucs2 = new WireForm { Encoding = SmsEncoding.Ucs2, Method = c.Method, PayloadSize = c.Carrier.PayloadSize };
        var isBest = form == ucs2 with { Alphabet = form.Alphabet } || form is { Encoding: SmsEncoding.Gsm7, HasTables: false }
            || form.CountSegments(c.Text) < ucs2.CountSegments(c.Text);
        return isBest && (form.Encoding != SmsEncoding.Latin1 || c.Carrier.Latin1Coding is not null);
    });

    private static void Check(Func<Case, bool> holds) => Prop.ForAll(Cases.ToArbitrary(), holds).Check(Bounded);

    private static WireForm Choose(Case c) => WireForm.Choose(c.Text, EncodingChoice.Cheapest(c.Text), c.Carrier, c.Method);

    private static List<string> Parts(Case c, out WireForm form)
    {
        form = Choose(c);
        var parts = new List<string>();
        foreach (var part in form.Split(c.Text))
            parts.Add(part.ToString());
        return parts;
    }

    // As submit_sm has it: with SAR the header is missing unless national tables need one.
    private static byte[] Write(WireForm form, string part, int number, int total)
    {
        var room = new byte[form.Method == SegmentMethod.Payload ? 16_000 : WireForm.MostOctets];
        var hasHeader = form.HasTables || form.Method != SegmentMethod.Sar;
        var header = hasHeader ? form.WriteHeader(room, 0x1234, (byte)total, (byte)number) : 0;
        return room[..(header + form.Encode(part, room.AsSpan(header), header))];
    }

    private static string Read(Case c, WireForm form, byte[] written)
    {
        ReadOnlySpan<byte> text = written;
        UserDataHeader header = default;
        var hasHeader = form.HasTables || (form.Method is not (SegmentMethod.Sar or SegmentMethod.Payload) && form.Count(c.Text) > 1);
        if (hasHeader)
        {
            UserDataHeaders.TryParse(text, out header).ShouldBeTrue();
            header.IsConcatenated.ShouldBe(form.Count(c.Text) > 1);
            text = text[header.HeaderLength..];
        }

        var fill = hasHeader ? GsmAlphabet.FillBits(header.HeaderLength) : 0;
        return InboundText.Decode(
            text, c.Carrier.CodingOf(form.Encoding), c.Carrier.DefaultAlphabet, header.ShiftTables, fill);
    }

    // What the phone gets: septets packed behind the header, which the carrier adds itself with SAR.
    private static int OnAir(WireForm form, string part, bool isPart)
    {
        Span<byte> room = new byte[512];
        var header = form.WriteHeader(room, 0, isPart ? (byte)2 : (byte)1, 1);
        var unpacked = form with { Alphabet = DefaultAlphabet.GsmUnpacked };
        var octets = unpacked.Encode(part, room, header);
        return header + (form.Encoding == SmsEncoding.Gsm7 ? GsmAlphabet.PackedLength(octets, GsmAlphabet.FillBits(header)) : octets);
    }

    // Without half pairs, which no alphabet holds.
    private static string Whole(string text) => text.Length > 0 && char.IsHighSurrogate(text[^1]) ? text[..^1] : text;

    private sealed record Case(string Text, CarrierAlphabet Carrier, SegmentMethod Method);
}
