using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Webhooks;
using Crosspoint.Sms.Numbers;
using Crosspoint.Sms.Segments;
using Crosspoint.Sms.Text;

namespace Crosspoint.Engine.Intake;

/// <summary>Judges a request and brings it into the form in which it is stored and sent. Touches nothing.</summary>
public static class RequestCheck
{
    /// <summary>UTF-16 code units in a body: what the Twilio-shaped API allows, and more segments than most handsets join.</summary>
    public const int MostBodyCharacters = 1600;

    /// <summary>Seconds a message may wait, and the default: 10 hours.</summary>
    public const int MostValiditySeconds = 36_000;

    /// <summary>The same for what comes over SMPP, where a day and more is usual: 7 days.</summary>
    public const int MostSmppValiditySeconds = 7 * 24 * 3600;

    /// <summary>The furthest that a message may be scheduled ahead: 35 days.</summary>
    public static readonly TimeSpan MostAhead = TimeSpan.FromDays(35);

    /// <summary>How far back a time may lie and still mean "now": clocks differ.</summary>
    public static readonly TimeSpan MostBehind = TimeSpan.FromMinutes(1);

    private const int MostReferenceCharacters = 255;
    private const int MostTags = 10;
    private const int MostTagCharacters = 64;
    private const int MostUrlCharacters = 2048;

    /// <summary>The message to be, without id and times; or why not.</summary>
    internal static IntakeResult? TryPrepare(SendRequest request, CallbackCheck callbacks, out MessageHead? prepared)
    {
        prepared = null;
        if (string.IsNullOrEmpty(request.To))
            return Refuse(IntakeError.ToMissing, "to", "The recipient is missing: expected a number in E.164 form such as +15551234567.");
        if (!E164.TryParse(request.To, out E164 to))
            return Refuse(IntakeError.ToInvalid, "to", "The recipient is not a number in E.164 form: expected + and up to 15 digits, such as +15551234567.");
        if (string.IsNullOrEmpty(request.From))
            return Refuse(IntakeError.FromMissing, "from", "The sender is missing: expected a number, a short code or a name.");
        if (!Senders.TryClassify(request.From, out _, out string from))
            return Refuse(IntakeError.FromInvalid, "from", "The sender is not valid: expected a number in E.164 form, a short code of 3 to 8 digits, or a name of up to 11 letters, digits and blanks with at least one letter.");
        if (request.Account.Senders == SenderPolicy.Owned && !request.Account.Owns(from))
            return Refuse(IntakeError.FromNotOwned, "from", "The sender does not belong to the account.");
        if (string.IsNullOrEmpty(request.Body))
            return Refuse(IntakeError.BodyMissing, "body", "The body is missing: expected 1 to 1,600 characters.");
        string body = request.SmartEncoded ? SmartEncoding.Apply(request.Body) : request.Body;
        if (body.Length == 0)
            return Refuse(IntakeError.BodyMissing, "body", "Smart encoding leaves nothing of the body: expected 1 to 1,600 characters.");
        if (body.Length > MostBodyCharacters)
            return Refuse(IntakeError.BodyTooLong, "body", $"The body has {body.Length} UTF-16 code units: expected 1 to 1,600.");
        int mostValidity = request.Submit is null ? MostValiditySeconds : MostSmppValiditySeconds;
        if (request.ValiditySeconds is { } validity && (validity < 1 || validity > mostValidity))
            return Refuse(IntakeError.ValidityInvalid, "validity_seconds", $"The validity is out of range: expected 1 to {mostValidity} seconds.");
        if (request.CallbackUrl is not null)
        {
            if (request.CallbackUrl.Length > MostUrlCharacters)
                return Refuse(IntakeError.CallbackInvalid, "callback_url", "The URL is too long: expected up to 2,048 characters.");
            if (!callbacks.TryCheck(request.CallbackUrl, out string problem))
                return Refuse(IntakeError.CallbackInvalid, "callback_url", problem);
        }

        if (request.Reference is { Length: > MostReferenceCharacters })
            return Refuse(IntakeError.ReferenceInvalid, "reference", "The reference is too long: expected up to 255 characters.");
        if (request.Tags.Count > MostTags) return Refuse(IntakeError.TagsInvalid, "tags", "There are too many tags: expected up to 10.");
        foreach (string tag in request.Tags)
        {
            if (tag.Length is 0 or > MostTagCharacters)
                return Refuse(IntakeError.TagsInvalid, "tags", "A tag is empty or too long: expected 1 to 64 characters.");
        }

        if (request.Metadata.Find(Batches.MetadataName) is { } batch && !Batches.IsName(batch))
            return Refuse(IntakeError.BatchInvalid, "batch", $"The batch is not well-formed: {Batches.Expected}.");

        SmsEncoding encoding = EncodingChoice.Cheapest(body);
        prepared = new MessageHead
        {
            Id = default,
            AccountSid = request.Account.Sid,
            Direction = request.Direction,
            From = from,
            To = to.ToString(),
            Body = body,
            Class = request.Class,
            Encoding = encoding,
            SegmentCount = Segmenter.Count(body, encoding, SegmentMethod.Udh8),
            ValiditySeconds = request.ValiditySeconds ?? 0,
            CallbackUrl = request.CallbackUrl,
            CallbackForm = request.CallbackForm,
            Reference = request.Reference,
            Tags = request.Tags,
            Metadata = request.Metadata,
            SmartEncoded = request.SmartEncoded,
            ProvideFeedback = request.ProvideFeedback,
            TraceParent = request.TraceParent,
            SystemId = request.SystemId,
            Submit = request.Submit,
            SendAt = request.SendAt is { } at ? Micros.From(at) : 0,
        };
        return null;
    }

    /// <summary>Whether a message may be scheduled for its time; or why not.</summary>
    internal static IntakeResult? CheckTime(MessageHead head, long now)
    {
        if (head.SendAt < now - Micros.From(MostBehind))
            return Refuse(IntakeError.ScheduleInvalid, "send_at", "The time has passed: expected one within the next 35 days.");
        return head.SendAt > now + Micros.From(MostAhead)
            ? Refuse(IntakeError.ScheduleInvalid, "send_at", "The time is too far ahead: expected one within the next 35 days.")
            : null;
    }

    /// <summary>The end of validity, in microseconds: it counts from when the message may go out.</summary>
    internal static long ValidUntil(MessageHead head, long now)
    {
        long seconds = head.ValiditySeconds > 0 ? head.ValiditySeconds : MostValiditySeconds;
        return Math.Max(now, head.SendAt) + (seconds * Micros.PerSecond);
    }

    private static IntakeResult Refuse(IntakeError error, string field, string detail) => IntakeResult.Refused(error, field, detail);
}
