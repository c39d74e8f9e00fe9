using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Intake;
using Crosspoint.Engine.Limits;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Monitoring;
using Crosspoint.Engine.Tests.Rigs;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Tests.Limits;

public sealed class LimitTests
{
    private const string Other = "+15550001001";

    [Fact]
    public async Task Rate_OfEachSender_HoldsUpItsOwnMessagesAlone()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(Options(carrier, new Limit { Name = "senders", Each = LimitEach.Sender, Rate = 2 }));
        await rig.BoundAsync();
        long started = rig.Clock.GetTimestamp();

        var slow = new List<MessageHead>();
        for (int i = 0; i < 11; i++) slow.Add(await rig.SendAsync($"slow {i}"));
        MessageHead quick = await rig.SendAsync(Rig.Request("quick") with { From = Other });
        await rig.UntilAsync(quick, MessageState.Sent);
        rig.Clock.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(2));
        foreach (MessageHead head in slow) await rig.UntilAsync(head, MessageState.Sent);

        rig.Clock.GetElapsedTime(started).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(5));
        carrier.Submits.Where(submit => submit.Text.StartsWith("slow", StringComparison.Ordinal)).Select(submit => submit.Text)
            .ShouldBe(Enumerable.Range(0, 11).Select(i => $"slow {i}"));
    }

    [Fact]
    public async Task Queues_WhileALimitHoldsBack_SayHowLongItTakes()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(Options(carrier, new Limit { Name = "senders", Each = LimitEach.Sender, Rate = 2 }));
        await rig.BoundAsync();
        for (int i = 0; i < 101; i++) await rig.SendAsync(new string('x', 200));
        await rig.UntilAsync(() => carrier.Submits.Count >= 60);

        QueueStatus queue = rig.Gateway.Queues(Rig.Account.Sid).ShouldHaveSingleItem();
        (queue.Connection, queue.Class, queue.AccountSid).ShouldBe(("a", TrafficClass.Transactional, Rig.Account.Sid));
        queue.Waiting.ShouldBeInRange(60, 75);
        queue.Rate.ShouldBeInRange(0.7, 1.3);
        queue.EstimatedWait!.Value.TotalSeconds.ShouldBeInRange(queue.Waiting / 1.3, queue.Waiting / 0.7);
        queue.IsHeldBack.ShouldBeTrue();
        QueueLimit limit = queue.Limits.ShouldHaveSingleItem();
        (limit.Name, limit.Key, limit.Rate, limit.Waiting).ShouldBe(("senders", Rig.Number, 2, queue.Waiting * 2));
        rig.Gateway.Queues("AC00000000000000000000000000000009").ShouldBeEmpty();
        rig.Gateway.Queues(null).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Rate_OverTwoConnections_IsOneForBothAndCountsSegments()
    {
        await using var first = new ScriptedCarrier();
        await using var second = new ScriptedCarrier();
        EngineOptions options = Rig.Options(
            Rig.Connection("a", first.Port, smpp => smpp with { Rate = 1 }), Rig.Connection("b", second.Port)) with
        {
            Limits = [new Limit { Name = "all", Rate = 10, Burst = 3 }],
        };
        await using Rig rig = await Rig.StartAsync(options);
        await rig.BoundAsync();
        long started = rig.Clock.GetTimestamp();

        SendRequest[] requests = [.. Enumerable.Range(0, 10).Select(_ => Rig.Request(new string('x', 400)))];
        IReadOnlyList<IntakeResult> results = await rig.Gateway.Intake.SendBatchAsync(requests, null, CancellationToken.None);
        foreach (IntakeResult result in results) await rig.UntilAsync(result.Head!, MessageState.Sent);

        // Three segments each, three of them from the burst: 27 at 10 a second.
        rig.Clock.GetElapsedTime(started).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(2.6));
    }

    [Fact]
    public async Task Rate_OfMarketing_LeavesCodesOfTheSameSenderAlone()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(
            Options(carrier, new Limit { Name = "campaigns", Class = TrafficClass.Marketing, Each = LimitEach.Sender, Rate = 0.01 }));
        await rig.BoundAsync();

        for (int i = 0; i < 20; i++) await rig.SendAsync($"campaign {i}", TrafficClass.Marketing);
        MessageHead code = await rig.SendAsync("code", TrafficClass.Otp);
        await rig.UntilAsync(code, MessageState.Sent);

        carrier.Submits.Count.ShouldBeLessThan(4);
    }

    [Fact]
    public async Task Rate_CanceledWhileItWaits_CostsNothing()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(Options(carrier, new Limit { Name = "all", Rate = 1 }));
        await rig.BoundAsync();
        var heads = new List<MessageHead>();
        for (int i = 0; i < 41; i++) heads.Add(await rig.SendAsync($"m{i}"));
        foreach (MessageHead head in heads.Skip(1).Take(39)) await rig.Gateway.Intake.CancelAsync(Rig.Account, head.Id, CancellationToken.None);
        long started = rig.Clock.GetTimestamp();

        await rig.UntilAsync(heads[40], MessageState.Sent);

        rig.Clock.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Rate_AfterAKill_GoesOnWithWhatWaited()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(Options(carrier, new Limit { Name = "all", Rate = 2 }));
        await rig.BoundAsync();
        var heads = new List<MessageHead>();
        for (int i = 0; i < 6; i++) heads.Add(await rig.SendAsync($"m{i}"));

        await rig.RestartAsync();
        foreach (MessageHead head in heads) await rig.UntilAsync(head, MessageState.Sent);

        carrier.Submits.Select(submit => submit.Text).Distinct().Count().ShouldBe(6);
    }

    [Theory]
    [InlineData(LimitAnswer.Throttle, IntakeError.Throttled)]
    [InlineData(LimitAnswer.Refuse, IntakeError.LimitReached)]
    public async Task Queue_Full_IsAnsweredAsConfiguredAndOpensAgain(LimitAnswer over, IntakeError expected)
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(Options(
            carrier, new Limit { Name = "senders", Each = LimitEach.Sender, Rate = 2, Queue = TimeSpan.FromSeconds(5), Over = over }));
        await rig.BoundAsync();

        var accepted = new List<MessageHead>();
        IntakeResult refused = default;
        for (int i = 0; i < 40 && refused.Error == IntakeError.None; i++)
        {
            IntakeResult result = await rig.Gateway.Intake.SendAsync(Rig.Request($"m{i}"), null, CancellationToken.None);
            if (result.IsAccepted) accepted.Add(result.Head!);
            else refused = result;
        }

        accepted.Count.ShouldBe(11);
        refused.Error.ShouldBe(expected);
        refused.Detail.ShouldContain($"limit 'senders' for '{Rig.Number}'");
        if (over == LimitAnswer.Throttle) refused.RetryAfter.ShouldBeInRange(TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(1));
        (await rig.Gateway.Intake.SendAsync(Rig.Request("other") with { From = Other }, null, CancellationToken.None)).IsAccepted.ShouldBeTrue();

        foreach (MessageHead head in accepted) await rig.UntilAsync(head, MessageState.Sent);
        (await rig.Gateway.Intake.SendAsync(Rig.Request("again"), null, CancellationToken.None)).IsAccepted.ShouldBeTrue();
    }

    [Fact]
    public async Task Queue_OfABatch_TakesWhatFitsAndNoMore()
    {
        await using var carrier = new ScriptedCarrier(isUp: false);
        await using Rig rig = await Rig.StartAsync(Options(carrier, new Limit { Name = "all", Rate = 1, Burst = 1, Queue = TimeSpan.FromSeconds(20) }));

        SendRequest[] requests = [.. Enumerable.Range(0, 50).Select(i => Rig.Request($"m{i}"))];
        IReadOnlyList<IntakeResult> results = await rig.Gateway.Intake.SendBatchAsync(requests, null, CancellationToken.None);

        results.Select(result => result.IsAccepted).ShouldBe(Enumerable.Range(0, 50).Select(i => i < 21));
        results.Skip(21).ShouldAllBe(result => result.Error == IntakeError.Throttled);
    }

    [Fact]
    public async Task Queue_Nothing_LetsThroughWhatCanGoNow()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(Options(carrier, new Limit { Name = "all", Rate = 1, Burst = 5, Queue = TimeSpan.Zero }));
        await rig.BoundAsync();

        IReadOnlyList<IntakeResult> results = await rig.Gateway.Intake.SendBatchAsync(
            [.. Enumerable.Range(0, 8).Select(i => Rig.Request($"m{i}"))], null, CancellationToken.None);

        results.Count(result => result.IsAccepted).ShouldBe(5);
        await rig.UntilAsync(() => carrier.Submits.Count == 5);
    }

    [Fact]
    public void At_EveryMatch_FindsItsMessagesAlone()
    {
        MessageHead head = Head();
        (Limit Limit, MessageHead Miss)[] cases =
        [
            (new() { Name = "", Rate = 1, Account = head.AccountSid }, head with { AccountSid = "AC2" }),
            (new() { Name = "", Rate = 1, Class = TrafficClass.Otp }, head with { Class = TrafficClass.Marketing }),
            (new() { Name = "", Rate = 1, Sender = head.From }, head with { From = Other }),
            (new() { Name = "", Rate = 1, SenderKind = SenderKind.LongCode }, head with { From = "Shop" }),
            (new() { Name = "", Rate = 1, Country = "DE" }, head with { To = "+33612345678" }),
            (new() { Name = "", Rate = 1, Prefix = "+4915" }, head with { To = "+4917012345678" }),
            (new() { Name = "", Rate = 1, Campaign = "spring" }, head with { Metadata = Metadata.Empty }),
        ];
        foreach ((Limit limit, MessageHead miss) in cases)
        {
            var table = new LimitTable([limit], TimeProvider.System);
            table.At(head, "a").IsEmpty.ShouldBeFalse(limit.ToString());
            table.AtIntake(head).IsEmpty.ShouldBeFalse(limit.ToString());
            table.At(miss, "a").IsEmpty.ShouldBeTrue(limit.ToString());
        }

        var connection = new LimitTable([new Limit { Name = "", Rate = 1, Connection = "a" }], TimeProvider.System);
        connection.At(head, "a").IsEmpty.ShouldBeFalse();
        connection.At(head, "b").IsEmpty.ShouldBeTrue();
        connection.AtIntake(head).IsEmpty.ShouldBeTrue();
    }

    [Theory]
    [InlineData(LimitEach.Whole, "")]
    [InlineData(LimitEach.Account, "AC00000000000000000000000000000001")]
    [InlineData(LimitEach.Sender, Rig.Number)]
    [InlineData(LimitEach.Campaign, "spring")]
    [InlineData(LimitEach.Country, "DE")]
    public void At_Each_HasABucketForEach(LimitEach each, string key)
    {
        var table = new LimitTable([new Limit { Name = "a", Rate = 1, Each = each }], TimeProvider.System);
        table.At(Head(), "a").ShouldBe(table.At(Head(), "b"));
        table.Buckets().ShouldHaveSingleItem().Key.ShouldBe(key);
    }

    [Fact]
    public void Buckets_OfManySendersThatHaveNothingLeft_AreForgotten()
    {
        var table = new LimitTable([new Limit { Name = "a", Rate = 1, Each = LimitEach.Sender }], TimeProvider.System);
        LimitSet waiting = table.At(Head() with { From = "waiting" }, "a");
        waiting.Wait(1);
        for (int i = 0; i < 25_000; i++) table.At(Head() with { From = $"+1555{i:D7}" }, "a");

        table.Buckets().Count.ShouldBeLessThanOrEqualTo(10_001);
        table.At(Head() with { From = "waiting" }, "a").ShouldBe(waiting);
    }

    [Fact]
    public void TryTake_OneOfSeveralHasNoTokens_TakesNone()
    {
        var table = new LimitTable(
            [new Limit { Name = "wide", Rate = 1, Burst = 10 }, new Limit { Name = "tight", Rate = 1, Burst = 1 }], new TestKit.ManualTimeProvider());
        LimitSet set = table.At(Head(), "a");
        set.TryTake(1, out _).ShouldBeTrue();
        set.TryTake(1, out TimeSpan wait).ShouldBeFalse();
        wait.ShouldBe(TimeSpan.FromSeconds(1));
        set.Buckets[0].WaitFor(9).ShouldBe(TimeSpan.Zero);
    }

    private static MessageHead Head() => new()
    {
        Id = default,
        AccountSid = Rig.Account.Sid,
        From = Rig.Number,
        To = "+4915112345678",
        Body = "x",
        Class = TrafficClass.Otp,
        SegmentCount = 1,
        Metadata = Metadata.TryCreate([new("campaign", "spring")], out _)!,
    };

    private static EngineOptions Options(ScriptedCarrier carrier, params Limit[] limits) =>
        Rig.Options(Rig.Connection("a", carrier.Port)) with { Limits = limits };
}
