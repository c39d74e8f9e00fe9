using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Crosspoint.Cli.Rates;

/// <summary><c>crosspoint rates …</c>: currencies, fees, sell prices and single prices of a running gateway.</summary>
internal static class RateCommands
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static Command Create() => new("rates", "Currencies, fees and prices on a running gateway (the token is read from CROSSPOINT_ADMIN_TOKEN)")
    {
        Show(), Set(), Price(),
    };

    private static Command Show()
    {
        Argument<string> document = Document();
        var command = new Command("show", "A document as it was put, and its revision") { document };
        new OperatorClient().SetAction(command, async (result, client, cancellationToken) =>
        {
            JsonNode? answer = await OperatorClient.SendAsync(client, HttpMethod.Get, Path(result.GetRequiredValue(document)), null, cancellationToken).ConfigureAwait(false);
            if (answer is null) return ExitCodes.Failed;
            Console.WriteLine($"# source: {answer["source"]}, last activated: {answer["last_activated"]}, entries: {answer["entries"]}, base currency: {answer["base"]}");
            Console.WriteLine(answer["text"]?.ToString() ?? "");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Set()
    {
        Argument<string> document = Document();
        var file = new Argument<string>("file") { Description = "YAML or JSON with the keys of 'rates'" };
        var expected = new Option<long?>("--expected") { Description = "The revision that you know as the last activated; left out for what it is now" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Check alone" };
        var note = new Option<string?>("--note") { Description = "Kept with the change" };
        var command = new Command("set", "Replace a document, at once") { document, file, expected, dryRun, note };
        new OperatorClient().SetAction(command, async (result, client, cancellationToken) =>
        {
            string path = Path(result.GetRequiredValue(document));
            JsonNode? now = await OperatorClient.SendAsync(client, HttpMethod.Get, path, null, cancellationToken).ConfigureAwait(false);
            if (now is null) return ExitCodes.Failed;
            long last = result.GetValue(expected) ?? now["last_activated"]!.GetValue<long>();
            string query = string.Create(CultureInfo.InvariantCulture, $"?expected={last}&dry_run={(result.GetValue(dryRun) ? "true" : "false")}");
            if (result.GetValue(note) is { } text) query += $"&note={Uri.EscapeDataString(text)}";
            using var content = new StringContent(await File.ReadAllTextAsync(result.GetRequiredValue(file), cancellationToken).ConfigureAwait(false));
            JsonNode? revision = await OperatorClient.SendAsync(client, HttpMethod.Put, path + query, content, cancellationToken).ConfigureAwait(false);
            if (revision is null) return ExitCodes.Failed;
            Console.WriteLine(result.GetValue(dryRun) ? "all is right; nothing was stored" : $"revision {revision["revision"]} is in force");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Price()
    {
        var to = new Argument<string>("to") { Description = "Recipient, in E.164 form" };
        (string Name, Option<string?> Option)[] options =
        [
            ("network", new("--network") { Description = "MCC and MNC of the recipient's network" }),
            ("connection", new("--connection") { Description = "One connection; left out for all" }),
            ("from", new("--from") { Description = "Sender, for fees that depend on its type" }),
            ("campaign", new("--campaign") { Description = "Campaign, for fees that depend on it" }),
            ("account", new("--for-account") { Description = "SID of the account whose sell price is wanted" }),
        ];
        var command = new Command("price", "What a segment costs now, with all its parts") { to };
        foreach ((_, Option<string?> option) in options) command.Options.Add(option);
        new OperatorClient().SetAction(command, async (result, client, cancellationToken) =>
        {
            string query = $"?to={Uri.EscapeDataString(result.GetRequiredValue(to))}";
            foreach ((string name, Option<string?> option) in options)
            {
                if (result.GetValue(option) is { } value) query += $"&{name}={Uri.EscapeDataString(value)}";
            }

            JsonNode? answer = await OperatorClient.SendAsync(client, HttpMethod.Get, $"/v1/rates/price{query}", null, cancellationToken).ConfigureAwait(false);
            if (answer is null) return ExitCodes.Failed;
            Console.WriteLine(answer.ToJsonString(Indented));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Argument<string> Document()
    {
        var document = new Argument<string>("document") { Description = "currencies, fees or sell" };
        document.AcceptOnlyFromAmong("currencies", "fees", "sell");
        return document;
    }

    private static string Path(string document) => $"/v1/rates/{document}";
}
