using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Crosspoint.Server.Identity;

namespace Crosspoint.Server.Tests.Support;

/// <summary>Speaks to the API as a page of the console in a browser does: with its cookies, and with the headers that a browser adds.</summary>
internal sealed class Browser : IDisposable
{
    public const string Password = "correct horse battery";

    private readonly CookieContainer _cookies = new();
    private readonly HttpClient _client;

    public Browser(ApiFixture api) => _client = new(new SocketsHttpHandler { CookieContainer = _cookies }) { BaseAddress = api.Server.Address };

    /// <summary>Sent with what changes something; null sends none.</summary>
    public string? Csrf { get; set; }

    /// <summary>What a browser sends as Sec-Fetch-Site; null sends none.</summary>
    public string? Site { get; set; } = "same-origin";

    public Cookie? Cookie => _cookies.GetAllCookies().SingleOrDefault();

    public void Dispose() => _client.Dispose();

    /// <summary>A browser of the first owner, who is signed in.</summary>
    public static async Task<Browser> OwnerAsync(ApiFixture api, string name = "ada")
    {
        var browser = new Browser(api);
        Answer answer = await browser.PostAsync("/v1/console/setup", new() { ["token"] = api.Identity.SetUpToken, ["name"] = name, ["password"] = Password });
        answer.Status.ShouldBe(200, answer.Text);
        return browser;
    }

    /// <summary>A browser of a new user with a role, who is signed in.</summary>
    public static async Task<Browser> OfRoleAsync(ApiFixture api, Role role, string name)
    {
        (IdentityResult result, _, string token) = await api.Identity.InviteAsync(
            name, "", Roles.NameOf(role), role == Role.Customer ? ApiFixture.Demo.Sid : null, "test");
        result.IsDone.ShouldBeTrue(result.ToString());
        var browser = new Browser(api);
        Answer answer = await browser.PostAsync("/v1/console/invitation", new() { ["token"] = token, ["password"] = Password });
        answer.Status.ShouldBe(200, answer.Text);
        return browser;
    }

    public Task<Answer> SignInAsync(string name, string password = Password, string? totp = null, string? recoveryCode = null) => PostAsync(
        "/v1/console/sign-in", new() { ["name"] = name, ["password"] = password, ["totp"] = totp, ["recovery_code"] = recoveryCode });

    public Task<Answer> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    /// <summary>Takes the CSRF token that the answer holds, as the console does.</summary>
    public async Task<Answer> PostAsync(string path, JsonObject? body = null)
    {
        Answer answer = await SendAsync(HttpMethod.Post, path, body);
        if (answer.Status == 200 && answer.Json is JsonObject json && json["csrf_token"] is { } csrf) Csrf = csrf.ToString();
        return answer;
    }

    public Task<Answer> SendAsync(HttpMethod method, string path, JsonObject? body = null, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, path);
        if (body is not null) request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        if (Csrf is not null) request.Headers.Add("Crosspoint-Csrf", Csrf);
        if (Site is not null) request.Headers.Add("Sec-Fetch-Site", Site);
        foreach ((string name, string value) in headers) request.Headers.Add(name, value);
        return Answer.ReadAsync(_client, request);
    }
}
