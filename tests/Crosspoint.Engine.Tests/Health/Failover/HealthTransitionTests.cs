using Crosspoint.Engine.Health;
using Crosspoint.Engine.Health.Failover;
using Crosspoint.TestKit;

namespace Crosspoint.Engine.Tests.Health.Failover;

/// <summary>The table of states, and its rows as they happen.</summary>
public sealed class HealthTransitionTests
{
    [Fact]
    public void Table_InTheDocumentation_IsTheOneOfTheCode()
    {
        string page = File.ReadAllText(Repository.PathOf("docs", "health.md"));
        string[] rows =
        [
            .. HealthTransitions.Table.Select(row => $"| {Words(row.From.ToString())} | {Words(row.Event.ToString())} | {Words(row.To.ToString())} | {Words(row.Share.ToString())} | {row.Reason} |"),
        ];
        page.ShouldContain(string.Join('\n', rows));
    }

    [Fact]
    public void Table_HasOneRowForAStateAndAnEvent_AndALinkFromEachStateToTheNext()
    {
        HealthTransitions.Table.Select(static row => (row.From, row.Event)).ShouldBeUnique();
        (CellState From, CellState To)[] way =
        [
            (CellState.Healthy, CellState.Degraded), (CellState.Degraded, CellState.Suspended), (CellState.Suspended, CellState.Probing),
            (CellState.Probing, CellState.Recovering), (CellState.Recovering, CellState.Healthy),
        ];
        foreach ((CellState from, CellState to) in way) HealthTransitions.Table.ShouldContain(row => row.From == from && row.To == to);
    }

    // What is not in the table changes nothing.
    [Theory]
    [InlineData(CellState.Suspended, HealthEvent.HardSign)]
    [InlineData(CellState.Suspended, HealthEvent.Sign)]
    [InlineData(CellState.Suspended, HealthEvent.TestFailed)]
    [InlineData(CellState.Degraded, HealthEvent.Sign)]
    [InlineData(CellState.Healthy, HealthEvent.TestFailed)]
    [InlineData(CellState.Healthy, HealthEvent.HoldOver)]
    [InlineData(CellState.Probing, HealthEvent.Throttled)]
    public void Find_NoRow_IsNull(CellState from, HealthEvent happened) => HealthTransitions.Find(from, happened).ShouldBeNull();

    [Theory]
    [InlineData(CellState.Healthy, HealthEvent.HardSign)]
    [InlineData(CellState.Healthy, HealthEvent.SevereSign)]
    [InlineData(CellState.Healthy, HealthEvent.Sign)]
    [InlineData(CellState.Healthy, HealthEvent.Throttled)]
    [InlineData(CellState.Degraded, HealthEvent.HardSign)]
    [InlineData(CellState.Degraded, HealthEvent.SevereSign)]
    [InlineData(CellState.Degraded, HealthEvent.TestFailed)]
    [InlineData(CellState.Degraded, HealthEvent.TestPassed)]
    [InlineData(CellState.Suspended, HealthEvent.HoldOver)]
    [InlineData(CellState.Probing, HealthEvent.HardSign)]
    [InlineData(CellState.Probing, HealthEvent.SevereSign)]
    [InlineData(CellState.Probing, HealthEvent.Sign)]
    [InlineData(CellState.Probing, HealthEvent.TestFailed)]
    [InlineData(CellState.Probing, HealthEvent.TestPassed)]
    [InlineData(CellState.Recovering, HealthEvent.HardSign)]
    [InlineData(CellState.Recovering, HealthEvent.SevereSign)]
    [InlineData(CellState.Recovering, HealthEvent.Sign)]
    [InlineData(CellState.Recovering, HealthEvent.Throttled)]
    [InlineData(CellState.Recovering, HealthEvent.TestFailed)]
    [InlineData(CellState.Recovering, HealthEvent.TestPassed)]
    [InlineData(CellState.Healthy, HealthEvent.OrderEnded)]
    public void Row_WhenItHappens_LeadsWhereItSays(CellState from, HealthEvent happened)
    {
        HealthTransition row = HealthTransitions.Find(from, happened).ShouldNotBeNull();
        var world = new FailoverWorld();
        HealthCell cell = FailoverWorld.Cell("a");
        FailoverWorld.Truth truth = world.Carry(cell);
        Bring(world, truth, cell, from);
        (from == CellState.Healthy ? CellState.Healthy : world.StateOf("a")).ShouldBe(from);

        HealthChange change = Make(world, truth, cell, happened);

        (change.From, change.To).ShouldBe((row.From, row.To));
        change.Reason.ShouldStartWith(row.Reason);
        switch (row.Share)
        {
            case HealthShare.None:
                change.Share.ShouldBe(0);
                break;
            case HealthShare.Little:
                change.Share.ShouldBe(0.1);
                break;
            case HealthShare.WhatItTakes:
                change.Share.ShouldBe(0.7, 0.001);
                break;
            case HealthShare.Probes:
                change.Share.ShouldBe(0.01);
                break;
            case HealthShare.NextStep:
                change.Share.ShouldBeOneOf(0.01, 0.05, 0.25);
                break;
        }
    }

    private static void Bring(FailoverWorld world, FailoverWorld.Truth truth, HealthCell cell, CellState to)
    {
        world.Pass(5);
        if (to == CellState.Healthy) return;
        if (to == CellState.Degraded)
        {
            truth.Refused = 0.02;
            world.Notice(cell, SignalKind.Errors);
            world.Pass();
            return;
        }

        truth.IsSilent = true;
        world.Notice(cell, SignalKind.Stalled, seen: 1.2, messages: 40, over: 1.2);
        world.Pass();
        if (to == CellState.Suspended) return;
        truth.IsSilent = false;
        Until(world, change => change.To == CellState.Probing);
        if (to == CellState.Recovering) Until(world, change => change.To == CellState.Recovering);
    }

    private static HealthChange Make(FailoverWorld world, FailoverWorld.Truth truth, HealthCell cell, HealthEvent happened)
    {
        switch (happened)
        {
            case HealthEvent.HardSign:
                // Seen since the step began, so that it is news.
                world.Pass(1.5);
                world.Notice(cell, SignalKind.Stalled, seen: 1, messages: 40, over: 1);
                break;
            case HealthEvent.SevereSign:
                world.Pass(1.5);
                world.Notice(cell, SignalKind.Errors, seen: 0.8, over: 1);
                break;
            case HealthEvent.Sign:
                world.Pass(1.5);
                world.Notice(cell, SignalKind.Errors, over: 1);
                break;
            case HealthEvent.Throttled:
                world.Pass(1.5);
                world.Notice(cell, SignalKind.Throttled, seen: 0.3, over: 1);
                break;
            case HealthEvent.TestFailed:
                truth.Refused = 0.9;
                break;
            case HealthEvent.TestPassed:
                truth.Refused = 0.01;
                break;
            case HealthEvent.OrderEnded:
                world.Order(new HealthOrder(cell, HealthOrderKind.Force, CellState.Suspended, 0, world.Wall + 1_000_000, "anna", "", world.Wall));
                world.Pass(0.75);
                break;
        }

        return Until(world, _ => true);
    }

    private static HealthChange Until(FailoverWorld world, Predicate<HealthChange> condition)
    {
        for (int i = 0; i < 4_000; i++)
        {
            if (world.Pass().Find(condition) is { } change) return change;
        }

        throw new TimeoutException("No such change came in 1,000 seconds.");
    }

    private static string Words(string name) => System.Text.RegularExpressions.Regex.Replace(name, "(?<=.)([A-Z])", " $1").ToLowerInvariant();
}
