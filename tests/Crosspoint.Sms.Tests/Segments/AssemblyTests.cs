using Crosspoint.Sms.Segments;

namespace Crosspoint.Sms.Tests.Segments;

public sealed class AssemblyTests
{
    [Fact]
    public void Add_AnyOrderAndRepeats_IsCompleteOnceEveryPartCame()
    {
        var random = new Random(3);
        for (var total = 1; total <= 255; total++)
        {
            var parts = new PartSet((byte)total);
            var order = Enumerable.Range(1, total).Select(part => (byte)part).ToArray();
            random.Shuffle(order);
            foreach (var part in order)
            {
                parts.IsComplete.ShouldBeFalse();
                parts.Contains(part).ShouldBeFalse();
                parts.Add(part).ShouldBe(PartAddition.Added);
                parts.Add(part).ShouldBe(PartAddition.Duplicate);
                parts.Contains(part).ShouldBeTrue();
            }

            parts.IsComplete.ShouldBeTrue();
            parts.Received.ShouldBe(total);
        }
    }

    [Theory]
    [InlineData(3, 0)]
    [InlineData(3, 4)]
    [InlineData(64, 65)]
    [InlineData(0, 0)]
    [InlineData(0, 1)]
    public void Add_PartOutOfRange_IsInvalid(byte total, byte part)
    {
        var parts = new PartSet(total);
        parts.Add(part).ShouldBe(PartAddition.Invalid);
        parts.Contains(part).ShouldBeFalse();
        parts.IsComplete.ShouldBeFalse();
        parts.Received.ShouldBe(0);
    }

    [Fact]
    public void Join_PartsInWrongOrder_GivesTheWhole()
    {
        var message = new MessageAssembler(3);
        message.Add(3, "lo"u8.ToArray()).ShouldBe(PartAddition.Added);
        message.Add(1, "he"u8.ToArray()).ShouldBe(PartAddition.Added);
        message.Add(1, "XX"u8.ToArray()).ShouldBe(PartAddition.Duplicate);
        message.Add(4, "XX"u8.ToArray()).ShouldBe(PartAddition.Invalid);
        message.IsComplete.ShouldBeFalse();
        message.Join().ShouldBe("helo"u8.ToArray());
        message.Add(2, "l"u8.ToArray()).ShouldBe(PartAddition.Added);
        message.IsComplete.ShouldBeTrue();
        message.Join().ShouldBe("hello"u8.ToArray());
    }

    [Fact]
    public void ConcatenationKey_OtherWidth_IsAnotherMessage() =>
        new ConcatenationKey("a", "1", "2", 7, 2, false).ShouldNotBe(new ConcatenationKey("a", "1", "2", 7, 2, true));
}
