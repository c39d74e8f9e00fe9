using Crosspoint.Engine.Messages;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Vendors;

/// <summary>Which receipts the carrier is asked for: registered_delivery.</summary>
public enum ReceiptsAsked : byte
{
    /// <summary>None: the message stays <c>sent</c>.</summary>
    None = 0,

    /// <summary>Of success and of failure.</summary>
    Both = 1,

    /// <summary>Of failure alone: where none comes the message stays <c>sent</c>.</summary>
    Failure = 2,

    /// <summary>Of success alone (SMPP 5.0).</summary>
    Success = 3,
}

/// <summary>What is written into validity_period.</summary>
public enum ValidityRule
{
    /// <summary>What is left of the message's own validity.</summary>
    Pass,

    /// <summary>Nothing: the carrier's own default applies.</summary>
    None,

    /// <summary>The same span for every message.</summary>
    Fixed,
}

/// <summary>What a connection writes into the fields of submit_sm.</summary>
public sealed record SubmitOptions
{
    public SenderTypes Source { get; init; } = new();

    /// <summary>The recipient's; recipients are E.164, so 1/1 by the usual rule.</summary>
    public TonNpi Destination { get; init; } = Senders.For(SenderKind.LongCode);

    /// <summary>Write numbers with their plus. Carriers want digits alone unless they say otherwise.</summary>
    public bool KeepPlus { get; init; }

    /// <summary>service_type: up to 5 characters.</summary>
    public string ServiceType { get; init; } = "";

    /// <summary>protocol_id.</summary>
    public byte ProtocolId { get; init; }

    /// <summary>replace_if_present_flag.</summary>
    public bool ReplaceIfPresent { get; init; }

    public ReceiptsAsked Receipts { get; init; } = ReceiptsAsked.Both;

    public ValidityRule Validity { get; init; }

    /// <summary>With <see cref="ValidityRule.Fixed"/>: how long.</summary>
    public TimeSpan ValidityFor { get; init; }

    /// <summary>Write a span from now (SMPP 3.4 §7.1.1.2) rather than an instant.</summary>
    public bool ValidityIsRelative { get; init; }

    /// <summary>priority_flag by class.</summary>
    public byte PriorityOtp { get; init; }

    public byte PriorityTransactional { get; init; }

    public byte PriorityMarketing { get; init; }

    /// <summary>TLVs added to each submit_sm, in this order.</summary>
    public IReadOnlyList<TlvRule> Tlvs { get; init; } = [];

    public byte Priority(TrafficClass trafficClass) => trafficClass switch
    {
        TrafficClass.Otp => PriorityOtp,
        TrafficClass.Marketing => PriorityMarketing,
        _ => PriorityTransactional,
    };
}
