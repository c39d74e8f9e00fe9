using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Tests.Rigs;
using Crosspoint.Engine.Vendors;
using Crosspoint.Smpp.Codec;

namespace Crosspoint.Engine.Tests.Dispatch;

public sealed class RefusalTests
{
    [Fact]
    public async Task Refusal_PermanentWithoutOtherCandidate_FailsAtOnceAndKeepsTheCode()
    {
        await using var carrier = new ScriptedCarrier { Script = static (c, s) => c.Refuse(s, CommandStatus.InvalidDestinationAddress) };
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();

        MessageHead head = await rig.SendAsync();
        Message message = await rig.UntilAsync(head, MessageState.Failed);

        carrier.Submits.Count.ShouldBe(1);
        message.ErrorCode.ShouldBe(ErrorCodes.HandsetUnknown);
        (message.Events[^1].Kind, message.Events[^1].Code, message.Events[^1].Connection).ShouldBe((EventKind.Failed, 0x0Bu, "a"));
        message.Attempts.Single().Outcome.ShouldBe(AttemptOutcome.Failed);
        rig.Gateway.Connections()[0].InFlight.ShouldBe(0);
    }

    [Fact]
    public async Task Refusal_Permanent_GoesToTheNextCandidateWhichSaysWhy()
    {
        await using var first = new ScriptedCarrier { Script = static (c, s) => c.Refuse(s, CommandStatus.ReceiverRejected) };
        await using var second = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(first, second);
        await rig.BoundAsync("a");
        await rig.BoundAsync("b");

        MessageHead head = await rig.SendAsync();
        Message message = await rig.UntilAsync(head, MessageState.Sent);

        (first.Submits.Count, second.Submits.Count).ShouldBe((1, 1));
        message.Attempts.Select(attempt => (attempt.Connection, attempt.Outcome, attempt.CommandStatus))
            .ShouldBe([("a", AttemptOutcome.NextCandidate, 0x66u), ("b", AttemptOutcome.Sent, 0u)]);
        message.Attempts[1].Decision.Candidates.ShouldBe([new("a", CandidateCode.RefusedBefore), new("b", CandidateCode.Chosen)]);
        message.IsPossibleDuplicate.ShouldBeFalse();
    }

    [Fact]
    public async Task Refusal_ByEveryCandidate_FailsWithTheLastCode()
    {
        await using var first = new ScriptedCarrier { Script = static (c, s) => c.Refuse(s, CommandStatus.ReceiverRejected) };
        await using var second = new ScriptedCarrier { Script = static (c, s) => c.Refuse(s, CommandStatus.InvalidDestinationAddress) };
        await using Rig rig = await Rig.StartAsync(first, second);
        await rig.BoundAsync("a");
        await rig.BoundAsync("b");

        MessageHead head = await rig.SendAsync();
        Message message = await rig.UntilAsync(head, MessageState.Failed);

        message.Attempts.Select(attempt => attempt.CommandStatus).ShouldBe([0x66u, 0x0Bu]);
        message.ErrorCode.ShouldBe(ErrorCodes.HandsetUnknown);
        await rig.SettleAsync();
        rig.Gateway.Connections().ShouldAllBe(connection => connection.InFlight == 0 && connection.Queued == 0);
    }

    [Fact]
    public async Task Refusal_Temporary_IsTriedAgainToALimitThenElsewhere()
    {
        await using var first = new ScriptedCarrier { Script = static (c, s) => c.Refuse(s, CommandStatus.SystemError) };
        await using var second = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(first, second);
        await rig.BoundAsync("a");
        await rig.BoundAsync("b");

        MessageHead head = await rig.SendAsync();
        Message message = await rig.UntilAsync(head, MessageState.Sent);

        (first.Submits.Count, second.Submits.Count).ShouldBe((5, 1));
        message.Attempts.Select(attempt => attempt.Outcome).ShouldBe(
            [AttemptOutcome.Retry, AttemptOutcome.Retry, AttemptOutcome.Retry, AttemptOutcome.Retry, AttemptOutcome.NextCandidate,
                AttemptOutcome.Sent]);
        double[] waits = [.. message.Attempts.Skip(1).Take(4).Select((attempt, i) =>
            (attempt.StartedAt - message.Attempts[i].EndedAt) / (double)Micros.PerSecond)];
        for (int i = 0; i < waits.Length; i++) waits[i].ShouldBeGreaterThanOrEqualTo(0.799 * Math.Pow(2, i));
    }

