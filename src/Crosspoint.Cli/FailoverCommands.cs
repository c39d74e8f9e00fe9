using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace Crosspoint.Cli;

/// <summary><c>crosspoint health states|overrides|pin|forbid|force|release</c>: how connections do on networks, and what is ordered of them.</summary>
internal static class FailoverCommands
{
    private const string StatesPath = "/v1/health/states";
    private const string OverridesPath = "/v1/health/overrides";

    public static IEnumerable<Command> All() =>
    [
        States(),
        Overrides(),
        Order("pin", "Use a connection on a network whatever is noticed there"),
        Order("forbid", "Send nothing by a connection to a network, even where no other is left"),
        Order("force", "Hold a connection on a network in a state: healthy, degraded or suspended"),
        Release(),
    ];

    private static Command States()
    {
        var all = new Option<bool>("--all") { Description = "Those too that are healthy again and still remembered" };
        var json = new Option<bool>("--json") { Description = "Print them as JSON, one a line" };
        var command = new Command("states", "Show the connections that are not well on some network, since when and why") { all, json };
        new OperatorClient().SetAction(command, async (result, client, cancellationToken) =>
        {
            string path = result.GetValue(all) ? $"{StatesPath}?all=true" : StatesPath;
            JsonNode? answer = await OperatorClient.SendAsync(client, HttpMethod.Get, path, null, cancellationToken).ConfigureAwait(false);
            if (answer is null) return ExitCodes.Failed;
            JsonArray rows = answer["states"]!.AsArray();
            if (result.GetValue(json))
            {
                foreach (JsonNode? row in rows) Console.WriteLine(row!.ToJsonString());
                return ExitCodes.Ok;
            }

            if (rows.Count == 0) Console.WriteLine("All connections are healthy on all networks.");
            else ShowStates(rows);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Overrides()
    {
        var command = new Command("overrides", "Show what is ordered, by whom and until when");
        new OperatorClient().SetAction(command, async (_, client, cancellationToken) =>
        {
            JsonNode? answer = await OperatorClient.SendAsync(client, HttpMethod.Get, OverridesPath, null, cancellationToken).ConfigureAwait(false);
            return answer is null ? ExitCodes.Failed : ShowOverrides(answer);
        });
        return command;
    }

    private static Command Order(string order, string description)
    {
        (Argument<string> connection, Option<string?> country, Option<string?> network) = Scope();
        var duration = new Option<string?>("--for") { Description = "How long, such as 30m or 2h; at most 31 days" };
        var until = new Option<string?>("--until") { Description = "Until when, such as 2026-12-31T23:00:00Z, in place of --for" };
        var note = new Option<string?>("--note") { Description = "Why; kept with it" };
        string told = $"{description} (the token is read from CROSSPOINT_ADMIN_TOKEN)";
        var command = new Command(order, told) { connection, country, network, duration, until, note };
        Option<string>? state = null;
        Option<int?>? share = null;
        if (order == "force")
        {
            state = new("--state") { Description = "healthy, degraded or suspended", Required = true };
            share = new("--share-percent") { Description = "With degraded: what it takes of its usual messages; 10 unless given" };
            command.Options.Add(state);
            command.Options.Add(share);
        }

        new OperatorClient().SetAction(command, async (result, client, cancellationToken) =>
        {
            var body = new JsonObject { ["connection"] = result.GetRequiredValue(connection), ["order"] = order };
            Add("country", result.GetValue(country));
            Add("network", result.GetValue(network));
            Add("for", result.GetValue(duration));
            Add("until", result.GetValue(until));
            Add("note", result.GetValue(note));
            if (state is not null) body["state"] = result.GetRequiredValue(state);
            if (share is not null && result.GetValue(share) is { } percent) body["share_percent"] = percent;
            using StringContent content = OperatorClient.Json(body);
            JsonNode? answer = await OperatorClient.SendAsync(client, HttpMethod.Put, OverridesPath, content, cancellationToken).ConfigureAwait(false);
            return answer is null ? ExitCodes.Failed : ShowOverrides(answer);

            void Add(string name, string? value)
            {
                if (value is not null) body[name] = value;
            }
        });
        return command;
    }

    private static Command Release()
    {
        (Argument<string> connection, Option<string?> country, Option<string?> network) = Scope();
        var note = new Option<string?>("--note") { Description = "Why; kept with the change" };
        const string Told = "Take an order back: the one for exactly that connection, country and network";
        var command = new Command("release", Told) { connection, country, network, note };
        new OperatorClient().SetAction(command, async (result, client, cancellationToken) =>
        {
            string path = $"{OverridesPath}?connection={Uri.EscapeDataString(result.GetRequiredValue(connection))}";
            foreach (Option<string?> option in (ReadOnlySpan<Option<string?>>)[country, network, note])
            {
                if (result.GetValue(option) is { } value) path += $"&{option.Name.TrimStart('-')}={Uri.EscapeDataString(value)}";
            }

            JsonNode? answer = await OperatorClient.SendAsync(client, HttpMethod.Delete, path, null, cancellationToken).ConfigureAwait(false);
            return answer is null ? ExitCodes.Failed : ShowOverrides(answer);
        });
        return command;
    }

    private static (Argument<string> Connection, Option<string?> Country, Option<string?> Network) Scope() => (
        new("connection") { Description = "Name of the connection" },
        new("--country") { Description = "An ISO 3166-1 code such as DE; all countries unless given" },
        new("--network") { Description = "MCC and MNC such as 26201, beside the country; all its networks unless given" });

    private static void ShowStates(JsonArray rows)
    {
        Table table = ConsoleTable.With("connection", "country", "network", "state", "takes", "since", "hold left", "relapses", "reason");
        foreach (JsonNode? row in rows)
        {
            double left = row!["hold_left_seconds"]!.GetValue<double>();
            ConsoleTable.Add(
                table, row["connection"], Text(row["country"]), Text(row["network"]), row["state"], Percent(row["share"]), ConsoleTable.Moment(row["since"]),
                left > 0 ? string.Create(CultureInfo.InvariantCulture, $"{left:0} s") : "", row["relapses"], row["reason"]);
        }

        ConsoleTable.Write(table);
    }

    private static int ShowOverrides(JsonNode answer)
    {
        JsonArray rows = answer["overrides"]!.AsArray();
        if (rows.Count == 0)
        {
            Console.WriteLine("Nothing is ordered.");
            return ExitCodes.Ok;
        }

        Table table = ConsoleTable.With("connection", "country", "network", "order", "state", "takes", "until", "by", "note");
        foreach (JsonNode? row in rows)
        {
            ConsoleTable.Add(
                table, row!["connection"], Text(row["country"]), Text(row["network"]), row["order"], row["state"], Percent(row["share"]),
                ConsoleTable.Moment(row["until"]), row["by"], row["note"]);
        }

        ConsoleTable.Write(table);
        return ExitCodes.Ok;
    }

    private static string Text(JsonNode? node) => node?.ToString() ?? "all";

    private static string Percent(JsonNode? node) => string.Create(CultureInfo.InvariantCulture, $"{node!.GetValue<double>() * 100:0.#} %");
}
