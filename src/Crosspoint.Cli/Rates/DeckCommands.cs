using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace Crosspoint.Cli.Rates;

/// <summary><c>crosspoint decks …</c>: rate decks of a running gateway.</summary>
internal static class DeckCommands
{
    public static Command Create() => new("decks", "Rate decks of connections, on a running gateway (the token is read from CROSSPOINT_ADMIN_TOKEN)")
    {
        List(), Revisions(), Import(), Diff(), Activate(), RollBack(), Export(), Delete(), Mapping(),
    };

    private static Command List()
    {
        var command = new Command("list", "What is in force and scheduled");
        new OperatorClient().SetAction(command, static async (_, client, cancellationToken) =>
            await ShowAsync(client, "/v1/decks", DeckTables.ShowDecks, cancellationToken).ConfigureAwait(false));
        return command;
    }

    private static Command Revisions()
    {
        Argument<string> connection = Connection();
        var command = new Command("revisions", "The revisions of a deck, the newest first") { connection };
        new OperatorClient().SetAction(command, async (result, client, cancellationToken) =>
            await ShowAsync(client, $"{Path(result.GetRequiredValue(connection))}/revisions", DeckTables.ShowRevisions, cancellationToken).ConfigureAwait(false));
        return command;
    }

    private static Command Import()
    {
        Argument<string> connection = Connection();
        var file = new Argument<string>("file") { Description = "The vendor's sheet, CSV" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Show what it would change, and store nothing" };
        var activate = new Option<bool>("--activate") { Description = "Activate it, if nobody else activated another meanwhile" };
        var validFrom = new Option<string?>("--valid-from") { Description = "When it takes over, such as 2026-12-31T23:00:00+01:00" };
        var mapping = new Option<string?>("--mapping") { Description = "File that says how the sheet is laid out, YAML or JSON; otherwise the saved one" };
        Option<string?> note = Note();
        var command = new Command("import", "Import a sheet as a draft and show what it changes") { connection, file, dryRun, activate, validFrom, mapping, note };
        new OperatorClient().SetAction(command, async (result, client, cancellationToken) =>
        {
            string name = result.GetRequiredValue(connection);
            if (result.GetValue(dryRun) && result.GetValue(activate))
            {
                await Console.Error.WriteLineAsync("--dry-run and --activate: expected one of them").ConfigureAwait(false);
                return ExitCodes.BadConfiguration;
            }

            string layout = result.GetValue(mapping) is { } path ? await File.ReadAllTextAsync(path, cancellationToken).ConfigureAwait(false) : "";
            string query = Query(
                ("dry_run", result.GetValue(dryRun) ? "true" : null), ("valid_from", result.GetValue(validFrom)), ("mapping", layout.Length > 0 ? layout : null),
                ("note", result.GetValue(note)));
            JsonNode? report = await UploadAsync(client, $"{Path(name)}/import{query}", result.GetRequiredValue(file), cancellationToken).ConfigureAwait(false);
            if (report is null) return ExitCodes.Failed;
            Console.WriteLine($"{report["rows"]} rows; {string.Join(", ", report["columns"]!.AsArray())}");
            if (report["zero_prices"]!.GetValue<int>() > 0) Console.WriteLine($"{report["zero_prices"]} rows have a price of 0");
            if (report["unknown_currencies"]!.AsArray() is { Count: > 0 } unknown)
                Console.WriteLine($"The price of {string.Join(", ", unknown)} is not known: state it before the deck is activated (crosspoint rates set currencies …)");
            DeckTables.ShowDiff(report["diff"]!);
            if (report["revision"] is not { } revision) return ExitCodes.Ok;
            Console.WriteLine($"revision {revision["revision"]} is a draft");
            return result.GetValue(activate)
                ? await ActivateAsync(client, name, revision["revision"]!.GetValue<long>(), new(), cancellationToken).ConfigureAwait(false)
                : ExitCodes.Ok;
        });
        return command;
    }

    private static Command Diff()
    {
        Argument<string> connection = Connection();
        Argument<long> revision = Revision();
        var against = new Option<long?>("--against") { Description = "Another revision; left out for the deck in force" };
        var command = new Command("diff", "What a revision changes: dearer, cheaper, new, gone") { connection, revision, against };
        new OperatorClient().SetAction(command, async (result, client, cancellationToken) =>
        {
            string query = Query(("against", result.GetValue(against)?.ToString(CultureInfo.InvariantCulture)));
            string path = $"{Path(result.GetRequiredValue(connection))}/revisions/{result.GetRequiredValue(revision)}/diff{query}";
            return await ShowAsync(client, path, DeckTables.ShowDiff, cancellationToken).ConfigureAwait(false);
        });
        return command;
    }

    private static Command Activate()
    {
        Argument<string> connection = Connection();
        Argument<long> revision = Revision();
        var expected = new Option<long?>("--expected") { Description = "The revision that you know as the last activated; left out for the draft's parent" };
        var validFrom = new Option<string?>("--valid-from") { Description = "When it takes over; left out for the draft's own moment, or at once" };
        Option<string?> note = Note();
        var command = new Command("activate", "Activate a draft, at once or from a moment on") { connection, revision, expected, validFrom, note };
        new OperatorClient().SetAction(command, async (result, client, cancellationToken) =>
        {
            var body = new JsonObject { ["expected"] = result.GetValue(expected), ["valid_from"] = result.GetValue(validFrom), ["note"] = result.GetValue(note) };
            return await ActivateAsync(client, result.GetRequiredValue(connection), result.GetRequiredValue(revision), body, cancellationToken).ConfigureAwait(false);
        });
        return command;
    }

    private static Command RollBack()
    {
        Argument<string> connection = Connection();
        var to = new Option<long?>("--to") { Description = "The revision to go back to; left out for the one before" };
        var expected = new Option<long?>("--expected") { Description = "The revision that you know as the last activated; left out for what it is now" };
        Option<string?> note = Note();
        var command = new Command("rollback", "Go back to an earlier revision, at once") { connection, to, expected, note };
        new OperatorClient().SetAction(command, async (result, client, cancellationToken) =>
        {
            string path = Path(result.GetRequiredValue(connection));
            JsonNode? deck = await OperatorClient.SendAsync(client, HttpMethod.Get, path, null, cancellationToken).ConfigureAwait(false);
            if (deck is null) return ExitCodes.Failed;
            long last = result.GetValue(expected) ?? deck["last_activated"]!.GetValue<long>();
            var body = new JsonObject { ["expected"] = last, ["to"] = result.GetValue(to), ["note"] = result.GetValue(note) };
            using StringContent content = OperatorClient.Json(body);
            JsonNode? revision = await OperatorClient.SendAsync(client, HttpMethod.Post, $"{path}/rollback", content, cancellationToken).ConfigureAwait(false);
            if (revision is null) return ExitCodes.Failed;
            Console.WriteLine(
                revision["state"]!.ToString() == "active"
                    ? $"revision {revision["revision"]} is in force again, in place of {last}"
                    : $"revision {revision["revision"]} is taken back before its time; nothing was in force, and nothing is");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Export()
    {
        Argument<string> connection = Connection();
        var revision = new Argument<string>("revision") { Description = "Number of a revision, or in_force", DefaultValueFactory = _ => "in_force" };
        var command = new Command("export", "Write a deck's rows as CSV to standard output") { connection, revision };
        new OperatorClient().SetAction(command, async (result, client, cancellationToken) =>
        {
            var path = new Uri(
                $"{Path(result.GetRequiredValue(connection))}/revisions/{Uri.EscapeDataString(result.GetRequiredValue(revision))}/rows?format=csv", UriKind.Relative);
            using HttpResponseMessage response = await client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode)
            {
                await Console.Error.WriteLineAsync(await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
                return ExitCodes.Failed;
            }

            using Stream output = Console.OpenStandardOutput();
            await response.Content.CopyToAsync(output, cancellationToken).ConfigureAwait(false);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Delete()
    {
        Argument<string> connection = Connection();
        Argument<long> revision = Revision();
        var command = new Command("delete", "Delete a draft") { connection, revision };
        new OperatorClient().SetAction(command, async (result, client, cancellationToken) =>
        {
            string path = $"{Path(result.GetRequiredValue(connection))}/revisions/{result.GetRequiredValue(revision)}";
            if (await OperatorClient.SendAsync(client, HttpMethod.Delete, path, null, cancellationToken).ConfigureAwait(false) is null) return ExitCodes.Failed;
            Console.WriteLine($"draft {result.GetRequiredValue(revision)} is deleted");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Mapping()
    {
        Argument<string> connection = Connection();
        var file = new Argument<string>("file") { Description = "YAML or JSON with the keys of 'mapping'" };
        var command = new Command("mapping", "Save how a connection's sheets are laid out") { connection, file };
        new OperatorClient().SetAction(command, async (result, client, cancellationToken) =>
        {
            using var content = new StringContent(await File.ReadAllTextAsync(result.GetRequiredValue(file), cancellationToken).ConfigureAwait(false));
            JsonNode? revision = await OperatorClient.SendAsync(
                client, HttpMethod.Put, $"{Path(result.GetRequiredValue(connection))}/mapping", content, cancellationToken).ConfigureAwait(false);
            if (revision is null) return ExitCodes.Failed;
            Console.WriteLine($"saved as revision {revision["revision"]}");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static async Task<JsonNode?> UploadAsync(HttpClient client, string path, string file, CancellationToken cancellationToken)
    {
        FileStream stream = File.OpenRead(file);
        await using (stream.ConfigureAwait(false))
        {
            // Where nobody watches there is no bar.
            if (!AnsiConsole.Profile.Capabilities.Interactive || Console.IsOutputRedirected)
            {
                using var content = new SheetContent(stream, static _ => { });
                return await OperatorClient.SendAsync(client, HttpMethod.Post, path, content, cancellationToken).ConfigureAwait(false);
            }

            return await AnsiConsole.Progress()
                .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new TransferSpeedColumn(), new RemainingTimeColumn())
                .StartAsync(async context =>
                {
                    ProgressTask task = context.AddTask(Markup.Escape(System.IO.Path.GetFileName(file)), maxValue: Math.Max(stream.Length, 1));
                    using var content = new SheetContent(stream, sent => task.Value = sent);
                    JsonNode? report = await OperatorClient.SendAsync(client, HttpMethod.Post, path, content, cancellationToken).ConfigureAwait(false);
                    task.StopTask();
                    return report;
                }).ConfigureAwait(false);
        }
    }

    private static async Task<int> ActivateAsync(HttpClient client, string name, long number, JsonObject body, CancellationToken cancellationToken)
    {
        using StringContent content = OperatorClient.Json(body);
        JsonNode? revision = await OperatorClient.SendAsync(
            client, HttpMethod.Post, string.Create(CultureInfo.InvariantCulture, $"{Path(name)}/revisions/{number}/activate"), content, cancellationToken).ConfigureAwait(false);
        if (revision is null) return ExitCodes.Failed;
        Console.WriteLine($"revision {number} is active, in force from {revision["valid_from"]}");
        return ExitCodes.Ok;
    }

    private static async Task<int> ShowAsync(HttpClient client, string path, Action<JsonNode> show, CancellationToken cancellationToken)
    {
        JsonNode? answer = await OperatorClient.SendAsync(client, HttpMethod.Get, path, null, cancellationToken).ConfigureAwait(false);
        if (answer is null) return ExitCodes.Failed;
        show(answer);
        return ExitCodes.Ok;
    }

    private static Argument<string> Connection() => new("connection") { Description = "Name of the connection" };

    private static Argument<long> Revision() => new("revision") { Description = "Number of the revision" };

    private static Option<string?> Note() => new("--note") { Description = "Kept with the change" };

    private static string Path(string connection) => $"/v1/decks/{Uri.EscapeDataString(connection)}";

    private static string Query(params (string Name, string? Value)[] parameters)
    {
        string text = string.Join('&', parameters.Where(static p => p.Value is not null).Select(static p => $"{p.Name}={Uri.EscapeDataString(p.Value!)}"));
        return text.Length > 0 ? $"?{text}" : "";
    }
}
