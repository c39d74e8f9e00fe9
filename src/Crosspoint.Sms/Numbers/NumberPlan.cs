using System.Numerics;

namespace Crosspoint.Sms.Numbers;

/// <summary>
/// Country and type of numbers, by the number plan that ships with the library. Only what the plan says is said: a number in a
/// range that it does not know is <see cref="NumberType.Unknown"/>, which is no reason to refuse it.
/// </summary>
/// <remarks>The table is made by <c>eng/generate-number-plan.mjs</c> and gives the same answers as the data it is made of.</remarks>
public static class NumberPlan
{
    private const int DigitsBeforeCode = E164.MaxDigits;

    private static readonly NumberPlanTable Table = NumberPlanTable.Load();

    /// <summary>Number of calling codes that the plan knows.</summary>
    public static int CallingCodeCount => Table.Codes.Length - 1;

    /// <summary>Looks a number up. Allocates nothing and refuses no number.</summary>
    /// <param name="number">The number; the default value is unknown in every respect.</param>
    /// <returns>
    /// What is known. The country is empty where several share a calling code and the plan does not tell them apart, and for
    /// codes that belong to no country (+800, +882).
    /// </returns>
    public static NumberInfo Lookup(E164 number)
    {
        Span<byte> digits = stackalloc byte[DigitsBeforeCode];
        var first = digits.Length;
        for (var rest = number.Digits; rest != 0 && first > 0;)
        {
            var left = rest / 10;
            digits[--first] = (byte)(rest - left * 10);
            rest = left;
        }

        digits = digits[first..];
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

    /// <summary>Goes from node to node by the digits; gives the last node's output, or 0 when there is none.</summary>
    private static int Walk(ushort[] nodes, int node, ReadOnlySpan<byte> digits)
    {
        foreach (var digit in digits)
        {
            var header = nodes[node];
            if ((header & NumberPlanTable.IsLeaf) != 0)
                return 0;
            var run = BitOperations.PopCount((uint)header & ((2u << digit) - 2));
            node = nodes[node + 1 + ((header >> NumberPlanTable.OutputBit) & 1) + run];
            if (node == 0)
                return 0;
        }

        return (nodes[node] & NumberPlanTable.HasOutput) != 0 ? nodes[node + 1] : 0;
    }
}
