using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Crosspoint.Server.Identity;
using Microsoft.AspNetCore.Http;

namespace Crosspoint.Server.Api;

/// <summary>The cookie of a session, and what goes with it: where a request comes from, and that it was our own page that made it.</summary>
internal static class SessionCookie
{
    public const string CsrfHeader = "Crosspoint-Csrf";

    /// <summary>What a page says of reads that nobody asked for: it asks again by a timer.</summary>
    public const string BackgroundHeader = "Crosspoint-Background";

    // Browsers take a cookie of this name only over TLS, for this host alone and for all paths.
    private const string Secure = "__Host-crosspoint";
    private const string Plain = "crosspoint";
    private const int MostCharacters = 64;
    private const string Https = "https";

    private static readonly string[] ProxyHeaders = ["Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP"];

    /// <summary>What the cookie holds, and whether it is the one of TLS; false when there is none.</summary>
    public static bool TryRead(HttpRequest request, out string token, out bool isSecure)
    {
        token = "";
        isSecure = false;
        if (request.Headers.Cookie.Count == 0) return false;
        isSecure = request.Cookies.TryGetValue(Secure, out string? value);
        if (!isSecure && !request.Cookies.TryGetValue(Plain, out value)) return false;
        token = value is { Length: > 0 and <= MostCharacters } ? value : "-";
        return true;
    }

    /// <summary>What the browser holds as its session; null for nothing.</summary>
    public static string? Of(HttpRequest request) => TryRead(request, out string token, out _) ? token : null;

    public static void Set(HttpContext context, string token, bool isSecure, TimeSpan lifetime) => Append(
        context, isSecure, string.Create(CultureInfo.InvariantCulture, $"={token}; Max-Age={(long)lifetime.TotalSeconds}"));

    public static void Clear(HttpContext context, bool isSecure) => Append(context, isSecure, "=; Max-Age=0");

    public static SignInOrigin OriginOf(HttpRequest request) => new(
        request.HttpContext.Connection.RemoteIpAddress ?? IPAddress.None, request.Headers.UserAgent.ToString(), IsSecure(request), IsLocal(request));

    /// <summary>
    /// Whether the browser speaks TLS, to here or to a proxy. Whoever pretends it without TLS gets a cookie that their browser throws away.
    /// </summary>
    public static bool IsSecure(HttpRequest request) =>
        request.IsHttps
        || request.Headers.Origin.ToString().StartsWith(Https + "://", StringComparison.OrdinalIgnoreCase)
        || string.Equals(request.Headers["X-Forwarded-Proto"].ToString(), Https, StringComparison.OrdinalIgnoreCase);

    /// <summary>What a page shows to prove that it can read the answers of its own host. It follows from the session, so nothing is stored.</summary>
    public static string CsrfOf(string token) =>
        Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(token), "crosspoint csrf"u8));

    public static bool HasCsrf(HttpRequest request, string token) =>
        request.Headers[CsrfHeader] is { Count: 1 } given
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given[0] ?? ""), Encoding.UTF8.GetBytes(CsrfOf(token)));

    /// <summary>
    /// Whether nobody is behind a read: it does not keep the session alive, and is answered like any other. Streams open themselves again, and browsers let no
    /// header be sent with them. A change is always somebody's.
    /// </summary>
    public static bool IsBackground(HttpRequest request) =>
        (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
        && (request.Headers[BackgroundHeader] == "1" || request.Headers.Accept == "text/event-stream");

    /// <summary>
    /// Whether a page of this very host made the request, by what the browser says: Sec-Fetch-Site, or where it is not sent (plain HTTP) the Origin, whose
    /// host must be the one that was asked. Null when it says neither.
    /// </summary>
    public static bool? IsSameOrigin(HttpRequest request)
    {
        if (request.Headers["Sec-Fetch-Site"] is { Count: > 0 } site) return site.ToString() == "same-origin";
        if (request.Headers.Origin is not { Count: > 0 } origin) return null;
        return Uri.TryCreate(origin.ToString(), UriKind.Absolute, out Uri? from)
            && string.Equals(from.Authority, request.Host.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    // Behind a proxy on this machine every browser seems to be here. A name that leads here by somebody else's DNS is not ours.
    private static bool IsLocal(HttpRequest request)
    {
        if (!IPAddress.IsLoopback(request.HttpContext.Connection.RemoteIpAddress ?? IPAddress.None)) return false;
        if (ProxyHeaders.Any(request.Headers.ContainsKey)) return false;
        string host = request.Host.Host;
        return host == "localhost" || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(host, out IPAddress? address) && IPAddress.IsLoopback(address));
    }

    private static void Append(HttpContext context, bool isSecure, string value) => context.Response.Headers.Append(
        "Set-Cookie", $"{(isSecure ? Secure : Plain)}{value}; Path=/; HttpOnly; SameSite=Strict{(isSecure ? "; Secure" : "")}");
}
