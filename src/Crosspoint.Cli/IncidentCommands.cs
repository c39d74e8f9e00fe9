using System.CommandLine;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace Crosspoint.Cli;

/// <summary><c>crosspoint incidents</c> and <c>crosspoint alerts</c>: what is wrong, what was done about it, and what the operator says of it.</summary>
internal static class IncidentCommands
{
    private static readonly string[] SilenceKinds = ["silences", "maintenance"];

    public static Command CreateIncidents()
    {
        var command = new Command("incidents", "Degradations and what was done about them (the token is read from CROSSPOINT_ADMIN_TOKEN)");
        command.Subcommands.Add(List("incidents", "List incidents, the newest first", ShowIncidents));
        command.Subcommands.Add(ShowIncident());
        command.Subcommands.Add(Change("incidents", "ack", "acknowledge", "Say that you look at an incident", takesNote: true));
        command.Subcommands.Add(Change("incidents", "note", "notes", "Write something into the timeline of an incident", takesNote: true));
        command.Subcommands.Add(Mark("incidents", "incident"));
        return command;
    }

    public static Command CreateAlerts()
    {
        var command = new Command("alerts", "Alerts, silences and notifiers (the token is read from CROSSPOINT_ADMIN_TOKEN)");
        command.Subcommands.Add(List("alerts", "List alerts, the newest first", ShowAlerts));
        command.Subcommands.Add(Change("alerts", "ack", "acknowledge", "Say that you look at an alert, and at its incident", takesNote: false));
        command.Subcommands.Add(Mark("alerts", "alert"));
        command.Subcommands.Add(Silences());
        command.Subcommands.Add(AddSilence());
        command.Subcommands.Add(EndSilence());
        command.Subcommands.Add(Notifiers());
        command.Subcommands.Add(TestNotifier());
        command.Subcommands.Add(Weekly());
        return command;
    }

