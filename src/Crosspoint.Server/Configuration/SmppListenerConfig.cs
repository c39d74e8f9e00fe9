using Crosspoint.Engine.Messages;
using Crosspoint.Server.SmppListener;
using Crosspoint.Smpp.Sessions;

namespace Crosspoint.Server.Configuration;

/// <summary>Reads <c>smpp</c>: the listener for customers' binds.</summary>
internal static class SmppListenerConfig
{
    private static readonly Dictionary<string, NamedTlvType> TlvTypes = new(StringComparer.Ordinal)
    {
        ["c_string"] = NamedTlvType.CString,
        ["octets"] = NamedTlvType.Octets,
        ["number"] = NamedTlvType.Number,
    };

    private static readonly Dictionary<string, byte> Versions = new(StringComparer.Ordinal) { ["3.4"] = 0x34, ["5.0"] = 0x50 };

    private static readonly Dictionary<string, SmppClientCertificates> ClientCertificates = new(StringComparer.Ordinal)
    {
        ["none"] = SmppClientCertificates.None,
        ["optional"] = SmppClientCertificates.Optional,
        ["required"] = SmppClientCertificates.Required,
    };

    public static SmppListenerOptions? Read(ConfigSection? section, string directory, out TimeSpan keepFor)
    {
        keepFor = TimeSpan.FromHours(72);
        if (section is null) return null;
        var defaults = new SmppListenerOptions { Listen = new(System.Net.IPAddress.Loopback, 0) };
        SmppListenerOptions options = defaults with
        {
            Listen = section.EndPoint("listen", fallback: null, required: true) ?? defaults.Listen,
            SystemId = section.Text("system_id", most: 15, expected: "at most 15 characters (SMPP v3.4 §5.2.1)") ?? defaults.SystemId,
            EnquireLink = section.Duration("enquire_link", defaults.EnquireLink, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1)),
            EnquireLinkTimeout = section.Duration(
                "enquire_link_timeout", defaults.EnquireLinkTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10)),
            ResponseTimeout = section.Duration(
                "response_timeout", defaults.ResponseTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10)),
            SessionInitTimeout = section.Duration(
                "bind_timeout", defaults.SessionInitTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10)),
            InactivityTimeout = section.Duration("inactivity_timeout", defaults.InactivityTimeout, TimeSpan.Zero, TimeSpan.FromDays(1)),
            MaxConnections = section.Int("max_connections", defaults.MaxConnections, 1, 1_000_000),
            MaxConnectionsPerAddress = section.Int("max_connections_per_address", defaults.MaxConnectionsPerAddress, 1, 1_000_000),
            Tlvs = ReadTlvs(section),
            InterfaceVersion = section.Choice("version", defaults.InterfaceVersion, Versions),
            TrustedProxies = section.Has("proxy_protocol") ? section.Networks("proxy_protocol") : null,
            Tls = ReadTls(section.Group("tls"), directory),
        };
        keepFor = section.Duration("keep_for", keepFor, TimeSpan.FromMinutes(1), TimeSpan.FromDays(31));
        section.Close();
        return options;
    }

    private static SmppTlsOptions? ReadTls(ConfigSection? section, string directory)
    {
        if (section is null) return null;
        string certificate = section.Text("certificate", required: true, most: 4096, expected: "a PEM file, relative to this file") ?? "";
        string key = section.Text("key", required: true, most: 4096, expected: "a PEM file, relative to this file") ?? "";
        SmppClientCertificates clients = section.Choice("client_certificates", SmppClientCertificates.None, ClientCertificates);
        string? issuers = section.Text("client_ca", most: 4096, expected: "a PEM file, relative to this file");
        if (issuers is not null && clients == SmppClientCertificates.None)
            section.Fail("client_ca", "has no use while 'client_certificates' is none; expected optional or required there");
        section.Close();
        return new(Absolute(certificate), Absolute(key), clients, issuers is null ? null : Absolute(issuers));

        string Absolute(string path) => Path.GetFullPath(path, Path.GetFullPath(directory));
    }

    private static List<NamedTlv> ReadTlvs(ConfigSection smpp)
    {
        var tlvs = new List<NamedTlv>();
        foreach (ConfigSection section in smpp.Groups("tlvs"))
        {
            const string ExpectedTag = "a tag from 0x1400 to 0x3FFF";
            int tag = section.Tag("tag", ExpectedTag, 0x1400, 0x3FFF);
            string? name = section.Text("name", required: true, most: Metadata.MostNameCharacters, expected: "a name of metadata");
            if (name is not null && !Metadata.IsName(name))
                section.Fail("name", $"is '{name}'; expected 1 to {Metadata.MostNameCharacters} of a-z, 0-9 and '_'");
            if (name is not null && tlvs.Exists(tlv => tlv.Name == name || tlv.Tag == tag))
                section.Fail("name", "its name or its tag is there already; expected each once");
            tlvs.Add(new(
                (ushort)tag, name ?? "", section.Choice("type", NamedTlvType.CString, TlvTypes), section.Int("max_length", 255, 1, 255),
                section.Bool("required", fallback: false)));
            section.Close();
        }

        if (tlvs.Count > Metadata.MostNames) smpp.Fail("tlvs", $"has {tlvs.Count} entries; a message takes up to {Metadata.MostNames} names");
        return tlvs;
    }
}
