using Crosspoint.Engine.Health;
using Crosspoint.Engine.Health.Failover;
using Crosspoint.Sms.Numbers;
using static Crosspoint.Engine.Tests.Health.Failover.FailoverWorld;

namespace Crosspoint.Engine.Tests.Health.Failover;

/// <summary>What keeps a move from doing harm: room, prices, the share of a minute, and our own faults.</summary>
public sealed class MoveBrakeTests
{
    [Fact]
    public void Room_OthersCannotTakeAll_TheSickOneKeepsTheRest()
    {
        var world = new FailoverWorld();
        world.Carry(Cell("a")).Refused = 0.8;
        world.Carry(Cell("b"), rate: 50);
        world.Capacities["b"] = 90;
        world.Pass(60);
        world.Notice(Cell("a"), SignalKind.Errors, seen: 0.8);

        HealthChange change = world.Pass().ShouldHaveSingleItem();

        (change.To, Math.Round(change.Share, 2)).ShouldBe((CellState.Degraded, 0.6));
        change.Reason.ShouldEndWith("; it keeps 60 %: the others have room for 40 of 100 segments a second");
    }

    [Fact]
    public void Room_HardSign_MovesAllTheSame()
    {
        var world = new FailoverWorld();
        world.Carry(Cell("a"));
        world.Carry(Cell("b"), rate: 50);
        world.Capacities["b"] = 60;
        world.Pass(60);
        world.Notice(Cell("a"), SignalKind.Stalled);
        world.Pass().ShouldHaveSingleItem().Share.ShouldBe(0);
    }

    [Fact]
    public void Room_WhenItGrows_MoreMoves()
    {
        var world = new FailoverWorld();
        world.Carry(Cell("a")).Refused = 0.02;
        world.Carry(Cell("b"), rate: 50);
        world.Capacities["b"] = 60;
        world.Pass(60);
        world.Notice(Cell("a"), SignalKind.Errors, seen: 0.2);
        world.Pass().ShouldHaveSingleItem().Share.ShouldBe(0.9, 0.01);

        world.Capacities["b"] = 200;
        world.Pass(15).ShouldHaveSingleItem().Share.ShouldBe(0.1);
    }

    [Fact]
    public void Price_OthersAreTooDear_NothingMovesAndItIsSaid()
    {
        var world = new FailoverWorld(new() { PriceFactor = 2 }, "a", "b", "c");
        world.PriceRatios["b"] = 2.5;
        world.PriceRatios["c"] = 3;
        world.Carry(Cell("a"));
        world.Notice(Cell("a"), SignalKind.Errors, seen: 0.2);
        HealthChange change = world.Pass().ShouldHaveSingleItem();
        (change.To, change.Share).ShouldBe((CellState.Degraded, 1));
        change.Reason.ShouldEndWith("; it keeps 100 %: the others cost more than they may");

        // Nothing gets through there: what that costs is the ceilings' of the lists.
        world.Notice(Cell("a"), SignalKind.Stalled);
        world.Pass().ShouldHaveSingleItem().Share.ShouldBe(0);
    }

    [Fact]
    public void Price_UnknownOrCheapEnough_IsNoLimit()
    {
        var world = new FailoverWorld(new() { PriceFactor = 2 });
        world.Carry(Cell("a"));
        world.Notice(Cell("a"), SignalKind.Errors, seen: 0.2);
        world.Pass().ShouldHaveSingleItem().Share.ShouldBe(0.1);
    }

    [Fact]
    public void Brake_ASecondCellInAMinute_MovesOnlyAsFarAsTheShareAllows_AndLaterTheRest()
    {
        NetworkId third = NetworkId.FromCodes(262, 3, 2);
        var world = new FailoverWorld(null, "a", "b", "c");
        world.Carry(Cell("a"), 100).Refused = 0.02;
        world.Carry(Cell("b", Vodafone), 100).Refused = 0.02;
        world.Carry(Cell("c", third), 100).Refused = 0.02;
        world.Pass(60);
        world.Notice(Cell("a"), SignalKind.Errors, seen: 0.2);
        world.Pass().ShouldHaveSingleItem().Share.ShouldBe(0.1);

        // Of 300 a second half may move: 90 have, and 60 more may.
        world.Notice(Cell("b", Vodafone), SignalKind.Timeouts, seen: 0.2);
        HealthChange change = world.Pass().ShouldHaveSingleItem();
        change.Share.ShouldBe(0.4, 0.05);
        change.Reason.ShouldContain(" of all traffic moved in this minute already");

        // A hard sign is not held up.
        world.Notice(Cell("c", third), SignalKind.Stalled);
        world.Pass().ShouldHaveSingleItem().Share.ShouldBe(0);
    }

    [Fact]
    public void OwnSide_MostConnectionsShowTheSame_NothingMovesAndWhatHadComesBack()
    {
        var world = new FailoverWorld(null, "a", "b", "c");
        world.Carry(Cell("a"));
        world.Carry(Cell("b", Vodafone));
        world.Carry(Cell("c"));
        world.Pass(60);
        world.Notice(Cell("a"), SignalKind.Stalled);
        world.Pass();
        world.StateOf("a").ShouldBe(CellState.Suspended);
        world.Notice(Cell("b", Vodafone), SignalKind.Stalled, seen: 1.2, messages: 40);

        List<HealthChange> changes = world.Pass();

        changes.Select(static change => (change.Cell.Connection, change.From, change.To)).ShouldBe(
            [("a", CellState.Suspended, CellState.Healthy), ("b", CellState.Healthy, CellState.Healthy)]);
        changes[1].Reason.ShouldBe("nothing answered for 1.2 s while 40 waited; 2 of 3 connections show it at once, which is more likely our own side: nothing is moved");
        world.States.Snapshot.IsAnySick.ShouldBeFalse();

        // Told once.
        world.Notice(Cell("c"), SignalKind.Stalled);
        world.Pass().ShouldBeEmpty();
    }

    [Fact]
    public void OwnSide_OneNetworkOnAllConnections_IsTheNetworks()
    {
        var world = new FailoverWorld(null, "a", "b", "c");
        foreach (string name in world.Connections)
        {
            world.Carry(Cell(name));
        }

        world.Pass(60);
        foreach (string name in world.Connections) world.Notice(Cell(name), SignalKind.Errors, seen: 0.3);
        world.Pass().Count.ShouldBe(3);
        world.StateOf("c").ShouldBe(CellState.Degraded);
    }

    [Fact]
    public void OwnSide_TwoOfThreeAfterAnother_AreTwoTroubles()
    {
        var world = new FailoverWorld(null, "a", "b", "c");
        foreach (string name in world.Connections) world.Carry(Cell(name));
        world.Pass(60);
        world.Notice(Cell("a"), SignalKind.Stalled);
        world.Pass(11);
        world.Notice(Cell("b", Vodafone), SignalKind.Stalled);
        world.Pass();
        world.StateOf("b", Vodafone).ShouldBe(CellState.Suspended);
    }
}
