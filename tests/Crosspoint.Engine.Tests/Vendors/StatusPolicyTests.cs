using Crosspoint.Engine.Vendors;

namespace Crosspoint.Engine.Tests.Vendors;

public sealed class StatusPolicyTests
{
    [Theory]
    [InlineData(0x00, StatusAction.Accept)]
    [InlineData(0x58, StatusAction.SlowDown)]
    [InlineData(0x14, StatusAction.SlowDown)]
    [InlineData(0x08, StatusAction.Retry)]
    [InlineData(0x64, StatusAction.Retry)]
    [InlineData(0x45, StatusAction.Retry)]
    [InlineData(0xFE, StatusAction.Retry)]
    [InlineData(0x102, StatusAction.Retry)]
    [InlineData(0x04, StatusAction.Suspend)]
    [InlineData(0x05, StatusAction.Suspend)]
    [InlineData(0x0D, StatusAction.Suspend)]
    [InlineData(0x53, StatusAction.Suspend)]
    [InlineData(0x01, StatusAction.Next)]
    [InlineData(0x0A, StatusAction.Next)]
    [InlineData(0x0B, StatusAction.Next)]
    [InlineData(0x65, StatusAction.Next)]
    [InlineData(0x66, StatusAction.Next)]
    [InlineData(0xC4, StatusAction.Next)]
    [InlineData(0x101, StatusAction.Next)]
    [InlineData(0x4FF, StatusAction.Next)]
    [InlineData(0xFFFFFFFF, StatusAction.Next)]
    public void ActionOf_Default_IsWhatTheTradeReadsInIt(uint status, StatusAction expected) =>
        StatusPolicy.Default.ActionOf(status).ShouldBe(expected);

    [Fact]
    public void ActionOf_NamedStatuses_GoBeforeTheUsualReadingAndTheDefault()
    {
        var policy = new StatusPolicy(
            new Dictionary<uint, StatusAction> { [0x58] = StatusAction.Next, [0x4FF] = StatusAction.Retry, [0x80000001] = StatusAction.Suspend },
            StatusAction.Fail);

        policy.ActionOf(0).ShouldBe(StatusAction.Accept);
        policy.ActionOf(0x58).ShouldBe(StatusAction.Next);
        policy.ActionOf(0x14).ShouldBe(StatusAction.SlowDown);
        policy.ActionOf(0x4FF).ShouldBe(StatusAction.Retry);
        policy.ActionOf(0x4FE).ShouldBe(StatusAction.Fail);
        policy.ActionOf(0x500).ShouldBe(StatusAction.Fail);
        policy.ActionOf(0x80000001).ShouldBe(StatusAction.Suspend);
        policy.ActionOf(0x80000002).ShouldBe(StatusAction.Fail);
    }

    [Fact]
    public void ActionOf_AllocatesNothing()
    {
        var policy = new StatusPolicy(new Dictionary<uint, StatusAction> { [0x80000001] = StatusAction.Suspend }, StatusAction.Fail);
        Look(policy);
        long before = GC.GetAllocatedBytesForCurrentThread();

        Look(policy);

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);

        static void Look(StatusPolicy policy)
        {
            for (uint i = 0; i < 2_000; i++)
            {
                policy.ActionOf(i);
                policy.ActionOf(0x80000000 + i);
            }
        }
    }
}
