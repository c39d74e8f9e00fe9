using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using Crosspoint.Engine;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Routing;
using Crosspoint.Engine.Routing.Explaining;
using Crosspoint.Server.Configuration;
using Crosspoint.Sms.Numbers;
using Crosspoint.Sms.Segments;
using Crosspoint.Sms.Text;

namespace Crosspoint.Cli;

/// <summary>
/// <c>crosspoint explain</c>: where a message would go now, and why; nothing is sent. Asks a running gateway, or goes by a configuration file, as if
/// all connections were up.
/// </summary>
internal static class ExplainCommand
{
    public static Command Create(TimeProvider time)
    {
        var gateway = new GatewayClient();
        var to = new Option<string>("--to") { Description = "Recipient, in E.164 form", Required = true };
        var from = new Option<string>("--from") { Description = "Sender", Required = true };
        var trafficClass = new Option<string>("--class") { Description = "otp, transactional or marketing", DefaultValueFactory = _ => "transactional" };
        var body = new Option<string>("--body") { Description = "Text of the message", DefaultValueFactory = _ => "-" };
        var config = new Option<string?>("--config") { Description = "A configuration file to go by, instead of a running gateway" };
        trafficClass.AcceptOnlyFromAmong([.. ClassNames]);
        var command = new Command("explain", "Explain where a message would go now; nothing is sent (the token is read from CROSSPOINT_TOKEN)")
        {
            to, from, trafficClass, body, config,
        };
        gateway.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            (string recipient, string sender) = (result.GetRequiredValue(to), result.GetRequiredValue(from));
            (string name, string text) = (result.GetRequiredValue(trafficClass), result.GetRequiredValue(body));
            if (result.GetValue(config) is { } file) return ExplainByFile(file, result.GetRequiredValue(gateway.Account), recipient, sender, name, text, time);
            using HttpClient client = gateway.Connect(result);
            try
            {
                var query = new StringBuilder("/v1/explain");
                query.Append("?to=").Append(Uri.EscapeDataString(recipient)).Append("&from=").Append(Uri.EscapeDataString(sender));
                query.Append("&class=").Append(name).Append("&body=").Append(Uri.EscapeDataString(text));
                using HttpResponseMessage response = await client.GetAsync(
                    new Uri(query.ToString(), UriKind.Relative), cancellationToken).ConfigureAwait(false);
                string json = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
                if (response.IsSuccessStatusCode)
                {
                    Console.Write(JsonNode.Parse(json)!["text"]!.GetValue<string>());
                    return ExitCodes.Ok;
                }

                await Problems.ShowAsync(json, (int)response.StatusCode).ConfigureAwait(false);
                return ExitCodes.Failed;
            }
            catch (HttpRequestException e)
            {
                await Console.Error.WriteLineAsync($"The gateway at {client.BaseAddress} does not answer: {e.Message}").ConfigureAwait(false);
                return ExitCodes.Failed;
            }
        });
        return command;
    }

    private static IEnumerable<string> ClassNames => Enum.GetValues<TrafficClass>().Select(PlanWords.NameOf);

    private static int ExplainByFile(string file, string account, string to, string from, string className, string body, TimeProvider time)
    {
        ConfigResult loaded = ConfigFile.Load(file);
        foreach (ConfigError error in loaded.Errors) Console.Error.WriteLine(error);
        if (loaded.Config is not { } config) return ExitCodes.BadConfiguration;
        if (!E164.TryParse(to, out E164 number)) return Refuse($"--to: '{to}' is not a number in E.164 form, such as +15551234567");
        if (!Senders.TryClassify(from, out _, out string sender)) return Refuse($"--from: '{from}' is no sender: expected a number, a short code or a name");
        EngineOptions engine = config.Engine;
        SmsEncoding encoding = EncodingChoice.Cheapest(body);
        var head = new MessageHead
        {
            Id = default,
            AccountSid = engine.Accounts.FirstOrDefault(one => one.Sid == account)?.Sid ?? engine.Accounts[0].Sid,
            From = sender,
            To = number.ToString(),
            Body = body,
            Class = Enum.GetValues<TrafficClass>().First(one => PlanWords.NameOf(one) == className),
            Encoding = encoding,
            SegmentCount = Segmenter.Count(body, encoding, SegmentMethod.Udh8),
        };
        var snapshot = new RoutingSnapshot(
            engine.Routing, [.. engine.Connections.Select(RouteConnection.Of)], engine.RoutingSources, new AllUp());
        RouteRequest request = RouteRequest.For(
            head, engine.RoutingSources.DestinationOf(number), time.GetUtcMicros(), (ulong)Random.Shared.NextInt64());
        (RouteDecision decision, _) = new Router(snapshot).Decide(request, default);
        Console.Write(RouteExplainer.Explain(decision, head, request.At, engine.Routing).ToString());
        return ExitCodes.Ok;
    }

    private static int Refuse(string what)
    {
        Console.Error.WriteLine(what);
        return ExitCodes.BadConfiguration;
    }

    /// <summary>A file does not say what is up.</summary>
    private sealed class AllUp : IConnectionUse
    {
        public ConnectionUse UseOf(int connection) => ConnectionUse.Usable;

        public double HealthOf(int connection) => 1;
    }
}
