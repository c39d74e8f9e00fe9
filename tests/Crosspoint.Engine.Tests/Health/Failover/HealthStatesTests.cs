using Crosspoint.Engine.Health;
using Crosspoint.Engine.Health.Failover;
using Crosspoint.Engine.Messages;
using static Crosspoint.Engine.Tests.Health.Failover.FailoverWorld;

namespace Crosspoint.Engine.Tests.Health.Failover;

/// <summary>Worlds of two and three connections in which something falls ill.</summary>
public sealed class HealthStatesTests
{
    [Fact]
    public void Stalled_OneNetwork_MovesAloneAtOnceAndComesBackByAllSteps()
    {
        var world = new FailoverWorld();
        Truth sick = world.Carry(Cell("a"));
        world.Carry(Cell("a", Vodafone));
        world.Carry(Cell("b"), 0.001);
        world.Pass(60);
        sick.IsSilent = true;
        world.Notice(Cell("a"), SignalKind.Stalled, seen: 1.2, messages: 40, over: 1.2);

        HealthChange left = world.Pass().ShouldHaveSingleItem();

        left.Reason.ShouldBe("nothing gets through: nothing answered for 1.2 s while 40 waited");
        (left.Cell, left.To, left.Share, left.Rate).ShouldBe((Cell("a"), CellState.Suspended, 0, 100));
        world.StateOf("a").ShouldBe(CellState.Suspended);
        world.StateOf("a", Vodafone).ShouldBe(CellState.Healthy);
        world.StateOf("b").ShouldBe(CellState.Healthy);
        world.HealthOf("a").Note.ShouldStartWith("since ");

        sick.IsSilent = false;
        world.Pass(29.5).ShouldBeEmpty();
        List<HealthChange> back = world.Pass(300);

        back.Select(static change => (change.To, change.Share)).ShouldBe(
        [
            (CellState.Probing, 0.01), (CellState.Recovering, 0.01), (CellState.Recovering, 0.05), (CellState.Recovering, 0.25),
            (CellState.Recovering, 0.5), (CellState.Recovering, 1), (CellState.Healthy, 1),
        ]);
        world.States.Snapshot.IsAnySick.ShouldBeFalse();
        world.RowOf(Cell("a")).Last.Count.ShouldBe(8);
    }

    [Fact]
    public void Probing_TakesTransactionalMessagesAlone_AndAllToTestNumbers()
    {
        var world = new FailoverWorld(new() { TestNumbers = [4915199999999] });
        world.Carry(Cell("a"));
        world.Notice(Cell("a"), SignalKind.Stalled);
        world.Pass(31);

        world.HealthOf("a").ShouldSatisfyAllConditions(health => health.State.ShouldBe(CellState.Probing), health => health.Share.ShouldBe(0.01));
        world.HealthOf("a", trafficClass: TrafficClass.Otp).Share.ShouldBe(0);
        world.HealthOf("a", trafficClass: TrafficClass.Marketing).Share.ShouldBe(0);
        world.HealthOf("a", trafficClass: TrafficClass.Otp, to: "+4915199999999").Share.ShouldBe(1);
    }

    [Fact]
    public void Probing_CellThatCarriesCampaignsAlone_IsProbedByThem()
    {
        var world = new FailoverWorld();
        world.Carry(Cell("a")).Classes = [TrafficClass.Marketing];
        world.Notice(Cell("a"), SignalKind.Stalled);
        world.Pass(31);

        world.HealthOf("a", trafficClass: TrafficClass.Marketing).Share.ShouldBe(0.01);
        world.HealthOf("a", trafficClass: TrafficClass.Otp).Share.ShouldBe(0);
    }

    [Fact]
    public void Probing_ThinTraffic_GetsAMessageNowAndThen()
    {
        var world = new FailoverWorld();
        world.Carry(Cell("a"), rate: 0.2);
        world.Notice(Cell("a"), SignalKind.Stalled);
        world.Pass(31);
        world.HealthOf("a").Share.ShouldBe(1 / 6.0, 0.001);
    }

