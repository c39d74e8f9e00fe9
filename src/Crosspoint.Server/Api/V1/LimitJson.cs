using System.Text.Json;
using Crosspoint.Engine.Limits;
using Crosspoint.Server.Accounts;
using Crosspoint.Server.Configuration;

namespace Crosspoint.Server.Api.V1;

/// <summary>Limits of accounts as JSON, in the words of the configuration.</summary>
internal static class LimitJson
{
    /// <summary>What an account has of its own: the keys that are set alone, so that it can be sent back as it is.</summary>
    public static void Write(Utf8JsonWriter writer, AccountLimits limits)
    {
        writer.WriteStartObject();
        if (limits.Rate is { } rate) writer.WriteNumber("rate"u8, rate);
        if (limits.Burst > 0) writer.WriteNumber("burst"u8, limits.Burst);
        if (limits.Queue is { } queue)
        {
            writer.WriteString("queue"u8, Units.Format(queue));
            writer.WriteString("over"u8, AccountDocument.NameIn(LimitConfig.Answers, limits.Over));
        }

        if (limits.PerDay is { } perDay) writer.WriteNumber("per_day"u8, perDay);
        if (limits.Zone is { } zone) writer.WriteString("zone"u8, zone.Id);
        if (limits.PerDay > 0) writer.WriteString("per_day_over"u8, AccountDocument.NameIn(LimitConfig.DayAnswers, limits.PerDayOver));
        writer.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter writer, LimitInForce inForce)
    {
        Limit limit = inForce.Limit;
        bool isByDay = limit.PerDay > 0;
        writer.WriteStartObject();
        writer.WriteString("source"u8, SourceOf(inForce.Source));
        writer.WriteString("name"u8, limit.Name);
        WriteNumber(writer, "rate"u8, isByDay ? null : limit.Rate);
        WriteNumber(writer, "burst"u8, isByDay ? null : limit.Burst);
        writer.WriteString("queue"u8, limit.Queue is { } queue ? Units.Format(queue) : null);
        WriteNumber(writer, "per_day"u8, isByDay ? limit.PerDay : null);
        writer.WriteString("zone"u8, limit.Zone?.Id);
        writer.WriteString("over"u8, isByDay || limit.Queue is not null ? AccountDocument.NameIn(LimitConfig.DayAnswers, limit.Over) : null);
        writer.WriteStartObject("match"u8);
        foreach ((string key, string value) in MatchOf(limit)) writer.WriteString(key, value);
        writer.WriteEndObject();
        writer.WriteString("each"u8, limit.Each == LimitEach.Whole ? null : AccountDocument.NameIn(LimitConfig.Eaches, limit.Each));
        WriteNumber(writer, "waiting_segments"u8, inForce.Waiting);
        WriteNumber(writer, "today"u8, inForce.Today);
        writer.WriteEndObject();
    }

    private static IEnumerable<(string Key, string Value)> MatchOf(Limit limit)
    {
        if (limit.Class is { } trafficClass) yield return ("class", AccountDocument.NameIn(AccountConfig.Classes, trafficClass));
        if (limit.Sender is { } sender) yield return ("sender", sender);
        if (limit.SenderKind is { } kind) yield return ("sender_type", AccountDocument.NameIn(LimitConfig.SenderKinds, kind));
        if (limit.Country is { } country) yield return ("country", country);
        if (limit.Prefix is { } prefix) yield return ("prefix", prefix);
        if (limit.Campaign is { } campaign) yield return ("campaign", campaign);
        if (limit.Connection is { } connection) yield return ("connection", connection);
    }

    private static ReadOnlySpan<byte> SourceOf(LimitSource source) => source switch
    {
        LimitSource.Own => "own"u8,
        LimitSource.Default => "default"u8,
        _ => "file"u8,
    };

    private static void WriteNumber(Utf8JsonWriter writer, ReadOnlySpan<byte> name, double? value)
    {
        if (value is { } number) writer.WriteNumber(name, number);
        else writer.WriteNull(name);
    }
}
