using System.Text;
using System.Text.Json;
using Crosspoint.Simulator.Behaviours;
using Crosspoint.Simulator.Configuration;
using Crosspoint.Smpp.Codec;

namespace Crosspoint.Simulator.Tests.Configuration;

public sealed class YamlTests
{
    private const string Head = "carriers:\n  - name: north\n    listen: 127.0.0.1:0\n";

    [Fact]
    public void ParseYaml_EveryKey_ReachesTheOptions()
    {
        SimulatorOptionsResult result = SimulatorOptions.ParseYaml(
            """
            http: { listen: 127.0.0.1:9081 }
            seed: 42
            handsets: { messages: 5, numbers: 100 }
            carriers:
              - name: north
                listen: "[::1]:3775"
                accounts: [ { system_id: cp, password: secret } ]
                first_id: 77
                submits_kept: 12
                pending_kept: 13
                submit_log: log.jsonl
                behaviour:
                  latency: { distribution: lognormal, mean: 5ms, p99: 40ms, min: 1ms, max: 1s }
                  errors: [ { status: ESME_RTHROTTLED, share: 0.01 }, { status: 0x14, share: 0.02 }, { status: 1177, share: 0.03 } ]
                  error_body: full
                  throttle_rate: 200
                  no_response: 0.1
                  refuse_alphanumeric: true
                  receipts:
                    delay: { distribution: uniform, min: 1s, max: 2s }
                    states: [ { state: DELIVRD, err: "000", share: 0.9 }, { state: UNDELIV, err: 21b, share: 0.1 } ]
                    id_format: hex_upper
                    receipt_id_format: zero_padded
                    id_wrap: 1000
                    early: 0.1
                    duplicate: 0.2
                    missing: 0.3
                    intermediate: 0.4
                    fields: no_dates
                    date_digits: 14
                    via: data_sm
                    only: last_part
                    other_bind: true
                    marked: false
                    vendor_tlv: true
                    silent: true
                    faked: true
                  inbound:
                    { rate: 1.5, from: ["+44"], to: ["1234"], texts: ["a"], long_share: 0.5, long_as: sar, shuffled: true, system_id: cp }
                  handset_replies: [ { when: hello, reply: STOP, share: 0.5, delay: 3s } ]
                  disconnect: { every: 1m, after_submits: 10, idle: 2m, refuse_binds: true, bind_status: ESME_RALYBND, system_id: cp }
                  stall: true
                  garbage: 0.01
                  enquire_link: 0s
                  max_binds: 3
                  window: 50
                  redelivery: { after: 2s, attempts: 4, timeout: 5s }
                  first_sequence: 2147483647
                  networks:
                    - name: "26201"
                      prefixes: ["4917", "49151"]
                      latency: 2s
                      errors: [ { status: 8, share: 0.5 } ]
                      throttle_rate: 7
                      no_response: 0.25
                      refuse_alphanumeric: false
                      stall: true
                      receipts:
                        delay: 9s
                        states: [ { state: UNDELIV, share: 1 } ]
                        early: 0.1
                        duplicate: 0.2
                        missing: 0.3
                        intermediate: 0.4
                        silent: false
                        faked: false
            """,
            "/etc/simulator.yaml");

        result.Errors.ShouldBeEmpty();
        SimulatorOptions options = result.Options.ShouldNotBeNull();
        (options.HttpListen!.ToString(), options.Seed, options.Handsets.Messages, options.Handsets.Numbers)
            .ShouldBe(("127.0.0.1:9081", 42ul, 5, 100));
        CarrierOptions carrier = options.Carriers.ShouldHaveSingleItem();
        (carrier.Name, carrier.Listen.ToString(), carrier.FirstId, carrier.SubmitsKept, carrier.PendingKept, carrier.SubmitLog)
            .ShouldBe(("north", "[::1]:3775", 77L, 12, 13, "/etc/log.jsonl"));
        carrier.Accounts.ShouldBe([new CarrierAccount("cp", "secret")]);
        CarrierBehaviour b = carrier.Behaviour;
        (b.Latency.Kind, b.Latency.P99, b.Latency.Min, b.Latency.Max).ShouldBe(
            (DistributionKind.Lognormal, TimeSpan.FromMilliseconds(40), TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(1)));
        b.Errors.ShouldBe(
            [new(CommandStatus.Throttled, 0.01), new(CommandStatus.MessageQueueFull, 0.02), new((CommandStatus)1177, 0.03)]);
        (b.ErrorBody, b.ThrottleRate, b.NoResponse, b.RefuseAlphanumeric).ShouldBe((ErrorBody.Full, 200, 0.1, true));
        ReceiptBehaviour r = b.Receipts;
        r.States.ShouldBe([new("DELIVRD", "000", 0.9), new("UNDELIV", "21b", 0.1)]);
        (r.IdFormat, r.ReceiptIdFormat, r.IdWrap).ShouldBe((MessageIdFormat.HexUpper, ReceiptIdFormat.ZeroPadded, 1000L));
        (r.Early, r.Duplicate, r.Missing, r.Intermediate).ShouldBe((0.1, 0.2, 0.3, 0.4));
        (r.Fields, r.DateDigits, r.Via, r.Only).ShouldBe((ReceiptFields.NoDates, 14, ReceiptVia.DataSm, ReceiptParts.LastPart));
        (r.OtherBind, r.Marked, r.VendorTlv, r.Silent, r.Faked).ShouldBe((true, false, true, true, true));
        (b.Inbound.Rate, b.Inbound.LongShare, b.Inbound.LongAs, b.Inbound.Shuffled, b.Inbound.SystemId)
            .ShouldBe((1.5, 0.5, LongForm.Sar, true, "cp"));
        b.HandsetReplies.ShouldBe([new HandsetReply("hello", "STOP", 0.5, TimeSpan.FromSeconds(3))]);
        b.Disconnect.ShouldBe(new DisconnectBehaviour
        {
            Every = TimeSpan.FromMinutes(1),
            AfterSubmits = 10,
            Idle = TimeSpan.FromMinutes(2),
            RefuseBinds = true,
            BindStatus = CommandStatus.AlreadyBound,
            SystemId = "cp",
        });
        (b.Stall, b.Garbage, b.EnquireLink, b.MaxBinds, b.Window, b.FirstSequence)
            .ShouldBe((true, 0.01, TimeSpan.Zero, 3, 50, 0x7FFF_FFFFu));
        b.Redelivery.ShouldBe(new RedeliveryBehaviour { After = TimeSpan.FromSeconds(2), Attempts = 4, Timeout = TimeSpan.FromSeconds(5) });
        NetworkBehaviour n = b.Networks.ShouldHaveSingleItem();
        n.Name.ShouldBe("26201");
        n.Prefixes.ShouldBe(["4917", "49151"]);
        n.Errors.ShouldBe([new ErrorShare(CommandStatus.SystemError, 0.5)]);
        (n.Latency!.Mean, n.ThrottleRate, n.NoResponse, n.RefuseAlphanumeric, n.Stall).ShouldBe((TimeSpan.FromSeconds(2), 7, 0.25, false, true));
        n.Receipts.States.ShouldBe([new ReceiptState("UNDELIV", "000", 1)]);
        (n.Receipts.Delay!.Mean, n.Receipts.Early, n.Receipts.Duplicate, n.Receipts.Missing, n.Receipts.Intermediate)
            .ShouldBe((TimeSpan.FromSeconds(9), 0.1, 0.2, 0.3, 0.4));
        (n.Receipts.Silent, n.Receipts.Faked).ShouldBe((false, false));
    }

