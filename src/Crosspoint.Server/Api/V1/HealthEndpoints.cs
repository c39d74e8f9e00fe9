using System.Globalization;
using System.Text.Json;
using Crosspoint.Engine.Health;
using Crosspoint.Engine.Messages;
using Crosspoint.Server.Identity;
using Crosspoint.Sms.Numbers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Crosspoint.Server.Api.V1;

/// <summary>What happened in the last minutes, under <c>/v1/health</c> (docs/health.md). Needs <c>http.admin_token</c>.</summary>
internal sealed class HealthEndpoints(ApiBackend backend, OperatorDoor door)
{
    private const int MostPage = 1_000;

    private static readonly string[] CellParameterNames = ["interval", "level", "connection", "country", "network", "class", "limit", "after"];
    private static readonly string[] CountryParameterNames = ["interval", "country"];

    private static readonly Dictionary<string, HealthLevel> Levels = new(StringComparer.Ordinal)
    {
        ["class"] = HealthLevel.Class,
        ["network"] = HealthLevel.Network,
        ["country"] = HealthLevel.Country,
        ["connection"] = HealthLevel.Connection,
        ["vendor"] = HealthLevel.Vendor,
        ["account"] = HealthLevel.Account,
    };

    private static readonly Dictionary<string, HealthInterval> Intervals = new(StringComparer.Ordinal)
    {
        ["1m"] = HealthInterval.OneMinute,
        ["5m"] = HealthInterval.FiveMinutes,
        ["15m"] = HealthInterval.FifteenMinutes,
        ["60m"] = HealthInterval.SixtyMinutes,
    };

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/health/cells", ListCellsAsync).Needs(Permission.ReadOperation);
        routes.MapGet("/v1/health/countries", ListCountriesAsync).Needs(Permission.ReadOperation);
    }

    private Task ListCellsAsync(HttpContext context)
    {
        if (!door.TryEnter(context, CellParameterNames, out Dictionary<string, string> query)) return Task.CompletedTask;
        ulong after = 0;
        Problem? problem = Read(query, HealthInterval.FiveMinutes, out HealthFilter filter) ?? ReadAfter(query, out after);
        if (problem is { } wrong) wrong.Send(context);
        else if (OperatorDoor.TryReadNumber(context, query, "limit", 100, MostPage, out long limit))
            Send(context, "cells", filter, after, (int)Math.Max(limit, 1));
        return Task.CompletedTask;
    }

    private Task ListCountriesAsync(HttpContext context)
    {
        if (!door.TryEnter(context, CountryParameterNames, out Dictionary<string, string> query)) return Task.CompletedTask;
        if (Read(query, HealthInterval.FifteenMinutes, out HealthFilter filter) is { } problem) problem.Send(context);
        else Send(context, "countries", filter with { Level = HealthLevel.World }, after: 0, limit: int.MaxValue);
        return Task.CompletedTask;
    }

    private void Send(HttpContext context, string list, in HealthFilter filter, ulong after, int limit)
    {
        IReadOnlyList<HealthRow> rows = backend.Health.List(filter, after, limit);
        HealthInterval interval = filter.Interval;
        JsonAnswer answer = JsonAnswer.Rent();
        Utf8JsonWriter writer = answer.Writer;
        writer.WriteStartObject();
        writer.WriteString("interval"u8, Intervals.First(entry => entry.Value == interval).Key);
        writer.WriteString("currency"u8, backend.Rates.Holder.Current.Currency);
        writer.WriteStartArray(list);
        foreach (HealthRow row in rows) Write(writer, row, filter.Level);
        writer.WriteEndArray();
        if (filter.Level != HealthLevel.World)
        {
            if (rows.Count == limit) writer.WriteString("next_after"u8, rows[^1].Place.ToString("x", CultureInfo.InvariantCulture));
            else writer.WriteNull("next_after"u8);
        }

        writer.WriteEndObject();
        answer.Send(context, StatusCodes.Status200OK);
    }

    private static void Write(Utf8JsonWriter writer, HealthRow row, HealthLevel level)
    {
        writer.WriteStartObject();
        if (level == HealthLevel.World)
        {
            HealthJson.WriteCountry(writer, row.Country);
        }
        else
        {
            writer.WriteString("account_sid"u8, row.Account);
            writer.WriteString("vendor"u8, row.Vendor);
            writer.WriteString("connection"u8, row.Connection);
            HealthJson.WriteCountry(writer, row.Country);
            HealthJson.WriteNetwork(writer, row.Network, isOne: level >= HealthLevel.Network, row.Class);
        }

        HealthJson.Write(writer, row.Reading);
        writer.WriteEndObject();
    }

    private static Problem? Read(Dictionary<string, string> query, HealthInterval usual, out HealthFilter filter)
    {
        filter = default;
        HealthInterval interval = usual;
        HealthLevel level = HealthLevel.Class;
        string? country = null;
        NetworkId? network = null;
        TrafficClass? trafficClass = null;
        Problem? problem = CellParameters.ReadWord(query, "interval", Intervals, usual, out interval)
            ?? CellParameters.ReadWord(query, "level", Levels, HealthLevel.Class, out level)
            ?? CellParameters.ReadCountry(query, out country)
            ?? CellParameters.ReadNetwork(query, out network)
            ?? CellParameters.ReadClass(query, out trafficClass);
        if (problem is not null) return problem;
        filter = new(level, interval)
        {
            Connection = query.GetValueOrDefault("connection"),
            Country = country is "" ? HealthCell.UnknownCountry : country,
            Network = network,
            Class = trafficClass,
        };
        return TooNarrow(filter);
    }

    private static Problem? ReadAfter(Dictionary<string, string> query, out ulong after)
    {
        after = 0;
        if (!query.TryGetValue("after", out string? text) || ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out after))
            return null;
        return CellParameters.Wrong("Expected 'next_after' of the page before.", "after");
    }

    // Otherwise nothing could be found, and nobody would know why.
    private static Problem? TooNarrow(in HealthFilter filter)
    {
        const string Expected = "It is narrower than the level: expected a level that tells it apart.";
        if (filter.Connection is not null && filter.Level < HealthLevel.Connection) return CellParameters.Wrong(Expected, "connection");
        if (filter.Country is not null && filter.Level < HealthLevel.Country) return CellParameters.Wrong(Expected, "country");
        if (filter.Network is not null && filter.Level < HealthLevel.Network) return CellParameters.Wrong(Expected, "network");
        return filter.Class is not null && filter.Level < HealthLevel.Class ? CellParameters.Wrong(Expected, "class") : null;
    }
}
