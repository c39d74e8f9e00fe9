using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;

namespace Crosspoint.Cli;

/// <summary><c>crosspoint send</c>: one message through a running gateway, and, with --wait, its end.</summary>
internal static class SendCommand
{
    private static readonly string[] EndStates = ["delivered", "undelivered", "failed", "expired", "canceled", "unconfirmed"];
    private static readonly TimeSpan PollPeriod = TimeSpan.FromMilliseconds(200);

    public static Command Create(TimeProvider time)
    {
        var gateway = new GatewayClient();
        var to = new Argument<string>("to") { Description = "Recipient, in E.164 form" };
        var body = new Argument<string>("body") { Description = "Text of the message" };
        var from = new Option<string>("--from") { Description = "Sender", DefaultValueFactory = _ => "Crosspoint" };
        var trafficClass =
            new Option<string>("--class") { Description = "otp, transactional or marketing", DefaultValueFactory = _ => "transactional" };
        var wait = new Option<bool>("--wait") { Description = "Wait for the message's end and show its timeline" };
        var command = new Command("send", "Send a message through a running gateway (the token is read from CROSSPOINT_TOKEN)") { to, body, from, trafficClass, wait };
        gateway.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            using HttpClient client = gateway.Connect(result);
            var request = new JsonObject
            {
                ["to"] = result.GetRequiredValue(to),
                ["from"] = result.GetRequiredValue(from),
                ["body"] = result.GetRequiredValue(body),
                ["class"] = result.GetRequiredValue(trafficClass),
            };
            try
            {
                return await SendAsync(client, request, result.GetValue(wait), time, cancellationToken).ConfigureAwait(false);
            }
            catch (HttpRequestException e)
            {
                await Console.Error.WriteLineAsync(
                    $"The gateway at {client.BaseAddress} does not answer: {e.Message}").ConfigureAwait(false);
                return ExitCodes.Failed;
            }
        });
        return command;
    }

    private static async Task<int> SendAsync(
        HttpClient client, JsonObject request, bool wait, TimeProvider time, CancellationToken cancellationToken)
    {
        using var content = new StringContent(request.ToJsonString(), Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await client.PostAsync(
            new Uri("/v1/messages", UriKind.Relative), content, cancellationToken).ConfigureAwait(false);
        string text = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
        {
            await Problems.ShowAsync(text, (int)response.StatusCode).ConfigureAwait(false);
            return ExitCodes.Failed;
        }

        string id = JsonNode.Parse(text)!["id"]!.GetValue<string>();
        Console.WriteLine(text);
        if (!wait) return ExitCodes.Ok;
        while (true)
        {
            string json = await client.GetStringAsync(
                new Uri($"/v1/messages/{id}", UriKind.Relative), cancellationToken).ConfigureAwait(false);
            string status = JsonNode.Parse(json)!["status"]!.GetValue<string>();
            if (EndStates.Contains(status))
            {
                Console.WriteLine(await client.GetStringAsync(
                    new Uri($"/v1/messages/{id}/events", UriKind.Relative), cancellationToken).ConfigureAwait(false));
                return status == "delivered" ? ExitCodes.Ok : ExitCodes.Failed;
            }

            await Task.Delay(PollPeriod, time, cancellationToken).ConfigureAwait(false);
        }
    }
}
