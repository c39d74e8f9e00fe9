using Crosspoint.Engine.Dispatch;
using Crosspoint.Engine.Intake;
using Crosspoint.Engine.Limits;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Quality;
using Crosspoint.Engine.Retries;
using Crosspoint.Engine.Routing;
using Crosspoint.Engine.Routing.Explaining;
using Crosspoint.Engine.Stores;
using Crosspoint.Engine.Tests.Rigs;
using Crosspoint.Engine.Vendors;
using Crosspoint.Smpp.Codec;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Tests.Dispatch;

/// <summary>What a rule copies to a test connection is a message of its own, and the original goes its way whatever becomes of it.</summary>
public sealed class TestCopiesTests
{
    private const string German = "+4915112345678";

    [Fact]
    public async Task Copy_OfAMessage_GoesToTheTestConnectionAloneAndIsFollowedToItsReceipt()
    {
        await using var carrier = new ScriptedCarrier();
        await using var trial = new ScriptedCarrier();
        await using Rig rig = await StartAsync(carrier, trial);
        using Rig.CounterReader states = rig.Count("crosspoint.messages.states");
        using Rig.CounterReader copies = rig.Count("crosspoint.copies");

        SendRequest request = Rig.Request("Hello", to: German) with { Tags = ["spring"], Reference = "r1", CallbackUrl = "http://127.0.0.1:9/" };
        MessageHead head = await rig.SendAsync(request);
        Message original = await rig.UntilAsync(head, MessageState.Sent);
        Message copy = await CopyOfAsync(rig, original);
        copy = await rig.UntilAsync(copy.Head, MessageState.Sent);
        await trial.ReceiptAsync(trial.Submits.Single(), "UNDELIV", "001");
        copy = await rig.UntilAsync(copy.Head, MessageState.Undelivered);

        CarrierSubmit submit = trial.Submits.Single();
        (submit.Text, submit.To, submit.From).ShouldBe(("Hello", "4915112345678", carrier.Submits.Single().From));
        (copy.Head.CopyOf, copy.Head.AccountSid, copy.Head.Connection, copy.Head.Class).ShouldBe((head.Id, "", "b", head.Class));
        (copy.Head.CallbackUrl, copy.Head.Reference, copy.Head.Tags.Count, copy.Deliveries.Count).ShouldBe((null, null, 0, 0));
        (copy.Head.ValidUntil - copy.Head.CreatedAt).ShouldBe(Micros.From(TestCopies.Life));
        copy.Events[0].Detail.ShouldBe($"copy of {head.Id}");
        copy.Attempts.Single().Connection.ShouldBe("b");
        (await rig.FindAsync(head.Id)).State.ShouldBe(MessageState.Sent);

        // Copies are counted apart: the original was queued, sending and sent.
        (states.Sum, copies.Sum).ShouldBe((3, 4));
        original.Attempts.Single().Decision.Facts!.CopyTo.ShouldBe("b");
        RouteExplainer.Explain(original.Attempts[0].Decision, original.Head, 0, rig.Gateway.Plan).Outcome.ShouldEndWith("A copy goes to the test route 'b'.");
        RouteExplainer.Explain(copy.Attempts[0].Decision, copy.Head, 0, rig.Gateway.Plan).Outcome.ShouldBe(
            $"The message goes to the test route 'b', and nowhere else: it is a copy of message {head.Id}.");
    }

