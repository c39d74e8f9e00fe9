using System.Text.Json;

namespace Crosspoint.Server.Api.V1;

/// <summary>What differs between two texts, line by line, with a few lines around each change.</summary>
internal static class LineDiff
{
    private const int Around = 3;

    // Beyond it the whole stretch between the first and the last change is told as another one.
    private const long MostCells = 4_000_000;

    /// <param name="Before">Its line in the text before, from 1; 0 for none.</param>
    /// <param name="After">Its line in the text after, from 1; 0 for none.</param>
    public readonly record struct Line(int Before, int After, string Text);

    /// <summary>The lines that were taken out or put in, and those around them, in order.</summary>
    public static List<Line> Compare(string before, string after)
    {
        string[] left = LinesOf(before);
        string[] right = LinesOf(after);
        List<Line> all = Align(left, right);
        var shown = new bool[all.Count];
        for (int i = 0; i < all.Count; i++)
        {
            if (all[i].Before > 0 && all[i].After > 0) continue;
            for (int near = Math.Max(0, i - Around); near <= Math.Min(all.Count - 1, i + Around); near++) shown[near] = true;
        }

        return [.. all.Where((_, i) => shown[i])];
    }

    public static void Write(Utf8JsonWriter writer, IReadOnlyList<Line> lines)
    {
        writer.WriteStartArray("lines"u8);
        foreach (Line line in lines)
        {
            writer.WriteStartObject();
            writer.WriteString("change"u8, line.Before == 0 ? "added"u8 : line.After == 0 ? "removed"u8 : "same"u8);
            WriteNumber(writer, "before"u8, line.Before);
            WriteNumber(writer, "after"u8, line.After);
            writer.WriteString("text"u8, line.Text);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteNumber(Utf8JsonWriter writer, ReadOnlySpan<byte> name, int number)
    {
        if (number > 0) writer.WriteNumber(name, number);
        else writer.WriteNull(name);
    }

    private static string[] LinesOf(string text) => text.Length == 0 ? [] : text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');

    private static List<Line> Align(string[] left, string[] right)
    {
        int start = 0;
        while (start < left.Length && start < right.Length && left[start] == right[start]) start++;
        int end = 0;
        while (end < left.Length - start && end < right.Length - start && left[^(end + 1)] == right[^(end + 1)]) end++;
        var lines = new List<Line>(left.Length + right.Length);
        for (int i = 0; i < start; i++) lines.Add(new(i + 1, i + 1, left[i]));
        AlignMiddle(left, right, start, left.Length - end, right.Length - end, lines);
        for (int i = end; i > 0; i--) lines.Add(new(left.Length - i + 1, right.Length - i + 1, left[^i]));
        return lines;
    }

    // The longest common subsequence, from the back to the front.
    private static void AlignMiddle(string[] left, string[] right, int start, int leftEnd, int rightEnd, List<Line> lines)
    {
        int rows = leftEnd - start;
        int columns = rightEnd - start;
        bool isCompared = (long)(rows + 1) * (columns + 1) <= MostCells;
        int[,] common = isCompared ? new int[rows + 1, columns + 1] : new int[1, 1];
        for (int i = rows - 1; i >= 0 && isCompared; i--)
        {
            for (int j = columns - 1; j >= 0; j--)
                common[i, j] = left[start + i] == right[start + j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
        }

        int row = 0;
        int column = 0;
        while (row < rows || column < columns)
        {
            if (isCompared && row < rows && column < columns && left[start + row] == right[start + column])
                lines.Add(new(start + ++row, start + ++column, left[start + row - 1]));
            else if (row < rows && (column == columns || !isCompared || common[row + 1, column] >= common[row, column + 1]))
                lines.Add(new(start + ++row, 0, left[start + row - 1]));
            else
                lines.Add(new(0, start + ++column, right[start + column - 1]));
        }
    }
}
