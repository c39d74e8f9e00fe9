using Crosspoint.Sms.Text;

namespace Crosspoint.Engine.Messages;

/// <summary>
/// What was asked for. Never changes after acceptance (redaction replaces it by a copy without a body, a retry rule's limit by one with an
/// earlier end of validity, what holds it by one with a later time), so it is shared freely between threads.
/// </summary>
public sealed record MessageHead
{
    public required MessageId Id { get; init; }

    public required string AccountSid { get; init; }

    public MessageDirection Direction { get; init; }

    /// <summary>Sender as it goes to the carrier: E.164 with "+", short code, or name.</summary>
    public required string From { get; init; }

    /// <summary>Recipient, E.164 with "+" (inbound: our number as the configuration writes it).</summary>
    public required string To { get; init; }

    public required string Body { get; init; }

    public TrafficClass Class { get; init; }

    public SmsEncoding Encoding { get; init; }

    /// <summary>Segments counted at acceptance with 8-bit concatenation.</summary>
    public int SegmentCount { get; init; }

    /// <summary>Acceptance, in microseconds.</summary>
    public long CreatedAt { get; init; }

    /// <summary>End of validity, in microseconds: after it the message is not sent any more.</summary>
    public long ValidUntil { get; init; }

    /// <summary>Seconds of validity that were asked for; 0 when the default applies.</summary>
    public int ValiditySeconds { get; init; }

    /// <summary>Where state changes (inbound: the message itself) are reported; null for nowhere.</summary>
    public string? CallbackUrl { get; init; }

    public CallbackForm CallbackForm { get; init; }

    /// <summary>The application's own reference, returned untouched.</summary>
    public string? Reference { get; init; }

    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>What connections put into TLVs of their carrier.</summary>
    public Metadata Metadata { get; init; } = Metadata.Empty;

    public bool SmartEncoded { get; init; }

    public bool ProvideFeedback { get; init; }

    /// <summary>Inbound: the connection that brought it. Of a copy: the test connection that it is for. Else null.</summary>
    public string? Connection { get; init; }

    /// <summary>W3C traceparent of the request, when it had one.</summary>
    public string? TraceParent { get; init; }

    /// <summary>The customer's system_id: that submitted it over SMPP, or whose binds get it (inbound); null for none.</summary>
    public string? SystemId { get; init; }

    /// <summary>What was said in its submit_sm; null when it did not come over SMPP.</summary>
    public SubmitDetails? Submit { get; init; }

    /// <summary>When it may go out, in microseconds; 0 for at once.</summary>
    public long SendAt { get; init; }

    /// <summary>It was accepted for a later time.</summary>
    public bool IsForLater => SendAt > CreatedAt;

    /// <summary>
    /// The message that this one is a copy of, made for a test connection alone; null for all others. A copy is no account's: its
    /// <see cref="AccountSid"/> is empty.
    /// </summary>
    public MessageId? CopyOf { get; init; }

    public bool IsCopy => CopyOf is not null;

    /// <summary>The message that ended without arriving, and that somebody had sent again as this one; null for all others.</summary>
    public MessageId? ResendOf { get; init; }

    public bool IsInbound => Direction == MessageDirection.Inbound;
}
