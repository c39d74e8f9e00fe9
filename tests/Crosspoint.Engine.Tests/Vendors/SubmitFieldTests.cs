using System.Text;
using Crosspoint.Engine.Intake;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Tests.Rigs;
using Crosspoint.Engine.Vendors;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;
using Crosspoint.Sms.Numbers;
using Crosspoint.Sms.Segments;
using MessageState = Crosspoint.Engine.Messages.MessageState;

namespace Crosspoint.Engine.Tests.Vendors;

/// <summary>What a connection writes into submit_sm, as the carrier reads it.</summary>
public sealed class SubmitFieldTests
{
    private static readonly SubmitOptions Dlt = new()
    {
        Tlvs =
        [
            new(0x1400, TlvType.CString, null, "entity_id", Required: true),
            new(0x1401, TlvType.Octets, null, "template_id", Required: false),
            new(0x1402, TlvType.U16, "258", null, Required: false),
            new(0x1403, TlvType.Hex, "0aFF", null, Required: false),
            new(0x1404, TlvType.U32, null, "campaign", Required: false),
            new(0x1405, TlvType.U8, "7", null, Required: false),
        ],
    };

    [Theory]
    [InlineData(SegmentMethod.Udh8)]
    [InlineData(SegmentMethod.Sar)]
    [InlineData(SegmentMethod.Payload)]
    public async Task Tlvs_FixedAndFromMetadata_StandInEveryPart(SegmentMethod method)
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await StartAsync(carrier, Dlt, method);
        SendRequest request = Rig.Request(new string('x', 300)) with { Metadata = Of(("entity_id", "1101"), ("template_id", "ä7"), ("campaign", "65536")) };

        await rig.UntilAsync(await rig.SendAsync(request), MessageState.Sent);

