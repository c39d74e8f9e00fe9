using System.Text.Json.Nodes;
using Crosspoint.Engine.Health;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Monitoring;
using Crosspoint.Server.Identity;
using Crosspoint.Server.Tests.Support;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Server.Tests.Api;

/// <summary>What goes on over all connections, once and live.</summary>
public sealed class OverviewTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Get_NothingHappened_IsZeroAndNothingIsOpen()
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        Answer answer = await DeckTests.GetAsync(api, "/v1/overview");
        answer.Status.ShouldBe(200, answer.Text);
        (answer.At("currency"), answer.At("now.accepted_per_second"), answer.At("now.segments_per_second"), answer.At("now.delivery_rate"))
            .ShouldBe(("EUR", null, "0", null));
        (answer.At("today.accepted"), answer.At("today.cost"), answer.At("queues.waiting"), answer.At("open_incidents")).ShouldBe(("0", "1.5", "0", "0"));
        (answer.At("today.sold"), answer.At("today.margin")).ShouldBe((null, null), "no account has a price");
        answer.Json["countries"]!.AsArray().ShouldBeEmpty();
        answer.Json["classes"]!.AsArray().ShouldBeEmpty();
        (await DeckTests.GetAsync(api, "/v1/overview?x=1")).At("code").ShouldBe("parameter_unknown");
        (await DeckTests.GetAsync(api, "/v1/overview/live?x=1")).At("code").ShouldBe("parameter_unknown");
    }

    [Fact]
    public async Task Get_Traffic_IsAddedUpOverConnectionsCountriesAndClasses()
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        await DeckTests.GetAsync(api, "/v1/overview");
        Deliver(api, "north-1", "DE", TrafficClass.Otp, sent: 10, delivered: 9);
        Deliver(api, "south-1", "FR", TrafficClass.Marketing, sent: 10, delivered: 5);
        for (int i = 0; i < 40; i++) api.Totals.Add(TrafficCount.Accepted);
        api.Engine.Waiting.Add(new("north-1", TrafficClass.Otp, "AC1", 30, 30, 2, false, []));
        api.Engine.Waiting.Add(new("north-1", TrafficClass.Otp, "AC2", 10, 10, 1, false, []));
        api.Engine.Waiting.Add(new("south-1", TrafficClass.Otp, "AC2", 0, 0, 1, false, []));
        api.Time.Advance(TimeSpan.FromSeconds(4));

        Answer answer = await DeckTests.GetAsync(api, "/v1/overview");
        (answer.At("now.accepted_per_second"), answer.At("today.accepted")).ShouldBe(("10", "40"));
        answer.Json["now"]!["delivery_rate"]!.GetValue<double>().ShouldBe(0.7, 0.02);
        answer.Json["countries"]!.AsArray().Select(static row => $"{row!["country"]} {row["delivered"]}").ShouldBe(["DE 9", "FR 5"], ignoreOrder: true);
        answer.Json["classes"]!.AsArray().Select(static row => $"{row!["class"]} {row["sent"]}").ShouldBe(["otp 10", "marketing 10"], ignoreOrder: true);
        (answer.At("queues.waiting"), answer.At("queues.longest_wait_seconds")).ShouldBe(("40", "15"));
        answer.Json["queues"]!["longest"]!.ToJsonString()
            .ShouldBe("""[{"connection":"north-1","class":"otp","waiting":40,"rate":3,"estimated_wait_seconds":15}]""");
    }

    [Fact]
    public async Task Get_SellPrices_TellTheMargin()
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        api.Sold = (2_000_000, 1_250_000);
        Answer answer = await DeckTests.GetAsync(api, "/v1/overview");
        (answer.At("today.sold"), answer.At("today.margin")).ShouldBe(("2", "0.75"));
    }

    [Fact]
    public async Task Get_TwiceWithinASecond_IsOneReading()
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        string first = (await DeckTests.GetAsync(api, "/v1/overview")).Text;
        api.Totals.Add(TrafficCount.Accepted);
        (await DeckTests.GetAsync(api, "/v1/overview")).Text.ShouldBe(first);
        api.Time.Advance(TimeSpan.FromSeconds(1));
        (await DeckTests.GetAsync(api, "/v1/overview")).At("today.accepted").ShouldBe("1");
    }

    [Fact]
    public async Task Live_TellsEverySecond_TheSameToAll()
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        using var one = await LiveStream.OpenAsync(api);
        using var other = await LiveStream.OpenAsync(api);
        (await one.NextAsync())["today"]!["sent"]!.GetValue<int>().ShouldBe(0);
        await other.NextAsync();
        for (int second = 1; second <= 3; second++)
        {
            api.Totals.Add(TrafficCount.Sent);
            api.Time.Advance(TimeSpan.FromSeconds(1));
            JsonNode reading = await one.NextAsync();
            reading["today"]!["sent"]!.GetValue<int>().ShouldBe(second);
            (await other.NextAsync()).ToJsonString().ShouldBe(reading.ToJsonString());
        }
    }

    [Fact]
    public async Task Live_ReaderThatDoesNotRead_HoldsNobodyUp()
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        using var slow = await LiveStream.OpenAsync(api);
        using var quick = await LiveStream.OpenAsync(api);
        await quick.NextAsync();
        for (int second = 1; second <= 200; second++)
        {
            api.Time.Advance(TimeSpan.FromSeconds(1));
            await quick.NextAsync();
        }

        // What it missed it is not told later on: what it gets is in order, and the rest is the newest.
        string last = "";
        for (int i = 0; i < 5; i++)
        {
            string at = (await slow.NextAsync())["at"]!.ToString();
            at.ShouldBeGreaterThan(last);
            last = at;
        }
    }

    [Fact]
    public async Task Live_SessionThatIsEnded_EndsTheStream()
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        using Browser owner = await Browser.OwnerAsync(api);
        using var stream = await LiveStream.OpenAsync(api, owner);
        await stream.NextAsync();
        await api.Identity.EndSessionsAsync(api.Identity.Users[0].Id, null, "test");
        await stream.EndsAsync();
    }

    [Fact]
    public async Task Live_SessionThatIsNotUsed_IsNotKeptAlive()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new() { Console = new() { IdleTimeout = TimeSpan.FromMinutes(1) } });
        using Browser owner = await Browser.OwnerAsync(api);
        using var stream = await LiveStream.OpenAsync(api, owner);
        await stream.NextAsync();
        Task<string> ended = stream.EndsAsync();
        int seconds = 0;
        for (; !ended.IsCompleted && seconds < 600; seconds++)
        {
            api.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(ended, Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, CancellationToken.None));
        }

        await ended;
        seconds.ShouldBeGreaterThanOrEqualTo(60);
    }

    [Fact]
    public async Task Live_TooManyStreams_AreRefusedAndOneThatLeavesMakesRoom()
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        var streams = new List<LiveStream>();
        for (int i = 0; i < 100; i++) streams.Add(await LiveStream.OpenAsync(api));
        Answer refused = await DeckTests.GetAsync(api, "/v1/overview/live");
        (refused.Status, refused.At("code")).ShouldBe((429, "too_many_streams"));
        streams[0].Dispose();
        using LiveStream next = await LiveStream.OpenAsync(api);
        await next.NextAsync();
        foreach (LiveStream stream in streams) stream.Dispose();
    }

    [Theory]
    [InlineData("Finance", 403)]
    [InlineData("Customer", 403)]
    [InlineData("ReadOnly", 200)]
    public async Task Get_IsForThoseWhoSeeTheOperation(string role, int status)
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        using Browser owner = await Browser.OwnerAsync(api);
        using Browser browser = await Browser.OfRoleAsync(api, Enum.Parse<Role>(role), "bob");
        (await browser.GetAsync("/v1/overview")).Status.ShouldBe(status);
    }

    private static void Deliver(ApiFixture api, string connection, string country, TrafficClass trafficClass, int sent, int delivered)
    {
        WatchedPath path = HealthTests.Path(api, connection, country, country == "DE" ? "26201" : "20801", trafficClass);
        long at = api.Health.Clock.Now;
        for (int i = 0; i < sent; i++)
        {
            path.Submitted(at);
            path.Answered(AnswerKind.Accepted, 0, took: 40_000, cost: 7_500, at);
            path.Sent(at, at);
            path.Ended(isDelivered: i < delivered, at, i < delivered ? 0 : 30_005, isLast: true, at);
        }
    }

    /// <summary>One who follows the overview.</summary>
    private sealed class LiveStream : IDisposable
    {
        private readonly HttpClient _client;
        private readonly HttpResponseMessage _response;
        private readonly StreamReader _reader;

        private LiveStream(HttpClient client, HttpResponseMessage response, StreamReader reader) => (_client, _response, _reader) = (client, response, reader);

        /// <param name="browser">Whose session it is; null for the operator's token.</param>
        public static async Task<LiveStream> OpenAsync(ApiFixture api, Browser? browser = null)
        {
            var client = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = api.Server.Address };
            if (browser is null) client.DefaultRequestHeaders.Authorization = new("Bearer", DeckTests.Token);
            else client.DefaultRequestHeaders.Add("Cookie", $"crosspoint={browser.Cookie!.Value}");
            while (true)
            {
                HttpResponseMessage response = await client.GetAsync("/v1/overview/live", HttpCompletionOption.ResponseHeadersRead, CancellationToken.None);
                if (response.IsSuccessStatusCode)
                    return new(client, response, new(await response.Content.ReadAsStreamAsync(CancellationToken.None)));

                // The stream that was left is not noticed yet.
                response.StatusCode.ShouldBe(System.Net.HttpStatusCode.TooManyRequests);
                response.Dispose();
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
            }
        }

        public async Task<JsonNode> NextAsync()
        {
            while (true)
            {
                string line = (await _reader.ReadLineAsync(CancellationToken.None).AsTask().WaitAsync(Limit, CancellationToken.None)).ShouldNotBeNull();
                if (line.StartsWith("data: ", StringComparison.Ordinal)) return JsonNode.Parse(line["data: ".Length..])!;
            }
        }

        public Task<string> EndsAsync() => _reader.ReadToEndAsync(CancellationToken.None).WaitAsync(Limit, CancellationToken.None);

        public void Dispose()
        {
            _reader.Dispose();
            _response.Dispose();
            _client.Dispose();
        }
    }
}
