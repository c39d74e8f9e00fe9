using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace Crosspoint.Cli;

/// <summary><c>crosspoint chaos</c>: experiments on the connections of a running gateway.</summary>
internal static class ChaosCommands
{
    private const string Path = "/v1/chaos";
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    public static Command Create(TimeProvider time) => new("chaos", "Experiments on live connections (the token is read from CROSSPOINT_ADMIN_TOKEN)")
    {
        Run(time),
        List(),
        Show(),
        End(),
    };

    private static Command Run(TimeProvider time)
    {
        var connection = new Argument<string>("connection") { Description = "Name of the connection" };
        var fault = new Argument<string>("fault") { Description = "latency, errors, throttle, disconnect or receipts_lost" };
        var seconds = new Option<long>("--seconds") { Description = "How long", DefaultValueFactory = static _ => 60 };
        (string Name, Option<string?> Option)[] texts =
        [
            ("class", new("--class") { Description = "Only messages of this class; left out for all but one-time codes" }),
            ("country", new("--country") { Description = "Only messages to this country: an ISO 3166-1 code" }),
            ("network", new("--network") { Description = "Only messages to this network: MCC and MNC" }),
            ("status", new("--status") { Description = "For errors: the status that segments are answered with (ESME_RSYSERR)" }),
        ];
        (string Name, Option<double?> Option)[] numbers =
        [
            ("share", new("--share") { Description = "Share of those messages that is hit, up to 1 (0.1)" }),
            ("rate", new("--rate") { Description = "For throttle: segments a second that go through" }),
            ("delivery_at_least", new("--guard") { Description = "It is stopped when fewer of them are delivered than this share (0.9)" }),
        ];
        var latency = new Option<long?>("--latency-ms") { Description = "For latency: milliseconds added to the time to a response" };
        var wait = new Option<bool>("--wait") { Description = "Wait for its end, and show the report" };
        var command = new Command("run", "Begin an experiment") { connection, fault, seconds, latency, wait };
        foreach ((_, Option<string?> option) in texts) command.Options.Add(option);
        foreach ((_, Option<double?> option) in numbers) command.Options.Add(option);
        new OperatorClient().SetAction(command, async (result, client, cancellationToken) =>
        {
            var body = new JsonObject
            {
                ["connection"] = result.GetRequiredValue(connection),
                ["fault"] = result.GetRequiredValue(fault),
                ["seconds"] = result.GetValue(seconds),
            };
            foreach ((string name, Option<string?> option) in texts)
            {
                if (result.GetValue(option) is { } text) body[name] = text;
            }

            foreach ((string name, Option<double?> option) in numbers)
            {
                if (result.GetValue(option) is { } number) body[name] = number;
            }

            if (result.GetValue(latency) is { } milliseconds) body["latency_ms"] = milliseconds;
            JsonNode? run = await OperatorClient.SendAsync(client, HttpMethod.Post, Path, OperatorClient.Json(body), cancellationToken).ConfigureAwait(false);
            if (run is null) return ExitCodes.Failed;
            Console.WriteLine($"experiment {run["number"]} has begun; crosspoint chaos stop {run["number"]} ends it");
            while (result.GetValue(wait) && run!["phase"]!.GetValue<string>() != "done")
            {
                await Task.Delay(Look, time, cancellationToken).ConfigureAwait(false);
                run = await OperatorClient.SendAsync(client, HttpMethod.Get, $"{Path}/{run["number"]}", null, cancellationToken).ConfigureAwait(false);
                if (run is null) return ExitCodes.Failed;
            }

            if (!result.GetValue(wait)) return ExitCodes.Ok;
            Print(run!);
            return IsMet(run!) ? ExitCodes.Ok : ExitCodes.Failed;
        });
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "Experiments, the newest first");
        new OperatorClient().SetAction(command, static async (_, client, cancellationToken) =>
        {
            JsonNode? list = await OperatorClient.SendAsync(client, HttpMethod.Get, Path, null, cancellationToken).ConfigureAwait(false);
            if (list is null) return ExitCodes.Failed;
            Table table = ConsoleTable.With("number", "connection", "fault", "started", "phase", "ended by", "segments hit", "detection", "move", "recovery");
            foreach (JsonNode? run in list["experiments"]!.AsArray())
            {
                ConsoleTable.Add(
                    table, run!["number"], run["experiment"]!["connection"], run["experiment"]!["fault"], ConsoleTable.Moment(run["started_at"]), run["phase"], run["ended_by"],
                    run["segments_hit"], Target(run, "detection"), Target(run, "move"), Target(run, "recovery"));
            }

            ConsoleTable.Write(table);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Show() => One("show", "The report of an experiment", HttpMethod.Get, "");

    private static Command End() => One("stop", "End the fault of an experiment at once", HttpMethod.Post, "/stop");

    private static Command One(string name, string description, HttpMethod method, string action)
    {
        var number = new Argument<long>("number") { Description = "Number of the experiment" };
        var command = new Command(name, description) { number };
        new OperatorClient().SetAction(command, async (result, client, cancellationToken) =>
        {
            string path = string.Create(CultureInfo.InvariantCulture, $"{Path}/{result.GetValue(number)}{action}");
            if (await OperatorClient.SendAsync(client, method, path, null, cancellationToken).ConfigureAwait(false) is not { } run) return ExitCodes.Failed;
            Print(run);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static void Print(JsonNode run)
    {
        JsonNode experiment = run["experiment"]!;
        Console.WriteLine($"experiment {run["number"]}: {experiment["fault"]} on {experiment["connection"]} for {experiment["seconds"]} s, {run["phase"]}"
            + (run["ended_by"] is { } by ? $", the fault was ended by: {by}" : ""));
        Console.WriteLine($"segments hit: {run["segments_hit"]}; messages ended meanwhile: {run["messages_ended"]}, delivered: {run["messages_delivered"]}");
        foreach (string name in (string[])["detection", "move", "recovery"]) Console.WriteLine($"{name}: {Target(run, name)} (target {run["targets"]![name]!["target_seconds"]} s)");
        foreach (JsonNode? change in run["changes"]!.AsArray())
            Console.WriteLine($"  {change!["at"]}  {change["cell"]}: {change["from"]} -> {change["to"]}: {change["reason"]}");
    }

    private static string Target(JsonNode run, string name)
    {
        JsonNode target = run["targets"]![name]!;
        string took = target["seconds"] is { } seconds ? $"{seconds} s" : "none";
        return target["met"] is { } met ? $"{took}, {(met.GetValue<bool>() ? "met" : "missed")}" : $"{took}, open";
    }

    private static bool IsMet(JsonNode run) => run["targets"]!.AsObject().All(static target => target.Value!["met"]?.GetValue<bool>() == true);
}
