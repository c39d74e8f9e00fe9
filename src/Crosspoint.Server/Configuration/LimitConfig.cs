using System.Text.RegularExpressions;
using Crosspoint.Engine;
using Crosspoint.Engine.Limits;
using Crosspoint.Engine.Messages;
using Crosspoint.Sms.Numbers;
using NodaTime;

namespace Crosspoint.Server.Configuration;

/// <summary>Reads <c>limits</c>.</summary>
internal static partial class LimitConfig
{
    // A segment a day, and more than a machine sends.
    private const double LeastRate = 1.0 / 86_400;
    private const double MostRate = 1_000_000;
    private static readonly TimeSpan MostQueue = TimeSpan.FromDays(35);

    public static readonly Dictionary<string, SenderKind?> SenderKinds = new(StringComparer.Ordinal)
    {
        ["long_code"] = SenderKind.LongCode,
        ["toll_free"] = SenderKind.TollFree,
        ["short_code"] = SenderKind.ShortCode,
        ["alphanumeric"] = SenderKind.Alphanumeric,
    };

    public static readonly Dictionary<string, LimitEach> Eaches = new(StringComparer.Ordinal)
    {
        ["account"] = LimitEach.Account,
        ["sender"] = LimitEach.Sender,
        ["campaign"] = LimitEach.Campaign,
        ["country"] = LimitEach.Country,
    };

    public static readonly Dictionary<string, LimitAnswer> Answers = new(StringComparer.Ordinal)
    {
        ["throttle"] = LimitAnswer.Throttle,
        ["refuse"] = LimitAnswer.Refuse,
    };

    public static readonly Dictionary<string, LimitAnswer> DayAnswers = new(Answers) { ["queue"] = LimitAnswer.Queue };

    /// <param name="engine">With the accounts and connections that limits may name.</param>
    public static IReadOnlyList<Limit> Read(ConfigSection root, EngineOptions engine)
    {
        var names = new UniqueNames(root.Errors, "name of the limit");
        var limits = new List<Limit>();
        foreach (ConfigSection section in root.Groups("limits")) limits.Add(ReadLimit(section, names, engine));
        return limits;
    }

    /// <summary>Reads what an account has of its own; a cap of 0 is none, whatever holds for every account.</summary>
    public static AccountLimits ReadOwn(ConfigSection? section)
    {
        if (section is null) return AccountLimits.None;
        double? rate = section.Has("rate") ? section.Number("rate", 1, 0, MostRate) : null;
        if (rate is > 0 and < LeastRate) section.Fail("rate", "is less than one segment a day (0.0000116); expected that at least, or 0 for no cap");
        int? perDay = section.Has("per_day") ? section.Int("per_day", 1, 0, int.MaxValue) : null;
        Need(rate, "rate", "burst", "queue");
        Need(perDay, "per_day", "zone", "per_day_over");
        TimeSpan? queue = section.Has("queue") ? section.Duration("queue", TimeSpan.Zero, TimeSpan.Zero, MostQueue) : null;
        if (queue is null && section.Has("over")) section.Fail("over", "says what is answered when the queue is full; expected 'queue' beside it");
        var limits = new AccountLimits
        {
            Rate = rate,
            Burst = section.Number("burst", 0, 0, MostRate),
            Queue = queue,
            Over = section.Choice("over", LimitAnswer.Throttle, Answers),
            PerDay = perDay,
            Zone = perDay > 0 ? ReadZone(section, "zone") : null,
            PerDayOver = section.Choice("per_day_over", LimitAnswer.Queue, DayAnswers),
        };
        section.Close();
        return limits;

        void Need(double? cap, string of, params string[] keys)
        {
            foreach (string key in keys)
            {
                if (cap is not > 0 && section.Has(key)) section.Fail(key, $"is about the cap of '{of}'; expected that beside it, above 0");
            }
        }
    }

