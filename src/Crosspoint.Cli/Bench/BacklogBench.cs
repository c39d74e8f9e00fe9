using System.CommandLine;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Crosspoint.Simulator;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Cli.Bench;

/// <summary>
/// <c>crosspoint bench backlog</c>: marketing messages pile up while the carrier is away, the gateway is killed and started again, the
/// carrier comes back, and one-time codes are sent while the backlog goes out. Prints one JSON object.
/// </summary>
internal static class BacklogBench
{
    private const string AccountSid = "AC00000000000000000000000000000000";
    private const string Token = "benchmark-token-of-some-length";
    private const int Batch = 500;
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Stall = TimeSpan.FromSeconds(30);

    public static Command Create(TimeProvider time)
    {
        var count = new Option<int>("--count") { Description = "Marketing messages", DefaultValueFactory = _ => 1_000_000 };
        var otp = new Option<int>("--otp") { Description = "One-time codes sent while the backlog goes out", DefaultValueFactory = _ => 500 };
        var rate = new Option<double>("--otp-rate") { Description = "One-time codes a second", DefaultValueFactory = _ => 50 };
        var sessions = new Option<int>("--sessions") { Description = "SMPP sessions", DefaultValueFactory = _ => 4 };
        var window = new Option<int>("--window") { Description = "In-flight window of a session", DefaultValueFactory = _ => 100 };
        foreach (Option<int> option in new[] { count, otp, sessions, window }) option.RequireAtLeast(1);
        rate.RequireAboveZero();
        var command = new Command("backlog", "Measure a backlog: memory, recovery after a kill, drain, and one-time codes that overtake it")
        {
            count, otp, rate, sessions, window,
        };
        command.SetAction((result, cancellationToken) => RunAsync(
            new(result.GetValue(count), result.GetValue(otp), result.GetValue(rate), result.GetValue(sessions), result.GetValue(window)),
            time,
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(Settings settings, TimeProvider time, CancellationToken cancellationToken)
    {
        string folder = Directory.CreateTempSubdirectory("crosspoint-bench-").FullName;
        using ILoggerFactory loggers = ConsoleLogging.Create(LogLevel.Warning);
        GatewayProcess? gateway = null;
        try
        {
            int port = Ports.Free();
            string config = Path.Combine(folder, "crosspoint.yaml");
            await File.WriteAllTextAsync(config, Config(settings, port), cancellationToken).ConfigureAwait(false);
            gateway = await GatewayProcess.StartAsync(config, time, cancellationToken).ConfigureAwait(false);
            var fill = new LoadGenerator(
                new(settings.Count, 8, 0, Batch, AccountSid, Token, HookPort: null) { Class = "marketing" }, gateway.Http, time);
            await fill.RunAsync(cancellationToken).ConfigureAwait(false);
            double filled = gateway.Megabytes();
            await gateway.KillAsync().ConfigureAwait(false);
            await gateway.DisposeAsync().ConfigureAwait(false);

            long restarted = time.GetTimestamp();
            gateway = await GatewayProcess.StartAsync(config, time, cancellationToken).ConfigureAwait(false);
            TimeSpan recovery = time.GetElapsedTime(restarted);
            await using SimulatorHost simulator = await SimulatorHost.StartAsync(
                Carrier(port), time, loggers, cancellationToken).ConfigureAwait(false);
            SimulatedCarrier carrier = simulator.Carriers[0];
            await UntilAsync(() => carrier.Counters.Accepted > 0, time, cancellationToken).ConfigureAwait(false);

            long drainStarted = time.GetTimestamp();
            var codes = new LoadGenerator(
                new(settings.Otp, 4, settings.OtpRate, 1, AccountSid, Token, HookPort: null) { Class = "otp" }, gateway.Http, time);
            await codes.RunAsync(cancellationToken).ConfigureAwait(false);
            long left = settings.Count - (carrier.Counters.Accepted - settings.Otp);
            LatencyRecord submitted = await SubmittedAsync(codes, gateway, time, cancellationToken).ConfigureAwait(false);
            int all = fill.Accepted + codes.Accepted;
            await ProgressAsync(carrier, all, time, cancellationToken).ConfigureAwait(false);
            double seconds = time.GetElapsedTime(drainStarted).TotalSeconds;
            long atCarrier = carrier.Counters.Accepted;
            Console.WriteLine(JsonSerializer.Serialize(
                new
                {
                    settings = new { settings.Count, settings.Otp, settings.OtpRate, settings.Sessions, settings.Window, cores = Environment.ProcessorCount },
                    accepted = fill.Accepted,
                    refused = fill.Refused + codes.Refused,
                    first_refusal = fill.FirstRefusal ?? codes.FirstRefusal,
                    accepted_per_second = Math.Round(fill.Accepted / time.GetElapsedTime(fill.StartedAt, fill.EndedAt).TotalSeconds),
                    queued_mb = Math.Round(filled, 1),
                    ready_after_kill_seconds = Math.Round(recovery.TotalSeconds, 2),
                    otp_accept = codes.Accept.Summary(),
                    otp_accept_to_submit = submitted.Summary(),
                    backlog_when_the_last_otp_left = left,
                    submitted_per_second = Math.Round(atCarrier / seconds),
                    peak_mb = Math.Round(gateway.PeakMegabytes(), 1),
                    lost = all - atCarrier,
                },
                Indented));
            return atCarrier == all ? ExitCodes.Ok : ExitCodes.Failed;
        }
        finally
        {
            if (gateway is not null) await gateway.DisposeAsync().ConfigureAwait(false);
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>From the acceptance to the beginning of the attempt, as the timelines of the messages tell it.</summary>
    private static async Task<LatencyRecord> SubmittedAsync(
        LoadGenerator codes, GatewayProcess gateway, TimeProvider time, CancellationToken cancellationToken)
    {
        var record = new LatencyRecord(codes.Ids.Count, time);
        using var http = new HttpClient { BaseAddress = new($"http://{gateway.Http}") };
        http.DefaultRequestHeaders.Authorization =
            new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes($"{AccountSid}:{Token}")));
        foreach (string id in codes.Ids)
        {
            while (true)
            {
                string text = await http.GetStringAsync(new Uri($"/v1/messages/{id}/events", UriKind.Relative), cancellationToken).ConfigureAwait(false);
                using JsonDocument timeline = JsonDocument.Parse(text);
                JsonElement events = timeline.RootElement.GetProperty("events");
                if (TimeOf(events, "accepted") is { } accepted && TimeOf(events, "attempt_started") is { } begun)
                {
                    record.Add((long)((begun - accepted).TotalSeconds * time.TimestampFrequency));
                    break;
                }

                await Task.Delay(Poll, time, cancellationToken).ConfigureAwait(false);
            }
        }

        return record;
    }

    private static DateTimeOffset? TimeOf(JsonElement events, string kind)
    {
        foreach (JsonElement entry in events.EnumerateArray())
        {
            if (entry.GetProperty("kind").GetString() == kind) return entry.GetProperty("at").GetDateTimeOffset();
        }

        return null;
    }

    private static async Task ProgressAsync(SimulatedCarrier carrier, int all, TimeProvider time, CancellationToken cancellationToken)
    {
        long seen = -1;
        long progress = time.GetTimestamp();
        while (carrier.Counters.Accepted < all && time.GetElapsedTime(progress) < Stall)
        {
            if (carrier.Counters.Accepted != seen)
            {
                seen = carrier.Counters.Accepted;
                progress = time.GetTimestamp();
            }

            await Task.Delay(Poll, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task UntilAsync(Func<bool> holds, TimeProvider time, CancellationToken cancellationToken)
    {
        while (!holds()) await Task.Delay(Poll, time, cancellationToken).ConfigureAwait(false);
    }

    private static SimulatorOptions Carrier(int port) =>
        SimulatorOptions.ParseYaml(
            string.Create(CultureInfo.InvariantCulture, $"carriers: [ {{ name: bench, listen: \"127.0.0.1:{port}\", behaviour: {{ receipts: {{ delay: 2000ms }} }} }} ]"),
            "bench").Options ?? throw new InvalidOperationException("The carrier's settings are wrong.");

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
        log: { level: error }
        """);

    private sealed record Settings(int Count, int Otp, double OtpRate, int Sessions, int Window);
}
