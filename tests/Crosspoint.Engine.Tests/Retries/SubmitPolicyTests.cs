using Crosspoint.Engine.Retries;

namespace Crosspoint.Engine.Tests.Retries;

public sealed class SubmitPolicyTests
{
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
