using System.Net;
using System.Net.Http.Headers;
using Crosspoint.EndToEnd.Support;

namespace Crosspoint.EndToEnd;

/// <summary>Accounts and their keys from the command line, over a kill.</summary>
public sealed class AccountTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact(Timeout = 120_000)]
    public async Task Accounts_AddKeysDisable_HoldAtOnceAndOutliveAKill()
    {
        string config = OperatorCommands.Config(_folder);
        string sid;
        string kept;
        await using (GatewayProcess gateway = await GatewayProcess.StartAsync(config))
        {
            string added = await OperatorCommands.RunAsync(gateway, 0, "accounts", "add", "Corner shop", "--number", "+15550002000", "--owned-senders");
            sid = Value(added, "account ");
            Value(added, "auth token ").Length.ShouldBe(32);
            Value(added, "webhook secret ").ShouldStartWith("whsec_");
            kept = Value(await OperatorCommands.RunAsync(gateway, 0, "accounts", "keys", "add", sid, "billing"), "secret ");
            string made = await OperatorCommands.RunAsync(gateway, 0, "accounts", "keys", "add", sid, "laptop");
            (await ReadAsync(gateway, Value(made, "secret "))).ShouldBe(HttpStatusCode.OK);
            (await OperatorCommands.RunAsync(gateway, 0, "accounts", "keys", "revoke", sid, Value(made, "key "))).ShouldContain("is revoked");
            (await ReadAsync(gateway, Value(made, "secret "))).ShouldBe(HttpStatusCode.Unauthorized);
            await gateway.Process.SignalAsync("KILL");
            await gateway.Process.WaitForExitAsync();
        }

        await using (GatewayProcess gateway = await GatewayProcess.StartAsync(config))
        {
            (await ReadAsync(gateway, kept)).ShouldBe(HttpStatusCode.OK);
            (await OperatorCommands.RunAsync(gateway, 0, "accounts", "list")).ShouldMatch($"{sid} +Corner shop +store +running +1 +1 +0 +1");
            string keys = await OperatorCommands.RunAsync(gateway, 0, "accounts", "keys", "list", sid);
            keys.ShouldContain("billing");
            keys.ShouldNotContain("laptop");
            (await OperatorCommands.RunAsync(gateway, 0, "accounts", "disable", sid)).ShouldContain($"{sid} is disabled");
            (await ReadAsync(gateway, kept)).ShouldBe(HttpStatusCode.Unauthorized);
            (await OperatorCommands.RunAsync(gateway, 0, "accounts", "enable", sid)).ShouldContain($"{sid} is enabled");
            (await OperatorCommands.RunAsync(gateway, 0, "accounts", "limits", "show", sid)).ShouldContain($"{sid} has no limits");
            string limited = await OperatorCommands.RunAsync(gateway, 0, "accounts", "limits", "set", sid, "--rate", "2.5", "--queue", "4h", "--per-day", "0");
            limited.ShouldMatch("account +own +2.5 +0 +4h +throttle");
            limited.ShouldContain("no cap a day");
            (await OperatorCommands.RunAsync(gateway, 0, "accounts", "list")).ShouldMatch($"{sid} +Corner shop +store +running +1", "all else stays as it was");
            (await OperatorCommands.RunAsync(gateway, 1, "accounts", "limits", "set", sid, "--rate", "2", "--queue", "soon")).ShouldContain("limits.queue");
            (await OperatorCommands.RunAsync(gateway, 0, "accounts", "limits", "clear", sid)).ShouldContain($"{sid} has no limits");
            (await OperatorCommands.RunAsync(gateway, 1, "accounts", "limits", "set", "AC00000000000000000000000000000001", "--rate", "2")).ShouldContain("The configuration file says what");
            (await ReadAsync(gateway, kept)).ShouldBe(HttpStatusCode.OK);
            (await OperatorCommands.RunAsync(gateway, 1, "accounts", "disable", "AC00000000000000000000000000000001")).ShouldContain("The configuration file says what");
            (await OperatorCommands.RunAsync(gateway, 1, "accounts", "keys", "revoke", sid, "SK0")).ShouldContain("no such key");
        }
    }

    private static string Value(string printed, string name) =>
        printed.Split('\n').Select(static line => line.Trim()).First(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..];

    private static async Task<HttpStatusCode> ReadAsync(GatewayProcess gateway, string secret)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("v1/messages", UriKind.Relative));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        using HttpResponseMessage answer = await gateway.Http.SendAsync(request, CancellationToken.None);
        return answer.StatusCode;
    }
}
