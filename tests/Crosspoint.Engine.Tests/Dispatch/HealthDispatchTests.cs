using Crosspoint.Engine.Health;
using Crosspoint.Engine.Health.Failover;
using Crosspoint.Engine.Intake;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Numbers;
using Crosspoint.Engine.Tests.Rigs;
using Crosspoint.Smpp.Codec;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Tests.Dispatch;

/// <summary>One network of a connection falls silent, over real sockets: only its messages move, those that wait too.</summary>
public sealed class HealthDispatchTests
{
    private const string German = "+4915112345678";
    private const string American = "+15551230001";
    private const int Window = 8;
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Stalled_WhatWaitsForTheNetworkMovesAtOnce_TheOthersStay()
    {
        await using var first = new ScriptedCarrier { Script = AnswersAllButGermans };
        await using var second = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(Options(first, second));
        await rig.BoundAsync();
        await rig.BoundAsync("b");
        await rig.UntilAsync(await rig.SendAsync(to: American), MessageState.Sent);
        await SendAsync(rig, German, 60);
        await rig.PassAsync(TimeSpan.FromMilliseconds(500));
        second.Submits.ShouldBeEmpty();

        Notice(rig, SignalKind.Stalled);
        long before = rig.Clock.GetTimestamp();
        await rig.UntilAsync(() => second.Submits.Count == 60 - (Window - 1));

        rig.Clock.GetElapsedTime(before).ShouldBeLessThan(TimeSpan.FromSeconds(1.5));
        second.Submits.ShouldAllBe(static submit => IsGerman(submit));
        Message message = await rig.UntilAsync(await rig.SendAsync(to: American), MessageState.Sent);
        message.Attempts[0].Connection.ShouldBe("a");
        message = await rig.UntilAsync(await rig.SendAsync(to: German), MessageState.Sent);
        message.Attempts[0].Decision.Candidates.Select(static one => (one.Connection, one.Code)).ShouldBe(
            [("b", CandidateCode.Chosen), ("a", CandidateCode.SuspendedHere)]);
        message.Attempts[0].Decision.Candidates[1].HealthNote.ShouldNotBeNull().ShouldEndWith(": nothing gets through: nothing answered for 1.2 s while 40 waited");
    }

    [Fact]
    public async Task Stalled_WithoutAnotherConnection_OtherNetworksGoOnInTheSlotThatIsKept()
    {
        await using var carrier = new ScriptedCarrier { Script = AnswersAllButGermans };
        await using Rig rig = await Rig.StartAsync(Options(carrier));
        await rig.BoundAsync();
        await rig.UntilAsync(await rig.SendAsync(to: American), MessageState.Sent);
        await SendAsync(rig, German, 400);
        await SendAsync(rig, American, 20);

        long before = rig.Clock.GetTimestamp();
        await rig.UntilAsync(() => carrier.Submits.Count(static submit => !IsGerman(submit)) == 21);

        // Less than the response timeout, at which the silent ones would give their slots back.
        rig.Clock.GetElapsedTime(before).ShouldBeLessThan(Timeout);
        carrier.Submits.Count(IsGerman).ShouldBe(Window - 1);
    }

    [Fact]
    public async Task Slots_OneNetworkAlone_MayTakeThemAll()
    {
        await using var carrier = new ScriptedCarrier { Script = AnswersAllButGermans };
        await using Rig rig = await Rig.StartAsync(Options(carrier));
        await rig.BoundAsync();
        await SendAsync(rig, German, 20);
        await rig.UntilAsync(() => carrier.Submits.Count == Window);
    }

    [Fact]
    public async Task Throttled_OneNetworkAlone_TheOthersGoOnAtTheRateOfTheConnection()
    {
        int taken = 0;
        await using var carrier = new ScriptedCarrier
        {
            // Of Germans every third is taken, whatever the rate.
            Script = (scripted, submit) =>
            {
                if (IsGerman(submit) && Interlocked.Increment(ref taken) % 3 != 0) scripted.Refuse(submit, CommandStatus.Throttled);
                else scripted.Accept(submit);
            },
        };
        await using Rig rig = await Rig.StartAsync(Options(carrier));
        await rig.BoundAsync();
        await SendAsync(rig, American, 30);
        await rig.UntilAsync(() => carrier.Submits.Count == 30);
        await SendAsync(rig, German, 20);
        await SendAsync(rig, American, 200);

        await rig.UntilAsync(() => carrier.Submits.Count(static submit => !IsGerman(submit)) == 230);

        rig.Gateway.Connections().Single().LearnedRate.ShouldBe(0, "the carrier takes the others as ever");
        await rig.UntilAsync(() => Volatile.Read(ref taken) >= 60);
        carrier.Submits.Count(IsGerman).ShouldBeLessThan(80, "each of them was tried until it was taken, and no more are on the way");
    }

    [Fact]
    public async Task Throttled_AllNetworks_TheConnectionSlowsDown()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(Options(carrier));
        await rig.BoundAsync();
        await SendAsync(rig, American, 30);
        await SendAsync(rig, German, 30);
        await rig.UntilAsync(() => carrier.Submits.Count == 60);
        int seen = 0;
        carrier.Script = (scripted, submit) =>
        {
            if (Interlocked.Increment(ref seen) % 2 == 0) scripted.Refuse(submit, CommandStatus.Throttled);
            else scripted.Accept(submit);
        };
        for (int i = 0; i < 50; i++)
        {
            await SendAsync(rig, American, 4);
            await SendAsync(rig, German, 4);
        }

