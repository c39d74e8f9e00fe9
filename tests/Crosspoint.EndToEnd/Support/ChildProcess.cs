using System.Diagnostics;
using System.Globalization;

namespace Crosspoint.EndToEnd.Support;

/// <summary>
/// A process that a test started. It is ended by its id when its time is over or the test is, whichever comes first; what it printed stays
/// readable.
/// </summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(12);

    private readonly Process _process;
    private readonly CancellationTokenSource _lifetime = new(Lifetime, TimeProvider.System);
    private readonly CancellationTokenRegistration _end;
    private readonly Lock _gate = new();
    private readonly List<string> _output = [];
    private readonly List<string> _errors = [];
    private readonly Task _reading;

    private ChildProcess(Process process)
    {
        _process = process;
        _end = _lifetime.Token.Register(Kill);
        _reading = Task.WhenAll(ReadAsync(process.StandardOutput, _output), ReadAsync(process.StandardError, _errors));
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public StreamWriter Input => _process.StandardInput;

    /// <summary>Lines of standard output so far.</summary>
    public IReadOnlyList<string> Output => Copy(_output);

    /// <summary>Lines of standard error so far.</summary>
    public IReadOnlyList<string> Errors => Copy(_errors);

    /// <summary>Everything it printed, for messages of failing tests.</summary>
    public string Transcript => $"--- output\n{string.Join('\n', Output)}\n--- errors\n{string.Join('\n', Errors)}";

    public static ChildProcess Start(
        string file, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null, string? folder = null)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? "",
        };
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        return new(Process.Start(start) ?? throw new InvalidOperationException($"{file} could not be started"));
    }

    /// <summary>The product's executable, as it was built with this test.</summary>
    public static ChildProcess StartCrosspoint(params IEnumerable<string> arguments) => Start(Executables.Crosspoint, arguments);

    /// <summary>Runs to the end.</summary>
    public static async Task<ChildProcess> RunAsync(
        string file, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null, string? folder = null)
    {
        ChildProcess process = Start(file, arguments, environment, folder);
        await process.WaitForExitAsync();
        return process;
    }

    /// <summary>The first line of either output that fits; the test fails when the process ends without it.</summary>
    public async Task<string> WaitForLineAsync(Func<string, bool> fits, string what, TimeSpan? limit = null)
    {
        string? found = null;
        await Eventually.BecomesTrueAsync(
            () =>
            {
                bool isOver = _process.HasExited && _reading.IsCompleted;
                lock (_gate) found = _output.FirstOrDefault(fits) ?? _errors.FirstOrDefault(fits);
                if (found is not null) return Task.FromResult(true);
                if (isOver) throw new InvalidOperationException($"Ended with code {_process.ExitCode} without {what}\n{Transcript}");
                return Task.FromResult(false);
            },
            () => $"{what}\n{Transcript}",
            limit);
        return found!;
    }

    /// <summary>The exit code; the test fails when the process does not end in time.</summary>
    public async Task<int> WaitForExitAsync(TimeSpan? limit = null)
    {
        try
        {
            await _process.WaitForExitAsync(CancellationToken.None)
                .WaitAsync(limit ?? TimeSpan.FromMinutes(1), TimeProvider.System, CancellationToken.None);
            await _reading;
        }
        catch (TimeoutException)
        {
            string transcript = Transcript;
            Kill();
            throw new TimeoutException($"The process did not end in time\n{transcript}");
        }

        return _process.ExitCode;
    }

    /// <summary>Sends a signal, such as TERM.</summary>
    public async Task SignalAsync(string signal)
    {
        using Process kill = Process.Start("kill", [$"-{signal}", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(CancellationToken.None);
    }

    /// <summary>Asks it to end, waits, and gives the exit code.</summary>
    public async Task<int> StopAsync(TimeSpan? limit = null)
    {
        if (!_process.HasExited) await SignalAsync("TERM");
        return await WaitForExitAsync(limit);
    }

    public async ValueTask DisposeAsync()
    {
        Kill();
        await _process.WaitForExitAsync(CancellationToken.None)
            .WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System, CancellationToken.None);
        _end.Dispose();
        _lifetime.Dispose();
        _process.Dispose();
    }

    private void Kill()
    {
        try
        {
            if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It ended by itself in between.
        }
    }

    private async Task ReadAsync(StreamReader reader, List<string> lines)
    {
        while (await reader.ReadLineAsync(CancellationToken.None) is { } line)
        {
            lock (_gate) lines.Add(line);
        }
    }

    private string[] Copy(List<string> lines)
    {
        lock (_gate) return [.. lines];
    }
}
