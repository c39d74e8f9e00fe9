using System.CommandLine;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Crosspoint.Cli.Rates;
using Spectre.Console;

namespace Crosspoint.Cli.Routing;

/// <summary><c>crosspoint routing simulate</c>: what a draft of the plan would change, on messages that were sent or on a sample.</summary>
internal static class RehearsalCommand
{
    private const string Path = "/v1/routing/simulate";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);

    public static Command Create(TimeProvider time)
    {
        var plan = new Option<string>("--plan") { Description = "File with the keys of 'routing', YAML or JSON; or the number of a revision", Required = true };
        var from = new Option<string?>("--from") { Description = "Replay the messages accepted from then on, such as 2026-11-20T00:00:00Z" };
        var to = new Option<string?>("--to") { Description = "Up to then; left out for now" };
        var sample = new Option<string?>("--sample") { Description = "File with messages instead: .csv, or .ndjson with a JSON object on each line" };
        var json = new Option<bool>("--json") { Description = "Print the report as JSON" };
        var command = new Command("simulate", "Rehearse a plan: what would move, cost and be delivered; nothing is sent") { plan, from, to, sample, json };
        new OperatorClient().SetAction(command, async (result, client, cancellationToken) =>
        {
            string? file = result.GetValue(sample);
            if ((result.GetValue(from) is null) == (file is null) || (file is not null && result.GetValue(to) is not null))
            {
                await Console.Error.WriteLineAsync("Expected either --from, with or without --to, or --sample").ConfigureAwait(false);
                return ExitCodes.BadConfiguration;
            }

            string name = result.GetRequiredValue(plan);
            bool isRevision = long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out long revision) && !File.Exists(name);
            string text = isRevision ? name : await File.ReadAllTextAsync(name, cancellationToken).ConfigureAwait(false);
            JsonNode? simulation = file is not null
                ? await UploadAsync(client, text, file, cancellationToken).ConfigureAwait(false)
                : await ReplayAsync(
                    client, isRevision ? revision : text, result.GetValue(from)!, result.GetValue(to), time, cancellationToken).ConfigureAwait(false);
            if (simulation is null) return ExitCodes.Failed;
            if (simulation["report"] is not { } report)
            {
                await Console.Error.WriteLineAsync($"The simulation is {simulation["state"]}. {simulation["fault"]}").ConfigureAwait(false);
                return ExitCodes.Failed;
            }

            if (result.GetValue(json)) Console.WriteLine(simulation.ToJsonString(Indented));
            else RehearsalTables.Show(report);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static async Task<JsonNode?> ReplayAsync(
        HttpClient client, JsonNode plan, string from, string? to, TimeProvider time, CancellationToken cancellationToken)
    {
        using StringContent content = OperatorClient.Json(new() { ["plan"] = plan, ["from"] = from, ["to"] = to });
        JsonNode? simulation = await OperatorClient.SendAsync(client, HttpMethod.Post, Path, content, cancellationToken).ConfigureAwait(false);
        if (simulation is null) return null;
        string path = $"/v1/routing/simulations/{simulation["id"]}";
        try
        {
            if (!IsWatched) return await FollowAsync(client, path, time, static _ => { }, cancellationToken).ConfigureAwait(false);
            return await Bar().StartAsync(async context =>
            {
                ProgressTask task = context.AddTask("messages", maxValue: 1);
                return await FollowAsync(
                    client, path, time,
                    now =>
                    {
                        task.Description = $"{now["progress"]!["messages"]} messages";
                        task.Value = now["progress"]!["part"]?.GetValue<double>() ?? 0;
                    },
                    cancellationToken).ConfigureAwait(false);
            }).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // It would go on for nobody.
            await OperatorClient.SendAsync(client, HttpMethod.Delete, path, null, CancellationToken.None).ConfigureAwait(false);
            throw;
        }
    }

    private static async Task<JsonNode?> FollowAsync(
        HttpClient client, string path, TimeProvider time, Action<JsonNode> show, CancellationToken cancellationToken)
    {
        while (true)
        {
            JsonNode? now = await OperatorClient.SendAsync(client, HttpMethod.Get, path, null, cancellationToken).ConfigureAwait(false);
            if (now is null) return null;
            show(now);
            if (now["state"]!.ToString() != "running") return now;
            await Task.Delay(Poll, time, cancellationToken).ConfigureAwait(false);
        }
    }

    // A sample is rehearsed as it goes up: when it is there, so is the report.
    private static async Task<JsonNode?> UploadAsync(HttpClient client, string plan, string file, CancellationToken cancellationToken)
    {
        FileStream stream = File.OpenRead(file);
        await using (stream.ConfigureAwait(false))
        {
            if (!IsWatched) return await SendAsync(client, plan, stream, static _ => { }, cancellationToken).ConfigureAwait(false);
            return await Bar().StartAsync(async context =>
            {
                ProgressTask task = context.AddTask(Markup.Escape(System.IO.Path.GetFileName(file)), maxValue: Math.Max(stream.Length, 1));
                return await SendAsync(client, plan, stream, sent => task.Value = sent, cancellationToken).ConfigureAwait(false);
            }).ConfigureAwait(false);
        }
    }

    private static async Task<JsonNode?> SendAsync(HttpClient client, string plan, FileStream file, Action<long> sent, CancellationToken cancellationToken)
    {
        using var rows = new SheetContent(file, sent);
        bool isCsv = file.Name.EndsWith(".csv", StringComparison.OrdinalIgnoreCase);
        rows.Headers.ContentType = new MediaTypeHeaderValue(isCsv ? "text/csv" : "application/x-ndjson");
        using var text = new StringContent(plan);
        using var content = new MultipartFormDataContent { { text, "plan" }, { rows, "sample" } };
        return await OperatorClient.SendAsync(client, HttpMethod.Post, Path, content, cancellationToken).ConfigureAwait(false);
    }

    // Where nobody watches there is no bar.
    private static bool IsWatched => AnsiConsole.Profile.Capabilities.Interactive && !Console.IsOutputRedirected;

    private static Progress Bar() => AnsiConsole.Progress()
        .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn());
}