    private static Command List(string what, string description, Action<JsonArray> show)
    {
        var state = new Option<string>("--state") { Description = "open, acknowledged, recovering, resolved, unresolved or all", DefaultValueFactory = static _ => "unresolved" };
        var limit = new Option<int>("--limit") { Description = "Most rows, up to 500", DefaultValueFactory = static _ => 50 };
        var json = new Option<bool>("--json") { Description = "Print the rows as JSON, one a line" };
        var command = new Command("list", description) { state, limit, json };
        new OperatorClient().SetAction(command, async (result, client, cancellationToken) =>
        {
            string of = result.GetRequiredValue(state);
            string filter = of == "all" ? "" : $"&state={Uri.EscapeDataString(of)}";
            JsonNode? page = await OperatorClient.SendAsync(
                client, HttpMethod.Get, $"/v1/{what}?limit={result.GetValue(limit)}{filter}", null, cancellationToken).ConfigureAwait(false);
            if (page is null) return ExitCodes.Failed;
            JsonArray rows = page[what]!.AsArray();
            if (result.GetValue(json)) foreach (JsonNode? row in rows) Console.WriteLine(row!.ToJsonString());
            else if (rows.Count == 0) Console.WriteLine("None.");
            else show(rows);
            if (page["next_cursor"] is not null) await Console.Error.WriteLineAsync("There are more: see --limit.").ConfigureAwait(false);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static void ShowIncidents(JsonArray rows)
    {
        Table table = ConsoleTable.With("began", "severity", "state", "moved", "by", "what", "id");
        foreach (JsonNode? row in rows)
        {
            ConsoleTable.Add(
                table, ConsoleTable.Moment(row!["opened_at"]), row["severity"], row["state"], row["messages_moved"], row["acknowledged_by"], row["title"], row["id"]);
        }

        ConsoleTable.Write(table);
    }

    private static void ShowAlerts(JsonArray rows)
    {
        Table table = ConsoleTable.With("began", "severity", "state", "rule", "what", "id");
        foreach (JsonNode? row in rows)
        {
            string state = row!["silence"] is null ? $"{row["state"]}" : $"{row["state"]}, silenced";
            ConsoleTable.Add(table, ConsoleTable.Moment(row["opened_at"]), row["severity"], state, row["rule"], row["title"], row["id"]);
        }

        ConsoleTable.Write(table);
    }

    private static Command ShowIncident()
    {
        var id = new Argument<string>("id") { Description = "The incident" };
        var command = new Command("show", "Show an incident: what happened, what was done, what is left to do") { id };
        new OperatorClient().SetAction(command, async (result, client, cancellationToken) =>
        {
            JsonNode? one = await OperatorClient.SendAsync(
                client, HttpMethod.Get, $"/v1/incidents/{Uri.EscapeDataString(result.GetRequiredValue(id))}", null, cancellationToken).ConfigureAwait(false);
            if (one is null) return ExitCodes.Failed;
            Console.WriteLine($"{one["title"]}  ({one["severity"]}, {one["state"]})");
            Lines("What happened", one["what_happened"]!.AsArray().Select(static line => line!.ToString()));
            Lines("What was done", one["what_was_done"]!.AsArray().Select(static line => line!.ToString()));
            Lines("What is left to do", one["what_is_left"]!.AsArray().Select(static line => line!.ToString()));
            Lines("Evidence", one["evidence"]!.AsArray().Select(static link => $"{link!["text"]}: {link["method"]} {link["path"]}"));
            Lines("Actions", one["actions"]!.AsArray().Select(static link => $"{link!["text"]}: {link["method"]} {link["path"]}"));
            return ExitCodes.Ok;
        });
        return command;

        static void Lines(string title, IEnumerable<string> lines)
        {
            Console.WriteLine($"\n{title}");
            foreach (string line in lines) Console.WriteLine($"- {line}");
        }
    }

    private static Command Change(string what, string name, string path, string description, bool takesNote)
    {
        var id = new Argument<string>("id") { Description = "Its id" };
        var note = new Argument<string>("note") { Description = "What to write down", DefaultValueFactory = static _ => "" };
        var command = new Command(name, description) { id };
        if (takesNote) command.Arguments.Add(note);
        new OperatorClient().SetAction(command, async (result, client, cancellationToken) =>
        {
            var body = new JsonObject();
            if (takesNote && result.GetValue(note) is { Length: > 0 } text) body["note"] = text;
            return await PostAsync(client, $"/v1/{what}/{Uri.EscapeDataString(result.GetRequiredValue(id))}/{path}", body, cancellationToken).ConfigureAwait(false);
        });
        return command;
    }

    private static Command Mark(string what, string one)
    {
        var id = new Argument<string>("id") { Description = "Its id" };
        var verdict = new Argument<string>("verdict") { Description = "useful, noise or none" };
        var command = new Command("mark", $"Say whether the {one} needed action: the weekly review counts on it") { id, verdict };
        new OperatorClient().SetAction(command, (result, client, cancellationToken) => PostAsync(
            client,
            $"/v1/{what}/{Uri.EscapeDataString(result.GetRequiredValue(id))}/mark",
            new JsonObject { ["verdict"] = result.GetRequiredValue(verdict) },
            cancellationToken));
        return command;
    }

    private static Command Silences()
    {
        var command = new Command("silences", "List silences and maintenance windows");
        new OperatorClient().SetAction(command, async (_, client, cancellationToken) =>
        {
            Table table = ConsoleTable.With("from", "until", "state", "match", "by", "reason", "id");
            foreach (string kind in SilenceKinds)
            {
                JsonNode? page = await OperatorClient.SendAsync(client, HttpMethod.Get, $"/v1/{kind}?limit=200", null, cancellationToken).ConfigureAwait(false);
                if (page is null) return ExitCodes.Failed;
                foreach (JsonNode? row in page[kind]!.AsArray())
                {
                    ConsoleTable.Add(
                        table, ConsoleTable.Moment(row!["from"]), ConsoleTable.Moment(row["until"]), row["state"], row["match"], row["made_by"], row["reason"], row["id"]);
                }
            }

            ConsoleTable.Write(table);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command AddSilence()
    {
        var match = new Argument<string>("match") { Description = "NAME=VALUE, several with commas, such as connection=north-1,country=DE" };
        var until = new Option<string>("--until") { Description = "When it ends, with its offset from UTC, such as 2026-12-31T23:00:00Z", Required = true };
        var from = new Option<string?>("--from") { Description = "When it begins: makes it a maintenance window" };
        var reason = new Option<string>("--reason") { Description = "Why", Required = true };
        var command = new Command("silence", "Keep alerts quiet, from now on or between two moments") { match, until, from, reason };
        new OperatorClient().SetAction(command, (result, client, cancellationToken) =>
        {
            var body = new JsonObject
            {
                ["match"] = result.GetRequiredValue(match),
                ["until"] = result.GetRequiredValue(until),
                ["reason"] = result.GetRequiredValue(reason),
            };
            if (result.GetValue(from) is not { } start) return PostAsync(client, "/v1/silences", body, cancellationToken);
            body["from"] = start;
            return PostAsync(client, "/v1/maintenance", body, cancellationToken);
        });
        return command;
    }

    private static Command EndSilence()
    {
        var id = new Argument<string>("id") { Description = "The silence or maintenance window" };
        var command = new Command("unsilence", "End a silence or a maintenance window before its time") { id };
        new OperatorClient().SetAction(command, async (result, client, cancellationToken) =>
        {
            string of = result.GetRequiredValue(id);
            string kind = of.StartsWith("MW", StringComparison.Ordinal) ? "maintenance" : "silences";
            JsonNode? ended = await OperatorClient.SendAsync(
                client, HttpMethod.Delete, $"/v1/{kind}/{Uri.EscapeDataString(of)}", null, cancellationToken).ConfigureAwait(false);
            return ended is null ? ExitCodes.Failed : ExitCodes.Ok;
        });
        return command;
    }

    private static Command Notifiers()
    {
        var command = new Command("notifiers", "List notifiers, and how they do");
        new OperatorClient().SetAction(command, async (_, client, cancellationToken) =>
        {
            JsonNode? list = await OperatorClient.SendAsync(client, HttpMethod.Get, "/v1/notifiers", null, cancellationToken).ConfigureAwait(false);
            if (list is null) return ExitCodes.Failed;
            Table table = ConsoleTable.With("name", "kind", "target", "from", "waiting", "delivered", "given up", "last error");
            foreach (JsonNode? row in list["notifiers"]!.AsArray())
            {
                ConsoleTable.Add(
                    table, row!["name"], row["kind"], row["target"], row["severity"], row["waiting"], row["delivered"], row["given_up"], row["last_error"]);
            }

            ConsoleTable.Write(table);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command TestNotifier()
    {
        var name = new Argument<string>("name") { Description = "The notifier" };
        var command = new Command("test", "Send a test message by a notifier") { name };
        new OperatorClient().SetAction(command, async (result, client, cancellationToken) =>
        {
            string path = $"/v1/notifiers/{Uri.EscapeDataString(result.GetRequiredValue(name))}/test";
            JsonNode? answer = await OperatorClient.SendAsync(client, HttpMethod.Post, path, null, cancellationToken).ConfigureAwait(false);
            if (answer is null) return ExitCodes.Failed;
            bool isDelivered = answer["delivered"]!.GetValue<bool>();
            Console.WriteLine(isDelivered ? "Delivered." : $"Not delivered: {answer["error"]}");
            return isDelivered ? ExitCodes.Ok : ExitCodes.Failed;
        });
        return command;
    }

    private static Command Weekly()
    {
        var week = new Option<string?>("--week") { Description = "A week of ISO 8601, such as 2026-W47; without it the present one" };
        var command = new Command("weekly", "Print the weekly review as Markdown") { week };
        new OperatorClient().SetAction(command, async (result, client, cancellationToken) =>
        {
            string of = result.GetValue(week) is { } given ? $"&week={Uri.EscapeDataString(given)}" : "";
            using HttpResponseMessage response = await client.GetAsync(
                new Uri($"/v1/reports/weekly?format=markdown{of}", UriKind.Relative), cancellationToken).ConfigureAwait(false);
            string text = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
            await (response.IsSuccessStatusCode ? Console.Out : Console.Error).WriteAsync(text).ConfigureAwait(false);
            return response.IsSuccessStatusCode ? ExitCodes.Ok : ExitCodes.Failed;
        });
        return command;
    }

    private static async Task<int> PostAsync(HttpClient client, string path, JsonObject body, CancellationToken cancellationToken)
    {
        using StringContent content = OperatorClient.Json(body);
        JsonNode? answer = await OperatorClient.SendAsync(client, HttpMethod.Post, path, content, cancellationToken).ConfigureAwait(false);
        if (answer is null) return ExitCodes.Failed;
        Console.WriteLine($"{answer["id"]} {answer["state"]}");
        return ExitCodes.Ok;
    }
}
