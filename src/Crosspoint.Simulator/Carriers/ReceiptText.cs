using System.Globalization;
using Crosspoint.Simulator.Behaviours;

namespace Crosspoint.Simulator.Carriers;

/// <summary>Writes the text of a receipt, in the forms that carriers use.</summary>
internal static class ReceiptText
{
    public const int MaxBytes = 250;

    public static int Write(
        Span<byte> destination,
        ReceiptBehaviour receipts,
        ReadOnlySpan<byte> id,
        byte state,
        ReadOnlySpan<char> error,
        DateTimeOffset submitted,
        DateTimeOffset done,
        ReadOnlySpan<byte> start)
    {
        var writer = new Writer(destination, receipts.DateDigits);
        bool isDelivered = state == ReceiptStates.Delivered;
        switch (receipts.Fields)
        {
            case ReceiptFields.TlvOnly:
                return 0;
            case ReceiptFields.Minimal:
                writer.Field("id:"u8, id);
                writer.Field(" stat:"u8, ReceiptStates.Text(state));
                return writer.Length;
            case ReceiptFields.Reordered:
                writer.Field("stat:"u8, ReceiptStates.Text(state));
                writer.Field(" err:"u8, error);
                writer.Field(" id:"u8, id);
                writer.Date(" done date:"u8, done);
                writer.Date(" submit date:"u8, submitted);
                writer.Field(" dlvrd:"u8, isDelivered ? "001"u8 : "000"u8);
                writer.Field(" sub:"u8, "001"u8);
                writer.Field(" Text:"u8, start);
                return writer.Length;
            default:
                writer.Field("id:"u8, id);
                writer.Field(" sub:"u8, "001"u8);
                writer.Field(" dlvrd:"u8, isDelivered ? "001"u8 : "000"u8);
                if (receipts.Fields != ReceiptFields.NoDates)
                {
                    writer.Date(" submit date:"u8, submitted);
                    writer.Date(" done date:"u8, done);
                }

                writer.Field(" stat:"u8, ReceiptStates.Text(state));
                writer.Field(" err:"u8, error);
                writer.Field(" text:"u8, start);
                return writer.Length;
        }
    }

    private ref struct Writer(Span<byte> destination, int dateDigits)
    {
        private readonly Span<byte> _destination = destination;

        public int Length { get; private set; }

        public void Field(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
        {
            Put(name);
            Put(value);
        }

        public void Field(ReadOnlySpan<byte> name, ReadOnlySpan<char> value)
        {
            Put(name);
            foreach (char c in value) _destination[Length++] = (byte)c;
        }

        public void Date(ReadOnlySpan<byte> name, DateTimeOffset date)
        {
            Put(name);
            string format = dateDigits switch { 8 => "yyMMddHH", 12 => "yyMMddHHmmss", 14 => "yyyyMMddHHmmss", _ => "yyMMddHHmm" };
            date.UtcDateTime.TryFormat(_destination[Length..], out int written, format, CultureInfo.InvariantCulture);
            Length += written;
        }

        private void Put(ReadOnlySpan<byte> bytes)
        {
            bytes.CopyTo(_destination[Length..]);
            Length += bytes.Length;
        }
    }
}
