using System.Text;
using System.Xml.Linq;
using Crosspoint.EndToEnd.Support;

namespace Crosspoint.EndToEnd;

/// <summary>
/// All kinds of traffic between a gateway and four carriers, one for each way to send long messages, read by Wireshark: a third party that
/// knows SMPP.
/// </summary>
public sealed class WiresharkTests(WiresharkFixture traffic) : IClassFixture<WiresharkFixture>
{
    [Fact]
    public void EveryPdu_IsWellFormed()
    {
        traffic.MalformedFrames.ShouldBeEmpty();
        traffic.Pdus.Where(pdu => pdu.Complaint is not null).Select(pdu => $"{pdu.Complaint}\n{pdu}").ShouldBeEmpty();
    }

    [Fact]
    public void SubmitSm_AreAsManyAsTheCarriersCounted()
    {
        traffic.CountedSubmits.ShouldBeGreaterThan(60);
        traffic.Pdus.Count(pdu => pdu.CommandId == CapturedPdu.SubmitSm).ShouldBe((int)traffic.CountedSubmits);
    }

    [Fact]
    public void Operations_AreAllThere()
    {
        string[] kinds = [.. traffic.Pdus.Select(pdu => pdu.CommandId).Distinct().Order()];

        // bind_transceiver, submit_sm, deliver_sm, unbind, enquire_link, data_sm, and the answers to each.
        foreach (uint operation in new uint[] { 0x09, 0x04, 0x05, 0x06, 0x15, 0x103 })
        {
            kinds.ShouldContain($"0x{operation:x8}");
            kinds.ShouldContain($"0x{operation | 0x8000_0000:x8}");
        }
    }

    [Fact]
    public void Drain_UnbindsEverySessionAndWaitsForTheAnswer()
    {
        traffic.ExitCode.ShouldBe(0);
        traffic.Pdus.Count(pdu => pdu.CommandId == CapturedPdu.Unbind).ShouldBe(WiresharkFixture.Carriers.Length);
        traffic.Pdus.Count(pdu => pdu.CommandId == CapturedPdu.UnbindResp).ShouldBe(WiresharkFixture.Carriers.Length);
    }

    [Fact]
    public void ShortGsmMessage_HasEscapesAndAnAlphanumericSender()
    {
        CapturedPdu pdu = Only(WiresharkFixture.GsmTo);

        pdu["source_addr_ton"].ShouldBe("0x05");
        pdu["source_addr_npi"].ShouldBe("0x00");
        pdu["source_addr"].ShouldBe("Crosspoint");
        pdu["dest_addr_ton"].ShouldBe("0x01");
        pdu["dest_addr_npi"].ShouldBe("0x01");
        pdu["data_coding"].ShouldBe("0x00");
        pdu["regdel.receipt"].ShouldBe("0x01");
        pdu["esm.submit.features"].ShouldBe("0x00");

        // "{€}" costs two septets a character; @ is 0 in the default alphabet.
        pdu.Octets("message").ShouldBe("1b281b651b2900");
    }

    [Fact]
    public void ShortCodeSender_IsNetworkSpecific()
    {
        CapturedPdu pdu = Only(WiresharkFixture.ShortCodeTo);

        pdu["source_addr"].ShouldBe("12345");
        pdu["source_addr_ton"].ShouldBe("0x03");
    }

    [Fact]
    public void LongCodeSender_IsInternationalWithoutPlus()
    {
        CapturedPdu pdu = Only(WiresharkFixture.LongCodeTo);

        pdu["source_addr"].ShouldBe("15550001000");
        pdu["source_addr_ton"].ShouldBe("0x01");
        pdu["source_addr_npi"].ShouldBe("0x01");
    }

    [Fact]
    public void Emoji_GoesAsUcs2BigEndian()
    {
        CapturedPdu pdu = Only(WiresharkFixture.EmojiTo);

        pdu["data_coding"].ShouldBe("0x08");
        pdu.Octets("message").ShouldBe(Convert.ToHexStringLower(Encoding.BigEndianUnicode.GetBytes(WiresharkFixture.Emoji)));
    }

