using Crosspoint.Smpp.Codec;

namespace Crosspoint.Simulator.Behaviours;

/// <summary>How a carrier treats its customers. Immutable: a change is a new value, swapped whole, in force at once.</summary>
public sealed record CarrierBehaviour
{
    /// <summary>A carrier that answers at once, refuses nothing, and reports every message delivered a moment later.</summary>
    public static CarrierBehaviour Default { get; } = new();

    /// <summary>Time between a request and its response.</summary>
    public DurationDistribution Latency { get; init; } = DurationDistribution.Zero;

    /// <summary>Shares of submissions that are refused, and with what. Together at most 1.</summary>
    public IReadOnlyList<ErrorShare> Errors { get; init; } = [];

    /// <summary>Body of a response that refuses.</summary>
    public ErrorBody ErrorBody { get; init; } = ErrorBody.None;

    /// <summary>Submissions a second above which ESME_RTHROTTLED is answered, with a burst of a tenth of a second; 0 = no limit.</summary>
    public int ThrottleRate { get; init; }

    /// <summary>Share of submissions that are accepted and never answered.</summary>
    public double NoResponse { get; init; }

    /// <summary>Answers ESME_RINVSRCADR to an alphanumeric source address.</summary>
    public bool RefuseAlphanumeric { get; init; }

    public ReceiptBehaviour Receipts { get; init; } = new();

    public InboundBehaviour Inbound { get; init; } = new();

    /// <summary>What handsets answer to what they receive. The first rule that fits is used.</summary>
    public IReadOnlyList<HandsetReply> HandsetReplies { get; init; } = [];

    public DisconnectBehaviour Disconnect { get; init; } = new();

    /// <summary>Reads everything, answers nothing, not even enquire_link, and keeps TCP open.</summary>
    public bool Stall { get; init; }

    /// <summary>Chance, at each submission, that a broken PDU is sent beside the answer.</summary>
    public double Garbage { get; init; }

    /// <summary>Silence after which the carrier sends enquire_link; after two such spans without a byte it closes. Zero = never.</summary>
    public TimeSpan EnquireLink { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Binds that one system_id may have at once (more: ESME_RALYBND); 0 = no limit.</summary>
    public int MaxBinds { get; init; }

    /// <summary>Unanswered deliver_sm and data_sm that the carrier allows itself on one bind.</summary>
    public int Window { get; init; } = 1000;

    /// <summary>How the carrier gives again what was not taken.</summary>
    public RedeliveryBehaviour Redelivery { get; init; } = new();

    /// <summary>First sequence number of the carrier's own requests on a new connection.</summary>
    public uint FirstSequence { get; init; } = 1;

    /// <summary>Networks behind the carrier for which something is different. Names and prefixes occur once.</summary>
    public IReadOnlyList<NetworkBehaviour> Networks { get; init; } = [];
}

/// <summary>A share of submissions refused with a status.</summary>
public sealed record ErrorShare(CommandStatus Status, double Share);

/// <summary>Body of a submit_sm_resp whose status is not ESME_ROK.</summary>
public enum ErrorBody
{
    /// <summary>Header only, as the specification has it.</summary>
    None,

    /// <summary>One null octet.</summary>
    Empty,

    /// <summary>A message id that means nothing.</summary>
    Full,
}

/// <summary>A rule by which a handset answers a message.</summary>
/// <param name="When">Text that the message must hold, whatever its case.</param>
/// <param name="Reply">What the handset sends back.</param>
/// <param name="Share">Share of fitting messages that are answered.</param>
/// <param name="Delay">Time until the answer.</param>
public sealed record HandsetReply(string When, string Reply, double Share, TimeSpan Delay);

/// <summary>When and how the carrier drops connections and refuses binds.</summary>
public sealed record DisconnectBehaviour
{
    /// <summary>Age at which a connection is dropped; zero = never.</summary>
    public TimeSpan Every { get; init; }

    /// <summary>Submissions after which a connection is dropped, the last of them unanswered; 0 = never.</summary>
    public int AfterSubmits { get; init; }

    /// <summary>Silence from the customer after which the connection is dropped; zero = never.</summary>
    public TimeSpan Idle { get; init; }

    /// <summary>Answers every bind with <see cref="BindStatus"/>.</summary>
    public bool RefuseBinds { get; init; }

    public CommandStatus BindStatus { get; init; } = CommandStatus.BindFailed;

    /// <summary>system_id whose binds are refused; empty = all.</summary>
    public string SystemId { get; init; } = "";
}

/// <summary>How the carrier gives again a deliver_sm that was refused for the moment, not answered, or lost with its connection.</summary>
public sealed record RedeliveryBehaviour
{
    public TimeSpan After { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Tries in all; 0 = until taken.</summary>
    public int Attempts { get; init; }

    /// <summary>Time allowed for a response.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>Messages that come from handsets by themselves.</summary>
public sealed record InboundBehaviour
{
    /// <summary>Messages (not parts) a second; 0 = none.</summary>
    public double Rate { get; init; }

    public IReadOnlyList<string> From { get; init; } = ["+447700900001", "+447700900002", "+447700900003"];

    public IReadOnlyList<string> To { get; init; } = ["+15550001000"];

    public IReadOnlyList<string> Texts { get; init; } = ["Hello", "Yes please", "Où est ma commande?", "STOP", "Привет"];

    /// <summary>Share that is long enough for several parts.</summary>
    public double LongShare { get; init; }

    /// <summary>How the parts of a long message are marked.</summary>
    public LongForm LongAs { get; init; } = LongForm.Udh;

    /// <summary>The parts of a long message come in random order.</summary>
    public bool Shuffled { get; init; }

    /// <summary>system_id that the messages go to; empty = whoever is bound to receive, in turn.</summary>
    public string SystemId { get; init; } = "";
}

/// <summary>How the parts of a long message are marked.</summary>
public enum LongForm
{
    /// <summary>User data header with an 8-bit reference.</summary>
    Udh,

    /// <summary>User data header with a 16-bit reference.</summary>
    Udh16,

    /// <summary>The sar_* TLVs.</summary>
    Sar,

    /// <summary>One PDU with message_payload.</summary>
    Payload,
}
