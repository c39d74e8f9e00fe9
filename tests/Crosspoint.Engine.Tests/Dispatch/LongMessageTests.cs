using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Tests.Rigs;
using Crosspoint.Engine.Vendors;
using Crosspoint.Smpp.Codec;
using Crosspoint.Sms.Segments;

namespace Crosspoint.Engine.Tests.Dispatch;

public sealed class LongMessageTests
{
    private static readonly string ThreeParts = new('x', 400);
    private static readonly string TenParts = new('y', 1_500);

    [Fact]
    public async Task Long_AllPartsReported_DeliveredOnlyWithTheLast()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(Rig.Options(Rig.Connection("a", carrier.Port, smpp => smpp with { Sessions = 3 })));
        await rig.BoundAsync(sessions: 3);

        MessageHead head = await rig.SendAsync(ThreeParts);
        await rig.UntilAsync(head, MessageState.Sent);
        IReadOnlyList<CarrierSubmit> parts = carrier.Submits;

        parts.Select(part => part.Part).ShouldBe([1, 2, 3]);
        parts.ShouldAllBe(
            part => part.Total == 3 && part.Reference == parts[0].Reference && part.Session == parts[0].Session && part.Registered == 1);
        string.Concat(parts.Select(part => part.Text)).ShouldBe(ThreeParts);
        await carrier.ReceiptAsync(parts[2]);
        await carrier.ReceiptAsync(parts[0]);
        (await rig.FindAsync(head.Id)).State.ShouldBe(MessageState.Sent);
        await carrier.ReceiptAsync(parts[1]);
        Message message = await rig.UntilAsync(head, MessageState.Delivered);

