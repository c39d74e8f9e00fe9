using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Crosspoint.Engine.Stores;
using Crosspoint.Server.Configuration;
using Crosspoint.Server.Routing;

namespace Crosspoint.Cli.Routing;

/// <summary><c>crosspoint routing …</c>: the plan of a running gateway and its revisions.</summary>
internal static class RoutingCommands
{
    private const string Root = "/v1/routing";

    public static Command Create(TimeProvider time) => new("routing", "The routing plan of a running gateway (the token is read from CROSSPOINT_ADMIN_TOKEN)")
    {
        Show(), Revisions(), Check(), RehearsalCommand.Create(time), Draft(), Diff(), Activate(), RollBack(), Delete(), Apply(time),
    };

    private static Command Show()
    {
        var revision = new Argument<long?>("revision") { Description = "Number of the revision; left out for the plan in force", DefaultValueFactory = _ => null };
        var command = new Command("show", "A plan as it was written, and what is to be said of it") { revision };
        new OperatorClient().SetAction(command, async (result, client, cancellationToken) =>
        {
            long? number = result.GetValue(revision);
            if (number is null)
            {
                JsonNode? head = await OperatorClient.SendAsync(client, HttpMethod.Get, Root, null, cancellationToken).ConfigureAwait(false);
                if (head is null) return ExitCodes.Failed;
                number = head["in_force"]!["revision"]!.GetValue<long>();
            }

            JsonNode? answer = await OperatorClient.SendAsync(client, HttpMethod.Get, PathOf(number.Value), null, cancellationToken).ConfigureAwait(false);
            if (answer is null) return ExitCodes.Failed;
            JsonNode head_ = answer["revision"]!;
            Console.WriteLine($"# revision {head_["revision"]}, {head_["state"]}, by {head_["by"]} at {head_["at"]}{(head_["note"]!.ToString() is { Length: > 0 } note ? $": {note}" : "")}");
            Console.WriteLine(answer["text"]!.ToString().TrimEnd());
            return await ShowFindingsAsync(answer).ConfigureAwait(false);
        });
        return command;
    }

