namespace Crosspoint.Smpp.Codec;

/// <summary>The value of broadcast_area_identifier (SMPP v5.0 §4.8.4.6). The octets are borrowed, not copied.</summary>
/// <param name="format">0 alias or name, 1 ellipsoid arc, 2 polygon.</param>
/// <param name="details">The area in that format: at most 100 octets.</param>
public readonly ref struct BroadcastArea(byte format, ReadOnlySpan<byte> details)
{
    /// <summary>The area is named.</summary>
    public const byte Alias = 0;

    /// <summary>The area is an ellipsoid arc.</summary>
    public const byte EllipsoidArc = 1;

    /// <summary>The area is a polygon.</summary>
    public const byte Polygon = 2;

    private const int MostOctets = 100;

    /// <summary>0 alias or name, 1 ellipsoid arc, 2 polygon.</summary>
    public byte Format { get; } = format;

    /// <summary>The area in that format.</summary>
    public ReadOnlySpan<byte> Details { get; } = details;

    /// <summary>Reads a value.</summary>
    /// <returns>False when it is empty.</returns>
    public static bool TryRead(ReadOnlySpan<byte> value, out BroadcastArea area)
    {
        area = value.IsEmpty ? default : new BroadcastArea(value[0], value[1..]);
        return !value.IsEmpty;
    }

    /// <summary>Adds it as broadcast_area_identifier.</summary>
    /// <returns>False when it does not fit or is longer than 100 octets; nothing is written then.</returns>
    public bool TryAdd(ref TlvWriter writer)
    {
        if (Details.Length > MostOctets) return false;
        Span<byte> value = stackalloc byte[1 + MostOctets];
        value[0] = Format;
        Details.CopyTo(value[1..]);
        return writer.Add(TlvTag.BroadcastAreaIdentifier, value[..(1 + Details.Length)]);
    }
}
