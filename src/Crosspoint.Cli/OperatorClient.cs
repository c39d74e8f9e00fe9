using System.CommandLine;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Crosspoint.Cli;

/// <summary>
/// Options with which a command finds a running gateway as its operator, and its requests. The token is read from the environment: what stands
/// on a command line can be read by every user of the machine.
/// </summary>
internal sealed class OperatorClient
{
    private const string TokenVariable = "CROSSPOINT_ADMIN_TOKEN";

    private readonly GatewayClient _gateway = new();

    public void AddTo(Command command) => command.Options.Add(_gateway.Url);

    /// <summary>Runs a command's work; says what went wrong.</summary>
    public void SetAction(Command command, Func<ParseResult, HttpClient, CancellationToken, Task<int>> work)
    {
        AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            if (Environment.GetEnvironmentVariable(TokenVariable) is not { Length: > 0 } token)
            {
                await Console.Error.WriteLineAsync($"{TokenVariable} is not set: expected the token of http.admin_token").ConfigureAwait(false);
                return ExitCodes.BadConfiguration;
            }

            using var client = new HttpClient { BaseAddress = result.GetRequiredValue(_gateway.Url), Timeout = Timeout.InfiniteTimeSpan };
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
            client.DefaultRequestHeaders.Add("Crosspoint-Operator", NameOfUser());
            try
            {
                return await work(result, client, cancellationToken).ConfigureAwait(false);
            }
            catch (HttpRequestException e)
            {
                await Console.Error.WriteLineAsync($"The gateway at {client.BaseAddress} does not answer: {e.Message}").ConfigureAwait(false);
                return ExitCodes.Failed;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                await Console.Error.WriteLineAsync(e.Message).ConfigureAwait(false);
                return ExitCodes.Failed;
            }
        });
    }

    /// <summary>The answer; null after its problem was shown.</summary>
    public static async Task<JsonNode?> SendAsync(
        HttpClient client, HttpMethod method, string path, HttpContent? content, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = content };
        using HttpResponseMessage response = await client.SendAsync(request, cancellationToken).ConfigureAwait(false);
        string text = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
        if (response.IsSuccessStatusCode) return text.Length == 0 ? new JsonObject() : JsonNode.Parse(text);
        await Problems.ShowAsync(text, (int)response.StatusCode).ConfigureAwait(false);
        return null;
    }

    public static StringContent Json(JsonObject body) => new(body.ToJsonString(), Encoding.UTF8, "application/json");

    /// <summary>Who runs the command, in printable ASCII as a header takes it.</summary>
    public static string NameOfUser()
    {
        string name = new([.. Environment.UserName.Where(static c => c is > ' ' and < '\u007f').Take(100)]);
        return name.Length > 0 ? name : "operator";
    }
}
