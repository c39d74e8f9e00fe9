using System.CommandLine;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Cli.Bench.Faults;

/// <summary>
/// <c>crosspoint bench faults</c>: one fault after the other against a gateway under load, and an account of every message in each
/// (docs/faults.md).
/// </summary>
internal static class FaultsBench
{
    private const double LeastSeconds = 2;
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    // In the order in which they run.
    private static readonly Func<Fault>[] All =
    [
        () => new KillFault(), () => new DiskFullFault(), () => new FsyncFailFault(), () => new DiskSlowFault(), () => new CarrierStopFault(),
        () => new CarrierStallFault(), () => new CarrierErrorsFault(), () => new CarrierDropsFault(), () => new HooksStopFault(),
        () => new ClockFault(), () => new NetworkFault(), () => new ProxyFault(), () => new BackupFault(), () => new UpgradeFault(),
    ];

    public static Command Create(TimeProvider time)
    {
        var fault = new Option<string[]>("--fault") { Description = "Name of a fault; may be given several times (default: all)", DefaultValueFactory = _ => [] };
        var list = new Option<bool>("--list") { Description = "List the faults and end" };
        var seconds = new Option<double>("--seconds") { Description = "Seconds under load, shared by the faults", DefaultValueFactory = _ => 70 };
        var rate = new Option<double>("--rate") { Description = "Messages a second", DefaultValueFactory = _ => 200 };
        var seed = new Option<int>("--seed") { Description = "Seed of everything random", DefaultValueFactory = _ => 1 };
        var limit = new Option<int>("--limit") { Description = "Most seconds for everything to come to its end after a fault", DefaultValueFactory = _ => 60 };
        var json = new Option<bool>("--json") { Description = "Print JSON instead of a table" };
        foreach (Option<double> option in new[] { seconds, rate })
            option.Validators.Add(
                result => { if (result.GetValueOrDefault<double>() is not (> 0 and <= 1_000_000)) result.AddError($"{option.Name}: expected a number above 0"); });
        limit.Validators.Add(
            result => { if (result.GetValueOrDefault<int>() is < 1 or > 3600) result.AddError("--limit: expected 1 to 3600"); });
        fault.Validators.Add(result =>
        {
            foreach (string name in result.GetValueOrDefault<string[]>() ?? [])
            {
                if (!Names().Contains(name)) result.AddError($"--fault: '{name}' is none of {string.Join(", ", Names())}");
            }
        });
        var command = new Command("faults", "Inject faults under load, one after the other, and account for every message") { fault, list, seconds, rate, seed, limit, json };
        command.SetAction((result, cancellationToken) => RunAsync(
            result.GetValue(fault) ?? [], result.GetValue(list), result.GetValue(seconds), result.GetValue(json),
            new(TimeSpan.Zero, result.GetValue(rate), result.GetValue(seed), TimeSpan.FromSeconds(result.GetValue(limit))), time, cancellationToken));
        return command;
    }

    private static IEnumerable<string> Names() => All.Select(create => create().Name);

    private static async Task<int> RunAsync(
        string[] names, bool isList, double seconds, bool isJson, FaultSettings settings, TimeProvider time, CancellationToken cancellationToken)
    {
        Fault[] faults = [.. All.Select(create => create()).Where(fault => names.Length == 0 || names.Contains(fault.Name))];
        if (isList)
        {
            foreach (Fault fault in faults) Console.WriteLine($"{fault.Name,-15} {fault.Description}");
            return ExitCodes.Ok;
        }

        settings = settings with { Seconds = TimeSpan.FromSeconds(Math.Max(LeastSeconds, seconds / faults.Length)) };
        using ILoggerFactory loggers = ConsoleLogging.Create(LogLevel.Error);
        var results = new List<FaultResult>();
        var table = new FaultTable([.. faults.Select(fault => fault.Name)]);
        if (!isJson) table.WriteHead(Console.Out);
        foreach (Fault fault in faults)
        {
            FaultResult result = await FaultRun.RunAsync(fault, settings, loggers, time, cancellationToken).ConfigureAwait(false);
            results.Add(result);
            if (!isJson) table.WriteRow(Console.Out, result);
        }

        if (isJson) Console.WriteLine(JsonSerializer.Serialize(Json(settings, results), Indented));
        else FaultTable.WriteFindings(Console.Out, results);
        return results.Exists(result => result.Verdict == FaultVerdict.Fail) ? ExitCodes.Failed : ExitCodes.Ok;
    }

    private static object Json(FaultSettings settings, List<FaultResult> results) => new
    {
        seconds_a_fault = Math.Round(settings.Seconds.TotalSeconds, 1),
        rate = settings.Rate,
        seed = settings.Seed,
        cores = Environment.ProcessorCount,
        took_seconds = Math.Round(results.Sum(result => result.Took.TotalSeconds), 1),
        verdict = results.Exists(result => result.Verdict == FaultVerdict.Fail) ? "broken" : "good",
        faults = results.Select(result => result.ToJson()),
    };
}
