using System.CommandLine;
using Crosspoint.Server.Configuration;
using Crosspoint.Server.Hosting;

namespace Crosspoint.Cli;

/// <summary>
/// <c>crosspoint backup</c> and <c>crosspoint restore</c>: the journal of a configuration, while the gateway runs or before it starts.
/// </summary>
internal static class BackupCommands
{
    public static Command CreateBackup() => Create(
        "backup", "Copy the journal and the revisions of configuration to a new folder while the gateway runs", "Folder for the copy: it must not exist, or be empty",
        "backed up", JournalBackup.BackupAsync);

    public static Command CreateRestore() => Create(
        "restore", "Make a journal and revisions of a backup, where there are none yet", "Folder of the backup", "restored",
        JournalBackup.RestoreAsync);

    private static Command Create(
        string name, string description, string folderDescription, string done,
        Func<GatewayConfig, string, CancellationToken, Task<string>> work)
    {
        var config = new Option<string>("--config", "-c") { Description = "The gateway's YAML file", Required = true };
        var folder = new Argument<string>("folder") { Description = folderDescription };
        var command = new Command(name, description) { folder, config };
        command.SetAction(async (result, cancellationToken) =>
        {
            ConfigResult loaded = ConfigFile.Load(result.GetRequiredValue(config));
            if (loaded.Config is null)
            {
                foreach (ConfigError error in loaded.Errors) await Console.Error.WriteLineAsync(error.ToString()).ConfigureAwait(false);
                return ExitCodes.BadConfiguration;
            }

            try
            {
                Console.WriteLine(
                    $"{done}: {await work(loaded.Config, result.GetRequiredValue(folder), cancellationToken).ConfigureAwait(false)}");
                return ExitCodes.Ok;
            }
            catch (Exception e) when (e is InvalidOperationException or IOException or UnauthorizedAccessException)
            {
                await Console.Error.WriteLineAsync(e.Message).ConfigureAwait(false);
                return ExitCodes.Failed;
            }
        });
        return command;
    }
}
