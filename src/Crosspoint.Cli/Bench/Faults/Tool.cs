using System.ComponentModel;
using System.Diagnostics;

namespace Crosspoint.Cli.Bench.Faults;

/// <summary>Runs a program of the system to its end.</summary>
internal static class Tool
{
    // Long enough for a package to be installed.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <returns>Its exit code, and what it printed; 127 when there is no such program.</returns>
    public static async Task<(int Code, string Text)> RunAsync(TimeProvider time, string file, string[] arguments, CancellationToken cancellationToken)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            Task<string> output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            Task<string> errors = process.StandardError.ReadToEndAsync(cancellationToken);
            try
            {
                await process.WaitForExitAsync(cancellationToken).WaitAsync(Limit, time, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is TimeoutException or OperationCanceledException)
            {
                process.Kill();
                throw;
            }

            string text = await output.ConfigureAwait(false) + await errors.ConfigureAwait(false);
            return (process.ExitCode, text.Trim());
        }
        catch (Win32Exception e)
        {
            return (127, $"{file}: {e.Message}");
        }
    }

    /// <summary>Makes sure that a program is there: installs its Debian packages where that is permitted.</summary>
    /// <returns>Null when it is there; otherwise why not.</returns>
    public static async Task<string?> NeedAsync(
        TimeProvider time, string program, string version, string[] packages, CancellationToken cancellationToken)
    {
        if ((await RunAsync(time, program, [version], cancellationToken).ConfigureAwait(false)).Code == 0) return null;
        (int code, string text) = await RunAsync(time, "apt-get", ["install", "-y", .. packages], cancellationToken).ConfigureAwait(false);
        if (code == 0) return null;
        string last = text.Split('\n')[^1];
        return $"needs {program} (package {string.Join(", ", packages)}), and it cannot be installed here: {last}";
    }
}
