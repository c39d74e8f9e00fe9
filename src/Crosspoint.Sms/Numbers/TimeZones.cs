using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Text;

namespace Crosspoint.Sms.Numbers;

/// <summary>
/// Time zones in which a number may be, by its first digits: an area code has one or two, a country without them all of its zones. Thread-safe.
/// </summary>
/// <remarks>The table is made by <c>eng/generate-time-zones.mjs</c>, which describes the form of the file.</remarks>
public static class TimeZones
{
    private const int MostPrefixDigits = 9;
    private const ushort Magic = 0x5A54;
    private const ushort Version = 1;
    private const string ResourceName = "time-zones.bin";

    private static readonly (IReadOnlyList<IReadOnlyList<string>> Sets, FrozenDictionary<uint, ushort> Prefixes) Table = Load();

    /// <summary>The different sets of zones that numbers can have: ids of the tz database, in order of their names.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> Sets => Table.Sets;

    /// <summary>Looks a number up. Allocates nothing.</summary>
    /// <param name="number">The number.</param>
    /// <returns>The place of its zones in <see cref="Sets"/>; -1 where nothing is known, as for numbers that belong to no country.</returns>
    public static int Lookup(E164 number)
    {
        var digits = number.Digits;
        var count = 0;
        for (var rest = digits; rest != 0; rest /= 10)
            count++;
        for (; count > MostPrefixDigits; count--)
            digits /= 10;
        uint sentinel = 1;
        for (var i = 0; i < count; i++)
            sentinel *= 10;
        for (; count > 0; count--, digits /= 10, sentinel /= 10)
        {
            if (Table.Prefixes.TryGetValue(sentinel + (uint)digits, out var set))
                return set;
        }

        return -1;
    }

    private static (IReadOnlyList<IReadOnlyList<string>> Sets, FrozenDictionary<uint, ushort> Prefixes) Load()
    {
        using var stream = typeof(TimeZones).Assembly.GetManifestResourceStream(typeof(TimeZones), ResourceName)
            ?? throw new InvalidDataException("The table of time zones is not built in.");
        var octets = new byte[stream.Length];
        stream.ReadExactly(octets);
        var at = 0;
        if (Take() != Magic || Take() != Version)
            throw new InvalidDataException("The table of time zones is not in the form that this version reads.");
        var zones = new string[Take()];
        var sets = new IReadOnlyList<string>[Take()];
        var prefixCount = Take();
        for (var i = 0; i < zones.Length; i++)
        {
            zones[i] = Encoding.ASCII.GetString(octets, at + 1, octets[at]);
            at += 1 + octets[at];
        }

        for (var i = 0; i < sets.Length; i++)
        {
            var set = new string[octets[at++]];
            for (var zone = 0; zone < set.Length; zone++)
                set[zone] = zones[Take()];
            sets[i] = set;
        }

        var prefixes = new Dictionary<uint, ushort>(prefixCount);
        for (var i = 0; i < prefixCount; i++)
        {
            var prefix = BinaryPrimitives.ReadUInt32LittleEndian(octets.AsSpan(at));
            at += sizeof(uint);
            prefixes.Add(prefix, Take());
        }

        return (sets, prefixes.ToFrozenDictionary());

        ushort Take()
        {
            at += sizeof(ushort);
            return BinaryPrimitives.ReadUInt16LittleEndian(octets.AsSpan(at - sizeof(ushort)));
        }
    }
}
