using System.CommandLine;
using Crosspoint.Server.Hosting;

namespace Crosspoint.Cli;

/// <summary><c>crosspoint serve</c>: the gateway in the foreground.</summary>
internal static class ServeCommand
{
    public const string Name = "serve";

    public static Command Create(TimeProvider time)
    {
        var config =
            new Option<string>("--config", "-c") { Description = "The gateway's YAML file (see docs/configuration.md)", Required = true };
        var command = new Command(Name, "Run the gateway in the foreground; SIGTERM drains it") { config };
        command.SetAction((result, _) => GatewayProcess.RunAsync(
            result.GetRequiredValue(config), Console.Out, Console.Error, time, CancellationToken.None));
        return command;
    }
}
