namespace Crosspoint.Cli.Bench.Faults;

/// <summary>The results as a table in Markdown, a row as soon as its fault is over, and behind it what does not fit.</summary>
internal sealed class FaultTable(IReadOnlyList<string> faults)
{
    private readonly int[] _widths = [.. FaultResult.Columns.Select((column, at) => at == 0 ? faults.Max(name => name.Length) : Math.Max(column.Length, 5))];

    public void WriteHead(TextWriter output)
    {
        Write(output, FaultResult.Columns);
        Write(output, [.. _widths.Select((width, at) => at == 0 ? new string('-', width) : new string('-', width - 1) + ":")]);
    }

    public void WriteRow(TextWriter output, FaultResult result) => Write(output, result.Cells());

    public static void WriteFindings(TextWriter output, IReadOnlyList<FaultResult> results)
    {
        output.WriteLine();
        foreach (FaultResult result in results)
        {
            foreach (string note in result.Notes) output.WriteLine($"{result.Fault}: {note}");
            foreach (string reason in result.Reasons) output.WriteLine($"{result.Fault}: {reason}");
            if (result.Account is null) continue;
            foreach ((string kind, Accounting.Account.Finding finding) in result.Account.Findings)
                output.WriteLine($"{result.Fault}: {finding.Count} {kind}: {string.Join("; ", finding.Named)}");
        }
    }

    private void Write(TextWriter output, IReadOnlyList<string> cells) =>
        output.WriteLine($"| {string.Join(" | ", cells.Select((cell, at) => at == 0 ? cell.PadRight(_widths[at]) : cell.PadLeft(_widths[at])))} |");
}