    [Fact]
    public void Probing_ProbesFail_IsSuspendedForTwiceAsLongEachTime_UpToTheMost()
    {
        var world = new FailoverWorld(new() { LongestHold = TimeSpan.FromMinutes(3) });
        world.Carry(Cell("a")).Refused = 1;
        world.Notice(Cell("a"), SignalKind.Stalled);
        world.Pass(1_200);

        world.Changes.Where(static change => change.To == CellState.Suspended).Skip(1).ShouldAllBe(change => change.Reason.StartsWith("the probes failed: 0 of "));
        long[] suspended = [.. world.Changes.Where(static change => change.To == CellState.Suspended).Select(static change => change.At)];
        long[] probed = [.. world.Changes.Where(static change => change.To == CellState.Probing).Select(static change => change.At)];
        int[] holds = [.. probed.Zip(suspended, static (to, from) => (int)Math.Round((to - from) / 1e6))];
        holds[..5].ShouldBe([30, 60, 120, 180, 180]);
    }

    [Fact]
    public void Recovering_Relapse_DoublesTheHold_AndAnHourOfHealthForgetsIt()
    {
        var world = new FailoverWorld();
        Truth truth = world.Carry(Cell("a"));
        world.Notice(Cell("a"), SignalKind.Stalled);
        Until(world, static change => change is { To: CellState.Recovering, Share: 0.25 });
        truth.Refused = 0.5;
        Until(world, static change => change.To == CellState.Suspended).Reason.ShouldStartWith("a relapse: the step failed: ");
        world.RowOf(Cell("a")).Hold.ShouldBe(TimeSpan.FromSeconds(60));

        truth.Refused = 0;
        Until(world, static change => change.To == CellState.Healthy);
        world.Pass(3_590);
        world.States.List(all: true).ShouldHaveSingleItem().Relapses.ShouldBe(2);
        world.Pass(20);
        world.States.List(all: true).ShouldBeEmpty();
    }

    [Fact]
    public void Recovering_WhatWasCountedBeforeIsForgotten_TheStepBeginsAnewAndEnds()
    {
        var world = new FailoverWorld();
        world.Carry(Cell("a"));
        world.Pass(300);
        world.Notice(Cell("a"), SignalKind.Stalled);
        Until(world, static change => change is { To: CellState.Recovering, Share: 0.05 });
        world.Carry(Cell("a"));
        world.Pass(12)[0].Reason.ShouldStartWith("the step went as usual: ");
        Until(world, static change => change.To == CellState.Healthy);
        world.Changes.Count(static change => change.To == CellState.Suspended).ShouldBe(1);
    }

    [Fact]
    public void Slow_CellsOfLongAgo_AreForgotten()
    {
        var world = new FailoverWorld();
        for (int i = 0; i < 100; i++) world.Notice(Cell("a") with { Country = $"{(char)('A' + (i / 10))}{i % 10}" }, SignalKind.ResponsesSlow);
        world.Pass();
        world.States.Slow.ShouldBe(100);
        world.Pass(61);
        world.Notice(Cell("a"), SignalKind.ReceiptsSlow);
        world.Pass();
        world.States.Slow.ShouldBe(1);
    }

    [Fact]
    public void Probing_WhatFellSilentBefore_TimesOutMeanwhile_IsNoFailureOfTheProbes()
    {
        var world = new FailoverWorld();
        Truth truth = world.Carry(Cell("a"));
        truth.IsSilent = true;
        world.Pass(1);
        world.Notice(Cell("a"), SignalKind.Stalled);
        world.Pass();
        truth.IsSilent = false;
        Until(world, static change => change.To == CellState.Probing);
        world.Pass(5);
        truth.GiveUp();
        Until(world, static change => change.To == CellState.Healthy);
        world.Changes.Count(static change => change.To == CellState.Suspended).ShouldBe(1);
    }

    [Fact]
    public void Errors_KeepALittle_AndWhenTheyGoOnIsSuspended()
    {
        var world = new FailoverWorld();
        Truth truth = world.Carry(Cell("a"));
        world.Carry(Cell("b"), 0.001);
        world.Pass(60);
        truth.Refused = 0.2;
        world.Notice(Cell("a"), SignalKind.Errors, seen: 0.2, expected: 0.01);

        HealthChange change = world.Pass().ShouldHaveSingleItem();
        (change.To, change.Share).ShouldBe((CellState.Degraded, 0.1));
        change.Reason.ShouldBe("worse than usual: 20 % of 500 in 5.0 s refused, usual is 1 %");

        change = Until(world, static change => change.To == CellState.Suspended);
        change.Reason.ShouldStartWith("it goes on: ");
        ((change.At - world.Changes[0].At) / 1e6).ShouldBeInRange(10, 20);
    }

