using Crosspoint.Engine.Vendors;
using Crosspoint.Server.Configuration;
using Crosspoint.Smpp.Sessions;
using Crosspoint.Sms.Numbers;
using Crosspoint.Sms.Segments;
using Crosspoint.Sms.Text;

namespace Crosspoint.Server.Tests.Configuration;

/// <summary>The keys of a connection, one by one: a right value reaches its option, a wrong one is refused by name.</summary>
public sealed class ConnectionKeyTests
{
    [Fact]
    public void Parse_SenderTypes_OverrideTheFixedOnes()
    {
        SubmitOptions submit = Valid("source_ton: 1, source_npi: 8, dest_ton: 2, sender_types: { short_code: { ton: 6 }, alphanumeric: { ton: 5, npi: 0 } }").Submit;

        submit.Source.ShouldBe(new SenderTypes { LongCode = new(1, 8), TollFree = new(1, 8), ShortCode = new(6, 8), Alphanumeric = new(5, 0) });
        submit.Destination.ShouldBe(new TonNpi(2, 1));
    }

    [Fact]
    public void Parse_LongCode_CountsForTollFreeUnlessThatIsToldApart()
    {
        Valid("sender_types: { long_code: { ton: 2 } }").Submit.Source.TollFree.ShouldBe(new TonNpi(2, 1));
        Valid("sender_types: { long_code: { ton: 2 }, toll_free: { npi: 8 } }").Submit.Source.TollFree.ShouldBe(new TonNpi(1, 8));
    }

    [Fact]
    public void Parse_SubmitFields_ReachTheirOptions()
    {
        SmppConnectionOptions smpp = Valid(
            "addr_ton: 5, addr_npi: 1, plus: keep, service_type: CMT, protocol_id: 65, replace_if_present: true, registered_delivery: failure, "
            + "validity: 2h, validity_format: relative, priority_flag: { otp: 3, marketing: 1 }");

        smpp.AddressRangeType.ShouldBe(new TonNpi(5, 1));
        smpp.Submit.ShouldBe(new SubmitOptions
        {
            KeepPlus = true,
            ServiceType = "CMT",
            ProtocolId = 65,
            ReplaceIfPresent = true,
            Receipts = ReceiptsAsked.Failure,
            Validity = ValidityRule.Fixed,
            ValidityFor = TimeSpan.FromHours(2),
            ValidityIsRelative = true,
            PriorityOtp = 3,
            PriorityMarketing = 1,
        });
        Valid("validity: none").Submit.Validity.ShouldBe(ValidityRule.None);
        Valid("validity: pass").Submit.ShouldBe(new SubmitOptions());
    }

    [Fact]
    public void Parse_Tlvs_ReachTheirOptionsInOrder()
    {
        IReadOnlyList<TlvRule> rules = Valid(
            "tlvs: [ { tag: 0x1400, type: c_string, from: entity_id, required: true }, { tag: 5121, type: u16, value: 7 } ]").Submit.Tlvs;

        rules.Select(rule => (rule.Tag, rule.Type, rule.Value, rule.From, rule.Required)).ShouldBe(
            [((ushort)0x1400, TlvType.CString, null, "entity_id", true), ((ushort)0x1401, TlvType.U16, "7", null, false)]);
    }

    [Fact]
    public void Parse_HostsAndPair_ReachTheirOptions()
    {
        SmppConnectionOptions smpp = Valid(
            "hosts: [ { host: one, port: 1 }, { host: two, port: 2 }, { host: three, port: 3 } ], bind: pair, sessions: 2, receivers: 1");

        (smpp.Host, smpp.Port).ShouldBe(("one", 1));
        smpp.FurtherHosts.ShouldBe([new SmppHost("two", 2), new SmppHost("three", 3)]);
        (smpp.Bind, smpp.Sessions, smpp.Receivers).ShouldBe((SmppBindType.Transmitter, 2, 1));
        Valid("bind: pair, sessions: 3").Receivers.ShouldBe(3);
        Valid("sessions: 3").Receivers.ShouldBe(0);
    }

