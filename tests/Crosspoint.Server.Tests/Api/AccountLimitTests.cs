using System.Text.Json.Nodes;
using Crosspoint.Engine.Limits;
using Crosspoint.Server.Identity;
using Crosspoint.Server.Tests.Support;

namespace Crosspoint.Server.Tests.Api;

/// <summary>Limits of accounts as their settings have them.</summary>
public sealed class AccountLimitTests
{
    private const string Every =
        """{"rate":2.5,"burst":10,"queue":"90m","over":"refuse","per_day":5000,"zone":"Europe/Berlin","per_day_over":"throttle"}""";

    [Fact]
    public async Task Create_WithEveryKey_IsInForceAndShownAsItWasGiven()
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        Answer made = await DeckTests.PostAsync(api, "/v1/accounts", $$"""{"name":"Shop","limits":{{Every}}}""");
        made.Status.ShouldBe(201, made.Text);
        AccountLimits limits = api.Accounts.Directory.Find(made.At("account_sid")!)!.Limits;
        (limits.Rate, limits.Burst, limits.Queue, limits.Over).ShouldBe((2.5, 10, TimeSpan.FromMinutes(90), LimitAnswer.Refuse));
        (limits.PerDay, limits.Zone!.Id, limits.PerDayOver).ShouldBe((5000, "Europe/Berlin", LimitAnswer.Throttle));
        Answer read = await DeckTests.GetAsync(api, $"/v1/accounts/{made.At("account_sid")}");
        JsonNode.DeepEquals(read.Json["limits"], JsonNode.Parse(Every)).ShouldBeTrue(read.Text);
        JsonNode.DeepEquals(made.Json["limits"], JsonNode.Parse(Every)).ShouldBeTrue(made.Text);
    }

    [Fact]
    public async Task Create_WithoutAny_HasNoneOfItsOwn()
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        Answer made = await DeckTests.PostAsync(api, "/v1/accounts", """{"limits":{}}""");
        made.Json["limits"]!.AsObject().ShouldBeEmpty();
        string sid = made.At("account_sid")!;
        api.Accounts.Directory.Find(sid)!.Limits.IsNone.ShouldBeTrue();
        (await DeckTests.GetAsync(api, $"/v1/accounts/{sid}/revisions/1")).At("text")!.ShouldNotContain("limits");
    }

    [Fact]
    public async Task Change_OfLimits_IsARevision_ComparedAndGoneBackTo()
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        string sid = (await DeckTests.PostAsync(api, "/v1/accounts", """{"name":"Shop","limits":{"rate":5}}""")).At("account_sid")!;
        Answer changed = await PutAsync(api, $"/v1/accounts/{sid}?expected=1&note=more", """{"name":"Shop","limits":{"rate":50,"per_day":0}}""");
        (changed.At("limits.rate"), changed.At("limits.per_day"), changed.At("last_activated")).ShouldBe(("50", "0", "2"), changed.Text);

        Answer diff = await DeckTests.GetAsync(api, $"/v1/revisions/account/{sid}/2/diff");
        string[] lines = [.. diff.Json["lines"]!.AsArray().Where(static line => line!["change"]!.ToString() == "added").Select(static line => line!["text"]!.ToString().Trim())];
        lines.ShouldBe(["\"rate\": \"50\",", "\"per_day\": \"0\""]);

        (await DeckTests.PostAsync(api, $"/v1/accounts/{sid}/rollback", """{"expected":2,"to":1,"note":"no"}""")).Status.ShouldBe(200);
        api.Accounts.Directory.Find(sid)!.Limits.ShouldBe(new AccountLimits { Rate = 5 });
        Answer none = await PutAsync(api, $"/v1/accounts/{sid}?expected=1", """{"name":"Shop"}""");
        none.Json["limits"]!.AsObject().ShouldBeEmpty("what is left out gets its default");
        api.Accounts.Directory.Find(sid)!.Limits.IsNone.ShouldBeTrue();
    }

    [Fact]
    public async Task Disable_KeepsItsLimits()
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        string sid = (await DeckTests.PostAsync(api, "/v1/accounts", """{"limits":{"rate":5}}""")).At("account_sid")!;
        (await DeckTests.PostAsync(api, $"/v1/accounts/{sid}/disable", "{}")).At("limits.rate").ShouldBe("5");
    }

    [Fact]
    public async Task Change_OfAnAccountOfTheFile_IsRefused()
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        Answer refused = await PutAsync(api, $"/v1/accounts/{ApiFixture.Demo.Sid}?expected=0", """{"limits":{"rate":5}}""");
        (refused.Status, refused.At("code")).ShouldBe((409, "set_by_file"));
    }

    [Fact]
    public async Task InForce_TellsWhereEachComesFrom()
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        api.Engine.Limits.Add(new(new() { Name = "account", Rate = 5, Burst = 2, Queue = TimeSpan.FromHours(4) }, LimitSource.Own, 7, null));
        api.Engine.Limits.Add(new(
            new() { Name = "days", Rate = 0, PerDay = 9, Zone = NodaTime.DateTimeZone.Utc, Each = LimitEach.Account, Over = LimitAnswer.Queue }, LimitSource.Default, 0, 3));
        api.Engine.Limits.Add(new(new() { Name = "codes", Rate = 1, Country = "US", Each = LimitEach.Sender }, LimitSource.File, null, null));
        Answer answer = await DeckTests.GetAsync(api, $"/v1/accounts/{ApiFixture.Demo.Sid}");
        string[] expected =
        [
            """{"source":"own","name":"account","rate":5,"burst":2,"queue":"4h","per_day":null,"zone":null,"over":"throttle","match":{},"each":null,"waiting_segments":7,"today":null}""",
            """{"source":"default","name":"days","rate":null,"burst":null,"queue":null,"per_day":9,"zone":"UTC","over":"queue","match":{},"each":"account","waiting_segments":0,"today":3}""",
            """{"source":"file","name":"codes","rate":1,"burst":0,"queue":null,"per_day":null,"zone":null,"over":null,"match":{"country":"US"},"each":"sender","waiting_segments":null,"today":null}""",
        ];
        answer.Json["limits_in_force"]!.AsArray().Select(static one => one!.ToJsonString()).ShouldBe(expected);
    }

    [Theory]
    [InlineData("Operator", 200)]
    [InlineData("Compliance", 403)]
    [InlineData("Finance", 403)]
    [InlineData("ReadOnly", 403)]
    [InlineData("Customer", 403)]
    public async Task Change_IsForThoseWhoManageAccounts(string role, int status)
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        string sid = (await DeckTests.PostAsync(api, "/v1/accounts", """{"name":"Shop"}""")).At("account_sid")!;
        using Browser owner = await Browser.OwnerAsync(api);
        using Browser browser = await Browser.OfRoleAsync(api, Enum.Parse<Role>(role), "bob");
        Answer answer = await browser.SendAsync(HttpMethod.Put, $"/v1/accounts/{sid}?expected=1", new() { ["limits"] = new JsonObject { ["rate"] = 5 } });
        answer.Status.ShouldBe(status, answer.Text);
    }

    private static Task<Answer> PutAsync(ApiFixture api, string path, string body) => DeckTests.SendAsync(api, HttpMethod.Put, path, body);
}
