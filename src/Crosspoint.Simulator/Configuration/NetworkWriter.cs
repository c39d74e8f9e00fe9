using System.Text.Json;
using Crosspoint.Simulator.Behaviours;

namespace Crosspoint.Simulator.Configuration;

/// <summary>Writes what is different for a network, with the keys that <see cref="NetworkReader"/> reads, and no others.</summary>
internal static class NetworkWriter
{
    public static void Write(Utf8JsonWriter json, NetworkBehaviour network)
    {
        json.WriteStartObject();
        json.WriteString("name", network.Name);
        BehaviourWriter.Write(json, "prefixes", network.Prefixes);
        if (network.Latency is { } latency) BehaviourWriter.Write(json, "latency", latency);
        if (network.Errors is { } errors) BehaviourWriter.Write(json, errors);
        if (network.ThrottleRate is { } rate) json.WriteNumber("throttle_rate", rate);
        Write(json, "no_response", network.NoResponse);
        Write(json, "refuse_alphanumeric", network.RefuseAlphanumeric);
        json.WriteBoolean("stall", network.Stall);
        NetworkReceipts receipts = network.Receipts;
        json.WriteStartObject("receipts");
        if (receipts.Delay is { } delay) BehaviourWriter.Write(json, "delay", delay);
        if (receipts.States is { } states) BehaviourWriter.Write(json, states);
        Write(json, "early", receipts.Early);
        Write(json, "duplicate", receipts.Duplicate);
        Write(json, "missing", receipts.Missing);
        Write(json, "intermediate", receipts.Intermediate);
        Write(json, "silent", receipts.Silent);
        Write(json, "faked", receipts.Faked);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string key, double? share)
    {
        if (share is { } value) json.WriteNumber(key, value);
    }

    private static void Write(Utf8JsonWriter json, string key, bool? flag)
    {
        if (flag is { } value) json.WriteBoolean(key, value);
    }
}
