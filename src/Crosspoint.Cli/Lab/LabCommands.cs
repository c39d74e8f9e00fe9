using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Crosspoint.Cli.Bench;
using Crosspoint.Engine.Health;

namespace Crosspoint.Cli.Lab;

/// <summary><c>crosspoint lab</c>: what notices trouble, on simulated traffic of known truth, without sockets and clock.</summary>
internal static class LabCommands
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static Command Create(TimeProvider time) =>
        new("lab", "Play simulated traffic of known truth through what notices trouble, and what moves traffic by it")
        {
            RunCommand.Create(time), CreateAlarms(time), CreateDetection(),
        };

    /// <summary>See <see cref="LabProgress"/>.</summary>
    public static Option<bool> ProgressOption() =>
        new("--progress") { Description = "Say every ten seconds on standard error how far it is, also where that is no terminal" };

    /// <summary>Seconds for people, in the unit that fits.</summary>
    public static string Seconds(double? seconds) => seconds switch
    {
        null => "never",
        < 120 => string.Create(CultureInfo.InvariantCulture, $"{seconds:F1} s"),
        < 7200 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 60:F0} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600:F1} h"),
    };

    private static Command CreateAlarms(TimeProvider time)
    {
        var months = new Option<int>("--cell-months") { Description = "Months that all cells live together; up to 1,000 cells share them", DefaultValueFactory = _ => 3_000 };
        var seed = new Option<int>("--seed") { Description = "The same seed gives the same traffic", DefaultValueFactory = _ => 1 };
        var json = new Option<bool>("--json") { Description = "For programs" };
        Option<bool> progress = ProgressOption();
        months.RequireAtLeast(1);
        seed.RequireAtLeast(0);
        var command = new Command("alarms", "Count false alarms on clean traffic of mixed volumes, most of it thin") { months, seed, json, progress };
        command.SetAction((result, cancellationToken) => Task.FromResult(RunAlarms(
            result.GetValue(months), result.GetValue(seed), result.GetValue(json), result.GetValue(progress), time, cancellationToken)));
        return command;
    }

    private static Command CreateDetection()
    {
        var seeds = new Option<int>("--seeds") { Description = "Runs of each fault at each volume, each with its own luck", DefaultValueFactory = _ => 20 };
        var fault = new Option<string[]>("--fault") { Description = "One of the list, or several" };
        var rate = new Option<double[]>("--rate") { Description = "Messages a second: 100, 10, 1 or 0.1, or several" };
        var json = new Option<bool>("--json") { Description = "For programs" };
        seeds.RequireAtLeast(1);
        fault.Validators.Add(static result =>
        {
            foreach (string name in result.GetValueOrDefault<string[]>() ?? [])
            {
                if (DetectionRun.Faults.All(one => one.Fault.Name != name))
                    result.AddError($"--fault: expected one of {string.Join(", ", DetectionRun.Faults.Select(static one => $"'{one.Fault.Name}'"))}");
            }
        });
        rate.Validators.Add(static result =>
        {
            if ((result.GetValueOrDefault<double[]>() ?? []).Any(static one => !DetectionRun.Rates.Contains(one))) result.AddError("--rate: expected 100, 10, 1 or 0.1");
        });
        var command = new Command("detection", "Measure how long each fault takes to be noticed, at several volumes") { seeds, fault, rate, json };
        command.SetAction((result, cancellationToken) => Task.FromResult(RunDetection(
            result.GetValue(seeds),
            result.GetValue(fault) is { Length: > 0 } names ? names : [.. DetectionRun.Faults.Select(static one => one.Fault.Name)],
            result.GetValue(rate) is { Length: > 0 } rates ? rates : [.. DetectionRun.Rates],
            result.GetValue(json),
            cancellationToken)));
        return command;
    }

    private static string ProgressOf(AlarmsRun run)
    {
        string text = $"{run.CellsDone} of {run.Cells} cells done, false alarms so far: {run.Alarms.Count}";
        return run.Alarms.FirstOrDefault() is { } latest
            ? string.Create(CultureInfo.InvariantCulture, $"{text}; one of cell {latest.Cell} ({latest.Nature.Rate:0.###} a second), day {latest.Day:0}: {latest.Signal}") : text;
    }

    private static int RunAlarms(int months, int seed, bool asJson, bool showsProgress, TimeProvider time, CancellationToken cancellationToken)
    {
        var run = new AlarmsRun(months, (ulong)seed);
        using (new LabProgress(showsProgress, time, () => ProgressOf(run))) run.Play(cancellationToken);
        var kinds = run.Alarms.GroupBy(static alarm => (alarm.Signal.Kind, alarm.Signal.Source)).OrderBy(static group => group.Key).Select(static group => new
        {
            Kind = Word(group.Key.Kind),
            Source = Word(group.Key.Source),
            Alarms = group.Count(),
            Cells = group.Select(static alarm => alarm.Cell).Distinct().Count(),
        }).ToList();
        double aMonth = run.Alarms.Count / run.CellMonths * 1_000;
        if (asJson)
        {
            Console.WriteLine(JsonSerializer.Serialize(
                new { run.Cells, run.CellMonths, run.Messages, Alarms = run.Alarms.Count, Kinds = kinds, MonthlyPer1000Cells = aMonth, UpperBound95 = run.UpperBound }, Indented));
            return ExitCodes.Ok;
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{run.CellMonths:N0} cell-months in {run.Cells:N0} cells, {run.Messages:N0} messages, nothing wrong with any"));
        foreach (var kind in kinds) Console.WriteLine($"  {kind.Kind} ({kind.Source}): {kind.Alarms} in {kind.Cells} cells");
        foreach (FalseAlarm alarm in run.Alarms.OrderBy(static alarm => alarm.Cell).ThenBy(static alarm => alarm.Signal.At).Take(50))
        {
            HealthSignal signal = alarm.Signal;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"    day {alarm.Day:F0} of a cell with {alarm.Nature.Rate:G3} messages a second: {Word(signal.Kind)}, seen {signal.Seen:F3}, expected {signal.Expected:F3}, {signal.Messages} messages over {signal.Over:c}"));
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{run.Alarms.Count} false alarms: {aMonth:F2} a month over 1,000 cells; with 95 % confidence at most {run.UpperBound:F2}"));
        return ExitCodes.Ok;
    }

    private static int RunDetection(int seeds, string[] names, double[] rates, bool asJson, CancellationToken cancellationToken)
    {
        var run = new DetectionRun(seeds);
        var rows = new List<DetectionRow>();
        if (!asJson)
        {
            Console.WriteLine($"| fault | {string.Join(" | ", rates.Select(static rate => string.Create(CultureInfo.InvariantCulture, $"{rate}/s: median, p95, missed")))} |");
            Console.WriteLine($"| --- |{string.Concat(rates.Select(static _ => " ---: |"))}");
        }

        foreach ((CellFault fault, SignalKind[] kinds) in DetectionRun.Faults.Where(one => names.Contains(one.Fault.Name)))
        {
            var cells = new List<string>();
            foreach (double rate in rates)
            {
                double[] delays = run.Play(fault, kinds, rate, cancellationToken);
                var row = new DetectionRow(
                    fault.Name, rate, Finite(delays[delays.Length / 2]), Finite(delays[(int)Math.Ceiling(delays.Length * 0.95) - 1]),
                    delays.Count(double.IsInfinity) / (double)delays.Length);
                rows.Add(row);
                cells.Add($"{Seconds(row.MedianSeconds)}, {Seconds(row.P95Seconds)}, {row.Missed.ToString("P0", CultureInfo.InvariantCulture)}");
            }

            if (!asJson) Console.WriteLine($"| {fault.Name} | {string.Join(" | ", cells)} |");
        }

        if (asJson) Console.WriteLine(JsonSerializer.Serialize(rows, Indented));
        return ExitCodes.Ok;
    }

    private static double? Finite(double seconds) => double.IsInfinity(seconds) ? null : seconds;

    private static string Word(Enum value) => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    private sealed record DetectionRow(string Fault, double Rate, double? MedianSeconds, double? P95Seconds, double Missed);
}
