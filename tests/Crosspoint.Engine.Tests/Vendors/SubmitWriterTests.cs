using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Tests.Rigs;
using Crosspoint.Engine.Vendors;
using Crosspoint.Smpp.Sessions;
using Crosspoint.Sms.Segments;
using Microsoft.Extensions.Logging.Abstractions;
using MessageState = Crosspoint.Engine.Messages.MessageState;

namespace Crosspoint.Engine.Tests.Vendors;

public sealed class SubmitWriterTests
{
    [Theory]
    [InlineData("+15550001000", "15550001000")]
    [InlineData("72345", "72345")]
    [InlineData("ACME Shop", "ACME Shop")]
    public async Task Submit_Sender_ReachesTheCarrierInItsForm(string from, string onWire)
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();

        await rig.UntilAsync(await rig.SendAsync(Rig.Request() with { From = from }), MessageState.Sent);

        carrier.Submits.Single().From.ShouldBe(onWire);
    }

    [Fact]
    public async Task Submit_ValidityAskedFor_IsTheSameInstantInEveryAttempt()
    {
        await using var carrier = new ScriptedCarrier
        {
            Script = static (c, s) =>
            {
                if (s.Number == 1) c.Refuse(s, Smpp.Codec.CommandStatus.Throttled);
                else c.Accept(s);
            },
        };
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();

        MessageHead head = await rig.SendAsync(Rig.Request() with { ValiditySeconds = 600 });
        await rig.UntilAsync(head, MessageState.Sent);

        string expected = Micros.ToInstant(head.ValidUntil).ToString("yyMMddHHmmss", System.Globalization.CultureInfo.InvariantCulture);
        carrier.Submits.Select(submit => submit.Validity[..12]).ShouldBe([expected, expected]);
        carrier.Submits.ShouldAllBe(submit => submit.Validity.EndsWith("00+", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Submit_NoValidityAskedFor_CarrierIsToldTheDefault()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();

        MessageHead head = await rig.SendAsync();
        await rig.UntilAsync(head, MessageState.Sent);

        carrier.Submits.Single().Validity.ShouldBe(
            Micros.ToInstant(head.ValidUntil).ToString("yyMMddHHmmssf", System.Globalization.CultureInfo.InvariantCulture) + "00+");
    }

    [Theory]
    [InlineData(SegmentMethod.Udh8, 0xCD)]
    [InlineData(SegmentMethod.Udh16, 0xABCD)]
    [InlineData(SegmentMethod.Sar, 0xABCD)]
    public async Task Submit_ReferenceOfSixteenBits_IsWrittenAsWideAsTheMethodIs(SegmentMethod method, int onWire)
    {
        await using var carrier = new ScriptedCarrier();
        var events = new Bound();
        await using var connection = new SmppConnection(
            Rig.Connection("a", carrier.Port, smpp => smpp with { SegmentMethod = method }), events, TimeProvider.System,
            NullLoggerFactory.Instance);
        connection.Start();
        await events.Task.WaitAsync(Rig.Limit, TimeProvider.System, TestContext.Current.CancellationToken);
        var head = new MessageHead
        {
            Id = default,
            AccountSid = Rig.Account.Sid,
            From = Rig.Number,
            To = "+15551230001",
            Body = "",
            ValidUntil = Micros.GetUtcMicros(TimeProvider.System) + (600 * Micros.PerSecond),
        };

        connection.Submit(0, head, "the second part", new() { Method = method }, 2, 3, 0xABCD, new object()).ShouldBe(SendResult.Sent);

        CarrierSubmit submit = await carrier.NextAsync();
        (submit.Reference, submit.Part, submit.Total, submit.Text).ShouldBe((onWire, 2, 3, "the second part"));
    }

    [Theory]
    [InlineData("Hello €[]{}~^|\\ @£$¥èéù", 0)]
    [InlineData("Привет 😀", 0)]
    [InlineData("10 characters in GSM, one not: 中", 0)]
    public async Task Submit_Text_ArrivesAsItWas(string text, byte esmClass)
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();

        await rig.UntilAsync(await rig.SendAsync(text), MessageState.Sent);

        (carrier.Submits.Single().Text, carrier.Submits.Single().EsmClass).ShouldBe((text, esmClass));
    }

    [Fact]
    public async Task Answer_WithoutAnId_MessageIsSentAllTheSame()
    {
        await using var carrier = new ScriptedCarrier { Script = static (c, s) => c.Accept(s, "") };
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();

        Message message = await rig.UntilAsync(await rig.SendAsync(), MessageState.Sent);

        message.Segments.Single().VendorId.ShouldBeNullOrEmpty();
    }

    [Theory]
    [InlineData("7f31")] // no null
    [InlineData("7f31\0x")] // a stray octet
    [InlineData("7f31\0\u0004\u0027\0\u0002\u0002\u0002")] // message_state of two octets
    public async Task Answer_FaultBehindTheId_ReceiptIsMatched(string body)
    {
        await using var carrier = new ScriptedCarrier
        {
            Script = (_, s) => s.Session.RespondWithBody(
                s.Header, Smpp.Codec.CommandStatus.Ok, System.Text.Encoding.Latin1.GetBytes(body)),
        };
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();

        MessageHead head = await rig.SendAsync();
        Message message = await rig.UntilAsync(head, MessageState.Sent);
        message.Segments.Single().VendorId.ShouldBe("7f31");
        await carrier.ReceiptAsync(carrier.Bound[0], "7f31", head.To);

        await rig.UntilAsync(head, MessageState.Delivered);
    }

    [Fact]
    public async Task Answer_GenericNack_IsARefusalForGood()
    {
        await using var carrier = new ScriptedCarrier
        {
            Script = static (_, s) => s.Session.RespondWithBody(
                s.Header with { CommandId = (Smpp.Codec.CommandId)0x777 }, Smpp.Codec.CommandStatus.InvalidCommandId, default),
        };
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();

        MessageHead head = await rig.SendAsync();
        await rig.UntilAsync(() => carrier.Submits.Count == 1);
        Message message = await rig.UntilAsync(head, candidate => candidate.State is MessageState.Failed or MessageState.Sent);

        message.State.ShouldBe(MessageState.Failed);
    }

    private sealed class Bound : IVendorEvents
    {
        private readonly TaskCompletionSource _bound = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Task => _bound.Task;

        public void SessionChanged(int session, bool isBound)
        {
            if (isBound) _bound.TrySetResult();
        }

        public void Answered(object segment, Smpp.Codec.CommandStatus status, string? vendorId, TimeSpan elapsed, bool isLate)
        {
        }

        public void Unanswered(object segment)
        {
        }

        public void Received(
            SmppConnection connection, SmppSession session, in Smpp.Codec.PduHeader header, ReadOnlySpan<byte> body)
        {
        }
    }
}
