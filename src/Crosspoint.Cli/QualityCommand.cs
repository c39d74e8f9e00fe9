using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace Crosspoint.Cli;

/// <summary><c>crosspoint quality</c>: what a running gateway has learned of delivery, as a table.</summary>
internal static class QualityCommand
{
    private const int MostPage = 1_000;

    public static Command Create()
    {
        (string Name, Option<string?> Option)[] filters =
        [
            ("level", new("--level") { Description = "How wide the keys are: connection, country, network or class (the default)" }),
            ("connection", new("--connection") { Description = "One connection" }),
            ("country", new("--country") { Description = "One country: an ISO 3166-1 code, or unknown" }),
            ("network", new("--network") { Description = "One network: MCC and MNC, or unknown" }),
            ("class", new("--class") { Description = "One class: otp, transactional or marketing" }),
        ];
        var suspect = new Option<bool>("--suspect") { Description = "Only those whose receipts are suspect" };
        var limit = new Option<int>("--limit") { Description = "Most rows", DefaultValueFactory = static _ => 200 };
        limit.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 100_000) result.AddError("--limit: expected a number of rows from 1 to 100000");
        });
        var json = new Option<bool>("--json") { Description = "Print the rows as JSON, one a line" };
        var command = new Command("quality", "Show what is learned of delivery (the token is read from CROSSPOINT_ADMIN_TOKEN)") { suspect, limit, json };
        foreach ((_, Option<string?> option) in filters) command.Options.Add(option);
        new OperatorClient().SetAction(command, async (result, client, cancellationToken) =>
        {
            string query = result.GetValue(suspect) ? "&suspect=true" : "";
            foreach ((string name, Option<string?> option) in filters)
            {
                if (result.GetValue(option) is { } value) query += $"&{name}={Uri.EscapeDataString(value)}";
            }

            (List<JsonNode>? rows, bool isMore) = await ReadAsync(client, query, result.GetValue(limit), cancellationToken).ConfigureAwait(false);
            if (rows is null) return ExitCodes.Failed;
            if (result.GetValue(json)) rows.ForEach(static row => Console.WriteLine(row.ToJsonString()));
            else Show(rows);
            if (isMore) await Console.Error.WriteLineAsync("There are more: see --limit, and the filters.").ConfigureAwait(false);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static async Task<(List<JsonNode>? Rows, bool IsMore)> ReadAsync(HttpClient client, string query, int limit, CancellationToken cancellationToken)
    {
        var rows = new List<JsonNode>();
        string after = "";
        while (true)
        {
            string path = string.Create(CultureInfo.InvariantCulture, $"/v1/quality?limit={Math.Min(limit - rows.Count, MostPage)}{query}{after}");
            JsonNode? page = await OperatorClient.SendAsync(client, HttpMethod.Get, path, null, cancellationToken).ConfigureAwait(false);
            if (page is null) return (null, false);
            rows.AddRange(page["quality"]!.AsArray().Select(static row => row!));
            if (page["next_after"] is not { } next) return (rows, false);
            if (rows.Count >= limit) return (rows, true);
            after = $"&after={next}";
        }
    }

    private static void Show(List<JsonNode> rows)
    {
        if (rows.Count == 0)
        {
            Console.WriteLine("Nothing is learned yet of what was asked for.");
            return;
        }

        Table table = ConsoleTable.With("connection", "country", "network", "class", "delivers", "rests on", "half within", "95 % within", "trust", "");
        foreach (JsonNode row in rows)
        {
            string note = row["suspect"]!.GetValue<bool>() ? "suspect" : row["measured"]!.GetValue<bool>() ? "" : "not measured";
            ConsoleTable.Add(
                table, row["connection"], Text(row["country"]), Text(row["network"]), Text(row["class"]), Percent(row["delivery"]), Round(row["weight"]),
                $"{Round(row["receipt_p50_seconds"], "0.0")} s", $"{Round(row["receipt_p95_seconds"], "0.0")} s", Percent(row["trust"]), note);
        }

        ConsoleTable.Write(table);
    }

    private static string Text(JsonNode? node) => node?.ToString() ?? "all";

    private static string Percent(JsonNode? node) => node is null ? "" : string.Create(CultureInfo.InvariantCulture, $"{node.GetValue<double>() * 100:0.0} %");

    private static string Round(JsonNode? node, string format = "0") => node!.GetValue<double>().ToString(format, CultureInfo.InvariantCulture);
}
