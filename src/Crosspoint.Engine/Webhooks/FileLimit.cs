using System.Globalization;

namespace Crosspoint.Engine.Webhooks;

/// <summary>How many files and sockets this process may have open.</summary>
internal static class FileLimit
{
    // What systems give where nobody set anything.
    private const int Usual = 1_024;
    private const string Name = "Max open files";

    /// <summary>The soft limit of this process.</summary>
    public static int Read()
    {
        try
        {
            return Parse(File.ReadAllText("/proc/self/limits"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Usual;
        }
    }

    /// <summary>The soft limit in the text of <c>/proc/self/limits</c>.</summary>
    public static int Parse(string limits)
    {
        foreach (ReadOnlySpan<char> line in limits.AsSpan().EnumerateLines())
        {
            if (!line.StartsWith(Name, StringComparison.Ordinal)) continue;
            ReadOnlySpan<char> rest = line[Name.Length..].TrimStart();
            int end = rest.IndexOf(' ');
            ReadOnlySpan<char> soft = end < 0 ? rest : rest[..end];
            if (soft.SequenceEqual("unlimited")) return int.MaxValue;
            return long.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out long limit)
                ? (int)Math.Min(limit, int.MaxValue)
                : Usual;
        }

        return Usual;
    }
}
