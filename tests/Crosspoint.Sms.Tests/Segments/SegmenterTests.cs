using System.Text.Json;
using Crosspoint.Sms.Segments;
using Crosspoint.Sms.Text;

namespace Crosspoint.Sms.Tests.Segments;

public sealed class SegmenterTests
{
    [Theory]
    [InlineData(SmsEncoding.Gsm7, SegmentMethod.Udh8, 160, 153)]
    [InlineData(SmsEncoding.Gsm7, SegmentMethod.Udh16, 160, 152)]
    [InlineData(SmsEncoding.Gsm7, SegmentMethod.Sar, 160, 153)]
    [InlineData(SmsEncoding.Ucs2, SegmentMethod.Udh8, 70, 67)]
    [InlineData(SmsEncoding.Ucs2, SegmentMethod.Udh16, 70, 66)]
    [InlineData(SmsEncoding.Ucs2, SegmentMethod.Sar, 70, 67)]
    [InlineData(SmsEncoding.Latin1, SegmentMethod.Udh8, 140, 134)]
    [InlineData(SmsEncoding.Latin1, SegmentMethod.Udh16, 140, 133)]
    [InlineData(SmsEncoding.Binary, SegmentMethod.Sar, 140, 134)]
    public void Count_AroundEveryLimit_ChangesAtTheLimit(SmsEncoding encoding, SegmentMethod method, int single, int part)
    {
        Count(0).ShouldBe(1);
        Count(single).ShouldBe(1);
        Count(single + 1).ShouldBe(2);
        for (var n = 2; n <= 8; n++)
        {
            Count(part * n).ShouldBe(n);
            Count(part * n + 1).ShouldBe(n + 1);
        }

        Count(part * Segmenter.MaxSegments).ShouldBe(Segmenter.MaxSegments);
        Count(part * Segmenter.MaxSegments + 1).ShouldBe(Segmenter.MaxSegments + 1);

        int Count(int length) => Segmenter.Count(new string('a', length), encoding, method);
    }

    [Fact]
    public void Count_Payload_CountsWhatTheCentreMakesButSplitsNothing()
    {
        var text = new string('a', 400);
        Segmenter.Count(text, SmsEncoding.Gsm7, SegmentMethod.Payload).ShouldBe(3);
        Parts(text, SmsEncoding.Gsm7, SegmentMethod.Payload).ShouldBe([text]);
    }

    [Fact]
    public void Split_EmptyText_GivesOneEmptyPart() => Parts("", SmsEncoding.Gsm7, SegmentMethod.Udh8).ShouldBe([""]);

    [Fact]
    public void Split_ExtensionAtTheCut_MovesWhole()
    {
        var parts = Parts(new string('a', 152) + "€" + new string('b', 20), SmsEncoding.Gsm7, SegmentMethod.Udh8);
        parts.Count.ShouldBe(2);
        parts[0].ShouldBe(new string('a', 152));
        parts[1].ShouldBe("€" + new string('b', 20));
    }

    [Fact]
    public void Split_SurrogatePairAtTheCut_MovesWhole()
    {
        var parts = Parts(new string('ж', 66) + "😀" + new string('я', 5), SmsEncoding.Ucs2, SegmentMethod.Udh8);
        parts.ShouldBe([new string('ж', 66), "😀" + new string('я', 5)]);
    }

    [Fact]
    public void Split_ClusterAtTheCut_MovesWhole()
    {
        const string Family = "👨‍👩‍👧‍👦";
        var parts = Parts(new string('ж', 60) + Family + "я", SmsEncoding.Ucs2, SegmentMethod.Udh8);
        parts.ShouldBe([new string('ж', 60), Family + "я"]);
    }

    [Fact]
    public void Split_ClusterLongerThanAPart_IsCutButNotInsideAPair()
    {
        var text = "e" + new string('\u0301', 65) + string.Concat(Enumerable.Repeat("\U0001F3FD", 40));
        var parts = Parts(text, SmsEncoding.Ucs2, SegmentMethod.Udh8);
        string.Concat(parts).ShouldBe(text);
        parts.ShouldAllBe(part => part.Length <= 67 && !char.IsHighSurrogate(part[part.Length - 1]) && !char.IsLowSurrogate(part[0]));
    }