    private static Command Revisions()
    {
        var command = new Command("revisions", "The revisions of the plan, the newest first");
        new OperatorClient().SetAction(command, static async (_, client, cancellationToken) =>
        {
            JsonNode? page = await OperatorClient.SendAsync(client, HttpMethod.Get, $"{Root}/revisions", null, cancellationToken).ConfigureAwait(false);
            if (page is null) return ExitCodes.Failed;
            RevisionTable.Show(page);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Check()
    {
        Argument<string> file = PlanFile();
        Option<bool> whole = WholeFile();
        var command = new Command("check", "Say what is wrong with a plan, or may not be meant, by what the gateway has now") { file, whole };
        new OperatorClient().SetAction(command, async (result, client, cancellationToken) =>
        {
            using HttpContent? content = await ReadAsync(result.GetRequiredValue(file), result.GetValue(whole), cancellationToken).ConfigureAwait(false);
            if (content is null) return ExitCodes.BadConfiguration;
            JsonNode? answer = await OperatorClient.SendAsync(client, HttpMethod.Post, $"{Root}/check", content, cancellationToken).ConfigureAwait(false);
            if (answer is null) return ExitCodes.Failed;
            int code = await ShowFindingsAsync(answer).ConfigureAwait(false);
            if (code == ExitCodes.Ok) Console.WriteLine("ok");
            return code;
        });
        return command;
    }

    private static Command Draft()
    {
        Argument<string> file = PlanFile();
        Option<bool> whole = WholeFile();
        var activate = new Option<bool>("--activate") { Description = "Put it into force, if nobody else put another one there meanwhile" };
        Option<string?> note = Note();
        var command = new Command("draft", "Store a plan as a draft and show what it changes") { file, whole, activate, note };
        new OperatorClient().SetAction(command, async (result, client, cancellationToken) =>
        {
            using HttpContent? content = await ReadAsync(result.GetRequiredValue(file), result.GetValue(whole), cancellationToken).ConfigureAwait(false);
            if (content is null) return ExitCodes.BadConfiguration;
            string query = result.GetValue(note) is { Length: > 0 } text ? $"?note={Uri.EscapeDataString(text)}" : "";
            JsonNode? answer = await OperatorClient.SendAsync(client, HttpMethod.Post, $"{Root}/revisions{query}", content, cancellationToken).ConfigureAwait(false);
            if (answer is null) return ExitCodes.Failed;
            long number = answer["revision"]!["revision"]!.GetValue<long>();
            Console.WriteLine($"revision {number} is a draft");
            await ShowFindingsAsync(answer).ConfigureAwait(false);
            int shown = await ShowDiffAsync(client, $"{PathOf(number)}/diff", cancellationToken).ConfigureAwait(false);
            return shown == ExitCodes.Ok && result.GetValue(activate)
                ? await RevisionRequests.ActivateAsync(client, PathOf(number), new(), cancellationToken).ConfigureAwait(false)
                : shown;
        });
        return command;
    }

    private static Command Diff()
    {
        Argument<long> revision = Revision();
        var against = new Option<long?>("--against") { Description = "Another revision; left out for the plan in force" };
        var command = new Command("diff", "What a revision changes, rule by rule") { revision, against };
        new OperatorClient().SetAction(command, async (result, client, cancellationToken) =>
        {
            string query = result.GetValue(against) is { } other ? string.Create(CultureInfo.InvariantCulture, $"?against={other}") : "";
            return await ShowDiffAsync(client, $"{PathOf(result.GetRequiredValue(revision))}/diff{query}", cancellationToken).ConfigureAwait(false);
        });
        return command;
    }

    private static Command Activate()
    {
        Argument<long> revision = Revision();
        var expected = new Option<long?>("--expected") { Description = "The revision that you know as the last activated; left out for the draft's parent" };
        Option<string?> note = Note();
        var command = new Command("activate", "Put a draft into force, at once") { revision, expected, note };
        new OperatorClient().SetAction(command, async (result, client, cancellationToken) =>
        {
            var body = new JsonObject { ["expected"] = result.GetValue(expected), ["note"] = result.GetValue(note) };
            return await RevisionRequests.ActivateAsync(client, PathOf(result.GetRequiredValue(revision)), body, cancellationToken).ConfigureAwait(false);
        });
        return command;
    }

    private static Command RollBack()
    {
        (Option<long?> to, Option<long?> expected) = RevisionRequests.RollBackOptions();
        Option<string?> note = Note();
        var command = new Command("rollback", "Go back to an earlier revision, at once") { to, expected, note };
        new OperatorClient().SetAction(command, async (result, client, cancellationToken) => await RevisionRequests.RollBackAsync(
            client, Root, result.GetValue(to), result.GetValue(expected), result.GetValue(note), cancellationToken).ConfigureAwait(false));
        return command;
    }

    private static Command Delete()
    {
        Argument<long> revision = Revision();
        var command = new Command("delete", "Delete a draft") { revision };
        new OperatorClient().SetAction(command, async (result, client, cancellationToken) =>
            await RevisionRequests.DeleteAsync(client, PathOf(result.GetRequiredValue(revision)), cancellationToken).ConfigureAwait(false));
        return command;
    }

    /// <summary>For a gateway that does not run, as one that cannot start with the plan in force.</summary>
    private static Command Apply(TimeProvider time)
    {
        var config = new Option<string>("--config", "-c") { Description = "The gateway's YAML file", Required = true };
        Option<string?> note = Note();
        var command = new Command("apply", "Make the routing of the configuration file the plan in force, while the gateway does not run") { config, note };
        command.SetAction(async (result, cancellationToken) =>
        {
            if (await LoadAsync(result.GetRequiredValue(config)).ConfigureAwait(false) is not { } loaded) return ExitCodes.BadConfiguration;
            try
            {
                RevisionChange change = await RoutingDesk.ApplyFileAsync(
                    loaded, time, new(OperatorClient.NameOfUser(), result.GetValue(note) ?? ""), cancellationToken).ConfigureAwait(false);
                if (change.IsDone)
                {
                    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"the routing of the file is revision {change.Revision!.Number}, and in force from the next start on"));
                    return ExitCodes.Ok;
                }

                await Console.Error.WriteLineAsync($"it cannot be stored: {change.Detail}").ConfigureAwait(false);
            }
            catch (Exception e) when (e is InvalidOperationException or IOException or UnauthorizedAccessException)
            {
                await Console.Error.WriteLineAsync(e.Message).ConfigureAwait(false);
            }

            return ExitCodes.Failed;
        });
        return command;
    }

    private static async Task<HttpContent?> ReadAsync(string file, bool isWhole, CancellationToken cancellationToken)
    {
        if (!isWhole) return new StringContent(await File.ReadAllTextAsync(file, cancellationToken).ConfigureAwait(false), Encoding.UTF8, "application/yaml");
        return await LoadAsync(file).ConfigureAwait(false) is { } config ? new ReadOnlyMemoryContent(config.RoutingText) : null;
    }

    private static async Task<GatewayConfig?> LoadAsync(string file)
    {
        ConfigResult loaded = ConfigFile.Load(file);
        foreach (ConfigError error in loaded.Errors) await Console.Error.WriteLineAsync(error.ToString()).ConfigureAwait(false);
        return loaded.Config;
    }

    private static async Task<int> ShowFindingsAsync(JsonNode answer)
    {
        foreach (JsonNode? finding in answer["findings"]!.AsArray())
        {
            string key = finding!["key"]!.ToString();
            await Console.Error.WriteLineAsync($"{finding["severity"]}: line {finding["line"]}: {(key.Length > 0 ? $"{key}: " : "")}{finding["message"]}").ConfigureAwait(false);
        }

        return answer["usable"]!.GetValue<bool>() ? ExitCodes.Ok : ExitCodes.BadConfiguration;
    }

    private static async Task<int> ShowDiffAsync(HttpClient client, string path, CancellationToken cancellationToken)
    {
        JsonNode? diff = await OperatorClient.SendAsync(client, HttpMethod.Get, path, null, cancellationToken).ConfigureAwait(false);
        if (diff is null) return ExitCodes.Failed;
        JsonArray changes = diff["changes"]!.AsArray();
        Console.WriteLine($"against revision {diff["against"]}: {(changes.Count == 0 ? "no difference" : $"{changes.Count} {(changes.Count == 1 ? "difference" : "differences")}")}");
        foreach (JsonNode? change in changes)
        {
            Console.WriteLine($"  {change!["text"]}");
            foreach (JsonNode? key in change["keys"]!.AsArray())
            {
                if (key!["before"] is { } before) Console.WriteLine($"    - {key["key"]}: {before.ToJsonString()}");
                if (key["after"] is { } after) Console.WriteLine($"    + {key["key"]}: {after.ToJsonString()}");
            }
        }

        return ExitCodes.Ok;
    }

    private static Argument<string> PlanFile() => new("file") { Description = "YAML or JSON with the keys of 'routing'" };

    private static Option<bool> WholeFile() => new("--whole") { Description = "The file is a gateway's whole configuration: its 'routing' is meant" };

    private static Argument<long> Revision() => new("revision") { Description = "Number of the revision" };

    private static Option<string?> Note() => new("--note") { Description = "Kept with the change" };

    private static string PathOf(long revision) => string.Create(CultureInfo.InvariantCulture, $"{Root}/revisions/{revision}");
}
