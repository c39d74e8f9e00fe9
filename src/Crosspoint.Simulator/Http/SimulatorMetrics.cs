using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Crosspoint.Simulator.Http;

/// <summary>The counters as Prometheus reads them.</summary>
internal static class SimulatorMetrics
{
    public static Task WriteAsync(HttpContext context, SimulatorHost host)
    {
        context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        return context.Response.WriteAsync(Text(host), context.RequestAborted);
    }

    public static (string Name, long Value)[] Counters(CarrierCounters counters) =>
    [
        ("connections", counters.Connections),
        ("binds", counters.Binds),
        ("binds_refused", counters.BindsRefused),
        ("disconnects", counters.Disconnects),
        ("submits", counters.Submits),
        ("accepted", counters.Accepted),
        ("refused", counters.Refused),
        ("delivered", counters.Delivered),
        ("throttled", counters.Throttled),
        ("unanswered", counters.Unanswered),
        ("ignored", counters.Ignored),
        ("queries", counters.Queries),
        ("cancels", counters.Cancels),
        ("replaces", counters.Replaces),
        ("enquire_links", counters.EnquireLinks),
        ("invalid_pdus", counters.InvalidPdus),
        ("garbage_sent", counters.GarbageSent),
        ("receipts_sent", counters.ReceiptsSent),
        ("receipts_taken", counters.ReceiptsTaken),
        ("receipts_missing", counters.ReceiptsMissing),
        ("receipts_duplicated", counters.ReceiptsDuplicated),
        ("inbound_sent", counters.InboundSent),
        ("inbound_taken", counters.InboundTaken),
        ("redelivered", counters.Redelivered),
        ("deliveries_refused", counters.DeliveriesRefused),
        ("deliveries_dropped", counters.DeliveriesDropped),
    ];

    private static string Text(SimulatorHost host)
    {
        var text = new StringBuilder();
        var counters = host.Carriers.Select(static carrier => (carrier.Name, Values: Counters(carrier.Counters))).ToArray();
        for (var i = 0; counters.Length > 0 && i < counters[0].Values.Length; i++)
        {
            string name = $"crosspoint_simulator_{counters[0].Values[i].Name}_total";
            text.Append("# TYPE ").Append(name).Append(" counter\n");
            foreach ((string carrier, (string Name, long Value)[] values) in counters) Line(text, name, carrier, values[i].Value);
        }

        text.Append("# TYPE crosspoint_simulator_open_connections gauge\n");
        foreach (SimulatedCarrier carrier in host.Carriers)
            Line(text, "crosspoint_simulator_open_connections", carrier.Name, carrier.Sessions.Count);
        text.Append("# TYPE crosspoint_simulator_pending gauge\n");
        foreach (SimulatedCarrier carrier in host.Carriers) Line(text, "crosspoint_simulator_pending", carrier.Name, carrier.Pending);
        return text.ToString();
    }

    private static void Line(StringBuilder text, string name, string carrier, long value) =>
        text.Append(CultureInfo.InvariantCulture, $"{name}{{carrier=\"{carrier}\"}} {value}\n");
}
