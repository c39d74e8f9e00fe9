using System.Globalization;

namespace Crosspoint.Sms.Numbers;

/// <summary>
/// A mobile network: mobile country code (three digits) and mobile network code (two or three), ITU-T E.212. The number of digits counts:
/// 310-26 and 310-026 are two networks. The default value is "unknown", which is normal.
/// </summary>
public readonly record struct NetworkId
{
    // One more than the code, so that the default value is no network.
    private readonly int _value;

    private NetworkId(int value) => _value = value;

    /// <summary>No network is known.</summary>
    public static NetworkId Unknown => default;

    /// <summary>Whether it stands for a network.</summary>
    public bool IsKnown => _value != 0;

    /// <summary>Mobile country code, 0 to 999; 0 when unknown.</summary>
    public int Mcc => _value == 0 ? 0 : (_value - 1) / 2000;

    /// <summary>Mobile network code, 0 to 999; 0 when unknown.</summary>
    public int Mnc => _value == 0 ? 0 : (_value - 1) % 2000 % 1000;

    /// <summary>Digits of the mobile network code, 2 or 3; 0 when unknown.</summary>
    public int MncDigits => _value == 0 ? 0 : (_value - 1) % 2000 >= 1000 ? 3 : 2;

    /// <summary>Makes a network of its codes.</summary>
    /// <param name="mcc">Mobile country code, 0 to 999.</param>
    /// <param name="mnc">Mobile network code, 0 to 999.</param>
    /// <param name="mncDigits">Digits of the mobile network code, 2 or 3.</param>
    /// <exception cref="ArgumentOutOfRangeException">A code has more digits than it may.</exception>
    public static NetworkId FromCodes(int mcc, int mnc, int mncDigits)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(mcc);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(mcc, 999);
        ArgumentOutOfRangeException.ThrowIfLessThan(mncDigits, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(mncDigits, 3);
        ArgumentOutOfRangeException.ThrowIfNegative(mnc);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(mnc, mncDigits == 2 ? 99 : 999);
        return new((mcc * 2000) + (mncDigits == 3 ? 1000 : 0) + mnc + 1);
    }

    /// <summary>Reads five or six digits, with or without a hyphen after the first three: 26201, 262-01, 310260.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out NetworkId network)
    {
        network = default;
        if (text.Length < 5 || !TryRead(text[..3], out int mcc)) return false;
        ReadOnlySpan<char> rest = text[3] == '-' ? text[4..] : text[3..];
        if (rest.Length is not (2 or 3) || !TryRead(rest, out int mnc)) return false;
        network = new((mcc * 2000) + (rest.Length == 3 ? 1000 : 0) + mnc + 1);
        return true;
    }

    /// <summary>Five or six digits; empty when unknown.</summary>
    public override string ToString() => !IsKnown ? ""
        : MncDigits == 3 ? string.Create(CultureInfo.InvariantCulture, $"{Mcc:000}{Mnc:000}")
        : string.Create(CultureInfo.InvariantCulture, $"{Mcc:000}{Mnc:00}");

    private static bool TryRead(ReadOnlySpan<char> digits, out int value)
    {
        value = 0;
        foreach (char digit in digits)
        {
            if (!char.IsAsciiDigit(digit)) return false;
            value = (value * 10) + (digit - '0');
        }

        return true;
    }
}
