using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Retries;
using Crosspoint.Engine.Vendors;

namespace Crosspoint.Engine.Tests.Retries;

public sealed class RetryTableTests
{
    private const byte Rejected = 8;

    private static readonly MessageHead Head = new()
    {
        Id = new(1, 1),
        AccountSid = "AC1",
        From = "+15550001000",
        To = "+15551230001",
        Body = "x",
        Class = TrafficClass.Otp,
        CreatedAt = 100 * Micros.PerSecond,
        ValidUntil = 700 * Micros.PerSecond,
    };

    [Theory]
    [InlineData(StatusAction.Retry, RetryStep.Same, 4, true, true, RetryStep.Next)]
    [InlineData(StatusAction.SlowDown, RetryStep.Same, int.MaxValue, false, false, RetryStep.Next)]
    [InlineData(StatusAction.Suspend, RetryStep.Same, 9, true, false, RetryStep.Next)]
    [InlineData(StatusAction.Next, RetryStep.Next, int.MaxValue, true, false, RetryStep.Next)]
    [InlineData(StatusAction.Fail, RetryStep.None, int.MaxValue, true, false, RetryStep.None)]
    public void AfterRefusal_WithoutRules_IsWhatIsUsual(
        StatusAction action, RetryStep step, int attempts, bool counts, bool waits, RetryStep afterLast)
    {
        RetryPlan plan = new RetryTable([]).AfterRefusal(Head, "a", 1, 0x08, action);

        (plan.Step, plan.Attempts, plan.Counts, plan.HasUsualWait, plan.AfterLast).ShouldBe((step, attempts, counts, waits, afterLast));
        plan.Wait(Head.Id, 1).ShouldBe(TimeSpan.Zero);
        plan.EndOf(Head).ShouldBe(Head.ValidUntil);
        plan.EndsBefore(Head, long.MaxValue).ShouldBeFalse();
    }

    [Fact]
    public void AfterReceipt_WithoutRules_Ends() =>
        new RetryTable([]).AfterReceipt(Head, "a", 1, Rejected).Step.ShouldBe(RetryStep.None);

    public static TheoryData<RetryRule, bool> Matches => new()
    {
        { new(), true },
        { new() { Class = TrafficClass.Otp }, true },
        { new() { Class = TrafficClass.Marketing }, false },
        { new() { Account = "AC1" }, true },
        { new() { Account = "AC2" }, false },
        { new() { Connection = "a" }, true },
        { new() { Connection = "b" }, false },
        { new() { On = RetryKind.Temporary }, true },
        { new() { On = RetryKind.Throttled }, false },
        { new() { On = RetryKind.NegativeReceipt }, false },
        { new() { Statuses = [new(0x45, 0x45), new(0x01, 0x08)] }, true },
        { new() { Statuses = [new(0x09, 0xFFFF)] }, false },
        { new() { Errors = [ErrorCodes.CarrierCongestion, ErrorCodes.Unknown] }, true },
        { new() { Errors = [ErrorCodes.CarrierCongestion] }, false },
        { new() { FirstAttempt = 3 }, true },
        { new() { FirstAttempt = 4 }, false },
        { new() { LastAttempt = 3 }, true },
        { new() { LastAttempt = 2 }, false },
        { new() { Class = TrafficClass.Otp, Connection = "b" }, false },
    };

    [Theory]
    [MemberData(nameof(Matches))]
    public void AfterRefusal_ThirdTryOfAnOtpRefusedForNow_MatchesTheRule(RetryRule rule, bool isMatch)
    {
        RetryTable table = new([rule with { Retry = RetryStep.None }]);

        table.AfterRefusal(Head, "a", 3, 0x08, StatusAction.Retry).Step.ShouldBe(isMatch ? RetryStep.None : RetryStep.Same);
    }

    [Fact]
    public void AfterRefusal_SeveralMatch_TheFirstDecidesAlone()
    {
        RetryTable table = new(
        [
            new() { Class = TrafficClass.Marketing, Retry = RetryStep.None },
            new() { Attempts = 7 },
            new() { Retry = RetryStep.Next, Attempts = 1 },
        ]);

        RetryPlan plan = table.AfterRefusal(Head, "a", 1, 0x08, StatusAction.Retry);

        (plan.Step, plan.Attempts, plan.HasUsualWait).ShouldBe((RetryStep.Same, 7, true));
    }

