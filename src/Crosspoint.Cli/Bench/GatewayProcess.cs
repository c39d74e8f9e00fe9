using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;

namespace Crosspoint.Cli.Bench;

/// <summary>A gateway in a process of its own, so that what it uses can be told apart from the tools around it.</summary>
internal sealed class GatewayProcess : IAsyncDisposable
{
    private const double TicksPerSecond = 100;
    private const double BytesPerMegabyte = 1024;

    // Longer than a drain may take, see docs/operations.md.
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(50);

    private readonly Process _process;
    private readonly TimeProvider _time;

    private GatewayProcess(Process process, IPEndPoint http, TimeProvider time)
    {
        (_process, Http, _time) = (process, http, time);
    }

    public IPEndPoint Http { get; }

    public bool HasExited => _process.HasExited;

    /// <summary>Starts <c>crosspoint serve</c> and waits for its ready line.</summary>
    /// <exception cref="InvalidOperationException">It ended before it was ready, or was not ready in time.</exception>
    public static Task<GatewayProcess> StartAsync(string config, TimeProvider time, CancellationToken cancellationToken) =>
        StartAsync(config, new GatewayLaunch(), time, cancellationToken);

    /// <inheritdoc cref="StartAsync(string, TimeProvider, CancellationToken)"/>
    public static async Task<GatewayProcess> StartAsync(
        string config, GatewayLaunch launch, TimeProvider time, CancellationToken cancellationToken)
    {
        string[] command = [.. launch.Through, Environment.ProcessPath!, "serve", "--config", config];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = launch.Log is not null };
        foreach ((string name, string value) in launch.Environment) start.Environment[name] = value;
        Process process = Process.Start(start) ?? throw new InvalidOperationException("The gateway could not be started.");
        if (launch.Log is { } log) _ = CopyAsync(process.StandardError, log);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using ITimer timer = time.CreateTimer(_ => limit.Cancel(), null, launch.ReadyLimit, Timeout.InfiniteTimeSpan);
        try
        {
            while (await process.StandardOutput.ReadLineAsync(limit.Token).ConfigureAwait(false) is { } line)
            {
                if (!line.StartsWith("ready http=", StringComparison.Ordinal)) continue;
                return new(process, IPEndPoint.Parse(line["ready http=".Length..].Split(' ')[0]), time);
            }

            await process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            process.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            throw new InvalidOperationException($"The gateway was not ready after {launch.ReadyLimit.TotalSeconds} s.");
        }

        int code = process.ExitCode;
        process.Dispose();
        throw new InvalidOperationException($"The gateway ended with code {code} before it was ready.");
    }

    /// <summary>CPU seconds, user and system, since its start.</summary>
    public double CpuSeconds()
    {
        string stat = File.ReadAllText($"/proc/{_process.Id}/stat");
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
    }

    /// <summary>Peak resident memory in megabytes.</summary>
    public double PeakMegabytes() => Megabytes("VmHWM:");

    /// <summary>Resident memory in megabytes.</summary>
    public double Megabytes() => Megabytes("VmRSS:");

    /// <summary>Ends the process as a power switch would (SIGKILL).</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Waits for the process to end by itself.</summary>
    /// <returns>Its exit code; null when it still runs after the limit.</returns>
    public async Task<int?> WaitForExitAsync(TimeSpan limit)
    {
        await _process.WaitForExitAsync(CancellationToken.None).WaitAsync(limit, _time, CancellationToken.None)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return _process.HasExited ? _process.ExitCode : null;
    }

    /// <summary>Asks it to drain and end (SIGTERM).</summary>
    /// <returns>Its exit code; null when it had to be killed.</returns>
    public async Task<int?> StopAsync()
    {
        if (!_process.HasExited)
        {
            using Process signal = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
            await signal.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        }

        int? code = await WaitForExitAsync(StopLimit).ConfigureAwait(false);
        if (code is null) await KillAsync().ConfigureAwait(false);
        return code;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        _process.Dispose();
    }

    private static async Task CopyAsync(StreamReader errors, string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
            using var writer = new StreamWriter(file, Encoding.UTF8) { AutoFlush = true };
            while (await errors.ReadLineAsync(CancellationToken.None).ConfigureAwait(false) is { } line)
                await writer.WriteLineAsync(line).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The process ended; what it said last is lost with it.
        }
    }

    private double Megabytes(string field)
    {
        string line = File.ReadLines($"/proc/{_process.Id}/status").First(text => text.StartsWith(field, StringComparison.Ordinal));
        return long.Parse(line[field.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture) / BytesPerMegabyte;
    }
}
