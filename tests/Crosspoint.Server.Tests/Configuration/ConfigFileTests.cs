using System.Net;
using System.Security.Cryptography;
using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Vendors;
using Crosspoint.Server.Configuration;
using Crosspoint.Smpp.Sessions;
using Crosspoint.Sms.Segments;
using Crosspoint.TestKit;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Server.Tests.Configuration;

public sealed class ConfigFileTests
{
    /// <summary>The contract, word for word as other tools write it.</summary>
    internal const string Contract =
        """
        data: ./data                              # relative to this file: SQLite journal, key ring
        http:                                     # native and Twilio-shaped API, console, /metrics, /health/live, /health/ready
          listen: 127.0.0.1:8080
        smpp:  { listen: 127.0.0.1:2775 }         # customers' binds; leave out to switch off
        accounts:
          - sid: AC00000000000000000000000000000001
            name: demo
            auth_token: 0123456789abcdef0123456789abcdef   # any non-empty text; a warning when short
            senders: any                          # any | owned: may it send from numbers and names that it does not own
            numbers: [ { number: "+15550001000", inbound_url: "http://127.0.0.1:9000/inbound" } ]
            smpp: [ { system_id: demo, password: secret, max_binds: 4, in_flight_window: 100, rate: 0 } ]   # rate 0 = no cap
        vendors:
          - name: north
            connections:
              - name: north-1
                smpp: { host: 127.0.0.1, port: 3775, system_id: cp, password: cp, bind: transceiver,
                        sessions: 2, in_flight_window: 50, rate: 0, tls: false, message_id_format: auto,
                        response_timeout: 10s, enquire_link: 30s, reconnect: { first: 1s, most: 30s } }
        routing:
          default: [ north-1 ]                    # connections in order of preference
        webhooks:
          allow_private_addresses: false          # true, for tests, also allows http and any port
          states: [ sent, delivered, undelivered, failed, canceled ]   # which states call back
        """;

    internal const string Full =
        """
        data: /var/lib/crosspoint
        http: { listen: "[::1]:0", max_body: 2MiB, max_connections: 500 }
        accounts:
          - sid: AC00000000000000000000000000000001
            name: demo
            auth_token: &token 0123456789abcdef0123456789abcdef
            senders: owned
            weight: 5
            webhook_secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw
            webhook_secret_previous: whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX
            numbers:
              - { number: "+1 555 000 1000", inbound_url: "https://example.com/in", inbound_format: native }
              - { number: 12345 }
              - { number: Shop }
            api_keys: [ { sid: SK00000000000000000000000000000001, secret: abcdefghijklmnopqrstuvwxyz } ]
          - { sid: AC00000000000000000000000000000002, auth_token: *token }
        vendors:
          - name: north
            connections:
              - name: north-1
                group: north
                unknown_outcome: { otp: fail, transactional: query, marketing: resend }
                smpp:
                  host: smsc.example.com
                  port: 2775
                  system_id: me
                  password: ""
                  system_type: VMA
                  address_range: "^447"
                  bind: transmitter
                  sessions: 3
                  in_flight_window: 20
                  rate: 12.5
                  burst: 5
                  segments: sar
                  receipt_grace: 2h
                  receipts_by_text: true
                  receipt_parts: last
                  message_id_format: hex_dec
                  response_timeout: 500ms
                  enquire_link: 1m
                  reconnect: { first: 2s, most: 2m }
              - name: north-2
                smpp: { host: 10.0.0.1, port: 1, system_id: a, password: b, bind: receiver }
        routing: { default: [ north-1 ] }
        webhooks:
          allow_private_addresses: true
          allow_http: true
          allowed_ports: [ 443, 9443 ]
          states: [ delivered, unconfirmed ]
          connect_timeout: 1s
          timeout: 3s
          concurrency: 4
          retries: [ 1s, 1m, 1d ]
        journal: { slice: 6h, retention: 30d, correlation_window: 7d, parked_for: 1d, cache_messages: 5000, reserve: 0 }
        queues: { dispatch: 1000, journal: 2000, webhooks: 3000 }
        numbers:
          ported: [ a ]
          refresh: 1m
          wait: 200ms
          cache: 1000
          services:
            - name: hlr
              countries: [ US ]
              timeout: 1s
              per_second: 1
              per_day: 10
              concurrency: 2
              ttl: 1h
              negative_ttl: 1m
              names: { }
              http: { url: "http://127.0.0.1/{number}", headers: { }, network: a, mcc: b, mnc: c, ported: d }
            - name: dns
              enum: { server: "127.0.0.1:53", suffix: e164.arpa }
        log: { level: debug, format: json }
        """;

