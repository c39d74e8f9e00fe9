namespace Crosspoint.Smpp.Codec;

/// <summary>One optional parameter (SMPP v3.4 §5.3.1). The value is a piece of the PDU, not a copy.</summary>
/// <param name="tag">The tag; it may be one that the standard does not name.</param>
/// <param name="value">The octets of the value.</param>
public readonly ref struct Tlv(TlvTag tag, ReadOnlySpan<byte> value)
{
    /// <summary>Octets of tag and length in front of the value.</summary>
    public const int HeaderBytes = 4;

    /// <summary>The tag; it may be one that the standard does not name.</summary>
    public TlvTag Tag { get; } = tag;

    /// <summary>The octets of the value.</summary>
    public ReadOnlySpan<byte> Value { get; } = value;
}
