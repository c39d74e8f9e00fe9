using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Webhooks;

namespace Crosspoint.Server.Configuration;

/// <summary>Reads <c>accounts[].webhook_endpoints</c>.</summary>
internal static class WebhookEndpointConfig
{
    // What a receiver could still be said to be served at; less is a slip of the pen.
    private const double LeastRate = 0.01;
    private const double MostRate = 100_000;

    /// <param name="mayHaveSecrets">False where secrets have a place of their own: then they are keys that are not known.</param>
    public static IReadOnlyList<WebhookEndpointSettings> Read(ConfigSection account, bool mayHaveSecrets = true)
    {
        var endpoints = new List<WebhookEndpointSettings>();
        var urls = new HashSet<string>(StringComparer.Ordinal);
        foreach (ConfigSection section in account.Groups("webhook_endpoints"))
        {
            string? url = ReadUrl(section);
            byte[]? secret = !mayHaveSecrets ? null : AccountConfig.ReadWebhookSecret(section, "secret");
            byte[]? previous = !mayHaveSecrets ? null : AccountConfig.ReadWebhookSecret(section, "secret_previous");
            if (previous is not null && !section.Has("secret"))
                section.Fail("secret_previous", "stands without 'secret'; expected both, or neither");
            if (previous is not null && secret is not null && previous.AsSpan().SequenceEqual(secret))
                section.Fail("secret_previous", "is the secret that is in use; expected the one before it");
            var endpoint = new WebhookEndpointSettings
            {
                Url = url ?? "",
                IsEnabled = section.Bool("enabled", true),
                Batch = ReadBatch(section.Group("batch")),
                Concurrency = section.Int("concurrency", 0, 1, 1_000),
                Rate = section.Number("rate", 0, LeastRate, MostRate),
                Secret = secret,
                SecretPrevious = previous,
            };
            section.Close();
            if (url is null) continue;
            if (urls.Add(url)) endpoints.Add(endpoint);
            else section.Fail("url", $"stands for {url}, which is listed already; expected each receiver once");
        }

        return endpoints;
    }

    private static string? ReadUrl(ConfigSection section)
    {
        const string Expected = "an http or https URL without a query, such as https://example.com/events, or one that ends in /*";
        string? text = section.Text("url", required: true, most: WebhookTarget.MaxLength, expected: Expected);
        if (text is null) return null;
        bool isPrefix = text.EndsWith(WebhookEndpointSettings.PrefixEnd, StringComparison.Ordinal);
        string plain = isPrefix ? text[..^1] : text;
        string problem = "";
        if (plain.AsSpan().IndexOfAny('?', '#', '*') < 0 && WebhookTarget.TryGetEndpoint(plain, out string endpoint, out problem))
            return isPrefix ? endpoint + "*" : endpoint;
        section.Fail("url", $"is '{text}'{(problem.Length > 0 ? $": {problem}" : "")}; expected {Expected}");
        return null;
    }

    private static WebhookBatch? ReadBatch(ConfigSection? section)
    {
        if (section is null) return null;
        int events = section.Int("events", WebhookBatch.MostEvents, 1, WebhookBatch.MostEvents);
        int most = (int)WebhookBatch.LongestWait.TotalMilliseconds;
        int wait = section.Int("wait_ms", (int)WebhookBatch.DefaultWait.TotalMilliseconds, 0, most);
        section.Close();
        return new(events, TimeSpan.FromMilliseconds(wait));
    }
}