    [Fact]
    public void Errors_ThatEnd_AreFollowedByARecoveryFromWhatItKept()
    {
        var world = new FailoverWorld();
        world.Carry(Cell("a"));
        world.Notice(Cell("a"), SignalKind.Errors);
        world.Pass(200).Select(static change => (change.To, change.Share)).ShouldBe(
        [
            (CellState.Degraded, 0.1), (CellState.Recovering, 0.25), (CellState.Recovering, 0.5), (CellState.Recovering, 1), (CellState.Healthy, 1),
        ]);
        ((world.Changes[1].At - world.Changes[0].At) / 1e6).ShouldBe(30, 0.5);
    }

    [Fact]
    public void Delivery_IsWellAgain_OnlyWhenReceiptsSaySo()
    {
        var world = new FailoverWorld();
        Truth truth = world.Carry(Cell("a"));
        truth.Delivered = 0.3;
        world.Notice(Cell("a"), SignalKind.Delivery, seen: 0.3, expected: 0.95);

        HealthChange change = world.Pass().ShouldHaveSingleItem();
        change.To.ShouldBe(CellState.Suspended);
        change.Reason.ShouldBe("most fails: 30 % of 500 in 5.0 s delivered, usual is 95 %");
        Until(world, static change => change.To == CellState.Suspended && change.From == CellState.Probing).Reason.ShouldContain("delivered of ");

        truth.Delivered = 0.95;
        Until(world, static change => change.To == CellState.Healthy);
    }

    [Fact]
    public void Throttled_OnlyTheExcessMoves()
    {
        var world = new FailoverWorld();
        world.Carry(Cell("a")).Throttled = 0.4;
        world.Notice(Cell("a"), SignalKind.Throttled, seen: 0.4, expected: 0);
        HealthChange change = world.Pass().ShouldHaveSingleItem();
        (change.To, change.Share).ShouldBe((CellState.Degraded, 0.6));

        // It stays so while it is throttled.
        world.Pass(300).ShouldBeEmpty();
    }

    [Fact]
    public void Throttled_ForLong_RecoversSoonAfterItsEnd()
    {
        var world = new FailoverWorld();
        Truth truth = world.Carry(Cell("a"));
        truth.Throttled = 0.4;
        world.Notice(Cell("a"), SignalKind.Throttled, seen: 0.4, expected: 0);
        world.Pass(3_600).ShouldHaveSingleItem();
        truth.Throttled = 0;
        long over = world.Now;
        Until(world, static change => change.To == CellState.Healthy);
        ((world.Now - over) / 1e6).ShouldBeLessThan(60, "an hour of refusals is no word on what it takes now");
    }

    [Fact]
    public void ResponsesSlow_MoveWhereAnotherIsFaster_AndComeBackWhenAnswersDo()
    {
        var alone = new FailoverWorld(null, "a");
        alone.Notice(Cell("a"), SignalKind.ResponsesSlow, seen: 3, expected: 1);
        alone.Pass().ShouldBeEmpty();

        var world = new FailoverWorld();
        Truth truth = world.Carry(Cell("a"));
        truth.Slow = 0.9;
        world.Notice(Cell("a"), SignalKind.ResponsesSlow, seen: 3, expected: 1);
        HealthChange change = world.Pass().ShouldHaveSingleItem();
        (change.To, change.Share).ShouldBe((CellState.Degraded, 0.1));
        change.Reason.ShouldStartWith("worse than usual: answers take 3.0 s, usual is 1.0 s at most");
        Until(world, static change => change.To == CellState.Suspended);
        Until(world, static change => change is { From: CellState.Probing, To: CellState.Suspended });
        truth.Slow = 0;
        Until(world, static change => change.To == CellState.Healthy);
    }

    [Fact]
    public void ReceiptsSlow_MoveOnlyWhereAnotherIsBetter()
    {
        var world = new FailoverWorld();
        world.Notice(Cell("a"), SignalKind.ReceiptsSlow, seen: 9, expected: 4);
        world.Notice(Cell("b"), SignalKind.ReceiptsSlow, seen: 9, expected: 4);
        world.Pass().Select(static change => change.Cell.Connection).ShouldBe(["a"]);

        var alone = new FailoverWorld(null, "a");
        alone.Notice(Cell("a"), SignalKind.ReceiptsSlow, seen: 9, expected: 4);
        alone.Pass().ShouldBeEmpty();
    }

