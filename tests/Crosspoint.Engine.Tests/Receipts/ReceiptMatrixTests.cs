using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Tests.Rigs;
using Crosspoint.Engine.Vendors;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;
using Crosspoint.Smpp.Sessions;
using MessageState = Crosspoint.Engine.Messages.MessageState;

namespace Crosspoint.Engine.Tests.Receipts;

/// <summary>
/// Two vendors that issue the same ids, for messages to the same recipients, each of which reports something else: in every form of id,
/// every dialect of receipt and at every moment each receipt finds its own message.
/// </summary>
public sealed class ReceiptMatrixTests
{
    private const int FirstId = 0x3039AB;

    public enum Form
    {
        Same,
        HexDec,
        DecHex,
        Padded,
        OtherCase,
        Uuid,
    }

    public enum Moment
    {
        AfterTheAnswer,
        BeforeTheAnswer,
        Twice,
        OnAnotherSession,
        AfterARestart,
        LongAfterTheEnd,
    }

    private static readonly Dialect[] Dialects =
    [
        new("usual text", (id, state) => Text($"id:{id} sub:001 dlvrd:001 submit date:2601020304 done date:2601020305 stat:{state} err:000 text:Hello")),
        new("short text", (id, state) => Text($"id:{id} stat:{state}")),
        new("capitals, other order, seconds in the dates", (id, state) => Text($"ID:{id} SUBMIT DATE:260102030405 DONE DATE:260102030506 STAT:{state} ERR:000 DLVRD:001 SUB:001")),
        new("TLVs alone", (id, state) => ([], Tlvs(id + "\0", state))),
        new("TLVs alone, no null", (id, state) => ([], Tlvs(id, state))),
        new("text and TLVs", (id, state) => (Text($"id:{id} stat:{state} err:000").Octets, Tlvs(id + "\0", state))),
        new("text in message_payload", (id, state) => ([], Payload($"id:{id} sub:001 dlvrd:001 submit date:2601020304 done date:2601020305 stat:{state} err:000 text:"))),
    ];

    public static TheoryData<VendorIdFormat, Form, Moment> Table
    {
        get
        {
            var table = new TheoryData<VendorIdFormat, Form, Moment>();
            foreach (Moment moment in Enum.GetValues<Moment>())
            {
                foreach (Form form in Enum.GetValues<Form>()) table.Add(VendorIdFormat.Auto, form, moment);
                table.Add(VendorIdFormat.HexDec, Form.HexDec, moment);
                table.Add(VendorIdFormat.DecHex, Form.DecHex, moment);
                foreach (Form form in new[] { Form.Same, Form.Padded, Form.OtherCase, Form.Uuid }) table.Add(VendorIdFormat.Same, form, moment);
            }

            return table;
        }
    }

    [Theory]
    [MemberData(nameof(Table))]
    public async Task Receipts_OfTwoVendorsWithTheSameIds_EachFindsItsMessage(VendorIdFormat format, Form form, Moment moment)
    {
        bool answersLate = moment == Moment.BeforeTheAnswer;
        var held = new ConcurrentQueue<(ScriptedCarrier Carrier, CarrierSubmit Submit)>();
        void Take(ScriptedCarrier carrier, CarrierSubmit submit)
        {
            if (answersLate) held.Enqueue((carrier, submit));
            else carrier.Accept(submit, AnswerId(form, IndexOf(submit)));
        }

        // The first vendor takes what is meant for it; the rest goes on to the second.
        await using var north = new ScriptedCarrier
        {
            Script = (carrier, submit) =>
            {
                if (submit.Text.StartsWith('N')) Take(carrier, submit);
                else carrier.Refuse(submit, CommandStatus.InvalidDestinationAddress);
            },
        };
        await using var south = new ScriptedCarrier { Script = Take };
        EngineOptions options = Rig.Options(
            Rig.Connection("a", north.Port, Change), Rig.Connection("b", south.Port, Change));
        await using Rig rig = await Rig.StartAsync(options);
        int sessions = options.Connections[0].Smpp.Sessions;
        await rig.BoundAsync("a", sessions);
        await rig.BoundAsync("b", sessions);

        // Step 1: a message of each dialect at each vendor, both to one recipient.
        var heads = new List<(MessageHead Head, int Dialect, bool IsNorth)>();
        for (int i = 0; i < Dialects.Length; i++)
        {
            heads.Add((await SendAsync(rig, $"N{i}", i), i, true));
            heads.Add((await SendAsync(rig, $"S{i}", i), i, false));
        }

        if (answersLate) await rig.UntilAsync(() => held.Count == heads.Count);
        else foreach ((MessageHead head, _, _) in heads) await rig.UntilAsync(head, MessageState.Sent);
        if (moment == Moment.AfterARestart)
        {
            await rig.RestartAsync();
            await rig.BoundAsync("a", sessions);
            await rig.BoundAsync("b", sessions);
        }

        if (moment == Moment.LongAfterTheEnd)
        {
            rig.Step = TimeSpan.FromSeconds(2);
            foreach ((MessageHead head, _, _) in heads) await rig.UntilAsync(head, MessageState.Unconfirmed);
        }

        // Step 2: the receipts, the south's in reverse, each answered because it is on disk.
        foreach ((MessageHead head, int dialect, bool isNorth) in heads.OrderBy(item => item.IsNorth ? item.Dialect : -item.Dialect))
        {
            ScriptedCarrier carrier = isNorth ? north : south;
            int times = moment == Moment.Twice ? 2 : 1;
            for (int i = 0; i < times; i++)
                (await DeliverAsync(carrier, SessionFor(carrier, dialect, moment), form, dialect, isNorth, head)).ShouldBe(CommandStatus.Ok);
        }

        while (held.TryDequeue(out (ScriptedCarrier Carrier, CarrierSubmit Submit) late))
            late.Carrier.Accept(late.Submit, AnswerId(form, IndexOf(late.Submit)));

        // Step 3: every message has what its own vendor said, once.
        foreach ((MessageHead head, int dialect, bool isNorth) in heads)
        {
            MessageState expected = StateOf(dialect, isNorth) == "DELIVRD" ? MessageState.Delivered : MessageState.Undelivered;
            Message message = await rig.UntilAsync(head, expected);
            message.Events.Count(entry => entry.Kind is EventKind.Delivered or EventKind.Undelivered).ShouldBe(1, Dialects[dialect].Name);
            message.LastAttempt!.Connection.ShouldBe(isNorth ? "a" : "b");
        }

        await rig.UntilAsync(async () => (await rig.Gateway.Messages.CountAsync(CancellationToken.None)).ParkedReceipts == 0);
        if (format != VendorIdFormat.Auto || answersLate) return;
        string learned = form switch { Form.HexDec => "hex_dec", Form.DecHex => "dec_hex", _ => "same" };
        rig.Gateway.Connections().Select(connection => connection.LearnedIdFormat).ShouldBe([learned, learned]);

        SmppConnectionOptions Change(SmppConnectionOptions smpp) => smpp with
        {
            MessageIdFormat = format,
            Sessions = moment == Moment.OnAnotherSession ? 2 : 1,
            ResponseTimeout = TimeSpan.FromHours(1),
            ReceiptGrace = TimeSpan.FromMinutes(1),
        };
    }

