using System.Runtime.InteropServices;

namespace Crosspoint.Sms.Numbers;

/// <summary>
/// The number plan as an automaton over digits, with equal nodes stored once. <c>eng/generate-number-plan.mjs</c> describes the form
/// of the file.
/// </summary>
internal sealed class NumberPlanTable
{
    /// <summary>A node's header: bits 1 to 9 = that digit begins a new run; here = an output follows the header.</summary>
    public const int OutputBit = 10;

    /// <summary>An output follows the header.</summary>
    public const int HasOutput = 1 << OutputBit;

    /// <summary>No digit leads on from the node.</summary>
    public const int IsLeaf = 1 << 11;

    /// <summary>Some digits may be any: the lowest bits say how many, and one offset leads to the node after them.</summary>
    public const int IsSkip = 1 << 12;

    /// <summary>Bits of the number of digits to skip.</summary>
    public const int SkipMask = 0xF;

    /// <summary>Output less one: the type below, above it the country's place in the list of its calling code.</summary>
    public const int CountryShift = 4;

    /// <summary>Bits of the type in an output less one.</summary>
    public const int TypeMask = (1 << CountryShift) - 1;

    private const string ResourceName = "number-plan.bin";
    private const ushort Magic = 0x504E;
    private const ushort Version = 2;
    private const int HeaderWords = 5;
    private const int CodeWords = 4;

    // By the first three digits of a number; 0 = no such calling code.
    private readonly byte[] _codeByDigits = new byte[1000];

    private NumberPlanTable(ReadOnlySpan<ushort> words)
    {
        if (words.Length < HeaderWords || words[0] != Magic || words[1] != Version)
            throw new InvalidDataException("The number plan is not in the form that this version reads.");
        var countries = words.Slice(HeaderWords, words[2]);
        var codes = words.Slice(HeaderWords + countries.Length, words[3] * CodeWords);
        Nodes = words.Slice(HeaderWords + countries.Length + codes.Length, words[4]).ToArray();
        Countries = new string[countries.Length];
        for (var i = 0; i < countries.Length; i++)
            Countries[i] = countries[i] == 0 ? "" : new string([(char)(countries[i] & 0xFF), (char)(countries[i] >> 8)]);
        Codes = new Code[words[3] + 1];
        Codes[0] = new Code(0, 0, 0, 0, "");
        for (var i = 1; i < Codes.Length; i++)
        {
            var row = codes.Slice((i - 1) * CodeWords, CodeWords);
            Codes[i] = new Code(row[0], row[0] < 10 ? 1 : row[0] < 100 ? 2 : 3, row[1], row[3], Countries[row[2]]);
            Cover(i, Codes[i]);
        }
    }

    /// <summary>The nodes; node 0 leads nowhere.</summary>
    public ushort[] Nodes { get; }

    /// <summary>ISO 3166-1 codes; entry 0 is empty.</summary>
    public string[] Countries { get; }

    /// <summary>Calling codes; entry 0 stands for all digits that begin none.</summary>
    public Code[] Codes { get; }

    /// <summary>Gives the calling code that a number's first three digits begin with.</summary>
    public ref readonly Code CodeOf(int firstThreeDigits) => ref Codes[_codeByDigits[firstThreeDigits]];

    /// <summary>Reads the table that is built into the library.</summary>
    /// <exception cref="InvalidDataException">The table is missing or of another version: a broken build.</exception>
    public static NumberPlanTable Load()
    {
        using var stream = typeof(NumberPlanTable).Assembly.GetManifestResourceStream(typeof(NumberPlanTable), ResourceName)
            ?? throw new InvalidDataException("The number plan is not built in.");
        var octets = new byte[stream.Length];
        stream.ReadExactly(octets);
        var words = MemoryMarshal.Cast<byte, ushort>(octets.AsSpan());
        if (!BitConverter.IsLittleEndian)
            System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(words, words);
        return new NumberPlanTable(words);
    }

    private void Cover(int index, in Code code)
    {
        var width = code.Length switch { 1 => 100, 2 => 10, _ => 1 };
        _codeByDigits.AsSpan(code.CallingCode * width, width).Fill((byte)index);
    }

    /// <summary>A calling code.</summary>
    /// <param name="CallingCode">The code itself.</param>
    /// <param name="Length">Its number of digits.</param>
    /// <param name="Root">Node at which the digits after the code begin.</param>
    /// <param name="FirstCountry">Place of its first country; 0 when it belongs to none.</param>
    /// <param name="Country">Its country when it belongs to one alone, else empty.</param>
    internal readonly record struct Code(int CallingCode, int Length, int Root, int FirstCountry, string Country);
}
