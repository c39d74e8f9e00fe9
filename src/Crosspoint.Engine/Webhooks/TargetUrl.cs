using System.Globalization;
using System.Text;
using Crosspoint.Engine.Accounts;

namespace Crosspoint.Engine.Webhooks;

/// <summary>A callback URL: the place that it leads to, and what is its own. Most of an application's URLs share the place.</summary>
internal sealed class TargetUrl
{
    private static readonly UriCreationOptions AsWritten = new() { DangerousDisablePathAndQueryCanonicalization = true };

    // From the question mark up to the fragment; empty when there is none, or when the place holds it.
    private readonly string _query;
    private Uri? _uri;
    private byte[]? _signedUrl;

    private TargetUrl(TargetPlace place, string query, TargetOverrides overrides) => (Place, _query, Overrides) = (place, query, overrides);

    public TargetPlace Place { get; }

    public EndpointKey Endpoint => Place.Endpoint;

    public WebhookEndpointSettings? Settings => Place.Settings;

    public string Problem => Place.Problem;

    public TargetOverrides Overrides { get; }

    /// <summary>Null when it may not be called; <see cref="Problem"/> says why.</summary>
    public Uri? Uri => Place.Uri is null || _query.Length == 0 ? Place.Uri : _uri ??= new(Place.Text + _query, AsWritten);

    /// <summary>The URL as it was configured, with a path and without its fragment, in UTF-8.</summary>
    public byte[] SignedUrl => _signedUrl ??= Encoding.UTF8.GetBytes(Place.Signed + _query);

    public static TargetUrl Parse(string accountSid, string? url, WebhookOptions options)
    {
        string text = url ?? "";
        return At(TargetPlace.Parse(accountSid, WebhookTarget.PlaceOf(text).ToString(), options), text);
    }

    /// <param name="place">That of <see cref="WebhookTarget.PlaceOf"/>.</param>
    public static TargetUrl At(TargetPlace place, string url)
    {
        int length = WebhookTarget.PlaceOf(url).Length;
        if (length == url.Length) return new(place, "", TargetOverrides.Parse(url));
        int hash = url.IndexOf('#', length);
        string query = hash < 0 ? url[length..] : url[length..hash];
        return new(place, query, hash < 0 ? TargetOverrides.None : TargetOverrides.Parse(url));
    }
}

/// <summary>Where callback URLs lead that differ in their query and fragment alone, taken apart once.</summary>
internal sealed class TargetPlace
{
    private TargetPlace(EndpointKey endpoint, string origin, Uri? uri, string? host, string text, string signed, string problem)
    {
        Endpoint = endpoint;
        Origin = origin;
        Uri = uri;
        Host = host;
        Text = text;
        Signed = signed;
        Problem = problem;
    }

    public EndpointKey Endpoint { get; }

    /// <summary>Scheme, host and port; empty when it may not be called.</summary>
    public string Origin { get; }

    /// <summary>Null when it may not be called; <see cref="Problem"/> says why.</summary>
    public Uri? Uri { get; }

    /// <summary>
    /// Host and port as they were configured, for the Host header, so that a receiver that rebuilds the URL from it gets the one that is
    /// signed. Null when that is what is sent anyway.
    /// </summary>
    public string? Host { get; }

    /// <summary>The URL as it was configured, with a path and without its fragment.</summary>
    public string Text { get; }

    /// <summary>The same as the receiver sees it.</summary>
    public string Signed { get; }

    public string Problem { get; }

    /// <summary>What is configured for its endpoint; set by the dispatcher.</summary>
    public WebhookEndpointSettings? Settings { get; set; }

    /// <summary>Its endpoint when it was last looked up; the dispatcher checks that it is still known.</summary>
    public WebhookEndpoint? Found { get; set; }