    [Fact]
    public void Parse_TheContract_IsTakenWholeWithItsWarnings()
    {
        GatewayConfig config = Valid(Contract);
        config.DataDirectory.ShouldBe("/etc/crosspoint/data");
        config.Http.Listen.ShouldBe(new IPEndPoint(IPAddress.Loopback, 8080));
        config.Http.MaxBody.ShouldBe(1024 * 1024);
        config.Smpp!.Listen.ShouldBe(new IPEndPoint(IPAddress.Loopback, 2775));
        Account account = config.Engine.Accounts.ShouldHaveSingleItem();
        (account.Sid, account.Name, account.Senders).ShouldBe(("AC00000000000000000000000000000001", "demo", SenderPolicy.Any));
        account.Numbers.ShouldHaveSingleItem()
            .ShouldBe(new OwnedNumber("+15550001000", "http://127.0.0.1:9000/inbound", CallbackForm.Twilio));
        ConnectionOptions connection = config.Engine.Connections.ShouldHaveSingleItem();
        (connection.Name, connection.Vendor, connection.Group).ShouldBe(("north-1", "north", "north-1"));
        connection.Smpp.ShouldBe(new SmppConnectionOptions
        {
            Host = "127.0.0.1",
            Port = 3775,
            SystemId = "cp",
            Password = "cp",
            Sessions = 2,
            InFlightWindow = 50,
            ResponseTimeout = TimeSpan.FromSeconds(10),
        });
        (connection.UnknownOtp, connection.UnknownTransactional, connection.UnknownMarketing)
            .ShouldBe((UnknownOutcomePolicy.Resend, UnknownOutcomePolicy.Resend, UnknownOutcomePolicy.Wait));
        config.Engine.Routing.Default.ShouldBe(["north-1"]);
        config.Engine.Webhooks.AllowPrivateAddresses.ShouldBeFalse();
        config.Engine.Webhooks.States.ShouldBe(
            [MessageState.Sent, MessageState.Delivered, MessageState.Undelivered, MessageState.Failed, MessageState.Canceled],
            ignoreOrder: true);
        config.Warnings.Select(w => w.Key).ShouldBe(["accounts"]);
        config.Warnings.ShouldContain(w => w.Message.Contains("+15550001000"));
    }