    [Theory]
    [InlineData("    behaviour: { latncy: 5ms }", "s.yaml:4: carriers[0].behaviour.latncy: unknown key; expected one of latency, errors,")]
    [InlineData(
        "    behaviour:\n      latency: soon",
        "s.yaml:5: carriers[0].behaviour.latency: expected a duration such as 5ms, or a map with 'distribution', found 'soon'")]
    [InlineData(
        "    behaviour:\n      latency: { mean: 5 }",
        "s.yaml:5: carriers[0].behaviour.latency.mean: expected a duration such as 5ms, 1s or 2m")]
    [InlineData(
        "    behaviour:\n      latency: { mean: 5ms, stddev: 1ms }",
        "s.yaml:5: carriers[0].behaviour.latency.stddev: unknown key; expected one of distribution, mean")]
    [InlineData(
        "    behaviour:\n      latency: { distribution: lognormal, mean: 5ms, p99: 1s }",
        "s.yaml:5: carriers[0].behaviour.latency.p99: expected a duration from the mean to 14 times the mean, found '1s'")]
    [InlineData(
        "    behaviour:\n      latency: { distribution: uniform, min: 5ms, max: 1ms }",
        "s.yaml:5: carriers[0].behaviour.latency.max: expected no less than min, found '1ms'")]
    [InlineData(
        "    behaviour:\n      no_response: 1.5",
        "s.yaml:5: carriers[0].behaviour.no_response: expected a number from 0 to 1, found '1.5'")]
    [InlineData("    behaviour:\n      stall: yes", "s.yaml:5: carriers[0].behaviour.stall: expected true or false, found 'yes'")]
    [InlineData(
        "    behaviour:\n      window: \"5\"",
        "s.yaml:5: carriers[0].behaviour.window: expected a whole number from 1 to 100000, found '5'")]
    [InlineData(
        "    behaviour:\n      errors: [ { status: ESME_RWRONG, share: 1 } ]",
        "s.yaml:5: carriers[0].behaviour.errors[0].status: expected a command_status other than ESME_ROK")]
    [InlineData(
        "    behaviour:\n      errors: [ { status: 8, share: 0.6 }, { status: 20, share: 0.6 } ]",
        "s.yaml:5: carriers[0].behaviour.errors: expected shares that add up to at most 1, found 1.2")]
    [InlineData(
        "    behaviour:\n      receipts:\n        states: [ { state: DELIVRD, share: 0.5 } ]",
        "s.yaml:6: carriers[0].behaviour.receipts.states: expected shares that add up to 1, found 0.5")]
    [InlineData(
        "    behaviour:\n      receipts:\n        states: [ { state: LOST } ]",
        "s.yaml:6: carriers[0].behaviour.receipts.states[0].state: expected one of SCHEDLD, ENROUTE")]
    [InlineData(
        "    behaviour:\n      receipts: { id_format: uuid, receipt_id_format: hex }",
        "s.yaml:5: carriers[0].behaviour.receipts.receipt_id_format: expected same, upper or lower where id_format is uuid")]
    [InlineData(
        "    behaviour:\n      receipts: { date_digits: 9 }",
        "s.yaml:5: carriers[0].behaviour.receipts.date_digits: expected 8, 10, 12 or 14, found '9'")]
    [InlineData(
        "    behaviour:\n      receipts: { via: fax }",
        "s.yaml:5: carriers[0].behaviour.receipts.via: expected one of deliver_sm, data_sm, found 'fax'")]
    [InlineData("    behaviour:\n      inbound: { from: [] }", "s.yaml:5: carriers[0].behaviour.inbound.from: expected at least one entry")]
    [InlineData(
        "    behaviour:\n      networks: [ { prefixes: [ \"49\" ] } ]", "s.yaml:5: carriers[0].behaviour.networks[0]: expected a key 'name'")]
    [InlineData(
        "    behaviour:\n      networks: [ { name: a, prefixes: [ \"49\" ] }, { name: a, prefixes: [ \"48\" ] } ]",
        "s.yaml:5: carriers[0].behaviour.networks: expected each name once, found 'a' again")]
    [InlineData("    behaviour: [ 1 ]", "s.yaml:4: carriers[0].behaviour: expected a map, found a list")]
    [InlineData("    accounts: []", "s.yaml:4: carriers[0].accounts: expected at least one account; leave the key out to let anybody bind")]
    [InlineData(
        "    accounts: [ { system_id: toolongforasystemid } ]",
        "s.yaml:4: carriers[0].accounts[0].system_id: expected 1 to 15 ASCII characters, found 'toolongforasystemid'")]
    [InlineData("  - { name: north, listen: 127.0.0.1:0 }", "s.yaml:1: carriers: expected each name once, found 'north' again")]
    [InlineData(
        "  - { name: b, listen: 3775 }",
        "s.yaml:4: carriers[1].listen: expected an address and port such as 127.0.0.1:3775, found '3775'")]
    [InlineData("  - { name: b }", "s.yaml:4: carriers[1].listen: expected an address and port such as 127.0.0.1:3775; the key is missing")]
    [InlineData("http: { listen: here }", "s.yaml:4: http.listen: expected an address and port such as 127.0.0.1:3775, found 'here'")]
    [InlineData("    name: again", "s.yaml:4: expected YAML")]
    [InlineData("\t- x", "s.yaml:3: expected YAML")]
    public void ParseYaml_Fault_NamesFileLineKeyAndExpectation(string tail, string expected)
    {
        SimulatorOptionsResult result = SimulatorOptions.ParseYaml(Head + tail + "\n", "s.yaml");

        result.Options.ShouldBeNull();
        result.Errors[0].ToString().ShouldStartWith(expected);
    }