        await rig.UntilAsync(() => rig.Gateway.Connections().Single().LearnedRate > 0);
    }

    [Fact]
    public async Task Suspended_BacklogOnDisk_FollowsToTheOtherConnection()
    {
        await using var first = new ScriptedCarrier { Script = AnswersAllButGermans };
        await using var second = new ScriptedCarrier(isUp: false);
        await using Rig rig = await Rig.StartAsync(Options(first, second) with { Queues = new() { DispatchMessages = 50 } });
        await rig.BoundAsync();
        await rig.UntilAsync(await rig.SendAsync(to: American), MessageState.Sent);
        for (int i = 0; i < 10; i++) await SendAsync(rig, German, 100);
        second.Start();
        await rig.BoundAsync("b");

        Notice(rig, SignalKind.Stalled);
        await rig.UntilAsync(() => second.Submits.Count >= 1_000 - Window);

        second.Submits.Select(static submit => submit.Text).Distinct().Count().ShouldBe(second.Submits.Count);
        (await rig.UntilAsync(await rig.SendAsync(to: American), MessageState.Sent)).Attempts[0].Connection.ShouldBe("a");
    }

    [Fact]
    public async Task Order_MovesWhatWaits_AndTakenBackLetsItReturn()
    {
        await using var first = new ScriptedCarrier();
        await using var second = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(Options(first, second));
        await rig.BoundAsync();
        await rig.BoundAsync("b");
        HealthCell cell = CellOf(rig, "a");
        long until = rig.Clock.GetUtcMicros() + 3_600_000_000;
        rig.Gateway.TakeHealthOrders([new(cell, HealthOrderKind.Forbid, CellState.Suspended, 0, until, "anna", "", 1)]);
        Message message = await rig.UntilAsync(await rig.SendAsync(to: German), MessageState.Sent);
        (message.Attempts[0].Connection, message.Attempts[0].Decision.Candidates[0].Code).ShouldBe(("b", CandidateCode.ForbiddenHere));

        rig.Gateway.TakeHealthOrders([new(cell, HealthOrderKind.Pin, CellState.Healthy, 0, until, "anna", "", 2)]);
        (await rig.UntilAsync(await rig.SendAsync(to: German), MessageState.Sent)).Attempts[0].Connection.ShouldBe("a");
        rig.Gateway.ListHealth(all: false).ShouldHaveSingleItem().Order.ShouldNotBeNull().Kind.ShouldBe(HealthOrderKind.Pin);
    }

    [Fact]
    public async Task Watch_ADelegateOrAListenerThatFails_DoesNotEndIt()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        var told = new List<HealthChange>();
        rig.Gateway.HealthWatch.Changed += static _ => throw new InvalidOperationException("listener");
        rig.Gateway.HealthWatch.Changed += told.Add;
        rig.Gateway.HealthWatch.Notice = static (_, _) => throw new InvalidOperationException("notice");
        await rig.PassAsync(TimeSpan.FromSeconds(1));
        Notice(rig, SignalKind.Stalled);
        await rig.UntilAsync(() => told.Count == 1);
        told[0].To.ShouldBe(CellState.Suspended);
        rig.Log.Of(4442).Count.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Rivals_AndPaths_AreThoseOfThePlan()
    {
        await using var first = new ScriptedCarrier();
        await using var second = new ScriptedCarrier();
        EngineOptions options = Options(first, second);
        await using Rig rig = await Rig.StartAsync(options with
        {
            Connections = [options.Connections[0], options.Connections[1] with { Capabilities = new() { Capacity = 40 } }],
        });
        await rig.BoundAsync();
        await rig.UntilAsync(await rig.SendAsync(), MessageState.Sent);
        rig.Gateway.Plan.RivalsOf("a").ShouldBe(["b"]);
        HealthPath[] paths = [.. rig.Gateway.HealthPaths()];
        (paths[0].Connection, paths[0].IsUp, paths[0].Capacity, paths[0].Sent).ShouldBe(("a", true, 0, 1));
        paths[1].Capacity.ShouldBe(40);
    }

    private static void AnswersAllButGermans(ScriptedCarrier carrier, CarrierSubmit submit)
    {
        if (!IsGerman(submit)) carrier.Accept(submit);
    }

    private static bool IsGerman(CarrierSubmit submit) => submit.To.TrimStart('+').StartsWith("49", StringComparison.Ordinal);

    private static EngineOptions Options(params ScriptedCarrier[] carriers) => Rig.Options(
    [
        .. carriers.Select((carrier, i) => Rig.Connection(
            Rig.NameOf(i), carrier.Port, static smpp => smpp with { InFlightWindow = Window, ResponseTimeout = Timeout })),
    ]);

    private static async Task SendAsync(Rig rig, string to, int count)
    {
        SendRequest[] requests = [.. Enumerable.Range(0, count).Select(i => Rig.Request($"{Guid.NewGuid()}", to: to))];
        (await rig.Gateway.Intake.SendBatchAsync(requests, null, CancellationToken.None)).ShouldAllBe(static result => result.IsAccepted);
    }

    private static HealthCell CellOf(Rig rig, string connection)
    {
        E164.TryParse(German, out E164 number).ShouldBeTrue();
        rig.Gateway.Numbers.TryLocate(number, out Located located);
        return new(connection, located.Destination.Country, located.Destination.Network, null);
    }

    // Once, as a detector does at the moment at which it sees it.
    private static void Notice(Rig rig, SignalKind kind)
    {
        HealthCell cell = CellOf(rig, "a");
        bool isDone = false;
        rig.Gateway.HealthWatch.Notice = (now, signals) =>
        {
            if (isDone) return;
            isDone = true;
            signals.Add(new()
            {
                Kind = kind,
                Source = SignalSource.Sign,
                Cell = cell,
                Seen = 1.2,
                Expected = 0.1,
                Messages = 40,
                Over = TimeSpan.FromSeconds(1.2),
                At = now,
            });
        };
    }
}
