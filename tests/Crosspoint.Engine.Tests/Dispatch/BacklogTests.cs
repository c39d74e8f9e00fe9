using Crosspoint.Engine.Intake;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Tests.Rigs;
using Crosspoint.Smpp.Codec;

namespace Crosspoint.Engine.Tests.Dispatch;

public sealed class BacklogTests
{
    private const int Bound = 50;

    // The bound, its half in shares, and what is in flight.
    private const int Most = Bound + (Bound / 2) + 10;

    [Fact]
    public async Task Backlog_FarBeyondTheBound_EveryMessageGoesOutOnceInOrderOfItsClass()
    {
        await using var carrier = new ScriptedCarrier(isUp: false);
        await using Rig rig = await Rig.StartAsync(Options(carrier));
        for (int batch = 0; batch < 20; batch++)
        {
            SendRequest[] requests = [.. Enumerable.Range(batch * 100, 100).Select(i =>
                Rig.Request($"{i}", i % 2 == 0 ? TrafficClass.Transactional : TrafficClass.Marketing))];
            IReadOnlyList<IntakeResult> results = await rig.Gateway.Intake.SendBatchAsync(requests, null, CancellationToken.None);
            results.ShouldAllBe(result => result.IsAccepted);
        }

        Held(rig).ShouldBeLessThanOrEqualTo(Most);
        carrier.Start();
        int most = 0;
        await rig.UntilAsync(async () =>
        {
            most = Math.Max(most, Held(rig));
            return carrier.Submits.Count >= 2000 && (await rig.Gateway.Messages.ListOpenAsync(0, 2000, CancellationToken.None)).All(
                message => message.State == MessageState.Sent);
        });

        int[] order = [.. carrier.Submits.Select(submit => int.Parse(submit.Text, System.Globalization.CultureInfo.InvariantCulture))];
        order.Length.ShouldBe(2000);
        order.Where(i => i % 2 == 0).ShouldBe(Enumerable.Range(0, 1000).Select(i => i * 2));
        order.Where(i => i % 2 == 1).ShouldBe(Enumerable.Range(0, 1000).Select(i => (i * 2) + 1));
        most.ShouldBeLessThanOrEqualTo(Most);
        await rig.UntilAsync(() => Held(rig) == 0);

        await rig.UntilAsync(await rig.SendAsync("after"), MessageState.Sent);
        carrier.Submits.Count.ShouldBe(2001);
    }

