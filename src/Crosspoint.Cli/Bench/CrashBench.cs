using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Crosspoint.Cli.Bench.Accounting;
using Crosspoint.Simulator;
using Crosspoint.Smpp.Sessions;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Cli.Bench;

/// <summary>
/// <c>crosspoint bench crash</c>: kills the gateway (SIGKILL) again and again under load, then holds the client's log of acknowledgements
/// against the
/// carrier's log of submissions. The allowed outcomes are fixed beforehand: acknowledged → at the carrier at least once, and at a final
/// state;
/// second copies → at most in-flight window × sessions × kills, each marked as a possible duplicate. Half of the load comes over HTTP and
/// half over SMPP, where each acknowledged part → at least one final receipt.
/// </summary>
internal static class CrashBench
{
    private const string AccountSid = "AC00000000000000000000000000000000";
    private const string Token = "benchmark-token-of-some-length";
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    public static Command Create(TimeProvider time)
    {
        var kills = new Option<int>("--kills") { Description = "How often the gateway is killed", DefaultValueFactory = _ => 20 };
        var rate = new Option<double>("--rate") { Description = "Messages a second", DefaultValueFactory = _ => 300 };
        var between = new Option<double>("--between") { Description = "Most seconds between ready and kill", DefaultValueFactory = _ => 2 };
        var sessions = new Option<int>("--sessions") { Description = "SMPP sessions", DefaultValueFactory = _ => 2 };
        var window = new Option<int>("--window") { Description = "In-flight window of a session", DefaultValueFactory = _ => 10 };
        var seed = new Option<int>("--seed") { Description = "Seed of the moments of the kills", DefaultValueFactory = _ => 1 };
        var limit = new Option<int>("--limit") { Description = "Seconds for everything to reach a final state after the last kill", DefaultValueFactory = _ => 90 };
        foreach (Option<int> option in new[] { kills, sessions, window, limit }) option.RequireAtLeast(1);
        foreach (Option<double> option in new[] { rate, between }) option.RequireAboveZero();
        var command = new Command("crash", "Kill the gateway under load and account for every accepted message") { kills, rate, between, sessions, window, seed, limit };
        command.SetAction((result, cancellationToken) => RunAsync(
            new(result.GetValue(kills), result.GetValue(rate), TimeSpan.FromSeconds(result.GetValue(between)), result.GetValue(sessions), result.GetValue(window),
                result.GetValue(seed), TimeSpan.FromSeconds(result.GetValue(limit))),
            time,
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(Settings settings, TimeProvider time, CancellationToken cancellationToken)
    {
        string folder = Directory.CreateTempSubdirectory("crosspoint-crash-").FullName;
        using ILoggerFactory loggers = ConsoleLogging.Create(LogLevel.Error);
        try
        {
            string submitLog = Path.Combine(folder, "submits.log");
            string carrierYaml = string.Create(CultureInfo.InvariantCulture, $$"""
                carriers:
                  - name: crash
                    listen: 127.0.0.1:0
                    submit_log: {{submitLog}}
                    behaviour:
                      latency: { distribution: uniform, min: 1ms, max: 15ms }
                      receipts: { delay: { distribution: uniform, min: 20ms, max: 400ms } }
                """);
            SimulatorOptionsResult options = SimulatorOptions.ParseYaml(carrierYaml, "crash");
            if (options.Options is null) throw new InvalidOperationException(string.Join('\n', options.Errors));
            string config = Path.Combine(folder, "crosspoint.yaml");
            var gatewayEnd = new IPEndPoint(IPAddress.Loopback, Ports.Free());
            var smppEnd = new IPEndPoint(IPAddress.Loopback, Ports.Free());
            CrashCounts counts;
            await using (SimulatorHost simulator = await SimulatorHost.StartAsync(
                options.Options, time, loggers, cancellationToken).ConfigureAwait(false))
            {
                await File.WriteAllTextAsync(config, Config(settings, gatewayEnd.Port, smppEnd.Port, simulator.Carriers[0].EndPoint.Port), cancellationToken).ConfigureAwait(false);
                counts = await KillAndCountAsync(
                    settings, config, gatewayEnd, smppEnd, loggers.CreateLogger<SmppClient>(), time, cancellationToken).ConfigureAwait(false);
            }

            return Report(settings, counts, submitLog);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<CrashCounts> KillAndCountAsync(
        Settings settings, string config, IPEndPoint gatewayEnd, IPEndPoint smppEnd, ILogger logger, TimeProvider time,
        CancellationToken cancellationToken)
    {
        var random = new Random(settings.Seed);
        var log = new SubmissionLog(time);
        double longestRestart = 0;
        using var stopLoad = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        GatewayProcess gateway = await GatewayProcess.StartAsync(config, time, cancellationToken).ConfigureAwait(false);
        try
        {
            var load = new HttpLoad(new(gatewayEnd, AccountSid, Token, settings.Rate / 2, 1, null), log, time);
            await using var customer = new SmppCustomer(smppEnd, settings.Rate / 2, log, time, logger);
            customer.Start();
            Task loading = Task.WhenAll(load.RunAsync(stopLoad.Token), customer.RunAsync(stopLoad.Token));
            for (int kill = 0; kill < settings.Kills; kill++)
            {
                await Task.Delay(settings.Between * (0.1 + (0.9 * random.NextDouble())), time, cancellationToken).ConfigureAwait(false);
                await gateway.KillAsync().ConfigureAwait(false);
                await gateway.DisposeAsync().ConfigureAwait(false);
                long restarted = time.GetTimestamp();
                gateway = await GatewayProcess.StartAsync(config, time, cancellationToken).ConfigureAwait(false);
                longestRestart = Math.Max(longestRestart, time.GetElapsedTime(restarted).TotalSeconds);
            }

            await Task.Delay(settings.Between, time, cancellationToken).ConfigureAwait(false);
            await stopLoad.CancelAsync().ConfigureAwait(false);
            await loading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

            long waiting = time.GetTimestamp();
            GatewayRecord record;
            do
            {
                await Task.Delay(Poll, time, cancellationToken).ConfigureAwait(false);
                record = await GatewayRecord.ReadAsync(gatewayEnd, AccountSid, Token, cancellationToken).ConfigureAwait(false);
            }
            while ((record.Messages.Values.Any(message => message is { IsFinal: false, IsPartial: false })
                    || log.Acknowledged.Any(message => message.PartIds.Any(id => !customer.HasReceipt(id))))
                && time.GetElapsedTime(waiting) < settings.Limit);
            return new(log, record, customer.HasReceipt, customer.Repeated, longestRestart);
        }
        finally
        {
            await gateway.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static int Report(Settings settings, CrashCounts counts, string submitLog)
    {
        Account account = Account.Close(
            new(counts.Client, counts.Gateway, CarrierRecord.Read(submitLog)) { HasReceipt = counts.HasReceipt },
            new() { SecondCopies = settings.Window * settings.Sessions * settings.Kills });
        bool isGood = account.IsClosed && account.AcknowledgedOverSmpp > 0 && account.Acknowledged > account.AcknowledgedOverSmpp;
        Console.WriteLine(JsonSerializer.Serialize(
            new
            {
                kills = settings.Kills,
                acknowledged = account.Acknowledged,
                acknowledged_over_smpp = account.AcknowledgedOverSmpp,
                without_answer = account.Unknown,
                refused = account.Refused,
                lost = account.CountOf("lost"),
                forgotten = account.CountOf("forgotten"),
                not_final = account.CountOf("not_final"),
                states = account.States,
                second_copies = account.SecondCopies,
                second_copies_bound = account.SecondCopiesAllowed,
                second_copies_unmarked = account.CountOf("unmarked"),
                marked_possible_duplicate = account.Marked,
                receipts_missing = account.CountOf("receipts_missing"),
                receipts_repeated = counts.ReceiptsRepeated,
                findings = account.Findings.ToDictionary(finding => finding.Key, finding => finding.Value.Named),
                longest_restart_seconds = Math.Round(counts.LongestRestart, 2),
                verdict = isGood ? "good" : "broken",
            },
            Indented));
        return isGood ? ExitCodes.Ok : ExitCodes.Failed;
    }

    private static string Config(Settings settings, int httpPort, int smppPort, int carrierPort) => string.Create(CultureInfo.InvariantCulture, $$"""
        data: ./data
        http: { listen: "127.0.0.1:{{httpPort}}" }
        smpp: { listen: "127.0.0.1:{{smppPort}}" }
        accounts:
          - sid: {{AccountSid}}
            name: crash
            auth_token: {{Token}}
            smpp: [ { system_id: {{SmppCustomer.SystemId}}, password: {{SmppCustomer.Password}}, max_binds: {{2 * SmppCustomer.Binds}}, in_flight_window: 100 } ]
        vendors:
          - name: crash
            connections:
              - name: crash-1
                smpp: { host: 127.0.0.1, port: {{carrierPort}}, system_id: crash, password: crash, sessions: {{settings.Sessions}}, in_flight_window: {{settings.Window}} }
        routing: { default: [ crash-1 ] }
        log: { level: error }
        """);

    private sealed record Settings(int Kills, double Rate, TimeSpan Between, int Sessions, int Window, int Seed, TimeSpan Limit);

    private sealed record CrashCounts(
        SubmissionLog Client, GatewayRecord Gateway, Func<string, bool> HasReceipt, int ReceiptsRepeated, double LongestRestart);
}
