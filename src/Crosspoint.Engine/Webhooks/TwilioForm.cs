using Crosspoint.Engine.Messages;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Webhooks;

/// <summary>
/// The body of a Twilio-shaped callback. Fields are written in byte order of their names, which is the order of the signature.
/// </summary>
internal static class TwilioForm
{
    public const string ContentType = "application/x-www-form-urlencoded; charset=UTF-8";

    /// <param name="body">Receives the form.</param>
    /// <param name="signed">Receives what the signature covers.</param>
    public static void Write(PendingWebhook webhook, PayloadBuffer body, PayloadBuffer signed)
    {
        WebhookJob job = webhook.Job;
        MessageHead head = job.Head;
        ReadOnlySpan<char> sid = webhook.Id.AsSpan(0, webhook.Id.IndexOf('_', StringComparison.Ordinal));
        string status = TwilioStatus.Of(job.Status, head.IsInbound);
        signed.Append(webhook.Target.SignedUrl);
        Field("AccountSid"u8, head.AccountSid, body, signed);
        Field("ApiVersion"u8, "2010-04-01", body, signed);
        if (head.IsInbound)
        {
            Field("Body"u8, head.Body, body, signed);
            Field("From"u8, head.From, body, signed);
            Place("FromCity"u8, "FromCountry"u8, "FromState"u8, "FromZip"u8, head.From, body, signed);
            Field("MessageSid"u8, sid, body, signed);
            Field("NumMedia"u8, "0", body, signed);
            Number("NumSegments"u8, Math.Max(1, head.SegmentCount), body, signed);
            Field("SmsMessageSid"u8, sid, body, signed);
        }
        else
        {
            if (job.ErrorCode != 0)
            {
                Number("ErrorCode"u8, job.ErrorCode, body, signed);
                Field("ErrorMessage"u8, TwilioStatus.MeaningOf(job.ErrorCode), body, signed);
            }

            Field("From"u8, head.From, body, signed);
            Field("MessageSid"u8, sid, body, signed);
            Field("MessageStatus"u8, status, body, signed);
        }

        Field("SmsSid"u8, sid, body, signed);
        Field("SmsStatus"u8, status, body, signed);
        Field("To"u8, head.To, body, signed);
        if (head.IsInbound) Place("ToCity"u8, "ToCountry"u8, "ToState"u8, "ToZip"u8, head.To, body, signed);
    }

    private static void Field(ReadOnlySpan<byte> name, ReadOnlySpan<char> value, PayloadBuffer body, PayloadBuffer signed)
    {
        signed.Append(name);
        int start = signed.Written.Length;
        signed.AppendUtf8(value);
        Encode(name, signed.Written[start..], body);
    }

    private static void Number(ReadOnlySpan<byte> name, int value, PayloadBuffer body, PayloadBuffer signed)
    {
        signed.Append(name);
        int start = signed.Written.Length;
        signed.AppendNumber(value);
        Encode(name, signed.Written[start..], body);
    }

    // Of a number's place the country is all that is known; applications expect the other fields to be there, and take them empty.
    private static void Place(
        ReadOnlySpan<byte> city, ReadOnlySpan<byte> country, ReadOnlySpan<byte> state, ReadOnlySpan<byte> zip, string number,
        PayloadBuffer body, PayloadBuffer signed)
    {
        Field(city, "", body, signed);
        Field(country, E164.TryParse(number, out E164 parsed) ? NumberPlan.Lookup(parsed).Country : "", body, signed);
        Field(state, "", body, signed);
        Field(zip, "", body, signed);
    }

    private static void Encode(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, PayloadBuffer body)
    {
        if (body.Written.Length > 0) body.AppendByte((byte)'&');
        body.Append(name);
        body.AppendByte((byte)'=');
        body.AppendFormEncoded(value);
    }
}
