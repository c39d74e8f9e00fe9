using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Crosspoint.Engine;
using Crosspoint.Engine.Health;
using Crosspoint.Engine.Health.History;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;
using Crosspoint.Server.Identity;
using Crosspoint.Sms.Numbers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Crosspoint.Server.Api.V1;

/// <summary>The long view of health under <c>/v1/health/history</c> (docs/health.md). Needs <c>http.admin_token</c>.</summary>
internal sealed class HistoryEndpoint(ApiBackend backend, OperatorDoor door)
{
    private const int DefaultPage = 500;
    private const int MostPage = 2_000;
    private const int MostSteps = 10_000;
    private const int LongestCursor = 1_000;

    private static readonly string[] ParameterNames = ["from", "before", "step", "level", "connection", "country", "network", "class", "limit", "cursor"];

    private static readonly Dictionary<string, HistoryStep> Steps = new(StringComparer.Ordinal)
    {
        ["minute"] = HistoryStep.Minute,
        ["hour"] = HistoryStep.Hour,
        ["day"] = HistoryStep.Day,
    };

    private static readonly Dictionary<string, HistoryLevel> Levels = new(StringComparer.Ordinal)
    {
        ["world"] = HistoryLevel.World,
        ["vendor"] = HistoryLevel.Vendor,
        ["connection"] = HistoryLevel.Connection,
        ["country"] = HistoryLevel.Country,
        ["network"] = HistoryLevel.Network,
        ["class"] = HistoryLevel.Class,
    };

    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/v1/health/history", ReadAsync).Needs(Permission.ReadOperation);

    private async Task ReadAsync(HttpContext context)
    {
        if (!door.TryEnter(context, ParameterNames, out Dictionary<string, string> query)) return;
        if (!OperatorDoor.TryReadMoment(context, query.GetValueOrDefault("from"), "from", ProblemKind.ParameterInvalid, out DateTimeOffset? from)
            || !OperatorDoor.TryReadMoment(context, query.GetValueOrDefault("before"), "before", ProblemKind.ParameterInvalid, out DateTimeOffset? before)
            || !OperatorDoor.TryReadNumber(context, query, "limit", DefaultPage, MostPage, out long limit))
            return;
        if (Read(query, from, before ?? backend.Time.GetUtcNow(), (int)Math.Max(limit, 1), out HistoryQuery? wanted) is { } problem)
        {
            problem.Send(context);
            return;
        }

        HistoryPage page = await backend.History.ReadAsync(wanted!, context.RequestAborted).ConfigureAwait(false);
        JsonAnswer answer = JsonAnswer.Rent();
        Utf8JsonWriter writer = answer.Writer;
        writer.WriteStartObject();
        writer.WriteString("step"u8, Steps.First(entry => entry.Value == wanted!.Step).Key);
        writer.WriteString("level"u8, Levels.First(entry => entry.Value == wanted!.Level).Key);
        writer.WriteMicros("from"u8, wanted!.From);
        writer.WriteMicros("before"u8, wanted.Before);
        writer.WriteString("currency"u8, backend.Rates.Holder.Current.Currency);
        writer.WriteStartArray("points"u8);
        foreach (HistoryPoint point in page.Points) Write(writer, point, wanted.Level);
        writer.WriteEndArray();
        writer.WriteString("next_cursor"u8, page.Next is { } next ? CursorOf(next) : null);
        writer.WriteEndObject();
        answer.Send(context, StatusCodes.Status200OK);
    }

    private static void Write(Utf8JsonWriter writer, HistoryPoint point, HistoryLevel level)
    {
        writer.WriteStartObject();
        writer.WriteMicros("at"u8, point.At);
        writer.WriteString("vendor"u8, point.Vendor);
        writer.WriteString("connection"u8, point.Connection);
        HealthJson.WriteCountry(writer, point.Country);
        HealthJson.WriteNetwork(writer, point.Network, isOne: level >= HistoryLevel.Network, point.Class);
        HealthJson.Write(writer, point.Reading);
        writer.WriteNumber("ended"u8, point.Ended);
        writer.WriteEndObject();
    }

    private static Problem? Read(
        Dictionary<string, string> query, DateTimeOffset? from, DateTimeOffset before, int limit, out HistoryQuery? read)
    {
        read = null;
        if (query.GetValueOrDefault("level") == "account")
            return CellParameters.Wrong($"Accounts are not stored. Expected one of: {string.Join(", ", Levels.Keys)}.", "level");
        string? country = null;
        NetworkId? network = null;
        TrafficClass? trafficClass = null;
        HistoryLevel level = default;
        Problem? problem = CellParameters.ReadWord(query, "step", Steps, HistoryStep.Hour, out HistoryStep step)
            ?? CellParameters.ReadWord(query, "level", Levels, HistoryLevel.Connection, out level)
            ?? CellParameters.ReadCountry(query, out country)
            ?? CellParameters.ReadNetwork(query, out network)
            ?? CellParameters.ReadClass(query, out trafficClass);
        if (problem is not null) return problem;
        TimeSpan span = HealthHistory.SpanOf(step);
        DateTimeOffset first = from ?? before - (step switch { HistoryStep.Minute => 60, HistoryStep.Hour => 24, _ => 30 } * span);
        if (first >= before) return CellParameters.Wrong("Expected a time before 'before', which is now unless given.", "from");
        if ((before - first) / span > MostSteps)
            return CellParameters.Wrong($"Expected at most {MostSteps} steps from 'from' to 'before': ask for less, or for a longer 'step'.", "from");
        var filter = new HistoryFilter(query.GetValueOrDefault("connection"), country is "" ? HealthCell.UnknownCountry : country, network, trafficClass);
        var wanted = new HistoryQuery(step, level, Micros.From(first), Micros.From(before)) { Filter = filter, Limit = limit };
        if (query.TryGetValue("cursor", out string? cursor))
        {
            // Without 'from' the first steps of the page before may be out of the span by now.
            long earliest = from is null ? wanted.Before - (MostSteps * Micros.From(span)) : wanted.From;
            if (!TryReadCursor(cursor, out (long At, string Place) after) || after.At < earliest || after.At >= wanted.Before)
                return CellParameters.Wrong("Expected the next_cursor of an earlier page of the same request.", "cursor");
            wanted = wanted with { After = after };
        }

        read = wanted;
        return null;
    }

    private static string CursorOf((long At, string Place) next) =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{next.At}/{next.Place}")));

    private static bool TryReadCursor(string cursor, out (long At, string Place) after)
    {
        after = default;
        if (cursor.Length > LongestCursor || !Base64Url.IsValid(cursor)) return false;
        string text = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor));
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0 || !long.TryParse(text.AsSpan(0, slash), NumberStyles.None, CultureInfo.InvariantCulture, out long at)) return false;
        after = (at, text[(slash + 1)..]);
        return true;
    }
}
