using System.Globalization;

namespace Crosspoint.Engine.Webhooks;

/// <summary>What the delivery log says of a failed try. Says nothing of the operator's network: the account reads it.</summary>
internal static class ErrorTexts
{
    public const string TimedOut = "no answer in time";
    public const string ConnectTimedOut = "could not connect in time";
    public const string ConnectFailed = "could not connect";
    public const string NoSuchHost = "the host name cannot be resolved";
    public const string TlsFailed = "TLS failed";
    public const string Broken = "the connection broke, or the answer is not HTTP";
    public const string HeadersTooLarge = "the answer's headers are too large";
    public const string AddressRefused = "the host is not on the public internet";
    public const string Internal = "internal error";

    public static string OfStatus(int status) => status switch
    {
        404 => "HTTP 404",
        429 => "HTTP 429",
        500 => "HTTP 500",
        502 => "HTTP 502",
        503 => "HTTP 503",
        504 => "HTTP 504",
        >= 300 and < 400 => string.Create(CultureInfo.InvariantCulture, $"HTTP {status}: redirects are not followed"),
        _ => string.Create(CultureInfo.InvariantCulture, $"HTTP {status}"),
    };
}
