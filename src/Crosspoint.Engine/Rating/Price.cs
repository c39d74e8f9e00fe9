using System.Globalization;

namespace Crosspoint.Engine.Rating;

/// <summary>
/// Prices as decks state them: nano-units of a currency (0.0075 EUR is 7,500,000), since vendors write more than six decimals; and their conversion
/// into micro-units of the base currency.
/// </summary>
public static class Price
{
    /// <summary>Nano-units of a unit.</summary>
    public const long NanosPerUnit = 1_000_000_000;

    /// <summary>The highest price of a segment in units: more is a mistake, such as a missing decimal sign, in any currency.</summary>
    public const long MostUnits = 1_000_000;

    /// <summary>What a currency costs is kept in so many parts of a unit of the base currency.</summary>
    public const long RateParts = 1_000_000_000_000;

    /// <summary>The highest price of a unit of a currency.</summary>
    public const long MostRate = 9_000_000;

    private const int NanoDigits = 9;
    private const int RateDigits = 12;
    private static readonly Int128 PartsPerMicro = (Int128)RateParts * 1000;

    /// <summary>
    /// Reads digits with at most one decimal sign: no sign, exponent, grouping or currency. At most nine decimals that are not zero, and at
    /// most <see cref="MostUnits"/>.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<char> text, char decimalSign, out long nanos) => TryParse(text, decimalSign, NanoDigits, MostUnits, out nanos);

    /// <summary>Reads what a unit of a currency costs in the base currency: up to twelve decimals, more than 0.</summary>
    public static bool TryParseRate(ReadOnlySpan<char> text, out long parts) => TryParse(text, '.', RateDigits, MostRate, out parts) && parts > 0;

    /// <summary>Converts nano-units into micro-units of the base currency, rounded to the nearest, a half upwards.</summary>
    /// <param name="rate">What a unit costs in the base currency, in <see cref="RateParts"/>.</param>
    public static long ToMicros(long nanos, long rate) => (long)((((Int128)nanos * rate) + (PartsPerMicro / 2)) / PartsPerMicro);

    /// <summary>Nano-units in units, without zeros at the end.</summary>
    public static string Format(long nanos) => ((decimal)nanos / NanosPerUnit).ToString("0.#########", CultureInfo.InvariantCulture);

    /// <summary>Micro-units in units, without zeros at the end.</summary>
    public static string FormatMicros(long micros) => ((decimal)micros / 1_000_000).ToString("0.######", CultureInfo.InvariantCulture);

    /// <summary>What a unit of a currency costs, without zeros at the end.</summary>
    public static string FormatRate(long parts) => ((decimal)parts / RateParts).ToString("0.############", CultureInfo.InvariantCulture);

    private static bool TryParse(ReadOnlySpan<char> text, char decimalSign, int decimals, long mostUnits, out long value)
    {
        value = 0;
        bool hasDigit = false;
        int place = -1;
        long most = mostUnits;
        for (int i = 0; i < decimals; i++) most *= 10;
        foreach (char c in text)
        {
            if (c == decimalSign && place < 0)
            {
                place = 0;
                continue;
            }

            if (!char.IsAsciiDigit(c)) return false;
            hasDigit = true;
            if (place == decimals)
            {
                if (c != '0') return false;
                continue;
            }

            if (place >= 0) place++;
            if (value > most / 10) return false;
            value = (value * 10) + (c - '0');
            if (value > most) return false;
        }

        for (int i = Math.Max(place, 0); i < decimals; i++)
        {
            if (value > most / 10) return false;
            value *= 10;
        }

        return hasDigit && value <= most;
    }
}