    [Fact]
    public async Task Refusal_NamedFail_EndsTheMessageThoughAnotherCandidateIsUp()
    {
        await using var first = new ScriptedCarrier { Script = static (c, s) => c.Refuse(s, (CommandStatus)0x401) };
        await using var second = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(Rig.Options(Named(first, 0x401, StatusAction.Fail), Rig.Connection("b", second.Port)));
        await rig.BoundAsync("a");
        await rig.BoundAsync("b");

        Message message = await rig.UntilAsync(await rig.SendAsync(), MessageState.Failed);

        (first.Submits.Count, second.Submits.Count).ShouldBe((1, 0));
        message.Events[^1].Code.ShouldBe(0x401u);
    }

    [Fact]
    public async Task Refusal_UsuallyTemporaryNamedNext_GoesToTheNextCandidateAtOnce()
    {
        await using var first = new ScriptedCarrier { Script = static (c, s) => c.Refuse(s, CommandStatus.SystemError) };
        await using var second = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(Rig.Options(Named(first, 0x08, StatusAction.Next), Rig.Connection("b", second.Port)));
        await rig.BoundAsync("a");
        await rig.BoundAsync("b");

        await rig.UntilAsync(await rig.SendAsync(), MessageState.Sent);

        (first.Submits.Count, second.Submits.Count).ShouldBe((1, 1));
    }

    [Fact]
    public async Task Refusal_NamedSuspend_BindsAnewAndSendsAgain()
    {
        await using var carrier = new ScriptedCarrier
        {
            Script = static (c, s) =>
            {
                if (s.Number == 1) c.Refuse(s, (CommandStatus)0x410);
                else c.Accept(s);
            },
        };
        await using Rig rig = await Rig.StartAsync(Rig.Options(Named(carrier, 0x410, StatusAction.Suspend)));
        await rig.BoundAsync();

        await rig.UntilAsync(await rig.SendAsync(), MessageState.Sent);

        carrier.Submits.Count.ShouldBe(2);
        carrier.Submits[0].Session.ShouldNotBeSameAs(carrier.Submits[1].Session);
    }

    [Fact]
    public async Task Refusal_TemporaryOnce_IsSentOnTheSameConnection()
    {
        await using var carrier = new ScriptedCarrier
        {
            Script = static (c, s) =>
            {
                if (s.Number == 1) c.Refuse(s, CommandStatus.SystemError);
                else c.Accept(s);
            },
        };
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();

        Message message = await rig.UntilAsync(await rig.SendAsync(), MessageState.Sent);

        Rig.Timeline(message).ShouldBe("Accepted AttemptStarted AttemptRefused AttemptStarted Sent");
    }

    [Fact]
    public async Task Refusal_OfTheSession_IsNotHeldAgainstTheMessage()
    {
        await using var carrier = new ScriptedCarrier
        {
            Script = static (c, s) =>
            {
                if (s.Number <= 8) c.Refuse(s, CommandStatus.InvalidBindStatus);
                else c.Accept(s);
            },
        };
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();

        Message message = await rig.UntilAsync(await rig.SendAsync(), MessageState.Sent);

        message.Attempts.Count.ShouldBe(9);
        message.IsPossibleDuplicate.ShouldBeFalse();
    }

    [Fact]
    public async Task Refusal_OfTheSessionForOneMessageAgainAndAgain_ThatMessageEnds()
    {
        await using var carrier = new ScriptedCarrier
        {
            Script = static (c, s) =>
            {
                if (s.Text == "poison") c.Refuse(s, CommandStatus.InvalidSystemType);
                else c.Accept(s);
            },
        };
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        MessageHead poison = await rig.SendAsync("poison");

        await rig.UntilAsync(poison, MessageState.Failed);
        await rig.UntilAsync(await rig.SendAsync("next"), MessageState.Sent);

        carrier.Submits.Count(submit => submit.Text == "poison").ShouldBe(10);
    }

