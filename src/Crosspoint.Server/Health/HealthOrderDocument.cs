using System.Buffers;
using System.Text.Json;
using Crosspoint.Engine.Health;
using Crosspoint.Engine.Health.Failover;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Server.Health;

/// <summary>Orders as they are stored: a list of JSON objects.</summary>
internal static class HealthOrderDocument
{
    public static byte[] Write(IReadOnlyList<HealthOrder> orders)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartArray();
            foreach (HealthOrder order in orders)
            {
                writer.WriteStartObject();
                writer.WriteString("connection"u8, order.Cell.Connection);
                writer.WriteString("country"u8, order.Cell.Country);
                writer.WriteString("network"u8, order.Cell.Network.IsKnown ? order.Cell.Network.ToString() : "");
                writer.WriteString("order"u8, HealthWordList.NameOf(order.Kind));
                writer.WriteString("state"u8, HealthWordList.NameOf(order.State));
                writer.WriteNumber("share"u8, order.Share);
                writer.WriteNumber("until"u8, order.Until);
                writer.WriteString("by"u8, order.By);
                writer.WriteString("note"u8, order.Note);
                writer.WriteNumber("at"u8, order.At);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Null when it cannot be read.</summary>
    public static IReadOnlyList<HealthOrder>? Read(ReadOnlyMemory<byte> text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            var orders = new List<HealthOrder>();
            foreach (JsonElement row in document.RootElement.EnumerateArray())
            {
                string network = Text(row, "network");
                NetworkId id = NetworkId.Unknown;
                if (network.Length > 0 && !NetworkId.TryParse(network, out id)) return null;
                if (!HealthWordList.Kinds.TryGetValue(Text(row, "order"), out HealthOrderKind kind)
                    || !HealthWordList.States.TryGetValue(Text(row, "state"), out CellState state))
                    return null;
                orders.Add(new(
                    new(Text(row, "connection"), Text(row, "country"), id, null), kind, state, row.GetProperty("share").GetDouble(),
                    row.GetProperty("until").GetInt64(), Text(row, "by"), Text(row, "note"), row.GetProperty("at").GetInt64()));
            }

            return orders;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return null;
        }
    }

    private static string Text(JsonElement row, string name) => row.GetProperty(name).GetString() ?? "";
}

/// <summary>States and orders as the API and the store write them.</summary>
internal static class HealthWordList
{
    public static Dictionary<string, HealthOrderKind> Kinds { get; } =
        Enum.GetValues<HealthOrderKind>().ToDictionary(NameOf, StringComparer.Ordinal);

    public static Dictionary<string, CellState> States { get; } = Enum.GetValues<CellState>().ToDictionary(NameOf, StringComparer.Ordinal);

    public static string NameOf(HealthOrderKind kind) => kind.ToString().ToLowerInvariant();

    public static string NameOf(CellState state) => state.ToString().ToLowerInvariant();
}