    // A short validity only where its end is waited for.
    private static Task<MessageHead> SendAsync(Rig rig, string text, int index) =>
        rig.SendAsync(Rig.Request(text, to: $"+1555123{index:0000}") with { ValiditySeconds = 60 });

    private static int IndexOf(CarrierSubmit submit) => int.Parse(submit.Text.AsSpan(1), CultureInfo.InvariantCulture);

    private static string StateOf(int dialect, bool isNorth) => dialect % 2 == 0 == isNorth ? "DELIVRD" : "UNDELIV";

    private static SmppSession SessionFor(ScriptedCarrier carrier, int dialect, Moment moment)
    {
        if (moment != Moment.OnAnotherSession) return carrier.Bound[0];
        CarrierSubmit submit = carrier.Submits.Last(candidate => IndexOf(candidate) == dialect);
        return carrier.Bound.First(session => session != submit.Session);
    }

    private static Task<CommandStatus> DeliverAsync(
        ScriptedCarrier carrier, SmppSession session, Form form, int dialect, bool isNorth, MessageHead head)
    {
        (byte[] text, byte[] tlvs) = Dialects[dialect].Write(ReceiptId(form, dialect), StateOf(dialect, isNorth));
        return carrier.DeliverAsync(session, head.To[1..], Rig.Number[1..], text, EsmClass.Receipt, tlvs);
    }

    private static string AnswerId(Form form, int index) => form switch
    {
        Form.HexDec => (FirstId + index).ToString("x", CultureInfo.InvariantCulture),
        Form.Padded => (FirstId + index).ToString("D20", CultureInfo.InvariantCulture),
        Form.OtherCase => $"mc-{FirstId + index:x}-q",
        Form.Uuid => $"f81d4fae-7dec-11d0-a765-00a0c9{FirstId + index:x6}",
        _ => (FirstId + index).ToString(CultureInfo.InvariantCulture),
    };

    private static string ReceiptId(Form form, int index) => form switch
    {
        Form.DecHex => (FirstId + index).ToString("X8", CultureInfo.InvariantCulture),
        Form.OtherCase => AnswerId(form, index).ToUpperInvariant(),
        Form.Uuid => AnswerId(form, index).Replace("-", "", StringComparison.Ordinal).ToUpperInvariant(),
        _ => (FirstId + index).ToString(CultureInfo.InvariantCulture),
    };

    private static (byte[] Octets, byte[] Tlvs) Text(string text) => (Encoding.ASCII.GetBytes(text), []);

    private static byte[] Payload(string text)
    {
        byte[] area = new byte[text.Length + Tlv.HeaderBytes];
        var writer = new TlvWriter(area);
        writer.Add(TlvTag.MessagePayload, Encoding.ASCII.GetBytes(text)).ShouldBeTrue();
        return area;
    }

    private static byte[] Tlvs(string id, string state)
    {
        byte[] area = new byte[id.Length + 1 + (2 * Tlv.HeaderBytes)];
        var writer = new TlvWriter(area);
        writer.Add(TlvTag.ReceiptedMessageId, Encoding.ASCII.GetBytes(id)).ShouldBeTrue();
        writer.Add(TlvTag.MessageState, state == "DELIVRD" ? (byte)2 : (byte)5).ShouldBeTrue();
        return area;
    }

    private sealed record Dialect(string Name, Func<string, string, (byte[] Octets, byte[] Tlvs)> Write);
}
