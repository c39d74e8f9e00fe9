using System.Net;
using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Messages;
using Crosspoint.Server.Configuration;
using Crosspoint.Server.SmppListener;
using Crosspoint.Smpp.Sessions;
using Crosspoint.Sms.Segments;

namespace Crosspoint.Server.Tests.Configuration;

/// <summary>Keys of the listener and of customers' credentials: each reaches its option, or is refused by name.</summary>
public sealed class CustomerKeyTests
{
    [Fact]
    public void Parse_EveryKey_ReachesItsOption()
    {
        const string Listener = "listen: 127.0.0.1:2775, system_id: Op, version: 3.4, bind_timeout: 5s, enquire_link: 15s, "
            + "enquire_link_timeout: 4s, response_timeout: 7s, inactivity_timeout: 1h, keep_for: 1d, max_connections: 20, "
            + "max_connections_per_address: 10, proxy_protocol: [ 10.0.0.0/8 ], "
            + "tls: { certificate: a.pem, key: b.pem, client_certificates: required, client_ca: ca.pem }, "
            + "tlvs: [ { tag: 0x1400, name: entity_id, type: octets, max_length: 20, required: true } ]";
        const string Credential = "system_id: demo, password: secret, max_binds: 3, binds: [ receiver, transmitter ], "
            + "allow_from: [ 10.0.0.0/8, \"2001:db8::1\" ], in_flight_window: 7, deliver_window: 8, rate: 9.5, message_ids: decimal, "
            + "default_alphabet: latin1, class: marketing, priority_class: { 1: otp, 3: transactional }";
        GatewayConfig config = Read(Listener, Credential).Config.ShouldNotBeNull();
        SmppListenerOptions smpp = config.Smpp!;
        (smpp.SystemId, smpp.InterfaceVersion, smpp.SessionInitTimeout, smpp.EnquireLink, smpp.EnquireLinkTimeout).ShouldBe(
            ("Op", (byte)0x34, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(4)));
        (smpp.ResponseTimeout, smpp.InactivityTimeout, smpp.MaxConnections, smpp.MaxConnectionsPerAddress).ShouldBe(
            (TimeSpan.FromSeconds(7), TimeSpan.FromHours(1), 20, 10));
        smpp.TrustedProxies.ShouldBe([IPNetwork.Parse("10.0.0.0/8")]);
        smpp.Tls.ShouldBe(new SmppTlsOptions("/etc/crosspoint/a.pem", "/etc/crosspoint/b.pem", SmppClientCertificates.Required, "/etc/crosspoint/ca.pem"));
        smpp.Tlvs.ShouldBe([new NamedTlv(0x1400, "entity_id", NamedTlvType.Octets, 20, true)]);
        config.Engine.KeepForCustomers.ShouldBe(TimeSpan.FromDays(1));
        SmppCredential credential = config.Engine.Accounts[0].Smpp.ShouldHaveSingleItem();
        (credential.SystemId, credential.Password, credential.MaxBinds, credential.Binds).ShouldBe(
            ("demo", "secret", 3, AllowedBinds.Receiver | AllowedBinds.Transmitter));
        credential.AllowFrom.ShouldBe([IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("2001:db8::1/128")]);
        (credential.InFlightWindow, credential.DeliverWindow, credential.Rate, credential.MessageIds, credential.Alphabet).ShouldBe(
            (7, 8, 9.5, SubmitIdForm.Decimal, DefaultAlphabet.Latin1));
        new byte[] { 0, 1, 2, 3 }.Select(credential.ClassOf).ShouldBe(
            [TrafficClass.Marketing, TrafficClass.Otp, TrafficClass.Marketing, TrafficClass.Transactional]);
    }

    [Fact]
    public void ToString_OfWhatHoldsSecrets_HoldsNone()
    {
        Account account = Read("listen: 127.0.0.1:0", "system_id: demo, password: hidden12", "api_keys: [ { sid: SK00000000000000000000000000000001, secret: verysecretkey } ]")
            .Config!.Engine.Accounts[0];
        string all = $"{account} {account.Smpp[0]} {account.ApiKeys[0]} {new SmppLogin(account, account.Smpp[0])}";
        all.ShouldNotContain("hidden12");
        all.ShouldNotContain("verysecretkey");
        all.ShouldNotContain("0123456789abcdef0123456789abcdef");
    }

    [Theory]
    [InlineData("listen: here", "", "smpp.listen")]
    [InlineData("listen: 127.0.0.1:0, version: 3.3", "", "smpp.version")]
    [InlineData("listen: 127.0.0.1:0, tls: { certificate: a.pem }", "", "smpp.tls.key")]
    [InlineData("listen: 127.0.0.1:0, tls: { certificate: a, key: b, client_ca: c }", "", "smpp.tls.client_ca")]
    [InlineData("listen: 127.0.0.1:0, tlvs: [ { tag: 0x0001, name: a } ]", "", "smpp.tlvs[0].tag")]
    [InlineData("listen: 127.0.0.1:0, tlvs: [ { tag: 0x1400, name: A } ]", "", "smpp.tlvs[0].name")]
    [InlineData("listen: 127.0.0.1:0, proxy_protocol: [ x ]", "", "smpp.proxy_protocol[0]")]
    [InlineData("listen: 127.0.0.1:0", "password: toolongforit", "accounts[0].smpp[0].password")]
    [InlineData("listen: 127.0.0.1:0", "password: p, binds: [ both ]", "accounts[0].smpp[0].binds[0]")]
    [InlineData("listen: 127.0.0.1:0", "password: p, allow_from: [ 300.0.0.1 ]", "accounts[0].smpp[0].allow_from[0]")]
    [InlineData("listen: 127.0.0.1:0", "password: p, priority_class: { 4: otp }", "accounts[0].smpp[0].priority_class.4")]
    [InlineData("listen: 127.0.0.1:0", "password: p, message_ids: short", "accounts[0].smpp[0].message_ids")]
    [InlineData("listen: 127.0.0.1:0", "password: p, windows: 5", "accounts[0].smpp[0].windows")]
    [InlineData("listen: 127.0.0.1:0", "password: \"\u0416\"", "accounts[0].smpp[0].password")]
    public void Parse_WrongValue_NamesItsKey(string listener, string credential, string key)
    {
        ConfigResult result = Read(listener, $"system_id: demo, {(credential.Length == 0 ? "password: secret" : credential)}");
        result.Config.ShouldBeNull();
        result.Errors.Select(error => error.Key).ShouldContain(key);
    }

    [Fact]
    public void Parse_NumberThatNamesAnotherAccountsBind_IsRefused()
    {
        ConfigResult result = Read("listen: 127.0.0.1:0", "system_id: demo, password: secret", "numbers: [ { number: \"+15550001000\", smpp: other } ]");
        result.Errors.ShouldHaveSingleItem().ToString().ShouldContain("expected a system_id of the account");
    }

    private static ConfigResult Read(string listener, string credential, string account = "name: x") => ConfigFile.Parse(
        $$"""
        smpp: { {{listener}} }
        accounts:
          - sid: AC00000000000000000000000000000001
            auth_token: 0123456789abcdef0123456789abcdef
            {{account}}
            smpp: [ { {{credential}} } ]
        vendors:
          - name: north
            connections:
              - { name: north-1, smpp: { host: 127.0.0.1, port: 1, system_id: cp, password: cp } }
        routing: { default: [ north-1 ] }
        """,
        "crosspoint.yaml", "/etc/crosspoint");
}
