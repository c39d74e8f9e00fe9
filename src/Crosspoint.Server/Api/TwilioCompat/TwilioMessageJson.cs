using System.Globalization;
using System.Text.Json;
using Crosspoint.Engine.Messages;

namespace Crosspoint.Server.Api.TwilioCompat;

/// <summary>Writes messages as clients of the Twilio-shaped API expect them: all fields, always.</summary>
internal static class TwilioMessageJson
{
    public const string ApiVersion = "2010-04-01";

    private const string DateFormat = "ddd, dd MMM yyyy HH:mm:ss '+0000'";

    public static void Write(Utf8JsonWriter writer, Message message) =>
        Write(writer, message.Head, message.State, message.ErrorCode, message.UpdatedAt, message.SentAt);

    /// <summary>A message that was accepted this moment.</summary>
    public static void WriteAccepted(Utf8JsonWriter writer, MessageHead head) =>
        Write(writer, head, head.IsForLater ? MessageState.Scheduled : MessageState.Queued, ErrorCodes.None, head.CreatedAt, sentAt: 0);

    /// <summary>When it left, or (inbound) came; 0 when it did not.</summary>
    public static long SentAt(Message message) => message.Head.IsInbound ? message.Head.CreatedAt : message.SentAt;

    public static string UriOf(string accountSid, string rest) => $"/{ApiVersion}/Accounts/{accountSid}/{rest}";

    /// <summary>RFC 2822 in UTC; null for 0, which stands for "not yet".</summary>
    public static void WriteDate(Utf8JsonWriter writer, ReadOnlySpan<byte> name, long micros)
    {
        if (micros == 0)
        {
            writer.WriteNull(name);
            return;
        }

        Span<byte> text = stackalloc byte[40];
        Micros.ToInstant(micros).UtcDateTime.TryFormat(text, out int written, DateFormat, CultureInfo.InvariantCulture);
        writer.WriteString(name, text[..written]);
    }

    private static void Write(Utf8JsonWriter writer, MessageHead head, MessageState state, int errorCode, long updatedAt, long sentAt)
    {
        writer.WriteStartObject();
        writer.WriteId("sid"u8, head.Id);
        writer.WriteString("account_sid"u8, head.AccountSid);
        writer.WriteNull("messaging_service_sid"u8);
        writer.WriteString("api_version"u8, ApiVersion);
        writer.WriteString("body"u8, head.Body);
        writer.WriteString("from"u8, head.From);
        writer.WriteString("to"u8, head.To);
        writer.WriteString("direction"u8, V1.MessageJson.NameOf(head.Direction));
        writer.WriteString("status"u8, TwilioStatus.Of(state, head.IsInbound));
        Span<char> number = stackalloc char[11];
        head.SegmentCount.TryFormat(number, out int digits, default, CultureInfo.InvariantCulture);
        writer.WriteString("num_segments"u8, number[..digits]);
        writer.WriteString("num_media"u8, "0"u8);
        writer.WriteNull("price"u8);
        writer.WriteNull("price_unit"u8);
        if (errorCode == ErrorCodes.None)
        {
            writer.WriteNull("error_code"u8);
            writer.WriteNull("error_message"u8);
        }
        else
        {
            writer.WriteNumber("error_code"u8, errorCode);
            writer.WriteString("error_message"u8, ErrorCodes.MessageFor(errorCode) ?? ErrorCodes.MessageFor(ErrorCodes.Unknown));
        }

        WriteDate(writer, "date_created"u8, head.CreatedAt);
        WriteDate(writer, "date_updated"u8, updatedAt);
        WriteDate(writer, "date_sent"u8, head.IsInbound ? head.CreatedAt : sentAt);
        WriteUri(writer, "uri"u8, head, ".json");
        writer.WriteStartObject("subresource_uris"u8);
        WriteUri(writer, "media"u8, head, "/Media.json");
        WriteUri(writer, "feedback"u8, head, "/Feedback.json");
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteUri(Utf8JsonWriter writer, ReadOnlySpan<byte> name, MessageHead head, ReadOnlySpan<char> end)
    {
        Span<char> id = stackalloc char[32];
        head.Id.WriteHex(id);
        Span<char> uri = stackalloc char[128];
        uri.TryWrite($"/{ApiVersion}/Accounts/{head.AccountSid}/Messages/SM{id}{end}", out int length);
        writer.WriteString(name, uri[..length]);
    }
}