    [Fact]
    public void Parse_EveryKey_ReachesItsOption()
    {
        GatewayConfig config = Valid(Full);
        config.DataDirectory.ShouldBe("/var/lib/crosspoint");
        config.Http.ShouldBe(new HttpOptions { Listen = new(IPAddress.IPv6Loopback, 0), MaxBody = 2 * 1024 * 1024, MaxConnections = 500, FilesDirectory = "/etc/crosspoint" });
        Account account = config.Engine.Accounts[0];
        account.Senders.ShouldBe(SenderPolicy.Owned);
        account.Weight.ShouldBe(5);
        account.Numbers.ShouldBe(
            [new(
                "+15550001000", "https://example.com/in", CallbackForm.Native), new("12345", null, CallbackForm.Twilio), new("Shop", null,
                CallbackForm.Twilio)]);
        account.ApiKeys.ShouldBe([new("SK00000000000000000000000000000001", "abcdefghijklmnopqrstuvwxyz")]);
        account.WebhookSecret.ShouldBe(Convert.FromBase64String("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
        account.WebhookSecretPrevious.ShouldBe(Convert.FromBase64String("AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"));
        config.Engine.Accounts[1].AuthToken.ShouldBe(account.AuthToken);
        config.Engine.Accounts[1].Name.ShouldBe("AC00000000000000000000000000000002");
        ConnectionOptions connection = config.Engine.Connections[0];
        (connection.Group, connection.UnknownOtp, connection.UnknownTransactional, connection.UnknownMarketing)
            .ShouldBe(("north", UnknownOutcomePolicy.Fail, UnknownOutcomePolicy.Query, UnknownOutcomePolicy.Resend));
        connection.Smpp.ShouldBe(new SmppConnectionOptions
        {
            Host = "smsc.example.com",
            Port = 2775,
            SystemId = "me",
            Password = "",
            SystemType = "VMA",
            AddressRange = "^447",
            Bind = SmppBindType.Transmitter,
            Sessions = 3,
            InFlightWindow = 20,
            Rate = 12.5,
            Burst = 5,
            SegmentMethod = SegmentMethod.Sar,
            ReceiptGrace = TimeSpan.FromHours(2),
            ReceiptsByText = true,
            ReceiptParts = ReceiptParts.Last,
            MessageIdFormat = VendorIdFormat.HexDec,
            ResponseTimeout = TimeSpan.FromMilliseconds(500),
            EnquireLink = TimeSpan.FromMinutes(1),
            ReconnectFirst = TimeSpan.FromSeconds(2),
            ReconnectMost = TimeSpan.FromMinutes(2),
        });
        config.Engine.Connections[1].Smpp.Bind.ShouldBe(SmppBindType.Receiver);
        var webhooks = config.Engine.Webhooks;
        (webhooks.AllowPrivateAddresses, webhooks.AllowHttp, webhooks.ConcurrencyPerEndpoint).ShouldBe((true, true, 4));
        (webhooks.ConnectTimeout, webhooks.TotalTimeout).ShouldBe((TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3)));
        webhooks.AllowedPorts.ShouldBe([443, 9443]);
        webhooks.States.ShouldBe([MessageState.Delivered, MessageState.Unconfirmed], ignoreOrder: true);
        webhooks.RetrySchedule.ShouldBe([TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1), TimeSpan.FromDays(1)]);
        config.Journal.ShouldBe(new JournalOptions
        {
            Slice = TimeSpan.FromHours(6),
            Retention = TimeSpan.FromDays(30),
            CorrelationWindow = TimeSpan.FromDays(7),
            ParkedFor = TimeSpan.FromDays(1),
            CacheMessages = 5000,
            Reserve = 0,
        });
        (config.Engine.Queues.DispatchMessages, config.Engine.Queues.JournalTransitions, config.Engine.Queues.Webhooks)
            .ShouldBe((1000, 2000, 3000));
        config.Log.ShouldBe(new LogOptions { Level = LogLevel.Debug, Format = LogFormat.Json });
        config.Warnings.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("auto", VendorIdFormat.Auto)]
    [InlineData("same", VendorIdFormat.Same)]
    [InlineData("hex_dec", VendorIdFormat.HexDec)]
    [InlineData("dec_hex", VendorIdFormat.DecHex)]
    public void Parse_MessageIdFormat_IsTaken(string value, VendorIdFormat expected)
    {
        GatewayConfig config = Valid(Contract.Replace("message_id_format: auto", $"message_id_format: {value}"));
        config.Engine.Connections[0].Smpp.MessageIdFormat.ShouldBe(expected);
    }

    [Fact]
    public void Parse_Statuses_AreTakenInEveryForm()
    {
        const string Statuses =
            """statuses: { "0x58": fail, ESME_RINVDSTADR: retry, "1025": slow_down, 0x400-0x4FF: suspend, "4294967295": retry }, default_status: fail""";
        StatusPolicy policy = Valid(Contract.Replace("rate: 0, tls", Statuses + ", tls")).Engine.Connections[0].Smpp.Statuses;

        policy.ActionOf(0x58).ShouldBe(StatusAction.Fail);
        policy.ActionOf(0x0B).ShouldBe(StatusAction.Retry);
        policy.ActionOf(0x400).ShouldBe(StatusAction.Suspend);
        policy.ActionOf(0x401).ShouldBe(StatusAction.SlowDown);
        policy.ActionOf(0x4FF).ShouldBe(StatusAction.Suspend);
        policy.ActionOf(uint.MaxValue).ShouldBe(StatusAction.Retry);
        policy.ActionOf(0x14).ShouldBe(StatusAction.SlowDown);
        policy.ActionOf(0x0A).ShouldBe(StatusAction.Fail);
        Valid(Contract).Engine.Connections[0].Smpp.Statuses.ShouldBeSameAs(StatusPolicy.Default);
    }

