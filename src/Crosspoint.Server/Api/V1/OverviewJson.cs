using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Crosspoint.Engine.Health;
using Crosspoint.Engine.Incidents;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Monitoring;
using Crosspoint.Engine.Rating;

namespace Crosspoint.Server.Api.V1;

/// <summary>Reads what the overview shows, and writes it as JSON. Not thread-safe: rates are those since the readings before.</summary>
internal sealed class OverviewJson(ApiBackend backend)
{
    private const int MostQueues = 20;
    private const int MostIncidents = 50;

    // Rates a second are those of about this time: shorter ones jump.
    private static readonly TimeSpan RateOver = TimeSpan.FromSeconds(10);

    private static readonly TrafficClass[] Classes = Enum.GetValues<TrafficClass>();
    private static readonly TrafficCount[] Counts = Enum.GetValues<TrafficCount>();

    private readonly Queue<(long At, long[] Counts)> _past = new();

    public void Write(IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });
        HealthTable health = backend.Health;
        IntervalReading minute = health.ReadAll(HealthInterval.OneMinute);
        IntervalReading quarter = health.ReadAll(HealthInterval.FifteenMinutes);
        json.WriteStartObject();
        json.WriteMicros("at"u8, backend.Time.GetUtcMicros());
        json.WriteString("currency"u8, backend.Rates.Holder.Current.Currency);
        WriteNow(json, minute, quarter);
        WriteToday(json);
        WriteCountries(json);
        WriteClasses(json);
        WriteQueues(json);
        WriteIncidents(json);
        json.WriteEndObject();
    }

    private void WriteNow(Utf8JsonWriter json, IntervalReading minute, IntervalReading quarter)
    {
        long[] counts = [.. Counts.Select(backend.Totals.All)];
        long at = backend.Time.GetTimestamp();
        while (_past.Count > 1 && backend.Time.GetElapsedTime(_past.Peek().At, at) > RateOver) _past.Dequeue();

        // Of a page that was closed for long: rates since then say nothing of now.
        if (_past.Count == 1 && backend.Time.GetElapsedTime(_past.Peek().At, at) > 2 * RateOver) _past.Clear();
        (long before, long[] earlier) = _past.Count > 0 ? _past.Peek() : (at, counts);
        double seconds = backend.Time.GetElapsedTime(before, at).TotalSeconds;
        _past.Enqueue((at, counts));

        json.WriteStartObject("now"u8);
        foreach (TrafficCount kind in Counts)
        {
            string name = $"{NameOf(kind)}_per_second";
            if (seconds < 0.5) json.WriteNull(name);
            else json.WriteNumber(name, Math.Round((counts[(int)kind] - earlier[(int)kind]) / seconds, 1));
        }

        json.WriteNumber("segments_per_second"u8, Math.Round(minute.PerSecond, 2));
        Write(json, "error_rate"u8, minute.ErrorRate);
        Write(json, "delivery_rate"u8, quarter.DeliveryRate);
        json.WriteNumber("delivery_weight"u8, Math.Round(quarter.DeliveryWeight, 1));
        Write(json, "response_seconds"u8, quarter.Response);
        Write(json, "receipt_seconds"u8, quarter.Receipt);
        json.WriteString("cost"u8, Price.FormatMicros(quarter.Cost));
        json.WriteEndObject();
    }

    private void WriteToday(Utf8JsonWriter json)
    {
        json.WriteStartObject("today"u8);
        json.WriteMicros("since"u8, backend.Totals.TodaySince);
        foreach (TrafficCount kind in Counts) json.WriteNumber(NameOf(kind), backend.Totals.Today(kind));
        json.WriteString("cost"u8, Price.FormatMicros(backend.Spent().Sum(static spent => spent.Micros)));
        if (backend.Sold() is var (sell, cost))
        {
            json.WriteString("sold"u8, Price.FormatMicros(sell));
            json.WriteString("margin"u8, Price.FormatMicros(sell - cost));
        }
        else
        {
            json.WriteNull("sold"u8);
            json.WriteNull("margin"u8);
        }

        json.WriteEndObject();
    }

    private void WriteCountries(Utf8JsonWriter json)
    {
        json.WriteStartArray("countries"u8);
        foreach (HealthRow row in backend.Health.List(new(HealthLevel.World, HealthInterval.FifteenMinutes), 0, int.MaxValue))
        {
            json.WriteStartObject();
            HealthJson.WriteCountry(json, row.Country);
            WriteDelivery(json, row.Reading);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void WriteClasses(Utf8JsonWriter json)
    {
        json.WriteStartArray("classes"u8);
        foreach (TrafficClass trafficClass in Classes)
        {
            IntervalReading reading = backend.Health.ReadAll(HealthInterval.FifteenMinutes, trafficClass);
            if (reading.IsEmpty) continue;
            json.WriteStartObject();
            json.WriteString("class"u8, MessageJson.NameOf(trafficClass));
            WriteDelivery(json, reading);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void WriteQueues(Utf8JsonWriter json)
    {
        IReadOnlyList<QueueStatus> all = backend.Connections.Queues(null);
        TimeSpan? longest = null;
        long waiting = 0;
        foreach (QueueStatus queue in all)
        {
            if (queue.Waiting == 0) continue;
            waiting += queue.Waiting;
            if (queue.EstimatedWait is { } wait && (longest is null || wait > longest)) longest = wait;
        }

        json.WriteStartObject("queues"u8);
        json.WriteNumber("waiting"u8, waiting);
        if (longest is { } most) json.WriteNumber("longest_wait_seconds"u8, Math.Round(most.TotalSeconds, 1));
        else json.WriteNull("longest_wait_seconds"u8);

        // An account's queues for a connection and class are one.
        IEnumerable<(string Connection, TrafficClass Class, long Waiting, double Rate, TimeSpan? Wait)> rows = all
            .Where(static queue => queue.Waiting > 0)
            .GroupBy(static queue => (queue.Connection, queue.Class))
            .Select(static group => (
                group.Key.Connection,
                group.Key.Class,
                group.Sum(static queue => queue.Waiting),
                group.Sum(static queue => queue.Rate),
                group.Max(static queue => queue.EstimatedWait)));
        json.WriteStartArray("longest"u8);
        foreach ((string connection, TrafficClass trafficClass, long held, double rate, TimeSpan? wait) in rows.OrderByDescending(static row => row.Waiting).Take(MostQueues))
        {
            json.WriteStartObject();
            json.WriteString("connection"u8, connection);
            json.WriteString("class"u8, MessageJson.NameOf(trafficClass));
            json.WriteNumber("waiting"u8, held);
            json.WriteNumber("rate"u8, Math.Round(rate, 2));
            if (wait is { } estimated) json.WriteNumber("estimated_wait_seconds"u8, Math.Round(estimated.TotalSeconds, 1));
            else json.WriteNull("estimated_wait_seconds"u8);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void WriteIncidents(Utf8JsonWriter json)
    {
        IReadOnlyList<Incident> open = backend.Alerts.Incidents.Open;
        json.WriteNumber("open_incidents"u8, open.Count);
        json.WriteStartArray("incidents"u8);
        foreach (Incident incident in open.Take(MostIncidents))
        {
            json.WriteStartObject();
            json.WriteString("id"u8, incident.Id);
            json.WriteString("state"u8, IncidentJson.NameOf(incident.State));
            json.WriteString("severity"u8, incident.Severity.ToString());
            json.WriteString("title"u8, IncidentText.TitleOf(incident));
            json.WriteMicros("opened_at"u8, incident.OpenedAt);
            json.WriteNumber("messages_hit"u8, incident.Hit);
            json.WriteNumber("messages_moved"u8, incident.Moved);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteDelivery(Utf8JsonWriter json, IntervalReading reading)
    {
        json.WriteNumber("submitted"u8, reading.Submitted);
        json.WriteNumber("per_second"u8, Math.Round(reading.PerSecond, 2));
        json.WriteNumber("sent"u8, reading.Sent);
        json.WriteNumber("delivered"u8, reading.Delivered);
        json.WriteNumber("undelivered"u8, reading.Undelivered);
        Write(json, "error_rate"u8, reading.ErrorRate);
        Write(json, "delivery_rate"u8, reading.DeliveryRate);
        json.WriteNumber("delivery_weight"u8, Math.Round(reading.DeliveryWeight, 1));
        Write(json, "receipt_seconds"u8, reading.Receipt);
        json.WriteString("cost"u8, Price.FormatMicros(reading.Cost));
    }

    private static void Write(Utf8JsonWriter json, ReadOnlySpan<byte> name, in DelayQuantiles quantiles)
    {
        json.WriteStartObject(name);
        Write(json, "p50"u8, quantiles.P50);
        Write(json, "p95"u8, quantiles.P95);
        Write(json, "p99"u8, quantiles.P99);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ReadOnlySpan<byte> name, double? value)
    {
        if (value is { } number) json.WriteNumber(name, Math.Round(number, 5));
        else json.WriteNull(name);
    }

    private static string NameOf(TrafficCount kind) => kind switch
    {
        TrafficCount.Accepted => "accepted",
        TrafficCount.Sent => "sent",
        TrafficCount.Delivered => "delivered",
        TrafficCount.NotDelivered => "not_delivered",
        _ => "received",
    };
}
