using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using RabbitMQ.Client;

namespace Crosspoint.RabbitMq.Tests;

/// <summary>
/// Debian's rabbitmq-server, as a node of its own: ports, name, data and port mapper belong to it alone, and are gone with it. One for all
/// tests, as it takes seconds to start.
/// </summary>
public sealed class PrivateBroker : IAsyncLifetime
{
    private const string Server = "/usr/lib/rabbitmq/bin/rabbitmq-server";

    private static readonly TimeSpan StartMayTake = TimeSpan.FromSeconds(120);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("crosspoint-rabbitmq-");
    private readonly int _port = FreePort();
    private readonly int _distributionPort = FreePort();
    private readonly int _mapperPort = FreePort();
    private Process? _process;

    public Uri Url => new($"amqp://guest:guest@127.0.0.1:{_port}/");

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllTextAsync(PathOf("plugins"), "[].\n");
        await File.WriteAllTextAsync(PathOf("rabbitmq.conf"), "log.console.level = info\n");
        await StartAsync();
    }

    public async Task StartAsync()
    {
        var start = new ProcessStartInfo(Server) { RedirectStandardOutput = true, RedirectStandardError = true };
        (string Name, string Value)[] environment =
        [
            ("HOME", _directory.FullName), ("RABBITMQ_NODENAME", $"crosspoint{_port}@localhost"), ("RABBITMQ_NODE_PORT", $"{_port}"),
            ("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1"), ("RABBITMQ_DIST_PORT", $"{_distributionPort}"),
            ("RABBITMQ_MNESIA_BASE", PathOf("data")), ("RABBITMQ_LOG_BASE", PathOf("log")), ("RABBITMQ_PID_FILE", PathOf("pid")),
            ("RABBITMQ_ENABLED_PLUGINS_FILE", PathOf("plugins")), ("RABBITMQ_CONFIG_FILE", PathOf("rabbitmq")),
            ("RABBITMQ_CONF_ENV_FILE", PathOf("none")), ("RABBITMQ_LOGS", "-"), ("ERL_EPMD_PORT", $"{_mapperPort}"),
            ("ERL_EPMD_ADDRESS", "127.0.0.1"), ("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", "+S 1:1"),
        ];
        foreach ((string name, string value) in environment) start.Environment[name] = value;
        _process = Process.Start(start)!;
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var said = new System.Text.StringBuilder();
        DataReceivedEventHandler hear = (_, line) =>
        {
            lock (said) said.AppendLine(line.Data);
            if (line.Data?.Contains("Server startup complete", StringComparison.Ordinal) == true) started.TrySetResult();
        };
        _process.OutputDataReceived += hear;
        _process.ErrorDataReceived += hear;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        Task ended = _process.WaitForExitAsync();
        if (await Task.WhenAny(started.Task, ended).WaitAsync(StartMayTake, TimeProvider.System) == ended)
        {
            lock (said) throw new InvalidOperationException($"The broker ended at its start:\n{said}");
        }
    }

    /// <summary>Ends it as a crash would; what it has confirmed is on its disk.</summary>
    public async Task KillAsync()
    {
        _process!.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    public Task<IConnection> ConnectAsync() =>
        new ConnectionFactory { Uri = Url, AutomaticRecoveryEnabled = false }.CreateConnectionAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_process is not null) await KillAsync();

        // Its port mapper runs on as a daemon, and ends only when it is told to.
        var stop = new ProcessStartInfo("/usr/bin/epmd", ["-port", $"{_mapperPort}", "-kill"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process mapper = Process.Start(stop)!;
        await mapper.WaitForExitAsync();
        _directory.Delete(recursive: true);
    }

    private string PathOf(string name) => Path.Combine(_directory.FullName, name);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
