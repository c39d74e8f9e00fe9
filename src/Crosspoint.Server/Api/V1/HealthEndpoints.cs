using System.Globalization;
using System.Text.Json;
using Crosspoint.Engine.Health;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Rating;
using Crosspoint.Server.Identity;
using Crosspoint.Smpp.Codec;
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
            WriteCountry(writer, row.Country);
        }
        else
        {
            writer.WriteString("account_sid"u8, row.Account);
            writer.WriteString("vendor"u8, row.Vendor);
            writer.WriteString("connection"u8, row.Connection);
            WriteCountry(writer, row.Country);
            if (row.Network.IsKnown) writer.WriteString("network"u8, row.Network.ToString());
            else if (level >= HealthLevel.Network) writer.WriteString("network"u8, CellParameters.Unknown);
            else writer.WriteNull("network"u8);
            writer.WriteString("class"u8, row.Class is { } trafficClass ? MessageJson.NameOf(trafficClass) : null);
        }

        Write(writer, row.Reading);
        writer.WriteEndObject();
    }

    private static void WriteCountry(Utf8JsonWriter writer, string? country) =>
        writer.WriteString("country"u8, country == HealthCell.UnknownCountry ? CellParameters.Unknown : country);

    private static void Write(Utf8JsonWriter writer, IntervalReading reading)
    {
        writer.WriteNumber("seconds"u8, Math.Round(reading.Span.TotalSeconds, 1));
        writer.WriteNumber("submitted"u8, reading.Submitted);
        writer.WriteNumber("per_second"u8, Math.Round(reading.PerSecond, 2));
        writer.WriteNumber("accepted"u8, reading.Accepted);
        writer.WriteNumber("refused"u8, reading.Refused);
        writer.WriteNumber("throttled"u8, reading.Throttled);
        writer.WriteNumber("unanswered"u8, reading.Unanswered);
        Write(writer, "error_rate"u8, reading.ErrorRate, digits: 5);
        writer.WriteStartArray("statuses"u8);
        foreach (CodeCount one in reading.Statuses)
        {
            writer.WriteStartObject();
            writer.WriteString("status"u8, one.Code is { } status ? CommandStatuses.Name((CommandStatus)status) : null);
            writer.WriteNumber("segments"u8, one.Count);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteString("cost"u8, Price.FormatMicros(reading.Cost));
        writer.WriteNumber("sent"u8, reading.Sent);
        writer.WriteNumber("delivered"u8, reading.Delivered);
        writer.WriteNumber("undelivered"u8, reading.Undelivered);
        writer.WriteStartArray("errors"u8);
        foreach (CodeCount one in reading.Errors)
        {
            writer.WriteStartObject();
            if (one.Code is { } code) writer.WriteNumber("error_code"u8, code);
            else writer.WriteNull("error_code"u8);
            writer.WriteNumber("messages"u8, one.Count);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteNumber("pending"u8, reading.Pending);
        Write(writer, "delivery_rate"u8, reading.DeliveryRate, digits: 5);
        writer.WriteNumber("delivery_weight"u8, Math.Round(reading.DeliveryWeight, 1));
        writer.WriteNumber("confirmed"u8, reading.Confirmed);
        writer.WriteNumber("not_confirmed"u8, reading.NotConfirmed);
        Write(writer, "conversion"u8, reading.Conversion, digits: 5);
        Write(writer, "response_seconds"u8, reading.Response);
        Write(writer, "receipt_seconds"u8, reading.Receipt);
    }

    private static void Write(Utf8JsonWriter writer, ReadOnlySpan<byte> name, in DelayQuantiles quantiles)
    {
        writer.WriteStartObject(name);
        Write(writer, "p50"u8, quantiles.P50, digits: 4);
        Write(writer, "p95"u8, quantiles.P95, digits: 4);
        Write(writer, "p99"u8, quantiles.P99, digits: 4);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, ReadOnlySpan<byte> name, double? value, int digits)
    {
        if (value is { } number) writer.WriteNumber(name, Math.Round(number, digits));
        else writer.WriteNull(name);
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
