using System.Xml.Linq;

namespace Crosspoint.EndToEnd.Support;

/// <summary>One PDU as Wireshark's dissector for SMPP read it.</summary>
internal sealed class CapturedPdu(XElement tree)
{
    public const string SubmitSm = "0x00000004";
    public const string Unbind = "0x00000006";
    public const string UnbindResp = "0x80000006";

    public string CommandId => this["command_id"] ?? "";

    /// <summary>The field's value as the dissector shows it; null when the PDU has none.</summary>
    public string? this[string field] => (string?)Find(field)?.Attribute("show");

    /// <summary>What the dissector noted: a malformed field, a wrong length, a value that it does not know; null for nothing.</summary>
    public string? Complaint => (string?)tree.Descendants("field")
        .FirstOrDefault(element => (string?)element.Attribute("name") == "_ws.expert")?.Attribute("showname");

    /// <summary>The field's octets in hex.</summary>
    public string? Octets(string field) => (string?)Find(field)?.Attribute("value");

    public override string ToString() => tree.ToString();

    private XElement? Find(string field) =>
        tree.Descendants("field").FirstOrDefault(element => (string?)element.Attribute("name") == "smpp." + field);
}
