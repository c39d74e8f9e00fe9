using System.CommandLine;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace Crosspoint.Cli;

/// <summary><c>crosspoint accounts</c>: accounts of a running gateway, their API keys and limits.</summary>
internal static class AccountCommands
{
    private const string Path = "/v1/accounts";

    public static Command Create() => new("accounts", "Accounts of a running gateway (the token is read from CROSSPOINT_ADMIN_TOKEN)")
    {
        List(),
        Add(),
        Switch("disable", "Refuse an account's credentials and end its binds; what it sent before goes on"),
        Switch("enable", "Take an account's credentials again"),
        new Command("keys", "API keys of an account") { ListKeys(), AddKey(), RevokeKey() },
        AccountLimitCommands.Create(),
    };

    private static Command List()
    {
        var command = new Command("list", "Accounts by SID");
        new OperatorClient().SetAction(command, static async (_, client, cancellationToken) =>
        {
            Table table = ConsoleTable.With("account", "name", "from", "state", "numbers", "keys", "smpp", "weight");
            for (string? cursor = ""; cursor is not null;)
            {
                string path = cursor.Length == 0 ? Path : $"{Path}?cursor={cursor}";
                JsonNode? page = await OperatorClient.SendAsync(client, HttpMethod.Get, path, null, cancellationToken).ConfigureAwait(false);
                if (page is null) return ExitCodes.Failed;
                foreach (JsonNode? account in page["accounts"]!.AsArray())
                {
                    ConsoleTable.Add(
                        table, account!["account_sid"], account["name"], account["source"], account["enabled"]!.GetValue<bool>() ? account["state"] : "disabled",
                        account["numbers"]!.AsArray().Count, account["keys"], account["smpp_credentials"], account["weight"]);
                }

                cursor = page["next_cursor"]?.ToString();
            }

            ConsoleTable.Write(table);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Add()
    {
        var name = new Argument<string>("name") { Description = "A name for people" };
        var numbers = new Option<string[]>("--number") { Description = "A number or name of its own; may be given several times" };
        var owned = new Option<bool>("--owned-senders") { Description = "It may send from its own numbers and names alone" };
        var command = new Command("add", "Make an account: prints its SID, auth token and webhook secret, once") { name, numbers, owned };
        new OperatorClient().SetAction(command, async (result, client, cancellationToken) =>
        {
            var body = new JsonObject
            {
                ["name"] = result.GetRequiredValue(name),
                ["senders"] = result.GetValue(owned) ? "owned" : "any",
                ["numbers"] = new JsonArray([.. (result.GetValue(numbers) ?? []).Select(static number => new JsonObject { ["number"] = number })]),
            };
            JsonNode? made = await OperatorClient.SendAsync(client, HttpMethod.Post, Path, OperatorClient.Json(body), cancellationToken).ConfigureAwait(false);
            if (made is null) return ExitCodes.Failed;
            Console.WriteLine($"account {made["account_sid"]}");
            Console.WriteLine($"auth token {made["auth_token"]}");
            Console.WriteLine($"webhook secret {made["webhook_secret"]}");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Switch(string verb, string description)
    {
        Argument<string> sid = Sid();
        var command = new Command(verb, description) { sid };
        new OperatorClient().SetAction(command, async (result, client, cancellationToken) =>
        {
            JsonNode? account = await OperatorClient.SendAsync(
                client, HttpMethod.Post, $"{PathOf(result.GetRequiredValue(sid))}/{verb}", null, cancellationToken).ConfigureAwait(false);
            if (account is null) return ExitCodes.Failed;
            Console.WriteLine($"{account["account_sid"]} is {verb}d");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command ListKeys()
    {
        Argument<string> sid = Sid();
        var command = new Command("list", "Keys without their secrets") { sid };
        new OperatorClient().SetAction(command, async (result, client, cancellationToken) =>
        {
            JsonNode? list = await OperatorClient.SendAsync(
                client, HttpMethod.Get, $"{PathOf(result.GetRequiredValue(sid))}/keys", null, cancellationToken).ConfigureAwait(false);
            if (list is null) return ExitCodes.Failed;
            Table table = ConsoleTable.With("key", "name", "from", "ends with", "made", "by", "last used");
            foreach (JsonNode? key in list["keys"]!.AsArray())
            {
                ConsoleTable.Add(
                    table, key!["sid"], key["name"], key["source"], key["ending"], ConsoleTable.Moment(key["created_at"]), key["created_by"],
                    ConsoleTable.Moment(key["last_used_at"]));
            }

            ConsoleTable.Write(table);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command AddKey()
    {
        Argument<string> sid = Sid();
        var name = new Argument<string>("name") { Description = "What the key is for" };
        var command = new Command("add", "Make a key: prints its SID and its secret, once") { sid, name };
        new OperatorClient().SetAction(command, async (result, client, cancellationToken) =>
        {
            using StringContent body = OperatorClient.Json(new() { ["name"] = result.GetRequiredValue(name) });
            JsonNode? made = await OperatorClient.SendAsync(
                client, HttpMethod.Post, $"{PathOf(result.GetRequiredValue(sid))}/keys", body, cancellationToken).ConfigureAwait(false);
            if (made is null) return ExitCodes.Failed;
            Console.WriteLine($"key {made["key"]!["sid"]}");
            Console.WriteLine($"secret {made["secret"]}");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command RevokeKey()
    {
        Argument<string> sid = Sid();
        var key = new Argument<string>("key") { Description = "SID of the key" };
        var command = new Command("revoke", "Revoke a key, at once") { sid, key };
        new OperatorClient().SetAction(command, async (result, client, cancellationToken) =>
        {
            string path = $"{PathOf(result.GetRequiredValue(sid))}/keys/{Uri.EscapeDataString(result.GetRequiredValue(key))}";
            if (await OperatorClient.SendAsync(client, HttpMethod.Delete, path, null, cancellationToken).ConfigureAwait(false) is null) return ExitCodes.Failed;
            Console.WriteLine($"{result.GetRequiredValue(key)} is revoked");
            return ExitCodes.Ok;
        });
        return command;
    }

    public static Argument<string> Sid() => new("account") { Description = "SID of the account" };

    public static string PathOf(string sid) => $"{Path}/{Uri.EscapeDataString(sid)}";
}
