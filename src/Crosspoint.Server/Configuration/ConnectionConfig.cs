using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Vendors;
using Crosspoint.Smpp.Sessions;
using Crosspoint.Sms.Segments;

namespace Crosspoint.Server.Configuration;

/// <summary>Reads <c>vendors</c> and their connections.</summary>
internal static class ConnectionConfig
{
    private static readonly Dictionary<string, SegmentMethod> Methods = new(StringComparer.Ordinal)
    {
        ["udh8"] = SegmentMethod.Udh8,
        ["udh16"] = SegmentMethod.Udh16,
        ["sar"] = SegmentMethod.Sar,
        ["payload"] = SegmentMethod.Payload,
    };

    private static readonly Dictionary<string, ReceiptParts> Parts = new(StringComparer.Ordinal)
    {
        ["every"] = ReceiptParts.Every,
        ["any"] = ReceiptParts.Any,
        ["first"] = ReceiptParts.First,
        ["last"] = ReceiptParts.Last,
    };

    private static readonly Dictionary<string, UnknownOutcomePolicy> Policies = new(StringComparer.Ordinal)
    {
        ["wait"] = UnknownOutcomePolicy.Wait,
        ["resend"] = UnknownOutcomePolicy.Resend,
        ["fail"] = UnknownOutcomePolicy.Fail,
        ["query"] = UnknownOutcomePolicy.Query,
    };

    private static readonly Dictionary<string, VendorIdFormat> IdFormats = new(StringComparer.Ordinal)
    {
        ["auto"] = VendorIdFormat.Auto,
        ["hex_dec"] = VendorIdFormat.HexDec,
        ["dec_hex"] = VendorIdFormat.DecHex,
        ["same"] = VendorIdFormat.Same,
    };

    /// <param name="directory">Relative paths of files start here.</param>
    public static IReadOnlyList<ConnectionOptions> Read(ConfigSection root, string directory)
    {
        var vendors = new UniqueNames(root.Errors, "name of the vendor");
        var connections = new UniqueNames(root.Errors, "name of the connection");
        var groups = new Dictionary<string, ConnectionOptions>(StringComparer.Ordinal);
        var list = new List<ConnectionOptions>();
        foreach (ConfigSection vendor in root.Groups("vendors", required: true))
        {
            string? name = ReadName(vendor, vendors);
            foreach (ConfigSection connection in vendor.Groups("connections", required: true))
            {
                if (ReadConnection(connection, name ?? "", directory, connections, groups) is { } options) list.Add(options);
            }

            vendor.Close();
        }

        return list;
    }

    /// <summary>Reads one connection that is given at run time, with the keys that it has in the file; its name may be left out.</summary>
    /// <param name="others">The connections beside it.</param>
    /// <returns>Null when something is wrong; <paramref name="errors"/> then says what.</returns>
    public static ConnectionOptions? ReadOne(
        string text, string name, string vendor, string directory, IReadOnlyList<ConnectionOptions> others, ConfigErrors errors)
    {
        ConfigNode? root = ConfigDocument.Read(text, errors.File, errors.Errors);
        if (root is ConfigMap map)
        {
            if (!map.Entries.Any(static entry => entry.Key == "name"))
                map = map with { Entries = [.. map.Entries, new ConfigEntry(1, "name", new ConfigScalar(1, name, IsPlain: false))] };
            var section = new ConfigSection(errors, "", map);
            Dictionary<string, ConnectionOptions> groups = new(StringComparer.Ordinal);
            foreach (ConnectionOptions other in others) groups.TryAdd(other.Group, other);
            ConnectionOptions? options = ReadConnection(
                section, vendor, directory, new UniqueNames(errors, "name of the connection"), groups);
            if (options is not null && options.Name != name) section.Fail("name", $"is '{options.Name}'; expected '{name}', as in the path");
            if (errors.Errors.Count == 0) return options;
        }
        else if (errors.Errors.Count == 0)
        {
            errors.Add(root?.Line ?? 1, "", $"is {root?.Kind ?? "nothing"}; expected the keys of a connection: smpp, group, unknown_outcome");
        }

        return null;
    }