    [Fact]
    public void Validity_IsOnTheWire()
    {
        CapturedPdu pdu = Only(WiresharkFixture.ValidityTo);

        (pdu["validity_period"] ?? pdu["validity_period_r"]).ShouldNotBeNull(pdu.ToString());
    }

    [Theory]
    [InlineData("udh8", "050003", 12)]
    [InlineData("udh16", "060804", 14)]
    public void LongMessage_ByHeader_HasAHeaderInEveryPart(string carrier, string header, int digits)
    {
        CapturedPdu[] parts = Parts(WiresharkFixture.LongTo(carrier));

        parts.Length.ShouldBe(3);
        for (int n = 0; n < parts.Length; n++)
        {
            parts[n]["esm.submit.features"].ShouldBe("0x01", "the header indicator");
            string octets = parts[n].Octets("message")!;
            octets.ShouldStartWith(header);
            octets[..(digits - 4)].ShouldBe(parts[0].Octets("message")![..(digits - 4)], "one reference for all parts");
            octets[(digits - 4)..digits].ShouldBe($"03{n + 1:x2}");
        }
    }

    [Fact]
    public void LongMessage_BySar_HasTheParametersInEveryPart()
    {
        CapturedPdu[] parts = Parts(WiresharkFixture.LongTo("sar"));

        parts.Length.ShouldBe(3);
        for (int n = 0; n < parts.Length; n++)
        {
            parts[n]["esm.submit.features"].ShouldBe("0x00");
            parts[n]["sar_total_segments"].ShouldBe("3");
            parts[n]["sar_segment_seqnum"].ShouldBe($"{n + 1}");
            parts[n]["sar_msg_ref_num"].ShouldBe(parts[0]["sar_msg_ref_num"]);
        }
    }

    [Fact]
    public void LongMessage_AsPayload_IsOnePduWithAnEmptyShortMessage()
    {
        CapturedPdu pdu = Parts(WiresharkFixture.LongTo("payload")).ShouldHaveSingleItem();

        pdu["sm_length"].ShouldBe("0");
        pdu.Octets("message_payload")!.Length.ShouldBe(2 * WiresharkFixture.LongText.Length);
    }

    // The instrument itself: what is broken on purpose must not pass for well formed.
    [Fact(Timeout = 90_000)]
    public async Task CarrierThatSendsGarbage_IsFoundOut()
    {
        using var folder = new TestFolder();
        Capture? capture = null;
        await using Rig rig = await Rig.StartAsync(
            ["north"], prepare: async simulator => capture = await Capture.StartAsync(folder.Path, [.. simulator.Ports.Values]));
        await using Capture held = capture!;
        await rig.Simulator.WaitForBindsAsync("north");
        await rig.Simulator.ChangeAsync("north", """{ "garbage": 1 }""");
        await rig.Gateway.WaitForStatusAsync(await rig.Gateway.SendAsync("+306900000001", "Hello"), "delivered");
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                await rig.Gateway.SendAsync("+306900000002", "More");
                return await rig.Simulator.CountAsync("north", "garbage_sent") >= 8;
            },
            () => "garbage of several kinds");

        (await rig.Gateway.Process.StopAsync()).ShouldBe(0);
        await capture!.DecodeAsync();
        (await capture.FramesAsync(WiresharkFixture.Malformed)).ShouldNotBeEmpty();
    }

    // A part that a fault made the gateway repeat stands beside its first copy; the parts here were sent while nothing was wrong.
    private CapturedPdu[] Parts(string to) =>
        [.. traffic.Pdus.Where(pdu => pdu.CommandId == CapturedPdu.SubmitSm && pdu["destination_addr"] == to.TrimStart('+'))];

    private CapturedPdu Only(string to) => Parts(to).ShouldHaveSingleItem();
}

/// <summary>The traffic, made once: every kind of message on every carrier, then an orderly end.</summary>
public sealed class WiresharkFixture : IAsyncLifetime
{
    public const string GsmTo = "+306900000001";
    public const string ShortCodeTo = "+306900000002";
    public const string LongCodeTo = "+306900000003";
    public const string EmojiTo = "+306900000004";
    public const string ValidityTo = "+306900000005";
    public const string Emoji = "Το δέμα σας 📦";

