using Crosspoint.TestKit;

namespace Crosspoint.EndToEnd.Support;

/// <summary>Where the programs are that the tests run.</summary>
internal static class Executables
{
    // bin/Release/net10.0: the product was built beside the test, in the same configuration.
    private static readonly DirectoryInfo Output = new(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));

    public static string Crosspoint { get; } =
        Repository.PathOf("src", "Crosspoint.Cli", "bin", Output.Parent!.Name, Output.Name, "crosspoint");

    /// <summary>As <c>./crosspoint</c> has built it, with the web console beside it.</summary>
    public static string Published { get; } = Repository.PathOf(".build", "app", "crosspoint");

    /// <summary>The full path of a program of the system; null when it is not installed.</summary>
    public static string? Find(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);
}
