using System.Globalization;
using System.Text.Json.Nodes;
using Crosspoint.Engine.Messages;
using Crosspoint.Server.Tests.Support;

namespace Crosspoint.Server.Tests.Api;

public sealed class EventStreamTests
{
    private const string Token = "token-of-the-operator";

    [Fact]
    public async Task After_AnEvent_GoesOnWithTheNextAndThenLive()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Message message = Publish(api, ApiFixture.Demo, 3);
        await using SseClient stream = await SseClient.OpenAsync(api.Client, "/v1/events?after=1");
        (await stream.NextAsync()).Id.ShouldBe(2);
        (await stream.NextAsync()).Id.ShouldBe(3);
        Publish(api, ApiFixture.Other, 2);
        api.Events.Publish(message.Head, message.Events[0], 0);
        SseEvent live = await stream.NextAsync();
        live.Id.ShouldBe(6);
        live.Data["sequence"]!.GetValue<long>().ShouldBe(6);
        live.Data["account_sid"]!.ToString().ShouldBe(ApiFixture.Demo.Sid);
    }

    [Fact]
    public async Task LastEventId_WinsOverTheUrl()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Publish(api, ApiFixture.Demo, 5);
        await using SseClient stream = await SseClient.OpenAsync(api.Client, "/v1/events?after=1", lastEventId: "4");
        (await stream.NextAsync()).Id.ShouldBe(5);
    }

    [Fact]
    public async Task Start_TellsWhereTheStreamBegins_AndABeatHowFarItHasCome()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Publish(api, ApiFixture.Other, 5);
        await using SseClient stream = await SseClient.OpenAsync(api.Client, "/v1/events");
        stream.LastId.ShouldBe(5);
        Publish(api, ApiFixture.Other, 2);
        await stream.BeatAsync(() => api.Time.Advance(TimeSpan.FromSeconds(15)), id => id == 7);
    }

    [Theory]
    [InlineData("?after=x", null, 400, "parameter_invalid", "after")]
    [InlineData("?after=-1", null, 400, "parameter_invalid", "after")]
    [InlineData("?after=99999999999999999999", null, 400, "parameter_invalid", "after")]
    [InlineData("?after=1&after=2", null, 400, "parameter_invalid", "after")]
    [InlineData("", "x", 400, "request_invalid", "Last-Event-ID")]
    [InlineData("?since=1", null, 400, "parameter_unknown", "since")]
    [InlineData("?account=AC1", null, 400, "parameter_unknown", "account")]
    [InlineData("?types=nothing", null, 400, "parameter_invalid", "types")]
    [InlineData("?states=sent,nothing", null, 400, "parameter_invalid", "states")]
    [InlineData("?message=SM1", null, 400, "parameter_invalid", "message")]
    [InlineData("?class=gold", null, 400, "parameter_invalid", "class")]
    [InlineData("?to=", null, 400, "parameter_invalid", "to")]
    [InlineData("?after=11", null, 400, "event_unknown", null)]
    [InlineData("", "11", 400, "event_unknown", null)]
    [InlineData("?after=3", null, 410, "event_gone", null)]
    public async Task Query_ThatIsNotRight_IsAProblem(string query, string? lastEventId, int status, string code, string? field)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Publish(api, ApiFixture.Demo, 10);
        api.Events.FirstSequence = 5;
        (string, string)[] headers = lastEventId is null ? [] : [("Last-Event-ID", lastEventId)];
        Answer answer = await api.SendAsync(HttpMethod.Get, "/v1/events" + query, null, headers);
        (answer.Status, answer.At("code"), answer.At("field")).ShouldBe((status, code, field));
        if (status == 410) answer.At("oldest").ShouldBe("5");
        if (code == "event_unknown") answer.At("detail")!.ShouldContain("10");
    }

    [Theory]
    [InlineData("?after=0&types=sent,delivered", "3 4")]
    [InlineData("?after=0&states=queued", "1 5")]
    [InlineData("?after=0&class=otp", "5")]
    [InlineData("?after=0&tag=a", "5")]
    [InlineData("?after=0&to=%2B15557654321", "5")]
    [InlineData("?after=0&from=NAME", "5")]
    [InlineData("?after=0&connection=north-1", "2 3 4")]
    public async Task Filters_LetThroughWhatTheySay(string query, string expected)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Life(api);
        await using SseClient stream = await SseClient.OpenAsync(api.Client, "/v1/events" + query);
        foreach (string id in expected.Split(' ')) (await stream.NextAsync()).Id.ShouldBe(long.Parse(id, CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task Operator_SeesAllAccounts_OrTheOneThatIsNamed()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new() { AdminToken = Token });
        Publish(api, ApiFixture.Demo, 1);
        Publish(api, ApiFixture.Other, 1);
        using HttpClient client = api.ClientFor(null);
        client.DefaultRequestHeaders.Authorization = new("Bearer", Token);
        await using (SseClient all = await SseClient.OpenAsync(client, "/v1/events?after=0"))
        {
            (await all.NextAsync()).Id.ShouldBe(1);
            (await all.NextAsync()).Id.ShouldBe(2);
        }

        await using SseClient one = await SseClient.OpenAsync(client, $"/v1/events?after=0&account={ApiFixture.Other.Sid}");
        (await one.NextAsync()).Id.ShouldBe(2);
    }

    private static Message Publish(ApiFixture api, Engine.Accounts.Account account, int times)
    {
        Message message = api.Engine.Add(account);
        for (int i = 0; i < times; i++) api.Events.Publish(message.Head, message.Events[0], 0);
        return message;
    }

    private static void Life(ApiFixture api)
    {
        Message message = api.Engine.Add(ApiFixture.Demo);
        message.TryMove(MessageState.Sending, 2, EventKind.AttemptStarted, "north-1");
        message.TryMove(MessageState.Sent, 3, EventKind.Sent, "north-1");
        message.TryMove(MessageState.Delivered, 4, EventKind.Delivered, "north-1");
        foreach (MessageEvent entry in message.Events) api.Events.Publish(message.Head, entry, 0);
        Message other = api.Engine.Add(
            ApiFixture.Demo,
            head => head with { To = "+15557654321", From = "NAME", Class = TrafficClass.Otp, Tags = ["a", "b"] });
        api.Events.Publish(other.Head, other.Events[0], 0);
    }
}

