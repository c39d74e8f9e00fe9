using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Webhooks;

namespace Crosspoint.Engine.Tests.Webhooks;

public sealed class RetryRulesTests
{
    private static readonly IReadOnlyList<TimeSpan> Schedule = WebhookOptions.DefaultSchedule;

    [Theory]
    [InlineData(200, 1, DeliveryState.Delivered)]
    [InlineData(204, 12, DeliveryState.Delivered)]
    [InlineData(500, 11, DeliveryState.Pending)]
    [InlineData(500, 12, DeliveryState.Failed)]
    [InlineData(599, 1, DeliveryState.Pending)]
    [InlineData(429, 11, DeliveryState.Pending)]
    [InlineData(408, 11, DeliveryState.Pending)]
    [InlineData(425, 11, DeliveryState.Pending)]
    [InlineData(400, 2, DeliveryState.Pending)]
    [InlineData(400, 3, DeliveryState.Failed)]
    [InlineData(301, 3, DeliveryState.Failed)]
    [InlineData(410, 1, DeliveryState.Failed)]
    public void Decide_Status_FollowsTheTable(int status, int tries, DeliveryState expected) =>
        Decide(new TryOutcome(TryKind.Answered, status, TimeSpan.Zero, null), tries, TargetOverrides.None).ShouldBe(expected);

    [Theory]
    [InlineData(nameof(TryKind.ConnectFailed), 11, DeliveryState.Pending)]
    [InlineData(nameof(TryKind.TimedOut), 11, DeliveryState.Pending)]
    [InlineData(nameof(TryKind.Broken), 12, DeliveryState.Failed)]
    [InlineData(nameof(TryKind.AddressRefused), 2, DeliveryState.Pending)]
    [InlineData(nameof(TryKind.AddressRefused), 3, DeliveryState.Failed)]
    [InlineData(nameof(TryKind.Impossible), 1, DeliveryState.Failed)]
    public void Decide_NoAnswer_FollowsTheTable(string kind, int tries, DeliveryState expected) =>
        Decide(TryOutcome.Without(Enum.Parse<TryKind>(kind), ""), tries, TargetOverrides.None).ShouldBe(expected);

    [Theory]
    [InlineData("#rc=0", 500, 1, DeliveryState.Failed)]
    [InlineData("#rc=2", 500, 2, DeliveryState.Pending)]
    [InlineData("#rc=2", 500, 3, DeliveryState.Failed)]
    [InlineData("#rp=5xx", 500, 5, DeliveryState.Pending)]
    [InlineData("#rp=ct", 500, 1, DeliveryState.Failed)]
    [InlineData("#rp=4xx", 429, 5, DeliveryState.Pending)]
    [InlineData("#rc=0&rp=all", 200, 1, DeliveryState.Delivered)]
    public void Decide_Overrides_NarrowTheTable(string fragment, int status, int tries, DeliveryState expected) =>
        Decide(new TryOutcome(TryKind.Answered, status, TimeSpan.Zero, null), tries, TargetOverrides.Parse("https://x/" + fragment)).ShouldBe(expected);

    [Theory]
    [InlineData(1, 0.0, 4.0)]
    [InlineData(1, 0.5, 5.0)]
    [InlineData(1, 1.0, 6.0)]
    [InlineData(2, 0.5, 30.0)]
    [InlineData(11, 0.5, 86400.0)]
    public void Decide_Wait_IsTheScheduleSpreadByAFifth(int tries, double spread, double seconds)
    {
        RetryRules.Decide(TryOutcome.Without(TryKind.TimedOut, ""), tries, Schedule, TargetOverrides.None, spread, out TimeSpan wait);
        wait.TotalSeconds.ShouldBe(seconds, 0.001);
    }

    [Theory]
    [InlineData(1, 60, 60)]
    [InlineData(3, 60, 120)]
    public void Decide_RetryAfter_LengthensTheWaitAndNeverShortensIt(int tries, int retryAfter, int expected)
    {
        var outcome = new TryOutcome(TryKind.Answered, 429, TimeSpan.FromSeconds(retryAfter), "");
        RetryRules.Decide(outcome, tries, Schedule, TargetOverrides.None, 0.5, out TimeSpan wait);
        wait.TotalSeconds.ShouldBe(expected, 0.001);
    }

    private static DeliveryState Decide(TryOutcome outcome, int tries, TargetOverrides overrides) =>
        RetryRules.Decide(outcome, tries, Schedule, overrides, 0.5, out _);
}
