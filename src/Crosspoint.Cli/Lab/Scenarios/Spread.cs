using System.Globalization;

namespace Crosspoint.Cli.Lab.Scenarios;

/// <summary>A figure over several runs.</summary>
/// <param name="Mean">Of the runs that have it.</param>
/// <param name="Missing">Runs that do not: what is timed did not happen.</param>
internal sealed record Spread(double Mean, double Least, double Most, int Missing)
{
    /// <summary>Null where no run has it.</summary>
    public static Spread? Of(IReadOnlyCollection<double?> all)
    {
        double[] there = [.. all.OfType<double>()];
        return there.Length == 0 ? null : new(there.Average(), there.Min(), there.Max(), all.Count - there.Length);
    }

    public static Spread Of(IEnumerable<double> all) => Of([.. all.Select(static one => (double?)one)])!;

    /// <summary>The mean, and in brackets the least and the most.</summary>
    public string ToString(Func<double, string> write)
    {
        string text = write(Least) == write(Most) ? write(Mean) : $"{write(Mean)} ({write(Least)} to {write(Most)})";
        return Missing == 0 ? text : string.Create(CultureInfo.InvariantCulture, $"{text}, {Missing} × never");
    }
}
