using System.Globalization;

namespace Crosspoint.Smpp.Explain;

/// <summary>A PDU, field by field. Made by <see cref="PduExplainer"/>.</summary>
/// <param name="Name">The operation, for example <c>submit_sm</c>; <c>unknown</c> when it cannot be named.</param>
/// <param name="Offset">Its first octet in the input.</param>
/// <param name="Length">The octets that are at hand, which are fewer than command_length when the PDU is cut.</param>
/// <param name="Fields">The fields in the order of the wire.</param>
public sealed record PduExplanation(string Name, int Offset, int Length, IReadOnlyList<PduField> Fields)
{
    private const int NameWidth = 32;
    private const int SectionWidth = 14;

    /// <summary>What is wrong, in the order of the wire; empty for a sound PDU.</summary>
    public IReadOnlyList<string> Faults { get; } =
        [.. Fields.Where(field => field.Fault is not null).Select(field => $"{field.Name}: {field.Fault}")];

    /// <summary>True when nothing is wrong.</summary>
    public bool IsSound => Faults.Count == 0;

    /// <summary>
    /// Writes a line for the PDU and one for each field: offset in hex, name, section, value. A fault stands below its field, behind
    /// <c>!!</c>.
    /// </summary>
    public void Write(TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        string judgement = Faults.Count switch
        {
            0 => "sound",
            1 => "1 fault",
            _ => string.Create(CultureInfo.InvariantCulture, $"{Faults.Count} faults"),
        };
        writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Name}, {Length} octets at {Offset:X4}: {judgement}"));
        foreach (PduField field in Fields)
        {
            string name = new string(' ', 2 * field.Depth) + field.Name;
            writer.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  {field.Offset:X4}  {name.PadRight(NameWidth)} {(field.Section ?? "").PadRight(SectionWidth)} {field.Value}").TrimEnd());
            if (field.Fault is not null) writer.WriteLine($"        !! {field.Fault}");
        }
    }
}
