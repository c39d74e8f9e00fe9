using System.Globalization;
using System.Text;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Explain;

namespace Crosspoint.Cli.Smpp;

/// <summary>A PDU on one line: the operation, its number, and what a person looks for.</summary>
internal static class PduLine
{
    // Fields that are shown when they say something; everything else is for decode-pdu.
    private static readonly string[] Shown =
    [
        "system_id", "message_id", "source_addr", "destination_addr", "dl_name", "esme_addr", "esm_class", "schedule_delivery_time",
        "validity_period", "registered_delivery", "data_coding", "final_date", "message_state", "error_status_code", "text", "receipt", "udh element",
        "receipted_message_id", "network_error_code", "sar_msg_ref_num", "sar_total_segments", "sar_segment_seqnum", "congestion_state",
        "additional_status_info_text", "sc_interface_version",
    ];

    private static readonly PduExplainOptions Options = new() { TextDecoder = SmsTexts.Decoder(Sms.Segments.DefaultAlphabet.GsmUnpacked) };

    public static string Of(ReadOnlyMemory<byte> pdu)
    {
        PduExplanation explained = PduExplainer.Explain(pdu, Options)[0];
        var line = new StringBuilder(explained.Name);
        if (PduHeader.TryRead(pdu.Span, out PduHeader header))
        {
            line.Append(CultureInfo.InvariantCulture, $" seq={header.SequenceNumber}");
            if (header.IsResponse) line.Append(' ').Append(CommandStatuses.Name(header.CommandStatus));
        }

        var isReceipt = false;
        foreach (PduField field in explained.Fields)
        {
            // The parts of a receipt repeat what its text says.
            isReceipt |= field.Name == "receipt";
            if (isReceipt && field.Name != "receipt") continue;
            string value = Short(field);
            if (value.Length > 0 && Shown.Contains(field.Name)) line.Append(CultureInfo.InvariantCulture, $" {field.Name.Replace(' ', '_')}={value}");
        }

        foreach (string fault in explained.Faults) line.Append(" !! ").Append(fault);
        return line.ToString();
    }

    // Numbers that say the default are left out, and the tag and length of a TLV.
    private static string Short(PduField field)
    {
        string value = field.Value;
        bool saysNothing = value is "\"\"" || value.StartsWith("0 (0x00)", StringComparison.Ordinal);
        if (saysNothing && field.Name is not ("message_state" or "udh element")) return "";
        int end = value.StartsWith("tag 0x", StringComparison.Ordinal) ? value.IndexOf(": ", StringComparison.Ordinal) : -1;
        return end < 0 ? value : value[(end + 2)..];
    }
}