    [Fact]
    public void NewError_OfFew_IsNoReasonToMove()
    {
        var world = new FailoverWorld();
        world.Notice(Cell("a"), SignalKind.NewError, seen: 0.02);
        world.Pass().ShouldBeEmpty();
        world.Notice(Cell("a"), SignalKind.NewError, seen: 0.15);
        world.Pass().ShouldHaveSingleItem().To.ShouldBe(CellState.Degraded);
    }

    [Fact]
    public void Signal_OfAClass_CountsForItsNetwork_AndOfAConnectionForAllOfIt()
    {
        var world = new FailoverWorld();
        world.Notice(Cell("a") with { Class = TrafficClass.Marketing }, SignalKind.Errors);
        world.Pass();
        (world.StateOf("a"), world.StateOf("a", Vodafone)).ShouldBe((CellState.Degraded, CellState.Healthy));

        world.Notice(HealthCell.Of("a"), SignalKind.Unbound);
        world.Down.Add("a");
        world.Pass();
        (world.StateOf("a"), world.StateOf("a", Vodafone), world.StateOf("b")).ShouldBe((CellState.Suspended, CellState.Suspended, CellState.Healthy));

        // It is left alone as long as no session is bound, however long that takes, and that counts once.
        for (int i = 0; i < 120; i++)
        {
            world.Notice(HealthCell.Of("a"), SignalKind.Unbound);
            world.Pass(5);
        }

        world.StateOf("a", Vodafone).ShouldBe(CellState.Suspended);
        world.Down.Remove("a");
        world.Pass();
        world.StateOf("a", Vodafone).ShouldBe(CellState.Probing);
        world.RowOf(HealthCell.Of("a")).Relapses.ShouldBe(1);
    }

    [Fact]
    public void Signal_OfAConnectionButForANetwork_MovesTheOthersAlone_AndIsTestedByThem()
    {
        var world = new FailoverWorld();
        world.Carry(Cell("a"));
        Truth truth = world.Carry(Cell("a", Vodafone), 20);
        truth.Delivered = 0;
        world.Pass(60);
        world.Notice(HealthCell.Of("a"), SignalKind.Delivery, seen: 0.05, expected: 0.95, messages: 60, over: 50, Cell("a"));
        HealthChange change = world.Pass().ShouldHaveSingleItem();
        (change.Cell, change.To).ShouldBe((HealthCell.Of("a"), CellState.Suspended));
        change.Rate.ShouldBe(20, 0.5, "what the other network carries does not move");
        change.Reason.ShouldContain("not to DE 26201, where all is as usual");
        (world.StateOf("a"), world.StateOf("a", Vodafone)).ShouldBe((CellState.Healthy, CellState.Suspended));

        // Five times as many messages of the network that does well do not make it well.
        for (int i = 0; i < 3; i++)
        {
            Until(world, static one => one.To == CellState.Probing);
            Until(world, static one => one.To == CellState.Suspended);
        }

        truth.Delivered = 0.95;
        Until(world, static one => one.To == CellState.Healthy);
        world.Changes.ShouldAllBe(static one => one.Cell.Country.Length == 0);
    }

    [Fact]
    public void Signal_WhoseWindowReachesBeforeTheStep_IsBelievedOnlyWhenTheStepShowsIt()
    {
        var world = new FailoverWorld();
        Truth truth = world.Carry(Cell("a"));
        truth.Refused = 0.8;
        world.Notice(Cell("a"), SignalKind.Errors, seen: 0.8);
        world.Pass();
        truth.Refused = 0;

        // A minute's window holds the old errors all through the recovery.
        Until(world, static change => change.To == CellState.Probing);
        while (world.StateOf("a") != CellState.Healthy)
        {
            world.Notice(Cell("a"), SignalKind.Errors, seen: 0.05, over: 600);
            world.Pass(1);
            world.StateOf("a").ShouldNotBe(CellState.Suspended);
        }
    }

