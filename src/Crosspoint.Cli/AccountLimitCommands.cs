using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace Crosspoint.Cli;

/// <summary><c>crosspoint accounts limits</c>: what an account has in the place of the limits that hold for every account.</summary>
internal static class AccountLimitCommands
{
    private const string None = "{}";

    public static Command Create() => new("limits", "Caps on an account's segments in a second or a day") { Show(), Set(), Clear() };

    private static Command Show()
    {
        Argument<string> sid = AccountCommands.Sid();
        var command = new Command("show", "Limits in force, and what waits for them") { sid };
        new OperatorClient().SetAction(command, async (result, client, cancellationToken) =>
        {
            string path = AccountCommands.PathOf(result.GetRequiredValue(sid));
            if (await OperatorClient.SendAsync(client, HttpMethod.Get, path, null, cancellationToken).ConfigureAwait(false) is not { } account) return ExitCodes.Failed;
            Write(account);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Set()
    {
        Argument<string> sid = AccountCommands.Sid();
        var rate = new Option<double?>("--rate") { Description = "Segments a second; 0 for no cap, whatever holds for every account" };
        var burst = new Option<double?>("--burst") { Description = "Segments at once after a pause" };
        var queue = new Option<string?>("--queue") { Description = "How much may wait, as the time in which it goes out: 30s, 5m, 4h" };
        var over = new Option<string?>("--over") { Description = "What is answered when the queue is full: throttle or refuse" };
        var perDay = new Option<int?>("--per-day") { Description = "Segments in a calendar day; 0 for no cap" };
        var zone = new Option<string?>("--zone") { Description = "Whose days they are, such as America/New_York" };
        var perDayOver = new Option<string?>("--per-day-over") { Description = "What happens with more in a day: queue, throttle or refuse" };
        var command = new Command("set", "Give an account limits of its own: what is left out is as for every account")
        {
            sid, rate, burst, queue, over, perDay, zone, perDayOver,
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(rate) is null && result.GetResult(perDay) is null) result.AddError("Expected --rate, --per-day or both.");
        });
        new OperatorClient().SetAction(command, (result, client, cancellationToken) =>
        {
            var limits = new JsonObject();
            Put("rate", result.GetValue(rate)?.ToString(CultureInfo.InvariantCulture));
            Put("burst", result.GetValue(burst)?.ToString(CultureInfo.InvariantCulture));
            Put("queue", result.GetValue(queue));
            Put("over", result.GetValue(over));
            Put("per_day", result.GetValue(perDay)?.ToString(CultureInfo.InvariantCulture));
            Put("zone", result.GetValue(zone));
            Put("per_day_over", result.GetValue(perDayOver));
            return PutAsync(client, result.GetRequiredValue(sid), limits, cancellationToken);

            void Put(string key, string? value)
            {
                if (value is not null) limits[key] = value;
            }
        });
        return command;
    }

    private static Command Clear()
    {
        Argument<string> sid = AccountCommands.Sid();
        var command = new Command("clear", "Take an account's own limits away: what holds for every account holds for it") { sid };
        new OperatorClient().SetAction(
            command, (result, client, cancellationToken) => PutAsync(client, result.GetRequiredValue(sid), null, cancellationToken));
        return command;
    }

    // The text of the revision in force with other limits in it: all else stays as it is, and nobody else's change is lost.
    private static async Task<int> PutAsync(HttpClient client, string sid, JsonObject? limits, CancellationToken cancellationToken)
    {
        string path = AccountCommands.PathOf(sid);
        if (await OperatorClient.SendAsync(client, HttpMethod.Get, path, null, cancellationToken).ConfigureAwait(false) is not { } account) return ExitCodes.Failed;
        string settings = None;
        if (account["in_force"] is { } inForce)
        {
            string revision = $"{path}/revisions/{inForce["revision"]}";
            if (await OperatorClient.SendAsync(client, HttpMethod.Get, revision, null, cancellationToken).ConfigureAwait(false) is not { } read) return ExitCodes.Failed;
            settings = read["text"]!.ToString();
        }

        JsonObject body = JsonNode.Parse(settings)!.AsObject();
        body.Remove("limits");
        if (limits is not null) body["limits"] = limits;
        using StringContent content = OperatorClient.Json(body);
        JsonNode? changed = await OperatorClient.SendAsync(
            client, HttpMethod.Put, $"{path}?expected={account["last_activated"]}", content, cancellationToken).ConfigureAwait(false);
        if (changed is null) return ExitCodes.Failed;
        Write(changed);
        return ExitCodes.Ok;
    }

    private static void Write(JsonNode account)
    {
        // Caps that are none are in force, and limit nothing.
        bool isFree = Tell("rate", "a second") | Tell("per_day", "a day");
        JsonArray limits = account["limits_in_force"]!.AsArray();
        if (limits.Count == 0)
        {
            if (!isFree) Console.WriteLine($"{account["account_sid"]} has no limits");
            return;
        }

        Table table = ConsoleTable.With("limit", "from", "a second", "burst", "queue", "a day", "zone", "over", "about", "waiting", "today");
        foreach (JsonNode? limit in limits)
        {
            IEnumerable<string> about = limit!["match"]!.AsObject().Select(static pair => $"{pair.Key} {pair.Value}");
            if (limit["each"] is { } each && each.ToString() != "account") about = about.Append($"each {each}");
            ConsoleTable.Add(
                table, limit["name"], limit["source"], limit["rate"], limit["burst"], limit["queue"], limit["per_day"], limit["zone"], limit["over"],
                string.Join(", ", about), limit["waiting_segments"], limit["today"]);
        }

        ConsoleTable.Write(table);

        bool Tell(string key, string span)
        {
            if (account["limits"]![key]?.GetValue<double>() != 0) return false;
            Console.WriteLine($"{account["account_sid"]} has no cap {span}, whatever holds for every account");
            return true;
        }
    }
}
