namespace Crosspoint.Simulator.Behaviours;

/// <summary>
/// What is different for the recipients of one network behind a carrier. What is null is as for the whole carrier, and follows its changes.
/// </summary>
public sealed record NetworkBehaviour
{
    /// <summary>Any name, such as the MCC and MNC.</summary>
    public required string Name { get; init; }

    /// <summary>First digits of the recipients, without a plus sign; at least one. Of several that fit, the longest counts.</summary>
    public required IReadOnlyList<string> Prefixes { get; init; }

    public DurationDistribution? Latency { get; init; }

    public IReadOnlyList<ErrorShare>? Errors { get; init; }

    /// <summary>The network's own limit, in place of the carrier's; 0 = no limit.</summary>
    public int? ThrottleRate { get; init; }

    public double? NoResponse { get; init; }

    public bool? RefuseAlphanumeric { get; init; }

    /// <summary>Reads what is submitted for this network and forgets it, unanswered. The bind itself stays well.</summary>
    public bool Stall { get; init; }

    public NetworkReceipts Receipts { get; init; } = new();

    /// <summary>All of a behaviour, as it is for this network.</summary>
    internal CarrierBehaviour Over(CarrierBehaviour carrier) => carrier with
    {
        Latency = Latency ?? carrier.Latency,
        Errors = Errors ?? carrier.Errors,
        ThrottleRate = ThrottleRate ?? carrier.ThrottleRate,
        NoResponse = NoResponse ?? carrier.NoResponse,
        RefuseAlphanumeric = RefuseAlphanumeric ?? carrier.RefuseAlphanumeric,
        Receipts = carrier.Receipts with
        {
            Delay = Receipts.Delay ?? carrier.Receipts.Delay,
            States = Receipts.States ?? carrier.Receipts.States,
            Early = Receipts.Early ?? carrier.Receipts.Early,
            Duplicate = Receipts.Duplicate ?? carrier.Receipts.Duplicate,
            Missing = Receipts.Missing ?? carrier.Receipts.Missing,
            Intermediate = Receipts.Intermediate ?? carrier.Receipts.Intermediate,
            Silent = Receipts.Silent ?? carrier.Receipts.Silent,
            Faked = Receipts.Faked ?? carrier.Receipts.Faked,
        },
    };
}

/// <summary>What is different in the receipts of one network. Their form is the carrier's.</summary>
public sealed record NetworkReceipts
{
    public DurationDistribution? Delay { get; init; }

    public IReadOnlyList<ReceiptState>? States { get; init; }

    public double? Early { get; init; }

    public double? Duplicate { get; init; }

    public double? Missing { get; init; }

    public double? Intermediate { get; init; }

    public bool? Silent { get; init; }

    public bool? Faked { get; init; }
}