    private static Limit ReadLimit(ConfigSection section, UniqueNames names, EngineOptions engine)
    {
        string? name = section.Text("name", required: true, most: 50, expected: "a name for people");
        names.Add(name, section.LineOf("name"), section.PathOf("name"));
        if (section.Has("per_day")) return ReadDay(section, name, engine);
        bool hasRate = section.Has("rate");
        if (!hasRate) section.Fail("rate", "is missing; expected segments a second, or 'per_day'");
        if (section.Has("zone")) section.Fail("zone", "is the time zone of 'per_day'; expected that beside it");
        TimeSpan? queue = section.Has("queue") ? section.Duration("queue", TimeSpan.Zero, TimeSpan.Zero, MostQueue) : null;
        if (queue is null && section.Has("over")) section.Fail("over", "says what is answered when the queue is full; expected 'queue' beside it");
        var limit = new Limit
        {
            Name = name ?? "",
            Rate = section.Number("rate", 1, LeastRate, MostRate),
            Burst = section.Number("burst", 0, 0, MostRate),
            Queue = queue,
            Over = section.Choice("over", LimitAnswer.Throttle, Answers),
            Each = section.Choice("each", LimitEach.Whole, Eaches),
        };
        if (section.Group("match") is { } match) limit = ReadMatch(match, limit, engine);
        section.Close();
        return limit;
    }

    private static Limit ReadDay(ConfigSection section, string? name, EngineOptions engine)
    {
        foreach (string key in (string[])["rate", "burst", "queue"])
        {
            if (section.Has(key)) section.Fail(key, "does not go with 'per_day'; expected it in a limit of its own");
        }

        var limit = new Limit
        {
            Name = name ?? "",
            Rate = 0,
            PerDay = section.Int("per_day", 1, 1, int.MaxValue),
            Zone = ReadZone(section, "zone"),
            Over = section.Choice("over", LimitAnswer.Queue, DayAnswers),
            Each = section.Choice("each", LimitEach.Whole, Eaches),
        };
        if (section.Group("match") is { } match) limit = ReadMatch(match, limit, engine);
        section.Close();
        return limit;
    }

    /// <summary>A required time zone; null when it is missing or wrong.</summary>
    public static DateTimeZone? ReadZone(ConfigSection section, string key)
    {
        const string Expected = "a time zone of the tz database, such as America/New_York";
        string? id = section.Text(key, required: true, most: 50, expected: Expected);
        if (id is null) return null;
        if (DateTimeZoneProviders.Tzdb.GetZoneOrNull(id) is { } zone) return zone;
        string hint = Spelling.Nearest(id, DateTimeZoneProviders.Tzdb.Ids) is { } nearest ? $"; did you mean '{nearest}'?" : "";
        section.Fail(key, $"is '{id}'; expected {Expected}{hint}");
        return null;
    }

    /// <summary>Reads which messages a limit, or a send window, concerns.</summary>
    public static Limit ReadMatch(ConfigSection match, Limit limit, EngineOptions engine)
    {
        string? sender = match.Text("sender", most: 50, expected: "a number, a short code or a name");
        if (sender is not null && !Senders.TryClassify(sender, out _, out sender))
            match.Fail("sender", "is not a sender; expected a number in E.164 form, a short code of 3 to 8 digits, or a name");
        limit = limit with
        {
            Account = match.Text("account", most: 34, expected: "the SID of an account"),
            Class = match.Has("class") ? match.Choice("class", default, AccountConfig.Classes) : null,
            Sender = sender,
            SenderKind = match.Choice("sender_type", null, SenderKinds),
            Country = Form(match, "country", CountryForm(), "an ISO 3166-1 code of two capitals, such as US"),
            Prefix = Form(match, "prefix", PrefixForm(), "the beginning of numbers with their +, such as +1212"),
            Campaign = match.Text("campaign", most: Metadata.MostValueCharacters, expected: "the metadata 'campaign' of the messages"),
            Connection = match.Text("connection", most: 50, expected: "the name of a connection"),
        };
        if (limit is { Connection: not null, Queue: not null })
            match.Fail("connection", "is chosen when a message goes out; expected no 'queue' in a limit that names one");
        if (limit is { Connection: not null, PerDay: > 0, Over: not LimitAnswer.Queue })
            match.Fail("connection", "is chosen when a message goes out; expected 'over: queue' in a limit by day that names one");
        match.CheckName("account", limit.Account, engine.Accounts.Select(static account => account.Sid));
        match.CheckName("connection", limit.Connection, engine.Connections.Select(static connection => connection.Name));
        match.Close();
        return limit;
    }

    private static string? Form(ConfigSection section, string key, Regex form, string expected)
    {
        string? text = section.Text(key, most: 16, expected: expected);
        if (text is null || form.IsMatch(text)) return text;
        section.Fail(key, $"is '{text}'; expected {expected}");
        return null;
    }

    [GeneratedRegex("^[A-Z]{2}$")]
    public static partial Regex CountryForm();

    [GeneratedRegex(@"^\+[1-9][0-9]{0,14}$")]
    public static partial Regex PrefixForm();
}
