using System.Reflection;

namespace Crosspoint.Cli.Lab.Scenarios;

/// <summary>The scenarios that come with the program: those of <c>samples/lab</c>.</summary>
internal static class BuiltInScenarios
{
    private const string Prefix = "Crosspoint.Cli.Lab.Scenarios.";
    private const string Suffix = ".yaml";
    private static readonly Assembly Home = typeof(BuiltInScenarios).Assembly;

    public static IReadOnlyList<string> Names { get; } =
    [
        .. Home.GetManifestResourceNames().Where(static name => name.StartsWith(Prefix, StringComparison.Ordinal) && name.EndsWith(Suffix, StringComparison.Ordinal))
            .Select(static name => name[Prefix.Length..^Suffix.Length]).Order(StringComparer.Ordinal),
    ];

    /// <summary>The text of one of <see cref="Names"/>.</summary>
    public static byte[] Read(string name)
    {
        using Stream stream = Home.GetManifestResourceStream(Prefix + name + Suffix)!;
        byte[] text = new byte[stream.Length];
        stream.ReadExactly(text);
        return text;
    }
}