    public static TargetPlace Parse(string accountSid, string url, WebhookOptions options)
    {
        if (!WebhookTarget.TryParse(url, options, out Uri? uri, out string configured, out string problem))
            return new(new(accountSid, ""), "", null, null, "", "", problem);
        string path = uri.PathAndQuery;
        int query = path.IndexOf('?', StringComparison.Ordinal);
        string origin = string.Concat(uri.Scheme, "://", uri.Authority);
        var endpoint = new EndpointKey(accountSid, string.Concat(origin, query < 0 ? path : path[..query]));

        // Other than ASCII is escaped on its way, and the escaped form is what the receiver sees and signs. The same goes for the scheme,
        // of which nobody sees how it was written.
        string port = uri.IsDefaultPort ? "" : string.Create(CultureInfo.InvariantCulture, $":{uri.Port}");
        string sent = (uri.HostNameType == UriHostNameType.IPv6 ? $"[{uri.IdnHost.Trim('[', ']')}]" : uri.IdnHost) + port;
        ReadOnlySpan<char> written = WebhookTarget.AuthorityOf(configured);
        string authority = Ascii.IsValid(written) ? written.ToString() : sent;
        string signed = Ascii.IsValid(configured)
            ? string.Concat(uri.Scheme, configured.AsSpan(uri.Scheme.Length))
            : string.Concat(uri.Scheme, "://", authority, path);
        return new(endpoint, origin, uri, authority == sent ? null : authority, configured, signed, "");
    }
}

/// <summary>Which failures are tried again, by the fragment's <c>rp</c>.</summary>
[Flags]
internal enum RetriedFailures : byte
{
    None = 0,
    ClientErrors = 1,
    ServerErrors = 2,
    Connect = 4,
    Read = 8,
    All = 15,
}

/// <summary>
/// What the fragment of a URL asks for (<c>#rc=2&amp;rp=5xx,ct&amp;ct=2000&amp;rt=5000&amp;tt=10000</c>). It can only narrow what the
/// gateway does:
/// fewer retries, for fewer kinds of failure, with less time. What is not understood is left out.
/// </summary>
internal readonly record struct TargetOverrides(int MostRetries, RetriedFailures Retried, TimeSpan Connect, TimeSpan Total)
{
    private const int LeastMilliseconds = 100;

    public static TargetOverrides None { get; } = new(int.MaxValue, RetriedFailures.All, TimeSpan.MaxValue, TimeSpan.MaxValue);

    public bool Retries(in TryOutcome outcome) => (Retried & KindOf(outcome)) != 0;

    public static TargetOverrides Parse(string url)
    {
        int hash = url.IndexOf('#', StringComparison.Ordinal);
        TargetOverrides found = None;
        if (hash < 0) return found;
        ReadOnlySpan<char> fragment = url.AsSpan(hash + 1);
        foreach (Range range in fragment.Split('&'))
        {
            ReadOnlySpan<char> pair = fragment[range];
            int equals = pair.IndexOf('=');
            if (equals < 0) continue;
            ReadOnlySpan<char> value = pair[(equals + 1)..];
            switch (pair[..equals])
            {
                case "rc" when TryNumber(value, out int count):
                    found = found with { MostRetries = count };
                    break;
                case "rp" when TryKinds(value, out RetriedFailures kinds):
                    found = found with { Retried = kinds };
                    break;
                case "ct" when TryNumber(value, out int connect):
                    found = found with { Connect = Limit(connect) };
                    break;

                // A try is one read here: both bound it.
                case "rt" or "tt" when TryNumber(value, out int total):
                    TimeSpan limit = Limit(total);
                    found = found with { Total = limit < found.Total ? limit : found.Total };
                    break;
            }
        }

        return found;
    }

    private static RetriedFailures KindOf(in TryOutcome outcome) => outcome.Kind switch
    {
        TryKind.Answered => outcome.Status >= 500 ? RetriedFailures.ServerErrors : RetriedFailures.ClientErrors,
        TryKind.ConnectFailed or TryKind.AddressRefused => RetriedFailures.Connect,
        _ => RetriedFailures.Read,
    };

    private static TimeSpan Limit(int milliseconds) => TimeSpan.FromMilliseconds(Math.Max(LeastMilliseconds, milliseconds));

    private static bool TryNumber(ReadOnlySpan<char> text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static bool TryKinds(ReadOnlySpan<char> text, out RetriedFailures kinds)
    {
        kinds = RetriedFailures.None;
        foreach (Range range in text.Split(','))
        {
            kinds |= text[range] switch
            {
                "4xx" => RetriedFailures.ClientErrors,
                "5xx" => RetriedFailures.ServerErrors,
                "ct" => RetriedFailures.Connect,
                "rt" => RetriedFailures.Read,
                "all" => RetriedFailures.All,
                _ => RetriedFailures.None,
            };
        }

        return kinds != RetriedFailures.None;
    }
}
