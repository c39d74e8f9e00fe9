using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace Crosspoint.Cli.Bench;

/// <summary>A gateway in a process of its own, so that what it uses can be told apart from the tools around it.</summary>
internal sealed class GatewayProcess : IAsyncDisposable
{
    private const double TicksPerSecond = 100;
    private const double BytesPerMegabyte = 1024;

    private readonly Process _process;

    private GatewayProcess(Process process, IPEndPoint http)
    {
        _process = process;
        Http = http;
    }

    public IPEndPoint Http { get; }

    /// <summary>Starts <c>crosspoint serve</c> and waits for its ready line.</summary>
    /// <exception cref="InvalidOperationException">It ended before it was ready.</exception>
    public static async Task<GatewayProcess> StartAsync(string config, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["serve", "--config", config]) { RedirectStandardOutput = true };
        Process process = Process.Start(start) ?? throw new InvalidOperationException("The gateway could not be started.");
        while (await process.StandardOutput.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } line)
        {
            if (!line.StartsWith("ready http=", StringComparison.Ordinal)) continue;
            IPEndPoint http = IPEndPoint.Parse(line["ready http=".Length..].Split(' ')[0]);
            return new(process, http);
        }

        await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        throw new InvalidOperationException($"The gateway ended with code {process.ExitCode} before it was ready.");
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

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            using Process? signal = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
            await _process.WaitForExitAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!_process.HasExited) _process.Kill();
        }

        _process.Dispose();
    }

    private double Megabytes(string field)
    {
        string line = File.ReadLines($"/proc/{_process.Id}/status").First(text => text.StartsWith(field, StringComparison.Ordinal));
        return long.Parse(line[field.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture) / BytesPerMegabyte;
    }
}
