using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Routing;
using Crosspoint.Engine.Stores;
using Crosspoint.Engine.Vendors;
using Crosspoint.Server.Rehearsals;
using Crosspoint.Server.Routing;
using Crosspoint.Server.Tests.Support;

namespace Crosspoint.Server.Tests.Api;

public sealed class SimulationTests
{
    internal const string Plan = "default: [ north-1 ]\nrules: [ { name: none, match: { prefix: \"+1555\" }, deny: { code: 30450, reason: closed } } ]\n";

    [Fact]
    public async Task Range_OfTheJournal_IsReplayedAgainstADraftOfTheStore()
    {
        await using ApiFixture api = await StartAsync();
        api.Engine.Add(ApiFixture.Demo);
        Message sent = api.Engine.Add(ApiFixture.Other, static head => head with { To = "+4915112345678", SegmentCount = 2 }, MessageState.Delivered);
        sent.Attempts.Add(new() { Number = 1, Connection = "north-1", StartedAt = 1, Decision = new(1, "default", []), Outcome = AttemptOutcome.Sent });
        api.Time.Advance(TimeSpan.FromMinutes(1));
        await api.Rates.Store.PutDraftAsync(new("routing", "plan"), Encoding.UTF8.GetBytes(Plan), null, new("ada", ""), CancellationToken.None);

        Answer started = await PostAsync(api, $$"""{"plan":1,"from":"{{At(api, -3600)}}","to":"{{At(api, 0)}}"}""");

        (started.Status, started.At("of"), started.At("plan_revision"), started.At("plan_rules")).ShouldBe((202, "range", "1", "1"));
        started.Headers.Location!.ToString().ShouldBe($"/v1/routing/simulations/{started.At("id")}");
        Answer done = await UntilAsync(api, started.At("id")!, "done");
        (done.At("progress.messages"), done.At("progress.of"), done.At("progress.part")).ShouldBe(("2", "2", "1"));
        (done.At("report.messages"), done.At("report.segments"), done.At("report.moved"), done.At("report.after.denied")).ShouldBe(("2", "3", "1", "1"));
        (done.At("report.moves.0.from"), done.At("report.moves.0.to"), done.At("report.moves.0.to_outcome")).ShouldBe(("north-1", null, "denied"));
        (done.At("report.actual.1.connection"), done.At("report.actual.1.delivered")).ShouldBe(("north-1", "1"));
        Answer list = await SendAsync(api, HttpMethod.Get, "/v1/routing/simulations");
        list.At("simulations.0.id").ShouldBe(started.At("id"));
        list.Text.ShouldNotContain("report");
    }

