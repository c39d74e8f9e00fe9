using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Crosspoint.Engine.Stores;
using Crosspoint.Server.Configuration;
using Crosspoint.Server.Hosting;
using Crosspoint.Server.Routing;
using Crosspoint.Server.Tests.Support;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crosspoint.Server.Tests.Hosting;

/// <summary>Revisions of the routing plan on a whole gateway, with a store on disk and carriers that are not there.</summary>
public sealed class RoutingPlanTests : IDisposable
{
    private const string Sid = "AC00000000000000000000000000000001";
    private const string Token = "token-of-the-operator";
    private const string First = "default: [ north-1, south-1 ]";

    private const string Second =
        """
        # codes go south
        default: [ north-1, south-1 ]
        lists:
          - { name: rest, connections: [ north-1 ] }
        rules:
          - name: codes
            match: { class: otp }
            connections: [ south-1 ]
            fallback: rest
        """;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("crosspoint-plan-tests-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Draft_Check_Compare_Activate_RollBack_TheWholeWay()
    {
        await using GatewayHost host = await StartAsync(First);
        using HttpClient client = ClientOf(host);
        JsonNode head = await GetAsync(client, "/v1/routing");
        (head["last_activated"]!.GetValue<long>(), head["in_force"]!["activated_by"]!.ToString(), head["rules"]!.GetValue<int>()).ShouldBe((1, "configuration file", 0));
        (await FirstChoiceAsync(client)).ShouldBe(("default", "north-1"));

        (HttpStatusCode status, JsonNode draft) = await PostAsync(client, "/v1/routing/revisions?note=codes", Second);
        (status, draft["revision"]!["revision"]!.GetValue<long>(), draft["revision"]!["state"]!.ToString(), draft["revision"]!["by"]!.ToString())
            .ShouldBe((HttpStatusCode.Created, 2, "draft", "ada"));
        draft["usable"]!.GetValue<bool>().ShouldBeTrue();
        (await FirstChoiceAsync(client)).ShouldBe(("default", "north-1"), "a draft has no effect");

        JsonNode diff = await GetAsync(client, "/v1/routing/revisions/2/diff");
        diff["against"]!.GetValue<long>().ShouldBe(1);
        diff["changes"]!.AsArray().Select(static change => change!["text"]!.ToString()).ShouldBe(["list 'rest' is new", "rule 'codes' is new"]);

        (status, JsonNode active) = await PostAsync(client, "/v1/routing/revisions/2/activate", """{"note":"approved"}""");
        (status, active["state"]!.ToString(), active["activated_by"]!.ToString()).ShouldBe((HttpStatusCode.OK, "active", "ada"));
        (await FirstChoiceAsync(client)).ShouldBe(("codes", "south-1"));
        JsonNode read = await GetAsync(client, "/v1/routing/revisions/2");
        read["text"]!.ToString().ShouldBe(Second, "as it was written, comments too");

        (status, JsonNode back) = await PostAsync(client, "/v1/routing/rollback", """{"expected":2}""");
        (status, back["revision"]!.GetValue<long>()).ShouldBe((HttpStatusCode.OK, 1));
        (await FirstChoiceAsync(client)).ShouldBe(("default", "north-1"));
        JsonNode audit = await GetAsync(client, "/v1/audit?kind=routing&name=plan");
        audit["entries"]!.AsArray().Select(static e => $"{e!["action"]} {e["from_revision"]}>{e["to_revision"]} {e["by"]} {e["note"]}")
            .ShouldBe(["roll_back 2>1 ada ", "activate 1>2 ada approved", "draft 1>2 ada codes", "activate 0>1 configuration file "]);
        (await GetAsync(client, "/v1/routing/revisions"))["revisions"]!.AsArray().Count.ShouldBe(2);
    }

    [Fact]
    public async Task Draft_PlanThatCannotBeDecidedBy_IsRefusedWithTheRule_AndNotStored()
    {
        await using GatewayHost host = await StartAsync(First);
        using HttpClient client = ClientOf(host);
        (string Text, string Expected)[] cases =
        [
            (Second.Replace("[ south-1 ]", "[ east-1 ]"), "body:8: rules[0].connections[0]: is 'east-1', which is no connection"),
            (Second.Replace("fallback: rest", "fallback: other"), "rule 'codes' falls back to 'other', which is no list"),
            (Second.Replace("fallback: rest", "quality_at_least: 120%"), "rules[0].quality_at_least: is '120%'; expected a part from 0 to 1"),
            (Second + "\nsender_rules: rules.csv", "names a file; expected the rows themselves"),
            ("default: []", "is empty; expected at least one connection"),
            ("[ 1 ]", "is a list; expected a group of keys"),
            ("a: {", "is not valid YAML"),
            ("default: [ north-1 ]\nvendors: []", "vendors: is not a known key"),
        ];
        foreach ((string text, string expected) in cases)
        {
            (HttpStatusCode status, JsonNode problem) = await PostAsync(client, "/v1/routing/revisions", text);
            (status, problem["code"]!.ToString()).ShouldBe((HttpStatusCode.BadRequest, "configuration_invalid"));
            problem["detail"]!.ToString().ShouldContain(expected);
            JsonNode check = (await PostAsync(client, "/v1/routing/check", text)).Answer;
            check["usable"]!.GetValue<bool>().ShouldBeFalse();
            check["findings"]!.AsArray()[0]!["severity"]!.ToString().ShouldBe("error");
        }

        (await GetAsync(client, "/v1/routing/revisions"))["revisions"]!.AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task Check_PlanThatMayNotBeMeant_TellsWarnings()
    {
        await using GatewayHost host = await StartAsync(First);
        using HttpClient client = ClientOf(host);
        JsonNode check = (await PostAsync(client, "/v1/routing/check", Second + "\n  - { name: again, match: { class: otp, country: DE }, connections: [ north-1, south-1 ] }")).Answer;
        check["usable"]!.GetValue<bool>().ShouldBeTrue();
        string[] found = [.. check["findings"]!.AsArray().Select(static finding => $"{finding!["severity"]} {finding["line"]} {finding["message"]}")];
        found.ShouldContain("warning 10 rule 'again' is never reached: rule 'codes' above it takes every message that it would");
    }

    [Fact]
    public async Task Activate_TwoOperators_TheSecondIsTold()
    {
        await using GatewayHost host = await StartAsync(First);
        using HttpClient client = ClientOf(host);
        await PostAsync(client, "/v1/routing/revisions", Second);
        await PostAsync(client, "/v1/routing/revisions", First);
        (await PostAsync(client, "/v1/routing/revisions/3/activate", "{}")).Status.ShouldBe(HttpStatusCode.OK);
        (HttpStatusCode status, JsonNode refused) = await PostAsync(client, "/v1/routing/revisions/2/activate", "{}");
        (status, refused["code"]!.ToString()).ShouldBe((HttpStatusCode.Conflict, "revision_conflict"));
        (await PostAsync(client, "/v1/routing/revisions/2/activate", """{"expected":3}""")).Status.ShouldBe(HttpStatusCode.OK);
        (await PostAsync(client, "/v1/routing/revisions/9/activate", "{}")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await PostAsync(client, "/v1/routing/rollback", "{}")).Answer["field"]!.ToString().ShouldBe("expected");
        (await PostAsync(client, "/v1/routing/revisions/2/activate", """{"valid_from":"2030-01-01T00:00:00Z"}""")).Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Activate_ConnectionGoneSinceTheDraft_IsRefused_AndSoIsARollBackToIt()
    {
        await using GatewayHost host = await StartAsync("default: [ north-1 ]");
        using HttpClient client = ClientOf(host);
        await PostAsync(client, "/v1/routing/revisions", Second);
        (await PostAsync(client, "/v1/routing/revisions/2/activate", "{}")).Status.ShouldBe(HttpStatusCode.OK);
        await PostAsync(client, "/v1/routing/revisions", "default: [ north-1 ]");
        await PostAsync(client, "/v1/routing/revisions/3/activate", "{}");
        await PostAsync(client, "/v1/routing/revisions", Second);
        (await client.DeleteAsync("/v1/connections/south-1", CancellationToken.None)).StatusCode.ShouldBe(HttpStatusCode.Accepted);

        (HttpStatusCode status, JsonNode refused) = await PostAsync(client, "/v1/routing/revisions/4/activate", "{}");
        (status, refused["code"]!.ToString()).ShouldBe((HttpStatusCode.BadRequest, "configuration_invalid"));
        refused["detail"]!.ToString().ShouldContain("'south-1', which is no connection");
        (status, refused) = await PostAsync(client, "/v1/routing/rollback", """{"expected":3,"to":2}""");
        (status, refused["code"]!.ToString()).ShouldBe((HttpStatusCode.Conflict, "revision_state"));
        refused["detail"]!.ToString().ShouldContain("and 3 stays in force");
        (await GetAsync(client, "/v1/audit?kind=routing&name=plan"))["entries"]![0]!["action"]!.ToString().ShouldBe("draft", "what is refused is no change");
        (await GetAsync(client, "/v1/routing"))["in_force"]!["revision"]!.GetValue<long>().ShouldBe(3);
        (await FirstChoiceAsync(client)).ShouldBe(("default", "north-1"));
        (await client.DeleteAsync("/v1/routing/revisions/4", CancellationToken.None)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Start_FileAndStore_TheOneThatChangedCounts_AndTheStoreWhenBothDid()
    {
        var log = new LogLines();
        await (await StartAsync(First, log)).DisposeAsync();
        await using (GatewayHost host = await StartAsync(First, log))
        {
            using HttpClient client = ClientOf(host);
            (await GetAsync(client, "/v1/routing/revisions"))["revisions"]!.AsArray().Count.ShouldBe(1, "a file that says the same is no change");
        }

        await using (GatewayHost host = await StartAsync("default: [ south-1, north-1 ]", log))
        {
            using HttpClient client = ClientOf(host);
            (await FirstChoiceAsync(client)).ShouldBe(("default", "south-1"), "the file was changed, and nothing else");
            await PostAsync(client, "/v1/routing/revisions", Second);
            await PostAsync(client, "/v1/routing/revisions/3/activate", "{}");
        }

        await using (GatewayHost host = await StartAsync("default: [ south-1, north-1 ]", log))
        {
            using HttpClient client = ClientOf(host);
            (await FirstChoiceAsync(client)).ShouldBe(("codes", "south-1"), "the plan was changed, and the file was not");
            log.Text.ShouldNotContain("stays in force");
        }

        await using (GatewayHost host = await StartAsync("default: [ north-1 ]", log))
        {
            using HttpClient client = ClientOf(host);
            (await FirstChoiceAsync(client)).ShouldBe(("codes", "south-1"), "both were changed");
            log.Text.ShouldContain("by ada: revision 3 stays in force. In the file: 'default' is another, list 'rest' is gone, rule 'codes' is gone.");
        }

        GatewayConfig config = Config("default: [ north-1 ]");
        RevisionChange applied = await RoutingDesk.ApplyFileAsync(config, TimeProvider.System, new("bob", "the file it is"), CancellationToken.None);
        applied.IsDone.ShouldBeTrue();
        await using (GatewayHost host = await StartAsync("default: [ north-1 ]", log))
        {
            using HttpClient client = ClientOf(host);
            (await FirstChoiceAsync(client)).ShouldBe(("default", "north-1"));
            await Should.ThrowAsync<InvalidOperationException>(
                () => RoutingDesk.ApplyFileAsync(config, TimeProvider.System, new("bob"), CancellationToken.None), "a gateway runs");
        }
    }

    [Fact]
    public async Task Start_PlanInForceNamesWhatTheFileNoLongerHas_IsRefused_UntilTheFileIsApplied()
    {
        await using (GatewayHost host = await StartAsync("default: [ north-1 ]"))
        {
            using HttpClient client = ClientOf(host);
            await PostAsync(client, "/v1/routing/revisions", Second);
            await PostAsync(client, "/v1/routing/revisions/2/activate", "{}");
        }

        GatewayConfig config = Config("default: [ north-1 ]", hasSouth: false);
        GatewayStartException error = await Should.ThrowAsync<GatewayStartException>(
            () => GatewayHost.StartAsync(config, TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None));
        error.Message.ShouldStartWith("routing: revision 2 of the plan, which is in force, does not fit the configuration: plan:2: default[1]: is 'south-1', which is no connection");
        (await RoutingDesk.ApplyFileAsync(config, TimeProvider.System, new("bob"), CancellationToken.None)).IsDone.ShouldBeTrue();
        await (await GatewayHost.StartAsync(config, TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None)).DisposeAsync();
    }

    [Fact]
    public async Task Start_WhateverTheFileIsWrittenWith_ItsRevisionReadsAsTheSame()
    {
        await File.WriteAllTextAsync(
            Path.Combine(_directory.FullName, "rules.csv"), "country,alphanumeric,numeric,short_code,source\nDE,no,yes,,\"our \"\"own\"\" counsel, 2026\"\n", CancellationToken.None);
        const string Written =
            """
            default: &all [ north-1, "south-1" ]
            sender_rules: rules.csv
            registered_senders: [ { country: SG, senders: [ ACME ] } ]
            rules:
              - name: "smile 😀 \t\\ \"q\""
                match: { body: [ '😀\d+', "a\u2028b" ], segments: 2-, metadata: { tier: "*" } }
                connections: *all
                price_at_most: 0.050
                attempts: 03
            """;
        await (await StartAsync(Written.Replace("\\t", " "))).DisposeAsync();
        GatewayConfig config = Config(Written.Replace("\\t", " "));
        await using GatewayHost host = await GatewayHost.StartAsync(config, TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None);
        using HttpClient client = ClientOf(host);
        JsonNode read = await GetAsync(client, "/v1/routing/revisions/1");
        string text = read["text"]!.ToString();
        text.ShouldBe(Encoding.UTF8.GetString(config.RoutingText.Span));
        (HttpStatusCode status, JsonNode draft) = await PostAsync(client, "/v1/routing/revisions", text);
        status.ShouldBe(HttpStatusCode.Created, draft.ToJsonString());
        (await GetAsync(client, "/v1/routing/revisions/2/diff"))["changes"]!.AsArray().ShouldBeEmpty();
        (await PostAsync(client, "/v1/routing/revisions/2/activate", "{}")).Status.ShouldBe(HttpStatusCode.OK);
        Crosspoint.Engine.Routing.RoutingPlan plan = host.Gateway.Plan;
        Crosspoint.Engine.Routing.RoutingPlan filed = config.Engine.Routing;
        plan.Rules.Single().Name.ShouldBe(filed.Rules.Single().Name);
        plan.Rules.Single().Match.Bodies.ShouldBe(["😀\\d+", "a\u2028b"]);
        (plan.Rules.Single().Route!.PriceAtMost, plan.Rules.Single().MostAttempts).ShouldBe((50_000, 3));
        plan.SenderRules.Find("DE").ShouldBe(filed.SenderRules.Find("DE"));
        plan.SenderRules.Registered.ShouldBe([("SG", "ACME")]);
    }

    [Fact]
    public async Task Check_Described_TellsThePlanInWords_AndWhatItChanges()
    {
        await using GatewayHost host = await StartAsync(First);
        using HttpClient client = ClientOf(host);
        JsonNode check = (await PostAsync(client, "/v1/routing/check?describe=true", Second)).Answer;
        JsonNode rule = check["plan"]!["rules"]![0]!;
        (rule["name"]!.ToString(), rule["line"]!.GetValue<int>(), rule["enabled"]!.GetValue<bool>(), rule["match"]![0]!.ToString()).ShouldBe(("codes", 6, true, "class is otp"));
        (rule["route"]!["order"]!.ToString(), rule["route"]!["fallback"]!.ToString()).ShouldBe(("in a fixed order", "rest"));
        check["changes"]!.AsArray().Select(static change => change!["text"]!.ToString()).ShouldBe(["list 'rest' is new", "rule 'codes' is new"]);
        check = (await PostAsync(client, "/v1/routing/check?describe=true", "default: [ north-1 ]\nrules: [ { name: a } ]")).Answer;
        (check["usable"]!.GetValue<bool>(), check["plan"]).ShouldBe((false, null));
        JsonNode read = await GetAsync(client, "/v1/routing/revisions/1?describe=true");
        read["plan"]!["default"]!.AsArray().Select(static name => name!.ToString()).ShouldBe(["north-1", "south-1"]);
        read["changes"]!.AsArray().ShouldBeEmpty();
        (await PostAsync(client, "/v1/routing/check", Second)).Answer.AsObject().ContainsKey("plan").ShouldBeFalse();
    }

    [Fact]
    public async Task Edit_EachAction_AnswersTheTextAndWhatIsToBeSaidOfIt()
    {
        await using GatewayHost host = await StartAsync(First);
        using HttpClient client = ClientOf(host);
        (HttpStatusCode status, JsonNode edit) = await EditAsync(client, new() { ["plan"] = Second, ["action"] = "flip", ["from"] = "north-1", ["to"] = "south-1" });
        (status, edit["text"]!.ToString()).ShouldBe((HttpStatusCode.OK, Second.Replace("[ north-1, south-1 ]", "[ south-1, north-1 ]")));
        edit["done"]!.AsArray().Count.ShouldBe(1);
        edit["left"]!.AsArray().Select(static text => text!.ToString()).ShouldBe(["list 'rest': 'south-1' does not stand in it"]);
        edit["changes"]!.AsArray().Count.ShouldBe(3);
        (status, edit) = await EditAsync(client, new() { ["plan"] = Second, ["action"] = "disable", ["rule"] = "codes" });
        (status, edit["plan"]!["rules"]![0]!["enabled"]!.GetValue<bool>()).ShouldBe((HttpStatusCode.OK, false));
        (JsonObject Body, string Field)[] refused =
        [
            (new() { ["plan"] = Second, ["action"] = "flip", ["from"] = "north-1", ["to"] = "east-1" }, "to"),
            (new() { ["plan"] = Second, ["action"] = "flip", ["from"] = "north-1", ["to"] = "north-1" }, "to"),
            (new() { ["plan"] = Second, ["action"] = "move_rule", ["rule"] = "other", ["place"] = 1 }, "rule"),
            (new() { ["plan"] = Second, ["action"] = "move_rule", ["rule"] = "codes", ["place"] = 2 }, "place"),
            (new() { ["plan"] = Second, ["action"] = "erase" }, "action"),
            (new() { ["plan"] = "default: [ east-1 ]", ["action"] = "enable", ["rule"] = "codes" }, "default[0]"),
        ];
        foreach ((JsonObject body, string field) in refused)
        {
            (status, JsonNode problem) = await EditAsync(client, body);
            (status, problem["field"]!.ToString()).ShouldBe((HttpStatusCode.BadRequest, field));
        }
    }

    [Fact]
    public async Task DisabledRule_DecidesNothing_AndItsConnectionsAreKept()
    {
        string disabled = Second.Replace("  - name: codes", "  - name: codes\n    enabled: false");
        await using GatewayHost host = await StartAsync(First);
        using HttpClient client = ClientOf(host);
        await PostAsync(client, "/v1/routing/revisions", disabled);
        (await PostAsync(client, "/v1/routing/revisions/2/activate", "{}")).Status.ShouldBe(HttpStatusCode.OK);
        (await FirstChoiceAsync(client)).ShouldBe(("default", "north-1"));
        await PostAsync(client, "/v1/routing/revisions", disabled.Replace("default: [ north-1, south-1 ]", "default: [ north-1 ]"));
        await PostAsync(client, "/v1/routing/revisions/3/activate", "{}");
        (await client.DeleteAsync("/v1/connections/south-1", CancellationToken.None)).StatusCode.ShouldBe(HttpStatusCode.Conflict, "the rule names it");
        JsonNode check = (await PostAsync(client, "/v1/routing/check", disabled + "\n  - { name: codes, connections: [ south-1 ] }")).Answer;
        check["findings"]![0]!["message"]!.ToString().ShouldContain("which another rule has");
    }

    [Fact]
    public async Task Explain_AtAnotherTime_GoesByTheRuleOfThen()
    {
        await using GatewayHost host = await StartAsync(First);
        using HttpClient client = ClientOf(host);
        await PostAsync(client, "/v1/routing/revisions", "default: [ north-1 ]\nrules:\n  - { name: night, match: { hours: { from: \"22:00\", to: \"06:00\", zone: UTC } }, connections: [ south-1 ] }");
        await PostAsync(client, "/v1/routing/revisions/2/activate", "{}");
        const string Query = "/v1/explain?to=%2B4915112345678&from=ACME&at=2026-11-22T";
        (await GetAsync(client, Query + "23:00:00Z"))["rule"]!.ToString().ShouldBe("night");
        (await GetAsync(client, Query + "12:00:00Z"))["rule"]!.ToString().ShouldBe("default");
        (await client.GetAsync("/v1/explain?to=%2B4915112345678&from=ACME&at=noon", CancellationToken.None)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task EveryRequest_WithoutTheToken_IsRefused()
    {
        await using GatewayHost host = await StartAsync(First);
        using HttpClient client = ClientOf(host);
        client.DefaultRequestHeaders.Authorization = ApiFixture.Basic(Sid, "0123456789abcdef0123456789abcdef");
        foreach (string path in (string[])["/v1/routing", "/v1/routing/revisions", "/v1/routing/revisions/1", "/v1/routing/revisions/1/diff"])
            (await client.GetAsync(path, CancellationToken.None)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        foreach (string path in (string[])["/v1/routing/check", "/v1/routing/edit", "/v1/routing/revisions", "/v1/routing/revisions/1/activate", "/v1/routing/rollback"])
            (await PostAsync(client, path, "{}")).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Edit_OfRules_TellsThemWithTheirKeys_AndRefusesByField()
    {
        await using GatewayHost host = await StartAsync("default: [ north-1, south-1 ]");
        using var client = new HttpClient { BaseAddress = host.HttpAddress };
        client.DefaultRequestHeaders.Authorization = new("Bearer", Token);
        const string Plan = "default: [ north-1, south-1 ] # as ever\n";
        JsonObject add = new() { ["plan"] = Plan, ["action"] = "add_rule", ["keys"] = """{"name":"codes","match":{"class":"otp"},"connections":["south-1"]}""" };

        (HttpStatusCode status, JsonNode added) = await EditAsync(client, add);
        (HttpStatusCode set, JsonNode changed) = await EditAsync(
            client, new() { ["plan"] = added["text"]!.ToString(), ["action"] = "set_rule", ["rule"] = "codes", ["keys"] = "attempts: nine" });
        (HttpStatusCode gone, JsonNode removed) = await EditAsync(
            client, new() { ["plan"] = added["text"]!.ToString(), ["action"] = "remove_rule", ["rule"] = "codes" });
        add["keys"] = "[ 1 ]";
        (HttpStatusCode refused, JsonNode problem) = await EditAsync(client, add);

        (status, set, gone, refused).ShouldBe((HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.BadRequest));
        added["plan"]!["rules"]![0]!["keys"]!.ToJsonString().ShouldBe("""{"name":"codes","match":{"class":"otp"},"connections":["south-1"]}""");
        (changed["usable"]!.GetValue<bool>(), changed["findings"]![0]!["key"]!.ToString()).ShouldBe((false, "rules[0].attempts"));
        removed["text"]!.ToString().ShouldBe(Plan + "rules: []\n");
        (problem["code"]!.ToString(), problem["field"]!.ToString()).ShouldBe(("field_invalid", "keys"));
    }

    private async Task<GatewayHost> StartAsync(string routing, ILoggerFactory? loggers = null) => await GatewayHost.StartAsync(
        Config(routing), TimeProvider.System, loggers ?? NullLoggerFactory.Instance, CancellationToken.None);

    private GatewayConfig Config(string routing, bool hasSouth = true)
    {
        string south = hasSouth
            ? "      - { name: south-1, smpp: { host: 127.0.0.1, port: 9, system_id: s, password: p, bind: transceiver } }\n" : "";
        string text =
            $$"""
            data: ./data
            http: { listen: "127.0.0.1:0", admin_token: {{Token}} }
            accounts:
              - { sid: {{Sid}}, name: demo, auth_token: 0123456789abcdef0123456789abcdef, senders: any }
            vendors:
              - name: all
                connections:
                  - { name: north-1, smpp: { host: 127.0.0.1, port: 9, system_id: n, password: p, bind: transceiver } }
            {{south}}routing:
              {{routing.ReplaceLineEndings("\n  ")}}
            """;
        ConfigResult result = ConfigFile.Parse(text, "crosspoint.yaml", _directory.FullName);
        return result.Config.ShouldNotBeNull(string.Join('\n', result.Errors));
    }

    private static HttpClient ClientOf(GatewayHost host)
    {
        var client = new HttpClient { BaseAddress = host.HttpAddress };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        client.DefaultRequestHeaders.Add("Crosspoint-Operator", "ada");
        return client;
    }

    private static async Task<JsonNode> GetAsync(HttpClient client, string path) =>
        JsonNode.Parse(await client.GetStringAsync(path, CancellationToken.None))!;

    private static async Task<(HttpStatusCode Status, JsonNode Answer)> PostAsync(HttpClient client, string path, string text)
    {
        using HttpResponseMessage response = await client.PostAsync(path, new StringContent(text, Encoding.UTF8, "application/json"), CancellationToken.None);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(CancellationToken.None))!);
    }

    private static Task<(HttpStatusCode Status, JsonNode Answer)> EditAsync(HttpClient client, JsonObject body) =>
        PostAsync(client, "/v1/routing/edit", body.ToJsonString());

    // Nothing is up: the first in the order is what counts.
    private static async Task<(string Rule, string Connection)> FirstChoiceAsync(HttpClient client)
    {
        JsonNode told = await GetAsync(client, $"/v1/explain?account_sid={Sid}&to=%2B4915112345678&from=ACME&class=otp");
        return (told["rule"]!.ToString(), told["candidates"]![0]!["connection"]!.ToString());
    }
}