    [Fact]
    public async Task Copy_OfAMessageThatWaited_IsMadeWithItsFirstAttemptAlone()
    {
        await using var carrier = new ScriptedCarrier(isUp: false)
        {
            Script = static (c, s) =>
            {
                if (s.Number == 1) c.Refuse(s, CommandStatus.SystemError);
                else c.Accept(s);
            },
        };
        await using var trial = new ScriptedCarrier();
        await using Rig rig = await StartAsync(carrier, trial, waits: true);
        MessageHead head = await rig.SendAsync(to: German);
        await rig.SettleAsync();
        trial.Submits.ShouldBeEmpty();

        carrier.Start();
        Message original = await rig.UntilAsync(head, MessageState.Sent);
        await rig.PassAsync(TimeSpan.FromSeconds(2));

        original.Attempts.Count.ShouldBe(2);
        trial.Submits.Count.ShouldBe(1);
        original.Attempts.Select(static attempt => attempt.Decision.Facts!.CopyTo).ShouldBe(["b", null]);
        (await CopyOfAsync(rig, original)).State.ShouldBe(MessageState.Sent);
    }

    [Fact]
    public async Task Copy_IsNobodys_InNoListNoEventAndNoLimit()
    {
        await using var carrier = new ScriptedCarrier();
        await using var trial = new ScriptedCarrier();
        Limit cap = new() { Name = "all", Rate = 0, PerDay = 2, Zone = NodaTime.DateTimeZone.Utc, Over = LimitAnswer.Queue };
        await using Rig rig = await StartAsync(carrier, trial, options => options with { Limits = [cap] });
        MessageHead head = await rig.SendAsync(to: German);
        Message copy = await rig.UntilAsync((await CopyOfAsync(rig, await rig.UntilAsync(head, MessageState.Sent))).Head, MessageState.Sent);
        await rig.SendAsync("another", to: German);
        await rig.UntilAsync(() => trial.Submits.Count == 2);

        MessagePage page = await rig.Gateway.Messages.ListAsync(new(Rig.Account.Sid, null, null, null, null, null, 100), CancellationToken.None);
        page.Messages.Count.ShouldBe(2);
        page.Messages.ShouldAllBe(static message => !message.Head.IsCopy);
        (await rig.Gateway.Intake.CancelAsync(Rig.Account, copy.Id, CancellationToken.None)).Outcome.ShouldBe(ChangeOutcome.NotFound);
        foreach (EventFilter filter in (EventFilter[])[EventFilter.All, new() { AccountSid = Rig.Account.Sid }, new() { Connection = "b" }])
        {
            EventPage events = await rig.Journal.Events.ReadAsync(new(0, filter, 1_000), CancellationToken.None);
            events.Events.ShouldAllBe(static entry => !entry.Head.IsCopy);
        }

        // The cap had room for two messages, and their copies count in nothing.
        MessageHead third = await rig.SendAsync("third", to: German);
        await rig.PassAsync(TimeSpan.FromSeconds(2));
        (await rig.FindAsync(third.Id)).State.ShouldBe(MessageState.Queued);
    }

    [Theory]
    [InlineData("down")]
    [InlineData("paused")]
    [InlineData("overloaded")]
    public async Task Copy_ThatCannotBeTaken_IsDroppedAndCountedAndTheOriginalGoes(string how)
    {
        await using var carrier = new ScriptedCarrier();
        await using var trial = new ScriptedCarrier(isUp: how != "down");
        await using Rig rig = await StartAsync(carrier, trial, waits: how == "down");
        await rig.BoundAsync("a");
        using Rig.CounterReader dropped = rig.Count("crosspoint.copies.dropped");
        if (how == "paused") rig.Gateway.PauseConnection("b");
        if (how == "overloaded") rig.Journal.ExtraDepth = IJournal.BackgroundDepth;

        MessageHead head = await rig.SendAsync(to: German);
        Message original = await rig.UntilAsync(head, MessageState.Sent);

        (dropped.Sum, original.CopiedAs).ShouldBe((1, null));
        trial.Submits.ShouldBeEmpty();
        RouteDecision decision = original.Attempts.Single().Decision;
        decision.Facts!.IsCopyDropped.ShouldBeTrue();
        RouteExplainer.Explain(decision, head, 0, rig.Gateway.Plan).Outcome.ShouldEndWith("No copy went to the test route 'b', which could not take one then.");
    }

