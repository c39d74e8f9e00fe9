using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Intake;

/// <summary>What an application asks for, as it came in: nothing is checked yet but who asks.</summary>
public sealed record SendRequest
{
    public required Account Account { get; init; }

    public string? To { get; init; }

    public string? From { get; init; }

    public string? Body { get; init; }

    public TrafficClass Class { get; init; }

    public string? CallbackUrl { get; init; }

    public CallbackForm CallbackForm { get; init; }

    public string? Reference { get; init; }

    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>What connections put into TLVs of their carrier.</summary>
    public Metadata Metadata { get; init; } = Metadata.Empty;

    /// <summary>1 to 36,000, over SMPP to 604,800 (7 days); null for the default of 36,000 (10 hours).</summary>
    public int? ValiditySeconds { get; init; }

    /// <summary>Replace typographic look-alikes by GSM-7 characters.</summary>
    public bool SmartEncoded { get; init; }

    public bool ProvideFeedback { get; init; }

    public MessageDirection Direction { get; init; } = MessageDirection.OutboundApi;

    public string? TraceParent { get; init; }

    /// <summary>Not before this moment; null for at once.</summary>
    public DateTimeOffset? SendAt { get; init; }

    /// <summary>The system_id that submitted it over SMPP; null otherwise.</summary>
    public string? SystemId { get; init; }

    /// <summary>What its submit_sm said besides; null when it did not come over SMPP.</summary>
    public SubmitDetails? Submit { get; init; }
}