    [Theory]
    [InlineData(CellState.Probing)]
    [InlineData(CellState.Recovering)]
    public void Signal_OfAFewMessages_IsNoRelapse_UnlessTheStepShowsIt(CellState tried)
    {
        var world = new FailoverWorld();
        Truth truth = world.Carry(Cell("a"));
        world.Notice(Cell("a"), SignalKind.Stalled);
        Until(world, change => change.To == tried);
        world.Pass(3);

        // One of two, while a hundredth of the messages is tried.
        world.Notice(Cell("a"), SignalKind.Errors, seen: 0.5, messages: 2, over: 1);
        world.Pass();
        world.StateOf("a").ShouldBe(tried);
        Until(world, static change => change.To == CellState.Healthy);
        world.Changes.Count(static change => change.To == CellState.Suspended).ShouldBe(1);

        // Three of three, in a step that has seen no others.
        world.Pass(10);
        world.Notice(Cell("a"), SignalKind.Stalled);
        Until(world, change => change.To == tried);
        truth.Refused = 0.9;
        world.Pass(3.25);
        world.StateOf("a").ShouldBe(tried);
        world.Notice(Cell("a"), SignalKind.Errors, seen: 1, messages: 3, over: 3);
        HealthChange change = world.Pass().ShouldHaveSingleItem();
        change.To.ShouldBe(CellState.Suspended);
        change.Reason.ShouldEndWith(": 100 % of 3 in 3.0 s refused, usual is 1 %");
    }

    [Fact]
    public void Signal_OfManyMessagesOfTheStep_IsARelapse()
    {
        var world = new FailoverWorld();
        world.Carry(Cell("a"));
        world.Notice(Cell("a"), SignalKind.Stalled);
        Until(world, static change => change.To == CellState.Recovering);
        world.Pass(6);
        world.Notice(Cell("a"), SignalKind.Errors, seen: 0.03, messages: 50);
        world.Pass().ShouldHaveSingleItem().Reason.ShouldStartWith("a relapse: worse than usual: 3 % of 50 ");
    }

    [Fact]
    public void Uncounted_QuietIsWell_AndSignsThatGoOnAreNot()
    {
        var world = new FailoverWorld();
        world.Notice(Cell("a"), SignalKind.Errors);
        world.Pass(11);
        world.Notice(Cell("a"), SignalKind.Errors);
        world.Pass().ShouldHaveSingleItem().To.ShouldBe(CellState.Suspended);
        Until(world, static change => change.To == CellState.Healthy).Reason.ShouldStartWith("recovered: nothing more was noticed for ");
    }

    [Fact]
    public void AllSick_AreInOrderOfHowSick()
    {
        var world = new FailoverWorld(null, "a", "b", "c");
        world.Notice(Cell("a"), SignalKind.Stalled);
        world.Notice(Cell("b"), SignalKind.Errors, seen: 0.9);
        world.Notice(Cell("c"), SignalKind.Errors, seen: 0.2);
        world.Pass();

        double[] sickness = [world.HealthOf("a").Sickness, world.HealthOf("b").Sickness, world.HealthOf("c").Sickness];
        sickness.ShouldBe(sickness.OrderDescending());
        sickness.Distinct().Count().ShouldBe(3);

        // The last of them keeps its usual little: there is nobody well who could take more, and routing takes the least sick first.
        world.HealthOf("c").Share.ShouldBe(0.1);
    }

    [Fact]
    public void Disabled_NothingMoves_ButOrdersHold()
    {
        var world = new FailoverWorld(new() { IsEnabled = false });
        world.Notice(Cell("a"), SignalKind.Stalled);
        world.Pass().ShouldBeEmpty();
        world.Order(new HealthOrder(Cell("a"), HealthOrderKind.Forbid, CellState.Suspended, 0, world.Wall + 60_000_000, "anna", "", world.Wall));
        world.HealthOf("a").IsForbidden.ShouldBeTrue();
    }

    [Fact]
    public void Turn_NothingNoticed_AllocatesNothing()
    {
        var states = new HealthStates(new(), new());
        HealthPath[] paths = [new("a", true, 0, 5), new("b", true, 0, 7)];
        var changes = new List<HealthChange>();
        for (int i = 0; i < 500; i++) states.Turn(i * 250_000L, i * 250_000L, [], paths, changes);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 500; i < 1_500; i++) states.Turn(i * 250_000L, i * 250_000L, [], paths, changes);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    private static HealthChange Until(FailoverWorld world, Predicate<HealthChange> condition)
    {
        for (int i = 0; i < 8_000; i++)
        {
            if (world.Pass().Find(condition) is { } change) return change;
        }

        throw new TimeoutException("No such change came in 2,000 seconds.");
    }
}
