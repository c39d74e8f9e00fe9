using System.CommandLine;
using Crosspoint.Server.Configuration;

namespace Crosspoint.Cli;

/// <summary><c>crosspoint config check</c>: says what is wrong with a configuration file without starting anything.</summary>
internal static class ConfigCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "The gateway's YAML file" };
        var check = new Command("check", "Check a configuration file; every fault is shown with its line") { file };
        check.SetAction(result =>
        {
            ConfigResult loaded = ConfigFile.Load(result.GetRequiredValue(file));
            foreach (ConfigError error in loaded.Errors) Console.Error.WriteLine(error);
            if (loaded.Config is not { } config) return ExitCodes.BadConfiguration;
            foreach (ConfigError warning in config.Warnings) Console.Error.WriteLine($"warning: {warning}");
            Console.WriteLine($"{result.GetRequiredValue(file)}: ok (accounts: {config.Engine.Accounts.Count}, connections: {config.Engine.Connections.Count}, routing rules: {config.Engine.Routing.Rules.Count})");
            return ExitCodes.Ok;
        });
        return new Command("config", "Configuration files") { check };
    }
}
