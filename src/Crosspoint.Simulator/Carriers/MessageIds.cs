using System.Buffers.Text;
using System.Text;
using Crosspoint.Simulator.Behaviours;

namespace Crosspoint.Simulator.Carriers;

/// <summary>Writes a message's number in the form that a carrier gives to ids.</summary>
internal static class MessageIds
{
    /// <summary>Room for every form.</summary>
    public const int MaxBytes = 40;

    private const int PaddedBytes = 20;

    public static int Format(long number, MessageIdFormat format, Span<byte> destination)
    {
        int written;
        switch (format)
        {
            case MessageIdFormat.Hex:
                number.TryFormat(destination, out written, "x");
                return written;
            case MessageIdFormat.HexUpper:
                number.TryFormat(destination, out written, "X");
                return written;
            case MessageIdFormat.Uuid:
                Spread(number).TryFormat(destination, out written);
                return written;
            default:
                Utf8Formatter.TryFormat(number, destination, out written);
                return written;
        }
    }

    public static int FormatForReceipt(long number, ReceiptBehaviour receipts, Span<byte> destination)
    {
        switch (receipts.ReceiptIdFormat)
        {
            case ReceiptIdFormat.Decimal:
                return Format(number, MessageIdFormat.Decimal, destination);
            case ReceiptIdFormat.Hex:
                return Format(number, MessageIdFormat.Hex, destination);
            case ReceiptIdFormat.HexUpper:
                return Format(number, MessageIdFormat.HexUpper, destination);
            case ReceiptIdFormat.ZeroPadded:
                Span<byte> plain = stackalloc byte[MaxBytes];
                int length = Format(number, receipts.IdFormat, plain);
                int zeros = Math.Max(PaddedBytes - length, 0);
                destination[..zeros].Fill((byte)'0');
                plain[..length].CopyTo(destination[zeros..]);
                return zeros + length;
            case ReceiptIdFormat.Upper:
                int upper = Format(number, receipts.IdFormat, destination);
                Ascii.ToUpperInPlace(destination[..upper], out _);
                return upper;
            case ReceiptIdFormat.Lower:
                int lower = Format(number, receipts.IdFormat, destination);
                Ascii.ToLowerInPlace(destination[..lower], out _);
                return lower;
            default:
                return Format(number, receipts.IdFormat, destination);
        }
    }

    /// <summary>A UUID that looks random and belongs to the number alone.</summary>
    private static Guid Spread(long number)
    {
        var random = new UuidSource((ulong)number);
        Span<byte> bytes = stackalloc byte[16];
        BitConverter.TryWriteBytes(bytes, random.Next());
        BitConverter.TryWriteBytes(bytes[8..], random.Next());
        bytes[7] = (byte)((bytes[7] & 0x0F) | 0x40); // version 4, in the order that Guid keeps its fields
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes);
    }

    private struct UuidSource(ulong state)
    {
        public ulong Next()
        {
            state += 0x9E37_79B9_7F4A_7C15;
            ulong z = (state ^ (state >> 30)) * 0xBF58_476D_1CE4_E5B9;
            z = (z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB;
            return z ^ (z >> 31);
        }
    }
}
