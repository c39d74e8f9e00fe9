using Crosspoint.Engine.Intake;
using Crosspoint.Server.Identity;
using Crosspoint.Server.Tests.Support;

namespace Crosspoint.Server.Tests.Api;

/// <summary>Messages that those who run the gateway send as an account to try it.</summary>
public sealed class TestMessageTests
{
    private const string Path = "/v1/test-messages";
    private const string Send = """{"to":"+4915112345678","from":"Shop","body":"x","class":"otp","tags":["mine"]}""";

    private static string PathOfDemo => $"{Path}?account_sid={ApiFixture.Demo.Sid}";

    [Fact]
    public async Task Post_IsSentAsTheAccount_WithTheTag_AndOnRecord()
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        Answer answer = await DeckTests.PostAsync(api, PathOfDemo, Send);
        answer.Status.ShouldBe(202, answer.Text);
        (answer.At("account_sid"), answer.At("tags.0"), answer.At("tags.1")).ShouldBe((ApiFixture.Demo.Sid, "mine", "crosspoint-test"));
        SendRequest request = api.Engine.Requests.ShouldHaveSingleItem();
        (request.Account.Sid, request.To).ShouldBe((ApiFixture.Demo.Sid, "+4915112345678"));

        Answer audit = await DeckTests.GetAsync(api, "/v1/audit?kind=test_messages");
        (audit.At("entries.0.by"), audit.At("entries.0.name")).ShouldBe(("ada", ApiFixture.Demo.Sid));
        audit.At("entries.0.note").ShouldBe("A test message of class otp from Shop to +491511234****");
    }

    [Theory]
    [InlineData(Path, Send, 400, "parameter_invalid", "account_sid")]
    [InlineData($"{Path}?account_sid=AC9", Send, 400, "parameter_invalid", "account_sid")]
    [InlineData($"{Path}?account=AC9", Send, 400, "parameter_unknown", "account")]
    [InlineData("", """{"to":"+4915112345678","x":1}""", 400, "field_unknown", "x")]
    [InlineData("", "{", 400, "json_invalid", null)]
    public async Task Post_ThatIsNotRight_IsAProblemAndNotOnRecord(string path, string body, int status, string code, string? field)
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        Answer answer = await DeckTests.PostAsync(api, path.Length == 0 ? PathOfDemo : path, body);
        (answer.Status, answer.At("code"), answer.At("field")).ShouldBe((status, code, field));
        api.Engine.Requests.ShouldBeEmpty();
        (await DeckTests.GetAsync(api, "/v1/audit?kind=test_messages")).Json["entries"]!.AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task Post_WhatIntakeRefuses_IsThatProblem()
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        api.Engine.Refuse = static _ => IntakeResult.Refused(IntakeError.ToMissing, "to", "");
        Answer answer = await DeckTests.PostAsync(api, PathOfDemo, """{"from":"Shop","body":"x"}""");
        (answer.Status, answer.At("code")).ShouldBe((400, "to_missing"));
    }

    [Fact]
    public async Task Post_AsADisabledAccount_IsRefused_UntilItIsEnabled()
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        string sid = (await DeckTests.PostAsync(api, "/v1/accounts", """{"name":"Shop","enabled":false}""")).At("account_sid")!;
        Answer refused = await DeckTests.PostAsync(api, $"{Path}?account_sid={sid}", Send);
        (refused.Status, refused.At("code"), refused.At("field")).ShouldBe((400, "parameter_invalid", "account_sid"));
        api.Engine.Requests.ShouldBeEmpty();
        (await DeckTests.PostAsync(api, $"/v1/accounts/{sid}/enable", "{}")).Status.ShouldBe(200);
        (await DeckTests.PostAsync(api, $"{Path}?account_sid={sid}", Send)).Status.ShouldBe(202);
    }

    [Fact]
    public void Roles_ThatMaySendOne_MayReadTheAccountsToChooseFrom()
    {
        foreach (Role role in Enum.GetValues<Role>())
        {
            if (Roles.May(role, Permission.ManageTraffic)) Roles.May(role, Permission.ReadAccounts).ShouldBeTrue(role.ToString());
        }
    }

    [Theory]
    [InlineData("Operator", 202)]
    [InlineData("Compliance", 403)]
    [InlineData("ReadOnly", 403)]
    [InlineData("Customer", 403)]
    public async Task Post_IsForThoseWhoManageTraffic(string role, int status)
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        using Browser owner = await Browser.OwnerAsync(api);
        using Browser browser = await Browser.OfRoleAsync(api, Enum.Parse<Role>(role), "bob");
        Answer answer = await browser.PostAsync(PathOfDemo, new() { ["to"] = "+4915112345678", ["from"] = "Shop", ["body"] = "x" });
        answer.Status.ShouldBe(status, answer.Text);
        if (status == 202) (await owner.GetAsync("/v1/audit?kind=test_messages")).At("entries.0.by").ShouldBe("bob");
    }
}
