using Crosspoint.Server.Identity;

namespace Crosspoint.Server.Configuration;

/// <summary>Reads <c>http.console</c>.</summary>
internal static class ConsoleConfig
{
    private const string ExpectedUrl = "an address such as https://gateway.example, without a path";

    public static ConsoleOptions Read(ConfigSection? section)
    {
        var defaults = new ConsoleOptions();
        if (section is null) return defaults;
        ConsoleOptions options = defaults with
        {
            Url = ReadUrl(section),
            IdleTimeout = section.Duration("idle_timeout", defaults.IdleTimeout, TimeSpan.FromMinutes(5), TimeSpan.FromDays(30)),
            SessionLifetime = section.Duration("session_lifetime", defaults.SessionLifetime, TimeSpan.FromMinutes(15), TimeSpan.FromDays(90)),
            SignInsPerMinute = section.Int("sign_ins_per_minute", defaults.SignInsPerMinute, 1, 10_000),
            AllowHttp = section.Bool("allow_http", defaults.AllowHttp),
        };
        section.Close();
        if (options.IdleTimeout <= options.SessionLifetime) return options;
        if (section.Has("idle_timeout")) section.Fail("idle_timeout", "must not be longer than 'session_lifetime'");
        return options with { IdleTimeout = options.SessionLifetime };
    }

    private static Uri? ReadUrl(ConfigSection section)
    {
        if (section.Text("url", most: 200, expected: ExpectedUrl) is not { } text) return null;
        bool isRight = Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && (url.Scheme == Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeHttp)
            && url.PathAndQuery == "/" && url.Fragment.Length == 0 && url.UserInfo.Length == 0;
        if (isRight) return url;
        section.Fail("url", $"is '{text}'; expected {ExpectedUrl}");
        return null;
    }
}
