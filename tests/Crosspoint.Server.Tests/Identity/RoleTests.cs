using System.Text.RegularExpressions;
using Crosspoint.Engine.Messages;
using Crosspoint.Server.Api;
using Crosspoint.Server.Identity;
using Crosspoint.Server.Tests.Support;
using Crosspoint.TestKit;
using Microsoft.AspNetCore.Routing;

namespace Crosspoint.Server.Tests.Identity;

public sealed partial class RoleTests
{
    [Fact]
    public async Task EveryRoute_DeclaresWhomItLetsIn_AndChangesAskForMoreThanReads()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        foreach (RouteEndpoint route in api.Server.Endpoints.OfType<RouteEndpoint>())
        {
            string name = NameOf(route);
            Access access = route.Metadata.GetMetadata<Access>().ShouldNotBeNull($"{name} needs .Needs(…)");
            if (access.IsOpen) name.ShouldMatch("^(GET|HEAD|POST|DELETE) /(health/|metrics$|docs$|openapi/|2010-04-01/|v1/console/(sign-in|sign-in-link|setup|invitation)$)");
            else if (access.IsForSessions) name.ShouldContain(" /v1/console/");
            else access.AnyOf.ShouldNotBeEmpty(name);
            if (MethodOf(route) != "GET") access.AnyOf.Where(static permission => permission.ToString().StartsWith("Read", StringComparison.Ordinal)).ShouldBeEmpty(name);
        }
    }

    [Theory]
    [InlineData("Owner")]
    [InlineData("Operator")]
    [InlineData("Compliance")]
    [InlineData("Finance")]
    [InlineData("ReadOnly")]
    [InlineData("Customer")]
    public async Task EveryRoute_LetsInTheRolesOfTheTable_AndNoOther(string name)
    {
        Role role = Enum.Parse<Role>(name);
        await using ApiFixture api = await ApiFixture.StartAsync();
        using Browser owner = await Browser.OwnerAsync(api);
        int open = 0;
        int closed = 0;
        foreach (RouteEndpoint route in api.Server.Endpoints.OfType<RouteEndpoint>())
        {
            Access access = route.Metadata.GetMetadata<Access>()!;
            string pattern = route.RoutePattern.RawText!;

            // They go on without end.
            if (access.IsOpen || access.IsForSessions || pattern is "/v1/events" or "/v1/overview/live") continue;
            using Browser browser = await AgainAsync(api, role, $"user{open + closed}");
            Answer answer = await browser.SendAsync(new(MethodOf(route)), Parameters().Replace(pattern, "x"), MethodOf(route) == "GET" ? null : []);
            if (access.AnyOf.Any(permission => Roles.May(role, permission)))
            {
                (answer.Status is 401 or 403).ShouldBeFalse($"{NameOf(route)}: {answer.Text}");
                open++;
            }
            else
            {
                (answer.Status, answer.At("code")).ShouldBe((403, "forbidden"), NameOf(route));
                answer.At("detail")!.ShouldContain(Roles.Which(access.AnyOf).FirstOrDefault() ?? "credentials of an account");
                closed++;
            }
        }

        (open, closed).ShouldSatisfyAllConditions(static counts => counts.open.ShouldBeGreaterThan(10), static counts => counts.closed.ShouldBeGreaterThan(2));
    }

    [Fact]
    public async Task Table_OfTheDocumentation_IsThatOfTheCode()
    {
        string page = await File.ReadAllTextAsync(Repository.PathOf("docs", "console.md"), TestContext.Current.CancellationToken);
        string[] head = [.. Row(page, "permission").Skip(1).TakeWhile(static cell => cell != "endpoints")];
        head.ShouldBe(Roles.Names.Select(static role => $"`{role}`"));
        foreach (Permission permission in Enum.GetValues<Permission>())
        {
            string[] row = [.. Row(page, $"`{Roles.NameOf(permission)}`").Skip(1).Take(head.Length)];
            row.ShouldBe(Enum.GetValues<Role>().Select(role => Roles.May(role, permission) ? "yes" : ""), Roles.NameOf(permission));
        }
    }

    [Fact]
    public async Task Change_BySession_IsOfTheUser_WhateverTheHeaderSays()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        using Browser owner = await Browser.OwnerAsync(api);
        Answer answer = await owner.SendAsync(
            HttpMethod.Put, "/v1/health/overrides", new() { ["connection"] = "north-1", ["order"] = "pin", ["for"] = "1h" }, ("Crosspoint-Operator", "mallory"));
        answer.Status.ShouldBe(200, answer.Text);
        answer.Text.ShouldContain("\"ada\"");
        answer.Text.ShouldNotContain("mallory");
        (await owner.GetAsync("/v1/audit?limit=1")).At("entries.0.by").ShouldBe("ada");
    }

    [Fact]
    public async Task Audit_OfUsers_IsForOwnersAndCompliance()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        using Browser owner = await Browser.OwnerAsync(api);
        foreach ((Role role, int status) in ((Role, int)[])[(Role.Compliance, 200), (Role.Operator, 403), (Role.ReadOnly, 403)])
        {
            using Browser browser = await Browser.OfRoleAsync(api, role, $"user-{role}");
            (await browser.GetAsync("/v1/audit?kind=users")).Status.ShouldBe(status, role.ToString());
            (await browser.GetAsync("/v1/audit")).Status.ShouldBe(200, role.ToString());
        }
    }

    [Fact]
    public async Task Content_IsMasked_ForRolesThatMayNotSeeIt()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        using Browser owner = await Browser.OwnerAsync(api);
        Message message = api.Engine.Add(ApiFixture.Demo, static head => head with { To = "+15551234567", Body = "secret text", CallbackUrl = "https://x.example/?key=1" });
        foreach (Role role in Enum.GetValues<Role>().Where(static role => role != Role.Customer))
        {
            using Browser browser = await Browser.OfRoleAsync(api, role, $"user-{role}");
            bool sees = role is Role.Owner or Role.Operator or Role.Compliance;
            Answer answer = await browser.GetAsync($"/v1/messages/{message.Id}");
            (answer.At("to"), answer.At("body"), answer.Json["masked"]?.ToString()).ShouldBe(
                sees ? ("+15551234567", "secret text", null) : ("+1555123****", "", "true"), role.ToString());
            answer.Text.Contains("key=1").ShouldBe(sees);
            foreach (string path in (string[])["explain", "events"])
            {
                Answer more = await browser.GetAsync($"/v1/messages/{message.Id}/{path}");
                more.Status.ShouldBe(200);
                if (!sees) more.Text.ShouldNotContain("5551234567");
            }

            if (!sees) (await browser.GetAsync("/v1/events?to=%2B15551234567")).At("code").ShouldBe("forbidden");
        }
    }

    [Fact]
    public async Task Events_OfAMaskedRole_ShowNoNumber()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        using Browser owner = await Browser.OwnerAsync(api);
        using Browser reader = await Browser.OfRoleAsync(api, Role.Finance, "fred");
        Message message = api.Engine.Add(ApiFixture.Demo, static head => head with { To = "+15551234567" });
        api.Events.Publish(message.Head, new(1, 1, EventKind.Accepted, MessageState.Queued), 0);
        using HttpClient client = new(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = api.Server.Address };
        client.DefaultRequestHeaders.Add("Cookie", $"crosspoint={reader.Cookie!.Value}");
        using HttpResponseMessage response = await client.GetAsync("/v1/events?after=0", HttpCompletionOption.ResponseHeadersRead, CancellationToken.None);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(CancellationToken.None));
        string? line;
        do line = await lines.ReadLineAsync(CancellationToken.None).AsTask().WaitAsync(TimeSpan.FromSeconds(30), CancellationToken.None);
        while (line?.StartsWith("data:", StringComparison.Ordinal) == false);
        line!.ShouldContain("+1555123****");
    }

    [Fact]
    public async Task Customer_SeesItsAccountAlone_AsWithItsKey()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        using Browser owner = await Browser.OwnerAsync(api);
        using Browser customer = await Browser.OfRoleAsync(api, Role.Customer, "carl");
        Message own = api.Engine.Add(ApiFixture.Demo, static head => head with { Body = "ours" });
        Message other = api.Engine.Add(ApiFixture.Other);
        (await customer.GetAsync($"/v1/messages/{own.Id}")).At("body").ShouldBe("ours");
        (await customer.GetAsync($"/v1/messages/{other.Id}")).Status.ShouldBe(404);
        (await customer.GetAsync("/v1/messages")).Json["messages"]!.AsArray().ShouldHaveSingleItem();
        (await customer.PostAsync("/v1/messages", new() { ["to"] = "+15551234567", ["from"] = "+15550001000", ["body"] = "x" })).Status.ShouldBe(202);
        (await customer.GetAsync("/v1/webhooks/secret")).At("code").ShouldBe("forbidden");
        (await customer.GetAsync($"/v1/batches?account_sid={ApiFixture.Other.Sid}")).Status.ShouldBe(400);
        customer.Csrf = null;
        (await customer.PostAsync("/v1/messages", new() { ["to"] = "+15551234567", ["from"] = "+15550001000", ["body"] = "x" })).At("code").ShouldBe("csrf_failed");
        (await owner.GetAsync("/v1/webhooks")).At("field").ShouldBe("account_sid", "staff has no account of its own");
    }

    private static async Task<Browser> AgainAsync(ApiFixture api, Role role, string name)
    {
        api.Time.Advance(TimeSpan.FromMinutes(1));
        return await Browser.OfRoleAsync(api, role, name);
    }

    private static string[] Row(string page, string first) =>
        page.Split('\n').Where(static line => line.StartsWith('|')).Select(static line => line.Trim('|', ' ').Split('|').Select(static cell => cell.Trim()).ToArray())
            .FirstOrDefault(cells => cells[0] == first).ShouldNotBeNull($"docs/console.md has no row {first}");

    private static string MethodOf(RouteEndpoint route) => route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods[0];

    private static string NameOf(RouteEndpoint route) => $"{MethodOf(route)} {route.RoutePattern.RawText}";

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Parameters();
}
