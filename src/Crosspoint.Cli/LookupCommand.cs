using System.CommandLine;
using System.Diagnostics.Metrics;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Crosspoint.Engine.Numbers;
using Crosspoint.Server.Api.V1;
using Crosspoint.Server.Configuration;
using Crosspoint.Sms.Numbers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crosspoint.Cli;

/// <summary><c>crosspoint lookup</c>: where a number lives, by a running gateway or by a configuration without one.</summary>
internal static class LookupCommand
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Command Create(TimeProvider time)
    {
        var gateway = new GatewayClient();
        var number = new Argument<string>("number") { Description = "Number, in E.164 form" };
        var json = new Option<bool>("--json") { Description = "Print the answer of GET /v1/lookup as it is" };
        var config = new Option<string?>("--config", "-c")
        {
            Description = "Look up here, with the ported numbers and the services of this YAML file, instead of asking a gateway",
        };
        var command = new Command("lookup", "Show country, kind, network and time zones of a number (the token is read from CROSSPOINT_TOKEN)") { number, json, config };
        gateway.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            if (!E164.TryNormalize(result.GetRequiredValue(number), out E164 parsed))
            {
                await Console.Error.WriteLineAsync("number: expected a number in E.164 form, such as +4915112345678").ConfigureAwait(false);
                return ExitCodes.BadConfiguration;
            }

            string? text;
            if (result.GetValue(config) is { } file)
            {
                text = await LookUpHereAsync(file, parsed, time, cancellationToken).ConfigureAwait(false);
                if (text is null) return ExitCodes.BadConfiguration;
            }
            else
            {
                using HttpClient client = gateway.Connect(result);
                text = await AskAsync(client, parsed, cancellationToken).ConfigureAwait(false);
                if (text is null) return ExitCodes.Failed;
            }

            Console.WriteLine(result.GetValue(json) ? text : Show(JsonNode.Parse(text)!));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static async Task<string?> LookUpHereAsync(string file, E164 number, TimeProvider time, CancellationToken cancellationToken)
    {
        ConfigResult loaded = ConfigFile.Load(file);
        if (loaded.Config is not { } config)
        {
            foreach (ConfigError error in loaded.Errors) await Console.Error.WriteLineAsync(error.ToString()).ConfigureAwait(false);
            return null;
        }

        using var meters = new NoMeters();
        await using var locator = new NumberLocator(config.Engine.Numbers, time, NullLoggerFactory.Instance, meters);
        Located located = await locator.LocateAsync(number, cancellationToken).ConfigureAwait(false);
        using var buffer = new MemoryStream();
        await using (var writer = new Utf8JsonWriter(buffer, Indented)) LookupJson.Write(writer, located);
        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static async Task<string?> AskAsync(HttpClient client, E164 number, CancellationToken cancellationToken)
    {
        try
        {
            using HttpResponseMessage response = await client.GetAsync(
                new Uri($"/v1/lookup/{number}", UriKind.Relative), cancellationToken).ConfigureAwait(false);
            string text = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
            if (response.IsSuccessStatusCode) return text;
            await Problems.ShowAsync(text, (int)response.StatusCode).ConfigureAwait(false);
        }
        catch (HttpRequestException e)
        {
            await Console.Error.WriteLineAsync(
                $"The gateway at {client.BaseAddress} does not answer: {e.Message}. With --config FILE none is needed.").ConfigureAwait(false);
        }

        return null;
    }

    private static string Show(JsonNode answer)
    {
        string country = answer["country"]?.ToString() ?? "none or unclear";
        string code = answer["calling_code"] is { } calling ? $" (+{calling})" : "";
        string network = answer["network"] is { } known ? $"{known["mcc"]}-{known["mnc"]} {known["name"]}".TrimEnd() : "unknown";
        string by = answer["source_name"] is { } name ? $" ({name})" : "";
        string ported = answer["ported"] is { } isPorted ? (isPorted.GetValue<bool>() ? "yes" : "no") : "unknown";
        string zones = string.Join(", ", answer["time_zones"]!.AsArray().Select(static zone => zone!.ToString()));
        return $"""
            number      {answer["number"]}
            country     {country}{code}
            type        {answer["type"]}
            network     {network}
            source      {answer["source"]}{by}
            ported      {ported}
            time zones  {(zones.Length > 0 ? zones : "unknown")}
            """;
    }

    // Nobody reads metrics of a command.
    private sealed class NoMeters : IMeterFactory
    {
        private readonly List<Meter> _meters = [];

        public Meter Create(MeterOptions options)
        {
            var meter = new Meter(options);
            _meters.Add(meter);
            return meter;
        }

        public void Dispose()
        {
            foreach (Meter meter in _meters) meter.Dispose();
        }
    }
}