    [Theory]
    [InlineData(3, ErrorCodes.HandsetUnreachable)]
    [InlineData(5, ErrorCodes.Unknown)]
    [InlineData(8, ErrorCodes.Filtered)]
    public void AfterReceipt_RuleThatNamesIt_MatchesByItsError(byte state, int error)
    {
        foreach (int each in new[] { ErrorCodes.HandsetUnreachable, ErrorCodes.Unknown, ErrorCodes.Filtered })
        {
            RetryTable table = new([new() { On = RetryKind.NegativeReceipt, Errors = [each], Retry = RetryStep.Next }]);
            RetryPlan plan = table.AfterReceipt(Head, "a", 1, state);

            plan.Step.ShouldBe(each == error ? RetryStep.Next : RetryStep.None);
            if (each == error) plan.Attempts.ShouldBe(1);
        }
    }

    [Fact]
    public void AfterReceipt_RuleForEveryRefusal_DoesNotMatch() =>
        new RetryTable([new() { Retry = RetryStep.Next }]).AfterReceipt(Head, "a", 1, Rejected).Step.ShouldBe(RetryStep.None);

    [Theory]
    [InlineData(1, 5)]
    [InlineData(2, 15)]
    [InlineData(3, 45)]
    [InlineData(4, 100)]
    [InlineData(2_000_000_000, 100)]
    public void Wait_WithGrowth_GrowsToTheMostWithAFifthOfSpread(int number, double seconds)
    {
        RetryPlan plan = PlanOf(new() { After = TimeSpan.FromSeconds(5), Growth = 3, Most = TimeSpan.FromSeconds(100) });
        var waits = new HashSet<TimeSpan>();
        for (int i = 0; i < 100; i++)
        {
            var id = new MessageId(i, Random.Shared.NextInt64());
            TimeSpan wait = plan.Wait(id, number);

            wait.TotalSeconds.ShouldBe(seconds, seconds * 0.2001);
            plan.Wait(id, number).ShouldBe(wait);
            waits.Add(wait);
        }

        waits.Count.ShouldBeGreaterThan(90);
        waits.Max().TotalSeconds.ShouldBeGreaterThan(seconds * 1.1);
        waits.Min().TotalSeconds.ShouldBeLessThan(seconds * 0.9);
    }

    [Fact]
    public void Wait_LongerThanTheUsualMost_IsNotCut() =>
        PlanOf(new() { After = TimeSpan.FromMinutes(10) }).Wait(Head.Id, 1).TotalMinutes.ShouldBe(10, 2.01);

    [Fact]
    public void Wait_OfNoTime_IsNone() => PlanOf(new() { After = TimeSpan.Zero }).Wait(Head.Id, 3).ShouldBe(TimeSpan.Zero);

    [Theory]
    [InlineData(60, 0, 160)]
    [InlineData(60, 300, 360)]
    [InlineData(3600, 0, 700)]
    public void Until_CountsFromAcceptanceOrTheTimeAskedFor_NeverPastValidity(int until, int sendAt, int end)
    {
        MessageHead head = Head with { SendAt = sendAt * Micros.PerSecond };
        RetryPlan plan = PlanOf(new() { Until = TimeSpan.FromSeconds(until) });

        plan.EndOf(head).ShouldBe(end * Micros.PerSecond);
        plan.EndsBefore(head, end * Micros.PerSecond).ShouldBeTrue();
        plan.EndsBefore(head, end * Micros.PerSecond - 1).ShouldBeFalse();
    }

    [Fact]
    public void Counts_Throttled_OnlyWhereARuleSaysHowOftenOrWhen()
    {
        RetryPlan Throttled(RetryRule rule) => new RetryTable([rule]).AfterRefusal(Head, "a", 1, 0x58, StatusAction.SlowDown);

        Throttled(new() { Until = TimeSpan.FromMinutes(1) }).Counts.ShouldBeFalse();
        Throttled(new() { Attempts = 2 }).Counts.ShouldBeTrue();
        Throttled(new() { After = TimeSpan.FromSeconds(1) }).Counts.ShouldBeTrue();
    }

    [Fact]
    public void AfterRefusal_ManyRules_AllocatesNothing()
    {
        RetryTable table = new([.. Enumerable.Range(1, 50).Select(i => new RetryRule
        {
            Statuses = [new((uint)i + 0x400, (uint)i + 0x400)],
            Errors = [ErrorCodes.Blocked],
            Retry = RetryStep.None,
        })]);
        table.AfterRefusal(Head, "a", 1, 0x08, StatusAction.Retry).Wait(Head.Id, 1);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1_000; i++) table.AfterRefusal(Head, "a", 1, 0x08, StatusAction.Retry).Wait(Head.Id, 1);

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    private static RetryPlan PlanOf(RetryRule rule) => new RetryTable([rule]).AfterRefusal(Head, "a", 1, 0x08, StatusAction.Retry);
}