    [Fact]
    public void Count_LongClusters_StaysLinear()
    {
        // A million combining marks are one cluster: it must not be walked anew from every segment to its end.
        var text = "e" + new string('\u0301', 1_000_000);
        Segmenter.Count(text, SmsEncoding.Ucs2, SegmentMethod.Udh8).ShouldBe(14926);
    }

    [Fact]
    public void Encode_Parts_GiveTheOctetsOfTheText()
    {
        var room = new byte[160];
        Segmenter.Encode("a€", SmsEncoding.Gsm7, room).ShouldBe(3);
        room[..3].ShouldBe([0x61, 0x1B, 0x65]);
        Segmenter.Encode("aж", SmsEncoding.Ucs2, room).ShouldBe(4);
        room[..4].ShouldBe([0x00, 0x61, 0x04, 0x36]);
        Segmenter.Encode("é", SmsEncoding.Latin1, room).ShouldBe(1);
        room[0].ShouldBe((byte)0xE9);
        Segmenter.Encode("\u0000\u00FF", SmsEncoding.Binary, room).ShouldBe(2);
        room[..2].ShouldBe([0x00, 0xFF]);
    }

    [Fact]
    public void Encode_CharactersOutsideTheEncoding_BecomeQuestionMarksOfTheCountedLength()
    {
        var room = new byte[160];
        Segmenter.Encode("aж€", SmsEncoding.Gsm7, room).ShouldBe(4);
        room[..4].ShouldBe([0x61, 0x3F, 0x1B, 0x65]);
        Segmenter.Encode("aж", SmsEncoding.Latin1, room).ShouldBe(2);
        room[..2].ShouldBe([0x61, 0x3F]);
    }

    [Fact]
    public void Encode_RoomTooSmall_Throws()
    {
        Should.Throw<ArgumentException>(() => Segmenter.Encode("abc", SmsEncoding.Gsm7, new byte[2]));
        Should.Throw<ArgumentException>(() => Segmenter.Encode("жж", SmsEncoding.Ucs2, new byte[3]));
        Should.Throw<ArgumentException>(() => Segmenter.Encode("жж", SmsEncoding.Latin1, new byte[1]));
        Should.Throw<ArgumentException>(() => Segmenter.Encode("ж€", SmsEncoding.Gsm7, new byte[2]));
    }

    [Fact]
    public void Count_KnownCalculator_AgreesOnEveryText()
    {
        using var fixture = JsonDocument.Parse(Fixtures.Text("segments.json"));
        var cases = fixture.RootElement.GetProperty("cases");
        cases.GetArrayLength().ShouldBeGreaterThanOrEqualTo(100);
        var differences = new List<string>();
        foreach (var item in cases.EnumerateArray())
        {
            var text = item.GetProperty("text").GetString()!;
            var encoding = Enum.Parse<SmsEncoding>(item.GetProperty("encoding").GetString()!);
            var segments = item.GetProperty("segments").GetInt32();
            var count = Segmenter.Count(text, encoding, SegmentMethod.Udh8);
            if (count != segments || EncodingChoice.Cheapest(text) != encoding)
                differences.Add($"{count} instead of {segments}, {EncodingChoice.Cheapest(text)}: {text}");
        }

        differences.ShouldBeEmpty();
    }

    [Fact]
    public void Count_LongText_AllocatesNothing()
    {
        var text = new string('a', 152) + "€" + new string('b', 900);
        var emoji = string.Concat(Enumerable.Repeat("👋🏽", 60));
        Total();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var total = Total();
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
        total.ShouldBeGreaterThan(10);

        int Total() =>
            Segmenter.Count(text, SmsEncoding.Gsm7, SegmentMethod.Udh8) + Segmenter.Count(emoji, SmsEncoding.Ucs2, SegmentMethod.Udh16);
    }

    private static List<string> Parts(string text, SmsEncoding encoding, SegmentMethod method)
    {
        var parts = new List<string>();
        foreach (var part in Segmenter.Split(text, encoding, method))
            parts.Add(part.ToString());
        return parts;
    }
}
