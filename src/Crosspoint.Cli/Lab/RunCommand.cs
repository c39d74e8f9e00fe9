using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Crosspoint.Cli.Bench;
using Crosspoint.Cli.Lab.Scenarios;
using Crosspoint.Server.Configuration;

namespace Crosspoint.Cli.Lab;

/// <summary><c>crosspoint lab run</c>: scenarios played with detection, routing and failover as the gateway has them, and with others who choose.</summary>
internal static class RunCommand
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DictionaryKeyPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    private static readonly PolicyKind[] Policies = Enum.GetValues<PolicyKind>();

    public static Command Create(TimeProvider time)
    {
        var files = new Argument<string[]>("file")
        {
            Description = $"Scenario files, or names of those that are built in ({string.Join(", ", BuiltInScenarios.Names)}); all of these when left out",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var seeds = new Option<int>("--seeds") { Description = "Runs of each scenario, each with its own luck", DefaultValueFactory = _ => 3 };
        var json = new Option<bool>("--json") { Description = "For programs" };
        var changes = new Option<bool>("--changes") { Description = "Also list what failover did in the first run of each scenario, on standard error" };
        Option<bool> progress = LabCommands.ProgressOption();
        seeds.RequireAtLeast(1);
        var command = new Command("run", "Play scenarios with detection, routing and failover, against an oracle, a fixed order and failover of whole connections")
        {
            files, seeds, json, changes, progress,
        };
        command.SetAction((result, cancellationToken) => Task.FromResult(Run(
            result.GetValue(files) is { Length: > 0 } named ? named : [.. BuiltInScenarios.Names],
            result.GetValue(seeds), result.GetValue(json), result.GetValue(changes), result.GetValue(progress), time, cancellationToken)));
        return command;
    }

    private static int Run(string[] files, int seeds, bool asJson, bool showsChanges, bool showsProgress, TimeProvider time, CancellationToken cancellationToken)
    {
        var scenarios = new List<Scenario>();
        foreach (string file in files)
        {
            if (!TryRead(file, out Scenario? scenario)) return ExitCodes.BadConfiguration;
            scenarios.Add(scenario!);
        }

        int done = 0;
        using var progress = new LabProgress(
            showsProgress, time, () => $"{Volatile.Read(ref done)} of {scenarios.Count * seeds * Policies.Length} runs done");
        var results = new List<ScenarioResult>();
        foreach (Scenario scenario in scenarios)
        {
            ScenarioResult result = Play(scenario, seeds, () => Interlocked.Increment(ref done), time, cancellationToken);
            results.Add(result);
            if (showsChanges) Console.Error.WriteLine(string.Join(Environment.NewLine, result.Changes));
            if (asJson) continue;
            ScenarioTable.Write(Console.Out, result);
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{scenario.Name}: {result.Speed:N0} simulated messages a second on each core"));
        }

        if (asJson) Console.WriteLine(JsonSerializer.Serialize(results, Indented));
        return ExitCodes.Ok;
    }

    private static bool TryRead(string file, out Scenario? scenario)
    {
        scenario = null;
        byte[] text;
        if (BuiltInScenarios.Names.Contains(file) && !File.Exists(file))
        {
            text = BuiltInScenarios.Read(file);
        }
        else
        {
            try
            {
                text = File.ReadAllBytes(file);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Console.Error.WriteLine($"{file}: {e.Message} Expected a scenario file, or one of {string.Join(", ", BuiltInScenarios.Names)}.");
                return false;
            }
        }

        scenario = ScenarioReader.Read(text, file, out IReadOnlyList<ConfigError> errors);
        foreach (ConfigError error in errors) Console.Error.WriteLine(error);
        return scenario is not null;
    }

    private static ScenarioResult Play(Scenario scenario, int seeds, Action done, TimeProvider time, CancellationToken cancellationToken)
    {
        var runs = Policies.ToDictionary(static policy => policy, _ => new RunResult[seeds]);
        long ticks = 0;
        var options = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellationToken };
        Parallel.For(0, seeds * Policies.Length, options, place =>
        {
            long started = time.GetTimestamp();
            PolicyKind policy = Policies[place % Policies.Length];
            int seed = place / Policies.Length;
            runs[policy][seed] = new ScenarioRun(scenario, policy, (ulong)seed + 1).Play(cancellationToken);
            Interlocked.Add(ref ticks, time.GetElapsedTime(started).Ticks);
            done();
        });
        double messages = runs.Values.Sum(static all => all.Sum(static run => (double)run.Counts.Messages));
        return ScenarioResult.Of(scenario, runs) with { Speed = messages / TimeSpan.FromTicks(ticks).TotalSeconds };
    }
}
