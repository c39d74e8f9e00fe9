using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;
using Crosspoint.Smpp.Sessions;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crosspoint.Cli.Bench;

/// <summary>
/// <c>crosspoint bench smpp</c>: the SMPP library alone, without journal and engine. <c>client</c> drives a message centre, <c>server</c> is
/// one for a load client, <c>idle</c> holds binds at a whole gateway and does nothing with them.
/// </summary>
internal static class SmppBench
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static Command Create(TimeProvider time)
    {
        var host = new Option<string>("--host") { Description = "Message centre", DefaultValueFactory = _ => "127.0.0.1" };
        var port = new Option<int>("--port") { Description = "Its port; for server, where to listen (0 takes a free one)", DefaultValueFactory = _ => 2775 };
        var count = new Option<int>("--count") { Description = "submit_sm to send", DefaultValueFactory = _ => 1_000_000 };
        var window = new Option<int>("--window") { Description = "In-flight window", DefaultValueFactory = _ => 100 };
        var binds = new Option<int>("--binds") { Description = "Idle binds", DefaultValueFactory = _ => 1_000 };
        var seconds = new Option<int>("--seconds") { Description = "How long their cost is measured", DefaultValueFactory = _ => 60 };
        foreach (Option<int> option in new[] { count, window, binds, seconds }) option.RequireAtLeast(1);
        var client = new Command("client", "One session of ours against a message centre, as fast as the window allows") { host, port, count, window };
        client.SetAction((result, token) => ClientAsync(
            result.GetValue(host)!, result.GetValue(port), result.GetValue(count), result.GetValue(window), time, token));
        var server = new Command("server", "A message centre of ours that answers submit_sm at once; ends with Ctrl-C") { port };
        server.SetAction((result, token) => ServerAsync(result.GetValue(port), time, token));
        var idle = new Command("idle", "What idle customers' binds cost a gateway in memory and CPU") { binds, seconds };
        idle.SetAction((result, token) => IdleAsync(result.GetValue(binds), TimeSpan.FromSeconds(result.GetValue(seconds)), time, token));
        return new Command("smpp", "SMPP sessions alone") { client, server, idle };
    }

    private static async Task<int> ClientAsync(string host, int port, int count, int window, TimeProvider time, CancellationToken cancellationToken)
    {
        var pump = new Pump(time);
        var options = new SmppClientOptions { Host = host, Port = port, SystemId = "bench", Password = "bench", InFlightWindow = window };
        await using var client = new SmppClient(options, pump, time, NullLogger.Instance);
        client.Start();
        SmppSession session = await pump.Bound.Task.WaitAsync(TimeSpan.FromSeconds(10), time, cancellationToken).ConfigureAwait(false);
        await pump.RunAsync(session, Math.Min(count, 100_000), cancellationToken).ConfigureAwait(false);
        long allocated = GC.GetTotalAllocatedBytes(precise: true);
        TimeSpan cpu = Process.GetCurrentProcess().TotalProcessorTime;
        long started = time.GetTimestamp();
        await pump.RunAsync(session, count, cancellationToken).ConfigureAwait(false);
        double took = time.GetElapsedTime(started).TotalSeconds;
        Print(new
        {
            submits = count,
            window,
            refused = pump.Refused,
            per_second = (int)(count / took),
            cpu_seconds_per_million = Math.Round((Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalSeconds * 1e6 / count, 2),
            bytes_allocated_each = Math.Round((double)(GC.GetTotalAllocatedBytes(precise: true) - allocated) / count, 2),
        });
        return pump.Refused == 0 ? ExitCodes.Ok : ExitCodes.Failed;
    }

    private static async Task<int> ServerAsync(int port, TimeProvider time, CancellationToken cancellationToken)
    {
        var answerer = new Answerer();
        var options = new SmppServerOptions { Listen = new IPEndPoint(IPAddress.Loopback, port), InFlightWindow = 1000 };
        await using var server = new SmppServer(options, answerer, time, NullLogger.Instance);
        server.Start();
        Console.WriteLine($"ready smpp={server.EndPoint}");
        await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Print(new { submits = answerer.Answered, cpu_seconds = Math.Round(Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds, 2) });
        return ExitCodes.Ok;
    }

    private static async Task<int> IdleAsync(int binds, TimeSpan span, TimeProvider time, CancellationToken cancellationToken)
    {
        string folder = Directory.CreateTempSubdirectory("crosspoint-idle-").FullName;
        try
        {
            int smppPort = Ports.Free();
            string config = Path.Combine(folder, "crosspoint.yaml");
            await File.WriteAllTextAsync(config, Config(smppPort, Ports.Free(), binds), cancellationToken).ConfigureAwait(false);
            await using GatewayProcess gateway = await GatewayProcess.StartAsync(config, time, cancellationToken).ConfigureAwait(false);
            await Task.Delay(TimeSpan.FromSeconds(5), time, cancellationToken).ConfigureAwait(false);
            double before = gateway.Megabytes();
            double cpuAlone = await MeasureCpuAsync(gateway, span, time, cancellationToken).ConfigureAwait(false);
            var clients = new List<SmppClient>();
            var quiet = new Quiet();
            long started = time.GetTimestamp();
            for (int i = 0; i < binds; i++)
            {
                var options = new SmppClientOptions
                {
                    Host = "127.0.0.1",
                    Port = smppPort,
                    SystemId = "idle",
                    Password = "idle",
                    BindBudget = new SmppBindBudget(int.MaxValue),
                    EnquireLinkInterval = TimeSpan.FromHours(1),
                };
                var client = new SmppClient(options, quiet, time, NullLogger.Instance);
                client.Start();
                clients.Add(client);
            }

            while (clients.Exists(client => client.State != SmppClientState.Bound))
                await Task.Delay(TimeSpan.FromMilliseconds(5), time, cancellationToken).ConfigureAwait(false);
            double bound = time.GetElapsedTime(started).TotalSeconds;
            await Task.Delay(TimeSpan.FromSeconds(2), time, cancellationToken).ConfigureAwait(false);
            double cpuBound = await MeasureCpuAsync(gateway, span, time, cancellationToken).ConfigureAwait(false);
            double after = gateway.Megabytes();
            foreach (SmppClient client in clients) await client.DisposeAsync().ConfigureAwait(false);
            Print(new
            {
                binds,
                all_bound_after_seconds = Math.Round(bound, 2),
                megabytes_before = Math.Round(before, 1),
                megabytes_more = Math.Round(after - before, 1),
                cpu_percent_of_one_core_before = Math.Round(cpuAlone, 2),
                cpu_percent_of_one_core = Math.Round(cpuBound, 2),
            });
            return ExitCodes.Ok;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<double> MeasureCpuAsync(
        GatewayProcess gateway, TimeSpan span, TimeProvider time, CancellationToken cancellationToken)
    {
        double cpu = gateway.CpuSeconds();
        await Task.Delay(span, time, cancellationToken).ConfigureAwait(false);
        return 100 * (gateway.CpuSeconds() - cpu) / span.TotalSeconds;
    }

    private static string Config(int smppPort, int carrierPort, int binds) => string.Create(CultureInfo.InvariantCulture, $$"""
        data: ./data
        http: { listen: "127.0.0.1:0" }
        smpp: { listen: "127.0.0.1:{{smppPort}}", max_connections_per_address: {{binds + 10}}, max_connections: {{binds + 10}} }
        accounts:
          - sid: AC00000000000000000000000000000000
            auth_token: benchmark-token-of-some-length
            smpp: [ { system_id: idle, password: idle, max_binds: {{Math.Min(binds, 10_000)}} } ]
        vendors:
          - name: none
            connections:
              - { name: none-1, smpp: { host: 127.0.0.1, port: {{carrierPort}}, system_id: none, password: none, reconnect: { first: 10m, most: 10m } } }
        routing: { default: [ none-1 ] }
        log: { level: error }
        """);

    private static void Print(object result) => Console.WriteLine(JsonSerializer.Serialize(result, Indented));

    private class Quiet : ISmppSessionHandler
    {
        public virtual void OnBound(SmppSession session)
        {
        }

        public virtual void OnRequest(SmppSession session, in PduHeader header, ReadOnlySpan<byte> body) =>
            session.Respond(header, CommandStatus.Ok, default);

        public virtual void OnResponse(
            SmppSession session, in PduHeader header, ReadOnlySpan<byte> body, object? state, TimeSpan elapsed, bool late)
        {
        }

        public void OnTimeout(SmppSession session, object? state)
        {
        }

        public virtual void OnWindowOpened(SmppSession session)
        {
        }

        public void OnClosed(SmppSession session, SmppCloseReason reason, IReadOnlyList<object?> unanswered)
        {
        }
    }

    private sealed class Answerer : Quiet, ISmppServerHandler
    {
        private long _answered;

        public long Answered => Volatile.Read(ref _answered);

        public ValueTask<BindDecision> AuthenticateAsync(
            SmppSession session, BindCredentials credentials, CancellationToken cancellationToken) => new(new BindDecision(CommandStatus.Ok, 0));

        public override void OnRequest(SmppSession session, in PduHeader header, ReadOnlySpan<byte> body)
        {
            DecodeResult result = SubmitSm.TryRead(body, out SubmitSm pdu);
            session.Respond(header, result.IsOk && pdu.Text.Length > 0 ? CommandStatus.Ok : CommandStatus.SystemError, "0123456789"u8);
            Interlocked.Increment(ref _answered);
        }
    }

    private sealed class Pump(TimeProvider time) : Quiet
    {
        private static readonly byte[] Text = "Your code is 123456. It is good for five minutes."u8.ToArray();
        private readonly object _state = new();
        private TaskCompletionSource _done = new();
        private int _toSend;
        private int _toReceive;

        public TaskCompletionSource<SmppSession> Bound { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Refused { get; private set; }

        public async Task RunAsync(SmppSession session, int messages, CancellationToken cancellationToken)
        {
            _done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Volatile.Write(ref _toReceive, messages);
            Volatile.Write(ref _toSend, messages);
            OnWindowOpened(session);
            await _done.Task.WaitAsync(TimeSpan.FromMinutes(5), time, cancellationToken).ConfigureAwait(false);
        }

        public override void OnBound(SmppSession session) => Bound.TrySetResult(session);

        public override void OnResponse(
            SmppSession session, in PduHeader header, ReadOnlySpan<byte> body, object? state, TimeSpan elapsed, bool late)
        {
            if (header.CommandStatus != CommandStatus.Ok) Refused++;
            if (Interlocked.Decrement(ref _toReceive) == 0) _done.TrySetResult();
        }

        public override void OnWindowOpened(SmppSession session)
        {
            while (session.TryReserve(1))
            {
                if (Interlocked.Decrement(ref _toSend) < 0)
                {
                    session.Release(1);
                    return;
                }

                var pdu = new SubmitSm
                {
                    SourceAddr = new SmppAddress(5, 0, "Acme"u8),
                    DestinationAddr = new SmppAddress(1, 1, "447700900123"u8),
                    ShortMessage = Text,
                };
                session.Submit(pdu, _state);
            }
        }
    }
}
