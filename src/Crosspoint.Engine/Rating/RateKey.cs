using System.Globalization;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Rating;

/// <summary>What a row of a deck is about.</summary>
public enum RateKeyKind : byte
{
    /// <summary>A network, by MCC and MNC.</summary>
    Network = 0,

    /// <summary>Numbers that begin with certain digits.</summary>
    Prefix = 1,

    /// <summary>A country.</summary>
    Country = 2,
}

/// <summary>
/// A destination of a deck in one number, so that sorting gives networks first, then prefixes in the order of numbers, each before those that it
/// contains, then countries.
/// </summary>
public readonly record struct RateKey
{
    /// <summary>Countries that two letters can name.</summary>
    public const int CountryCount = 26 * 26;

    private const int KindBit = 62;
    private const int LengthBits = 4;

    private static readonly ulong[] Powers = PowersOfTen();

    private RateKey(ulong value) => Value = value;

    /// <summary>The number; gives the key again through <see cref="FromValue"/>.</summary>
    public ulong Value { get; }

    public RateKeyKind Kind => (RateKeyKind)(Value >> KindBit);

    /// <summary>Digits of a prefix.</summary>
    public int PrefixLength => (int)(Value & ((1 << LengthBits) - 1));

    /// <summary>The first number of a prefix, filled up with zeros to 15 digits.</summary>
    public ulong PrefixStart => (Value & ((1UL << KindBit) - 1)) >> LengthBits;

    /// <summary>How many numbers of 15 digits a prefix has.</summary>
    public ulong PrefixCount => Powers[E164.MaxDigits - PrefixLength];

    /// <summary>Place of a country in a table of <see cref="CountryCount"/>.</summary>
    public int CountryIndex => (int)(Value & 0xFFFF);

    public static RateKey Of(NetworkId network) =>
        new((ulong)((network.Mcc * 2000) + (network.MncDigits == 3 ? 1000 : 0) + network.Mnc));

    /// <summary>The network of a key of that kind.</summary>
    public NetworkId Network
    {
        get
        {
            int code = (int)(Value & 0xFFFFFF);
            int mnc = code % 2000;
            string text = mnc >= 1000
                ? string.Create(CultureInfo.InvariantCulture, $"{code / 2000:000}{mnc - 1000:000}")
                : string.Create(CultureInfo.InvariantCulture, $"{code / 2000:000}{mnc:00}");
            return NetworkId.TryParse(text, out NetworkId network) ? network : default;
        }
    }

    /// <summary>Reads 1 to 15 digits, the first of them not 0.</summary>
    public static bool TryPrefix(ReadOnlySpan<char> digits, out RateKey key)
    {
        key = default;
        if (digits.Length is 0 or > E164.MaxDigits || digits[0] == '0') return false;
        ulong value = 0;
        foreach (char digit in digits)
        {
            if (!char.IsAsciiDigit(digit)) return false;
            value = (value * 10) + (uint)(digit - '0');
        }

        key = new(((ulong)RateKeyKind.Prefix << KindBit) | (Justify(value, digits.Length) << LengthBits) | (uint)digits.Length);
        return true;
    }

    /// <summary>Reads two capitals.</summary>
    public static bool TryCountry(ReadOnlySpan<char> country, out RateKey key)
    {
        int index = IndexOf(country);
        key = index < 0 ? default : new(((ulong)RateKeyKind.Country << KindBit) | (uint)index);
        return index >= 0;
    }

    /// <summary>Place of a country in a table of <see cref="CountryCount"/>; -1 for what is no country's code.</summary>
    public static int IndexOf(ReadOnlySpan<char> country) =>
        country.Length == 2 && char.IsAsciiLetterUpper(country[0]) && char.IsAsciiLetterUpper(country[1])
            ? ((country[0] - 'A') * 26) + country[1] - 'A'
            : -1;

    public static RateKey FromValue(ulong value) => new(value);

    /// <summary>Fills a number of so many digits up with zeros to 15.</summary>
    public static ulong Justify(ulong digits, int length) => digits * Powers[E164.MaxDigits - length];

    /// <summary>26201, +4915 or DE.</summary>
    public override string ToString() => Kind switch
    {
        RateKeyKind.Network => Network.ToString(),
        RateKeyKind.Prefix => string.Create(CultureInfo.InvariantCulture, $"+{PrefixStart / PrefixCount}"),
        _ => new string([(char)('A' + (CountryIndex / 26)), (char)('A' + (CountryIndex % 26))]),
    };

    private static ulong[] PowersOfTen()
    {
        var powers = new ulong[E164.MaxDigits + 1];
        powers[0] = 1;
        for (int i = 1; i < powers.Length; i++) powers[i] = powers[i - 1] * 10;
        return powers;
    }
}