    [Theory]
    [InlineData("", "is auto; expected hex_dec as in connection 'a', which is in the same group")]
    [InlineData(", message_id_format: dec_hex", "is dec_hex; expected hex_dec as in connection 'a'")]
    [InlineData(", message_id_format: hex_dec", null)]
    public void Parse_MessageIdFormatWithinAGroup_MustBeOne(string format, string? refusal)
    {
        string text =
            $$"""
            accounts: [ { sid: AC00000000000000000000000000000001, auth_token: aaaaaaaaaaaaaaaaaaaa } ]
            vendors:
              - name: v
                connections:
                  - { name: a, smpp: { host: h, port: 1, system_id: a, password: b, message_id_format: hex_dec } }
                  - { name: b, group: a, smpp: { host: h, port: 1, system_id: a, password: b{{format}} } }
                  - { name: c, smpp: { host: h, port: 1, system_id: a, password: b } }
            routing: { default: [ a ] }
            """;
        ConfigResult result = ConfigFile.Parse(text, "f", "/");
        if (refusal is null)
        {
            result.IsValid.ShouldBeTrue();
            return;
        }

        ConfigError error = result.Errors.ShouldHaveSingleItem();
        (error.Line, error.Key).ShouldBe((6, "vendors[0].connections[1].smpp.message_id_format"));
        error.Message.ShouldContain(refusal);
    }

    [Fact]
    public void Parse_NoWebhookSecret_DerivesOneFromTheToken()
    {
        Account account = Valid(Contract).Engine.Accounts[0];
        account.WebhookSecretPrevious.ShouldBeNull();
        account.WebhookSecret.ShouldBe(HMACSHA256.HashData("0123456789abcdef0123456789abcdef"u8, "crosspoint webhook secret v1"u8));
        AccountConfig.FormatWebhookSecret(account.WebhookSecret).ShouldBe("whsec_" + Convert.ToBase64String(account.WebhookSecret));
    }

    [Fact]
    public void Parse_ShortToken_IsTakenWithAWarning()
    {
        GatewayConfig config = Valid(Contract.Replace("0123456789abcdef0123456789abcdef", "short"));
        ConfigError warning = config.Warnings.Where(w => w.Key == "accounts[0].auth_token").ShouldHaveSingleItem();
        warning.Line.ShouldBe(8);
        warning.Message.ShouldNotContain("short ");
    }

