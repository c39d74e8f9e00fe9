using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Crosspoint.Simulator;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Cli.Bench;

/// <summary>
/// <c>crosspoint bench e2e</c>: load generator, gateway, simulated carrier and webhook receiver on loopback; prints one JSON object.
/// The gateway is a process of its own with everything durable; the tools share this process.
/// </summary>
internal static class EndToEndBench
{
    private const string AccountSid = "AC00000000000000000000000000000000";
    private const string Token = "benchmark-token-of-some-length";
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    public static Command Create(TimeProvider time)
    {
        var count = new Option<int>("--count") { Description = "Messages", DefaultValueFactory = _ => 20_000 };
        var warmup = new Option<int>("--warmup") { Description = "Messages sent before, not counted", DefaultValueFactory = _ => 2_000 };
        var connections = new Option<int>("--connections") { Description = "HTTP connections, one request in flight on each", DefaultValueFactory = _ => 16 };
        var rate =
            new Option<double>("--rate") { Description = "Messages a second; 0 for as fast as answers come", DefaultValueFactory = _ => 0 };
        var batch = new Option<int>("--batch") { Description = "Messages a request (1 to 1000)", DefaultValueFactory = _ => 1 };
        var sessions = new Option<int>("--sessions") { Description = "SMPP sessions", DefaultValueFactory = _ => 4 };
        var window = new Option<int>("--window") { Description = "In-flight window of a session", DefaultValueFactory = _ => 100 };
        var receiptDelay =
            new Option<int>("--receipt-delay") { Description = "Milliseconds from submit to receipt", DefaultValueFactory = _ => 50 };
        var stall =
            new Option<int>("--stall") { Description = "Seconds without progress after which the run ends", DefaultValueFactory = _ => 15 };
        foreach (Option<int> option in new[] { count, connections, sessions, window, stall }) option.RequireAtLeast(1);
        foreach (Option<int> option in new[] { warmup, receiptDelay }) option.RequireAtLeast(0);
        batch.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 1000) result.AddError("--batch: expected 1 to 1000");
        });
        var command = new Command("e2e", "Measure HTTP in, SMPP out, receipts back, webhooks delivered")
        {
            count, warmup, connections, rate, batch, sessions, window, receiptDelay, stall,
        };
        command.SetAction((result, cancellationToken) => RunAsync(
            new(result.GetValue(count), result.GetValue(warmup), result.GetValue(connections), result.GetValue(rate), result.GetValue(batch),
                result.GetValue(sessions), result.GetValue(window), result.GetValue(receiptDelay),
                TimeSpan.FromSeconds(result.GetValue(stall))),
            time,
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(Settings settings, TimeProvider time, CancellationToken cancellationToken)
    {
        string folder = Directory.CreateTempSubdirectory("crosspoint-bench-").FullName;
        using ILoggerFactory loggers = ConsoleLogging.Create(LogLevel.Warning);
        try
        {
            string carrier = string.Create(CultureInfo.InvariantCulture,
                $"carriers: [ {{ name: bench, listen: \"127.0.0.1:0\", behaviour: {{ receipts: {{ delay: {settings.ReceiptDelay}ms }} }} }} ]");
            SimulatorOptions options = SimulatorOptions.ParseYaml(carrier, "bench").Options
                ?? throw new InvalidOperationException("The carrier's settings are wrong.");
            await using SimulatorHost simulator = await SimulatorHost.StartAsync(
                options, time, loggers, cancellationToken).ConfigureAwait(false);
            var hooks = new HookCount(time);
            await using var receiver = new HookReceiver(0, hooks.See);
            string config = Path.Combine(folder, "crosspoint.yaml");
            await File.WriteAllTextAsync(
                config, Config(settings, simulator.Carriers[0].EndPoint.Port), cancellationToken).ConfigureAwait(false);
            await using GatewayProcess gateway = await GatewayProcess.StartAsync(config, time, cancellationToken).ConfigureAwait(false);
            while (simulator.Carriers[0].Sessions.Count(session => session.State != "open") < settings.Sessions)
                await Task.Delay(Poll, time, cancellationToken).ConfigureAwait(false);

            if (settings.Warmup > 0) await MeasureAsync(settings with { Count = settings.Warmup, Rate = 0 }, gateway, hooks, receiver, time, cancellationToken).ConfigureAwait(false);
            simulator.Carriers[0].ResetCounters();
            double cpuBefore = gateway.CpuSeconds();
            (LoadGenerator load, LatencyRecord endToEnd) = await MeasureAsync(
                settings, gateway, hooks, receiver, time, cancellationToken).ConfigureAwait(false);
            double cpu = gateway.CpuSeconds() - cpuBefore;
            CarrierCounters counters = simulator.Carriers[0].Counters;
            double seconds = time.GetElapsedTime(load.StartedAt, hooks.LastAt).TotalSeconds;
            double acceptSeconds = time.GetElapsedTime(load.StartedAt, load.EndedAt).TotalSeconds;
            Console.WriteLine(JsonSerializer.Serialize(
                new
                {
                    settings = new
                    {
                        settings.Count,
                        settings.Connections,
                        settings.Rate,
                        settings.Batch,
                        settings.Sessions,
                        settings.Window,
                        receipt_delay_ms = settings.ReceiptDelay,
                        cores = Environment.ProcessorCount,
                    },
                    accepted = load.Accepted,
                    refused = load.Refused,
                    first_refusal = load.FirstRefusal,
                    accepted_per_second = Math.Round(load.Accepted / acceptSeconds),
                    submitted = counters.Accepted,
                    submitted_per_second = Math.Round(counters.Accepted / seconds),
                    receipts = counters.ReceiptsTaken,
                    receipts_per_second = Math.Round(counters.ReceiptsTaken / seconds),
                    webhooks = hooks.Unique,
                    webhooks_per_second = Math.Round(hooks.Unique / seconds),
                    webhooks_repeated = hooks.Repeated,
                    lost_before_carrier = load.Accepted - counters.Accepted,
                    lost_before_webhook = load.Accepted - hooks.Unique,
                    accept = load.Accept.Summary(),
                    end_to_end = endToEnd.Summary(),
                    gateway_cpu_seconds = Math.Round(cpu, 3),
                    gateway_cpu_seconds_per_1000 = Math.Round(cpu / Math.Max(1, load.Accepted) * 1000, 4),
                    gateway_peak_mb = Math.Round(gateway.PeakMegabytes(), 1),
                },
                Indented));
            return load.Accepted == hooks.Unique ? ExitCodes.Ok : ExitCodes.Failed;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<(LoadGenerator Load, LatencyRecord EndToEnd)> MeasureAsync(
        Settings settings, GatewayProcess gateway, HookCount hooks, HookReceiver receiver, TimeProvider time,
        CancellationToken cancellationToken)
    {
        var plan = new LoadPlan(settings.Count, settings.Connections, settings.Rate, settings.Batch, AccountSid, Token, receiver.Port);
        var load = new LoadGenerator(plan, gateway.Http, time);
        LatencyRecord endToEnd = hooks.Begin(settings.Count, load.SentAt);
        await load.RunAsync(cancellationToken).ConfigureAwait(false);
        long lastProgress = time.GetTimestamp();
        int seen = -1;
        while (hooks.Unique < load.Accepted && time.GetElapsedTime(lastProgress) < settings.Stall)
        {
            if (hooks.Unique != seen)
            {
                seen = hooks.Unique;
                lastProgress = time.GetTimestamp();
            }

            await Task.Delay(Poll, time, cancellationToken).ConfigureAwait(false);
        }

        return (load, endToEnd);
    }

    private static string Config(Settings settings, int carrierPort) => string.Create(CultureInfo.InvariantCulture, $$"""
        data: ./data
        http: { listen: "127.0.0.1:0" }
        accounts:
          - { sid: {{AccountSid}}, name: bench, auth_token: {{Token}}, senders: any }
        vendors:
          - name: bench
            connections:
              - name: bench-1
                smpp: { host: 127.0.0.1, port: {{carrierPort}}, system_id: bench, password: bench, sessions: {{settings.Sessions}}, in_flight_window: {{settings.Window}} }
        routing: { default: [ bench-1 ] }
        webhooks: { allow_private_addresses: true, states: [ delivered, undelivered, failed ] }
        log: { level: warning }
        """);

    private sealed record Settings(
        int Count, int Warmup, int Connections, double Rate, int Batch, int Sessions, int Window, int ReceiptDelay, TimeSpan Stall);

    /// <summary>Counts the webhooks of one run by the number in their URL.</summary>
    private sealed class HookCount(TimeProvider time)
    {
        private int[] _seen = [];
        private long[] _sentAt = [];
        private LatencyRecord _latency = new(0, time);
        private int _unique;
        private int _repeated;
        private long _lastAt;

        public int Unique => Volatile.Read(ref _unique);

        public int Repeated => Volatile.Read(ref _repeated);

        public long LastAt => Volatile.Read(ref _lastAt);

        public LatencyRecord Begin(int count, long[] sentAt)
        {
            (_seen, _sentAt, _unique, _repeated) = (new int[count], sentAt, 0, 0);
            return _latency = new LatencyRecord(count, time);
        }

        public void See(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body)
        {
            int at = head.IndexOf("?n="u8);
            if (at < 0 || !System.Buffers.Text.Utf8Parser.TryParse(head[(at + 3)..], out int number, out _) || number >= _seen.Length)
                return;
            if (Interlocked.Exchange(ref _seen[number], 1) == 1)
            {
                Interlocked.Increment(ref _repeated);
                return;
            }

            long now = time.GetTimestamp();
            _latency.Add(now - _sentAt[number]);
            Volatile.Write(ref _lastAt, now);
            Interlocked.Increment(ref _unique);
        }
    }
}
