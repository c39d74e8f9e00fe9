using System.Diagnostics.Metrics;
using Crosspoint.Engine.Stores;
using Crosspoint.Server.Configuration;
using Crosspoint.Storage.Sqlite;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Server.Hosting;

/// <summary>Opens the store that the configuration names.</summary>
internal static class JournalOpening
{
    private const string Folder = "journal";
    private const string ConfigFile = "config.db";

    /// <summary>Where the files of the journal are.</summary>
    public static string DirectoryOf(GatewayConfig config) => Path.Combine(config.DataDirectory, Folder);

    /// <summary>Where the revisions of configuration are.</summary>
    public static string ConfigFileOf(GatewayConfig config) => Path.Combine(config.DataDirectory, ConfigFile);

    /// <summary>Opens what is kept about health. The journal must be open: it keeps other processes out of the folder.</summary>
    /// <exception cref="GatewayStartException">It cannot be opened.</exception>
    public static SqliteHealthStore OpenHealth(GatewayConfig config) =>
        Open(() => SqliteHealthStore.Open(Path.Combine(config.DataDirectory, SqliteHealthStore.FileName)));

    /// <summary>Opens users and their sessions. The journal must be open: it keeps other processes out of the folder.</summary>
    /// <exception cref="GatewayStartException">They cannot be opened.</exception>
    public static SqliteUserStore OpenUsers(GatewayConfig config) =>
        Open(() => SqliteUserStore.Open(Path.Combine(config.DataDirectory, SqliteUserStore.FileName)));

    /// <summary>Where the keys are that users' secrets are sealed with.</summary>
    public static string KeysOf(GatewayConfig config) => Path.Combine(config.DataDirectory, SqliteUserStore.KeysFolder);

    /// <summary>Opens the revisions of configuration. The journal must be open: it keeps other processes out of the folder.</summary>
    /// <exception cref="GatewayStartException">They cannot be opened.</exception>
    public static SqliteRevisionStore OpenRevisions(GatewayConfig config, TimeProvider time) =>
        Open(() => SqliteRevisionStore.Open(ConfigFileOf(config), time));

    /// <summary>Opens the revisions of configuration of a gateway that does not run.</summary>
    /// <exception cref="InvalidOperationException">It runs, or they cannot be opened.</exception>
    public static SqliteRevisionStore OpenRevisionsAlone(GatewayConfig config, TimeProvider time) =>
        SqliteRevisionStore.OpenAlone(ConfigFileOf(config), DirectoryOf(config), time);

    /// <exception cref="GatewayStartException">It cannot be opened.</exception>
    public static async Task<IJournal> OpenAsync(
        GatewayConfig config, TimeProvider time, ILoggerFactory loggers, IMeterFactory meters, CancellationToken cancellationToken)
    {
        JournalOptions journal = config.Journal;
        var options = new SqliteJournalOptions
        {
            Directory = DirectoryOf(config),
            SlicePeriod = journal.Slice,
            Retention = journal.Retention,
            CorrelationWindow = journal.CorrelationWindow,
            ParkedFor = journal.ParkedFor,
            CacheMessages = journal.CacheMessages,
            ReserveBytes = journal.Reserve,
        };
        try
        {
            return await SqliteJournal.OpenAsync(
                options, time, loggers.CreateLogger<SqliteJournal>(), meters, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            throw new GatewayStartException($"data: the journal in {options.Directory} cannot be opened: {error.Message}", error);
        }
    }

    private static T Open<T>(Func<T> open)
    {
        try
        {
            return open();
        }
        catch (InvalidOperationException error)
        {
            throw new GatewayStartException($"data: {error.Message}", error);
        }
    }
}