    [Fact]
    public void ParseYaml_SeveralFaults_ReportsThemAll()
    {
        SimulatorOptionsResult result = SimulatorOptions.ParseYaml(Head + "    behaviour: { stall: 1, window: 0, nothing: 1 }\n", "s.yaml");

        result.Errors.Count.ShouldBe(3);
    }

    [Fact]
    public void ParseYaml_Empty_AsksForACarrier() =>
        SimulatorOptions.ParseYaml("", "s.yaml").Errors.ShouldHaveSingleItem().ToString()
            .ShouldBe("s.yaml:1: carriers: expected at least one carrier");

    [Fact]
    public void LoadYaml_NoFile_SaysSo() =>
        SimulatorOptions.LoadYaml("/nowhere/simulator.yaml").Errors.ShouldHaveSingleItem()
            .Expected.ShouldStartWith("expected a readable file");

    [Fact]
    public void LoadYaml_Sample_IsValid()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Crosspoint.slnx"))) folder = Path.GetDirectoryName(folder);

        SimulatorOptionsResult result = SimulatorOptions.LoadYaml(Path.Combine(folder.ShouldNotBeNull(), "samples", "simulator.yaml"));
        result.Errors.ShouldBeEmpty();
        result.Options!.Carriers.Select(static c => c.Name).ShouldBe(["north", "south"]);
    }

    [Fact]
    public void BehaviourWriter_WhatItWrites_ReadsBackTheSame()
    {
        var behaviour = new CarrierBehaviour
        {
            Latency = DurationDistribution.Normal(
                TimeSpan.FromMilliseconds(5), TimeSpan.FromMicroseconds(1500), max: TimeSpan.FromSeconds(90)),
            Errors = [new ErrorShare(CommandStatus.Throttled, 0.25), new ErrorShare((CommandStatus)0x499, 0.5)],
            Receipts = new ReceiptBehaviour
            {
                Delay = DurationDistribution.Uniform(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(2)),
                Early = 0.5,
            },
            HandsetReplies = [new HandsetReply("a", "b", 0.5, TimeSpan.FromSeconds(1.5))],
            Stall = true,
            Networks =
            [
                new NetworkBehaviour { Name = "a", Prefixes = ["4917"], Stall = true, Errors = [new ErrorShare(CommandStatus.Throttled, 1)] },
                new NetworkBehaviour
                {
                    Name = "b",
                    Prefixes = ["4915"],
                    Latency = DurationDistribution.Fixed(TimeSpan.FromSeconds(1)),
                    Receipts = new NetworkReceipts { Silent = true, States = [new ReceiptState("UNDELIV", "021", 1)] },
                },
            ],
        };
        string first = Json(behaviour);

        var problems = new ConfigProblems("");
        using JsonDocument document = JsonDocument.Parse(first);
        CarrierBehaviour read = BehaviourReader.Read(JsonNodes.Convert(document.RootElement, ""), CarrierBehaviour.Default, problems);
        problems.All.ShouldBeEmpty();
        Json(read).ShouldBe(first);
        first.ShouldNotBe(Json(CarrierBehaviour.Default));

        static string Json(CarrierBehaviour value)
        {
            using var stream = new MemoryStream();
            using (var json = new Utf8JsonWriter(stream)) BehaviourWriter.Write(json, value);
            return Encoding.UTF8.GetString(stream.ToArray());
        }
    }
}
