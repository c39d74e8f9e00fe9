using System.Globalization;
using System.Text;
using Crosspoint.Engine.Messages;
using Crosspoint.Server.Api.V1;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Crosspoint.Server.Api.TwilioCompat;

/// <summary>The query of the list of messages.</summary>
internal sealed record ListParameters
{
    private const int DefaultPageSize = 50;
    private const int MaxPageSize = 1000;
    private const int MaxPage = 1_000_000;

    public string? To { get; init; }

    public string? From { get; init; }

    /// <summary>Microseconds, inclusive; null for no bound.</summary>
    public long? SentFrom { get; init; }

    /// <summary>Microseconds, exclusive; null for no bound.</summary>
    public long? SentBefore { get; init; }

    public int PageSize { get; init; } = DefaultPageSize;

    /// <summary>Number of the page, from 0: for display alone, the token says where the page begins.</summary>
    public int Page { get; init; }

    public PageToken? Token { get; init; }

    // The filters as they came, to be repeated in the links to other pages.
    private string Filters { get; init; } = "";

    /// <summary>Null when all is right.</summary>
    public static TwilioError? Read(IQueryCollection query, out ListParameters parameters)
    {
        parameters = new();
        var filters = new StringBuilder();
        foreach ((string name, StringValues values) in query)
        {
            string value = values[0] ?? "";
            if (values.Count > 1) return TwilioError.Parameter($"Parameter '{Short(name)}' is given twice");
            if (value.Length == 0) continue;
            if (parameters.With(name, value) is not { } next)
                return TwilioError.Parameter($"Parameter '{Short(name)}' is unknown or not valid");
            parameters = next;
            if (name is "To" or "From" || name.StartsWith("DateSent", StringComparison.Ordinal))
                filters.Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(ListQuery.Address(value))).Append('&');
        }

        if (parameters.Page > 0 && parameters.Token is null)
            return TwilioError.Parameter("Parameter 'Page' needs the 'PageToken' of next_page_uri");
        parameters = parameters with { Filters = filters.ToString() };
        return null;
    }

    /// <summary>The link to a page of the same list.</summary>
    public string UriOf(string accountSid, int page, PageToken? token)
    {
        string uri = TwilioMessageJson.UriOf(accountSid, $"Messages.json?{Filters}");
        string tail = token is null ? "" : $"&PageToken={token}";
        return string.Create(CultureInfo.InvariantCulture, $"{uri}PageSize={PageSize}&Page={page}{tail}");
    }

    private static string Short(string name) => name.Length > 64 ? name[..64] : name;

    private ListParameters? With(string name, string value)
    {
        switch (name)
        {
            case "To":
                return this with { To = ListQuery.Address(value) };
            case "From":
                return this with { From = ListQuery.Address(value) };
            case "PageSize":
                // Larger pages are cut to the most there is, as clients expect.
                return TryReadNumber(value, out int size) && size >= 1 ? this with { PageSize = Math.Min(size, MaxPageSize) } : null;
            case "Page":
                return TryReadNumber(value, out int page) && page <= MaxPage ? this with { Page = page } : null;
            case "PageToken":
                return PageToken.Parse(value) is { } token ? this with { Token = token } : null;
            case "DateSent" or "DateSent<" or "DateSent>":
                return WithDate(name[^1], value);
            default:
                return null;
        }
    }

    private ListParameters? WithDate(char relation, string value)
    {
        if (!ListQuery.TryReadTime(value, out DateTimeOffset time)) return null;
        long at = Micros.From(time);

        // Twilio's SDKs know dates with a time alone: midnight is how they write a day.
        bool isDay = value.Length == "yyyy-MM-dd".Length || time.UtcDateTime.TimeOfDay == TimeSpan.Zero;
        return relation switch
        {
            '<' => this with { SentBefore = at + 1 },
            '>' => this with { SentFrom = at },
            _ => this with { SentFrom = at, SentBefore = at + (isDay ? 24 * 3600 : 1) * Micros.PerSecond },
        };
    }

    private static bool TryReadNumber(string text, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
