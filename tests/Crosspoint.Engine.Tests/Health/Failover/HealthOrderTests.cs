using Crosspoint.Engine.Health;
using Crosspoint.Engine.Health.Failover;
using Crosspoint.Sms.Numbers;
using static Crosspoint.Engine.Tests.Health.Failover.FailoverWorld;

namespace Crosspoint.Engine.Tests.Health.Failover;

/// <summary>What operators order goes before what is noticed, and ends by itself.</summary>
public sealed class HealthOrderTests
{
    private static readonly HealthCell Germany = Cell("a") with { Network = NetworkId.Unknown };

    [Fact]
    public void Pin_NothingThatIsNoticedCounts_UntilItIsOver()
    {
        var world = new FailoverWorld();
        world.Carry(Cell("a"));
        world.Order(Order(world, Cell("a"), HealthOrderKind.Pin, seconds: 60));
        world.Notice(Cell("a"), SignalKind.Stalled);
        world.Pass(30).ShouldBeEmpty();
        world.HealthOf("a").ShouldSatisfyAllConditions(static health => health.State.ShouldBe(CellState.Healthy), static health => health.IsOrder.ShouldBeTrue());

        world.Pass(31).ShouldHaveSingleItem().Reason.ShouldStartWith("the order is over: it was pinned by anna until ");
        world.States.Orders.ShouldBeEmpty();
        world.Notice(Cell("a"), SignalKind.Stalled, over: 0.5);
        world.Pass(1);
        world.StateOf("a").ShouldBe(CellState.Suspended);
    }

    [Fact]
    public void Pin_OfASickCell_BringsItBackAtOnce()
    {
        var world = new FailoverWorld();
        world.Notice(Cell("a"), SignalKind.Stalled);
        world.Pass();
        world.Order(Order(world, Cell("a"), HealthOrderKind.Pin));
        (world.StateOf("a"), world.HealthOf("a").Share).ShouldBe((CellState.Healthy, 1));
        world.Changes[^1].ShouldSatisfyAllConditions(
            static change => (change.From, change.To).ShouldBe((CellState.Suspended, CellState.Healthy)), static change => change.Operator.ShouldBe("anna"));
    }

    [Fact]
    public void Force_HoldsForItsCell_AndWhenItEndsTrafficComesBackBySteps()
    {
        var world = new FailoverWorld();
        world.Carry(Cell("a"));
        world.Order(Order(world, Cell("a"), HealthOrderKind.Force, CellState.Suspended, seconds: 60));
        (world.StateOf("a"), world.StateOf("a", Vodafone)).ShouldBe((CellState.Suspended, CellState.Healthy));
        world.Pass(90);
        world.StateOf("a").ShouldBe(CellState.Recovering);
        world.Pass(120);
        world.StateOf("a").ShouldBe(CellState.Healthy);
    }

    [Fact]
    public void Forbid_Ends_WhatItCarriedBeforeComesBackByTheFirstStep()
    {
        var world = new FailoverWorld();
        FailoverWorld.Truth truth = world.Carry(Cell("a"), rate: 500);
        world.Pass(120);
        world.Order(Order(world, Cell("a"), HealthOrderKind.Forbid, seconds: 600));
        truth.Shown = 0;
        world.Pass(605);
        world.HealthOf("a").Share.ShouldBe(0.01);
        world.RowOf(Cell("a")).Rate.ShouldBe(500);
    }

    [Fact]
    public void Forbid_SinceTheStart_Ends_BySmallSteps_ThatShowWhatItCarries()
    {
        var world = new FailoverWorld();
        world.Carry(Cell("a"), rate: 500).Shown = 0;
        world.Order(Order(world, Cell("a"), HealthOrderKind.Forbid, seconds: 600));
        int before = world.Changes.Count;
        world.Pass(800);
        world.Changes[before..].Select(static change => change.Share).ShouldBe([0.01, 0.05, 0.25, 0.5, 1, 1]);
        world.RowOf(Cell("a")).Rate.ShouldBe(500, 15);
    }

    [Fact]
    public void Forbid_SinceTheStart_OfACellThatCarriesLittle_Ends_GivesItMoreAfterAMinute()
    {
        var world = new FailoverWorld();
        world.Carry(Cell("a"), rate: 0.5).Shown = 0;
        world.Order(Order(world, Cell("a"), HealthOrderKind.Forbid, seconds: 600));
        world.Pass(655);
        world.HealthOf("a").Share.ShouldBe(0.01);
        world.Pass(10);
        world.HealthOf("a").Share.ShouldBe(0.25);
        world.Changes[^1].Reason.ShouldStartWith("it carries little: ");
        world.Pass(900);
        world.StateOf("a").ShouldBe(CellState.Healthy);
    }

