using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net.Http.Headers;
using System.Text;

namespace Crosspoint.Cli;

/// <summary>
/// Options with which a command finds a running gateway, and the client for it. The defaults are those of <c>crosspoint demo</c>.
/// </summary>
internal sealed class GatewayClient
{
    public Option<Uri> Url { get; } = new("--url")
    {
        Description = "Address of the gateway (or CROSSPOINT_URL)",
        DefaultValueFactory = result => ReadAddress(Setting("CROSSPOINT_URL", "http://127.0.0.1:8080"), "CROSSPOINT_URL", result),
        CustomParser = result => ReadAddress(result.Tokens.Count > 0 ? result.Tokens[^1].Value : "", "--url", result),
    };

    public Option<string> Account { get; } = new("--account")
    {
        Description = "Account SID (or CROSSPOINT_ACCOUNT)",
        DefaultValueFactory = _ => Setting("CROSSPOINT_ACCOUNT", "AC00000000000000000000000000000001"),
    };

    // Not an option: what stands on a command line can be read by every user of the machine.
    private static string Token => Setting("CROSSPOINT_TOKEN", "0123456789abcdef0123456789abcdef");

    public void AddTo(Command command)
    {
        command.Options.Add(Url);
        command.Options.Add(Account);
    }

    public HttpClient Connect(ParseResult result)
    {
        string credentials = $"{result.GetRequiredValue(Account)}:{Token}";
        var client = new HttpClient { BaseAddress = result.GetRequiredValue(Url), Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials)));
        return client;
    }

    private static Uri ReadAddress(string text, string name, ArgumentResult result)
    {
        if (Uri.TryCreate(text, UriKind.Absolute, out Uri? address) && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps)) return address;
        result.AddError($"{name}: expected an address such as http://127.0.0.1:8080");
        return new("http://127.0.0.1:8080");
    }

    private static string Setting(string name, string otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : otherwise;
}
