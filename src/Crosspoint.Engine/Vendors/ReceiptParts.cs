namespace Crosspoint.Engine.Vendors;

/// <summary>The parts of a long message that say that the whole arrived. A part that failed says the opposite, whatever is chosen.</summary>
public enum ReceiptParts
{
    /// <summary>Delivered needs a receipt for every part.</summary>
    Every,

    /// <summary>The carrier reports one part, no matter which.</summary>
    Any,

    /// <summary>The carrier reports the first part.</summary>
    First,

    /// <summary>The carrier reports the last part.</summary>
    Last,
}
