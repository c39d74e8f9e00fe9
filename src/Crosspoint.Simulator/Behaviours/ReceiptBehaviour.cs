namespace Crosspoint.Simulator.Behaviours;

/// <summary>What the carrier reports about messages, when, and in which form.</summary>
public sealed record ReceiptBehaviour
{
    /// <summary>Time between the acceptance of a message and its final receipt.</summary>
    public DurationDistribution Delay { get; init; } = DurationDistribution.Fixed(TimeSpan.FromSeconds(1));

    /// <summary>Final states and their shares, which add up to 1.</summary>
    public IReadOnlyList<ReceiptState> States { get; init; } = [new("DELIVRD", "000", 1)];

    /// <summary>Form of the message id in submit_sm_resp.</summary>
    public MessageIdFormat IdFormat { get; init; } = MessageIdFormat.Decimal;

    /// <summary>Form of the message id in receipts.</summary>
    public ReceiptIdFormat ReceiptIdFormat { get; init; } = ReceiptIdFormat.Same;

    /// <summary>Message ids start again after so many; 0 = never.</summary>
    public long IdWrap { get; init; }

    /// <summary>Share of receipts that are sent just before the submit_sm_resp.</summary>
    public double Early { get; init; }

    /// <summary>Share of receipts that come twice.</summary>
    public double Duplicate { get; init; }

    /// <summary>Share of receipts that never come.</summary>
    public double Missing { get; init; }

    /// <summary>No receipt at all, of no kind, while messages go on to end as <see cref="States"/> has it.</summary>
    public bool Silent { get; init; }

    /// <summary>
    /// Every final receipt says DELIVRD and comes right after the answer, and query_sm says the same. Messages go on to end as
    /// <see cref="States"/> has it: what the handsets got, and the counters of what was delivered, say the truth.
    /// </summary>
    public bool Faked { get; init; }

    /// <summary>Share of messages for which a receipt with ENROUTE comes first, though nobody asked for it.</summary>
    public double Intermediate { get; init; }

    public ReceiptFields Fields { get; init; } = ReceiptFields.Standard;

    /// <summary>Digits of the dates in the text: 8 YYMMDDhh, 10 YYMMDDhhmm, 12 YYMMDDhhmmss, 14 YYYYMMDDhhmmss. Always UTC.</summary>
    public int DateDigits { get; init; } = 10;

    public ReceiptVia Via { get; init; } = ReceiptVia.DeliverSm;

    /// <summary>Which parts of a long message get a receipt.</summary>
    public ReceiptParts Only { get; init; } = ReceiptParts.All;

    /// <summary>Sends the receipt on another bind of the same system_id than the one that submitted, where there is one.</summary>
    public bool OtherBind { get; init; }

    /// <summary>False: receipts come with esm_class 0, like ordinary messages.</summary>
    public bool Marked { get; init; } = true;

    /// <summary>Adds a TLV from the range that vendors use (0x1400).</summary>
    public bool VendorTlv { get; init; }
}

/// <summary>A final state with its share.</summary>
/// <param name="State">Seven letters, as the receipt's text has it.</param>
/// <param name="Error">The err field, 1 to 10 letters or digits.</param>
/// <param name="Share">Share of messages that end so.</param>
public sealed record ReceiptState(string State, string Error, double Share);

/// <summary>Form of a message id.</summary>
public enum MessageIdFormat
{
    Decimal,
    Hex,
    HexUpper,
    Uuid,
}

/// <summary>Form of the message id in a receipt.</summary>
public enum ReceiptIdFormat
{
    /// <summary>As in submit_sm_resp.</summary>
    Same,
    Decimal,
    Hex,
    HexUpper,

    /// <summary>As in submit_sm_resp, with zeros before it up to 20 characters.</summary>
    ZeroPadded,
    Upper,
    Lower,
}

/// <summary>Which fields a receipt has.</summary>
public enum ReceiptFields
{
    /// <summary>The whole text and the TLVs.</summary>
    Standard,

    /// <summary>The whole text in another order and with "Text:", no TLVs.</summary>
    Reordered,

    /// <summary>TLVs and an empty text.</summary>
    TlvOnly,

    /// <summary>The whole text, no TLVs.</summary>
    NoTlv,

    /// <summary>id and stat, no TLVs.</summary>
    Minimal,

    /// <summary>The text without its dates, no TLVs.</summary>
    NoDates,
}

/// <summary>The operation that carries a receipt.</summary>
public enum ReceiptVia
{
    DeliverSm,
    DataSm,
}

/// <summary>Which parts of a long message get a receipt.</summary>
public enum ReceiptParts
{
    All,
    FirstPart,
    LastPart,
}
