using System.Text;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;
using Crosspoint.Engine.Tests.Rigs;
using Crosspoint.Engine.Vendors;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;
using Crosspoint.Sms.Segments;
using Crosspoint.Sms.Text;
using MessageState = Crosspoint.Engine.Messages.MessageState;

namespace Crosspoint.Engine.Tests.Vendors;

/// <summary>Text as it goes to a carrier and comes from one, in each alphabet that a connection can have.</summary>
public sealed class AlphabetTests
{
    private const string Handset = "447700900123";
    private const string Ours = "15550001000";
    private const string Turkish = "Ağır işçilik gerektiren bu ürün, şu an için stoklarımızda değildir. ";

    [Theory]
    [InlineData(DefaultAlphabet.GsmUnpacked)]
    [InlineData(DefaultAlphabet.GsmPacked)]
    [InlineData(DefaultAlphabet.Latin1)]
    [InlineData(DefaultAlphabet.Ascii)]
    [InlineData(DefaultAlphabet.Utf8)]
    public async Task Outgoing_EachAlphabetAndMethod_ArrivesAsItWas(DefaultAlphabet alphabet)
    {
        // The last two take coding 8 where the alphabet has not all of their characters.
        string[] texts = ["Hello [you] @home!", "abcdefg", string.Concat(Enumerable.Repeat("0123456789@", 30)), "Über Ängste", "5 €: ΔΦΓ", "ж"];
        foreach (SegmentMethod method in Enum.GetValues<SegmentMethod>())
        {
            await using var carrier = new ScriptedCarrier();
            await using Rig rig = await StartAsync(carrier, new() { DefaultAlphabet = alphabet }, method);
            foreach (string text in texts)
            {
                int before = carrier.Submits.Count;
                Message message = await rig.UntilAsync(await rig.SendAsync(text), MessageState.Sent);
                CarrierSubmit[] submits = [.. carrier.Submits.Skip(before)];

                submits.Length.ShouldBe(message.Segments.Count);
                ReadAll(submits, alphabet).ShouldBe(text);
                if (text[0] is 'H' or 'a') submits.ShouldAllBe(submit => Read(submit).DataCoding == 0);
            }
        }
    }

    [Theory]
    [InlineData(GsmLanguage.Turkish, Turkish, 3, 2)]
    [InlineData(GsmLanguage.Spanish, "El próximo autobús saldrá aquí mañana. ", 4, 2)]
    [InlineData(GsmLanguage.Portuguese, "A reunião não será amanhã, às três da tarde. ", 4, 2)]
    public async Task Outgoing_NationalLanguage_EveryPartNamesItsTables(GsmLanguage language, string sentence, int times, int parts)
    {
        string text = string.Concat(Enumerable.Repeat(sentence, times));
        foreach (DefaultAlphabet alphabet in new[] { DefaultAlphabet.GsmUnpacked, DefaultAlphabet.GsmPacked })
        {
            foreach (SegmentMethod method in new[] { SegmentMethod.Udh8, SegmentMethod.Udh16, SegmentMethod.Sar })
            {
                await using var carrier = new ScriptedCarrier();
                await using Rig rig = await StartAsync(carrier, new() { DefaultAlphabet = alphabet, Languages = [language] }, method);

                Message message = await rig.UntilAsync(await rig.SendAsync(text), MessageState.Sent);

                (carrier.Submits.Count, message.Segments.Count).ShouldBe((parts, parts));
                ReadAll(carrier.Submits, alphabet).ShouldBe(text);
                foreach (CarrierSubmit submit in carrier.Submits)
                {
                    Wire wire = Read(submit);
                    (wire.DataCoding, wire.Header.Total).ShouldBe(((byte)0, (byte)parts));
                    new[] { wire.Header.SingleShift, wire.Header.LockingShift }.ShouldContain((byte)language);
                    wire.Header.Is16Bit.ShouldBe(method == SegmentMethod.Udh16);
                }
            }
        }
    }

    [Fact]
    public async Task Outgoing_NationalLanguageInOneSegment_HasAHeaderWithoutReference()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await StartAsync(carrier, new() { Languages = [GsmLanguage.Turkish] });

        await rig.UntilAsync(await rig.SendAsync(Turkish + "Teşekkürler."), MessageState.Sent);

