using System.Globalization;

namespace Crosspoint.Cli.Lab.Scenarios;

/// <summary>A result for people, as Markdown.</summary>
internal static class ScenarioTable
{
    public static void Write(TextWriter output, ScenarioResult result)
    {
        output.WriteLine($"### {result.Scenario}");
        output.WriteLine();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{result.About} {result.Hours:0.##} h, {result.Networks} networks, {result.Connections} connections, {result.Messages.Mean:N0} messages; seeds: {result.Seeds}."));
        output.WriteLine();
        output.WriteLine("| who chooses | delivered | in faults | lost | more than the oracle | moved | needlessly | cost | 95 % arrive within |");
        output.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (PolicyResult policy in result.Policies)
        {
            // The oracle takes what is better of two that are well, which is no fault of its.
            string needless = policy.Policy == PolicyKind.Oracle ? "–" : policy.MovedNeedlessly.ToString(Count);
            output.WriteLine(
                $"| {NameOf(policy.Policy)} | {policy.Delivered.ToString(Percent)} | {policy.DeliveredInFaults?.ToString(Percent) ?? "–"} | {policy.Lost.ToString(Count)} "
                + $"| {policy.LostBeyondOracle.ToString(Count)} | {policy.Moved.ToString(Count)} | {needless} | {policy.Cost.ToString(Price)} | {policy.P95Seconds.ToString(Seconds)} |");
        }

        output.WriteLine();
        if (result.Faults.Count > 0)
        {
            output.WriteLine("| fault | begins | lasts | first signal | first move | cells moved | all back after its end |");
            output.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
            foreach (FaultResult fault in result.Faults)
            {
                string back = fault.FullShareSeconds?.ToString(Seconds) ?? (fault.CellsMoved.Most > 0 ? "never" : "–");
                output.WriteLine(
                    $"| {fault.Fault} | {Seconds(fault.AtSeconds)} | {Seconds(fault.LastsSeconds)} | {fault.FirstSignalSeconds?.ToString(Seconds) ?? "never"} "
                    + $"| {fault.FirstMoveSeconds?.ToString(Seconds) ?? "never"} | {fault.CellsMoved.ToString(Count)} of {fault.Cells} | {back} |");
            }

            output.WriteLine();
        }

        output.WriteLine(
            $"False signals: {result.FalseSignals.ToString(Count)}; false moves: {result.FalseMoves.ToString(Count)}; relapses after the end of a fault: "
            + $"{result.Relapses.ToString(Count)}; incidents: {result.Incidents.ToString(Count)}.");
        output.WriteLine();
    }

    private static string NameOf(PolicyKind policy) => policy switch
    {
        PolicyKind.Crosspoint => "Crosspoint",
        PolicyKind.Oracle => "oracle",
        PolicyKind.FixedOrder => "fixed order",
        _ => "up or down",
    };

    private static string Percent(double share) => (share * 100).ToString("F2", CultureInfo.InvariantCulture) + " %";

    private static string Count(double count) => count.ToString(count is > -10 and < 10 && count != Math.Round(count) ? "F1" : "N0", CultureInfo.InvariantCulture);

    private static string Price(double price) => price.ToString("F5", CultureInfo.InvariantCulture);

    private static string Seconds(double seconds) => LabCommands.Seconds(seconds);
}
