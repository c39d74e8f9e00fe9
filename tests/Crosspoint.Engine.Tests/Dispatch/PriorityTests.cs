using System.Globalization;
using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Intake;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Tests.Rigs;

namespace Crosspoint.Engine.Tests.Dispatch;

public sealed class PriorityTests
{
    [Fact]
    public async Task Class_CodesBehindACampaign_AreSentBeforeIt()
    {
        await using var carrier = new ScriptedCarrier { Script = ScriptedCarrier.Ignore };
        await using Rig rig = await Rig.StartAsync(
            Rig.Options(Rig.Connection("a", carrier.Port, smpp => smpp with { ResponseTimeout = TimeSpan.FromMinutes(5) })));
        await rig.BoundAsync();
        for (int i = 0; i < 200; i++) await rig.SendAsync($"campaign {i}", TrafficClass.Marketing);
        await rig.UntilAsync(() => carrier.Submits.Count == 10);
        for (int i = 0; i < 8; i++) await rig.SendAsync($"code {i}", TrafficClass.Otp);

        carrier.Script = static (c, s) => c.Accept(s);
        foreach (CarrierSubmit submit in carrier.Submits) carrier.Accept(submit);
        await rig.UntilAsync(() => carrier.Submits.Count == 208);

        carrier.Submits.Skip(10).Take(9).Count(submit => submit.Text.StartsWith("code", StringComparison.Ordinal)).ShouldBe(8);
    }

    [Fact]
    public async Task Shares_TwoAccountsAndThreeClassesBehindABacklogOnDisk_GetTheirsWhoeverCameFirst()
    {
        await using var carrier = new ScriptedCarrier(isUp: false);
        Account big = Rig.Account with { Weight = 3 };
        Account small = Rig.Account with { Sid = "AC00000000000000000000000000000002", Numbers = [] };
        EngineOptions options = Rig.Options(Rig.Connection("a", carrier.Port, smpp => smpp with { InFlightWindow = 1 })) with
        {
            Accounts = [big, small],
            Queues = new QueueOptions { DispatchMessages = 100 },
        };
        await using Rig rig = await Rig.StartAsync(options);
        foreach (Account account in new[] { big, small })
        {
            foreach (TrafficClass trafficClass in new[] { TrafficClass.Marketing, TrafficClass.Transactional, TrafficClass.Otp })
            {
                SendRequest[] requests = [.. Enumerable.Range(0, 300).Select(i =>
                    Rig.Request($"{(account == big ? "big" : "small")} {trafficClass} {i}", trafficClass) with { Account = account })];
                await rig.Gateway.Intake.SendBatchAsync(requests, null, CancellationToken.None);
            }
        }

        carrier.Start();
        await rig.UntilAsync(() => carrier.Submits.Count == 1800);

        string[][] order = [.. carrier.Submits.Select(submit => submit.Text.Split(' '))];
        string[][] contested = [.. order.Take(390)];
        contested.Count(words => words[1] == "Otp").ShouldBeInRange(236, 244);
        contested.Count(words => words[1] == "Transactional").ShouldBeInRange(118, 122);
        contested.Count(words => words[1] == "Marketing").ShouldBeInRange(29, 31);
        foreach (IGrouping<string, string[]> one in contested.GroupBy(words => words[1]))
            ((double)one.Count(words => words[0] == "big") / one.Count()).ShouldBeInRange(0.7, 0.8);
        foreach (IGrouping<string, string[]> flow in order.GroupBy(words => $"{words[0]} {words[1]}"))
            flow.Select(words => int.Parse(words[2], CultureInfo.InvariantCulture)).ShouldBe(Enumerable.Range(0, 300), flow.Key);
    }

    [Fact]
    public async Task Rate_SegmentsASecond_IsKeptAndCountsSegments()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(
            Rig.Options(Rig.Connection("a", carrier.Port, smpp => smpp with { Rate = 20, InFlightWindow = 50 })));
        await rig.BoundAsync();
        long started = rig.Clock.GetTimestamp();

        MessageHead[] heads = [.. (await rig.Gateway.Intake.SendBatchAsync(
            [.. Enumerable.Range(0, 20).Select(i => Rig.Request(new string('x', 400)))], null, CancellationToken.None)).Select(result =>
                result.Head!)];
        foreach (MessageHead head in heads) await rig.UntilAsync(head, MessageState.Sent);

        // 60 segments at 20 a second: the last message begins when the 57 before it have been paid for, less the burst of 1.
        carrier.Submits.Count.ShouldBe(60);
        rig.Clock.GetElapsedTime(started).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(56 / 20.0));
    }

    [Fact]
    public async Task Rate_CanceledBeforeTheyWereSent_CostsNothing()
    {
        await using var carrier = new ScriptedCarrier(isUp: false);
        await using Rig rig = await Rig.StartAsync(Rig.Options(Rig.Connection("a", carrier.Port, smpp => smpp with { Rate = 2 })));
        IntakeResult[] results = [.. await rig.Gateway.Intake.SendBatchAsync([.. Enumerable.Range(0, 60).Select(i =>
            Rig.Request($"m{i}"))], null, CancellationToken.None)];
        for (int i = 0; i < 59; i++) await rig.Gateway.Intake.CancelAsync(Rig.Account, results[i].Head!.Id, CancellationToken.None);
        carrier.Start();
        await rig.BoundAsync();
        long started = rig.Clock.GetTimestamp();

        await rig.UntilAsync(results[59].Head!, MessageState.Sent);

        rig.Clock.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Window_Flood_IsNeverExceeded()
    {
        int outstanding = 0, most = 0;
        await using var carrier = new ScriptedCarrier
        {
            Script = (c, s) =>
            {
                int now = Interlocked.Increment(ref outstanding);
                most = Math.Max(most, now);
                _ = Task.Run(() =>
                {
                    Interlocked.Decrement(ref outstanding);
                    c.Accept(s);
                });
            },
        };
        await using Rig rig = await Rig.StartAsync(
            Rig.Options(Rig.Connection("a", carrier.Port, smpp => smpp with { InFlightWindow = 7 })));
        await rig.BoundAsync();

        await rig.Gateway.Intake.SendBatchAsync(
            [.. Enumerable.Range(0, 1000).Select(i => Rig.Request($"m{i}"))], null, CancellationToken.None);
        await rig.UntilAsync(() => carrier.Submits.Count == 1000);

        most.ShouldBeInRange(2, 7);
        carrier.Submits.Select(submit => submit.Text).Distinct().Count().ShouldBe(1000);
    }
}
