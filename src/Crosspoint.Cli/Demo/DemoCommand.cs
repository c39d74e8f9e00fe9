using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Text;
using Crosspoint.Cli.Bench;
using Crosspoint.Server.Configuration;
using Crosspoint.Server.Hosting;
using Crosspoint.Simulator;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Cli.Demo;

/// <summary>
/// <c>crosspoint demo</c>: a gateway, three simulated carriers, a webhook receiver and sample traffic in one process, with nothing to set
/// up.
/// </summary>
internal static class DemoCommand
{
    private const string AccountSid = "AC00000000000000000000000000000001";
    private const string Token = "0123456789abcdef0123456789abcdef";
    private const string Number = "+15550001000";

    public static Command Create(TimeProvider time)
    {
        var port = new Option<int>("--port") { Description = "HTTP port of the gateway", DefaultValueFactory = _ => 8080 };
        var hookPort = new Option<int>("--hook-port") { Description = "Port of the webhook receiver", DefaultValueFactory = _ => 9000 };
        var rate = new Option<double>("--rate") { Description = "Sample messages a second; 0 for none", DefaultValueFactory = _ => 20 };
        var seconds =
            new Option<double>("--seconds") { Description = "End after that time; 0 runs until Ctrl-C", DefaultValueFactory = _ => 0 };
        var data = new Option<string?>("--data") { Description = "Folder for the journal (default: a temporary one, removed at the end)" };
        port.Validators.Add(RequirePort);
        hookPort.Validators.Add(RequirePort);
        rate.Validators.Add(
            result => { if (result.GetValueOrDefault<double>() is < 0 or > 10_000) result.AddError("--rate: expected 0 to 10000"); });
        seconds.Validators.Add(result => { if (result.GetValueOrDefault<double>() < 0) result.AddError("--seconds: expected 0 or more"); });
        var command = new Command("demo", "Gateway, three simulated carriers, a webhook receiver and sample traffic: ready for curl") { port, hookPort, rate, seconds, data };
        command.SetAction((result, cancellationToken) => RunAsync(
            new(result.GetValue(port), result.GetValue(hookPort), result.GetValue(rate), result.GetValue(seconds), result.GetValue(data)),
            time, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(Settings settings, TimeProvider time, CancellationToken cancellationToken)
    {
        string folder = settings.Data is null
            ? Directory.CreateTempSubdirectory("crosspoint-demo-").FullName
            : Path.GetFullPath(settings.Data);
        Directory.CreateDirectory(folder);
        using ILoggerFactory loggers = ConsoleLogging.Create(LogLevel.Error);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var limit = settings.Seconds > 0
            ? new CancellationTokenSource(TimeSpan.FromSeconds(settings.Seconds), time)
            : new CancellationTokenSource();
        await using CancellationTokenRegistration link = limit.Token.Register(end.Cancel);
        try
        {
            await using SimulatorHost simulator = await SimulatorHost.StartAsync(
                Carriers(), time, loggers, cancellationToken).ConfigureAwait(false);
            var board = new DemoBoard(simulator, time);
            await using var receiver = new HookReceiver(settings.HookPort, board.SeeHook);
            ConfigResult config = ConfigFile.Parse(Config(settings, simulator), "demo", folder);
            if (config.Config is null) throw new InvalidOperationException(string.Join('\n', config.Errors));
            HttpOptions http = config.Config.Http;
            await using GatewayHost host = await GatewayHost.StartAsync(
                config.Config with { Http = http with { Console = http.Console with { IsDemo = true } } }, time, loggers, cancellationToken).ConfigureAwait(false);
            board.Gateway = host.Gateway;
            Welcome(host, receiver);

            var gateway = new IPEndPoint(IPAddress.Loopback, host.HttpAddress.Port);
            Task traffic = settings.Rate > 0
                ? new SampleTraffic(gateway, receiver.Port, AccountSid, Token, settings.Rate, board, time).RunAsync(end.Token)
                : Task.CompletedTask;
            await board.ShowAsync(end.Token).ConfigureAwait(false);
            await traffic.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await host.StopAsync(CancellationToken.None).ConfigureAwait(false);
            board.Sum();
            return ExitCodes.Ok;
        }
        catch (Exception e) when (e is System.Net.Sockets.SocketException or GatewayStartException or IOException)
        {
            await Console.Error.WriteLineAsync($"The demo cannot start: {e.Message} (ports {settings.Port} and {settings.HookPort}; choose others with --port and --hook-port)").ConfigureAwait(false);
            return ExitCodes.Failed;
        }
        finally
        {
            if (settings.Data is null) Directory.Delete(folder, recursive: true);
        }
    }

    // North is quick and clean, south slow, east in trouble now and then: enough to see what a gateway has to live with.
    private static SimulatorOptions Carriers()
    {
        const string Yaml = """
            seed: 7
            carriers:
              - name: north
                listen: 127.0.0.1:0
                behaviour:
                  latency: { distribution: normal, mean: 5ms, stddev: 2ms }
                  receipts: { delay: { distribution: normal, mean: 400ms, stddev: 150ms }, id_format: hex, receipt_id_format: decimal, states: [ { state: DELIVRD, err: "000", share: 0.97 }, { state: UNDELIV, err: "001", share: 0.03 } ] }
                  inbound: { rate: 0.5, to: [ "+15550001000" ] }
              - name: south
                listen: 127.0.0.1:0
                behaviour:
                  latency: { distribution: normal, mean: 60ms, stddev: 20ms }
                  receipts: { delay: { distribution: normal, mean: 1500ms, stddev: 500ms }, id_format: uuid }
              - name: east
                listen: 127.0.0.1:0
                behaviour:
                  latency: { distribution: normal, mean: 20ms, stddev: 5ms }
                  errors: [ { status: ESME_RTHROTTLED, share: 0.02 } ]
                  receipts: { delay: { distribution: normal, mean: 800ms, stddev: 200ms }, duplicate: 0.05 }
            """;
        SimulatorOptionsResult result = SimulatorOptions.ParseYaml(Yaml, "demo carriers");
        return result.Options ?? throw new InvalidOperationException(string.Join('\n', result.Errors));
    }

    private static string Config(Settings settings, SimulatorHost simulator)
    {
        var vendors = new StringBuilder();
        foreach (SimulatedCarrier carrier in simulator.Carriers)
        {
            vendors.Append(CultureInfo.InvariantCulture, $$"""
                  - name: {{carrier.Name}}
                    connections:
                      - name: {{carrier.Name}}-1
                        smpp: { host: 127.0.0.1, port: {{carrier.EndPoint.Port}}, system_id: cp, password: cp, sessions: 2, in_flight_window: 20 }

                """);
        }

        return string.Create(CultureInfo.InvariantCulture, $$"""
            data: ./data
            http: { listen: "127.0.0.1:{{settings.Port}}" }
            accounts:
              - sid: {{AccountSid}}
                name: demo
                auth_token: {{Token}}
                senders: any
                numbers: [ { number: "{{Number}}", inbound_url: "http://127.0.0.1:{{settings.HookPort}}/inbound" } ]
            vendors:
            {{vendors}}
            routing: { default: [ {{string.Join(", ", simulator.Carriers.Select(carrier => carrier.Name + "-1"))}} ] }
            webhooks: { allow_private_addresses: true }
            """);
    }

    private static void Welcome(GatewayHost host, HookReceiver receiver)
    {
        Console.WriteLine($"""

            Crosspoint demo: gateway {host.HttpAddress}  webhook receiver http://127.0.0.1:{receiver.Port}/
            Account {AccountSid}, auth token {Token}

            Console (the link signs you in once): {host.SignInLink}

            Send a message (in another terminal):
              curl -su {AccountSid}:{Token} {host.HttpAddress}v1/messages \
                -H 'Content-Type: application/json' -d '{"{"}"to":"+306900000001","from":"Crosspoint","body":"Hello"{"}"}'
            The same, as an application written for Twilio does it:
              curl -su {AccountSid}:{Token} {host.HttpAddress}2010-04-01/Accounts/{AccountSid}/Messages.json \
                --data-urlencode To=+306900000001 --data-urlencode From=Crosspoint --data-urlencode Body=Hello

            """);
    }

    private static void RequirePort(System.CommandLine.Parsing.OptionResult result)
    {
        if (result.GetValueOrDefault<int>() is < 0 or > 65535) result.AddError($"{result.Option.Name}: expected a port, 0 to 65535");
    }

    private sealed record Settings(int Port, int HookPort, double Rate, double Seconds, string? Data);
}