    /// <summary>Display filter: whatever the dissector could not read, or found odd.</summary>
    public const string Malformed = "_ws.malformed || (smpp && _ws.expert)";

    internal static readonly string[] Carriers = ["udh8", "udh16", "sar", "payload"];

    public static string LongText { get; } = string.Concat(Enumerable.Range(0, 45).Select(n => $"word {n:000} "))[..380];

    internal IReadOnlyList<CapturedPdu> Pdus { get; private set; } = [];

    internal IReadOnlyList<string> MalformedFrames { get; private set; } = [];

    internal long CountedSubmits { get; private set; }

    internal int ExitCode { get; private set; } = -1;

    public static string LongTo(string carrier) => $"+3069000010{Array.IndexOf(Carriers, carrier):00}";

    public async ValueTask InitializeAsync()
    {
        using var folder = new TestFolder();
        Capture? capture = null;
        await using Rig rig = await Rig.StartAsync(
            Carriers,
            config => config with { Smpp = name => $", segments: {name}, enquire_link: 500ms, receipts_by_text: true" },
            async simulator => capture = await Capture.StartAsync(folder.Path, [.. simulator.Ports.Values]));
        await using Capture held = capture!;
        foreach (string carrier in Carriers) await rig.Simulator.WaitForBindsAsync(carrier);
        await SendEveryKindAsync(rig);
        await TakeEveryReceiptAsync(rig);
        await TakeInboundAsync(rig);
        await MeetRefusalsAsync(rig);
        await SendOnEveryCarrierAsync(rig);

        foreach (string carrier in Carriers) CountedSubmits += await rig.Simulator.CountAsync(carrier, "submits");
        ExitCode = await rig.Gateway.Process.StopAsync();
        XElement packets = await capture!.DecodeAsync();
        MalformedFrames = await capture.FramesAsync(Malformed);
        IEnumerable<XElement> trees = packets.Elements("packet").Elements("proto").Where(
            proto => (string?)proto.Attribute("name") == "smpp");
        Pdus = [.. trees.Select(tree => new CapturedPdu(tree))];
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static async Task SendEveryKindAsync(Rig rig)
    {
        string[] ids =
        [
            await rig.Gateway.SendAsync(GsmTo, "{€}@"),
            await rig.Gateway.SendAsync(ShortCodeTo, "From a short code", from: "12345"),
            await rig.Gateway.SendAsync(LongCodeTo, "From a long code", from: GatewayConfig.Number),
            await rig.Gateway.SendAsync(EmojiTo, Emoji),
            await rig.Gateway.SendAsync(ValidityTo, "For ten minutes", validitySeconds: 600),
        ];
        await rig.Gateway.WaitForStatusAsync(ids, "delivered");
    }

    private static async Task TakeEveryReceiptAsync(Rig rig)
    {
        string[] forms =
        [
            """{ "fields": "reordered" }""",
            """{ "fields": "tlv_only" }""",
            """{ "fields": "no_tlv" }""",
            """{ "fields": "minimal" }""",
            """{ "fields": "no_dates" }""",
            """{ "fields": "standard", "date_digits": 8 }""",
            """{ "date_digits": 12 }""",
            """{ "date_digits": 14 }""",
            """{ "via": "data_sm" }""",
            """{ "via": "deliver_sm", "vendor_tlv": true }""",
            """{ "vendor_tlv": false, "id_format": "hex", "receipt_id_format": "decimal" }""",
            """{ "receipt_id_format": "zero_padded", "id_format": "decimal" }""",
            """{ "receipt_id_format": "same", "id_format": "uuid" }""",
            """{ "early": 1 }""",
            """{ "early": 0, "duplicate": 1 }""",
            """{ "duplicate": 0, "intermediate": 1 }""",
            """{ "intermediate": 0, "marked": false }""",
            """{ "marked": true }""",
        ];
        for (int n = 0; n < forms.Length; n++)
        {
            await rig.Simulator.ChangeAsync(Carriers[0], $$"""{ "receipts": {{forms[n]}} }""");
            await rig.Gateway.WaitForStatusAsync(await rig.Gateway.SendAsync($"+3069000002{n:00}", $"Receipt {n}"), "delivered");
        }
    }

    private static async Task TakeInboundAsync(Rig rig)
    {
        const string From = "+447700900001";
        await rig.Simulator.SendInboundAsync(Carriers[0], new { from = From, to = GatewayConfig.Number, text = "Oui" });
        await rig.Simulator.SendInboundAsync(Carriers[0], new { from = From, to = GatewayConfig.Number, text = Emoji });
        foreach (string way in new[] { "udh", "udh16", "sar", "payload" })
            await rig.Simulator
                .SendInboundAsync(Carriers[0], new { from = From, to = GatewayConfig.Number, text = $"{way}: {LongText}", long_as = way });
        await Eventually.BecomesTrueAsync(
            async () => (await rig.Gateway.GetAsync($"v1/messages?to={Uri.EscapeDataString(GatewayConfig.Number)}"))["messages"]!
                .AsArray().Count == 6,
            () => "six inbound messages");
    }

    private static async Task MeetRefusalsAsync(Rig rig)
    {
        string[] refusals =
        [
            """{ "errors": [ { "status": "ESME_RTHROTTLED", "share": 0.5 } ] }""",
            """{ "errors": [ { "status": "ESME_RMSGQFUL", "share": 0.5 } ] }""",
            """{ "errors": [ { "status": "ESME_RINVDSTADR", "share": 1 } ], "error_body": "none" }""",
            """{ "error_body": "empty" }""",
            """{ "error_body": "full" }""",
        ];
        var ids = new List<string>();
        for (int n = 0; n < refusals.Length; n++)
        {
            await rig.Simulator.ChangeAsync(Carriers[0], refusals[n]);
            for (int copy = 0; copy < 4; copy++) ids.Add(await rig.Gateway.SendAsync($"+306900003{n}{copy:00}", $"Refusal {n}"));
            await Eventually.BecomesTrueAsync(
                async () => (await Task.WhenAll(ids.Select(rig.Gateway.StatusAsync)))
                    .All(status => status is "delivered" or "failed" or "undelivered"), () => $"an end under {refusals[n]}");
        }

        await rig.Simulator.ChangeAsync(Carriers[0], """{ "errors": [] }""");
    }

    // The preferred carrier goes away each time, so that the next one gets the traffic; in the end all are back.
    private static async Task SendOnEveryCarrierAsync(Rig rig)
    {
        foreach (string carrier in Carriers)
        {
            string[] ids =
            [
                await rig.Gateway.SendAsync(LongTo(carrier), LongText),
                await rig.Gateway
                    .SendAsync($"+3069000011{Array.IndexOf(Carriers, carrier):00}", string.Concat(Enumerable.Repeat("Ω📦", 60))),
            ];
            await rig.Gateway.WaitForStatusAsync(ids, "delivered");
            await rig.Simulator.DoAsync(carrier, "stop");
            await rig.Simulator.DoAsync(carrier, "disconnect");
            await Eventually.BecomesTrueAsync(
                async () => (await rig.Gateway.Http.GetStringAsync(new Uri("metrics", UriKind.Relative), CancellationToken.None))
                    .Split('\n').Any(
                    line => line.StartsWith("crosspoint_smpp_sessions{", StringComparison.Ordinal) && line
                        .Contains($"\"{carrier}-1\"", StringComparison.Ordinal)
                        && line.Contains("\"bound\"", StringComparison.Ordinal) && line.EndsWith(" 0", StringComparison.Ordinal)),
                () => $"the gateway sees that {carrier} is gone");
        }

        foreach (string carrier in Carriers) await rig.Simulator.DoAsync(carrier, "start");
        foreach (string carrier in Carriers) await rig.Simulator.WaitForBindsAsync(carrier);
    }
}
