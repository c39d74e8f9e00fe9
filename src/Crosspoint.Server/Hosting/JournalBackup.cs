using Crosspoint.Server.Configuration;
using Crosspoint.Storage.Sqlite;

namespace Crosspoint.Server.Hosting;

/// <summary>Backup and restore of the store that a configuration names.</summary>
public static class JournalBackup
{
    /// <summary>Copies the journal and the revisions of configuration to a new folder, while a gateway runs on it or not, and checks the copy.</summary>
    /// <returns>What was copied, for people.</returns>
    /// <exception cref="InvalidOperationException">There is no journal, the folder is taken, or the copy did not pass its
    /// check.</exception>
    public static async Task<string> BackupAsync(GatewayConfig config, string target, CancellationToken cancellationToken) =>
        Describe(await SqliteBackup.RunAsync(
            JournalOpening.DirectoryOf(config), JournalOpening.ConfigFileOf(config), target, cancellationToken).ConfigureAwait(false));

    /// <summary>Checks a backup and makes a journal of it where the configuration wants one and none is.</summary>
    /// <returns>What was restored, for people.</returns>
    /// <exception cref="InvalidOperationException">The backup did not pass its check, or a journal is there already.</exception>
    public static async Task<string> RestoreAsync(GatewayConfig config, string backup, CancellationToken cancellationToken) =>
        Describe(await SqliteBackup.RestoreAsync(
            backup, JournalOpening.DirectoryOf(config), JournalOpening.ConfigFileOf(config), cancellationToken).ConfigureAwait(false));

    private static string Describe(BackupSummary summary) =>
        $"{summary.Messages} messages in {summary.Files} files, {summary.Revisions} revisions of configuration, {summary.Records} incidents and alerts, {summary.Users} users, {summary.Bytes} octets, checked";
}
