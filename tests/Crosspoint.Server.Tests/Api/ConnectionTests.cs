using System.Net.Http.Headers;
using System.Text;
using Crosspoint.Engine.Dispatch;
using Crosspoint.Server.Configuration;
using Crosspoint.Server.Tests.Support;

namespace Crosspoint.Server.Tests.Api;

public sealed class ConnectionTests
{
    private const string Token = "token-of-the-operator";
    private const string Body = """{"smpp":{"host":"smsc.example","port":2775,"system_id":"me","password":"pw","rate":50}}""";

    [Fact]
    public async Task Any_NoTokenConfigured_SaysWhichKeyToSet()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Answer answer = await api.GetAsync("/v1/connections");

        (answer.Status, answer.At("code")).ShouldBe((403, "admin_disabled"));
        answer.At("detail")!.ShouldContain("http.admin_token");
    }

    [Fact]
    public async Task Any_CredentialsOfAnAccountOrAWrongToken_AreRefused()
    {
        await using ApiFixture api = await StartAsync();
        AuthenticationHeaderValue?[] wrong =
        [
            null,
            ApiFixture.Basic(ApiFixture.Demo.Sid, ApiFixture.Demo.AuthToken),
            ApiFixture.Basic(Token, Token),
            new("Bearer", ApiFixture.Demo.ApiKeys[0].Secret),
            new("Bearer", Token + "x"),
        ];
        foreach (AuthenticationHeaderValue? header in wrong)
        {
            foreach ((HttpMethod method, string path) in new[] { (HttpMethod.Get, ""), (HttpMethod.Post, "/north-1/stop"), (HttpMethod.Put, "/x") })
            {
                Answer answer = await SendAsync(api, method, "/v1/connections" + path, Body, header);
                (answer.Status, answer.At("code")).ShouldBe((401, "unauthorized"));
            }
        }

        api.Engine.Wishes.ShouldBeEmpty();
    }

    [Fact]
    public async Task Token_OfTheOperator_OpensNoAccount()
    {
        await using ApiFixture api = await StartAsync();
        (await SendAsync(api, HttpMethod.Post, "/v1/messages", """{"to":"+15551234567","from":"+15550001000","body":"x"}""")).Status.ShouldBe(401);
    }

    [Fact]
    public async Task Get_Connections_TellsTheirState()
    {
        await using ApiFixture api = await StartAsync();
        Answer list = await SendAsync(api, HttpMethod.Get, "/v1/connections", null);
        Answer one = await SendAsync(api, HttpMethod.Get, "/v1/connections/north-1", null);

        list.Status.ShouldBe(200);
        list.Json["connections"]![0]!.ToJsonString().ShouldBe(one.Json.ToJsonString());
        (one.At("use"), one.At("place"), one.At("learned_rate"), one.At("changed_at_run_time")).ShouldBe(("usable", "1", "87.5", "false"));
        (one.At("sessions.0.state"), one.At("sessions.0.host"), one.At("sessions.0.last_error")).ShouldBe(("bound", "127.0.0.1:2775", null));
        (await SendAsync(api, HttpMethod.Get, "/v1/connections/other", null)).At("code").ShouldBe("not_found");
        (await SendAsync(api, HttpMethod.Get, "/v1/connections?x=1", null)).At("code").ShouldBe("parameter_unknown");
    }

    [Theory]
    [InlineData("""{"rate":2.5}""", "cap north-1 2.5", "at most 2.5 segments a second")]
    [InlineData("""{"rate":null}""", "cap north-1 0", "no cap")]
    public async Task PutRate_CapsTheConnection_AndIsOnRecord(string body, string wish, string note)
    {
        await using ApiFixture api = await StartAsync();
        Answer answer = await SendAsync(api, HttpMethod.Put, "/v1/connections/north-1/rate", body);
        (answer.Status, answer.At("connection.name"), answer.At("connection.rate_cap")).ShouldBe((202, "north-1", null));
        api.Engine.Wishes.ShouldBe([wish]);
        Answer audit = await SendAsync(api, HttpMethod.Get, "/v1/audit?kind=connections&name=north-1", null);
        (audit.At("entries.0.by"), audit.At("entries.0.action"), audit.At("entries.0.note")).ShouldBe(("operator", "cap", note));
    }

    [Theory]
    [InlineData("north-1", """{"rate":0}""", 400, "field_invalid")]
    [InlineData("north-1", """{"rate":"x"}""", 400, "field_invalid")]
    [InlineData("north-1", """{"speed":1}""", 400, "field_unknown")]
    [InlineData("north-1", "{}", 400, "json_invalid")]
    [InlineData("other", """{"rate":1}""", 404, "not_found")]
    public async Task PutRate_ThatIsNotRight_IsAProblemAndNotDone(string name, string body, int status, string code)
    {
        await using ApiFixture api = await StartAsync();
        Answer answer = await SendAsync(api, HttpMethod.Put, $"/v1/connections/{name}/rate", body);
        (answer.Status, answer.At("code")).ShouldBe((status, code));
        api.Engine.Wishes.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("POST", "/pause", "pause north-1")]
    [InlineData("POST", "/resume", "resume north-1")]
    [InlineData("POST", "/drain", "drain north-1")]
    [InlineData("POST", "/stop", "stop north-1")]
    [InlineData("POST", "/restart", "restart north-1")]
    [InlineData("DELETE", "", "remove north-1")]
    public async Task Wish_IsPassedOn_AndAnswered(string method, string path, string wish)
    {
        await using ApiFixture api = await StartAsync();
        Answer answer = await SendAsync(api, new(method), "/v1/connections/north-1" + path, null);
        (answer.Status, answer.At("connection.name")).ShouldBe((202, "north-1"));
        answer.At("note")!.ShouldContain("configuration file is the record");
        api.Engine.Wishes.ShouldBe([wish]);

        api.Engine.Control = new(ControlOutcome.Refused, "connection 'north-1' is draining");
        answer = await SendAsync(api, new(method), "/v1/connections/north-1" + path, null);
        (answer.Status, answer.At("code"), answer.At("detail")).ShouldBe((409, "connection_state", "connection 'north-1' is draining"));

        api.Engine.Control = new(ControlOutcome.NotFound);
        (await SendAsync(api, new(method), "/v1/connections/north-1" + path, null)).Status.ShouldBe(404);
    }

    [Fact]
    public async Task Put_NewName_AddsAtThePlaceGiven_KnownName_Changes()
    {
        await using ApiFixture api = await StartAsync();
        (await SendAsync(api, HttpMethod.Put, "/v1/connections/south-1?place=1&vendor=south", Body)).Status.ShouldBe(202);
        (await SendAsync(api, HttpMethod.Put, "/v1/connections/south-2", Body)).Status.ShouldBe(202);
        const string Yaml = "group: north\nsmpp: { host: other.example, port: 1, system_id: a, password: b }\n";
        (await SendAsync(api, HttpMethod.Put, "/v1/connections/north-1", Yaml)).Status.ShouldBe(202);

        api.Engine.Wishes.ShouldBe(["add south-1 south 1", "add south-2 south-2 ", "change north-1 north  other.example"]);
    }

    [Theory]
    [InlineData("""{"smpp":{"host":"h","port":0,"system_id":"a","password":"b"}}""", "smpp.port", "from 1 to 65535")]
    [InlineData("""{"smpp":{"host":"h","port":1,"system_id":"a","password":"b"},"rate":1}""", "rate", "is not a known key")]
    [InlineData("""{"name":"x","smpp":{"host":"h","port":1,"system_id":"a","password":"b"}}""", "name", "expected 'south-1', as in the path")]
    [InlineData("{}", "smpp", "is missing")]
    [InlineData("[]", null, "expected the keys of a connection")]
    [InlineData("", "smpp", "is missing")]
    [InlineData("{", null, "not valid YAML")]
    [InlineData(
        """{"group":"north","smpp":{"host":"h","port":1,"system_id":"a","password":"b","message_id_format":"same"}}""",
        "smpp.message_id_format", "as in connection 'north-1'")]
    public async Task Put_WrongKeys_AreToldAsTheFileWouldTellThem(string body, string? field, string detail)
    {
        await using ApiFixture api = await StartAsync();
        Answer answer = await SendAsync(api, HttpMethod.Put, "/v1/connections/south-1", body);
        (answer.Status, answer.At("code"), answer.At("field")).ShouldBe((400, "configuration_invalid", field));
        answer.At("detail")!.ShouldContain(detail);
        api.Engine.Wishes.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("place=0", "parameter_invalid")]
    [InlineData("place=x", "parameter_invalid")]
    [InlineData("place=1&place=2", "parameter_invalid")]
    [InlineData("vendor=a%20b", "parameter_invalid")]
    [InlineData("where=1", "parameter_unknown")]
    public async Task Put_WrongQuery_IsRefused(string query, string code)
    {
        await using ApiFixture api = await StartAsync();
        Answer answer = await SendAsync(api, HttpMethod.Put, $"/v1/connections/south-1?{query}", Body);
        (answer.Status, answer.At("code")).ShouldBe((400, code));
    }

    private static Task<ApiFixture> StartAsync() => ApiFixture.StartAsync(new HttpOptions { AdminToken = Token });

    private static Task<Answer> SendAsync(ApiFixture api, HttpMethod method, string path, string? body) =>
        SendAsync(api, method, path, body, new AuthenticationHeaderValue("Bearer", Token));

    private static async Task<Answer> SendAsync(
        ApiFixture api, HttpMethod method, string path, string? body, AuthenticationHeaderValue? credentials)
    {
        using HttpClient client = api.ClientFor(null);
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = credentials;
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        return await Answer.ReadAsync(client, request);
    }
}
