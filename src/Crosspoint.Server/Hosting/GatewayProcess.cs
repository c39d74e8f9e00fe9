using System.Runtime.InteropServices;
using Crosspoint.Server.Configuration;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Server.Hosting;

/// <summary>
/// A gateway as a process of its own: reads its file, runs until SIGTERM or SIGINT, drains, and says by its exit code how it went.
/// </summary>
public static partial class GatewayProcess
{
    /// <summary>It ran and drained.</summary>
    public const int Clean = 0;

    /// <summary>The configuration is not right; standard error says where.</summary>
    public const int BadConfiguration = 2;

    /// <summary>The store or the port cannot be had.</summary>
    public const int CannotStart = 3;

    /// <summary>The journal broke. Nothing was answered that is not on disk; a new start recovers.</summary>
    public const int JournalBroken = 70;

    /// <summary>
    /// Runs to the end. Prints one line to <paramref name="output"/> when it takes traffic: <c>ready http=HOST:PORT smpp=HOST:PORT</c>, with a hyphen where
    /// nothing listens. While there is no user of the console, <paramref name="errors"/> gets the link that makes the first.
    /// </summary>
    /// <param name="stop">Stops it as SIGTERM does.</param>
    public static async Task<int> RunAsync(
        string configPath, TextWriter output, TextWriter errors, TimeProvider time, CancellationToken stop)
    {
        ConfigResult result = ConfigFile.Load(configPath);
        if (result.Config is not { } config)
        {
            foreach (ConfigError error in result.Errors) await errors.WriteLineAsync(error.ToString()).ConfigureAwait(false);
            return BadConfiguration;
        }

        using ILoggerFactory loggers = LogOutput.Create(config.Log);
        using var signals = new StopSignals(stop);
        try
        {
            await using GatewayHost host = await GatewayHost.StartAsync(config, time, loggers, signals.First).ConfigureAwait(false);
            await output.WriteLineAsync($"ready http={host.HttpAddress.Authority} smpp={host.SmppEndPoint?.ToString() ?? "-"}").ConfigureAwait(false);
            await output.FlushAsync(CancellationToken.None).ConfigureAwait(false);
            if (host.SetUpLink is { } link)
                await errors.WriteLineAsync($"console: there is no user yet; make the first owner at {link}").ConfigureAwait(false);
            return await RunAsync(host, loggers.CreateLogger(typeof(GatewayProcess).FullName!), signals).ConfigureAwait(false);
        }
        catch (GatewayStartException error)
        {
            await errors.WriteLineAsync(error.Message).ConfigureAwait(false);
            return CannotStart;
        }
        catch (OperationCanceledException) when (signals.First.IsCancellationRequested)
        {
            return Clean;
        }
    }

    private static async Task<int> RunAsync(GatewayHost host, ILogger logger, StopSignals signals)
    {
        await Task.WhenAny(signals.WaitAsync(), host.JournalBroken).ConfigureAwait(false);
        if (!host.JournalBroken.IsCompleted) await host.StopAsync(signals.Second).ConfigureAwait(false);
        if (!host.JournalBroken.IsCompleted) return Clean;
        Log.JournalBroken(logger);
        return JournalBroken;
    }

    /// <summary>The first signal asks for the drain, the second for its end.</summary>
    private sealed class StopSignals : IDisposable
    {
        private readonly CancellationTokenSource _first = new();
        private readonly CancellationTokenSource _second = new();
        private readonly PosixSignalRegistration _terminate;
        private readonly PosixSignalRegistration _interrupt;
        private readonly CancellationTokenRegistration _stop;

        public StopSignals(CancellationToken stop)
        {
            _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
            _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
            _stop = stop.Register(_first.Cancel);
        }

        public CancellationToken First => _first.Token;

        public CancellationToken Second => _second.Token;

        public async Task WaitAsync()
        {
            var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using CancellationTokenRegistration registration = First.Register(stopped.SetResult);
            await stopped.Task.ConfigureAwait(false);
        }

        public void Dispose()
        {
            _terminate.Dispose();
            _interrupt.Dispose();
            _stop.Dispose();
            _first.Dispose();
            _second.Dispose();
        }

        private void OnSignal(PosixSignalContext context)
        {
            context.Cancel = true;
            if (First.IsCancellationRequested) _second.Cancel();
            else _first.Cancel();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            4010, LogLevel.Critical, "The journal broke. Nothing more is taken; the process ends and recovers at its next start")]
        public static partial void JournalBroken(ILogger logger);
    }
}
