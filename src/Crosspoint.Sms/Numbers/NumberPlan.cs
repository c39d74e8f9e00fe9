using System.Buffers.Binary;
using System.Numerics;

namespace Crosspoint.Sms.Numbers;

/// <summary>
/// Country and type of numbers, by the number plan that ships with the library. Only what the plan says is said: a number in a
/// range that it does not know is <see cref="NumberType.Unknown"/>, which is no reason to refuse it.
/// </summary>
/// <remarks>The table is made by <c>eng/generate-number-plan.mjs</c> and gives the same answers as the data it is made of.</remarks>
public static class NumberPlan
{
    private static readonly NumberPlanTable Table = NumberPlanTable.Load();

    /// <summary>Number of calling codes that the plan knows.</summary>
    public static int CallingCodeCount => Table.Codes.Length - 1;

    /// <summary>The countries that the plan knows: ISO 3166-1 codes of two letters, in order.</summary>
    public static IReadOnlyList<string> Countries { get; } =
        [.. Table.Countries.Where(static country => country.Length == 2).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>Looks a number up. Allocates nothing and refuses no number.</summary>
    /// <param name="number">The number; the default value is unknown in every respect.</param>
    /// <returns>
    /// What is known. The country is empty where several share a calling code and the plan does not tell them apart, and for
    /// codes that belong to no country (+800, +882).
    /// </returns>
    public static NumberInfo Lookup(E164 number)
    {
        Span<byte> all = stackalloc byte[16];
        var high = EightDigits((uint)(number.Digits / 100_000_000));
        var low = EightDigits((uint)(number.Digits % 100_000_000));
        BinaryPrimitives.WriteUInt64LittleEndian(all, high);
        BinaryPrimitives.WriteUInt64LittleEndian(all[8..], low);
        var zeros = high != 0 ? BitOperations.TrailingZeroCount(high) >> 3 : 8 + (BitOperations.TrailingZeroCount(low) >> 3);
        ReadOnlySpan<byte> digits = all[Math.Min(zeros, all.Length)..];
        if (digits.Length < 3)
            return new NumberInfo("", 0, NumberType.Unknown);
        ref readonly var code = ref Table.CodeOf(digits[0] * 100 + digits[1] * 10 + digits[2]);
        var output = Walk(Table.Nodes, code.Root, digits[code.Length..]);
        if (output == 0)
            return new NumberInfo(code.Country, code.CallingCode, NumberType.Unknown);
        output--;
        var country = code.FirstCountry == 0 ? "" : Table.Countries[code.FirstCountry + (output >> NumberPlanTable.CountryShift)];
        return new NumberInfo(country, code.CallingCode, (NumberType)(output & NumberPlanTable.TypeMask));
    }

    /// <summary>Takes up to eight digits apart, one into each octet, the first digit in the lowest.</summary>
    // Side by side in one register: digit after digit, the divisions wait for each other and take as long as the rest of a lookup.
    private static ulong EightDigits(uint value)
    {
        var fours = value / 10_000 | (ulong)(value % 10_000) << 32;
        var upper = ((fours * 10_486) >> 20) & 0x0000_007F_0000_007F; // divided by 100
        var twos = upper | (fours - upper * 100) << 16;
        var tens = ((twos * 103) >> 10) & 0x000F_000F_000F_000F; // divided by 10
        return tens | (twos - tens * 10) << 8;
    }

    /// <summary>Goes from node to node by the digits; gives the last node's output, or 0 when there is none.</summary>
    private static int Walk(ushort[] nodes, int node, ReadOnlySpan<byte> digits)
    {
        for (var at = 0; at < digits.Length;)
        {
            var header = nodes[node];
            if ((header & NumberPlanTable.IsSkip) != 0)
            {
                at += header & NumberPlanTable.SkipMask;
                node = nodes[node + 1];
                if (at > digits.Length)
                    return 0;
                continue;
            }

            if ((header & NumberPlanTable.IsLeaf) != 0)
                return 0;
            var run = BitOperations.PopCount((uint)header & ((2u << digits[at++]) - 2));
            node = nodes[node + 1 + ((header >> NumberPlanTable.OutputBit) & 1) + run];
            if (node == 0)
                return 0;
        }

        return (nodes[node] & NumberPlanTable.HasOutput) != 0 ? nodes[node + 1] : 0;
    }
}