        message.Events.Count(entry => entry.Kind == EventKind.Sent).ShouldBe(1);
        message.Events.Count(entry => entry.Kind == EventKind.Delivered).ShouldBe(1);
        message.Segments.ShouldAllBe(segment => segment.State == SegmentState.Delivered);
    }

    [Theory]
    [InlineData(ReceiptParts.First, 1)]
    [InlineData(ReceiptParts.Last, 3)]
    [InlineData(ReceiptParts.Any, 2)]
    public async Task Long_CarrierReportsOnePart_IsDeliveredByThatPartAlone(ReceiptParts parts, int reported)
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(
            Rig.Options(Rig.Connection("a", carrier.Port, smpp => smpp with { ReceiptParts = parts })));
        await rig.BoundAsync();
        MessageHead head = await rig.SendAsync(ThreeParts);
        await rig.UntilAsync(head, MessageState.Sent);

        if (parts != ReceiptParts.Any)
        {
            await carrier.ReceiptAsync(carrier.Submits[1]);
            (await rig.FindAsync(head.Id)).State.ShouldBe(MessageState.Sent);
        }

        await carrier.ReceiptAsync(carrier.Submits[reported - 1]);
        await rig.UntilAsync(head, MessageState.Delivered);
    }

    [Fact]
    public async Task Long_CarrierReportsAnyPart_OneThatFailedDecides()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(
            Rig.Options(Rig.Connection("a", carrier.Port, smpp => smpp with { ReceiptParts = ReceiptParts.Any })));
        await rig.BoundAsync();
        MessageHead head = await rig.SendAsync(ThreeParts);
        await rig.UntilAsync(head, MessageState.Sent);

        await carrier.ReceiptAsync(carrier.Submits[1], "UNDELIV", "001");
        await carrier.ReceiptAsync(carrier.Submits[0]);

        (await rig.FindAsync(head.Id)).State.ShouldBe(MessageState.Undelivered);
    }

    [Fact]
    public async Task Long_ReceiptOfTheOnlyReportedPartOvertakesTheOthers_DeliveredWhenTheVendorHasThemAll()
    {
        await using var carrier = new ScriptedCarrier { Script = ScriptedCarrier.Ignore };
        await using Rig rig = await Rig.StartAsync(
            Rig.Options(Rig.Connection("a", carrier.Port, smpp => smpp with { ReceiptParts = ReceiptParts.First })));
        await rig.BoundAsync();
        MessageHead head = await rig.SendAsync(ThreeParts);
        await rig.UntilAsync(() => carrier.Submits.Count == 3);
        carrier.Accept(carrier.Submits[0]);
        await carrier.ReceiptAsync(carrier.Submits[0]);
        await rig.UntilAsync(head, message => message.Segments[0].State == SegmentState.Delivered);

        (await rig.FindAsync(head.Id)).State.ShouldBe(MessageState.Sending);
        carrier.Accept(carrier.Submits[1]);
        carrier.Accept(carrier.Submits[2]);

        await rig.UntilAsync(head, MessageState.Delivered);
    }

    [Fact]
    public async Task Long_OnePartUndelivered_MessageIsUndeliveredWithItsError()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        MessageHead head = await rig.SendAsync(ThreeParts);
        await rig.UntilAsync(head, MessageState.Sent);

        await carrier.ReceiptAsync(carrier.Submits[0]);
        await carrier.ReceiptAsync(carrier.Submits[1], "EXPIRED", "027");
        Message message = await rig.UntilAsync(head, MessageState.Undelivered);
        await carrier.ReceiptAsync(carrier.Submits[2]);

        message.ErrorCode.ShouldBe(ErrorCodes.HandsetUnreachable);
        Message later = await rig.UntilAsync(head, candidate => candidate.Segments[2].State == SegmentState.Delivered);
        (later.State, later.ErrorCode).ShouldBe((MessageState.Undelivered, ErrorCodes.HandsetUnreachable));
        later.Segments[1].ReceiptError.ShouldBe("027");
    }

    [Fact]
    public async Task Long_OnePartRefusedForGood_UndeliveredAndNotMovedElsewhere()
    {
        await using var first = new ScriptedCarrier
        {
            Script = static (c, s) =>
            {
                if (s.Part == 2) c.Refuse(s, CommandStatus.ReceiverRejected);
                else c.Accept(s);
            },
        };
        await using var second = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(first, second);
        await rig.BoundAsync("a");
        await rig.BoundAsync("b");

        Message message = await rig.UntilAsync(await rig.SendAsync(ThreeParts), MessageState.Undelivered);

        second.Submits.ShouldBeEmpty();
        message.Segments.Select(segment => segment.State).ShouldBe([SegmentState.Sent, SegmentState.Refused, SegmentState.Sent]);
        message.ErrorCode.ShouldBe(ErrorCodes.Blocked);
    }

    [Fact]
    public async Task Long_AllPartsRefused_MovesElsewhereWhole()
    {
        await using var first = new ScriptedCarrier { Script = static (c, s) => c.Refuse(s, CommandStatus.ReceiverRejected) };
        await using var second = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(
            Rig.Options(Rig.Connection("a", first.Port), Rig.Connection(
                "b", second.Port, smpp => smpp with { SegmentMethod = SegmentMethod.Payload })));
        await rig.BoundAsync("a");
        await rig.BoundAsync("b");

        Message message = await rig.UntilAsync(await rig.SendAsync(ThreeParts), MessageState.Sent);

        second.Submits.Single().Text.ShouldBe(ThreeParts);
        message.Segments.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Long_OnePartThrottled_OnlyThatPartIsSentAgainWithTheSameReference()
    {
        var isFirst = true;
        await using var carrier = new ScriptedCarrier
        {
            Script = (c, s) =>
            {
                if (s.Part == 2 && isFirst)
                {
                    isFirst = false;
                    c.Refuse(s, CommandStatus.Throttled);
                }
                else
                {
                    c.Accept(s);
                }
            },
        };
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();

        Message message = await rig.UntilAsync(await rig.SendAsync(ThreeParts), MessageState.Sent);

        carrier.Submits.Select(submit => submit.Part).ShouldBe([1, 2, 3, 2]);
        carrier.Submits.Select(submit => submit.Reference).Distinct().Count().ShouldBe(1);
        message.Segments.Select(segment => segment.Attempt).ShouldBe([1, 2, 1]);
        message.IsPossibleDuplicate.ShouldBeFalse();
    }

    [Fact]
    public async Task Long_OnePartTemporarilyRefusedBeforeTheLastAnswer_WaitsItsBackOff()
    {
        var isFirst = true;
        await using var carrier = new ScriptedCarrier
        {
            Script = (c, s) =>
            {
                if (s.Part == 1 && isFirst)
                {
                    isFirst = false;
                    c.Refuse(s, CommandStatus.SystemError);
                }
                else
                {
                    c.Accept(s);
                }
            },
        };
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();

        Message message = await rig.UntilAsync(await rig.SendAsync(ThreeParts), MessageState.Sent);

        message.Attempts.Count.ShouldBe(2);
        message.Attempts[0].CommandStatus.ShouldBe(0x08u);
        (message.Attempts[1].StartedAt - message.Attempts[0].EndedAt).ShouldBeGreaterThan(Micros.PerSecond * 3 / 4);
    }

    [Fact]
    public async Task Long_OnePartSentWhenTheConnectionIsLost_TheRestWaitsForThatConnection()
    {
        await using var first = new ScriptedCarrier
        {
            Script = static (c, s) =>
            {
                if (s.Part == 1) c.Accept(s);
                else if (s.Number > 3) c.Accept(s);
            },
        };
        await using var second = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(first, second);
        await rig.BoundAsync("a");
        await rig.BoundAsync("b");
        MessageHead head = await rig.SendAsync(ThreeParts);
        await rig.UntilAsync(head, message => message.Segments.Exists(segment => segment.State == SegmentState.Sent));

        await first.StopAsync();
        await rig.PassAsync(TimeSpan.FromSeconds(4));
        second.Submits.ShouldBeEmpty();
        first.Start();
        Message message = await rig.UntilAsync(head, MessageState.Sent);

        first.Submits.Select(submit => submit.Part).ShouldBe([1, 2, 3, 2, 3]);
        message.Segments.Select(segment => segment.PossibleDuplicate).ShouldBe([false, true, true]);
    }

    [Fact]
    public async Task Long_MorePartsThanTheWindow_GoOutOneByOneAndNeverExceedIt()
    {
        int outstanding = 0, most = 0;
        var waiting = new Queue<CarrierSubmit>();
        await using var carrier = new ScriptedCarrier
        {
            Script = (_, s) =>
            {
                lock (waiting)
                {
                    waiting.Enqueue(s);
                    most = Math.Max(most, ++outstanding);
                }
            },
        };
        await using Rig rig = await Rig.StartAsync(
            Rig.Options(Rig.Connection("a", carrier.Port, smpp => smpp with { InFlightWindow = 2 })));
        await rig.BoundAsync();
        MessageHead head = await rig.SendAsync(new string('x', 1500));

        await rig.UntilAsync(async () =>
        {
            lock (waiting)
            {
                if (waiting.TryDequeue(out CarrierSubmit? submit))
                {
                    outstanding--;
                    carrier.Accept(submit);
                }
            }

            return (await rig.FindAsync(head.Id)).State == MessageState.Sent;
        });

        carrier.Submits.Select(submit => submit.Part).ShouldBe(Enumerable.Range(1, 10));
        most.ShouldBe(2);
        await rig.SettleAsync();
        rig.Gateway.Connections()[0].InFlight.ShouldBe(0);
    }

    [Theory]
    [InlineData(SegmentMethod.Udh8, Smpp.Pdus.EsmClass.Udhi, 3)]
    [InlineData(SegmentMethod.Udh16, Smpp.Pdus.EsmClass.Udhi, 3)]
    [InlineData(SegmentMethod.Sar, 0, 3)]
    [InlineData(SegmentMethod.Payload, 0, 1)]
    public async Task Long_ByEachMethod_CarrierGetsTheWholeText(SegmentMethod method, byte esmClass, int parts)
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(
            Rig.Options(Rig.Connection("a", carrier.Port, smpp => smpp with { SegmentMethod = method })));
        await rig.BoundAsync();

        string text = string.Concat(Enumerable.Range(0, 130).Select(i => $"{i:000}"));
        MessageHead head = await rig.SendAsync(text);
        await rig.UntilAsync(head, MessageState.Sent);

        carrier.Submits.Count.ShouldBe(parts);
        carrier.Submits.ShouldAllBe(submit => submit.EsmClass == esmClass);
        string.Concat(carrier.Submits.OrderBy(submit => submit.Part).Select(submit => submit.Text)).ShouldBe(text);
    }

    [Fact]
    public async Task Long_ThrottledInItsMiddle_TheRestWaitsForThePauseToo()
    {
        await using var carrier = new ScriptedCarrier
        {
            Script = static (c, s) =>
            {
                if (s.Number == 3) c.Refuse(s, CommandStatus.Throttled);
                else c.Accept(s);
            },
        };
        await using Rig rig = await Rig.StartAsync(
            Rig.Options(Rig.Connection("a", carrier.Port, smpp => smpp with { InFlightWindow = 1 })));
        await rig.BoundAsync();
        rig.Step = TimeSpan.FromMilliseconds(10);
        MessageHead head = await rig.SendAsync(TenParts);
        Message message = await rig.UntilAsync(head, MessageState.Sent);

        (message.Attempts[1].StartedAt - message.Attempts[0].EndedAt).ShouldBeGreaterThanOrEqualTo(Micros.PerSecond * 8 / 100);
        carrier.Submits.Select(submit => submit.Part).ShouldBe([1, 2, 3, 3, 4, 5, 6, 7, 8, 9, 10]);
        await rig.SettleAsync();
        rig.Gateway.Connections()[0].InFlight.ShouldBe(0);
    }

    [Fact]
    public async Task Long_WithARate_ItsSegmentsKeepIt()
    {
        var times = new List<TimeSpan>();
        Rig? rig = null;
        await using var carrier = new ScriptedCarrier
        {
            Script = (c, s) =>
            {
                lock (times) times.Add(rig!.Clock.GetElapsedTime(0));
                c.Accept(s);
            },
        };
        rig = await Rig.StartAsync(Rig.Options(Rig.Connection("a", carrier.Port, smpp => smpp with { Rate = 5, InFlightWindow = 4 })));
        await using Rig running = rig;
        await rig.BoundAsync();
        rig.Step = TimeSpan.FromMilliseconds(10);
        MessageHead first = await rig.SendAsync(TenParts);
        MessageHead second = await rig.SendAsync(ThreeParts);
        await rig.UntilAsync(first, MessageState.Sent);
        await rig.UntilAsync(second, MessageState.Sent);

        times.Count.ShouldBe(13);
        for (int i = 0; i < times.Count; i++)
        {
            times.Count(time => time >= times[i] && time < times[i] + TimeSpan.FromSeconds(0.95)).ShouldBeLessThanOrEqualTo(6);
        }

        await rig.SettleAsync();
        rig.Gateway.Connections()[0].InFlight.ShouldBe(0);
    }

    [Fact]
    public async Task Long_OnePartRefusedAndOneUnanswered_WaitPolicyMakesNoSecondCopy()
    {
        await using var first = new ScriptedCarrier
        {
            Script = static (c, s) =>
            {
                if (s.Part == 1) c.Refuse(s, CommandStatus.InvalidDestinationAddress);
            },
        };
        await using var second = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(first, second);
        await rig.BoundAsync("a");
        await rig.BoundAsync("b");
        MessageHead head = await rig.SendAsync(new string('x', 200), TrafficClass.Marketing);
        await rig.UntilAsync(head, message => message.Segments.Exists(segment => segment.State == SegmentState.Unknown));
        await rig.PassAsync(TimeSpan.FromSeconds(5));

        second.Submits.ShouldBeEmpty();
        (await rig.FindAsync(head.Id)).State.ShouldBe(MessageState.Sending);
        first.Accept(first.Submits.Single(submit => submit.Part == 2));
        (await rig.UntilAsync(head, MessageState.Undelivered)).ErrorCode.ShouldBe(ErrorCodes.HandsetUnknown);
    }

    [Fact]
    public async Task Long_TwoToOneHandset_HaveReferencesOfTheirOwn()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();

        for (int i = 0; i < 50; i++) await rig.UntilAsync(await rig.SendAsync(ThreeParts), MessageState.Sent);

        carrier.Submits.Select(submit => submit.Reference).Distinct().Count().ShouldBe(50);
    }

    [Fact]
    public async Task Long_EmojiAtTheCut_IsNeverSplit()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        string text = "x" + string.Concat(Enumerable.Repeat("😀", 60));

        await rig.UntilAsync(await rig.SendAsync(text), MessageState.Sent);

        carrier.Submits.ShouldAllBe(submit => !char.IsLowSurrogate(submit.Text.First()) && !char.IsHighSurrogate(submit.Text.Last()));
        string.Concat(carrier.Submits.Select(submit => submit.Text)).ShouldBe(text);
    }
}
