using System.Globalization;

namespace Crosspoint.Storage.Sqlite;

/// <summary>
/// Vendor ids as they are compared: carriers change letter case, pad with zeros, drop the dashes of a UUID, and write
/// the same number in hexadecimal in
/// the answer and in decimal in the receipt, or the reverse.
/// </summary>
internal static class VendorIds
{
    private const int UuidLength = 36;

    /// <summary>
    /// Lower case, without blanks around it, leading zeros and a UUID's dashes. Returns the same instance when nothing
    /// changes.
    /// </summary>
    public static string Canonical(string id)
    {
        ReadOnlySpan<char> text = id.AsSpan().Trim(" \0\r\n\t");
        bool isUuid = IsUuid(text);
        bool isPadded = text.Length > 1 && text[0] == '0';
        if (!isPadded && !isUuid && text.Length == id.Length && !ContainsUpper(text)) return id;
        Span<char> buffer = text.Length <= 128 ? stackalloc char[text.Length] : new char[text.Length];
        int length = 0;
        foreach (char character in text)
        {
            if (!isUuid || character != '-') buffer[length++] = char.ToLowerInvariant(character);
        }

        int zeros = 0;
        while (zeros < length - 1 && buffer[zeros] == '0') zeros++;
        return new(buffer[zeros..length]);
    }

    /// <summary>
    /// Of a connection group and a canonical id. Stored: never to change. At ten million ids a day, two meet about
    /// once in thirty years.
    /// </summary>
    public static ulong Hash(string group, string id)
    {
        // FNV-1a over the characters, with one between the two that no name holds; then the last step of MurmurHash3,
        // which spreads every bit over all others.
        const ulong Prime = 1_099_511_628_211;
        ulong hash = 14_695_981_039_346_656_037;
        foreach (char character in group) hash = (hash ^ character) * Prime;
        hash = (hash ^ 0xFFFF) * Prime;
        foreach (char character in id) hash = (hash ^ character) * Prime;
        hash = (hash ^ hash >> 33) * 0xFF51_AFD7_ED55_8CCD;
        hash = (hash ^ hash >> 33) * 0xC4CE_B9FE_1A85_EC53;
        return hash ^ hash >> 33;
    }

    /// <summary>The decimal form of a canonical id read as hexadecimal; null when it is not a number of at most 128 bits.</summary>
    public static string? HexToDecimal(string canonical) =>
        canonical.Length is > 0 and <= 32 && UInt128.TryParse(
            canonical, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out UInt128 value)
            ? value.ToString(CultureInfo.InvariantCulture)
            : null;

    /// <summary>The hexadecimal form of a canonical id read as decimal; null when it is not a number of at most 128 bits.</summary>
    public static string? DecimalToHex(string canonical) =>
        canonical.Length is > 0 and <= 39 && UInt128.TryParse(canonical, NumberStyles.None, CultureInfo.InvariantCulture, out UInt128 value)
            ? value.ToString("x", CultureInfo.InvariantCulture)
            : null;

    private static bool ContainsUpper(ReadOnlySpan<char> text)
    {
        foreach (char character in text)
        {
            if (char.IsUpper(character)) return true;
        }

        return false;
    }

    private static bool IsUuid(ReadOnlySpan<char> text)
    {
        if (text.Length != UuidLength) return false;
        for (int i = 0; i < UuidLength; i++)
        {
            if (i is 8 or 13 or 18 or 23 ? text[i] != '-' : !char.IsAsciiHexDigit(text[i])) return false;
        }

        return true;
    }
}