    [Fact]
    public void Parse_LinkKeys_ReachTheirOptions()
    {
        SmppConnectionOptions smpp = Valid("interface_version: 5.0, strict_interface_version: true, enquire_link_timeout: 3s, bind_timeout: 4s, connect_timeout: 5s, tls: { server_name: smsc, verify: false, minimum: 1.3 }");

        smpp.InterfaceVersion.ShouldBe((byte)0x50);
        smpp.StrictInterfaceVersion.ShouldBeTrue();
        (smpp.EnquireLinkTimeout, smpp.BindTimeout, smpp.ConnectTimeout)
            .ShouldBe((TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(5)));
        smpp.Tls.ShouldBe(new TlsSettings { ServerName = "smsc", Verify = false, RequiresTls13 = true });
        Valid("tls: true").Tls.ShouldBe(new TlsSettings());
        Valid("tls: false").Tls.ShouldBeNull();
    }

    [Theory]
    [InlineData("gsm", DefaultAlphabet.GsmUnpacked)]
    [InlineData("gsm_packed", DefaultAlphabet.GsmPacked)]
    [InlineData("latin1", DefaultAlphabet.Latin1)]
    [InlineData("ascii", DefaultAlphabet.Ascii)]
    [InlineData("utf8", DefaultAlphabet.Utf8)]
    public void Parse_DefaultAlphabet_ReachesItsOption(string name, DefaultAlphabet expected) =>
        Valid($"default_alphabet: {name}").Alphabet.DefaultAlphabet.ShouldBe(expected);

    [Fact]
    public void Parse_AlphabetKeys_ReachTheirOptions()
    {
        CarrierAlphabet alphabet = Valid(
            "default_alphabet: gsm_packed, data_coding: { gsm: 241, latin1: 3, ucs2: 24 }, languages: [ portuguese, turkish, spanish ], payload_size: 133").Alphabet;

        alphabet.Languages.ShouldBe([GsmLanguage.Portuguese, GsmLanguage.Turkish, GsmLanguage.Spanish]);
        (alphabet.DefaultAlphabet, alphabet.GsmCoding, alphabet.Latin1Coding, alphabet.Ucs2Coding, alphabet.PayloadSize)
            .ShouldBe((DefaultAlphabet.GsmPacked, (byte)241, (byte)3, (byte)24, 133));
        Valid("data_coding: { gsm: 0, ucs2: 8 }, languages: [ ]").Alphabet.Latin1Coding.ShouldBeNull();
        Valid("default_alphabet: latin1, data_coding: { latin1: 0 }").Alphabet.Latin1Coding.ShouldBe((byte)0);
        Valid("default_alphabet: latin1, data_coding: { gsm: 241 }, languages: [ turkish ]").Alphabet.Languages.Count.ShouldBe(1);
        Valid("sessions: 1").Alphabet.ShouldBeSameAs(CarrierAlphabet.Default);
    }

