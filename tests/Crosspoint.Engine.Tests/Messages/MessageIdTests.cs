using Crosspoint.Engine.Messages;
using Crosspoint.TestKit;

namespace Crosspoint.Engine.Tests.Messages;

public sealed class MessageIdTests
{
    [Fact]
    public void Next_ManyInOneMillisecond_KeysRiseByOneStep()
    {
        var source = new MessageIdSource(new ManualTimeProvider());
        long last = 0;
        for (int i = 0; i < 10_000; i++)
        {
            MessageId id = source.Next();
            id.Key.ShouldBeGreaterThan(last);
            last = id.Key;
        }

        // 4,096 fit in a millisecond; the rest borrows from the next ones.
        source.LastKey.ShouldBe(MessageId.FirstKeyAt(new ManualTimeProvider().GetUtcNow().ToUnixTimeMilliseconds()) + 9_999);
    }

    [Fact]
    public void Next_ClockStepsBack_KeysStillRise()
    {
        var clock = new ManualTimeProvider();
        var source = new MessageIdSource(clock);
        MessageId before = source.Next();
        clock.SetWallClock(clock.GetUtcNow() - TimeSpan.FromHours(1));

        MessageId after = source.Next();

        after.Key.ShouldBe(before.Key + 1);
    }

    [Fact]
    public void Next_ClockMovesOn_KeyFollowsTheClock()
    {
        var clock = new ManualTimeProvider();
        var source = new MessageIdSource(clock);
        source.Next();
        clock.Advance(TimeSpan.FromSeconds(1));

        source.Next().UnixMilliseconds.ShouldBe(clock.GetUtcNow().ToUnixTimeMilliseconds());
    }

    [Fact]
    public void StartAfter_KeyAheadOfTheClock_IsNeverGivenAgain()
    {
        var clock = new ManualTimeProvider();
        var source = new MessageIdSource(clock);
        long ahead = MessageId.FirstKeyAt(clock.GetUtcNow().ToUnixTimeMilliseconds() + 60_000);
        source.StartAfter(ahead);
        source.StartAfter(5);

        source.Next().Key.ShouldBe(ahead + 1);
    }

    [Fact]
    public void ToString_AnyId_IsAUuidOfVersion7ThatReadsBack()
    {
        var source = new MessageIdSource(new ManualTimeProvider());
        byte[] octets = new byte[16];
        for (int i = 0; i < 1000; i++)
        {
            MessageId id = source.Next();
            string text = id.ToString();
            text.Length.ShouldBe(34);
            text[..2].ShouldBe("SM");
            text[14].ShouldBe('7');
            "89ab".ShouldContain(text[18]);
            MessageId.TryParse(text, out MessageId read).ShouldBeTrue();
            read.ShouldBe(id);
            id.WriteBytes(octets);
            Convert.ToHexStringLower(octets).ShouldBe(text[2..]);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("SM")]
    [InlineData("MM019b7c5a1e8b7000800000000000000a")]
    [InlineData("SM019b7c5a1e8b4000800000000000000a")]
    [InlineData("SM019b7c5a1e8b7000400000000000000a")]
    [InlineData("SM019b7c5a1e8b7000800000000000000g")]
    [InlineData("SM019b7c5a1e8b7000800000000000000")]
    public void TryParse_NotOneOfOurs_ReturnsFalse(string text) => MessageId.TryParse(text, out _).ShouldBeFalse();
}
