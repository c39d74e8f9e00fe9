using System.Globalization;
using System.Runtime.InteropServices;

namespace Crosspoint.Benchmarks;

/// <summary>What all pages of results have: which command printed them, where and when, and under which load.</summary>
internal static class ResultPage
{
    /// <param name="command">What stands after the <c>--</c> of the benchmarks' command line.</param>
    public static void Begin(string title, string command)
    {
        Console.WriteLine($"# {title}");
        Console.WriteLine();
        Console.WriteLine($"`dotnet run -c Release --project bench/Crosspoint.Benchmarks -- {command}` prints this page.");
        Console.WriteLine();
        string machine = Invariant($"{Environment.ProcessorCount} cores ({RuntimeInformation.ProcessArchitecture}), .NET {Environment.Version}");
        Console.WriteLine(Invariant($"{machine}, {TimeProvider.System.GetUtcNow():yyyy-MM-dd HH:mm} UTC, load average before: {Load()}."));
    }

    public static void End()
    {
        Console.WriteLine();
        Console.WriteLine($"Load average after: {Load()}.");
    }

    /// <summary>Begins a section.</summary>
    public static void Head(string title, string conditions)
    {
        Console.WriteLine();
        Console.WriteLine($"## {title}");
        Console.WriteLine();
        Console.WriteLine(conditions);
        Console.WriteLine();
    }

    public static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static string Load() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";
}
