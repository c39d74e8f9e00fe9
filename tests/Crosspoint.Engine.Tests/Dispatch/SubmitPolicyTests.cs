using Crosspoint.Engine.Dispatch;

namespace Crosspoint.Engine.Tests.Dispatch;

public sealed class SubmitPolicyTests
{
    [Theory]
    [InlineData(0x00, AnswerClass.Accepted)]
    [InlineData(0x58, AnswerClass.SlowDown)]
    [InlineData(0x14, AnswerClass.SlowDown)]
    [InlineData(0x08, AnswerClass.Temporary)]
    [InlineData(0x64, AnswerClass.Temporary)]
    [InlineData(0x45, AnswerClass.Temporary)]
    [InlineData(0xFE, AnswerClass.Temporary)]
    [InlineData(0x102, AnswerClass.Temporary)]
    [InlineData(0x04, AnswerClass.Session)]
    [InlineData(0x05, AnswerClass.Session)]
    [InlineData(0x0D, AnswerClass.Session)]
    [InlineData(0x53, AnswerClass.Session)]
    [InlineData(0x01, AnswerClass.Permanent)]
    [InlineData(0x0A, AnswerClass.Permanent)]
    [InlineData(0x0B, AnswerClass.Permanent)]
    [InlineData(0x65, AnswerClass.Permanent)]
    [InlineData(0x66, AnswerClass.Permanent)]
    [InlineData(0xC4, AnswerClass.Permanent)]
    [InlineData(0x101, AnswerClass.Permanent)]
    [InlineData(0x4FF, AnswerClass.Permanent)]
    public void Classify_Status_IsWhatTheTradeReadsInIt(uint status, AnswerClass expected) =>
        SubmitPolicy.Classify(status).ShouldBe(expected);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(4, 8)]
    [InlineData(20, 60)]
    [InlineData(2_000_000_000, 60)]
    public void RetryDelay_Tries_DoublesToAMinuteWithAFifthOfSpread(int tries, double seconds)
    {
        for (int i = 0; i < 100; i++) SubmitPolicy.RetryDelay(tries).TotalSeconds.ShouldBe(seconds, seconds * 0.2001);
    }
}
