using System.CommandLine;
using Crosspoint.Simulator;

namespace Crosspoint.Cli;

/// <summary><c>crosspoint simulate</c>: carriers to test against.</summary>
internal static class SimulateCommand
{
    public static Command Create(TimeProvider time)
    {
        var config =
            new Option<string>("--config", "-c") { Description = "The simulator's YAML file (see docs/simulator.md)", Required = true };
        var command = new Command("simulate", "Run simulated carriers with handsets, receipts, inbound messages and faults") { config };
        command.SetAction((result, cancellationToken) => RunAsync(result.GetRequiredValue(config), time, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(string path, TimeProvider time, CancellationToken cancellationToken)
    {
        SimulatorOptionsResult loaded = SimulatorOptions.LoadYaml(path);
        if (loaded.Options is null)
        {
            foreach (var error in loaded.Errors) await Console.Error.WriteLineAsync(error.ToString()).ConfigureAwait(false);
            return ExitCodes.BadConfiguration;
        }

        using var loggers = ConsoleLogging.Create();
        await using SimulatorHost host = await SimulatorHost.StartAsync(
            loaded.Options, time, loggers, cancellationToken).ConfigureAwait(false);
        IEnumerable<string> ends =
        [
            .. host.Carriers.Select(carrier => $"{carrier.Name}={carrier.EndPoint}"),
            .. host.Proxies.Select(proxy => $"{proxy.Name}={proxy.Proxy.EndPoint}"),
        ];
        Console.WriteLine($"ready http={host.HttpEndPoint?.ToString() ?? "-"} {string.Join(' ', ends)}");
        await Stop.WaitAsync(cancellationToken).ConfigureAwait(false);
        return ExitCodes.Ok;
    }
}