    [Fact]
    public async Task Backlog_AcceptedWhileItIsReadBack_NoneIsLostOrDoubled()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(Options(carrier));
        await rig.BoundAsync();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(sender => Task.Run(async () =>
        {
            for (int i = 0; i < 300; i++)
            {
                SendRequest[] requests = [.. Enumerable.Range(0, 5).Select(n => Rig.Request($"{sender}-{i}-{n}"))];
                await rig.Gateway.Intake.SendBatchAsync(requests, null, CancellationToken.None);
            }
        })));
        await rig.UntilAsync(() => carrier.Submits.Count >= 6000);
        await rig.UntilAsync(() => Held(rig) == 0);

        carrier.Submits.Select(submit => submit.Text).Distinct().Count().ShouldBe(6000);
        carrier.Submits.Count.ShouldBe(6000);
    }

    [Fact]
    public async Task Backlog_CodeBehindACampaign_OvertakesIt()
    {
        await using var carrier = new ScriptedCarrier(isUp: false);
        await using Rig rig = await Rig.StartAsync(Options(carrier));
        SendRequest[] campaign = [.. Enumerable.Range(0, 500).Select(i => Rig.Request($"{i}", TrafficClass.Marketing))];
        await rig.Gateway.Intake.SendBatchAsync(campaign, null, CancellationToken.None);
        for (int i = 0; i < 10; i++) await rig.SendAsync($"code{i}", TrafficClass.Otp);

        carrier.Start();
        await rig.UntilAsync(() => carrier.Submits.Count == 510);

        string[] order = [.. carrier.Submits.Select(submit => submit.Text)];
        for (int i = 0; i < 10; i++) Array.IndexOf(order, $"code{i}").ShouldBeLessThan(20);
    }

    [Fact]
    public async Task Backlog_Restart_IsTakenUpBeyondTheBound()
    {
        await using var carrier = new ScriptedCarrier(isUp: false);
        await using Rig rig = await Rig.StartAsync(Options(carrier));
        SendRequest[] requests = [.. Enumerable.Range(0, 400).Select(i => Rig.Request($"{i}"))];
        await rig.Gateway.Intake.SendBatchAsync(requests, null, CancellationToken.None);

        await rig.RestartAsync();
        Held(rig).ShouldBeLessThanOrEqualTo(Most);
        carrier.Start();
        await rig.UntilAsync(() => carrier.Submits.Count == 400);
        await rig.UntilAsync(() => Held(rig) == 0);

        carrier.Submits.Select(submit => submit.Text).ShouldBe(requests.Select(request => request.Body));
    }

    [Fact]
    public async Task Backlog_FullOfWhatWaitsForADeadConnection_TheLivingOneGoesOn()
    {
        await using var living = new ScriptedCarrier
        {
            Script = static (c, s) =>
            {
                if (s.Text.StartsWith("bad", StringComparison.Ordinal)) c.Refuse(s, CommandStatus.InvalidDestinationAddress);
                else c.Accept(s);
            },
        };
        await using var dead = new ScriptedCarrier(isUp: false);
        EngineOptions options = Rig.Options(Rig.Connection("a", living.Port), Rig.Connection("b", dead.Port)) with
        {
            Queues = new QueueOptions { DispatchMessages = Bound },
        };
        await using Rig rig = await Rig.StartAsync(options);
        await rig.BoundAsync();
        var heads = new List<MessageHead>();
        for (int round = 0; round < 3; round++)
        {
            // More than half of the bound, so that what is stuck alone keeps the backlog from being read back.
            for (int i = 0; i < 30; i++) heads.Add(await rig.SendAsync($"bad{round}-{i}"));
            await rig.UntilAsync(() => living.Submits.Count(submit => submit.Text.StartsWith("bad", StringComparison.Ordinal)) == heads.Count);
            SendRequest[] burst = [.. Enumerable.Range(0, 200).Select(i => Rig.Request($"good{round}-{i}"))];
            await rig.Gateway.Intake.SendBatchAsync(burst, null, CancellationToken.None);
            await rig.UntilAsync(() => living.Submits.Count == heads.Count + ((round + 1) * 200));
        }

        dead.Start();
        foreach (MessageHead head in heads) await rig.UntilAsync(head, MessageState.Sent);
        await rig.UntilAsync(() => Held(rig) == 0);

        dead.Submits.Select(submit => submit.Text).Order(StringComparer.Ordinal).ShouldBe(
            heads.Select(head => head.Body).Order(StringComparer.Ordinal));
        living.Submits.Count.ShouldBe(690);
    }

    [Fact]
    public async Task Backlog_RefusedForADeadConnectionAfterItOverflowed_IsReadBackAllTheSame()
    {
        await using var living = new ScriptedCarrier { Script = ScriptedCarrier.Ignore };
        await using var dead = new ScriptedCarrier(isUp: false);
        EngineOptions options = Rig.Options(Rig.Connection("a", living.Port), Rig.Connection("b", dead.Port)) with
        {
            Queues = new QueueOptions { DispatchMessages = Bound },
        };
        await using Rig rig = await Rig.StartAsync(options);
        await rig.BoundAsync();
        SendRequest[] campaign = [.. Enumerable.Range(0, Bound).Select(i => Rig.Request($"bad{i}"))];
        await rig.Gateway.Intake.SendBatchAsync(campaign, null, CancellationToken.None);
        SendRequest[] rest = [.. Enumerable.Range(0, 100).Select(i => Rig.Request($"good{i}"))];
        await rig.Gateway.Intake.SendBatchAsync(rest, null, CancellationToken.None);
        await rig.UntilAsync(() => living.Submits.Count == 10);
        Held(rig).ShouldBeLessThanOrEqualTo(Most);

        // Everything held is refused by the only connection that is up: nothing of it ever ends.
        living.Script = static (c, s) =>
        {
            if (s.Text.StartsWith("bad", StringComparison.Ordinal)) c.Refuse(s, CommandStatus.InvalidDestinationAddress);
            else c.Accept(s);
        };
        foreach (CarrierSubmit submit in living.Submits) living.Refuse(submit, CommandStatus.InvalidDestinationAddress);

        await rig.UntilAsync(() => living.Submits.Count(submit => submit.Text.StartsWith("good", StringComparison.Ordinal)) == 100);
        dead.Start();
        await rig.UntilAsync(() => dead.Submits.Count == Bound);
    }

    [Fact]
    public async Task Backlog_WhileMemoryIsFullOfFurtherTries_GoesOnWhenTheyAreOver()
    {
        int refused = 0;
        await using var carrier = new ScriptedCarrier
        {
            Script = (c, s) =>
            {
                if (s.Text.StartsWith("slow", StringComparison.Ordinal) && Interlocked.Increment(ref refused) <= 100) c.Refuse(s, CommandStatus.SystemError);
                else c.Accept(s);
            },
        };
        await using Rig rig = await Rig.StartAsync(Options(carrier));
        await rig.BoundAsync();
        SendRequest[] slow = [.. Enumerable.Range(0, 200).Select(i => Rig.Request($"slow{i}", TrafficClass.Marketing))];
        await rig.Gateway.Intake.SendBatchAsync(slow, null, CancellationToken.None);
        await rig.UntilAsync(() => carrier.Submits.Count >= 60);
        SendRequest[] rest = [.. Enumerable.Range(0, 100).Select(i => Rig.Request($"rest{i}"))];
        await rig.Gateway.Intake.SendBatchAsync(rest, null, CancellationToken.None);

        await rig.UntilAsync(() => carrier.Submits.Count == 400);
        await rig.UntilAsync(() => Held(rig) == 0);

        carrier.Submits.Select(submit => submit.Text).Distinct().Count().ShouldBe(300);
    }

    private static EngineOptions Options(ScriptedCarrier carrier) => Rig.Options(Rig.Connection("a", carrier.Port)) with
    {
        Queues = new QueueOptions { DispatchMessages = Bound },
    };

    /// <summary>Messages that dispatch keeps in memory.</summary>
    private static int Held(Rig rig) => rig.Gauge("crosspoint.dispatch.held");
}
