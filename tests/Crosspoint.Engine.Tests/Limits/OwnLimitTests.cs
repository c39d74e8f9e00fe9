using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Intake;
using Crosspoint.Engine.Limits;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Tests.Rigs;
using Crosspoint.Engine.Vendors;
using Crosspoint.TestKit;
using NodaTime;

namespace Crosspoint.Engine.Tests.Limits;

/// <summary>What accounts have in the place of the limits that hold for every account, changed while traffic flows.</summary>
public sealed class OwnLimitTests
{
    private const string OtherSid = "AC00000000000000000000000000000002";
    private static readonly Limit Every = new() { Name = "every", Each = LimitEach.Account, Rate = 1 };
    private static readonly Limit EveryDay = Day("every-day", 5);

    [Fact]
    public void At_OwnOfOneKind_StandsInThePlaceOfThatKindAlone()
    {
        Limit codes = new() { Name = "codes", Each = LimitEach.Account, Class = TrafficClass.Otp, Rate = 1 };
        var table = new LimitTable([Every, EveryDay, codes], TimeProvider.System);
        table.Take([(Rig.Account.Sid, new() { Rate = 7 })]).ShouldBeTrue();

        NamesAt(table, Head()).ShouldBe(["every-day", "codes", "account"]);
        NamesAt(table, Head() with { AccountSid = OtherSid }).ShouldBe(["every", "every-day", "codes"]);
        table.Take([(Rig.Account.Sid, new() { Rate = 0, PerDay = 0 })]).ShouldBeTrue();
        NamesAt(table, Head()).ShouldBe(["codes"]);
        table.Take([(Rig.Account.Sid, AccountLimits.None)]).ShouldBeTrue();
        NamesAt(table, Head()).ShouldBe(["every", "every-day", "codes"]);
        table.Take([]).ShouldBeFalse();
    }

    [Fact]
    public void Take_OtherSettingsOfTheSameKind_KeepsTheBucketAndItsVersion()
    {
        var table = new LimitTable([], TimeProvider.System);
        table.Take([(Rig.Account.Sid, new() { Rate = 7, PerDay = 5, Zone = DateTimeZone.Utc })]);
        LimitSet before = table.AtIntake(Head());
        int version = table.VersionOf(Rig.Account.Sid);
        table.Take([(Rig.Account.Sid, new() { Rate = 8, Burst = 3, PerDay = 6, Zone = DateTimeZone.Utc })]).ShouldBeTrue();

        table.AtIntake(Head()).ShouldBe(before);
        (before.Buckets[0].Rate, before.Buckets[1].Limit.PerDay).ShouldBe((8, 6));
        table.VersionOf(Rig.Account.Sid).ShouldBe(version);
        table.Take([(Rig.Account.Sid, new() { Rate = 8 })]);
        table.VersionOf(Rig.Account.Sid).ShouldNotBe(version);
        table.VersionOf(OtherSid).ShouldBe(0);
    }