    [Fact]
    public async Task Copy_WhileTooManyWait_IsDropped()
    {
        await using var carrier = new ScriptedCarrier();
        await using var trial = new ScriptedCarrier { Script = ScriptedCarrier.Ignore };
        await using Rig rig = await StartAsync(carrier, trial);
        using Rig.CounterReader dropped = rig.Count("crosspoint.copies.dropped");

        // The carrier of the test answers nothing: a window of copies is in flight, and the others wait.
        for (int sent = 0; sent < TestCopies.MostWaiting + 500; sent += 100)
        {
            SendRequest[] requests = [.. Enumerable.Range(0, 100).Select(static i => Rig.Request($"{i}", to: German))];
            (await rig.Gateway.Intake.SendBatchAsync(requests, null, CancellationToken.None)).ShouldAllBe(static result => result.IsAccepted);
            await rig.SettleAsync();
        }

        await rig.UntilAsync(() => carrier.Submits.Count == TestCopies.MostWaiting + 500);
        dropped.Sum.ShouldBeInRange(100, 500);
        rig.Gateway.Connections()[1].Queued.ShouldBeInRange(TestCopies.MostWaiting - 200, TestCopies.MostWaiting + 100);
    }

    [Fact]
    public async Task Copy_WithoutAnAnswer_IsNotSentTwiceAndNotElsewhere()
    {
        await using var carrier = new ScriptedCarrier();
        await using var trial = new ScriptedCarrier { Script = ScriptedCarrier.Ignore };
        RetryRule often = new() { Retry = RetryStep.Next };
        await using Rig rig = await StartAsync(carrier, trial, options => options with { Retries = [often] });
        MessageHead head = await rig.SendAsync(to: German);
        await trial.NextAsync();
        Message copy = await CopyOfAsync(rig, await rig.UntilAsync(head, MessageState.Sent));
        await rig.UntilAsync(copy.Head, static message => message.Segments.Exists(static segment => segment.State == SegmentState.Unknown));

        await rig.KillAsync();
        await rig.RestartAsync();
        await rig.BoundAsync("b");
        await rig.PassAsync(TimeSpan.FromSeconds(5));

        (carrier.Submits.Count, trial.Submits.Count).ShouldBe((1, 1));
        (await rig.FindAsync(copy.Id)).State.ShouldBe(MessageState.Sending);
    }

    [Fact]
    public async Task Copy_Refused_FailsAndGoesNowhereElse()
    {
        await using var carrier = new ScriptedCarrier();
        await using var trial = new ScriptedCarrier { Script = static (c, s) => c.Refuse(s, CommandStatus.ReceiverRejected) };
        await using Rig rig = await StartAsync(carrier, trial);
        MessageHead head = await rig.SendAsync(to: German);
        Message copy = await CopyOfAsync(rig, await rig.UntilAsync(head, MessageState.Sent));

        copy = await rig.UntilAsync(copy.Head, MessageState.Failed);

        (carrier.Submits.Count, trial.Submits.Count, copy.Attempts.Count).ShouldBe((1, 1, 1));
        (await rig.FindAsync(head.Id)).State.ShouldBe(MessageState.Sent);
    }

    [Fact]
    public async Task Kill_WithCopiesThatWait_TakesThemUpAgainOnce()
    {
        await using var carrier = new ScriptedCarrier();
        await using var trial = new ScriptedCarrier();
        await using Rig rig = await StartAsync(carrier, trial);

        // The attempt and its copy are in one commit; of the copy nothing leaves before the process dies.
        using (rig.HoldCompletions())
        {
            _ = rig.Gateway.Intake.SendAsync(Rig.Request(to: German), null, CancellationToken.None).AsTask();
            await rig.UntilAsync(() => OpenAsync(rig, static all => all.Count == 2));
            rig.Journal.Cut();
        }

        await rig.RestartAsync();
        await rig.UntilAsync(() => OpenAsync(rig, static all => all.All(static message => message.State == MessageState.Sent)));
        await rig.PassAsync(TimeSpan.FromSeconds(3));

        // The original was being sent, and goes again as a possible duplicate; the copy was not, and no other is made.
        trial.Submits.Count.ShouldBe(1);
        IReadOnlyList<Message> open = await rig.Journal.ListOpenAsync(0, 10, CancellationToken.None);
        open.Count.ShouldBe(2);
        Message original = open.Single(static message => !message.Head.IsCopy);
        Message copy = open.Single(static message => message.Head.IsCopy);
        (original.IsPossibleDuplicate, original.CopiedAs).ShouldBe((true, copy.Id));
        (copy.IsPossibleDuplicate, copy.Head.CopyOf, copy.Attempts.Count).ShouldBe((false, original.Id, 1));
    }