    [Theory]
    [InlineData("  listen: 127.0.0.1:8080", "  admin_token: short", 3, "http.admin_token", "expected a secret of 16 to 256")]
    [InlineData("  listen: 127.0.0.1:8080", "  listen: 127.0.0.1", 3, "http.listen", "an address and a port")]
    [InlineData("  listen: 127.0.0.1:8080", "  listen: 127.0.0.1:99999", 3, "http.listen", "an address and a port")]
    [InlineData("  listen: 127.0.0.1:8080", "  listen: ::1:8080", 3, "http.listen", "an address and a port")]
    [InlineData("  listen: 127.0.0.1:8080", "  listen: [ a ]", 3, "http.listen", "is a list; expected an address")]
    [InlineData("  listen: 127.0.0.1:8080", "  lissten: 127.0.0.1:8080", 3, "http.lissten", "did you mean 'listen'?")]
    [InlineData("  listen: 127.0.0.1:8080", "  max_body: 1MB", 3, "http.max_body", "such as 64KiB or 1MiB")]
    [InlineData("  listen: 127.0.0.1:8080", "  max_body: 1GiB", 3, "http.max_body", "from 16KiB to 64MiB")]
    [InlineData("  listen: 127.0.0.1:8080", "  tls: { certificate: a, key: b }", 3, "http.tls", "not supported by this version")]
    [InlineData("  listen: 127.0.0.1:8080", "  admin_listen: 127.0.0.1:8081", 3, "http.admin_listen", "not supported by this version")]
    [InlineData(
        "  listen: 127.0.0.1:8080", "  trusted_proxies: [ 10.0.0.0/8 ]", 3, "http.trusted_proxies", "not supported by this version")]
    [InlineData("data: ./data", "database: Host=x", 1, "database", "not supported by this version")]
    [InlineData("data: ./data", "data: [ a ]", 1, "data", "is a list; expected a directory")]
    [InlineData("data: ./data", "dat: ./data", 1, "dat", "did you mean 'data'?")]
    [InlineData("data: ./data", "zzzzzzzz: 1", 1, "zzzzzzzz", "known here: data, database, http")]
    [InlineData("smpp:  { listen: 127.0.0.1:2775 }", "smpp: { }", 4, "smpp.listen", "is missing")]
    [InlineData("AC00000000000000000000000000000001", "AC1", 6, "accounts[0].sid", "'AC' and 32 lower-case hex digits")]
    [InlineData(
        "AC00000000000000000000000000000001",
        "AC0000000000000000000000000000000G", 6, "accounts[0].sid", "'AC' and 32 lower-case hex digits")]
    [InlineData("    auth_token: 0123456789abcdef0123456789abcdef", "    auth_token: ", 8, "accounts[0].auth_token", "is empty")]
    [InlineData("    auth_token: 0123456789abcdef0123456789abcdef", "", 6, "accounts[0].auth_token", "is missing")]
    [InlineData("senders: any", "weight: 0", 9, "accounts[0].weight", "expected a whole number from 1 to 1000")]
    [InlineData("senders: any", "weight: 1.5", 9, "accounts[0].weight", "expected a whole number")]
    [InlineData("senders: any", "senders: all", 9, "accounts[0].senders", "expected one of: any, owned")]
    [InlineData(
        "senders: any", "webhook_secret_previous: whsec_AAEC", 9, "accounts[0].webhook_secret_previous", "the base64 of 24 to 64 octets")]
    [InlineData(
        "senders: any", "webhook_secret_previous: DERIVED", 9, "accounts[0].webhook_secret_previous", "is the secret that is in use")]
    [InlineData("\"+15550001000\"", "\"+1\"", 10, "accounts[0].numbers[0].number", "E.164 with '+'")]
    [InlineData(
        "\"http://127.0.0.1:9000/inbound\"", "\"/inbound\"", 10, "accounts[0].numbers[0].inbound_url", "absolute http or https URL")]
    [InlineData(
        "\"http://127.0.0.1:9000/inbound\"",
        "\"ftp://127.0.0.1/inbound\"", 10, "accounts[0].numbers[0].inbound_url", "absolute http or https URL")]
    [InlineData("password: secret", "password: longerthan8", 11, "accounts[0].smpp[0].password", "at most 8")]
    [InlineData("max_binds: 4", "max_binds: 0", 11, "accounts[0].smpp[0].max_binds", "from 1 to 10000")]
    [InlineData("max_binds: 4", "max_bind: 4", 11, "accounts[0].smpp[0].max_bind", "did you mean 'max_binds'?")]
    [InlineData("north-1", "north 1", 15, "vendors[0].connections[0].name", "1 to 50 letters")]
    [InlineData("port: 3775", "port: 0", 16, "vendors[0].connections[0].smpp.port", "from 1 to 65535")]
    [InlineData("port: 3775", "port: many", 16, "vendors[0].connections[0].smpp.port", "is 'many'; expected a whole number")]
    [InlineData("port: 3775, ", "", 16, "vendors[0].connections[0].smpp.port", "is missing")]
    [InlineData("host: 127.0.0.1, ", "", 16, "vendors[0].connections[0].smpp.host", "is missing")]
    [InlineData("system_id: cp", "system_id: abcdefghijklmnop", 16, "vendors[0].connections[0].smpp.system_id", "at most 15")]
    [InlineData("bind: transceiver", "bind: both", 16, "vendors[0].connections[0].smpp.bind", "transceiver, transmitter, receiver, pair")]
    [InlineData("bind: transceiver", "bind: receiver", 20, "routing.default[0]", "cannot send")]
    [InlineData("sessions: 2", "sessions: 2.5", 17, "vendors[0].connections[0].smpp.sessions", "a whole number")]
    [InlineData("in_flight_window: 50", "in_flight_window: -1", 17, "vendors[0].connections[0].smpp.in_flight_window", "from 1 to 10000")]
    [InlineData("rate: 0, tls", "rate: fast, tls", 17, "vendors[0].connections[0].smpp.rate", "a number from 0")]
    [InlineData("tls: false", "tls: { ca: /nowhere.pem }", 17, "vendors[0].connections[0].smpp.tls.ca", "does not exist")]
    [InlineData("tls: false", "tls: no", 17, "vendors[0].connections[0].smpp.tls", "true or false")]
    [InlineData(
        "message_id_format: auto",
        "message_id_format: hex", 17, "vendors[0].connections[0].smpp.message_id_format",
        "is 'hex'; expected one of: auto, hex_dec, dec_hex, same")]
    [InlineData(
        "response_timeout: 10s", "response_timeout: 10", 18, "vendors[0].connections[0].smpp.response_timeout", "such as 500ms, 10s")]
    [InlineData(
        "response_timeout: 10s", "response_timeout: 1h", 18, "vendors[0].connections[0].smpp.response_timeout", "from 100ms to 10m")]
    [InlineData("most: 30s", "most: 500ms", 18, "vendors[0].connections[0].smpp.reconnect.most", "less than 'first'")]
    [InlineData(
        "smpp: { host",
        "unknown_outcome: { otp: ask }\n        smpp: { host", 16, "vendors[0].connections[0].unknown_outcome.otp",
        "expected one of: wait, resend, fail, query")]
    [InlineData("rate: 0, tls", "statuses: { 0x58: wait }, tls", 17, "vendors[0].connections[0].smpp.statuses.0x58", "retry, next, fail")]
    [InlineData(
        "rate: 0, tls", "statuses: { ESME_RTHROTLED: next }, tls", 17, "vendors[0].connections[0].smpp.statuses.ESME_RTHROTLED",
        "did you mean 'ESME_RTHROTTLED'?")]
    [InlineData(
        "rate: 0, tls", "statuses: { many: next }, tls", 17, "vendors[0].connections[0].smpp.statuses.many",
        "is no status; expected a status such as ESME_RINVDSTADR, 0x58 or 88, or a range such as 0x400-0x4FF")]
    [InlineData("rate: 0, tls", "statuses: { 0: next }, tls", 17, "vendors[0].connections[0].smpp.statuses.0", "which is no refusal")]
    [InlineData(
        "rate: 0, tls", "statuses: { 0x4FF-0x400: next }, tls", 17, "vendors[0].connections[0].smpp.statuses.0x4FF-0x400",
        "the lower status first")]
    [InlineData(
        "rate: 0, tls", "statuses: { 88: next, ESME_RTHROTTLED: next }, tls", 17,
        "vendors[0].connections[0].smpp.statuses.ESME_RTHROTTLED", "names ESME_RTHROTTLED, which '88' names already")]
    [InlineData("rate: 0, tls", "default_status: suspend, tls", 17, "vendors[0].connections[0].smpp.default_status", "next, fail, retry")]
    [InlineData("default: [ north-1 ]", "default: [ north-2 ]", 20, "routing.default[0]", "did you mean 'north-1'?")]
    [InlineData("default: [ north-1 ]", "default: [ north-1, north-1 ]", 20, "routing.default[1]", "already")]
    [InlineData("default: [ north-1 ]", "default: []", 20, "routing.default", "is empty")]
    [InlineData("default: [ north-1 ]", "default: north-1", 20, "routing.default", "is a single value; expected a list")]
    [InlineData("allow_private_addresses: false", "allow_private_addresses: 0", 22, "webhooks.allow_private_addresses", "true or false")]
    [InlineData("states: [ sent,", "states: [ sended,", 23, "webhooks.states[0]", "expected one of: queued")]
    [InlineData("states: [ sent,", "retries: [ 5 ]\n  states: [ sent,", 23, "webhooks.retries[0]", "durations from 100ms")]
    [InlineData("states: [ sent,", "allowed_ports: [ 0 ]\n  states: [ sent,", 23, "webhooks.allowed_ports[0]", "ports from 1 to 65535")]
    [InlineData("webhooks:", "journal: { slice: 7h }\nwebhooks:", 21, "journal.slice", "divide a day")]
    [InlineData("webhooks:", "journal: { retention: 1h }\nwebhooks:", 21, "journal.retention", "must not be longer")]
    [InlineData("webhooks:", "log: { level: loud }\nwebhooks:", 21, "log.level", "expected one of: trace, debug")]
    [InlineData("data: ./data", "data: ./data\ndata: ./other", 2, "data", "given twice; the first is on line 1")]
    [InlineData("data: ./data", "data: !!binary aGk=", 1, "data", "tags (!…) are not supported")]
    public void Parse_OneFault_IsNamedWithItsLineAndWhatIsExpected(string from, string to, int line, string key, string message)
    {
        Contract.ShouldContain(from);
        byte[] derived = AccountConfig.DeriveWebhookSecret("0123456789abcdef0123456789abcdef");
        to = to.Replace("DERIVED", AccountConfig.FormatWebhookSecret(derived));
        ConfigResult result = ConfigFile.Parse(Contract.Replace(from, to), "gateway.yaml", "/etc/crosspoint");
        result.IsValid.ShouldBeFalse();
        ConfigError error = result.Errors.ShouldHaveSingleItem();
        error.Line.ShouldBe(line, error.ToString());
        error.Key.ShouldBe(key);
        error.Message.ShouldContain(message);
        error.ToString().ShouldStartWith($"gateway.yaml:{line}: {key}: ");
    }

