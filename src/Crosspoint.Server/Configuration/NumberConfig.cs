using System.Net;
using System.Text.RegularExpressions;
using Crosspoint.Engine.Numbers;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Server.Configuration;

/// <summary>Reads <c>numbers</c>.</summary>
internal static partial class NumberConfig
{
    private const string ExpectedPath = "a place in the answer, such as result.mccmnc or results[0].network";
    private const string ExpectedUrl = "an http or https URL that holds {number}, such as https://lookup.example.net/v1/{number}";
    private const int MostNames = 100_000;
    private static readonly TimeSpan MostWait = TimeSpan.FromSeconds(10);

    /// <param name="data">Directory of the data.</param>
    public static NumberOptions Read(ConfigSection? section, string data)
    {
        var defaults = new NumberOptions { Directory = Path.Combine(data, "numbers") };
        if (section is null) return defaults;
        var names = new UniqueNames(section.Errors, "name of the service");
        var services = new List<LookupServiceOptions>();
        foreach (ConfigSection service in section.Groups("services")) services.Add(ReadService(service, names));
        NumberOptions options = defaults with
        {
            Ported = ReadPorted(section),
            Refresh = section.Duration("refresh", defaults.Refresh, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)),
            Wait = section.Duration("wait", defaults.Wait, TimeSpan.FromMilliseconds(10), MostWait),
            CacheNumbers = section.Int("cache", defaults.CacheNumbers, 1_000, 100_000_000),
            Services = services,
        };
        section.Close();
        return options;
    }

    private static List<string>? ReadPorted(ConfigSection section)
    {
        const string Expected = "names of sources of ported numbers: 1 to 50 lower-case letters, digits, hyphens and underscores";
        if (section.Items("ported", Expected) is not { } items) return null;
        var unique = new UniqueNames(section.Errors, "source");
        var names = new List<string>(items.Count);
        foreach (ConfigItem item in items)
        {
            unique.Add(item.Text, item.Line, item.Path);
            if (PortedImport.IsSourceName(item.Text)) names.Add(item.Text);
            else section.Errors.Add(item.Line, item.Path, $"is '{item.Text}'; expected one of {Expected}");
        }

        return names;
    }

    private static LookupServiceOptions ReadService(ConfigSection section, UniqueNames names)
    {
        string? name = section.Text("name", required: true, most: 50, expected: "a name for people");
        names.Add(name, section.LineOf("name"), section.PathOf("name"));
        var defaults = new LookupServiceOptions { Name = name ?? "" };
        HttpLookupOptions? http = section.Group("http") is { } httpSection ? ReadHttp(httpSection) : null;
        EnumLookupOptions? dns = section.Group("enum") is { } enumSection ? ReadEnum(enumSection) : null;
        if (section.Has("http") == section.Has("enum")) section.Errors.Add(section.Line, section.Path, "needs one way of asking; expected 'http' or 'enum'");
        LookupServiceOptions options = defaults with
        {
            Countries = ReadCountries(section),
            Timeout = section.Duration("timeout", defaults.Timeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(30)),
            PerSecond = section.Number("per_second", 0, 0.01, 1_000_000),
            PerDay = section.Int("per_day", 0, 1, int.MaxValue),
            Concurrency = section.Int("concurrency", defaults.Concurrency, 1, 10_000),
            Ttl = section.Duration("ttl", defaults.Ttl, TimeSpan.FromSeconds(1), TimeSpan.FromDays(366)),
            NegativeTtl = section.Duration("negative_ttl", defaults.NegativeTtl, TimeSpan.FromSeconds(1), TimeSpan.FromDays(366)),
            Names = ReadNames(section.Group("names")),
            Http = http,
            Enum = dns,
        };
        section.Close();
        return options;
    }

    private static HashSet<string> ReadCountries(ConfigSection section)
    {
        const string Expected = "ISO 3166-1 codes of two capitals, such as DE";
        var countries = new HashSet<string>(StringComparer.Ordinal);
        if (section.Items("countries", Expected) is not { } items) return countries;
        foreach (ConfigItem item in items)
        {
            if (CountryForm().IsMatch(item.Text)) countries.Add(item.Text);
            else section.Errors.Add(item.Line, item.Path, $"is '{item.Text}'; expected one of {Expected}");
        }

        if (items.Count == 0) section.Fail("countries", "is empty; leave it out for all");
        return countries;
    }

    private static Dictionary<string, NetworkId> ReadNames(ConfigSection? section)
    {
        const string Expected = "MCC and MNC, such as \"26201\"";
        var names = new Dictionary<string, NetworkId>(StringComparer.OrdinalIgnoreCase);
        if (section is null) return names;
        foreach (string name in section.Keys().ToArray())
        {
            if (section.Text(name, required: true, most: 7, expected: Expected) is not { } text) continue;
            if (!NetworkId.TryParse(text, out NetworkId network)) section.Fail(name, $"is '{text}'; expected {Expected}");
            else if (!names.TryAdd(name, network)) section.Fail(name, "is there twice; case does not count");
        }

        if (names.Count > MostNames) section.Errors.Add(section.Line, section.Path, $"has {names.Count} names; at most {MostNames} are allowed");
        return names;
    }

    private static HttpLookupOptions ReadHttp(ConfigSection section)
    {
        string? url = section.Text("url", required: true, most: 2000, expected: ExpectedUrl);
        if (url is not null && !IsUrl(url)) section.Fail("url", $"cannot be used; expected {ExpectedUrl}"); // not what it is: it may hold a key
        var options = new HttpLookupOptions
        {
            Url = url ?? "",
            Headers = ReadHeaders(section.Group("headers")),
            Network = ReadPath(section, "network"),
            Mcc = ReadPath(section, "mcc"),
            Mnc = ReadPath(section, "mnc"),
            Ported = ReadPath(section, "ported"),
        };
        if (section.Has("mcc") != section.Has("mnc")) section.Fail(section.Has("mcc") ? "mcc" : "mnc", "stands alone; expected 'mcc' and 'mnc' together");
        if (!section.Has("network") && !section.Has("mcc") && !section.Has("mnc")) section.Fail("network", $"is missing; expected {ExpectedPath}, or 'mcc' and 'mnc'");
        section.Close();
        return options;
    }

    // The place must be in the path or the query: nobody's number may choose the host.
    private static bool IsUrl(string text) =>
        Uri.TryCreate(text.Replace(HttpLookupOptions.NumberPlace, "1", StringComparison.Ordinal), UriKind.Absolute, out Uri? url)
        && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps) && url.Fragment.Length == 0 && url.UserInfo.Length == 0
        && text.IndexOf('/', text.IndexOf("://", StringComparison.Ordinal) + 3) is > 0 and var path
        && text.IndexOf(HttpLookupOptions.NumberPlace, StringComparison.Ordinal) > path;

    private static List<KeyValuePair<string, string>> ReadHeaders(ConfigSection? section)
    {
        var headers = new List<KeyValuePair<string, string>>();
        if (section is null) return headers;
        using var request = new HttpRequestMessage();
        foreach (string name in section.Keys().ToArray())
        {
            if (section.Latin1(name, required: true, most: 4000, expected: "the header's value") is not { } value) continue;
            bool isBound = name.Equals("Host", StringComparison.OrdinalIgnoreCase) || name.Equals("Connection", StringComparison.OrdinalIgnoreCase)
                || name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase);
            if (isBound || !HeaderForm().IsMatch(name) || !request.Headers.TryAddWithoutValidation(name, value))
                section.FailKey(name, "cannot be sent; expected the name of a header of requests, such as Authorization");
            else headers.Add(new(name, value));
        }

        return headers;
    }

    private static JsonPath? ReadPath(ConfigSection section, string key)
    {
        if (section.Text(key, most: 200, expected: ExpectedPath) is not { } text) return null;
        if (!JsonPath.TryParse(text, out JsonPath? path)) section.Fail(key, $"is '{text}'; expected {ExpectedPath}");
        return path;
    }

    private static EnumLookupOptions ReadEnum(ConfigSection section)
    {
        IPEndPoint? server = section.EndPoint("server", new(IPAddress.Loopback, 53), required: true);
        if (server is not null && (server.Port == 0 || server.Address.Equals(IPAddress.Any) || server.Address.Equals(IPAddress.IPv6Any)))
            section.Fail("server", "is no address of a server; expected an address and a port, such as 192.0.2.1:53");
        var defaults = new EnumLookupOptions { Server = server! };
        const string Expected = "a domain name, such as e164.arpa";
        string suffix = (section.Text("suffix", most: 220, expected: Expected) ?? defaults.Suffix).TrimEnd('.');
        if (!EnumLookupOptions.IsSuffix(suffix)) section.Fail("suffix", $"is '{suffix}'; expected {Expected}");
        section.Close();
        return defaults with { Suffix = suffix };
    }

    [GeneratedRegex("^[A-Z]{2}$")]
    private static partial Regex CountryForm();

    [GeneratedRegex("^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$")]
    private static partial Regex HeaderForm();
}