    [Fact]
    public async Task Range_Running_TellsProgress_RefusesASecond_AndIsCanceled()
    {
        await using ApiFixture api = await StartAsync();
        api.Engine.Add(ApiFixture.Demo);
        api.Time.Advance(TimeSpan.FromMinutes(1));
        var gate = new TaskCompletionSource();
        api.Engine.PastGate = gate.Task;
        string request = $$"""{"plan":"default: [ north-1 ]","from":"{{At(api, -60)}}"}""";

        string id = (await PostAsync(api, request)).At("id")!;
        Answer running = await SendAsync(api, HttpMethod.Get, $"/v1/routing/simulations/{id}");
        Answer second = await PostAsync(api, request);
        Answer canceled = await SendAsync(api, HttpMethod.Delete, $"/v1/routing/simulations/{id}");
        Answer ended = await UntilAsync(api, id, "canceled");

        (running.At("state"), running.At("progress.of"), running.At("progress.part"), running.At("plan_revision")).ShouldBe(("running", null, "0", null));
        (second.Status, second.At("code")).ShouldBe((429, "overloaded"));
        second.At("detail")!.ShouldContain(id);
        canceled.Status.ShouldBe(204);
        ended.At("report").ShouldBeNull();
        gate.SetResult();
        (await UntilAsync(api, (await PostAsync(api, request)).At("id")!, "done")).At("report.messages").ShouldBe("1");
        (await SendAsync(api, HttpMethod.Delete, $"/v1/routing/simulations/{id}")).Status.ShouldBe(204);
        (await SendAsync(api, HttpMethod.Get, $"/v1/routing/simulations/{id}")).Status.ShouldBe(404);
        (await SendAsync(api, HttpMethod.Delete, $"/v1/routing/simulations/{id}")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task Range_StoreFails_SaysSo_AndTheNextOneRuns()
    {
        await using ApiFixture api = await StartAsync();
        api.Time.Advance(TimeSpan.FromMinutes(1));
        api.Engine.PastGate = Task.FromException(new IOException("disk on fire"));
        string request = $$"""{"plan":"default: [ north-1 ]","from":"{{At(api, -60)}}"}""";
        (await UntilAsync(api, (await PostAsync(api, request)).At("id")!, "failed")).At("fault").ShouldBe("disk on fire");
        api.Engine.PastGate = Task.CompletedTask;
        await UntilAsync(api, (await PostAsync(api, request)).At("id")!, "done");
    }

    [Fact]
    public async Task Simulations_TheLastOnesAreKept()
    {
        await using ApiFixture api = await StartAsync();
        string first = "";
        for (int i = 0; i <= RehearsalDesk.MostKept; i++)
        {
            string id = (await PostSampleAsync(api, Plan, "to,from,account\n+4915112345678,ACME," + ApiFixture.Demo.Sid)).At("id")!;
            if (i == 0) first = id;
        }

        (await SendAsync(api, HttpMethod.Get, "/v1/routing/simulations")).Json["simulations"]!.AsArray().Count.ShouldBe(RehearsalDesk.MostKept);
        (await SendAsync(api, HttpMethod.Get, $"/v1/routing/simulations/{first}")).Status.ShouldBe(404);
    }

    [Theory]
    [InlineData("""{"from":"@-60"}""", 400, "field_invalid", "plan", "revision")]
    [InlineData("""{"plan":9,"from":"@-60"}""", 404, "not_found", "plan", "no such revision")]
    [InlineData("""{"plan":"default: [ nowhere ]","from":"@-60"}""", 400, "configuration_invalid", "plan", "nowhere")]
    [InlineData("""{"plan":"default: [ north-1 ]\nrules: [ { name: x } ]","from":"@-60"}""", 400, "configuration_invalid", "plan", "plan:2")]
    [InlineData("""{"plan":"[ 1 ]","from":"@-60"}""", 400, "configuration_invalid", "plan", "group of keys")]
    [InlineData("""{"plan":"default: [ north-1 ]"}""", 400, "field_invalid", "from", "beginning")]
    [InlineData("""{"plan":"default: [ north-1 ]","from":"@60"}""", 400, "field_invalid", "from", "passed")]
    [InlineData("""{"plan":"default: [ north-1 ]","from":"@-60","to":"@60"}""", 400, "field_invalid", "to", "passed")]
    [InlineData("""{"plan":"default: [ north-1 ]","from":"@-60","to":"@-120"}""", 400, "field_invalid", "from", "before 'to'")]
    [InlineData("""{"plan":"default: [ north-1 ]","from":"@-2764800"}""", 400, "field_invalid", "from", "31 days")]
    [InlineData("""{"plan":"default: [ north-1 ]","from":"yesterday"}""", 400, "field_invalid", "from", "offset")]
    [InlineData("""{"plan":"default: [ north-1 ]","since":"@-60"}""", 400, "field_unknown", "since", "plan, from, to")]
    public async Task Range_ThatCannotBeTaken_IsRefusedByName(string request, int status, string code, string field, string detail)
    {
        await using ApiFixture api = await StartAsync();
        foreach (int seconds in new[] { -60, 60, -120, -2_764_800 }) request = request.Replace($"\"@{seconds}\"", $"\"{At(api, seconds)}\"");
        Answer answer = await PostAsync(api, request);
        (answer.Status, answer.At("code"), answer.At("field")).ShouldBe((status, code, field));
        answer.At("detail")!.ShouldContain(detail);
        (await SendAsync(api, HttpMethod.Get, "/v1/routing/simulations")).Json["simulations"]!.AsArray().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("GET", "/v1/routing/simulations")]
    [InlineData("GET", "/v1/routing/simulations/RS1")]
    [InlineData("DELETE", "/v1/routing/simulations/RS1")]
    [InlineData("POST", "/v1/routing/simulate")]
    public async Task Simulations_AreForTheOperatorAlone(string method, string path)
    {
        await using ApiFixture api = await StartAsync();
        (await api.SendAsync(new(method), path, null)).Status.ShouldBe(401);
    }

    [Fact]
    public async Task Sample_AsCsv_CountsWhatItsRowsStandFor()
    {
        await using ApiFixture api = await StartAsync();
        string body = new('x', 200);
        Answer answer = await PostSampleAsync(
            api, Plan,
            "To,from,class,account,segments,body,campaign,tag,time,count\r\n"
            + $"+4915112345678,ACME,otp,{ApiFixture.Demo.Sid},3,,welcome,spring,2026-01-01T10:00:00+01:00,1000\r\n"
            + $"+15551234567,+15550001000,,{ApiFixture.Other.Sid},,\"{body}\nand a \"\"line\"\"\",,,,\r\n");
        (answer.Status, answer.At("state"), answer.At("of")).ShouldBe((202, "done", "sample"));
        (answer.At("report.messages"), answer.At("report.segments"), answer.At("report.after.denied")).ShouldBe(("1001", "3002", "1"));
        answer.Json["report"]!["actual"]!.AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task Sample_AsLines_IsTheSame_AndARevisionMayBeNamed()
    {
        await using ApiFixture api = await StartAsync();
        await api.Rates.Store.PutDraftAsync(new("routing", "plan"), Encoding.UTF8.GetBytes(Plan), null, new("ada", ""), CancellationToken.None);
        string line = $$"""{"to":"+15551234567","from":"ACME","account":"{{ApiFixture.Demo.Sid}}","count":2,"segments":"2","tag":null}""";
        Answer answer = await PostSampleAsync(api, "1", $"{line}\n\n  \r\n{line}", "application/x-ndjson");
        (answer.Status, answer.At("report.messages"), answer.At("report.segments"), answer.At("report.after.denied"), answer.At("plan_revision"))
            .ShouldBe((202, "4", "8", "4", "1"));
        (await PostSampleAsync(api, "1", line, null, "x.jsonl")).Status.ShouldBe(202);
    }

    [Fact]
    public async Task Sample_SharesOfALargeRow_AreNotAllTheSame()
    {
        await using ApiFixture api = await StartAsync();
        api.Engine.Routing = new(
            new(4, ["north-1"]),
            [new("north-1", "n", ConnectionCapabilities.Default), new("south-1", "s", ConnectionCapabilities.Default)], new(), new FakeEngine.AllUp());
        api.Engine.Options = [.. api.Engine.Options, api.Engine.Options[0] with { Name = "south-1" }];
        Answer answer = await PostSampleAsync(
            api, "default: [ north-1 ]\nrules: [ { name: s, connections: [ north-1, south-1 ], choose: split, shares: [ 1, 1 ] } ]",
            $"to,from,account,count\n+4915112345678,ACME,{ApiFixture.Demo.Sid},1000\n");
        answer.Status.ShouldBe(202, answer.Text);
        long.Parse(answer.At("report.moved")!, CultureInfo.InvariantCulture).ShouldBeInRange(440, 560);
    }

    [Fact]
    public async Task Sample_BadRows_AreListed_AndNothingCounts()
    {
        await using ApiFixture api = await StartAsync();
        Answer answer = await PostSampleAsync(
            api, Plan,
            "to,from,class,account,segments,body,time,count\n"
            + $"+4915112345678,ACME,otp,{ApiFixture.Demo.Sid},,,,\n"
            + $"4915112345678,ACME,otp,{ApiFixture.Demo.Sid},,,,\n"
            + $"+4915112345678,A?!,otp,{ApiFixture.Demo.Sid},,,,\n"
            + $"+4915112345678,ACME,bulk,{ApiFixture.Demo.Sid},,,,\n"
            + "+4915112345678,ACME,otp,AC00,,,,\n"
            + "+4915112345678,ACME,otp,,,,,\n"
            + $"+4915112345678,ACME,otp,{ApiFixture.Demo.Sid},0,,,\n"
            + $"+4915112345678,ACME,otp,{ApiFixture.Demo.Sid},2,text,,\n"
            + $"+4915112345678,ACME,otp,{ApiFixture.Demo.Sid},,,2026-01-01,\n"
            + $"+4915112345678,ACME,otp,{ApiFixture.Demo.Sid},,,,1000001\n"
            + $"+4915112345678,ACME,otp,{ApiFixture.Demo.Sid},,,,,,\n");
        (answer.Status, answer.At("code"), answer.ContentType, answer.At("rows"), answer.At("bad_rows"))
            .ShouldBe((422, "sample_invalid", "application/problem+json", "11", "10"));
        answer.Json["errors"]!.AsArray().Select(static e => $"{e!["line"]} {e["column"]}").ShouldBe(
            ["3 to", "4 from", "5 class", "6 account", "7 account", "8 segments", "9 segments", "10 time", "11 count", "12 "]);
        (await SendAsync(api, HttpMethod.Get, "/v1/routing/simulations")).Json["simulations"]!.AsArray().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("", "text/csv", "no rows")]
    [InlineData("to,from\n", "text/csv", "no rows")]
    [InlineData("to,sendr\n1,2\n", "text/csv", "'sendr'")]
    [InlineData("to,from,to\n1,2,3\n", "text/csv", "twice")]
    [InlineData("+4915112345678,ACME\n", "text/csv", "header")]
    [InlineData("to,from,body\n+4915112345678,ACME,\"abc\"d\"\n", "text/csv", "quotes")]
    [InlineData("", "application/x-ndjson", "no rows")]
    public async Task Sample_ThatIsNone_SaysWhy(string sample, string type, string detail)
    {
        await using ApiFixture api = await StartAsync();
        Answer answer = await PostSampleAsync(api, Plan, sample, type);
        (answer.Status, answer.At("code")).ShouldBe((422, "sample_invalid"));
        answer.At("detail")!.ShouldContain(detail);
    }

    [Theory]
    [InlineData("[1]", "a JSON object")]
    [InlineData("{\"to\":", "a JSON object")]
    [InlineData("{\"sendr\":\"x\"}", "one of: to, from")]
    [InlineData("{\"to\":[1]}", "a text or a number")]
    [InlineData("{\"to\":\"\\ud800\"}", "a JSON object")]
    public async Task Sample_BadLines_AreListed(string line, string expected)
    {
        await using ApiFixture api = await StartAsync();
        Answer answer = await PostSampleAsync(api, Plan, line, "application/x-ndjson");
        (answer.Status, answer.At("bad_rows"), answer.At("errors.0.line")).ShouldBe((422, "1", "1"));
        answer.At("errors.0.expected")!.ShouldContain(expected);
    }

    [Fact]
    public async Task Sample_ListOfNumbers_HasTheRestFromTheRequest()
    {
        await using ApiFixture api = await StartAsync();
        string[] defaults = ["from", "ACME", "class", "otp", "account", ApiFixture.Demo.Sid];
        Answer answer = await PostWithAsync(api, defaults, "\uFEFF+4915112345678\r\n\r\n  +15551234567 \n+4915112345678", "text/plain");
        (answer.Status, answer.At("report.messages"), answer.At("report.after.denied")).ShouldBe((202, "3", "1"));
        Answer bad = await PostWithAsync(api, defaults, "+4915112345678\n\nnobody\n", "text/plain");
        (bad.Status, bad.At("rows"), bad.At("errors.0.line"), bad.At("errors.0.column"), bad.At("errors.0.value")).ShouldBe((422, "2", "3", "to", "nobody"));
        (await PostWithAsync(api, [], "+4915112345678", "text/plain")).At("errors.0.column").ShouldBe("from");
    }

    [Theory]
    [InlineData("number;count\n+15551234567;3\n")]
    [InlineData("Number\tSender\tcount\n+15551234567\tOther\t3\n")]
    [InlineData("count,to,class\n3,+15551234567,otp\n")]
    public async Task Sample_AsPeopleMakeTables_IsRead(string sample)
    {
        await using ApiFixture api = await StartAsync();
        Answer answer = await PostWithAsync(api, ["from", "ACME", "account", ApiFixture.Demo.Sid], sample, "text/csv");
        (answer.Status, answer.At("report.messages"), answer.At("report.after.denied")).ShouldBe((202, "3", "3"));
    }

    [Theory]
    [InlineData("from", "A?!", 400, "field_invalid", "from")]
    [InlineData("class", "bulk", 400, "field_invalid", "class")]
    [InlineData("account", "AC00", 400, "field_invalid", "account")]
    [InlineData("body", "hello", 400, "request_invalid", "body")]
    public async Task Sample_DefaultsThatAreNotRight_AreRefusedByName(string name, string value, int status, string code, string field)
    {
        await using ApiFixture api = await StartAsync();
        Answer answer = await PostWithAsync(api, [name, value], "+4915112345678", "text/plain");
        (answer.Status, answer.At("code"), answer.At("field")).ShouldBe((status, code, field));
        (await PostWithAsync(api, ["from", new string('x', 300)], "+4915112345678", "text/plain")).Status.ShouldBe(413);
        (await PostWithAsync(api, ["from", "A", "from", "B"], "+4915112345678", "text/plain")).At("code").ShouldBe("request_invalid");
    }

    // Names and values of the parts between the plan and the sample.
    private static async Task<Answer> PostWithAsync(ApiFixture api, string[] parts, string sample, string type)
    {
        var all = new List<(HttpContent, string)> { (new StringContent(Plan), "plan") };
        for (int i = 0; i < parts.Length; i += 2) all.Add((new StringContent(parts[i + 1]), parts[i]));
        all.Add((WithType(new StringContent(sample), type), "sample"));
        return await PostPartsAsync(api, [.. all]);
    }

    [Fact]
    public async Task Sample_HostileUploads_AreRefused()
    {
        await using ApiFixture api = await StartAsync();
        (await PostSampleAsync(api, Plan, new string('x', 40_000), "application/x-ndjson")).At("detail")!.ShouldContain("longer than");
        (await PostSampleAsync(api, Plan, "to,from,body\n+4915112345678,ACME,\"" + new string('x', 9_000), "text/csv")).At("detail")!.ShouldContain("quote");
        (await PostSampleAsync(api, Plan, "x", "application/pdf")).Status.ShouldBe(415);
        (await PostSampleAsync(api, "default: [ nowhere ]", "x")).At("code").ShouldBe("configuration_invalid");
        (await PostSampleAsync(api, $"# {new string('x', RoutingDocument.MostBytes)}", "x")).Status.ShouldBe(413);
        using var latin = new ByteArrayContent([.. "to,from,body\n+4915112345678,ACME,"u8, 0xE4, 0x0A]);
        (await PostPartsAsync(api, (new StringContent(Plan), "plan"), (WithType(latin, "text/csv"), "sample"))).At("detail")!.ShouldContain("UTF-8");

        (await PostPartsAsync(api, (new StringContent(Plan), "plan"))).At("field").ShouldBe("sample");
        (await PostPartsAsync(api, (WithType(new StringContent("x"), "text/csv"), "sample"))).At("code").ShouldBe("request_invalid");
        (await PostPartsAsync(api, (new StringContent(Plan), "plan"), (new StringContent(Plan), "plan"))).At("code").ShouldBe("request_invalid");
        using HttpContent broken = WithType(
            new StringContent("--b\r\nContent-Disposition: form-data; name=\"plan\"\r\n\r\ndefault: [ north-1 ]"), "multipart/form-data; boundary=b");
        (await SendAsync(api, HttpMethod.Post, "/v1/routing/simulate", broken)).At("code").ShouldBe("request_invalid");
        (await SendAsync(api, HttpMethod.Post, "/v1/routing/simulate", WithType(new StringContent("x"), "multipart/form-data"))).Status.ShouldBe(415);
        (await SendAsync(api, HttpMethod.Post, "/v1/routing/simulate", new StringContent("x"))).Status.ShouldBe(415);

        // None of them is left in the way.
        (await PostSampleAsync(api, Plan, $"to,from,account\n+4915112345678,ACME,{ApiFixture.Demo.Sid}")).Status.ShouldBe(202);
    }

    [Fact]
    public async Task Sample_SenderGoesAway_IsCanceled()
    {
        await using ApiFixture api = await StartAsync();
        using var raw = new System.Net.Sockets.TcpClient();
        await raw.ConnectAsync(api.Server.Address.Host, api.Server.Address.Port, CancellationToken.None);
        await raw.GetStream().WriteAsync(
            Encoding.ASCII.GetBytes(
                $"POST /v1/routing/simulate HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {DeckTests.Token}\r\n"
                + "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 100000\r\n\r\n"
                + $"--b\r\nContent-Disposition: form-data; name=\"plan\"\r\n\r\n{Plan}\r\n"
                + "--b\r\nContent-Disposition: form-data; name=\"sample\"\r\nContent-Type: text/csv\r\n\r\nto,from\n"),
            CancellationToken.None);
        string id = "";
        while (id.Length == 0)
        {
            Answer list = await SendAsync(api, HttpMethod.Get, "/v1/routing/simulations");
            if (list.Json["simulations"]!.AsArray() is [{ } one, ..]) id = one["id"]!.ToString();
        }

        raw.Client.Close(0);
        await UntilAsync(api, id, "canceled");
        (await PostSampleAsync(api, Plan, $"to,from,account\n+4915112345678,ACME,{ApiFixture.Demo.Sid}")).Status.ShouldBe(202);
    }

    internal static Task<ApiFixture> StartAsync() => ApiFixture.StartAsync(new() { AdminToken = DeckTests.Token });

    internal static Task<Answer> PostAsync(ApiFixture api, string json) =>
        SendAsync(api, HttpMethod.Post, "/v1/routing/simulate", new StringContent(json, Encoding.UTF8, "application/json"));

    internal static Task<Answer> PostSampleAsync(ApiFixture api, string plan, string sample, string? type = "text/csv", string? file = null) =>
        PostPartsAsync(api, (new StringContent(plan), "plan"), (WithType(new StringContent(sample), type), file is null ? "sample" : $"sample/{file}"));

    internal static Task<Answer> SendAsync(ApiFixture api, HttpMethod method, string path, HttpContent? content = null) =>
        api.SendAsync(method, path, content, ("Authorization", $"Bearer {DeckTests.Token}"));

    internal static async Task<Answer> UntilAsync(ApiFixture api, string id, string state)
    {
        while (true)
        {
            Answer answer = await SendAsync(api, HttpMethod.Get, $"/v1/routing/simulations/{id}");
            if (answer.At("state") is not "running")
            {
                answer.At("state").ShouldBe(state);
                return answer;
            }
        }
    }

    private static Task<Answer> PostPartsAsync(ApiFixture api, params (HttpContent Content, string Name)[] parts)
    {
        var content = new MultipartFormDataContent();
        foreach ((HttpContent part, string name) in parts)
        {
            string[] names = name.Split('/');
            if (names.Length > 1) content.Add(part, names[0], names[1]);
            else content.Add(part, name);
        }

        return SendAsync(api, HttpMethod.Post, "/v1/routing/simulate", content);
    }

    private static HttpContent WithType(HttpContent content, string? type)
    {
        content.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);
        return content;
    }

    private static string At(ApiFixture api, int seconds) =>
        api.Time.GetUtcNow().AddSeconds(seconds).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
}
