using Crosspoint.Engine;
using Crosspoint.Engine.Health.Detection;
using Crosspoint.Engine.Health.History;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Server.Configuration;

/// <summary>Reads <c>health</c>.</summary>
internal static class HealthConfig
{
    private static readonly TimeSpan LeastP95 = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <param name="engine">With the connections that overrides may name.</param>
    public static DetectionOptions ReadDetection(ConfigSection? health, EngineOptions engine)
    {
        var defaults = new DetectionOptions();
        if (health?.Group("detection") is not { } section) return defaults;
        DetectionOptions options = defaults with
        {
            Rules = ReadRules(section),
            UnboundAfter = section.Duration("unbound_after", defaults.UnboundAfter, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)),
            StalledAfter = section.Duration("stalled_after", defaults.StalledAfter, DetectionOptions.ShortestStall, TimeSpan.FromMinutes(10)),
            StalledFactor = section.Number("stalled_factor", defaults.StalledFactor, 1, 100),
            StalledWaiting = section.Int("stalled_waiting", defaults.StalledWaiting, 1, 10_000),
            ResponseP99 = section.Duration("response_p99", defaults.ResponseP99, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(1)),
            ResponsesSlowFor = section.Duration("responses_slow_for", defaults.ResponsesSlowFor, TimeSpan.FromSeconds(5), TimeSpan.FromHours(1)),
            ThrottledFor = section.Duration("throttled_for", defaults.ThrottledFor, TimeSpan.FromSeconds(5), TimeSpan.FromHours(1)),
            NewErrorShare = section.Number("new_error_share", defaults.NewErrorShare, 0, 1),
            NewErrorCount = section.Int("new_error_count", defaults.NewErrorCount, 1, 1_000_000),
            ReceiptsSilentAfter = section.Duration("receipts_silent_after", defaults.ReceiptsSilentAfter, TimeSpan.FromSeconds(1), Day),
            ReceiptsStretch = section.Number("receipts_stretch", defaults.ReceiptsStretch, 1, 10),
            Evidence = section.Number("evidence", defaults.Evidence, 3, 50),
            Repeat = section.Duration("repeat", defaults.Repeat, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)),
            AdoptAfter = section.Duration("adopt_after", defaults.AdoptAfter, TimeSpan.FromMinutes(10), DetectionOptions.LongestTime),
            Overrides = [.. section.Groups("overrides").Select(some => ReadOverride(some, engine))],
        };
        section.Close();
        return options;
    }

    public static HistoryOptions ReadHistory(ConfigSection? section)
    {
        var defaults = new HistoryOptions();
        if (section is null) return defaults;
        HistoryOptions options = defaults with
        {
            IsEnabled = section.Bool("enabled", defaults.IsEnabled),
            Minutes = section.Duration("minutes", defaults.Minutes, TimeSpan.FromHours(2), TimeSpan.FromDays(31)),
            Hours = section.Duration("hours", defaults.Hours, Day, TimeSpan.FromDays(3_650)),
        };
        if (options.Hours < options.Minutes)
            section.Fail(section.Has("hours") ? "hours" : "minutes", "hours must not be kept for less time than minutes");
        section.Close();
        return options;
    }

    private static DetectionRules ReadRules(ConfigSection section) => new()
    {
        Errors = section.Has("errors") ? section.Number("errors", 0, 0, 1) : null,
        ReceiptsP95 = section.Has("receipts_p95") ? section.Duration("receipts_p95", LeastP95, LeastP95, Day) : null,
        Throttled = section.Has("throttled") ? section.Number("throttled", 0, 0, 1) : null,
        Messages = section.Has("messages") ? section.Int("messages", 1, 1, 1_000_000) : null,
    };

    private static DetectionOverride ReadOverride(ConfigSection section, EngineOptions engine)
    {
        var some = new DetectionOverride { Rules = ReadRules(section) };
        if (some.Rules == new DetectionRules() && section.Errors.Errors.Count == 0)
            section.Errors.Add(section.Line, section.Path, "sets nothing; expected at least one of errors, receipts_p95, throttled, messages");
        if (section.Group("match", required: true) is { } match) some = ReadMatch(match, some, engine);
        section.Close();
        return some;
    }

    private static DetectionOverride ReadMatch(ConfigSection match, DetectionOverride some, EngineOptions engine)
    {
        string? country = match.Text("country", most: 16, expected: "an ISO 3166-1 code of two capitals, such as US");
        if (country is not null && !LimitConfig.CountryForm().IsMatch(country))
            match.Fail("country", $"is '{country}'; expected an ISO 3166-1 code of two capitals, such as US");
        NetworkId? network = null;
        if (match.Text("network", most: 16, expected: "MCC and MNC, such as 26201 or 262-01") is { } text)
        {
            if (NetworkId.TryParse(text, out NetworkId id)) network = Networks.Resolve(id);
            else match.Fail("network", $"is '{text}'; expected MCC and MNC, such as 26201 or 262-01");
        }

        some = some with
        {
            Connection = match.Text("connection", most: 50, expected: "the name of a connection"),
            Country = country,
            Network = network,
            Class = match.Has("class") ? match.Choice("class", default, AccountConfig.Classes) : null,
        };
        match.CheckName("connection", some.Connection, engine.Connections.Select(static connection => connection.Name));
        match.Close();
        return some;
    }
}
