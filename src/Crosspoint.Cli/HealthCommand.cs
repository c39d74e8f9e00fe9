using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace Crosspoint.Cli;

/// <summary><c>crosspoint health</c>: what happened at a running gateway in the last minutes, as a table.</summary>
internal static class HealthCommand
{
    private const int MostPage = 1_000;
    private const string CountryBoard = "world";

    public static Command Create()
    {
        var interval = new Option<string>("--interval") { Description = "The last 1m, 5m, 15m or 60m", DefaultValueFactory = static _ => "5m" };
        var level = new Option<string>("--level")
        {
            Description = "How wide the rows are: class, network, country, connection, vendor, account, or world (countries over all connections)",
            DefaultValueFactory = static _ => "class",
        };
        (string Name, Option<string?> Option)[] filters = Filters();
        Option<int> limit = Limit();
        Option<bool> json = Json();
        var command = new Command("health", "Show what happened in the last minutes (the token is read from CROSSPOINT_ADMIN_TOKEN)")
        {
            interval, level, limit, json,
        };
        foreach ((_, Option<string?> option) in filters) command.Options.Add(option);
        new OperatorClient().SetAction(command, async (result, client, cancellationToken) =>
        {
            string rows = result.GetRequiredValue(level);
            string query = $"interval={Uri.EscapeDataString(result.GetRequiredValue(interval))}";
            if (rows != CountryBoard) query += $"&level={Uri.EscapeDataString(rows)}";
            foreach ((string name, Option<string?> option) in filters)
            {
                if (result.GetValue(option) is { } value) query += $"&{name}={Uri.EscapeDataString(value)}";
            }

            (List<JsonNode>? all, bool isMore) = rows == CountryBoard
                ? await ReadBoardAsync(client, query, result.GetValue(limit), cancellationToken).ConfigureAwait(false)
                : await ReadCellsAsync(client, query, result.GetValue(limit), cancellationToken).ConfigureAwait(false);
            if (all is null) return ExitCodes.Failed;
            await PrintAsync(all, result.GetValue(json), isMore).ConfigureAwait(false);
            return ExitCodes.Ok;
        });
        return command;
    }

    /// <summary>Options that leave out what is not asked for.</summary>
    internal static (string Name, Option<string?> Option)[] Filters() =>
    [
        ("connection", new("--connection") { Description = "One connection" }),
        ("country", new("--country") { Description = "One country: an ISO 3166-1 code, or unknown" }),
        ("network", new("--network") { Description = "One network: MCC and MNC, or unknown" }),
        ("class", new("--class") { Description = "One class: otp, transactional or marketing" }),
    ];

    internal static Option<int> Limit()
    {
        var limit = new Option<int>("--limit") { Description = "Most rows", DefaultValueFactory = static _ => 200 };
        limit.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 100_000) result.AddError("--limit: expected a number of rows from 1 to 100000");
        });
        return limit;
    }

    internal static Option<bool> Json() => new("--json") { Description = "Print the rows as JSON, one a line" };

    /// <summary>Prints rows, and that there are more.</summary>
    internal static async Task PrintAsync(List<JsonNode> rows, bool asJson, bool isMore)
    {
        if (asJson) rows.ForEach(static row => Console.WriteLine(row.ToJsonString()));
        else Show(rows);
        if (isMore) await Console.Error.WriteLineAsync("There are more: see --limit, and the filters.").ConfigureAwait(false);
    }

    private static async Task<(List<JsonNode>? Rows, bool IsMore)> ReadBoardAsync(
        HttpClient client, string query, int limit, CancellationToken cancellationToken)
    {
        string path = $"/v1/health/countries?{query}";
        JsonNode? board = await OperatorClient.SendAsync(client, HttpMethod.Get, path, null, cancellationToken).ConfigureAwait(false);
        if (board is null) return (null, false);
        List<JsonNode> rows = [.. board["countries"]!.AsArray().Select(static row => row!)];
        return (rows.Count > limit ? rows[..limit] : rows, rows.Count > limit);
    }

    private static async Task<(List<JsonNode>? Rows, bool IsMore)> ReadCellsAsync(
        HttpClient client, string query, int limit, CancellationToken cancellationToken)
    {
        var rows = new List<JsonNode>();
        string after = "";
        while (true)
        {
            string path = string.Create(CultureInfo.InvariantCulture, $"/v1/health/cells?limit={Math.Min(limit - rows.Count, MostPage)}&{query}{after}");
            JsonNode? page = await OperatorClient.SendAsync(client, HttpMethod.Get, path, null, cancellationToken).ConfigureAwait(false);
            if (page is null) return (null, false);
            rows.AddRange(page["cells"]!.AsArray().Select(static row => row!));
            if (page["next_after"] is not { } next) return (rows, false);
            if (rows.Count >= limit) return (rows, true);
            after = $"&after={next}";
        }
    }

    private static void Show(List<JsonNode> rows)
    {
        if (rows.Count == 0)
        {
            Console.WriteLine("Nothing happened in that time in what was asked for.");
            return;
        }

        string[] keys = [.. rows[0].AsObject().Select(static field => field.Key).TakeWhile(static name => name != "seconds")];
        string[] shown = [.. keys.Where(name => rows.Exists(row => row[name] is not null))];
        Table table = ConsoleTable.With(
        [
            .. shown.Select(static name => name == "account_sid" ? "account" : name == "at" ? "from" : name),
            "a second", "accepted", "errors", "throttled", "answer 95 %", "sent", "pending", "delivered", "receipt 95 %", "cost", "most frequent error",
        ]);
        foreach (JsonNode row in rows)
        {
            ConsoleTable.Add(
                table,
                [
                    .. shown.Select(name => name == "at" ? ConsoleTable.Moment(row[name]) : row[name]?.ToString() ?? "all"),
                    Round(row["per_second"]), row["accepted"], Percent(row["error_rate"]), row["throttled"], Seconds(row["response_seconds"]!["p95"]),
                    row["sent"], row["pending"], Percent(row["delivery_rate"]), Seconds(row["receipt_seconds"]!["p95"]), row["cost"], Worst(row),
                ]);
        }

        ConsoleTable.Write(table);
    }

    private static string Worst(JsonNode row)
    {
        JsonNode? status = row["statuses"]!.AsArray().FirstOrDefault();
        JsonNode? error = row["errors"]!.AsArray().FirstOrDefault();
        if (status is not null) return $"{status["status"]?.ToString() ?? "others"} ({status["segments"]})";
        return error is null ? "" : $"{error["error_code"]?.ToString() ?? "others"} ({error["messages"]})";
    }

    private static string Percent(JsonNode? node) => node is null ? "" : string.Create(CultureInfo.InvariantCulture, $"{node.GetValue<double>() * 100:0.0} %");

    private static string Seconds(JsonNode? node) => node is null ? "" : string.Create(CultureInfo.InvariantCulture, $"{node.GetValue<double>():0.00} s");

    private static string Round(JsonNode? node) => node!.GetValue<double>().ToString("0.0", CultureInfo.InvariantCulture);
}