    [Fact]
    public async Task Quality_OfTheTestConnection_IsLearnedFromItsCopies()
    {
        await using var carrier = new ScriptedCarrier();
        await using var trial = new ScriptedCarrier();
        await using Rig rig = await StartAsync(carrier, trial);
        for (int i = 0; i < 12; i++) await rig.SendAsync($"{i}", to: German);
        await rig.UntilAsync(() => trial.Submits.Count == 12);
        await rig.UntilAsync(() => OpenAsync(rig, static all => all.Count(static one => one is { Head.IsCopy: true, State: MessageState.Sent }) == 12));
        foreach (CarrierSubmit submit in trial.Submits) await trial.ReceiptAsync(submit, "UNDELIV", "001");
        await rig.PassAsync(TimeSpan.FromSeconds(2));

        E164.TryParse(German, out E164 number).ShouldBeTrue();
        QualityEstimate estimate = rig.Gateway.Quality.Estimate(
            rig.Gateway.Quality.NumberOf("b"), Networks.Locate(number), TrafficClass.Transactional, rig.Clock.GetUtcMicros());
        (estimate.IsMeasured, estimate.Probability < 0.7).ShouldBe((true, true));
    }

    [Fact]
    public async Task Copy_OfWhatIsRedactedOrDeleted_GoesWithIt()
    {
        await using var carrier = new ScriptedCarrier();
        await using var trial = new ScriptedCarrier();
        await using Rig rig = await StartAsync(carrier, trial);
        MessageHead head = await rig.SendAsync(to: German);
        Message copy = await CopyOfAsync(rig, await rig.UntilAsync(head, MessageState.Sent));
        await rig.UntilAsync(copy.Head, MessageState.Sent);
        (await rig.Gateway.Intake.RedactAsync(Rig.Account, head.Id, CancellationToken.None)).Outcome.ShouldBe(ChangeOutcome.Done);
        copy = await rig.FindAsync(copy.Id);
        (copy.IsRedacted, copy.Head.Body, copy.State).ShouldBe((true, "", MessageState.Sent));

        await carrier.ReceiptAsync(carrier.Submits.Single());
        await rig.UntilAsync(head, MessageState.Delivered);
        (await rig.Gateway.Intake.DeleteAsync(Rig.Account, head.Id, CancellationToken.None)).Outcome.ShouldBe(ChangeOutcome.Done);
        (await rig.Gateway.Messages.FindAsync(copy.Id, CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public async Task Redact_WhileTheCopyHasNoAnswerOrWaits_EndsIt()
    {
        await using var carrier = new ScriptedCarrier();
        await using var trial = new ScriptedCarrier { Script = ScriptedCarrier.Ignore };
        await using Rig rig = await StartAsync(carrier, trial);
        MessageHead first = await rig.SendAsync("first", to: German);
        await trial.NextAsync();
        Message sending = await CopyOfAsync(rig, await rig.UntilAsync(first, MessageState.Sent));
        for (int i = 0; i < 20; i++) await rig.SendAsync($"{i}", to: German);
        MessageHead last = await rig.SendAsync("last", to: German);
        Message waiting = await CopyOfAsync(rig, await rig.UntilAsync(last, MessageState.Sent));
        waiting.State.ShouldBe(MessageState.Queued);

        foreach (MessageHead head in (MessageHead[])[first, last])
            (await rig.Gateway.Intake.RedactAsync(Rig.Account, head.Id, CancellationToken.None)).Outcome.ShouldBe(ChangeOutcome.Done);

        (await rig.FindAsync(sending.Id)).State.ShouldBe(MessageState.Unconfirmed);
        (await rig.FindAsync(waiting.Id)).State.ShouldBe(MessageState.Canceled);
        trial.Script = static (c, s) => c.Accept(s);
        foreach (CarrierSubmit submit in trial.Submits) trial.Accept(submit);
        await rig.UntilAsync(() => trial.Submits.Count == 21);
        await rig.PassAsync(TimeSpan.FromSeconds(1));
        trial.Submits.ShouldAllBe(static submit => submit.Text.Length > 0 && submit.Text != "last");
    }

    [Fact]
    public async Task ChangeConnection_OfATestRoute_DoesNotMakeItAnOrdinaryOne()
    {
        await using var carrier = new ScriptedCarrier();
        await using var trial = new ScriptedCarrier();
        await using Rig rig = await StartAsync(carrier, trial);

        ControlResult result = rig.Gateway.ChangeConnection(Rig.Connection("b", trial.Port), null);

        (result.Outcome, result.Detail).ShouldBe((
            ControlOutcome.Refused,
            "connection 'b' is running; rule 'all' of the routing copies to it: take that out first, as copies go to test connections alone"));
    }

    [Fact]
    public async Task Copy_ThatWaitsForAConnectionThatIsNoTestAnyMore_Fails()
    {
        await using var carrier = new ScriptedCarrier();
        await using var trial = new ScriptedCarrier { Script = ScriptedCarrier.Ignore };
        await using Rig rig = await StartAsync(carrier, trial);
        for (int i = 0; i < 20; i++) await rig.SendAsync($"{i}", to: German);
        Message waiting = await CopyOfAsync(rig, await rig.UntilAsync(await rig.SendAsync("last", to: German), MessageState.Sent));
        waiting.State.ShouldBe(MessageState.Queued);

        rig.Gateway.TakePlan(new(2, ["a"])).Outcome.ShouldBe(ControlOutcome.Done);
        rig.Gateway.ChangeConnection(Rig.Connection("b", trial.Port), null).Outcome.ShouldBe(ControlOutcome.Done);

        (await rig.UntilAsync(waiting.Head, MessageState.Failed)).Attempts.ShouldBeEmpty();
        trial.Submits.ShouldAllBe(static submit => submit.Text != "last");
    }

    private static async Task<Message> CopyOfAsync(Rig rig, Message original) => await rig.FindAsync(original.CopiedAs.ShouldNotBeNull());

    private static async Task<bool> OpenAsync(Rig rig, Func<IReadOnlyList<Message>, bool> condition) =>
        condition(await rig.Journal.ListOpenAsync(0, 1_000, CancellationToken.None));

    private static async Task<Rig> StartAsync(
        ScriptedCarrier carrier, ScriptedCarrier trial, Func<EngineOptions, EngineOptions>? change = null, bool waits = false)
    {
        ConnectionOptions test = Rig.Connection("b", trial.Port) with { Capabilities = ConnectionCapabilities.Default with { IsTest = true } };
        RoutingRule rule = new() { Name = "all", Route = new() { Connections = ["a"] }, CopyTo = "b", CopyShare = 1 };
        EngineOptions options = Rig.Options(Rig.Connection("a", carrier.Port), test) with { Routing = new(1, ["a"]) { Rules = [rule] } };
        Rig rig = await Rig.StartAsync(change is null ? options : change(options));
        if (waits) return rig;
        await rig.BoundAsync("a");
        await rig.BoundAsync("b");
        return rig;
    }
}
