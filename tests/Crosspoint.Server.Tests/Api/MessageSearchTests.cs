using System.Text.Json.Nodes;
using Crosspoint.Engine.Messages;
using Crosspoint.Server.Identity;
using Crosspoint.Server.Tests.Support;

namespace Crosspoint.Server.Tests.Api;

/// <summary>The list of messages: for accounts their own, for those who run the gateway all, masked where a role may not see numbers.</summary>
public sealed class MessageSearchTests
{
    [Fact]
    public async Task Search_ByStaff_FindsMessagesOfEveryAccount_NewestFirst()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Message first = api.Engine.Add(ApiFixture.Demo);
        Message second = api.Engine.Add(ApiFixture.Other);
        api.Engine.Add(ApiFixture.Demo, head => head with { AccountSid = "", CopyOf = first.Id, Connection = "trial-1" });
        using Browser owner = await Browser.OwnerAsync(api);
        Ids(await owner.GetAsync("/v1/messages")).ShouldBe([second.Id, first.Id]);
        Ids(await owner.GetAsync($"/v1/messages?account_sid={ApiFixture.Demo.Sid}")).ShouldBe([first.Id]);
        Ids(await api.GetAsync("/v1/messages")).ShouldBe([first.Id]);
    }

    [Fact]
    public async Task Search_InPages_SaysUpToWhereItLooked()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Message[] all = [api.Engine.Add(ApiFixture.Demo), api.Engine.Add(ApiFixture.Other), api.Engine.Add(ApiFixture.Demo)];
        using Browser owner = await Browser.OwnerAsync(api);
        Answer page = await owner.GetAsync("/v1/messages?limit=2");
        Ids(page).ShouldBe([all[2].Id, all[1].Id]);
        page.At("searched_back_to").ShouldBe("2026-01-02T03:04:05.000000Z");
        page = await owner.GetAsync($"/v1/messages?limit=2&cursor={page.At("next_cursor")}");
        Ids(page).ShouldBe([all[0].Id]);
        (page.At("next_cursor"), page.At("searched_back_to")).ShouldBe((null, null));
    }

    [Theory]
    [InlineData("to=%2B15557654321")]
    [InlineData("to=+15557654321")]
    [InlineData("from=ACME")]
    [InlineData("status=failed")]
    [InlineData("status=delivered,failed")]
    [InlineData("error_code=30008")]
    [InlineData("tag=spring")]
    [InlineData("connection=south-1")]
    [InlineData("class=otp")]
    [InlineData("direction=outbound-reply")]
    [InlineData("vendor_id=a1b2")]
    [InlineData("vendor_id=a1b2&class=otp&to=%2B15557654321")]
    public async Task Search_WithAFilter_FindsWhatPasses(string query)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Message wanted = api.Engine.Add(ApiFixture.Other, static head => head with
        {
            To = "+15557654321",
            From = "ACME",
            Tags = ["spring", "sale"],
            Class = TrafficClass.Otp,
            Direction = MessageDirection.OutboundReply,
        });
        wanted.Attempts.Add(new() { Number = 1, Connection = "south-1", Decision = new(1, "default", []) });
        wanted.TryMove(MessageState.Failed, wanted.Head.CreatedAt, EventKind.Failed).ShouldNotBeNull();
        wanted.ErrorCode = 30008;
        Message other = api.Engine.Add(ApiFixture.Demo, static head => head with { Tags = ["springtime"], Class = TrafficClass.Marketing });
        api.Engine.VendorIds!["a1b2"] = [wanted.Id.Key];
        api.Engine.VendorIds["c3d4"] = [other.Id.Key];
        using Browser owner = await Browser.OwnerAsync(api);
        Ids(await owner.GetAsync($"/v1/messages?{query}")).ShouldBe([wanted.Id]);
        Ids(await owner.GetAsync($"/v1/messages?{query}&account_sid={ApiFixture.Demo.Sid}")).ShouldBeEmpty();
        Ids(await owner.GetAsync($"/v1/messages?{query}&created_after=2027-01-01")).ShouldBeEmpty();
        Ids(await api.GetAsync($"/v1/messages?{query}")).ShouldBeEmpty("it is another account's");
    }

    [Fact]
    public async Task Search_ById_FindsCopiesToo_AndOnlyWhatPasses()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Message message = api.Engine.Add(ApiFixture.Demo);
        Message copy = api.Engine.Add(ApiFixture.Demo, head => head with { AccountSid = "", CopyOf = message.Id, Connection = "trial-1" });
        using Browser owner = await Browser.OwnerAsync(api);
        Ids(await owner.GetAsync($"/v1/messages?id={message.Id}")).ShouldBe([message.Id]);
        Ids(await owner.GetAsync($"/v1/messages?id={copy.Id}")).ShouldBe([copy.Id]);
        Ids(await owner.GetAsync("/v1/messages?connection=trial-1")).ShouldBe([copy.Id]);
        Ids(await owner.GetAsync($"/v1/messages?id={message.Id}&status=failed")).ShouldBeEmpty();
        Ids(await api.GetAsync($"/v1/messages?id={copy.Id}")).ShouldBeEmpty("it is nobody's");
    }

    [Theory]
    [InlineData("status=failed,gone", "parameter_invalid", "status")]
    [InlineData("status=", "parameter_invalid", "status")]
    [InlineData("error_code=0", "parameter_invalid", "error_code")]
    [InlineData("error_code=x", "parameter_invalid", "error_code")]
    [InlineData("class=x", "parameter_invalid", "class")]
    [InlineData("direction=out", "parameter_invalid", "direction")]
    [InlineData("id=SM1", "parameter_invalid", "id")]
    [InlineData("vendor_id=", "parameter_invalid", "vendor_id")]
    [InlineData("tag=", "parameter_invalid", "tag")]
    [InlineData("tag=a&tag=b", "parameter_invalid", "tag")]
    [InlineData("limit=1001", "parameter_invalid", "limit")]
    [InlineData("cursor=x", "parameter_invalid", "cursor")]
    [InlineData("created_after=yesterday", "parameter_invalid", "created_after")]
    [InlineData("text=secret", "parameter_unknown", "text")]
    public async Task Search_ThatIsNotWellFormed_IsRefusedByName(string query, string code, string field)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        using Browser owner = await Browser.OwnerAsync(api);
        Answer answer = await owner.GetAsync($"/v1/messages?{query}");
        (answer.Status, answer.At("code"), answer.At("field")).ShouldBe((400, code, field));
    }

    [Fact]
    public async Task Search_ByAnAccount_NamesNoOther()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Message own = api.Engine.Add(ApiFixture.Demo);
        api.Engine.Add(ApiFixture.Other);
        Ids(await api.GetAsync($"/v1/messages?account_sid={ApiFixture.Demo.Sid}")).ShouldBe([own.Id]);
        foreach (string path in (string[])["/v1/messages", "/v1/messages/export"])
            (await api.GetAsync($"{path}?account_sid={ApiFixture.Other.Sid}")).At("field").ShouldBe("account_sid", path);
        using Browser customer = await Browser.OfRoleAsync(api, Role.Customer, "carl");
        Ids(await customer.GetAsync("/v1/messages")).ShouldBe([own.Id]);
    }

    [Theory]
    [InlineData("Finance")]
    [InlineData("ReadOnly")]
    public async Task Search_ByARoleThatSeesNoNumbers_IsMasked_AndNotByNumber(string role)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Message message = api.Engine.Add(
            ApiFixture.Demo, static head => head with { To = "+15551234567", Body = "secret text", CallbackUrl = "https://x.example/?key=1" });
        message.Deliveries.Add(new() { EventNumber = 1 });
        using Browser browser = await Browser.OfRoleAsync(api, Enum.Parse<Role>(role), "user");
        Answer page = await browser.GetAsync("/v1/messages");
        (page.At("messages.0.to"), page.At("messages.0.body"), page.At("messages.0.masked")).ShouldBe(("+1555123****", "", "true"));
        Answer deliveries = await browser.GetAsync($"/v1/messages/{message.Id}/webhooks");
        (deliveries.Status, deliveries.At("webhooks.0.url")).ShouldBe((200, "https://x.example/"));
        Answer export = await browser.GetAsync("/v1/messages/export");
        export.Text.ShouldContain("+1555123****");
        foreach (string text in (string[])[page.Text, deliveries.Text, export.Text])
        {
            text.ShouldNotContain("4567");
            text.ShouldNotContain("secret");
            text.ShouldNotContain("key=1");
        }

        foreach (string query in (string[])["to=%2B15551234567", "from=%2B15551234567"])
        {
            foreach (string path in (string[])["/v1/messages", "/v1/messages/export"])
                (await browser.GetAsync($"{path}?{query}")).At("code").ShouldBe("forbidden", path + query);
        }
    }

    [Fact]
    public async Task Search_ByAVendorIdWhileTheJournalIsClosed_Is503()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        api.Engine.VendorIds = null;
        Answer answer = await api.GetAsync("/v1/messages?vendor_id=a");
        (answer.Status, answer.At("code")).ShouldBe((503, "store_unavailable"));
    }

    [Fact]
    public async Task Export_OfASearch_IsCsvThatNoSpreadsheetRuns()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Message message = api.Engine.Add(
            ApiFixture.Demo,
            static head => head with { From = "-ACME", Reference = "=1+1, \"x\"\r\ny", Tags = ["a", "b"], Metadata = Metadata.TryCreate([new("batch", "spring")], out _)! });
        message.ErrorCode = 30008;
        message.Attempts.Add(new() { Number = 1, Connection = "north-1", Decision = new(1, "default", []) });
        api.Engine.Add(ApiFixture.Other);
        Answer answer = await api.GetAsync("/v1/messages/export");
        answer.ContentType.ShouldBe("text/csv; charset=utf-8; header=present");
        answer.Text.ShouldBe(
            "id,account_sid,direction,from,to,class,status,error_code,error,segments,connection,reference,tags,batch,created_at,sent_at,updated_at\r\n"
                + $"{message.Id},{ApiFixture.Demo.Sid},outbound-api,\"'-ACME\",+15551234567,transactional,queued,30008,{ErrorCodes.MessageFor(30008)},1,north-1,"
                + "\"'=1+1, \"\"x\"\"\r\ny\",a b,spring,2026-01-02T03:04:05.000000Z,,2026-01-02T03:04:05.000000Z\r\n");
    }

    [Fact]
    public async Task Export_OfMoreThanAPage_HasEveryRowOnceUpToItsLimit_AndIsOnRecord()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        for (int i = 0; i < 2_500; i++) api.Engine.Add(i % 2 == 0 ? ApiFixture.Demo : ApiFixture.Other);
        using Browser owner = await Browser.OwnerAsync(api);
        string[] lines = (await owner.GetAsync("/v1/messages/export")).Text.TrimEnd().Split("\r\n");
        lines.Length.ShouldBe(2_501);
        lines.Distinct().Count().ShouldBe(2_501);
        (await owner.GetAsync("/v1/messages/export?limit=1200&status=queued")).Text.TrimEnd().Split("\r\n").ShouldBe(lines[..1_201]);
        Answer audit = await owner.GetAsync("/v1/audit?kind=messages&limit=1");
        (audit.At("entries.0.action"), audit.At("entries.0.by"), audit.At("entries.0.note")).ShouldBe(("message_export", "ada", "?limit=1200&status=queued"));
        await owner.GetAsync("/v1/messages/export?to=%2B15551234567&status=queued");
        (await owner.GetAsync("/v1/audit?kind=messages&limit=1")).At("entries.0.note").ShouldBe("?to=%2B1555123****&status=queued", "who reads the record may not see numbers");
        foreach (string query in (string[])["limit=0", "limit=100001", "limit=1&limit=2"])
            (await owner.GetAsync($"/v1/messages/export?{query}")).At("field").ShouldBe("limit", query);
        (await owner.GetAsync("/v1/messages/export?cursor=AAAAAAAAAAA")).At("code").ShouldBe("parameter_unknown");
    }

    private static IEnumerable<MessageId> Ids(Answer answer)
    {
        answer.Status.ShouldBe(200, answer.Text);
        return answer.Json["messages"]!.AsArray().Select(static message => MessageId.TryParse(message!["id"]!.ToString(), out MessageId id) ? id : default);
    }
}
