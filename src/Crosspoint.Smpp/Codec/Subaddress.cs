namespace Crosspoint.Smpp.Codec;

/// <summary>The value of source_subaddress and dest_subaddress (SMPP v3.4 §5.3.2.15). The octets are borrowed, not copied.</summary>
/// <param name="type">0x80 NSAP (even), 0x88 NSAP (odd), 0xA0 of the user.</param>
/// <param name="octets">The subaddress: 1 to 22 octets.</param>
public readonly ref struct Subaddress(byte type, ReadOnlySpan<byte> octets)
{
    private const int MostOctets = 22;

    /// <summary>0x80 NSAP (even), 0x88 NSAP (odd), 0xA0 of the user.</summary>
    public byte Type { get; } = type;

    /// <summary>The subaddress.</summary>
    public ReadOnlySpan<byte> Octets { get; } = octets;

    /// <summary>Reads a value.</summary>
    /// <returns>False when it is empty.</returns>
    public static bool TryRead(ReadOnlySpan<byte> value, out Subaddress subaddress)
    {
        subaddress = value.IsEmpty ? default : new Subaddress(value[0], value[1..]);
        return !value.IsEmpty;
    }

    /// <summary>Adds it.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="tag"><see cref="TlvTag.SourceSubaddress"/> or <see cref="TlvTag.DestSubaddress"/>.</param>
    /// <returns>False when it does not fit, or is empty or longer than 22 octets; nothing is written then.</returns>
    public bool TryAdd(ref TlvWriter writer, TlvTag tag)
    {
        if (Octets.Length is 0 or > MostOctets) return false;
        Span<byte> value = stackalloc byte[1 + MostOctets];
        value[0] = Type;
        Octets.CopyTo(value[1..]);
        return writer.Add(tag, value[..(1 + Octets.Length)]);
    }
}