/// <summary>One server-sent event.</summary>
internal sealed record SseEvent(long Id, string Text)
{
    public JsonNode Data => JsonNode.Parse(Text)!;
}

/// <summary>A client of server-sent events that reads what it is asked to.</summary>
internal sealed class SseClient : IAsyncDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly StreamReader _reader;

    private SseClient(HttpResponseMessage response, StreamReader reader) => (_response, _reader) = (response, reader);

    /// <summary>What a client would come back with.</summary>
    public long LastId { get; private set; }

    public static async Task<SseClient> OpenAsync(HttpClient client, string path, string? lastEventId = null)
    {
        HttpResponseMessage response = await GetAsync(client, path, lastEventId);
        while (response.StatusCode == System.Net.HttpStatusCode.TooManyRequests)
        {
            // The streams that were left are not all noticed yet.
            response.Dispose();
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
            response = await GetAsync(client, path, lastEventId);
        }

        response.StatusCode.ShouldBe(System.Net.HttpStatusCode.OK);
        var stream = new SseClient(response, new(await response.Content.ReadAsStreamAsync(CancellationToken.None)));
        (await stream._reader.ReadLineAsync(CancellationToken.None)).ShouldBe(": live");
        (await stream.BlockAsync(CancellationToken.None)).ShouldBeNull();
        return stream;
    }

    public async Task<SseEvent> NextAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            if (await BlockAsync(cancellationToken) is { } data) return new(LastId, data);
        }
    }

    /// <summary>Lets time pass until a beat tells the id that is expected.</summary>
    public async Task BeatAsync(Action pass, Func<long, bool> isExpected)
    {
        do
        {
            pass();
            (await BlockAsync(CancellationToken.None)).ShouldBeNull();
        }
        while (!isExpected(LastId));
    }

    public ValueTask DisposeAsync()
    {
        _reader.Dispose();
        _response.Dispose();
        return ValueTask.CompletedTask;
    }

    private static async Task<HttpResponseMessage> GetAsync(HttpClient client, string path, string? lastEventId)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (lastEventId is not null) request.Headers.Add("Last-Event-ID", lastEventId);
        return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
    }

    /// <summary>Reads up to a blank line; the data, or null when there was none.</summary>
    private async Task<string?> BlockAsync(CancellationToken cancellationToken)
    {
        string? data = null;
        while (await _reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.Length == 0) return data;
            if (line.StartsWith("id: ", StringComparison.Ordinal)) LastId = long.Parse(line.AsSpan(4), CultureInfo.InvariantCulture);
            if (line.StartsWith("data: ", StringComparison.Ordinal)) data = line["data: ".Length..];
        }

        throw new EndOfStreamException();
    }
}
