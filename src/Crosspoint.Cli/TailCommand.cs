using System.CommandLine;

namespace Crosspoint.Cli;

/// <summary><c>crosspoint tail</c>: follows an account's events live, a line each.</summary>
internal static class TailCommand
{
    public static Command Create()
    {
        var gateway = new GatewayClient();
        var command = new Command("tail", "Follow an account's events as they happen (the token is read from CROSSPOINT_TOKEN)");
        gateway.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            using HttpClient client = gateway.Connect(result);
            try
            {
                using HttpResponseMessage response =
                    await client.GetAsync(new Uri("/v1/events", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
                if (!response.IsSuccessStatusCode)
                {
                    string problem = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
                    await Problems.ShowAsync(problem, (int)response.StatusCode).ConfigureAwait(false);
                    return ExitCodes.Failed;
                }

                using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false));
                while (await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } line)
                {
                    if (line.StartsWith("data: ", StringComparison.Ordinal)) Console.WriteLine(line["data: ".Length..]);
                }

                return ExitCodes.Ok;
            }
            catch (OperationCanceledException)
            {
                return ExitCodes.Ok;
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
}
