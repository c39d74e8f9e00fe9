namespace Crosspoint.Smpp.Codec;

/// <summary>How the value of a TLV is written.</summary>
public enum TlvKind
{
    /// <summary>An unsigned integer of one octet.</summary>
    Byte,

    /// <summary>An unsigned 16-bit integer, big-endian.</summary>
    UInt16,

    /// <summary>An unsigned 32-bit integer, big-endian.</summary>
    UInt32,

    /// <summary>A text that ends with a null, which often is missing in the field.</summary>
    CString,

    /// <summary>Octets with a structure of their own, or none.</summary>
    Octets,
}
