namespace Crosspoint.Smpp.Codec;

/// <summary>The value of callback_num (SMPP v3.4 §5.3.2.36). The digits are borrowed, not copied.</summary>
/// <param name="isAscii">False for digits as TBCD, true for ASCII.</param>
/// <param name="ton">Type of number.</param>
/// <param name="npi">Numbering plan.</param>
/// <param name="digits">The digits: 1 to 16 octets.</param>
public readonly ref struct CallbackNumber(bool isAscii, byte ton, byte npi, ReadOnlySpan<byte> digits)
{
    private const int StartBytes = 3;
    private const int MostDigits = 16;

    /// <summary>digit mode indicator: false for TBCD, true for ASCII.</summary>
    public bool IsAscii { get; } = isAscii;

    /// <summary>Type of number.</summary>
    public byte Ton { get; } = ton;

    /// <summary>Numbering plan.</summary>
    public byte Npi { get; } = npi;

    /// <summary>The digits.</summary>
    public ReadOnlySpan<byte> Digits { get; } = digits;

    /// <summary>Reads a value; more digits than the standard allows are taken.</summary>
    /// <returns>False when it is shorter than 3 octets.</returns>
    public static bool TryRead(ReadOnlySpan<byte> value, out CallbackNumber number)
    {
        number = value.Length < StartBytes
            ? default
            : new CallbackNumber((value[0] & 1) != 0, value[1], value[2], value[StartBytes..]);
        return value.Length >= StartBytes;
    }

    /// <summary>Adds it as callback_num.</summary>
    /// <returns>False when it does not fit or has no digit or more than 16; nothing is written then.</returns>
    public bool TryAdd(ref TlvWriter writer)
    {
        if (Digits.Length is 0 or > MostDigits) return false;
        Span<byte> value = stackalloc byte[StartBytes + MostDigits];
        value[0] = IsAscii ? (byte)1 : (byte)0;
        value[1] = Ton;
        value[2] = Npi;
        Digits.CopyTo(value[StartBytes..]);
        return writer.Add(TlvTag.CallbackNum, value[..(StartBytes + Digits.Length)]);
    }
}
