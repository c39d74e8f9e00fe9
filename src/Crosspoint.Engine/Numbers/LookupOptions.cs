using System.Net;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Numbers;

/// <summary>What is known of numbers besides what ships with the library.</summary>
public sealed record NumberOptions
{
    /// <summary>Directory of the indexes of ported numbers; it need not exist, and empty stands for none.</summary>
    public string Directory { get; init; } = "";

    /// <summary>Sources of ported numbers that are asked, the first that knows a number decides; null for all that were imported, by name.</summary>
    public IReadOnlyList<string>? Ported { get; init; }

    /// <summary>How often it is looked whether a source was imported anew.</summary>
    public TimeSpan Refresh { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Services in the order in which they are asked.</summary>
    public IReadOnlyList<LookupServiceOptions> Services { get; init; } = [];

    /// <summary>
    /// Longest that a message waits for all services together. An answer that comes later is kept for the next message. A third of a second
    /// is what an HLR query over ENUM or HTTP usually takes at most, and little beside the seconds of a delivery.
    /// </summary>
    public TimeSpan Wait { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>Answers that are kept, about 150 bytes each; the oldest go first.</summary>
    public int CacheNumbers { get; init; } = 200_000;
}

/// <summary>A service that knows the networks of numbers.</summary>
public sealed record LookupServiceOptions
{
    public required string Name { get; init; }

    /// <summary>ISO 3166-1 codes of the countries whose numbers it is asked for; empty for all.</summary>
    public IReadOnlySet<string> Countries { get; init; } = new HashSet<string>();

    /// <summary>Longest that an answer is waited for.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>Look-ups a second; 0 for no cap.</summary>
    public double PerSecond { get; init; }

    /// <summary>Look-ups on a calendar day in UTC, counted since the start; 0 for no cap.</summary>
    public long PerDay { get; init; }

    /// <summary>Look-ups at once.</summary>
    public int Concurrency { get; init; } = 100;

    /// <summary>How long an answer counts. A day: numbers are ported in a day or more, and most countries do it at night.</summary>
    public TimeSpan Ttl { get; init; } = TimeSpan.FromDays(1);

    /// <summary>How long it counts that a service does not know a number.</summary>
    public TimeSpan NegativeTtl { get; init; } = TimeSpan.FromHours(1);

    /// <summary>
    /// Networks by the names that the service has for them. Of routing numbers (<c>rn</c>) and service provider numbers (<c>spn</c>) over
    /// ENUM the longest beginning counts.
    /// </summary>
    public IReadOnlyDictionary<string, NetworkId> Names { get; init; } = new Dictionary<string, NetworkId>();

    /// <summary>How it is asked over HTTP; null when it is asked over DNS.</summary>
    public HttpLookupOptions? Http { get; init; }

    /// <summary>How it is asked over DNS; null when it is asked over HTTP.</summary>
    public EnumLookupOptions? Enum { get; init; }
}

/// <summary>A service that answers a GET with JSON.</summary>
public sealed record HttpLookupOptions
{
    /// <summary>In the URL: the number's digits without the plus.</summary>
    public const string NumberPlace = "{number}";

    /// <summary>Address of the service, with <c>{number}</c> where the number stands.</summary>
    public required string Url { get; init; }

    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>Where MCC and MNC together, or a name that <see cref="LookupServiceOptions.Names"/> has, stand in the answer; null for none.</summary>
    public JsonPath? Network { get; init; }

    /// <summary>Where the mobile country code stands; null for none.</summary>
    public JsonPath? Mcc { get; init; }

    /// <summary>Where the mobile network code stands; null for none.</summary>
    public JsonPath? Mnc { get; init; }

    /// <summary>Where it stands whether the number is ported; null for none.</summary>
    public JsonPath? Ported { get; init; }

    /// <summary>Without the headers: they may hold secrets.</summary>
    public override string ToString() => $"{nameof(HttpLookupOptions)} {{ Headers = {Headers.Count} }}";
}

/// <summary>A name server that answers ENUM queries (RFC 6116).</summary>
public sealed record EnumLookupOptions
{
    /// <summary>Address of the name server, asked over UDP.</summary>
    public required IPEndPoint Server { get; init; }

    /// <summary>What follows the digits of the number, such as <c>e164.arpa</c>.</summary>
    public string Suffix { get; init; } = "e164.arpa";

    /// <summary>Whether a text can follow the digits in a name.</summary>
    public static bool IsSuffix(string text) => Naptr.IsSuffix(text);
}
