using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace Crosspoint.Engine.Webhooks;

/// <summary>
/// The part of the check of a callback URL that needs no network: form, scheme, port, user name, literal addresses. What a host name
/// stands for is
/// checked at every connect.
/// </summary>
public static class WebhookTarget
{
    /// <summary>The longest URL taken, in characters.</summary>
    public const int MaxLength = 2_048;

    // ASCII that needs no escape.
    private static readonly SearchValues<char> Plain = SearchValues.Create(
        [.. Enumerable.Range('!', '~' - '!' + 1).Select(static code => (char)code).Except(['\\', '"', '<', '>'])]);

    private static readonly WebhookOptions AnyTarget = new() { AllowPrivateAddresses = true };

    /// <summary>Whether this URL may be called.</summary>
    /// <param name="problem">What is wrong with it, for people; empty when nothing is.</param>
    public static bool TryCheck(string url, WebhookOptions options, out string problem) =>
        TryParse(url, options, out _, out _, out problem);

    /// <summary>
    /// The receiver that a URL belongs to: scheme, host, port and path, written as they are compared. Only the form is looked at.
    /// </summary>
    /// <param name="problem">What is wrong with it, for people; empty when nothing is.</param>
    public static bool TryGetEndpoint(string url, out string endpoint, out string problem)
    {
        TargetUrl target = TargetUrl.Parse("", url, AnyTarget);
        (endpoint, problem) = (target.Endpoint.Url, target.Problem);
        return target.Uri is not null;
    }

    /// <summary>
    /// The part of a URL on which depends whether it may be called: up to its query or fragment, when nothing in those can be wrong, else the
    /// whole of it.
    /// </summary>
    internal static ReadOnlySpan<char> PlaceOf(string url)
    {
        if (url.Length > MaxLength || url.AsSpan().ContainsAnyExcept(Plain)) return url;
        int end = url.AsSpan().IndexOfAny('?', '#');
        return end < 0 ? url : url.AsSpan(0, end);
    }

    /// <param name="uri">What is called.</param>
    /// <param name="text">The URL as it was configured, without its fragment and with a path.</param>
    internal static bool TryParse(
        string url, WebhookOptions options, [NotNullWhen(true)] out Uri? uri, out string text, out string problem)
    {
        uri = null;
        problem = Find(url, options, out Uri? parsed, out text);
        if (problem.Length > 0) return false;
        uri = parsed!;
        return true;
    }

    private static string Find(string url, WebhookOptions options, out Uri? uri, out string text)
    {
        uri = null;
        text = "";
        if (string.IsNullOrEmpty(url)) return "the URL is empty";
        if (url.Length > MaxLength) return "the URL is longer than 2,048 characters";
        bool isAscii = true;
        foreach (char c in url)
        {
            if (c <= ' ' || c is '\\' or '"' or '<' or '>' or '\u007F') return "the URL has a character that must be percent-encoded";
            isAscii &= c < 0x80;
        }

        // The path goes out exactly as it was configured, since the receiver checks the signature against it.
        var creation = new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = isAscii };
        text = WithPath(WithoutFragment(url));
        if (!Uri.TryCreate(text, creation, out Uri? parsed) || parsed.Host.Length == 0) return "not an absolute URL with a host";
        if (parsed.Scheme != Uri.UriSchemeHttps && parsed.Scheme != Uri.UriSchemeHttp) return "only http and https can be called";
        if (!text.AsSpan(parsed.Scheme.Length).StartsWith("://")) return "not an absolute URL with a host";
        if (parsed.Scheme == Uri.UriSchemeHttp && !options.AllowHttp && !options.AllowPrivateAddresses) return "only https may be called";
        if (parsed.UserInfo.Length > 0 || HasUserInfo(text)) return "a user name or password in the URL is not supported";
        if (!TryGetHost(parsed, out string host)) return "the host name is not well-formed";
        if (host.Contains('_', StringComparison.Ordinal)) return "a host name cannot have an underscore";
        if (parsed.Port is <= 0 or > 65_535) return "the port is out of range";
        uri = parsed;
        if (options.AllowPrivateAddresses) return "";
        if (!IsAllowedPort(parsed.Port, options.AllowedPorts)) return "the port may not be called";
        return IsOwnNetwork(host.TrimEnd('.')) ? "the host is not on the public internet" : "";
    }

    // Some characters that no name may have are found only when the name is asked for.
    private static bool TryGetHost(Uri uri, out string host)
    {
        try
        {
            host = uri.IdnHost;
            return true;
        }
        catch (UriFormatException)
        {
            host = "";
            return false;
        }
    }

    internal static string WithoutFragment(string url)
    {
        int hash = url.IndexOf('#', StringComparison.Ordinal);
        return hash < 0 ? url : url[..hash];
    }

    /// <summary>Host and port as they are written in a URL.</summary>
    internal static ReadOnlySpan<char> AuthorityOf(string url)
    {
        int start = url.IndexOf("//", StringComparison.Ordinal) + 2;
        ReadOnlySpan<char> rest = url.AsSpan(start);
        int end = rest.IndexOfAny('/', '?', '#');
        return end < 0 ? rest : rest[..end];
    }

    // A request line cannot do without a path. With canonicalization off nobody else puts it there, and what goes out must be what is
    // signed.
    private static string WithPath(string url)
    {
        int start = url.IndexOf("//", StringComparison.Ordinal);
        if (start < 0) return url;
        int end = start + 2 + AuthorityOf(url).Length;
        return end < url.Length && url[end] == '/' ? url : url.Insert(end, "/");
    }

    private static bool HasUserInfo(string url) => AuthorityOf(url).Contains('@');

    private static bool IsAllowedPort(int port, IReadOnlyList<int> allowed)
    {
        for (int i = 0; i < allowed.Count; i++)
        {
            if (allowed[i] == port) return true;
        }

        return false;
    }

    private static bool IsOwnNetwork(string host)
    {
        if (host.Equals("localhost", StringComparison.OrdinalIgnoreCase)) return true;
        if (host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)) return true;

        // Takes the decimal, octal and hexadecimal forms with one to four parts, too.
        if (IPAddress.TryParse(host, out IPAddress? address)) return !AddressRules.IsPublic(address);

        // A last label that begins with a digit is no top-level domain, so this is an address in a form that some resolver may know.
        return char.IsAsciiDigit(host[host.LastIndexOf('.') + 1]);
    }
}