    [Fact]
    public void Force_Degraded_TakesItsShare()
    {
        var world = new FailoverWorld();
        world.Order(Order(world, Cell("a"), HealthOrderKind.Force, CellState.Degraded) with { Share = 0.3 });
        (world.StateOf("a"), world.HealthOf("a").Share).ShouldBe((CellState.Degraded, 0.3));
    }

    [Fact]
    public void Scope_TheNarrowestOrderCounts()
    {
        var world = new FailoverWorld();
        world.Order(
            Order(world, HealthCell.Of("a"), HealthOrderKind.Force, CellState.Suspended),
            Order(world, Germany, HealthOrderKind.Forbid),
            Order(world, Cell("a"), HealthOrderKind.Pin));

        world.StateOf("a").ShouldBe(CellState.Healthy);
        world.HealthOf("a", Vodafone).IsForbidden.ShouldBeTrue();
        RouteHealth french = world.States.Snapshot.Find("a")!.Find(
            new(default, "FR", NumberType.Mobile, NetworkId.Unknown, NetworkSource.None), Engine.Messages.TrafficClass.Otp);
        (french.State, french.IsForbidden).ShouldBe((CellState.Suspended, false));
        world.StateOf("b").ShouldBe(CellState.Healthy);
    }

    [Fact]
    public void Forbid_OfACountry_Ends_TrafficComesBackByTestsOfAllItsNetworks()
    {
        var world = new FailoverWorld();
        world.Carry(Cell("a"));
        FailoverWorld.Truth other = world.Carry(Cell("a", Vodafone));
        world.Order(Order(world, Germany, HealthOrderKind.Forbid, seconds: 10));
        world.Pass(11);
        world.StateOf("a").ShouldBe(CellState.Recovering);
        world.RowOf(Germany).Rate.ShouldBe(200);
        world.Pass(10.5)[^1].Reason.ShouldStartWith("the step went as usual: ");

        other.Refused = 1;
        HealthChange change = world.Pass(20)[^1];
        (change.Cell, change.To).ShouldBe((Germany, CellState.Suspended));
        change.Reason.ShouldStartWith("a relapse: the step failed: ");
        other.Refused = 0;
        world.Pass(200);
        world.StateOf("a").ShouldBe(CellState.Healthy);
    }

    [Fact]
    public void TakenBack_IsTold_AndOthersStay()
    {
        var world = new FailoverWorld();
        HealthOrder first = Order(world, Cell("a"), HealthOrderKind.Forbid);
        HealthOrder second = Order(world, Cell("b"), HealthOrderKind.Pin);
        world.Order(first, second);
        int before = world.Changes.Count;
        world.Order(second);
        world.Changes[before..].ShouldHaveSingleItem().Reason.ShouldContain("the order was taken back");
        world.States.Orders.ShouldBe([second]);
        world.StateOf("a").ShouldBe(CellState.Recovering);
    }

    [Fact]
    public void AlreadyOver_IsNotTaken()
    {
        var world = new FailoverWorld();
        world.Order(Order(world, Cell("a"), HealthOrderKind.Forbid, seconds: -1));
        world.States.Orders.ShouldBeEmpty();
        world.StateOf("a").ShouldBe(CellState.Healthy);
    }

    [Fact]
    public void WallClock_SetBack_LengthensAnOrderAndNothingElse()
    {
        var world = new FailoverWorld();
        world.Carry(Cell("b"));
        world.Order(Order(world, Cell("a"), HealthOrderKind.Forbid, seconds: 10));
        world.Notice(Cell("b"), SignalKind.Stalled);
        world.Pass();
        world.Wall -= 3_600_000_000;
        world.Pass(31);
        world.HealthOf("a").IsForbidden.ShouldBeTrue();
        world.StateOf("b").ShouldBe(CellState.Probing);
    }

    [Fact]
    public void List_TellsOfOrdersWithTheirCells()
    {
        var world = new FailoverWorld();
        world.Order(Order(world, Germany, HealthOrderKind.Forbid));
        FailoverRow row = world.States.List(all: false).ShouldHaveSingleItem();
        (row.Cell, row.IsWide, row.State, row.Share).ShouldBe((Germany, true, CellState.Suspended, 0));
        row.Order.ShouldNotBeNull().By.ShouldBe("anna");
    }

    private static HealthOrder Order(
        FailoverWorld world, HealthCell cell, HealthOrderKind kind, CellState state = CellState.Healthy, double seconds = 3_600) =>
        new(cell, kind, state, 0, world.Wall + (long)(seconds * 1e6), "anna", "a test", world.Wall);
}
