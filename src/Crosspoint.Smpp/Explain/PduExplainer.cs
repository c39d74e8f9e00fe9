using Crosspoint.Smpp.Codec;

namespace Crosspoint.Smpp.Explain;

/// <summary>
/// Explains PDUs to a person: every field with its offset, its value in words and its section of the standard, and what is wrong with a
/// broken one. It takes any octets, never throws for them, and its work grows with their number alone. Stricter than the decoders of
/// <see cref="Pdus"/>, which take what peers are known to send.
/// </summary>
public static class PduExplainer
{
    /// <summary>Explains PDUs that stand one behind the other.</summary>
    /// <param name="octets">What was sent or received, from the start of a PDU.</param>
    /// <param name="options">What to show; null for the defaults.</param>
    /// <returns>
    /// An explanation for each PDU. The last one takes all that is left when its length cannot be believed. Empty for no octets.
    /// </returns>
    public static IReadOnlyList<PduExplanation> Explain(ReadOnlyMemory<byte> octets, PduExplainOptions? options = null)
    {
        options ??= new PduExplainOptions();
        var all = new List<PduExplanation>();
        var at = 0;
        while (at < octets.Length)
        {
            int length = LengthAt(octets.Span[at..], options.MaxPduBytes);
            all.Add(ExplainOne(octets.Slice(at, length), at, options));
            at += length;
        }

        return all;
    }

    // All that is left when command_length is no length to cut at.
    private static int LengthAt(ReadOnlySpan<byte> rest, int maxBytes) =>
        PduFrame.TryRead(rest, maxBytes, out int length) == FrameResult.Complete ? length : rest.Length;

    private static PduExplanation ExplainOne(ReadOnlyMemory<byte> pdu, int offset, PduExplainOptions options)
    {
        var walk = new PduWalk(pdu, offset, options);
        if (pdu.Length < PduHeader.Bytes)
        {
            string hex = PduText.Hex(pdu.Span);
            walk.Add(0, "octets", hex, "3.4 §3.2",
                $"{PduText.Octets(pdu.Length)}: too few for a PDU, whose header takes {PduHeader.Bytes}");
            return new PduExplanation("unknown", offset, pdu.Length, walk.Fields);
        }

        PduHeader.TryRead(pdu.Span, out PduHeader header);
        ReadHeader(walk, header, pdu.Length, options.MaxPduBytes);
        PduBody.Read(walk, header);
        walk.Finish();
        return new PduExplanation(PduWords.Operation(header.CommandId), offset, pdu.Length, walk.Fields);
    }

    private static void ReadHeader(PduWalk walk, in PduHeader header, int available, int maxBytes)
    {
        uint announced = header.CommandLength;
        string? length = announced switch
        {
            < PduHeader.Bytes => $"less than the {PduHeader.Bytes} octets of a header; all that is at hand is explained, {PduText.Octets(available)}",
            _ when announced > (uint)maxBytes => $"above the limit of {maxBytes}; {PduText.Octets(available)} at hand",
            _ when announced > (uint)available => $"the PDU is cut: {PduText.Octets(announced)} announced, {available} at hand",
            _ => null,
        };
        walk.Add(0, "command_length", PduWords.Number(announced, 4), "3.4 §5.1.1", length);

        CommandId id = header.CommandId;
        bool isKnown = id.IsKnown() && PduWords.Operation(id) != PduWords.Unknown;
        string section = isKnown ? PduBody.SectionOf(id) : "3.4 §5.1.2";
        walk.Add(4, "command_id", $"{PduWords.Number((uint)id, 4)} {PduWords.Operation(id)}", section,
            isKnown ? null : "the standard names no such operation");

        walk.Add(8, "command_status", $"{PduWords.Number((uint)header.CommandStatus, 4)} {PduWords.Status(header.CommandStatus)}",
            "3.4 §5.1.3",
            StatusFault(id, header.CommandStatus));

        uint sequence = header.SequenceNumber;
        bool isNumber = sequence is >= 1 and <= 0x7FFF_FFFF || (sequence == 0 && id == CommandId.GenericNack);
        walk.Add(12, "sequence_number", PduWords.Number(sequence, 4), "3.4 §5.1.4", isNumber ? null : "outside 1 to 0x7FFFFFFF");
        walk.Skip(PduHeader.Bytes);
    }

    private static string? StatusFault(CommandId id, CommandStatus status)
    {
        if (!id.IsResponse()) return status == CommandStatus.Ok ? null : "a request carries 0";
        if (id == CommandId.GenericNack && status == CommandStatus.Ok) return "generic_nack carries an error";
        return PduWords.IsKnownStatus(status) ? null : "reserved: neither a status of the standard nor of vendors (0x400 to 0x4FF)";
    }
}