    [Fact]
    public async Task Throttled_Window_ConnectionPausesNothingIsLostAndOrderIsKept()
    {
        await using var carrier = new ScriptedCarrier
        {
            Script = static (c, s) =>
            {
                if (s.Number > 10) c.Accept(s);
            },
        };
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        var heads = new List<MessageHead>();
        for (int i = 0; i < 40; i++) heads.Add(await rig.SendAsync($"m{i}"));
        await rig.UntilAsync(() => carrier.Submits.Count == 10);
        long started = rig.Clock.GetTimestamp();

        foreach (CarrierSubmit submit in carrier.Submits) carrier.Refuse(submit, CommandStatus.Throttled);
        foreach (MessageHead head in heads) await rig.UntilAsync(head, MessageState.Sent);

        rig.Clock.GetElapsedTime(started).ShouldBeGreaterThan(TimeSpan.FromSeconds(0.9));
        carrier.Submits.Skip(10).Select(submit => submit.Text).ShouldBe(Enumerable.Range(0, 40).Select(i => $"m{i}"));
    }

    [Theory]
    [InlineData(CommandStatus.Throttled)]
    [InlineData(CommandStatus.MessageQueueFull)]
    public async Task Throttled_ManyTimes_IsNeverFailedForIt(CommandStatus status)
    {
        await using var carrier = new ScriptedCarrier
        {
            Script = (c, s) =>
            {
                if (s.Number <= 7) c.Refuse(s, status);
                else c.Accept(s);
            },
        };
        await using Rig rig = await Rig.StartAsync(
            Rig.Options(Rig.Connection("a", carrier.Port, smpp => smpp with { ResponseTimeout = TimeSpan.FromMinutes(10) })));
        await rig.BoundAsync();
        rig.Step = TimeSpan.FromMilliseconds(500);

        MessageHead head = await rig.SendAsync();
        Message message = await rig.UntilAsync(head, MessageState.Sent);

        message.Attempts.Count.ShouldBe(8);
        message.Attempts.Take(7).ShouldAllBe(attempt => attempt.Outcome == AttemptOutcome.Retry && attempt.CommandStatus == (uint)status);
    }

    [Fact]
    public async Task Throttled_ThenReconnected_PauseGoesOn()
    {
        await using var carrier = new ScriptedCarrier
        {
            Script = static (c, s) =>
            {
                if (s.Number <= 3) c.Refuse(s, CommandStatus.Throttled);
                else c.Accept(s);
            },
        };
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        MessageHead head = await rig.SendAsync();
        await rig.UntilAsync(() => carrier.Submits.Count == 3);
        await rig.SettleAsync();
        long paused = rig.Clock.GetTimestamp();

        carrier.DropSessions();
        await rig.UntilAsync(() => rig.Gateway.Connections()[0].Use == "down");
        await rig.BoundAsync();
        await rig.UntilAsync(head, MessageState.Sent);

        // The third pause: 4 s, less a tenth.
        rig.Clock.GetElapsedTime(paused).ShouldBeGreaterThan(TimeSpan.FromSeconds(3.5));
    }

    [Fact]
    public async Task Refusal_ForHours_MessageDoesNotGrowWithoutBound()
    {
        await using var carrier = new ScriptedCarrier { Script = static (c, s) => c.Refuse(s, CommandStatus.Throttled) };
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();

        MessageHead head = await rig.SendAsync();
        long started = rig.Clock.GetTimestamp();
        while (carrier.Submits.Count < 40 && rig.Clock.GetElapsedTime(started) < TimeSpan.FromHours(1))
        {
            rig.Clock.Advance(TimeSpan.FromSeconds(15));
            await rig.SettleAsync();
            await rig.PassAsync(TimeSpan.FromMilliseconds(50));
        }

        carrier.Submits.Count.ShouldBeGreaterThanOrEqualTo(40);
        Message message = await rig.FindAsync(head.Id);
        message.Attempts.Count.ShouldBeLessThanOrEqualTo(24);
        message.Attempts[0].Number.ShouldBe(1);
        message.Attempts[^1].Number.ShouldBeGreaterThanOrEqualTo(39);
    }

    private static ConnectionOptions Named(ScriptedCarrier carrier, uint status, StatusAction action) => Rig.Connection(
        "a",
        carrier.Port,
        smpp => smpp with { Statuses = new(new Dictionary<uint, StatusAction> { [status] = action }, StatusAction.Next) });
}
