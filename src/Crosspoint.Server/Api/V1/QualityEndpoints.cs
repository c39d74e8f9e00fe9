using System.Globalization;
using System.Text.Json;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Quality;
using Crosspoint.Server.Identity;
using Crosspoint.Sms.Numbers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Crosspoint.Server.Api.V1;

/// <summary>What is learned of delivery, under <c>/v1/quality</c> (docs/quality.md). Needs <c>http.admin_token</c>.</summary>
internal sealed class QualityEndpoints(ApiBackend backend, OperatorDoor door)
{
    private const int MostPage = 1_000;

    private static readonly string[] Parameters = ["level", "connection", "country", "network", "class", "suspect", "limit", "after"];

    private static readonly Dictionary<string, QualityLevel> Levels = new(StringComparer.Ordinal)
    {
        ["connection"] = QualityLevel.Connection,
        ["country"] = QualityLevel.Country,
        ["network"] = QualityLevel.Network,
        ["class"] = QualityLevel.Class,
    };

    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/v1/quality", ListAsync).Needs(Permission.ReadReports);

    private Task ListAsync(HttpContext context)
    {
        if (!door.TryEnter(context, Parameters, out Dictionary<string, string> query)) return Task.CompletedTask;
        if (Read(query, out QualityFilter filter) is { } problem) problem.Send(context);
        else if (OperatorDoor.TryReadNumber(context, query, "limit", 100, MostPage, out long limit)) Send(context, query, filter, (int)Math.Max(limit, 1));
        return Task.CompletedTask;
    }

    private void Send(HttpContext context, Dictionary<string, string> query, QualityFilter filter, int limit)
    {
        ulong after = 0;
        if (query.TryGetValue("after", out string? text) && !ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out after))
        {
            new Problem(ProblemKind.ParameterInvalid, "Expected 'next_after' of the page before.", "after").Send(context);
            return;
        }

        IReadOnlyList<QualityRow> rows = backend.Quality.List(filter, after, limit, backend.Time.GetUtcMicros());
        JsonAnswer answer = JsonAnswer.Rent();
        Utf8JsonWriter writer = answer.Writer;
        writer.WriteStartObject();
        writer.WriteStartArray("quality"u8);
        foreach (QualityRow row in rows) Write(writer, row);
        writer.WriteEndArray();
        if (rows.Count == limit) writer.WriteString("next_after"u8, rows[^1].Place.ToString("x", CultureInfo.InvariantCulture));
        else writer.WriteNull("next_after"u8);
        writer.WriteEndObject();
        answer.Send(context, StatusCodes.Status200OK);
    }

    private static void Write(Utf8JsonWriter writer, QualityRow row)
    {
        writer.WriteStartObject();
        writer.WriteString("connection"u8, row.Connection);
        if (row.Country is null) writer.WriteNull("country"u8);
        else writer.WriteString("country"u8, row.Country.Length == 0 ? CellParameters.Unknown : row.Country);
        if (row.Network.IsKnown) writer.WriteString("network"u8, row.Network.ToString());
        else if (row.Level == QualityLevel.Class) writer.WriteString("network"u8, CellParameters.Unknown);
        else writer.WriteNull("network"u8);
        if (row.Class is { } trafficClass) writer.WriteString("class"u8, MessageJson.NameOf(trafficClass));
        else writer.WriteNull("class"u8);
        writer.WriteNumber("delivery"u8, Math.Round(row.Estimate.Probability, 4));
        writer.WriteNumber("weight"u8, Math.Round(row.Estimate.Weight, 1));
        writer.WriteNumber("messages"u8, Math.Round(row.Messages, 1));
        writer.WriteBoolean("measured"u8, row.Estimate.IsMeasured);
        writer.WriteNumber("receipt_p50_seconds"u8, Math.Round(row.Estimate.ReceiptDelay.TotalSeconds, 2));
        writer.WriteNumber("receipt_p95_seconds"u8, Math.Round(row.ReceiptP95.TotalSeconds, 2));
        writer.WriteNumber("feedback"u8, Math.Round(row.Feedback, 1));
        if (row.Trust is { } trust) writer.WriteNumber("trust"u8, Math.Round(trust, 4));
        else writer.WriteNull("trust"u8);
        writer.WriteBoolean("suspect"u8, row.Estimate.IsSuspect);
        writer.WriteEndObject();
    }

    private static Problem? Read(Dictionary<string, string> query, out QualityFilter filter)
    {
        filter = default;
        string? country = null;
        NetworkId? network = null;
        TrafficClass? trafficClass = null;
        Problem? problem = CellParameters.ReadWord(query, "level", Levels, QualityLevel.Class, out QualityLevel level)
            ?? CellParameters.ReadCountry(query, out country)
            ?? CellParameters.ReadNetwork(query, out network)
            ?? CellParameters.ReadClass(query, out trafficClass);
        if (problem is not null) return problem;
        filter = new(level, query.GetValueOrDefault("connection")) { Country = country, Network = network, Class = trafficClass };
        if (query.TryGetValue("suspect", out string? flag))
        {
            if (flag is not ("true" or "false")) return CellParameters.Wrong("Expected true or false.", "suspect");
            filter = filter with { IsSuspect = flag == "true" };
        }

        return TooNarrow(filter);
    }

    // Otherwise nothing could be found, and nobody would know why.
    private static Problem? TooNarrow(in QualityFilter filter)
    {
        const string Expected = "It is narrower than the level: expected a level that tells it apart.";
        if (filter.Country is not null && filter.Level < QualityLevel.Country) return CellParameters.Wrong(Expected, "country");
        if (filter.Network is not null && filter.Level < QualityLevel.Network) return CellParameters.Wrong(Expected, "network");
        if (filter.Class is not null && filter.Level < QualityLevel.Class) return CellParameters.Wrong(Expected, "class");
        return filter.IsSuspect is not null && filter.Level < QualityLevel.Class ? CellParameters.Wrong(Expected, "suspect") : null;
    }
}
