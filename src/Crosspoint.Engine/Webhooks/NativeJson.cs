using System.Globalization;
using System.Text.Json;
using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Webhooks;

/// <summary>The body of a native callback: one event as JSON.</summary>
internal static class NativeJson
{
    private const int MessageIdLength = 34;
    private const int LongestId = MessageIdLength + 1 + 11;

    public const string ContentType = "application/json";

    private static readonly JsonEncodedText Events = JsonEncodedText.Encode("events");
    private static readonly JsonEncodedText Id = JsonEncodedText.Encode("id");
    private static readonly JsonEncodedText Type = JsonEncodedText.Encode("type");
    private static readonly JsonEncodedText Timestamp = JsonEncodedText.Encode("timestamp");
    private static readonly JsonEncodedText Data = JsonEncodedText.Encode("data");
    private static readonly JsonEncodedText AccountSid = JsonEncodedText.Encode("account_sid");
    private static readonly JsonEncodedText Direction = JsonEncodedText.Encode("direction");
    private static readonly JsonEncodedText From = JsonEncodedText.Encode("from");
    private static readonly JsonEncodedText To = JsonEncodedText.Encode("to");
    private static readonly JsonEncodedText Status = JsonEncodedText.Encode("status");
    private static readonly JsonEncodedText Error = JsonEncodedText.Encode("error");
    private static readonly JsonEncodedText Code = JsonEncodedText.Encode("code");
    private static readonly JsonEncodedText Text = JsonEncodedText.Encode("message");
    private static readonly JsonEncodedText Reference = JsonEncodedText.Encode("reference");
    private static readonly JsonEncodedText Tags = JsonEncodedText.Encode("tags");
    private static readonly JsonEncodedText Segments = JsonEncodedText.Encode("segments");
    private static readonly JsonEncodedText PossibleDuplicate = JsonEncodedText.Encode("possible_duplicate");
    private static readonly JsonEncodedText Event = JsonEncodedText.Encode("event");
    private static readonly JsonEncodedText At = JsonEncodedText.Encode("at");
    private static readonly JsonEncodedText Body = JsonEncodedText.Encode("body");
    private static readonly string[] Types = Array.ConvertAll(Enum.GetValues<MessageState>(), state => "message." + StateNames.Of(state));

    /// <summary>One event, as it is.</summary>
    public static void Write(PendingWebhook webhook, Utf8JsonWriter json)
    {
        WriteEvent(webhook, json);
        json.Flush();
    }

    /// <summary>Several as a list: each is written as it would be alone.</summary>
    public static void WriteBatch(List<PendingWebhook> webhooks, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartArray(Events);
        foreach (PendingWebhook webhook in webhooks) WriteEvent(webhook, json);
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
    }

    /// <summary>A test event, in the form of the others.</summary>
    public static void WriteTest(string id, string accountSid, DateTimeOffset now, bool isBatch, Utf8JsonWriter json)
    {
        if (isBatch)
        {
            json.WriteStartObject();
            json.WriteStartArray(Events);
        }

        json.WriteStartObject();
        json.WriteString(Id, id);
        json.WriteString(Type, "webhook.test"u8);
        json.WriteString(Timestamp, now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture));
        json.WriteStartObject(Data);
        json.WriteString(AccountSid, accountSid);
        json.WriteEndObject();
        json.WriteEndObject();
        if (isBatch)
        {
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.Flush();
    }

    private static void WriteEvent(PendingWebhook webhook, Utf8JsonWriter json)
    {
        WebhookJob job = webhook.Job;
        MessageHead head = job.Head;
        Span<char> at = stackalloc char[27];
        Micros.ToInstant(job.At).UtcDateTime.TryFormat(at, out _, "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
        json.WriteStartObject();
        Span<char> id = stackalloc char[LongestId];
        "SM".CopyTo(id);
        head.Id.WriteHex(id[2..]);
        id[MessageIdLength] = '_';
        job.EventNumber.TryFormat(id[(MessageIdLength + 1)..], out int digits, provider: CultureInfo.InvariantCulture);
        json.WriteString(Id, id[..(MessageIdLength + 1 + digits)]);
        json.WriteString(Type, Types[(int)job.Status]);
        json.WriteString(Timestamp, at);
        json.WriteStartObject(Data);
        json.WriteString(Id, id[..MessageIdLength]);
        json.WriteString(AccountSid, head.AccountSid);
        json.WriteString(Direction, head.Direction switch
        {
            MessageDirection.Inbound => "inbound",
            MessageDirection.OutboundReply => "outbound-reply",
            _ => "outbound-api",
        });
        json.WriteString(From, head.From);
        json.WriteString(To, head.To);
        if (head.IsInbound) json.WriteString(Body, head.Body);
        json.WriteString(Status, StateNames.Of(job.Status));
        if (job.ErrorCode == 0)
        {
            json.WriteNull(Error);
        }
        else
        {
            json.WriteStartObject(Error);
            json.WriteNumber(Code, job.ErrorCode);
            json.WriteString(Text, TwilioStatus.MeaningOf(job.ErrorCode));
            json.WriteEndObject();
        }

        if (head.Reference is null) json.WriteNull(Reference);
        else json.WriteString(Reference, head.Reference);
        json.WriteStartArray(Tags);
        for (int i = 0; i < head.Tags.Count; i++) json.WriteStringValue(head.Tags[i]);
        json.WriteEndArray();
        json.WriteNumber(Segments, head.SegmentCount);
        json.WriteBoolean(PossibleDuplicate, job.PossibleDuplicate);
        json.WriteNumber(Event, job.EventNumber);
        json.WriteString(At, at);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