    [Theory]
    [InlineData("default_alphabet: gsm7", "default_alphabet", "gsm, gsm_packed, latin1, ascii, utf8")]
    [InlineData("data_coding: { gsm: 256 }", "data_coding.gsm", "from 0 to 255")]
    [InlineData("data_coding: { latin: 3 }", "data_coding.latin", "did you mean 'latin1'?")]
    [InlineData("data_coding: { gsm: 8 }", "data_coding.ucs2", "as for 'gsm'")]
    [InlineData("data_coding: { latin1: 8 }", "data_coding.latin1", "as for 'ucs2'")]
    [InlineData("data_coding: { latin1: 0 }", "data_coding.latin1", "as for 'gsm'")]
    [InlineData("data_coding: 3", "data_coding", "a group of keys")]
    [InlineData("languages: turkish", "languages", "a list of turkish, spanish, portuguese")]
    [InlineData("languages: [ turkisch ]", "languages[0]", "expected one of: turkish")]
    [InlineData("languages: [ turkish, turkish ]", "languages[1]", "stands here already")]
    [InlineData("languages: [ turkish ], segments: payload", "languages", "the carrier cuts")]
    [InlineData("languages: [ turkish ], default_alphabet: ascii", "languages", "are of GSM 7-bit")]
    [InlineData("payload_size: 39", "payload_size", "from 40 to 140")]
    [InlineData("payload_size: 141", "payload_size", "from 40 to 140")]
    [InlineData("payload_size: 133, segments: payload", "payload_size", "the carrier cuts")]
    [InlineData("hosts: [ { host: a, port: 1 } ], host: b", "host", "stands beside 'hosts'")]
    [InlineData("hosts: [ ]", "hosts", "names no host")]
    [InlineData("hosts: [ { host: a } ]", "hosts[0].port", "is missing")]
    [InlineData("bind: transceiver, receivers: 2", "receivers", "'bind: pair' alone")]
    [InlineData("interface_version: 4.0", "interface_version", "3.3, 3.4, 5.0")]
    [InlineData("bind_timeout: 1h", "bind_timeout", "from 100ms to 10m")]
    [InlineData("tls: { certificate: /nowhere.pem }", "tls.certificate", "does not exist")]
    [InlineData("tls: { minimum: 1.1 }", "tls.minimum", "1.2, 1.3")]
    [InlineData("tls: { ca: crosspoint.slnx }", "tls.ca", "does not exist")]
    [InlineData("source_ton: 256", "source_ton", "from 0 to 255")]
    [InlineData("sender_types: { long_cod: { ton: 1 } }", "sender_types.long_cod", "did you mean 'long_code'?")]
    [InlineData("sender_types: { long_code: { tno: 1 } }", "sender_types.long_code.tno", "did you mean 'ton'?")]
    [InlineData("plus: drop", "plus", "strip, keep")]
    [InlineData("service_type: ABCDEF", "service_type", "at most 5")]
    [InlineData("protocol_id: 300", "protocol_id", "from 0 to 255")]
    [InlineData("registered_delivery: 1", "registered_delivery", "both, failure, success, none")]
    [InlineData("validity: soon", "validity", "expected pass, none, or a duration from 1s to 99d")]
    [InlineData("validity: 100d", "validity", "from 1s to 99d")]
    [InlineData("validity: none, validity_format: relative", "validity_format", "which is none")]
    [InlineData("priority_flag: { otp: 4 }", "priority_flag.otp", "from 0 to 3")]
    [InlineData("tlvs: [ { type: u8, value: 1 } ]", "tlvs[0].tag", "is missing")]
    [InlineData("tlvs: [ { tag: 0x10000, value: 1 } ]", "tlvs[0].tag", "0x0001 to 0xFFFF")]
    [InlineData("tlvs: [ { tag: 0x0424, value: 1 } ]", "tlvs[0].tag", "message_payload, which the gateway writes itself")]
    [InlineData("tlvs: [ { tag: 0x1400 } ]", "tlvs[0].value", "is missing")]
    [InlineData("tlvs: [ { tag: 0x1400, value: 1, from: a } ]", "tlvs[0].from", "one of the two")]
    [InlineData("tlvs: [ { tag: 0x1400, from: A } ]", "tlvs[0].from", "a-z, 0-9 and '_'")]
    [InlineData("tlvs: [ { tag: 0x1400, type: u8, value: 256 } ]", "tlvs[0].value", "cannot be written as u8")]
    [InlineData("tlvs: [ { tag: 0x1400, type: hex, value: abc } ]", "tlvs[0].value", "cannot be written as hex")]
    [InlineData("tlvs: [ { tag: 0x1400, value: 1, required: true } ]", "tlvs[0].required", "says nothing")]
    [InlineData("tlvs: [ { tag: 0x1400, value: 1 }, { tag: 5120, value: 2 } ]", "tlvs[1].tag", "stands here already")]
    public void Parse_WrongValue_IsRefusedByName(string keys, string key, string message)
    {
        ConfigResult result = Parse(keys);

        ConfigError error = result.Errors.ShouldHaveSingleItem();
        error.Key.ShouldBe($"vendors[0].connections[0].smpp.{key}");
        error.Message.ShouldContain(message);
    }

    private static SmppConnectionOptions Valid(string keys)
    {
        ConfigResult result = Parse(keys);
        result.Errors.ShouldBeEmpty();
        return result.Config!.Engine.Connections[0].Smpp;
    }

    private static ConfigResult Parse(string keys)
    {
        string address = keys.Contains("hosts:", StringComparison.Ordinal) ? "" : "host: smsc.example.com, port: 2775, ";
        return ConfigFile.Parse(
            $$"""
            accounts: [ { sid: AC00000000000000000000000000000001, auth_token: 0123456789abcdef0123456789abcdef } ]
            vendors:
              - name: north
                connections:
                  - name: north-1
                    smpp: { {{address}}system_id: cp, password: cp, {{keys}} }
            routing: { default: [ north-1 ] }
            """,
            "crosspoint.yaml",
            ".");
    }
}
