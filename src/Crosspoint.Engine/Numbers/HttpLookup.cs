using System.Globalization;
using System.Net;
using System.Text.Json;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Numbers;

/// <summary>Asks a service over HTTP, with one GET for a number.</summary>
internal sealed class HttpLookup : INumberLookup
{
    // Answers of such services have a few hundred bytes.
    private const int MostBytes = 64 * 1024;

    private readonly HttpLookupOptions _options;
    private readonly NetworkNames _names;
    private readonly HttpClient _client;

    public HttpLookup(LookupServiceOptions service)
    {
        _options = service.Http!;
        _names = new(service.Names);

        // Redirects would take the headers elsewhere; the pool is renewed so that a change of the host's addresses is seen.
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            MaxConnectionsPerServer = service.Concurrency,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            UseCookies = false,
        };
        _client = new(handler) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = MostBytes };
    }

    public async Task<LookupAnswer> AskAsync(E164 number, CancellationToken cancellationToken)
    {
        string url = _options.Url.Replace(HttpLookupOptions.NumberPlace, number.Digits.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.Add("Accept", "application/json");
        foreach ((string name, string value) in _options.Headers)
        {
            request.Headers.Remove(name);
            request.Headers.TryAddWithoutValidation(name, value);
        }

        try
        {
            using HttpResponseMessage response = await _client.SendAsync(request, HttpCompletionOption.ResponseContentRead, cancellationToken).ConfigureAwait(false);
            if (response.StatusCode == HttpStatusCode.NotFound) return default;
            if (response.StatusCode != HttpStatusCode.OK)
            {
                bool isOutage = response.StatusCode >= HttpStatusCode.InternalServerError;
                throw new LookupException($"answered {(int)response.StatusCode}") { IsWrongAnswer = true, IsOutage = isOutage };
            }

            byte[] body = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
            using JsonDocument document = JsonDocument.Parse(body);
            return Read(document.RootElement);
        }
        catch (JsonException)
        {
            throw Wrong("answered what is no JSON");
        }
        catch (HttpRequestException error)
        {
            bool isTooLong = error.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded;
            throw new LookupException(error.Message, error) { IsWrongAnswer = isTooLong, IsOutage = !isTooLong };
        }
    }

    public void Dispose() => _client.Dispose();

    private static LookupException Wrong(string message) => new(message) { IsWrongAnswer = true };

    private static string? TextAt(JsonPath? path, JsonElement root) => path?.Find(root) switch
    {
        { ValueKind: JsonValueKind.String } value => value.GetString()!.Trim(),
        { ValueKind: JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False } value => value.GetRawText(),
        null or { ValueKind: JsonValueKind.Null } => null,
        _ => throw Wrong($"has a group or a list at '{path}'"),
    };

    private LookupAnswer Read(JsonElement root)
    {
        bool? isPorted = TextAt(_options.Ported, root) is { } ported ? Truth.Of(ported) : null;
        string? mcc = TextAt(_options.Mcc, root);
        string? mnc = TextAt(_options.Mnc, root);
        if (!NetworkNames.IsNothing(mcc) && !string.IsNullOrEmpty(mnc))
        {
            if (NetworkNames.TryReadCodes(mcc, mnc, out NetworkId network)) return new(network, isPorted);
            throw Wrong($"has no MCC and MNC at '{_options.Mcc}' and '{_options.Mnc}'");
        }

        string? text = TextAt(_options.Network, root);
        if (NetworkNames.IsNothing(text)) return new(default, isPorted);
        return _names.TryRead(text!, out NetworkId named) ? new(named, isPorted)
            : throw Wrong($"has neither MCC and MNC nor a name that is configured at '{_options.Network}'");
    }
}

/// <summary>Yes and no as services write them.</summary>
internal static class Truth
{
    /// <summary>Null when it is neither.</summary>
    public static bool? Of(string text) => text.ToLowerInvariant() switch
    {
        "true" or "yes" or "y" or "1" or "ported" => true,
        "false" or "no" or "n" or "0" or "not_ported" => false,
        _ => null,
    };
}
