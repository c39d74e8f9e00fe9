using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Crosspoint.EndToEnd.Support;

namespace Crosspoint.EndToEnd;

/// <summary>Users of the console from the command line, for when nobody can sign in.</summary>
public sealed class UserTests : IDisposable
{
    private const string Password = "correct horse battery";

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact(Timeout = 120_000)]
    public async Task Users_AddResetDisable_TheLinksWorkOnce_AndUsersOutliveAKill()
    {
        string config = OperatorCommands.Config(_folder);
        await using (GatewayProcess gateway = await GatewayProcess.StartAsync(config))
        {
            string added = await OperatorCommands.RunAsync(gateway, 0, "users", "add", "Ada@Example.org", "--role", "owner", "--display-name", "Ada");
            added.ShouldContain("ada@example.org sets the password at ");
            (await AcceptAsync(gateway, added)).ShouldBe(HttpStatusCode.OK);
            (await AcceptAsync(gateway, added)).ShouldBe(HttpStatusCode.Unauthorized);
            (await OperatorCommands.RunAsync(gateway, 1, "users", "disable", "ada@example.org")).ShouldContain("This is the last active owner");
            (await OperatorCommands.RunAsync(gateway, 1, "users", "add", "bob", "--role", "king")).ShouldContain("Expected one of: owner, operator, compliance, finance, read_only, customer.");
            (await OperatorCommands.RunAsync(gateway, 0, "users", "add", "bob")).ShouldContain("/console/invitation#");
            await gateway.Process.SignalAsync("KILL");
            await gateway.Process.WaitForExitAsync();
            gateway.Process.Errors.ShouldContain(
                static line => line.StartsWith("console: there is no user yet; make the first owner at http://127.0.0.1:", StringComparison.Ordinal));
        }

        await using (GatewayProcess gateway = await GatewayProcess.StartAsync(config))
        {
            string list = await OperatorCommands.RunAsync(gateway, 0, "users", "list");
            list.ShouldMatch(@"ada@example\.org +Ada +owner +active +no ");
            list.ShouldMatch(@"bob +read_only +invited +no ");
            (await OperatorCommands.RunAsync(gateway, 0, "users", "disable", "bob")).ShouldContain("bob is disabled");
            string reset = await OperatorCommands.RunAsync(gateway, 0, "users", "reset-password", "ada@example.org");
            (await SignInAsync(gateway)).ShouldBe(HttpStatusCode.Unauthorized);
            (await AcceptAsync(gateway, reset)).ShouldBe(HttpStatusCode.OK);
            (await SignInAsync(gateway)).ShouldBe(HttpStatusCode.OK);
        }
    }

    private static Task<HttpStatusCode> AcceptAsync(GatewayProcess gateway, string printed)
    {
        string token = printed[(printed.IndexOf('#', StringComparison.Ordinal) + 1)..].Split(' ')[0];
        return PostAsync(gateway, "v1/console/invitation", new() { ["token"] = token, ["password"] = Password });
    }

    private static Task<HttpStatusCode> SignInAsync(GatewayProcess gateway) =>
        PostAsync(gateway, "v1/console/sign-in", new() { ["name"] = "ada@example.org", ["password"] = Password });

    private static async Task<HttpStatusCode> PostAsync(GatewayProcess gateway, string path, JsonObject body)
    {
        using var content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await gateway.Http.PostAsync(new Uri(path, UriKind.Relative), content, CancellationToken.None);
        return answer.StatusCode;
    }
}
