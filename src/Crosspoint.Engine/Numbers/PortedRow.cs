using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Numbers;

/// <summary>
/// The network of all numbers from one key up to another. Keys put numbers of any length in one order: the digits brought to 15, then the
/// number of digits, so that what begins with a prefix stands together and 1234 is not 12340.
/// </summary>
/// <param name="Start">First key.</param>
/// <param name="End">The key after the last.</param>
/// <param name="Order">Place among the rows: of two that say something of the same number, the later is right.</param>
internal readonly record struct PortedRow(ulong Start, ulong End, NetworkId Network, uint Order)
{
    private const ulong LengthFactor = 16;

    private static ReadOnlySpan<ulong> Powers =>
    [
        1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000, 10_000_000_000, 100_000_000_000,
        1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000, 1_000_000_000_000_000,
    ];

    public static PortedRow OfNumber(E164 number, NetworkId network, uint order)
    {
        ulong key = KeyOf(number);
        return new(key, key + 1, network, order);
    }

    /// <summary>All numbers that begin with one of the digits between two, which have the same number of digits.</summary>
    public static PortedRow OfRange(ulong first, ulong last, int digits, NetworkId network, uint order)
    {
        ulong width = Powers[E164.MaxDigits - digits] * LengthFactor;
        return new(first * width, (last + 1) * width, network, order);
    }

    public static ulong KeyOf(E164 number)
    {
        int length = number.Length;
        return (number.Digits * Powers[E164.MaxDigits - length] * LengthFactor) + (ulong)length;
    }
}
