using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Retries;
using Crosspoint.Engine.Tests.Rigs;
using Crosspoint.Smpp.Codec;

namespace Crosspoint.Engine.Tests.Retries;

/// <summary>What the operator's rules make of refusals, over a real journal and real sockets.</summary>
public sealed class RefusalRuleTests
{
    [Fact]
    public async Task Same_ForARefusalThatIsUsuallyForGood_IsTriedAgainHereThenElsewhere()
    {
        await using var first = new ScriptedCarrier { Script = static (c, s) => c.Refuse(s, CommandStatus.ReceiverRejected) };
        await using var second = new ScriptedCarrier();
        await using Rig rig = await StartAsync(
            [first, second], new RetryRule { Statuses = [new(0x66, 0x66)], Retry = RetryStep.Same, After = TimeSpan.FromSeconds(3), Attempts = 2 });

        Message message = await rig.UntilAsync(await rig.SendAsync(), MessageState.Sent);

        message.Attempts.Select(attempt => (attempt.Connection, attempt.Outcome)).ShouldBe([
            ("a", AttemptOutcome.Retry), ("a", AttemptOutcome.Retry), ("a", AttemptOutcome.NextCandidate), ("b", AttemptOutcome.Sent)]);
        double[] waits = Waits(message);
        waits[0].ShouldBeGreaterThanOrEqualTo(2.399);
        waits[1].ShouldBeGreaterThanOrEqualTo(4.799);
        (message.Tries, message.NotBefore).ShouldBe((0, 0));
    }

    [Fact]
    public async Task Next_ForARefusalThatIsUsuallyForNow_GoesElsewhereAfterTheWait()
    {
        await using var first = new ScriptedCarrier { Script = static (c, s) => c.Refuse(s, CommandStatus.SystemError) };
        await using var second = new ScriptedCarrier();
        await using Rig rig = await StartAsync(
            [first, second], new RetryRule { On = RetryKind.Temporary, Retry = RetryStep.Next, After = TimeSpan.FromSeconds(5) });

        Message message = await rig.UntilAsync(await rig.SendAsync(), MessageState.Sent);

        (first.Submits.Count, second.Submits.Count).ShouldBe((1, 1));
        Waits(message)[0].ShouldBeGreaterThanOrEqualTo(3.999);
    }

    [Fact]
    public async Task Next_ToALimit_EndsThoughAnotherCandidateIsUp()
    {
        await using var first = new ScriptedCarrier { Script = static (c, s) => c.Refuse(s, CommandStatus.ReceiverRejected) };
        await using var second = new ScriptedCarrier { Script = static (c, s) => c.Refuse(s, CommandStatus.ReceiverRejected) };
        await using var third = new ScriptedCarrier();
        await using Rig rig = await StartAsync([first, second, third], new RetryRule { On = RetryKind.Permanent, Attempts = 1 });

        Message message = await rig.UntilAsync(await rig.SendAsync(), MessageState.Failed);

        (first.Submits.Count, second.Submits.Count, third.Submits.Count).ShouldBe((1, 1, 0));
        message.ErrorCode.ShouldBe(ErrorCodes.Blocked);
    }

    [Fact]
    public async Task None_ForOneClass_EndsItAtOnceAndLeavesTheOthers()
    {
        await using var first = new ScriptedCarrier { Script = static (c, s) => c.Refuse(s, CommandStatus.SystemError) };
        await using var second = new ScriptedCarrier();
        await using Rig rig = await StartAsync(
            [first, second],
            new RetryRule { Class = TrafficClass.Marketing, Retry = RetryStep.None },
            new RetryRule { Class = TrafficClass.Otp, Retry = RetryStep.Next });

        Message marketing = await rig.UntilAsync(await rig.SendAsync(trafficClass: TrafficClass.Marketing), MessageState.Failed);
        await rig.UntilAsync(await rig.SendAsync(trafficClass: TrafficClass.Otp), MessageState.Sent);
        (first.Submits.Count, second.Submits.Count).ShouldBe((2, 1));
        await rig.UntilAsync(await rig.SendAsync(), MessageState.Sent);

        marketing.Attempts.Count.ShouldBe(1);
        (first.Submits.Count, second.Submits.Count).ShouldBe((7, 2));
    }

    [Fact]
    public async Task Rules_ByAttempt_TakeTurns()
    {
        await using var first = new ScriptedCarrier { Script = static (c, s) => c.Refuse(s, CommandStatus.SystemError) };
        await using var second = new ScriptedCarrier { Script = static (c, s) => c.Refuse(s, CommandStatus.SystemError) };
        await using Rig rig = await StartAsync(
            [first, second],
            new RetryRule { LastAttempt = 2, Retry = RetryStep.Same },
            new RetryRule { FirstAttempt = 3, LastAttempt = 3, Retry = RetryStep.Next },
            new RetryRule { Retry = RetryStep.None });

        Message message = await rig.UntilAsync(await rig.SendAsync(), MessageState.Failed);

        message.Attempts.Select(attempt => attempt.Connection).ShouldBe(["a", "a", "a", "b"]);
    }

    [Fact]
    public async Task Throttled_ToALimit_GoesElsewhere()
    {
        await using var first = new ScriptedCarrier { Script = static (c, s) => c.Refuse(s, CommandStatus.Throttled) };
        await using var second = new ScriptedCarrier();
        await using Rig rig = await StartAsync([first, second], new RetryRule { On = RetryKind.Throttled, Attempts = 2 });

        Message message = await rig.UntilAsync(await rig.SendAsync(), MessageState.Sent);

        message.Attempts.Select(attempt => attempt.Connection).ShouldBe(["a", "a", "a", "b"]);
    }