    /// <summary>Whether a text may name a vendor or a connection.</summary>
    public static bool IsName(string text) =>
        text.Length is > 0 and <= 50 && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    // Names go into metrics, routes and URLs.
    private static string? ReadName(ConfigSection section, UniqueNames unique)
    {
        const string Expected = "1 to 50 letters, digits, '-', '_' or '.'";
        string? name = section.Text("name", required: true, most: 50, expected: Expected);
        if (name is null) return null;
        if (!IsName(name)) section.Fail("name", $"is '{name}'; expected {Expected}");

        unique.Add(name, section.LineOf("name"), section.PathOf("name"));
        return name;
    }

    private static ConnectionOptions? ReadConnection(
        ConfigSection section, string vendor, string directory, UniqueNames unique, Dictionary<string, ConnectionOptions> groups)
    {
        string? name = ReadName(section, unique);
        string? group = section.Text("group", most: 50, expected: "a name shared by connections of one carrier account");
        UnknownPolicies policies = ReadPolicies(section.Group("unknown_outcome"));
        ConfigSection? inner = section.Group("smpp", required: true);
        SmppConnectionOptions? smpp = inner is null ? null : ReadSmpp(inner, directory);
        ConnectionCapabilities capabilities = CapabilityConfig.Read(section.Group("capabilities"), smpp);
        section.Close();

        // The name stands in for one that was wrong, so that routing does not blame it twice.
        if (smpp is null) return name is null ? null : Unusable(name, vendor);
        var options = new ConnectionOptions
        {
            Name = name ?? "",
            Vendor = vendor,
            Group = group ?? name ?? "",
            Smpp = smpp,
            Capabilities = capabilities,
            UnknownOtp = policies.Otp,
            UnknownTransactional = policies.Transactional,
            UnknownMarketing = policies.Marketing,
        };
        CheckGroup(inner!, options, groups);
        return options;
    }

    // What one connection of a group sent is reported on another: both must read the ids alike.
    private static void CheckGroup(ConfigSection section, ConnectionOptions options, Dictionary<string, ConnectionOptions> groups)
    {
        if (groups.TryAdd(options.Group, options)) return;
        ConnectionOptions first = groups[options.Group];
        if (first.Smpp.MessageIdFormat == options.Smpp.MessageIdFormat) return;
        section.Fail(
            "message_id_format",
            $"is {NameOf(options)}; expected {NameOf(first)} as in connection '{first.Name}', which is in the same group");

        static string NameOf(ConnectionOptions connection) =>
            IdFormats.First(format => format.Value == connection.Smpp.MessageIdFormat).Key;
    }

    private static ConnectionOptions Unusable(string name, string vendor) =>
        new() { Name = name, Vendor = vendor, Group = name, Smpp = new() { Host = "", Port = 0, SystemId = "", Password = "" } };

    private static UnknownPolicies ReadPolicies(ConfigSection? section)
    {
        var defaults = new UnknownPolicies(UnknownOutcomePolicy.Resend, UnknownOutcomePolicy.Resend, UnknownOutcomePolicy.Wait);
        if (section is null) return defaults;
        var policies = new UnknownPolicies(
            section.Choice("otp", defaults.Otp, Policies),
            section.Choice("transactional", defaults.Transactional, Policies),
            section.Choice("marketing", defaults.Marketing, Policies));
        section.Close();
        return policies;
    }

