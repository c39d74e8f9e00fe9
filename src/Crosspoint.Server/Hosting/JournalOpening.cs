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

    /// <summary>Where the files of the journal are.</summary>
    public static string DirectoryOf(GatewayConfig config) => Path.Combine(config.DataDirectory, Folder);

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
}
