using System.Text.RegularExpressions;

namespace Crosspoint.EndToEnd.Support;

/// <summary>One step of a walk-through: commands, and the lines that they are said to print.</summary>
/// <param name="Line">Where the commands stand in the page, from 1.</param>
/// <param name="Expected">Lines to find in the output, in this order; <c>*</c> stands for anything.</param>
internal sealed record WalkThroughStep(int Line, string Commands, IReadOnlyList<string> Expected);

/// <summary>
/// The walk-through of a page: blocks fenced as <c>sh walkthrough</c>, each followed, if it shows what it prints, by one fenced as
/// <c>text walkthrough</c>.
/// </summary>
internal static class WalkThrough
{
    private const string Commands = "```sh walkthrough";
    private const string Output = "```text walkthrough";
    private const string End = "```";

    public static IReadOnlyList<WalkThroughStep> Read(IReadOnlyList<string> page)
    {
        var steps = new List<WalkThroughStep>();
        for (int i = 0; i < page.Count; i++)
        {
            string fence = page[i].TrimEnd();
            if (fence is not (Commands or Output)) continue;
            int start = i + 1;
            while (++i < page.Count && page[i].TrimEnd() != End)
            {
                // To the end of the block.
            }

            if (i == page.Count) throw new InvalidDataException($"The block that begins at line {start} has no end.");
            string[] lines = [.. page.Skip(start).Take(i - start)];
            if (fence == Commands)
            {
                steps.Add(new(start, string.Join('\n', lines), []));
                continue;
            }

            if (steps.Count == 0) throw new InvalidDataException($"Line {start}: output stands before any command.");
            steps[^1] = steps[^1] with { Expected = [.. steps[^1].Expected, .. lines.Where(line => line.Trim().Length > 0)] };
        }

        return steps;
    }

    /// <summary>The first expected line that is not in the output where it should be; null when all are.</summary>
    public static string? FindMissing(WalkThroughStep step, IReadOnlyList<string> output)
    {
        int at = 0;
        foreach (string line in step.Expected)
        {
            string pattern = "^" + Regex.Escape(line.TrimEnd()).Replace("\\*", ".*", StringComparison.Ordinal) + "$";
            while (at < output.Count && !Regex.IsMatch(output[at].TrimEnd(), pattern)) at++;
            if (at++ == output.Count) return line;
        }

        return null;
    }
}
