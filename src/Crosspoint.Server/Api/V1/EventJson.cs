using System.Text.Json;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Server.Api.V1;

/// <summary>Writes an event of the log, the same for streams and for brokers.</summary>
internal static class EventJson
{
    public static void Write(Utf8JsonWriter writer, in LoggedEvent entry)
    {
        MessageHead head = entry.Head;
        writer.WriteStartObject();
        writer.WriteNumber("sequence"u8, entry.Sequence);
        writer.WriteId("message_id"u8, head.Id);
        writer.WriteString("account_sid"u8, head.AccountSid);
        writer.WriteString("direction"u8, MessageJson.NameOf(head.Direction));
        writer.WriteString("from"u8, head.From);
        writer.WriteString("to"u8, head.To);
        writer.WriteString("class"u8, MessageJson.NameOf(head.Class));
        writer.WriteString("reference"u8, head.Reference);
        writer.WriteStartArray("tags"u8);
        IReadOnlyList<string> tags = head.Tags;
        for (int i = 0; i < tags.Count; i++) writer.WriteStringValue(tags[i]);
        writer.WriteEndArray();
        TimelineJson.WriteEvent(writer, entry.Event);
        MessageJson.WriteError(writer, entry.ErrorCode);
        writer.WriteEndObject();
    }
}