        CarrierSubmit submit = carrier.Submits.Single();
        (submit.Text, submit.EsmClass, submit.Total).ShouldBe((Turkish + "Teşekkürler.", EsmClass.Udhi, 0));
    }

    [Theory]
    [InlineData("plain", 0x10)]
    [InlineData("ж", 0x18)]
    public async Task Outgoing_DataCodingOfTheConnection_IsWritten(string text, byte coding)
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await StartAsync(carrier, new() { GsmCoding = 0x10, Ucs2Coding = 0x18, Latin1Coding = 3 });

        await rig.UntilAsync(await rig.SendAsync(text), MessageState.Sent);

        (Read(carrier.Submits.Single()).DataCoding, carrier.Submits.Single().Text).ShouldBe((coding, text));
    }

    [Fact]
    public async Task Outgoing_Latin1WhereItIsCheaper_GoesWithItsCoding()
    {
        string text = string.Concat(Enumerable.Repeat("âêîô ", 50));
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await StartAsync(carrier, new() { Latin1Coding = 3 });

        await rig.UntilAsync(await rig.SendAsync(text), MessageState.Sent);
        await rig.UntilAsync(await rig.SendAsync("âê"), MessageState.Sent);

        carrier.Submits.Select(submit => Read(submit).DataCoding).ShouldBe([(byte)3, (byte)3, (byte)8]);
        ReadAll([.. carrier.Submits.Take(2)], DefaultAlphabet.GsmUnpacked).ShouldBe(text);
    }

    [Fact]
    public async Task Outgoing_SmallerPayload_CutsSmallerParts()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await StartAsync(carrier, new() { PayloadSize = 133 });

        await rig.UntilAsync(await rig.SendAsync(new string('x', 160)), MessageState.Sent);

        carrier.Submits.Select(submit => submit.Text.Length).Order().ShouldBe([15, 145]);
    }

    [Fact]
    public async Task Retry_OnePartOfANationalText_KeepsReferenceAndCut()
    {
        string text = string.Concat(Enumerable.Repeat(Turkish, 4));
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
        await using Rig rig = await StartAsync(carrier, new() { DefaultAlphabet = DefaultAlphabet.GsmPacked, Languages = [GsmLanguage.Turkish] });

        await rig.UntilAsync(await rig.SendAsync(text), MessageState.Sent);

        CarrierSubmit[] second = [.. carrier.Submits.Where(submit => submit.Part == 2)];
        second.Length.ShouldBe(2);
        Read(second[0]).Octets.ShouldBe(Read(second[1]).Octets);
        ReadAll([.. carrier.Submits.Where(submit => submit != second[0])], DefaultAlphabet.GsmPacked).ShouldBe(text);
    }

    [Fact]
    public async Task Restart_KeysChangedAndNothingAccepted_TextIsCutAnewWithANewReference()
    {
        string text = string.Concat(Enumerable.Repeat(Turkish, 3));
        await using var carrier = new ScriptedCarrier { Script = ScriptedCarrier.Ignore };
        await using Rig rig = await StartAsync(carrier, new());
        MessageHead head = await rig.SendAsync(text);
        await rig.UntilAsync(() => carrier.Submits.Count == 4);
        carrier.Script = static (c, s) => c.Accept(s);

        await rig.RestartAsync(Options(carrier, new() { Languages = [GsmLanguage.Turkish] }));
        rig.Step = TimeSpan.FromSeconds(1);
        Message message = await rig.UntilAsync(head, MessageState.Sent);

        CarrierSubmit[] again = [.. carrier.Submits.Skip(4)];
        (again.Length, message.Segments.Count).ShouldBe((2, 2));
        ReadAll(again, DefaultAlphabet.GsmUnpacked).ShouldBe(text);
        again[0].Reference.ShouldNotBe(carrier.Submits[0].Reference);
    }

    [Fact]
    public async Task Restart_KeysChangedAndAPartAccepted_NoTextIsLostSilently()
    {
        string text = string.Concat(Enumerable.Repeat(Turkish, 3));
        await using var carrier = new ScriptedCarrier
        {
            Script = static (c, s) =>
            {
                if (s.Part == 1) c.Accept(s);
            },
        };
        await using Rig rig = await StartAsync(carrier, new());
        MessageHead head = await rig.SendAsync(text);
        await rig.UntilAsync(head, message => message.Segments.Exists(segment => segment.State == SegmentState.Sent));
        await rig.UntilAsync(() => carrier.Submits.Count == 4);
        carrier.Script = static (c, s) => c.Accept(s);

        await rig.RestartAsync(Options(carrier, new() { Languages = [GsmLanguage.Turkish] }));
        rig.Step = TimeSpan.FromSeconds(1);
        await rig.UntilAsync(head, MessageState.Undelivered);

        carrier.Submits.Count.ShouldBe(4);
        rig.Log.Of(2004).ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData(DefaultAlphabet.GsmUnpacked, "A@€é", "4100" + "1B65" + "05")]
    [InlineData(DefaultAlphabet.GsmPacked, "hellohello", "E8329BFD4697D9EC37")]
    [InlineData(DefaultAlphabet.Latin1, "@éê", "40E9EA")]
    [InlineData(DefaultAlphabet.Ascii, "@A`", "404160")]
    [InlineData(DefaultAlphabet.Utf8, "é😀", "C3A9F09F9880")]
    public async Task Inbound_DefaultAlphabet_IsReadAsTheCarrierMeansIt(DefaultAlphabet alphabet, string text, string hex)
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await StartAsync(carrier, new() { DefaultAlphabet = alphabet });

        (await carrier.DeliverAsync(carrier.Bound[0], Handset, Ours, Convert.FromHexString(hex))).ShouldBe(CommandStatus.Ok);
        (await carrier.DeliverAsync(carrier.Bound[0], Handset, Ours, [0x04, 0x36], dataCoding: 8)).ShouldBe(CommandStatus.Ok);

        (await InboundAsync(rig)).ShouldBe([text, "ж"], ignoreOrder: true);
    }

    [Theory]
    [InlineData(DefaultAlphabet.GsmUnpacked)]
    [InlineData(DefaultAlphabet.GsmPacked)]
    public async Task Inbound_PartsInANationalLanguage_MakeTheText(DefaultAlphabet alphabet)
    {
        string text = string.Concat(Enumerable.Repeat(Turkish, 4));
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await StartAsync(carrier, new() { DefaultAlphabet = alphabet });
        var form = new WireForm { Alphabet = alphabet, Tables = new(GsmLanguage.Turkish, GsmLanguage.Turkish) };
        int total = form.Count(text);

        var parts = new List<byte[]>();
        foreach (ReadOnlySpan<char> part in form.Split(text))
        {
            byte[] octets = new byte[WireForm.MostOctets];
            int header = form.WriteHeader(octets, 7, (byte)total, (byte)(parts.Count + 1));
            parts.Add(octets[..(header + form.Encode(part, octets.AsSpan(header), header))]);
        }

        foreach (byte[] part in parts)
            (await carrier.DeliverAsync(carrier.Bound[0], Handset, Ours, part, EsmClass.Udhi)).ShouldBe(CommandStatus.Ok);

        (await InboundAsync(rig)).ShouldBe([text]);
    }

    private static EngineOptions Options(ScriptedCarrier carrier, CarrierAlphabet alphabet, SegmentMethod method = SegmentMethod.Udh8) =>
        Rig.Options(Rig.Connection("a", carrier.Port, smpp => smpp with { Alphabet = alphabet, SegmentMethod = method }));

    private static async Task<Rig> StartAsync(ScriptedCarrier carrier, CarrierAlphabet alphabet, SegmentMethod method = SegmentMethod.Udh8)
    {
        Rig rig = await Rig.StartAsync(Options(carrier, alphabet, method));
        await rig.BoundAsync();
        return rig;
    }

    private static async Task<string[]> InboundAsync(Rig rig)
    {
        MessagePage page = await rig.Gateway.Messages.ListAsync(
            new MessageQuery(Rig.Account.Sid, null, null, null, null, null, 1000), CancellationToken.None);
        return [.. page.Messages.Select(message => message.Head.Body)];
    }

    private static string ReadAll(IReadOnlyList<CarrierSubmit> submits, DefaultAlphabet alphabet)
    {
        var text = new StringBuilder();
        foreach (CarrierSubmit submit in submits.OrderBy(submit => submit.Part))
        {
            Wire wire = Read(submit);
            int fill = wire.Header.HeaderLength == 0 ? 0 : GsmAlphabet.FillBits(wire.Header.HeaderLength);
            text.Append(InboundText.Decode(
                wire.Octets.AsSpan(wire.Header.HeaderLength), wire.DataCoding, alphabet, wire.Header.ShiftTables, fill));
        }

        return text.ToString();
    }

    private static Wire Read(CarrierSubmit submit)
    {
        SubmitSm.TryRead(submit.Body, out SubmitSm pdu).IsOk.ShouldBeTrue();
        UserDataHeader header = default;
        if (EsmClass.HasUdhi(pdu.EsmClass)) UserDataHeaders.TryParse(pdu.Text, out header).ShouldBeTrue();
        return new(pdu.DataCoding, header, pdu.Text.ToArray());
    }

    private sealed record Wire(byte DataCoding, UserDataHeader Header, byte[] Octets);
}