    [Fact]
    public void Parse_ManyFaults_AreAllToldAtOnceInOrder()
    {
        string text = Contract.Replace("8080", "x").Replace("senders: any", "senders: x").Replace("port: 3775", "port: x");
        text = text.Replace("north-1 ]", "x ]").Replace("[ sent,", "[ x,");
        ConfigResult result = ConfigFile.Parse(text, "f", "/");
        result.Errors.Select(e => e.Line).ShouldBe([3, 9, 16, 20, 23]);
    }

    [Fact]
    public void Parse_NamesThatRepeat_AreRefused()
    {
        const string Text =
            """
            accounts:
              - { sid: AC00000000000000000000000000000001, auth_token: aaaaaaaaaaaaaaaaaaaa, numbers: [ { number: "+15550001000" } ],
                  smpp: [ { system_id: a, password: b } ],
                  api_keys: [ { sid: SK00000000000000000000000000000001, secret: same-secret-of-two-keys } ] }
              - { sid: AC00000000000000000000000000000001, auth_token: aaaaaaaaaaaaaaaaaaaa, numbers: [ { number: "+1-555-000-1000" } ],
                  smpp: [ { system_id: a, password: b } ],
                  api_keys: [ { sid: SK00000000000000000000000000000001, secret: same-secret-of-two-keys } ] }
            vendors:
              - { name: v, connections: [ { name: c, smpp: { host: h, port: 1, system_id: a, password: b } } ] }
              - { name: v, connections: [ { name: c, smpp: { host: h, port: 1, system_id: a, password: b } } ] }
            routing: { default: [ c ] }
            """;
        ConfigResult result = ConfigFile.Parse(Text, "f", "/");
        result.Errors.Select(e => e.Key).ShouldBe(
            [
                "accounts[1].numbers[0].number", "accounts[1].sid", "accounts[1].smpp[0].system_id",
                "accounts[1].api_keys[0].secret", "accounts[1].api_keys[0].sid",
                "vendors[1].connections[0].name", "vendors[1].name",
            ]);
        result.Errors.ShouldAllBe(e => !e.Message.Contains("same-secret"));
    }