    [Fact]
    public void Take_AnAccountThatIsGone_LosesItsLimits()
    {
        var table = new LimitTable([], TimeProvider.System);
        table.Take([(Rig.Account.Sid, new() { Rate = 7 })]);
        table.Take([]).ShouldBeTrue();
        table.AtIntake(Head()).IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void Find_OfOwnLimitsAlone_AllocatesNothing()
    {
        var table = new LimitTable([], TimeProvider.System);
        table.Take([(Rig.Account.Sid, new() { Rate = 1_000_000, PerDay = int.MaxValue, Zone = DateTimeZone.Utc, PerDayOver = LimitAnswer.Throttle })]);
        MessageHead own = Head();
        MessageHead none = own with { AccountSid = OtherSid };
        long bytes = 0;

        // The first rounds are of code that is not optimized yet.
        for (int round = 0; round < 5; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 10_000; i++)
            {
                LimitSet set = table.AtIntake(own);
                set.TryAdmit(1, out _, out _);
                set.Joined(1);
                set.ReturnAdmitted(1);
                table.At(own, "a");
                table.AtIntake(none);
                table.VersionOf(own.AccountSid);
            }

            bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        bytes.ShouldBe(0);
    }

    [Fact]
    public void InForce_TellsWhatIsOwnAndWhatIsNot()
    {
        Limit named = new() { Name = "named", Account = Rig.Account.Sid, Country = "DE", Rate = 3 };
        Limit senders = new() { Name = "senders", Account = Rig.Account.Sid, Each = LimitEach.Sender, Rate = 3 };
        Limit all = new() { Name = "all", Rate = 500 };
        var table = new LimitTable([Every, EveryDay, named, senders, all], new ManualTimeProvider());
        table.Take([(Rig.Account.Sid, new() { Rate = 7, Queue = TimeSpan.FromHours(1) })]);
        table.AtIntake(Head()).Wait(4);

        table.InForce(Rig.Account.Sid).Select(static one => (one.Limit.Name, one.Source, one.Waiting, one.Today)).ShouldBe(
            [("account", LimitSource.Own, 4, null), ("every-day", LimitSource.Default, 4, 0), ("named", LimitSource.File, 4, null), ("senders", LimitSource.File, null, null)]);
        table.InForce(OtherSid).Select(static one => (one.Limit.Name, one.Source, one.Waiting)).ShouldBe(
            [("every", LimitSource.Default, 0), ("every-day", LimitSource.Default, 0)]);
    }

    [Fact]
    public async Task Rate_TakenAwayWhileMessagesWait_LetsThemGoAtOnce()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await StartAsync(carrier, new() { Rate = 0.001 });
        var heads = new List<MessageHead>();
        for (int i = 0; i < 30; i++) heads.Add(await rig.SendAsync($"m{i}"));
        await rig.PassAsync(TimeSpan.FromSeconds(2));
        carrier.Submits.Count.ShouldBe(1);
        rig.Gateway.LimitsOf(Rig.Account.Sid).ShouldHaveSingleItem().Waiting.ShouldBe(29);
        long started = rig.Clock.GetTimestamp();

        Take(rig, AccountLimits.None);
        foreach (MessageHead head in heads) await rig.UntilAsync(head, MessageState.Sent);
        rig.Clock.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(20));
        carrier.Submits.Select(submit => submit.Text).ShouldBe(heads.Select(static head => head.Body));
        rig.Gateway.LimitsOf(Rig.Account.Sid).ShouldBeEmpty();
    }

    [Fact]
    public async Task Rate_RaisedWhileMessagesWait_LetsThemGoAtThatRate()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await StartAsync(carrier, new() { Rate = 0.001 });
        for (int i = 0; i < 21; i++) await rig.SendAsync($"m{i}");
        await rig.UntilAsync(() => carrier.Submits.Count == 1);
        long started = rig.Clock.GetTimestamp();

        Take(rig, new() { Rate = 4 });
        await rig.UntilAsync(() => carrier.Submits.Count == 21);
        rig.Clock.GetElapsedTime(started).TotalSeconds.ShouldBeInRange(4.5, 30);
    }

    [Fact]
    public async Task Rate_GivenWhileMessagesWait_HoldsThem()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await StartAsync(carrier, AccountLimits.None, connection => connection with { Rate = 1 });
        for (int i = 0; i < 40; i++) await rig.SendAsync($"m{i}");
        Take(rig, new() { Rate = 0.001 });
        await rig.PassAsync(TimeSpan.FromSeconds(10));
        carrier.Submits.Count.ShouldBeLessThan(8);
        long waiting = rig.Gateway.LimitsOf(Rig.Account.Sid).ShouldHaveSingleItem().Waiting!.Value;
        waiting.ShouldBe(40 - carrier.Submits.Count);
        await rig.RestartAsync(Options(carrier, AccountLimits.None));
        await rig.UntilAsync(() => carrier.Submits.Select(submit => submit.Text).Distinct().Count() == 40);
    }

    [Fact]
    public async Task Default_ThatHeldMessagesUntilMidnight_LetsThemGoWhenTheAccountGetsItsOwn()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await StartAsync(carrier, AccountLimits.None, limits: EveryDay);
        for (int i = 0; i < 12; i++) await rig.SendAsync($"m{i}");
        await rig.UntilAsync(() => carrier.Submits.Count == 5);
        await rig.PassAsync(TimeSpan.FromSeconds(2));
        carrier.Submits.Count.ShouldBe(5);
        rig.Gauge("crosspoint.dispatch.held").ShouldBe(0);

        Take(rig, new() { PerDay = 4, Zone = DateTimeZone.Utc });
        await rig.UntilAsync(() => carrier.Submits.Count == 9);
        await rig.PassAsync(TimeSpan.FromSeconds(2));
        carrier.Submits.Count.ShouldBe(9);
        LimitInForce own = rig.Gateway.LimitsOf(Rig.Account.Sid).ShouldHaveSingleItem();
        (own.Source, own.Today, own.Waiting).ShouldBe((LimitSource.Own, 4, 3));

        await rig.RestartAsync();
        Take(rig, new() { PerDay = 6, Zone = DateTimeZone.Utc });
        await rig.UntilAsync(() => carrier.Submits.Count == 11);
        await rig.PassAsync(TimeSpan.FromSeconds(2));
        carrier.Submits.Count.ShouldBe(11, "the count of the day is exact over a kill");
        Take(rig, new() { PerDay = 0 });
        await rig.UntilAsync(() => carrier.Submits.Count == 12);
    }

    [Theory]
    [InlineData(LimitAnswer.Throttle, IntakeError.Throttled)]
    [InlineData(LimitAnswer.Refuse, IntakeError.LimitReached)]
    public async Task Queue_Full_IsAnsweredAndOpensWithOtherSettings(LimitAnswer over, IntakeError expected)
    {
        await using var carrier = new ScriptedCarrier(isUp: false);
        await using Rig rig = await StartAsync(carrier, new() { Rate = 1, Queue = TimeSpan.FromSeconds(5), Over = over }, isBound: false);
        IReadOnlyList<IntakeResult> results = await SendBatchAsync(rig, 20);
        results.Count(static result => result.IsAccepted).ShouldBe(6);
        (results[^1].Error, results[^1].Detail.Contains($"limit 'account' for '{Rig.Account.Sid}'")).ShouldBe((expected, true), results[^1].Detail);

        Take(rig, new() { Rate = 1, Queue = TimeSpan.FromSeconds(9), Over = over });
        (await SendBatchAsync(rig, 20)).Count(static result => result.IsAccepted).ShouldBe(4);
        Take(rig, AccountLimits.None);
        (await SendBatchAsync(rig, 20)).ShouldAllBe(static result => result.IsAccepted);
        Take(rig, new() { Rate = 1, Queue = TimeSpan.FromSeconds(9), Over = over });
        (await SendBatchAsync(rig, 1))[0].Error.ShouldBe(expected, "what waits already fills it");
    }

    [Fact]
    public async Task PerDay_AtIntake_CountsOverKillsAndChanges()
    {
        await using var carrier = new ScriptedCarrier();
        AccountLimits limits = new() { PerDay = 5, Zone = DateTimeZone.Utc, PerDayOver = LimitAnswer.Throttle };
        await using Rig rig = await StartAsync(carrier, limits);
        (await SendBatchAsync(rig, 4)).ShouldAllBe(static result => result.IsAccepted);
        await rig.RestartAsync();
        (await SendBatchAsync(rig, 4)).Count(static result => result.IsAccepted).ShouldBe(1);
        Take(rig, AccountLimits.None);
        (await SendBatchAsync(rig, 4)).ShouldAllBe(static result => result.IsAccepted);
        Take(rig, limits with { PerDay = 7 });
        (await SendBatchAsync(rig, 4)).Count(static result => result.IsAccepted).ShouldBe(2, "what went without a cap does not count");
        rig.Gateway.LimitsOf(Rig.Account.Sid).ShouldHaveSingleItem().Today.ShouldBe(7);
        Take(rig, limits with { PerDay = 2, PerDayOver = LimitAnswer.Queue });
        (await SendBatchAsync(rig, 4)).ShouldAllBe(static result => result.IsAccepted, "counted as attempts begin, it begins anew");
    }

    private static ValueTask<IReadOnlyList<IntakeResult>> SendBatchAsync(Rig rig, int count) =>
        rig.Gateway.Intake.SendBatchAsync([.. Enumerable.Range(0, count).Select(static i => Rig.Request($"m{i}"))], null, CancellationToken.None);

    private static async Task<Rig> StartAsync(
        ScriptedCarrier carrier, AccountLimits own, Func<SmppConnectionOptions, SmppConnectionOptions>? change = null, bool isBound = true,
        params Limit[] limits)
    {
        Rig rig = await Rig.StartAsync(Options(carrier, own, change, limits));
        if (isBound) await rig.BoundAsync();
        return rig;
    }

    private static EngineOptions Options(
        ScriptedCarrier carrier, AccountLimits own, Func<SmppConnectionOptions, SmppConnectionOptions>? change = null,
        params Limit[] limits) =>
        Rig.Options(Rig.Connection("a", carrier.Port, change)) with { Accounts = [Rig.Account with { Limits = own }], Limits = limits };

    private static void Take(Rig rig, AccountLimits own) => rig.Gateway.Accounts.Replace([Rig.Account with { Limits = own }]);

    private static string[] NamesAt(LimitTable table, MessageHead head) => [.. table.At(head, "a").Buckets.ToArray().Select(static bucket => bucket.Limit.Name)];

    private static Limit Day(string name, long perDay) => new()
    {
        Name = name,
        Each = LimitEach.Account,
        Rate = 0,
        PerDay = perDay,
        Zone = DateTimeZone.Utc,
        Over = LimitAnswer.Queue,
    };

    private static MessageHead Head() => new()
    {
        Id = default,
        AccountSid = Rig.Account.Sid,
        From = Rig.Number,
        To = "+4915112345678",
        Body = "x",
        Class = TrafficClass.Otp,
        SegmentCount = 1,
    };
}