    private static SmppConnectionOptions ReadSmpp(ConfigSection section, string directory)
    {
        var defaults = new SmppConnectionOptions { Host = "", Port = 0, SystemId = "", Password = "" };
        (TimeSpan first, TimeSpan most) = ReadReconnect(section.Group("reconnect"), defaults);
        IReadOnlyList<SmppHost> hosts = LinkConfig.ReadHosts(section);
        string bind = section.Choice("bind", "transceiver", LinkConfig.Binds);
        int sessions = section.Int("sessions", defaults.Sessions, 1, 100);
        int receivers = section.Int("receivers", sessions, 1, 100);
        if (section.Has("receivers") && bind != "pair") section.Fail("receivers", "counts with 'bind: pair' alone");
        SegmentMethod method = section.Choice("segments", defaults.SegmentMethod, Methods);
        SmppConnectionOptions options = defaults with
        {
            Host = hosts.Count > 0 ? hosts[0].Host : "",
            Port = hosts.Count > 0 ? hosts[0].Port : 0,
            FurtherHosts = hosts.Count > 1 ? [.. hosts.Skip(1)] : defaults.FurtherHosts,
            Tls = LinkConfig.ReadTls(section, directory),
            InterfaceVersion = section.Choice("interface_version", defaults.InterfaceVersion, LinkConfig.Versions),
            StrictInterfaceVersion = section.Bool("strict_interface_version", defaults.StrictInterfaceVersion),
            SystemId = section.Latin1("system_id", required: true, most: 15, expected: "1 to 15 characters (SMPP v3.4 §5.2.1)") ?? "",
            Password = section.Latin1(
                "password", required: true, most: 8, expected: "at most 8 characters (SMPP v3.4 §5.2.2)", mayBeEmpty: true) ?? "",
            SystemType = section.Latin1("system_type", most: 12, mayBeEmpty: true) ?? "",
            AddressRange = section.Latin1("address_range", most: 40, mayBeEmpty: true) ?? "",
            AddressRangeType = SubmitConfig.ReadTonNpi(section, "addr_ton", "addr_npi", defaults.AddressRangeType),
            Bind = LinkConfig.TypeOf(bind),
            Sessions = sessions,
            Receivers = bind == "pair" ? receivers : 0,
            InFlightWindow = section.Int("in_flight_window", defaults.InFlightWindow, 1, 10_000),
            Rate = section.Number("rate", defaults.Rate, 0, 1_000_000),
            Burst = section.Number("burst", defaults.Burst, 0, 1_000_000),
            ResponseTimeout = section.Duration(
                "response_timeout", defaults.ResponseTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10)),
            EnquireLink = section.Duration("enquire_link", defaults.EnquireLink, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1)),
            EnquireLinkTimeout = section.Duration(
                "enquire_link_timeout", defaults.EnquireLinkTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10)),
            BindTimeout = section.Duration("bind_timeout", defaults.BindTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10)),
            ConnectTimeout = section.Duration(
                "connect_timeout", defaults.ConnectTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10)),
            ReconnectFirst = first,
            ReconnectMost = most,
            SegmentMethod = method,
            Alphabet = AlphabetConfig.Read(section, method),
            ReceiptGrace = section.Duration("receipt_grace", defaults.ReceiptGrace, TimeSpan.Zero, TimeSpan.FromDays(30)),
            ReceiptsByText = section.Bool("receipts_by_text", defaults.ReceiptsByText),
            ReceiptParts = section.Choice("receipt_parts", defaults.ReceiptParts, Parts),
            MessageIdFormat = section.Choice("message_id_format", defaults.MessageIdFormat, IdFormats),
            Submit = SubmitConfig.Read(section),
            Statuses = StatusConfig.Read(section),
        };
        section.Close();
        return options;
    }

    private static (TimeSpan First, TimeSpan Most) ReadReconnect(ConfigSection? section, SmppConnectionOptions defaults)
    {
        if (section is null) return (defaults.ReconnectFirst, defaults.ReconnectMost);
        TimeSpan first = section.Duration("first", defaults.ReconnectFirst, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10));
        TimeSpan most = section.Duration("most", defaults.ReconnectMost, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1));
        section.Close();
        if (most < first)
        {
            if (section.Has("most")) section.Fail("most", $"is {Units.Format(most)}, less than 'first' ({Units.Format(first)})");
            most = first;
        }

        return (first, most);
    }

    private readonly record struct UnknownPolicies(
        UnknownOutcomePolicy Otp, UnknownOutcomePolicy Transactional, UnknownOutcomePolicy Marketing);
}