    [Theory]
    [InlineData("", 3)]
    [InlineData("# nothing", 3)]
    [InlineData("{}", 3)]
    public void Parse_EmptyFile_NamesWhatIsMissing(string text, int errors)
    {
        ConfigResult result = ConfigFile.Parse(text, "f", "/");
        result.Errors.Select(e => e.Key).ShouldBe(["accounts", "routing", "vendors"]);
        result.Errors.Count.ShouldBe(errors);
    }

    [Theory]
    [InlineData("just text", "is a single value; expected a group of keys")]
    [InlineData("[ 1 ]", "is a list; expected a group of keys")]
    [InlineData("a: [ 1", "is not valid YAML")]
    [InlineData("a: 1\n\tb: 2", "is not valid YAML")]
    [InlineData("accounts: 1\n---\nb: 2", "a second document")]
    [InlineData("? [ a ]\n: 1", "a key must be a single word")]
    [InlineData("data: *nowhere", "'nowhere' is not defined above")]
    public void Parse_NoDocument_IsAnErrorNotAnException(string text, string message)
    {
        ConfigResult result = ConfigFile.Parse(text, "f", "/");
        result.IsValid.ShouldBeFalse();
        result.Errors.ShouldContain(e => e.Message.Contains(message), string.Join('\n', result.Errors));
    }

