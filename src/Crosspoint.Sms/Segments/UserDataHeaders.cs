using System.Buffers.Binary;

namespace Crosspoint.Sms.Segments;

/// <summary>Writes and reads user data headers (3GPP TS 23.040 §9.2.3.24).</summary>
public static class UserDataHeaders
{
    /// <summary>Octets of a header with an 8-bit concatenation element.</summary>
    public const int Concat8Length = 6;

    /// <summary>Octets of a header with a 16-bit concatenation element.</summary>
    public const int Concat16Length = 7;

    /// <summary>Octets of one national language element.</summary>
    internal const int ShiftElementLength = 3;

    private const byte Concat8 = 0x00;
    private const byte Ports8 = 0x04;
    private const byte Ports16 = 0x05;
    private const byte Concat16 = 0x08;
    private const byte SingleShift = 0x24;
    private const byte LockingShift = 0x25;

    /// <summary>Writes a header with an 8-bit reference.</summary>
    /// <param name="destination">Room for 6 octets.</param>
    /// <param name="reference">Reference that all parts of the message share.</param>
    /// <param name="total">Number of parts, 1 to 255.</param>
    /// <param name="part">Number of this part, from 1.</param>
    /// <returns>Octets written: 6.</returns>
    /// <exception cref="ArgumentException">The room is too small.</exception>
    public static int WriteConcat8(Span<byte> destination, byte reference, byte total, byte part)
    {
        CheckRoom(destination, Concat8Length);
        destination[0] = Concat8Length - 1;
        destination[1] = Concat8;
        destination[2] = 3;
        destination[3] = reference;
        destination[4] = total;
        destination[5] = part;
        return Concat8Length;
    }

    /// <summary>Writes a header with a 16-bit reference.</summary>
    /// <param name="destination">Room for 7 octets.</param>
    /// <param name="reference">Reference that all parts of the message share.</param>
    /// <param name="total">Number of parts, 1 to 255.</param>
    /// <param name="part">Number of this part, from 1.</param>
    /// <returns>Octets written: 7.</returns>
    /// <exception cref="ArgumentException">The room is too small.</exception>
    public static int WriteConcat16(Span<byte> destination, ushort reference, byte total, byte part)
    {
        CheckRoom(destination, Concat16Length);
        destination[0] = Concat16Length - 1;
        destination[1] = Concat16;
        destination[2] = 4;
        BinaryPrimitives.WriteUInt16BigEndian(destination[3..], reference);
        destination[5] = total;
        destination[6] = part;
        return Concat16Length;
    }

    /// <summary>Adds the elements that name national tables (3GPP TS 23.040 §9.2.3.24.15 and .16).</summary>
    /// <param name="destination">The header so far, with room for 1 octet when it is empty and 3 for each table.</param>
    /// <param name="length">Octets of the header so far; 0 when it is empty.</param>
    /// <param name="tables">The tables; for a default one nothing is written.</param>
    /// <returns>Octets of the whole header.</returns>
    /// <exception cref="ArgumentException">The room is too small.</exception>
    public static int AddShiftTables(Span<byte> destination, int length, Text.GsmShiftTables tables)
    {
        if (tables == default)
            return length;
        var start = Math.Max(length, 1);
        var elements = (tables.Single != default ? 1 : 0) + (tables.Locking != default ? 1 : 0);
        CheckRoom(destination, start + elements * ShiftElementLength);
        var at = start;
        if (tables.Single != default)
            at = WriteShift(destination, at, SingleShift, tables.Single);
        if (tables.Locking != default)
            at = WriteShift(destination, at, LockingShift, tables.Locking);
        destination[0] = (byte)(at - 1);
        return at;
    }

    /// <summary>Reads the header at the beginning of user data. Never throws, whatever the octets.</summary>
    /// <param name="userData">The user data of a message with the header indicator (esm_class 0x40) set.</param>
    /// <param name="header">
    /// What it says. Unknown elements are skipped, known ones of a wrong length or with values out of range are ignored, and of
    /// repeated or contradicting ones the last counts (3GPP TS 23.040 §9.2.3.24).
    /// </param>
    /// <returns>False when the header or one of its elements runs past its end.</returns>
    public static bool TryParse(ReadOnlySpan<byte> userData, out UserDataHeader header)
    {
        header = default;
        if (userData.IsEmpty || userData[0] >= userData.Length)
            return false;
        var found = new UserDataHeader { HeaderLength = userData[0] + 1 };
        var rest = userData[1..found.HeaderLength];
        while (!rest.IsEmpty)
        {
            if (rest.Length < 2 || rest[1] > rest.Length - 2)
                return false;
            found = Read(found, rest[0], rest.Slice(2, rest[1]));
            rest = rest[(2 + rest[1])..];
        }

        header = found;
        return true;
    }

    private static UserDataHeader Read(UserDataHeader found, byte element, ReadOnlySpan<byte> value) => (element, value.Length) switch
    {
        (Concat8, 3) => Concatenation(found, value[0], value[1], value[2], is16Bit: false),
        (Concat16, 4) => Concatenation(found, BinaryPrimitives.ReadUInt16BigEndian(value), value[2], value[3], is16Bit: true),
        (Concat8 or Concat16, _) => found with { HasInvalidConcatenation = true },
        (Ports8, 2) => found with { HasPorts = true, DestinationPort = value[0], SourcePort = value[1] },
        (Ports16, 4) => found with
        {
            HasPorts = true,
            DestinationPort = BinaryPrimitives.ReadUInt16BigEndian(value),
            SourcePort = BinaryPrimitives.ReadUInt16BigEndian(value[2..]),
        },
        (SingleShift, 1) => found with { SingleShift = value[0] },
        (LockingShift, 1) => found with { LockingShift = value[0] },
        _ => found,
    };

    private static UserDataHeader Concatenation(UserDataHeader found, ushort reference, byte total, byte part, bool is16Bit) =>
        part == 0 || part > total
            ? found with { HasInvalidConcatenation = true }
            : found with { Reference = reference, Total = total, Part = part, Is16Bit = is16Bit };

    private static int WriteShift(Span<byte> destination, int at, byte element, Text.GsmLanguage language)
    {
        destination[at] = element;
        destination[at + 1] = 1;
        destination[at + 2] = (byte)language;
        return at + ShiftElementLength;
    }

    private static void CheckRoom(Span<byte> destination, int octets)
    {
        if (destination.Length < octets)
            throw new ArgumentException($"The header needs {octets} octets.", nameof(destination));
    }
}
