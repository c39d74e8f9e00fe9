using Crosspoint.Engine.Intake;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Tests.Rigs;
using Crosspoint.Smpp.Codec;

namespace Crosspoint.Engine.Tests.Dispatch;

public sealed class ExpiryTests
{
    [Fact]
    public async Task Expiry_InTheQueue_ExpiresAndIsNeverSent()
    {
        await using var carrier = new ScriptedCarrier(isUp: false);
        await using Rig rig = await Rig.StartAsync(carrier);
        MessageHead head = await rig.SendAsync(Rig.Request() with { ValiditySeconds = 60 });
        MessageHead longer = await rig.SendAsync(Rig.Request("longer") with { ValiditySeconds = 36_000 });
        rig.Clock.Advance(TimeSpan.FromSeconds(61));

        Message expired = await rig.UntilAsync(head, MessageState.Expired);
        carrier.Start();
        await rig.UntilAsync(longer, MessageState.Sent);
        await rig.SettleAsync();

        expired.ErrorCode.ShouldBe(ErrorCodes.ValidityExpired);
        carrier.Submits.Single().Text.ShouldBe("longer");
        await rig.UntilAsync(() => rig.Gateway.Connections()[0].Queued == 0);
    }

    [Fact]
    public async Task Expiry_WhileThrottled_ExpiresAtItsTimeNotLater()
    {
        await using var carrier = new ScriptedCarrier { Script = static (c, s) => c.Refuse(s, CommandStatus.Throttled) };
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();

        MessageHead head = await rig.SendAsync(Rig.Request() with { ValiditySeconds = 5 });
        Message message = await rig.UntilAsync(head, MessageState.Expired);

        (message.Events[^1].At - head.CreatedAt).ShouldBeInRange(5 * Micros.PerSecond, 7 * Micros.PerSecond);
    }

    [Fact]
    public async Task Expiry_SomeSegmentsWithTheVendor_IsUndeliveredNotExpired()
    {
        await using var carrier = new ScriptedCarrier
        {
            Script = static (c, s) =>
            {
                if (s.Part == 2) c.Refuse(s, CommandStatus.Throttled);
                else c.Accept(s);
            },
        };
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();

        MessageHead head = await rig.SendAsync(Rig.Request(new string('x', 400)) with { ValiditySeconds = 5 });
        Message message = await rig.UntilAsync(head, candidate => MessageTransitions.IsFinal(candidate.State));

        (message.State, message.ErrorCode).ShouldBe((MessageState.Undelivered, ErrorCodes.ValidityExpired));
    }

    [Fact]
    public async Task Expiry_OutcomeUnknown_IsUnconfirmedNotExpired()
    {
        await using var carrier = new ScriptedCarrier { Script = ScriptedCarrier.Ignore };
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();

        MessageHead head = await rig.SendAsync(Rig.Request() with { ValiditySeconds = 3 });
        Message message = await rig.UntilAsync(head, candidate => MessageTransitions.IsFinal(candidate.State));

        (message.State, message.ErrorCode).ShouldBe((MessageState.Unconfirmed, 0));
        carrier.Submits.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Grace_NoReceiptCame_UnconfirmedAfterValidityAndGraceAndAReceiptStillWins()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(
            Rig.Options(Rig.Connection("a", carrier.Port, smpp => smpp with { ReceiptGrace = TimeSpan.FromMinutes(5) })));
        await rig.BoundAsync();
        MessageHead head = await rig.SendAsync(Rig.Request() with { ValiditySeconds = 60 });
        await rig.UntilAsync(head, MessageState.Sent);
        rig.Clock.Advance(TimeSpan.FromSeconds(350));
        await rig.PassAsync(TimeSpan.FromSeconds(2));
        (await rig.FindAsync(head.Id)).State.ShouldBe(MessageState.Sent);
        rig.Clock.Advance(TimeSpan.FromSeconds(10));

        await rig.UntilAsync(head, MessageState.Unconfirmed);
        await carrier.ReceiptAsync(carrier.Submits[0]);

        await rig.UntilAsync(head, MessageState.Delivered);
    }

    [Fact]
    public async Task Expiry_MoreThanAPageInOneCommit_NoneIsForgotten()
    {
        await using var carrier = new ScriptedCarrier(isUp: false);
        await using Rig rig = await Rig.StartAsync(carrier);
        SendRequest[] requests = [.. Enumerable.Range(0, 1000).Select(i => Rig.Request($"m{i}") with { ValiditySeconds = 60 })];
        rig.Journal.Hold();
        ValueTask<IReadOnlyList<IntakeResult>> first = rig.Gateway.Intake.SendBatchAsync(requests, null, CancellationToken.None);
        ValueTask<IReadOnlyList<IntakeResult>> second = rig.Gateway.Intake.SendBatchAsync(requests, null, CancellationToken.None);
        rig.Journal.Release();
        IntakeResult[] accepted = [.. await first, .. await second];
        rig.Clock.Advance(TimeSpan.FromSeconds(61));

        await rig.UntilAsync(async () => (await rig.Gateway.Messages.CountAsync(CancellationToken.None)).OpenMessages == 0);

        foreach (IntakeResult result in accepted) (await rig.FindAsync(result.Head!.Id)).State.ShouldBe(MessageState.Expired);
    }
}