    [Fact]
    public void Parse_DocumentThatUnfoldsWithoutEnd_IsRefusedQuickly()
    {
        string deep = $"a: {new string('[', 10_000)}";
        ConfigFile.Parse(deep, "f", "/").Errors.ShouldContain(e => e.Message.Contains("too deep") || e.Message.Contains("YAML"));
        string laughs = "a0: &a0 [ x, x ]\n" + string.Concat(
            Enumerable.Range(1, 40).Select(i => $"a{i}: &a{i} [ *a{i - 1}, *a{i - 1} ]\n"));
        ConfigFile.Parse(laughs, "f", "/").Errors.Count.ShouldBe(44);
    }

    [Fact]
    public void ToString_OfTheWholeConfiguration_ShowsNoSecret()
    {
        string text = Contract.Replace("listen: 127.0.0.1:8080", "listen: 127.0.0.1:8080\n  admin_token: token-of-the-operator")
            .Replace("password: cp,", "password: carrier1,");
        GatewayConfig config = ConfigFile.Parse(text, "f", "/").Config.ShouldNotBeNull();
        config.Http.AdminToken.ShouldBe("token-of-the-operator");

        config.ToString().ShouldNotContain("token-of-the-operator");
        config.Http.ToString().ShouldBe("HttpOptions { Listen = 127.0.0.1:8080, AdminToken = hidden }");
        config.Engine.Connections[0].ToString().ShouldNotContain("carrier1");
    }

    [Fact]
    public void Load_TheSample_IsValid()
    {
        ConfigResult result = ConfigFile.Load(Repository.PathOf("samples", "crosspoint.yaml"));
        result.Errors.ShouldBeEmpty();
        result.Config!.Warnings.ShouldBeEmpty();
        result.Config.DataDirectory.ShouldBe(Repository.PathOf("samples", "data"));
    }

    [Fact]
    public void Load_NoFile_IsAnError()
    {
        ConfigResult result = ConfigFile.Load("/nowhere/gateway.yaml");
        result.Errors.ShouldHaveSingleItem().ToString().ShouldBe("/nowhere/gateway.yaml: does not exist");
    }

    [Theory]
    [InlineData("500ms", 500)]
    [InlineData("10s", 10_000)]
    [InlineData("1.5s", 1_500)]
    [InlineData("2h", 7_200_000)]
    [InlineData("1d", 86_400_000)]
    [InlineData("0", 0)]
    [InlineData("10", null)]
    [InlineData("s", null)]
    [InlineData("-1s", null)]
    [InlineData("1w", null)]
    [InlineData("1..5s", null)]
    [InlineData("99999999999999999999d", null)]
    [InlineData("", null)]
    public void TryParseDuration_Text_GivesMilliseconds(string text, int? milliseconds)
    {
        bool read = Units.TryParseDuration(text, out TimeSpan value);
        read.ShouldBe(milliseconds is not null);
        if (read) value.TotalMilliseconds.ShouldBe(milliseconds!.Value);
    }

    [Fact]
    public void Documentation_HasEveryKey()
    {
        string page = File.ReadAllText(Repository.PathOf("docs", "configuration.md"));
        foreach (string text in new[] { Contract, Full })
        {
            foreach (string key in KeysOf(text)) page.ShouldContain($"`{key}`");
        }
    }

    private static HashSet<string> KeysOf(string yaml)
    {
        var errors = new List<ConfigError>();
        var open = new Stack<ConfigNode>([ConfigDocument.Read(yaml, "f", errors)!]);
        var keys = new HashSet<string>();
        while (open.TryPop(out ConfigNode? node))
        {
            if (node is ConfigList list) foreach (ConfigNode item in list.Items) open.Push(item);
            if (node is not ConfigMap map) continue;
            foreach (ConfigEntry entry in map.Entries)
            {
                keys.Add(entry.Key);
                open.Push(entry.Value);
            }
        }

        return keys;
    }

    private static GatewayConfig Valid(string text)
    {
        ConfigResult result = ConfigFile.Parse(text, "gateway.yaml", "/etc/crosspoint");
        result.Errors.ShouldBeEmpty(string.Join('\n', result.Errors));
        return result.Config!;
    }
}