        carrier.Submits.Count.ShouldBe(method == SegmentMethod.Payload ? 1 : 2);
        carrier.Submits.Select(submit => submit.Text.Length).Sum().ShouldBe(300);
        foreach (CarrierSubmit submit in carrier.Submits)
        {
            Tlv(submit, 0x1400).ShouldBe("1101\0"u8.ToArray());
            Tlv(submit, 0x1401).ShouldBe("ä7"u8.ToArray());
            Tlv(submit, 0x1402).ShouldBe([1, 2]);
            Tlv(submit, 0x1403).ShouldBe([0x0A, 0xFF]);
            Tlv(submit, 0x1404).ShouldBe([0, 1, 0, 0]);
            Tlv(submit, 0x1405).ShouldBe([7]);
        }
    }

    [Fact]
    public async Task Tlvs_OptionalNameMissing_IsLeftOut()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await StartAsync(carrier, Dlt);

        await rig.UntilAsync(await rig.SendAsync(Rig.Request() with { Metadata = Of(("entity_id", "1101")) }), MessageState.Sent);

        Tlv(carrier.Submits[0], 0x1401).ShouldBeNull();
        Tlv(carrier.Submits[0], 0x1404).ShouldBeNull();
    }

    [Theory]
    [InlineData("template_id", "1107", 0xC3)] // the required one is missing
    [InlineData("entity_id", "ä", 0xC4)] // no ASCII
    public async Task Tlvs_RequiredOneCannotBeWritten_NextCandidateGetsIt(string name, string value, uint status)
    {
        await using var india = new ScriptedCarrier();
        await using var other = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(Rig.Options(
            Rig.Connection("a", india.Port, smpp => smpp with { Submit = Dlt }), Rig.Connection("b", other.Port)));
        await rig.BoundAsync("a");
        await rig.BoundAsync("b");

        Message message = await rig.UntilAsync(
            await rig.SendAsync(Rig.Request(new string('x', 300)) with { Metadata = Of((name, value)) }), MessageState.Sent);

        india.Submits.ShouldBeEmpty();
        other.Submits.Count.ShouldBe(2);
        message.Attempts.Select(attempt => (attempt.Connection, attempt.CommandStatus)).ShouldBe([("a", status), ("b", 0u)]);
        rig.Log.Of(2150).ShouldHaveSingleItem().ShouldContain(CommandStatuses.Name((CommandStatus)status));
    }

    [Fact]
    public async Task Tlvs_RequiredOneMissingAndNoOtherCandidate_MessageFailsWithTheReason()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await StartAsync(carrier, Dlt);

        Message message = await rig.UntilAsync(await rig.SendAsync(), MessageState.Failed);

        message.Attempts.Single().CommandStatus.ShouldBe((uint)CommandStatus.MissingTlv);
        carrier.Submits.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("+15550001000", 1, 1)]
    [InlineData("+18005550100", 9, 8)]
    [InlineData("72345", 6, 1)]
    [InlineData("ACME", 5, 1)]
    public async Task Senders_TypeOfNumber_IsThatOfTheirKind(string from, byte ton, byte npi)
    {
        await using var carrier = new ScriptedCarrier();
        var types = new SenderTypes { TollFree = new(9, 8), ShortCode = new(6, 1), Alphanumeric = new(5, 1) };
        await using Rig rig = await StartAsync(carrier, new() { Source = types, Destination = new(2, 8), KeepPlus = true });

        await rig.UntilAsync(await rig.SendAsync(Rig.Request() with { From = from }), MessageState.Sent);

        Read(carrier.Submits[0], pdu => new TonNpi(pdu.SourceAddr.Ton, pdu.SourceAddr.Npi)).ShouldBe(new(ton, npi));
        Read(carrier.Submits[0], pdu => new TonNpi(pdu.DestinationAddr.Ton, pdu.DestinationAddr.Npi)).ShouldBe(new(2, 8));
        (carrier.Submits[0].From, carrier.Submits[0].To).ShouldBe((from, "+15551230001"));
    }

    [Fact]
    public async Task Fields_OfTheConnection_StandInThePdu()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await StartAsync(carrier, new()
        {
            ServiceType = "CMT",
            ProtocolId = 0x41,
            ReplaceIfPresent = true,
            Receipts = ReceiptsAsked.Failure,
            PriorityOtp = 3,
            PriorityMarketing = 1,
            Validity = ValidityRule.None,
        });

        await rig.UntilAsync(await rig.SendAsync(trafficClass: TrafficClass.Otp), MessageState.Sent);
        await rig.UntilAsync(await rig.SendAsync(trafficClass: TrafficClass.Transactional), MessageState.Sent);
        await rig.UntilAsync(await rig.SendAsync(trafficClass: TrafficClass.Marketing), MessageState.Sent);

        carrier.Submits.Select(submit => Read(submit, pdu => pdu.PriorityFlag)).ShouldBe([(byte)3, (byte)0, (byte)1]);
        CarrierSubmit first = carrier.Submits[0];
        Read(first, pdu => Encoding.ASCII.GetString(pdu.ServiceType)).ShouldBe("CMT");
        Read(first, pdu => pdu.ProtocolId).ShouldBe((byte)0x41);
        Read(first, pdu => pdu.ReplaceIfPresentFlag).ShouldBe((byte)1);
        (first.Registered, first.Validity).ShouldBe(((byte)2, ""));
    }

    [Theory]
    [InlineData(ValidityRule.Pass, 0, "000000001000000R")]
    [InlineData(ValidityRule.Fixed, 5400, "000000013000000R")]
    public async Task Validity_Relative_IsTheSpanThatIsLeft(ValidityRule rule, int seconds, string expected)
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await StartAsync(
            carrier, new() { Validity = rule, ValidityFor = TimeSpan.FromSeconds(seconds), ValidityIsRelative = true });

        await rig.UntilAsync(await rig.SendAsync(Rig.Request() with { ValiditySeconds = 600 }), MessageState.Sent);

        carrier.Submits[0].Validity.ShouldBe(expected);
    }

    [Theory]
    [InlineData(ReceiptsAsked.None)]
    [InlineData(ReceiptsAsked.Failure)]
    public async Task Receipts_NoneOfSuccessAskedFor_MessageStaysSentAndIsClosed(ReceiptsAsked receipts)
    {
        await using var carrier = new ScriptedCarrier();
        var submit = new SubmitOptions { Receipts = receipts };
        await using Rig rig = await Rig.StartAsync(Rig.Options(Rig.Connection(
            "a", carrier.Port, smpp => smpp with { Submit = submit, ReceiptGrace = TimeSpan.FromMinutes(1) })));
        await rig.BoundAsync();
        MessageHead head = await rig.SendAsync(Rig.Request() with { ValiditySeconds = 5 });
        await rig.UntilAsync(head, MessageState.Sent);
        rig.Step = TimeSpan.FromSeconds(1);

        Message message = await rig.UntilAsync(head, candidate => !candidate.IsOpen);

        message.State.ShouldBe(MessageState.Sent);
        await carrier.ReceiptAsync(carrier.Submits[0], "UNDELIV", "001");
        (await rig.FindAsync(head.Id)).State.ShouldBe(MessageState.Undelivered);
    }

    private static async Task<Rig> StartAsync(ScriptedCarrier carrier, SubmitOptions submit, SegmentMethod method = SegmentMethod.Udh8)
    {
        Rig rig = await Rig.StartAsync(Rig.Options(Rig.Connection(
            "a", carrier.Port, smpp => smpp with { Submit = submit, SegmentMethod = method })));
        await rig.BoundAsync();
        return rig;
    }

    private static Metadata Of(params (string Name, string Value)[] items) =>
        Metadata.TryCreate([.. items.Select(item => KeyValuePair.Create(item.Name, item.Value))], out _).ShouldNotBeNull();

    private static byte[]? Tlv(CarrierSubmit submit, ushort tag) => Read(
        submit, pdu => new TlvReader(pdu.Tlvs).TryGet((TlvTag)tag, out ReadOnlySpan<byte> value) ? value.ToArray() : null);

    private static T Read<T>(CarrierSubmit submit, Reader<T> reader)
    {
        SubmitSm.TryRead(submit.Body, out SubmitSm pdu).IsOk.ShouldBeTrue();
        return reader(pdu);
    }

    private delegate T Reader<T>(SubmitSm pdu);
}
