using System.CommandLine;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace Crosspoint.Cli;

/// <summary><c>crosspoint users</c>: users of the console of a running gateway, also when nobody can sign in.</summary>
internal static class UserCommands
{
    private const string Path = "/v1/users";

    public static Command Create() => new("users", "Users of the console (the token is read from CROSSPOINT_ADMIN_TOKEN)")
    {
        List(),
        Add(),
        ResetPassword(),
        Unlock(),
        Disable(),
    };

    private static Command List()
    {
        var command = new Command("list", "Users by name");
        new OperatorClient().SetAction(command, static async (_, client, cancellationToken) =>
        {
            JsonNode? list = await OperatorClient.SendAsync(client, HttpMethod.Get, Path, null, cancellationToken).ConfigureAwait(false);
            if (list is null) return ExitCodes.Failed;
            Table table = ConsoleTable.With("name", "display name", "role", "account", "state", "second factor", "last sign-in", "locked until");
            foreach (JsonNode? user in list["users"]!.AsArray())
            {
                ConsoleTable.Add(
                    table, user!["name"], user["display_name"], user["role"], user["account_sid"], user["state"], user["second_factor"]!.GetValue<bool>() ? "yes" : "no",
                    ConsoleTable.Moment(user["last_sign_in_at"]), ConsoleTable.Moment(user["locked_until"]));
            }

            ConsoleTable.Write(table);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Add()
    {
        Argument<string> name = Name();
        var role = new Option<string>("--role") { Description = "owner, operator, compliance, finance, read_only or customer", DefaultValueFactory = static _ => "read_only" };
        var account = new Option<string?>("--customer-of") { Description = "SID of the account; with the role customer, and with no other" };
        var display = new Option<string?>("--display-name") { Description = "The name for people" };
        var command = new Command("add", "Invite a user: prints a link that sets the password, once and within 72 hours") { name, role, account, display };
        new OperatorClient().SetAction(command, async (result, client, cancellationToken) =>
        {
            var body = new JsonObject { ["name"] = result.GetRequiredValue(name), ["role"] = result.GetValue(role) };
            if (result.GetValue(account) is { } sid) body["account_sid"] = sid;
            if (result.GetValue(display) is { } text) body["display_name"] = text;
            return PrintLink(await OperatorClient.SendAsync(client, HttpMethod.Post, Path, OperatorClient.Json(body), cancellationToken).ConfigureAwait(false));
        });
        return command;
    }

    private static Command ResetPassword()
    {
        Argument<string> name = Name();
        var command = new Command("reset-password", "Take the password away, end all sessions, and print a link that sets a new one") { name };
        new OperatorClient().SetAction(command, async (result, client, cancellationToken) => PrintLink(await OperatorClient.SendAsync(
            client, HttpMethod.Post, $"{PathOf(result.GetRequiredValue(name))}/reset-password", null, cancellationToken).ConfigureAwait(false)));
        return command;
    }

    private static Command Unlock()
    {
        Argument<string> name = Name();
        var command = new Command("unlock", "Open a name that is locked after sign-ins that failed") { name };
        new OperatorClient().SetAction(command, async (result, client, cancellationToken) =>
        {
            string wanted = result.GetRequiredValue(name);
            JsonNode? done = await OperatorClient.SendAsync(client, HttpMethod.Post, $"{PathOf(wanted)}/unlock", null, cancellationToken).ConfigureAwait(false);
            if (done is null) return ExitCodes.Failed;
            Console.WriteLine($"{wanted} is open");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Disable()
    {
        Argument<string> name = Name();
        var command = new Command("disable", "Keep a user out, and end all sessions") { name };
        new OperatorClient().SetAction(command, async (result, client, cancellationToken) =>
        {
            JsonNode? user = await OperatorClient.SendAsync(
                client, HttpMethod.Patch, PathOf(result.GetRequiredValue(name)), OperatorClient.Json(new() { ["state"] = "disabled" }), cancellationToken).ConfigureAwait(false);
            if (user is null) return ExitCodes.Failed;
            Console.WriteLine($"{user["name"]} is disabled");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Argument<string> Name() => new("name") { Description = "What the user signs in with" };

    private static string PathOf(string name) => $"{Path}/{Uri.EscapeDataString(name)}";

    private static int PrintLink(JsonNode? invitation)
    {
        if (invitation is null) return ExitCodes.Failed;
        Console.WriteLine($"{invitation["user"]!["name"]} sets the password at {invitation["link"]} until {ConsoleTable.Moment(invitation["expires_at"])}");
        return ExitCodes.Ok;
    }
}
