using Crosspoint.Engine.Messages;
using Crosspoint.Smpp.Sessions;
using Crosspoint.Sms.Numbers;
using Crosspoint.Sms.Segments;

namespace Crosspoint.Engine.Vendors;

/// <summary>What to do with a segment that was written and never answered.</summary>
public enum UnknownOutcomePolicy
{
    /// <summary>Hold for a late response or a receipt, then <c>unconfirmed</c>: at most once.</summary>
    Wait,

    /// <summary>Wait a short while, then send again, marked as a possible duplicate: at least once.</summary>
    Resend,

    /// <summary><c>failed</c> at once; a later receipt is recorded and wins.</summary>
    Fail,

    /// <summary>
    /// As <see cref="Wait"/>; and where the carrier has given an id and no receipt comes, it is asked by query_sm before the message is
    /// <c>unconfirmed</c>.
    /// </summary>
    Query,
}

/// <summary>One contract end at a vendor: one SMPP bind group.</summary>
public sealed record ConnectionOptions
{
    public required string Name { get; init; }

    public required string Vendor { get; init; }

    /// <summary>
    /// Connections that share a carrier account, and so its message ids, name one group. Default: the connection's own name.
    /// </summary>
    public required string Group { get; init; }

    public required SmppConnectionOptions Smpp { get; init; }

    /// <summary>What routing may ask of it.</summary>
    public ConnectionCapabilities Capabilities { get; init; } = ConnectionCapabilities.Default;

    /// <summary>Policy by class, indexed by <see cref="TrafficClass"/>.</summary>
    public UnknownOutcomePolicy UnknownOtp { get; init; } = UnknownOutcomePolicy.Resend;

    public UnknownOutcomePolicy UnknownTransactional { get; init; } = UnknownOutcomePolicy.Resend;

    public UnknownOutcomePolicy UnknownMarketing { get; init; } = UnknownOutcomePolicy.Wait;

    /// <summary>What goes where nothing is said: losing a message is worse than a rare second copy, but for marketing.</summary>
    public static UnknownOutcomePolicy DefaultUnknownPolicy(TrafficClass trafficClass) =>
        trafficClass == TrafficClass.Marketing ? UnknownOutcomePolicy.Wait : UnknownOutcomePolicy.Resend;

    public UnknownOutcomePolicy UnknownPolicy(TrafficClass trafficClass) => trafficClass switch
    {
        TrafficClass.Otp => UnknownOtp,
        TrafficClass.Marketing => UnknownMarketing,
        _ => UnknownTransactional,
    };
}

/// <summary>The SMPP side of a connection. Defaults are those of the SMPP library unless said otherwise.</summary>
public sealed record SmppConnectionOptions
{
    public required string Host { get; init; }

    public required int Port { get; init; }

    /// <summary>Further ends of the carrier, tried in order when the first cannot be bound to.</summary>
    public IReadOnlyList<SmppHost> FurtherHosts { get; init; } = [];

    /// <summary>TLS to the carrier; null for plain TCP.</summary>
    public TlsSettings? Tls { get; init; }

    public required string SystemId { get; init; }

    public required string Password { get; init; }

    public string SystemType { get; init; } = "";

    public SmppBindType Bind { get; init; } = SmppBindType.Transceiver;

    public string AddressRange { get; init; } = "";

    /// <summary>addr_ton and addr_npi of the bind's address range.</summary>
    public TonNpi AddressRangeType { get; init; }

    /// <summary>Binds held at once.</summary>
    public int Sessions { get; init; } = 1;

    /// <summary>Receivers held besides, for a pair of transmitters (<see cref="Sessions"/>) and receivers; 0 for no pair.</summary>
    public int Receivers { get; init; }

    /// <summary>interface_version of the bind: 0x33, 0x34 or 0x50.</summary>
    public byte InterfaceVersion { get; init; } = 0x34;

    /// <summary>A carrier that leaves its version out of the bind response counts as one of SMPP 3.3, and gets no TLVs.</summary>
    public bool StrictInterfaceVersion { get; init; }

    /// <summary>Unanswered <c>submit_sm</c> allowed on each session. 10 is what the trade agrees on when nothing is said.</summary>
    public int InFlightWindow { get; init; } = 10;

    /// <summary>Segments a second over all sessions; 0 for no cap.</summary>
    public double Rate { get; init; }

    /// <summary>Segments that may go at once after a pause. 0 for a hundredth of a second's worth, at least 1.</summary>
    public double Burst { get; init; }

    public TimeSpan ResponseTimeout { get; init; } = TimeSpan.FromSeconds(30);

    public TimeSpan EnquireLink { get; init; } = TimeSpan.FromSeconds(30);

    public TimeSpan EnquireLinkTimeout { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan BindTimeout { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan ReconnectFirst { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan ReconnectMost { get; init; } = TimeSpan.FromSeconds(30);

    public SegmentMethod SegmentMethod { get; init; } = SegmentMethod.Udh8;

    /// <summary>What the carrier makes of data_coding, and which forms of text it takes.</summary>
    public CarrierAlphabet Alphabet { get; init; } = CarrierAlphabet.Default;

    /// <summary>How long a receipt may take after the end of validity before the message is <c>unconfirmed</c>.</summary>
    public TimeSpan ReceiptGrace { get; init; } = TimeSpan.FromHours(1);

    /// <summary>
    /// How the carrier writes message ids in its answers and in its receipts. With one of the fixed pairs, receipts are matched by that
    /// conversion alone. The same for all connections of a group.
    /// </summary>
    public VendorIdFormat MessageIdFormat { get; init; } = VendorIdFormat.Auto;

    /// <summary>Look for receipts in the text of messages whose esm_class does not say so.</summary>
    public bool ReceiptsByText { get; init; }

    /// <summary>The parts of a long message whose receipts the carrier sends.</summary>
    public ReceiptParts ReceiptParts { get; init; }

    /// <summary>What stands in the fields of submit_sm.</summary>
    public SubmitOptions Submit { get; init; } = new();

    /// <summary>What is done with each <c>command_status</c> that the carrier answers.</summary>
    public StatusPolicy Statuses { get; init; } = StatusPolicy.Default;

    /// <summary>Without the password: what is printed may be kept.</summary>
    public override string ToString() => $"{nameof(SmppConnectionOptions)} {{ Host = {Host}, Port = {Port}, SystemId = {SystemId} }}";
}
