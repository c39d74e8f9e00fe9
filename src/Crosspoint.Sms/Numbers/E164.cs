using System.Globalization;
using System.Numerics;

namespace Crosspoint.Sms.Numbers;

/// <summary>An international number in the form of ITU-T E.164: at most 15 digits, the first of them not 0.</summary>
public readonly struct E164 : IEquatable<E164>
{
    /// <summary>
    /// Fewest digits, calling code included. E.164 sets none; the shortest numbers that phones have (Niue, Tokelau) are of 7, and less
    /// is most often a short code with a plus before it.
    /// </summary>
    public const int MinDigits = 7;

    /// <summary>Most digits, calling code included (ITU-T E.164 §6.2.1).</summary>
    public const int MaxDigits = 15;

    private static readonly ulong[] PowersOfTen = [.. Enumerable.Range(0, 20).Select(static i => (ulong)Math.Pow(10, i))];

    private E164(ulong digits) => Digits = digits;

    /// <summary>The digits as a number, without the plus; 0 for the default value.</summary>
    public ulong Digits { get; }

    /// <summary>Number of digits; 0 for the default value.</summary>
    public int Length
    {
        get
        {
            // The number of bits by the logarithm of 2 says it but for one digit.
            var length = Digits == 0 ? 0 : ((BitOperations.Log2(Digits) + 1) * 1233) >> 12;
            return length + (Digits >= PowersOfTen[length] ? 1 : 0);
        }
    }

    /// <summary>
    /// Reads a number in its exact form: a plus, then <see cref="MinDigits"/> to <see cref="MaxDigits"/> digits, the first not 0.
    /// </summary>
    /// <param name="text">The text; nothing else may be in it.</param>
    /// <param name="number">The number; the default value when the result is false.</param>
    /// <returns>False when the text is not in that form. Whether the range is assigned does not matter.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out E164 number)
    {
        number = default;
        if (text.Length is < MinDigits + 1 or > MaxDigits + 1 || text[0] != '+' || text[1] == '0')
            return false;
        ulong digits = 0;
        foreach (var c in text[1..])
        {
            if (!char.IsAsciiDigit(c))
                return false;
            digits = digits * 10 + (uint)(c - '0');
        }

        number = new E164(digits);
        return true;
    }

    /// <summary>
    /// Reads a number as carriers and people write it: a plus, 00 or nothing before the digits, with blanks, dashes, dots, slashes
    /// and brackets between them.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="number">The number; the default value when the result is false.</param>
    /// <returns>False when that does not leave an international number. Digits without a plus are taken as international.</returns>
    public static bool TryNormalize(ReadOnlySpan<char> text, out E164 number)
    {
        number = default;
        Span<char> clean = stackalloc char[MaxDigits + 3];
        clean[0] = '+';
        var length = 1;
        var hasPlus = false;
        foreach (var c in text)
        {
            if (char.IsAsciiDigit(c))
            {
                if (length == clean.Length)
                    return false;
                clean[length++] = c;
            }
            else if (c == '+' && length == 1 && !hasPlus)
            {
                hasPlus = true;
            }
            else if (!IsSeparator(c))
            {
                return false;
            }
        }

        var digits = clean[..length];
        if (!hasPlus && digits.StartsWith("+00"))
        {
            digits = digits[2..];
            digits[0] = '+';
        }

        return TryParse(digits, out number);
    }

    /// <summary>Makes a number of digits that are known to be one.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not <see cref="MinDigits"/> to <see cref="MaxDigits"/> digits.</exception>
    public static E164 FromDigits(ulong digits)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(digits, 1_000_000UL);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(digits, 999_999_999_999_999UL);
        return new E164(digits);
    }

    /// <summary>Writes the number with its plus.</summary>
    /// <param name="destination">Room for 16 characters holds every number.</param>
    /// <param name="written">Characters written; 0 when the result is false.</param>
    /// <returns>False when the room is too small.</returns>
    public bool TryFormat(Span<char> destination, out int written)
    {
        written = 0;
        if (Digits == 0)
            return true;
        if (destination.IsEmpty || !Digits.TryFormat(destination[1..], out var digits, default, CultureInfo.InvariantCulture))
            return false;
        destination[0] = '+';
        written = digits + 1;
        return true;
    }

    /// <summary>Gives the number with its plus; an empty text for the default value.</summary>
    public override string ToString()
    {
        Span<char> room = stackalloc char[MaxDigits + 1];
        TryFormat(room, out var written);
        return new string(room[..written]);
    }

    /// <inheritdoc/>
    public bool Equals(E164 other) => Digits == other.Digits;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is E164 other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Digits.GetHashCode();

    /// <summary>Compares by digits.</summary>
    public static bool operator ==(E164 left, E164 right) => left.Equals(right);

    /// <summary>Compares by digits.</summary>
    public static bool operator !=(E164 left, E164 right) => !left.Equals(right);

    private static bool IsSeparator(char c) => c is ' ' or '\u00A0' or '\t' or '-' or '.' or '/' or '(' or ')';
}
