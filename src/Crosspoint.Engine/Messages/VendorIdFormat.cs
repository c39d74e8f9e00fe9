namespace Crosspoint.Engine.Messages;

/// <summary>How a carrier writes one message id in its answer and in its receipts. The numbers are stored.</summary>
public enum VendorIdFormat
{
    /// <summary>Not known: the same text, else its other numeric forms.</summary>
    Auto = 0,

    /// <summary>The same text in both, but for case, leading zeros and the dashes of a UUID.</summary>
    Same = 1,

    /// <summary>Hexadecimal in the answer, decimal in the receipt.</summary>
    HexDec = 2,

    /// <summary>Decimal in the answer, hexadecimal in the receipt.</summary>
    DecHex = 3,
}