    [Fact]
    public async Task Until_NextTryWouldBeLater_EndsWithTheCarriersWord()
    {
        await using var first = new ScriptedCarrier { Script = static (c, s) => c.Refuse(s, CommandStatus.SystemError) };
        await using var second = new ScriptedCarrier();
        await using Rig rig = await StartAsync(
            [first, second], new RetryRule { Retry = RetryStep.Same, After = TimeSpan.FromSeconds(20), Until = TimeSpan.FromSeconds(30) });

        Message message = await rig.UntilAsync(await rig.SendAsync(), MessageState.Failed);

        (first.Submits.Count, second.Submits.Count).ShouldBe((2, 0));
        message.Events[^1].Code.ShouldBe(0x08u);
    }

    [Fact]
    public async Task Until_ConnectionThatIsNextIsDown_ExpiresAtThatAge()
    {
        await using var first = new ScriptedCarrier { Script = static (c, s) => c.Refuse(s, CommandStatus.ReceiverRejected) };
        await using var second = new ScriptedCarrier(isUp: false);
        await using Rig rig = await Rig.StartAsync(Options([first, second], new RetryRule { Until = TimeSpan.FromSeconds(60) }));
        await rig.BoundAsync("a");
        MessageHead head = await rig.SendAsync();

        Message message = await rig.UntilAsync(head, MessageState.Expired);

        message.ErrorCode.ShouldBe(ErrorCodes.ValidityExpired);
        message.Head.ValidUntil.ShouldBe(head.CreatedAt + (60 * Micros.PerSecond));
        message.Events[^1].At.ShouldBeLessThan(message.Head.ValidUntil + (3 * Micros.PerSecond));
    }

    [Fact]
    public async Task Unknown_WithARuleForEverything_KeepsItsPolicy()
    {
        await using var carrier = new ScriptedCarrier
        {
            Script = static (c, s) =>
            {
                if (s.Number > 1) c.Accept(s);
            },
        };
        await using Rig rig = await StartAsync([carrier], new RetryRule { Retry = RetryStep.None });

        Message message = await rig.UntilAsync(await rig.SendAsync(), MessageState.Sent);

        message.Attempts.Select(attempt => attempt.Outcome).ShouldBe([AttemptOutcome.Unknown, AttemptOutcome.Sent]);
        message.IsPossibleDuplicate.ShouldBeTrue();
    }

    [Fact]
    public async Task LongMessage_OnePartRefusedByRuleAgain_GoesOnHere()
    {
        await using var first = new ScriptedCarrier
        {
            Script = static (c, s) =>
            {
                if (s.Number == 2) c.Refuse(s, CommandStatus.ReceiverRejected);
                else c.Accept(s);
            },
        };
        await using var second = new ScriptedCarrier();
        await using Rig rig = await StartAsync(
            [first, second], new RetryRule { On = RetryKind.Permanent, Retry = RetryStep.Same, After = TimeSpan.FromSeconds(2) });

        Message message = await rig.UntilAsync(await rig.SendAsync(new string('x', 400)), MessageState.Sent);

        first.Submits.Select(submit => submit.Part).ShouldBe([1, 2, 3, 2]);
        second.Submits.ShouldBeEmpty();
        message.IsPossibleDuplicate.ShouldBeFalse();
    }

    [Fact]
    public async Task Restart_WhileItWaits_WaitsOnAndCountsOn()
    {
        await using var first = new ScriptedCarrier { Script = static (c, s) => c.Refuse(s, CommandStatus.SystemError) };
        await using var second = new ScriptedCarrier();
        await using Rig rig = await StartAsync(
            [first, second], new RetryRule { Retry = RetryStep.Same, After = TimeSpan.FromSeconds(30), Growth = 1, Attempts = 2 });
        MessageHead head = await rig.SendAsync();
        await rig.UntilAsync(head, message => message.Tries == 1);
        rig.Gauge("crosspoint.dispatch.held").ShouldBe(0);

        for (int tries = 1; tries <= 2; tries++)
        {
            await rig.UntilAsync(head, message => message.Tries == tries);
            await rig.KillAsync();
            await rig.RestartAsync();
            await rig.BoundAsync("a");
            await rig.BoundAsync("b");
            await rig.PassAsync(TimeSpan.FromSeconds(5));
            first.Submits.Count.ShouldBe(tries);
        }

        Message sent = await rig.UntilAsync(head, MessageState.Sent);
        (first.Submits.Count, second.Submits.Count).ShouldBe((3, 1));
        Waits(sent).Take(2).ShouldAllBe(wait => wait >= 23.9);
    }

    internal static EngineOptions Options(ScriptedCarrier[] carriers, params RetryRule[] rules) =>
        Rig.Options([.. carriers.Select((carrier, i) => Rig.Connection(Rig.NameOf(i), carrier.Port))]) with { Retries = rules };

    /// <summary>A gateway with these rules, every connection of it bound.</summary>
    internal static async Task<Rig> StartAsync(ScriptedCarrier[] carriers, params RetryRule[] rules)
    {
        Rig rig = await Rig.StartAsync(Options(carriers, rules));
        for (int i = 0; i < carriers.Length; i++) await rig.BoundAsync(Rig.NameOf(i));
        return rig;
    }

    private static double[] Waits(Message message) => [.. message.Attempts.Skip(1).Select(
        (attempt, i) => (attempt.StartedAt - message.Attempts[i].EndedAt) / (double)Micros.PerSecond)];
}
