using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Health.History;

/// <summary>
/// The stored form of what happened in a cell: the number of the form, a bit for each part that is there, and the parts. Counts are as
/// <see cref="CellCounts"/> numbers them; codes have one more than their number, 0 for the others; bins are written from the first to the last that is used.
/// How many messages were sent is not in it: rows have that by the time of sending.
/// </summary>
internal static class HistoryBody
{
    private const byte Form = 1;
    private const int CostPart = CellCounts.FirstStatus;
    private const int StatusPart = CostPart + 1;
    private const int ErrorPart = StatusPart + 1;
    private const int ResponsePart = ErrorPart + 1;
    private const int ReceiptPart = ResponsePart + 1;
    private const uint KnownParts = (1u << (ReceiptPart + 1)) - 1;

    /// <summary>Empty when nothing happened.</summary>
    public static byte[] Write(IntervalSum sum, MessageBuffer buffer)
    {
        IReadOnlyList<CodeCount> statuses = sum.Statuses;
        IReadOnlyList<CodeCount> errors = sum.Errors;
        uint parts = 0;
        for (int i = 0; i < CellCounts.FirstStatus; i++)
        {
            if (i != CellCounts.Sent && sum.Counts[i] != 0) parts |= 1u << i;
        }

        if (sum.Cost != 0) parts |= 1u << CostPart;
        if (statuses.Count > 0) parts |= 1u << StatusPart;
        if (errors.Count > 0) parts |= 1u << ErrorPart;
        if (sum.Responses.AsSpan().ContainsAnyExcept(0)) parts |= 1u << ResponsePart;
        if (sum.Receipts.AsSpan().ContainsAnyExcept(0)) parts |= 1u << ReceiptPart;
        if (parts == 0) return [];
        buffer.Clear();
        buffer.WriteByte(Form);
        buffer.WriteUnsigned(parts);
        for (int i = 0; i < CellCounts.FirstStatus; i++)
        {
            if (Has(parts, i)) buffer.WriteUnsigned((ulong)sum.Counts[i]);
        }

        if (Has(parts, CostPart)) buffer.WriteSigned(sum.Cost);
        if (Has(parts, StatusPart)) Write(statuses, buffer);
        if (Has(parts, ErrorPart)) Write(errors, buffer);
        if (Has(parts, ResponsePart)) Write(sum.Responses, buffer);
        if (Has(parts, ReceiptPart)) Write(sum.Receipts, buffer);
        return buffer.Written.ToArray();
    }

    /// <summary>Adds all of it, or nothing.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static void AddTo(ReadOnlySpan<byte> body, IntervalSum sum)
    {
        if (body.IsEmpty) return;

        // What is damaged shows at the end at times, when half of it would be added.
        Read(body, null);
        Read(body, sum);
    }

    private static void Read(ReadOnlySpan<byte> body, IntervalSum? sum)
    {
        var reader = new MessageBytes(body);
        if (reader.ReadByte() != Form) throw new InvalidDataException("A stored minute is of a form that this program does not know.");
        uint parts = reader.ReadUInt32();
        if ((parts & ~KnownParts) != 0) throw new InvalidDataException("A stored minute holds what this program does not know.");
        for (int i = 0; i < CellCounts.FirstStatus; i++)
        {
            if (!Has(parts, i)) continue;
            long count = (long)reader.ReadUnsigned();
            if (sum is not null) sum.Counts[i] += count;
        }

        if (Has(parts, CostPart))
        {
            long cost = reader.ReadSigned();
            if (sum is not null) sum.Cost += cost;
        }

        if (Has(parts, StatusPart))
        {
            for (int left = reader.ReadCount(); left > 0; left--)
            {
                (uint? code, long count) = ReadCode(ref reader);
                sum?.AddStatus(code, count);
            }
        }

        if (Has(parts, ErrorPart))
        {
            for (int left = reader.ReadCount(); left > 0; left--)
            {
                (uint? code, long count) = ReadCode(ref reader);
                sum?.AddError(code, count);
            }
        }

        if (Has(parts, ResponsePart)) ReadBins(ref reader, sum?.Responses);
        if (Has(parts, ReceiptPart)) ReadBins(ref reader, sum?.Receipts);
    }

    private static bool Has(uint parts, int part) => (parts & (1u << part)) != 0;

    private static void Write(IReadOnlyList<CodeCount> codes, MessageBuffer buffer)
    {
        buffer.WriteUnsigned((ulong)codes.Count);
        foreach (CodeCount one in codes)
        {
            buffer.WriteUnsigned(one.Code is { } code ? code + 1UL : 0);
            buffer.WriteUnsigned((ulong)one.Count);
        }
    }

    private static (uint? Code, long Count) ReadCode(ref MessageBytes reader)
    {
        ulong code = reader.ReadUnsigned();
        return (code > 0 ? (uint?)(code - 1) : null, (long)reader.ReadUnsigned());
    }

    private static void Write(ReadOnlySpan<long> bins, MessageBuffer buffer)
    {
        int first = bins.IndexOfAnyExcept(0);
        ReadOnlySpan<long> used = bins[first..(bins.LastIndexOfAnyExcept(0) + 1)];
        buffer.WriteByte((byte)first);
        buffer.WriteByte((byte)used.Length);
        foreach (long count in used) buffer.WriteUnsigned((ulong)count);
    }

    private static void ReadBins(ref MessageBytes reader, long[]? bins)
    {
        int first = reader.ReadByte();
        int last = first + reader.ReadByte();
        if (last > DelayBins.Count) throw new InvalidDataException("A stored minute has more bins than there are.");
        for (int bin = first; bin < last; bin++)
        {
            long count = (long)reader.ReadUnsigned();
            if (bins is not null) bins[bin] += count;
        }
    }
}
