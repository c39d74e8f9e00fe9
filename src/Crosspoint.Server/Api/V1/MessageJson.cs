using System.Text.Json;
using Crosspoint.Engine.Messages;
using Crosspoint.Sms.Text;
using Microsoft.AspNetCore.Http;

namespace Crosspoint.Server.Api.V1;

/// <summary>Writes messages as the native API shows them.</summary>
internal static class MessageJson
{
    /// <summary>A message as its reader finds it.</summary>
    public static void Write(Utf8JsonWriter writer, Message message)
    {
        writer.WriteStartObject();
        WriteFields(writer, message, message.Head);
        writer.WriteEndObject();
    }

    /// <summary>The same, with what only the operator is told: which message it is a copy of, and which is a copy of it.</summary>
    public static void WriteForOperator(Utf8JsonWriter writer, Message message) => WriteAll(writer, message, isMasked: false);

    /// <summary>As for the operator, for those who may not see numbers and bodies.</summary>
    public static void WriteMasked(Utf8JsonWriter writer, Message message) => WriteAll(writer, message, isMasked: true);

    private static void WriteAll(Utf8JsonWriter writer, Message message, bool isMasked)
    {
        writer.WriteStartObject();
        WriteFields(writer, message, isMasked ? ContentMask.Of(message.Head) : message.Head);
        if (isMasked) writer.WriteBoolean("masked"u8, true);
        if (message.Head.CopyOf is { } original) writer.WriteId("copy_of"u8, original);
        else writer.WriteNull("copy_of"u8);
        if (message.CopiedAs is { } copy) writer.WriteId("copied_as"u8, copy);
        else writer.WriteNull("copied_as"u8);
        writer.WriteEndObject();
    }

    /// <summary>How whoever asks is shown messages.</summary>
    public static Action<Utf8JsonWriter, Message> For(HttpContext context)
    {
        if (!Caller.IsStaffOf(context)) return Write;
        return Caller.IsMasked(context) ? WriteMasked : WriteForOperator;
    }

    /// <summary>A message that was accepted this moment.</summary>
    public static void WriteAccepted(Utf8JsonWriter writer, MessageHead head)
    {
        writer.WriteStartObject();
        WriteFields(
            writer, head, head.IsForLater ? MessageState.Scheduled : MessageState.Queued, errorCode: 0, head.CreatedAt, sentAt: 0,
            isPossibleDuplicate: false, reroutes: 0);
        writer.WriteEndObject();
    }

    public static string NameOf(MessageDirection direction) => direction switch
    {
        MessageDirection.Inbound => "inbound",
        MessageDirection.OutboundReply => "outbound-reply",
        _ => "outbound-api",
    };

    public static bool TryParseDirection(string name, out MessageDirection direction)
    {
        foreach (MessageDirection each in Enum.GetValues<MessageDirection>())
        {
            direction = each;
            if (NameOf(each) == name) return true;
        }

        direction = default;
        return false;
    }

    public static string NameOf(TrafficClass trafficClass) => trafficClass switch
    {
        TrafficClass.Otp => "otp",
        TrafficClass.Marketing => "marketing",
        _ => "transactional",
    };

    public static bool TryParseClass(string name, out TrafficClass trafficClass)
    {
        foreach (TrafficClass each in Enum.GetValues<TrafficClass>())
        {
            trafficClass = each;
            if (NameOf(each) == name) return true;
        }

        trafficClass = default;
        return false;
    }

    private static string NameOf(SmsEncoding encoding) => encoding switch
    {
        SmsEncoding.Gsm7 => "gsm7",
        SmsEncoding.Latin1 => "latin1",
        SmsEncoding.Ucs2 => "ucs2",
        _ => "binary",
    };

    public static void WriteError(Utf8JsonWriter writer, int errorCode)
    {
        if (errorCode == 0)
        {
            writer.WriteNull("error"u8);
            return;
        }

        writer.WriteStartObject("error"u8);
        writer.WriteNumber("code"u8, errorCode);
        writer.WriteString("message"u8, ErrorCodes.MessageFor(errorCode) ?? ErrorCodes.MessageFor(ErrorCodes.Unknown));
        writer.WriteEndObject();
    }

    private static void WriteFields(Utf8JsonWriter writer, Message message, MessageHead head) => WriteFields(
        writer, head, message.State, message.ErrorCode, message.UpdatedAt, message.SentAt, message.IsPossibleDuplicate, message.Superseded.Count);

    private static void WriteFields(
        Utf8JsonWriter writer, MessageHead head, MessageState state, int errorCode, long updatedAt, long sentAt, bool isPossibleDuplicate,
        int reroutes)
    {
        writer.WriteId("id"u8, head.Id);
        writer.WriteString("account_sid"u8, head.IsCopy ? null : head.AccountSid);
        writer.WriteString("direction"u8, NameOf(head.Direction));
        writer.WriteString("from"u8, head.From);
        writer.WriteString("to"u8, head.To);
        writer.WriteString("body"u8, head.Body);
        writer.WriteString("class"u8, NameOf(head.Class));
        writer.WriteString("status"u8, StateNames.Of(state));
        WriteError(writer, errorCode);
        writer.WriteString("encoding"u8, NameOf(head.Encoding));
        writer.WriteNumber("segments"u8, head.SegmentCount);
        writer.WriteBoolean("possible_duplicate"u8, isPossibleDuplicate);
        writer.WriteNumber("reroutes"u8, reroutes);
        writer.WriteString("reference"u8, head.Reference);
        writer.WriteStartArray("tags"u8);
        IReadOnlyList<string> tags = head.Tags;
        for (int i = 0; i < tags.Count; i++) writer.WriteStringValue(tags[i]);
        writer.WriteEndArray();
        writer.WriteStartObject("metadata"u8);
        Metadata metadata = head.Metadata;
        for (int i = 0; i < metadata.Count; i++) writer.WriteString(metadata[i].Key, metadata[i].Value);
        writer.WriteEndObject();
        writer.WriteString("batch"u8, head.Metadata.Find(Batches.MetadataName));
        writer.WriteString("callback_url"u8, head.CallbackUrl);
        if (head.ResendOf is { } failed) writer.WriteId("resend_of"u8, failed);
        else writer.WriteNull("resend_of"u8);
        writer.WriteMicros("created_at"u8, head.CreatedAt);
        writer.WriteMicros("updated_at"u8, updatedAt);
        writer.WriteMicros("sent_at"u8, head.IsInbound ? head.CreatedAt : sentAt);
        writer.WriteMicros("send_at"u8, head.SendAt);
        writer.WriteMicros("valid_until"u8, head.ValidUntil);
    }
}
