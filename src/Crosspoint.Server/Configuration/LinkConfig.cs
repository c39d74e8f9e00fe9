using System.Security.Cryptography;
using Crosspoint.Engine.Vendors;
using Crosspoint.Smpp.Sessions;

namespace Crosspoint.Server.Configuration;

/// <summary>Reads the keys of a connection that say where and how it binds.</summary>
internal static class LinkConfig
{
    private const int MostHosts = 10;

    private static readonly Dictionary<string, bool> TlsVersions = new(StringComparer.Ordinal) { ["1.2"] = false, ["1.3"] = true };

    /// <summary>Values of <c>bind</c>; a pair is transmitters with receivers beside them.</summary>
    public static Dictionary<string, string> Binds { get; } = new(StringComparer.Ordinal)
    {
        ["transceiver"] = "transceiver",
        ["transmitter"] = "transmitter",
        ["receiver"] = "receiver",
        ["pair"] = "pair",
    };

    /// <summary>Values of <c>interface_version</c>.</summary>
    public static Dictionary<string, byte> Versions { get; } = new(StringComparer.Ordinal)
    {
        ["3.3"] = 0x33,
        ["3.4"] = 0x34,
        ["5.0"] = 0x50,
    };

    public static SmppBindType TypeOf(string bind) => bind switch
    {
        "transmitter" or "pair" => SmppBindType.Transmitter,
        "receiver" => SmppBindType.Receiver,
        _ => SmppBindType.Transceiver,
    };

    /// <summary><c>hosts</c>, or <c>host</c> and <c>port</c>.</summary>
    public static IReadOnlyList<SmppHost> ReadHosts(ConfigSection section)
    {
        if (!section.Has("hosts")) return ReadHost(section) is { } only ? [only] : [];
        foreach (string key in new[] { "host", "port" })
        {
            if (section.Has(key)) section.Fail(key, "stands beside 'hosts'; expected one of the two");
        }

        var hosts = new List<SmppHost>();
        foreach (ConfigSection group in section.Groups("hosts"))
        {
            if (ReadHost(group) is { } host) hosts.Add(host);
            group.Close();
        }

        if (hosts.Count == 0) section.Fail("hosts", "names no host; expected at least one");
        if (hosts.Count > MostHosts) section.Fail("hosts", $"has {hosts.Count} entries; at most {MostHosts} are allowed");
        return hosts;
    }

    /// <summary><c>tls</c>: true, false, or a group. Its files are looked at, so that a wrong one shows before the start.</summary>
    public static TlsSettings? ReadTls(ConfigSection section, string directory)
    {
        const string Key = "tls";
        if (!section.IsGroup(Key)) return section.Bool(Key, fallback: false) ? new() : null;
        ConfigSection group = section.Group(Key)!;
        int before = group.Errors.Errors.Count;
        var tls = new TlsSettings
        {
            Ca = ReadFile(group, "ca", directory),
            Certificate = ReadFile(group, "certificate", directory),
            Key = ReadFile(group, "key", directory),
            ServerName = group.Text("server_name", most: 253, expected: "a host name"),
            Verify = group.Bool("verify", fallback: true),
            RequiresTls13 = group.Choice("minimum", fallback: false, TlsVersions),
        };
        group.Close();
        if (tls.Key is not null && tls.Certificate is null) group.Fail("key", "stands without 'certificate'");
        if (!tls.Verify && tls.Ca is not null) group.Fail("ca", "has no use with 'verify: false'");
        if (!tls.Verify) group.Warn("verify", "is false: anybody on the way to the carrier can read and change what is sent");
        if (group.Errors.Errors.Count > before) return null;
        try
        {
            tls.Load("localhost");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or CryptographicException)
        {
            section.Fail(Key, $"cannot be used: {error.Message}");
        }

        return tls;
    }

    private static SmppHost? ReadHost(ConfigSection section)
    {
        string? host = section.Text("host", required: true, most: 253, expected: "a host name or an address");
        int port = section.Int("port", 0, 1, 65_535, required: true);
        return host is null ? null : new(host, port);
    }

    private static string? ReadFile(ConfigSection group, string key, string directory)
    {
        string? path = group.Text(key, expected: "a PEM file");
        if (path is null) return null;
        string full = Path.GetFullPath(path, Path.GetFullPath(directory));
        if (!File.Exists(full)) group.Fail(key, $"is '{path}', which does not exist");
        return full;
    }
}
