using System.Text;
using Crosspoint.Engine.Routing;
using Crosspoint.Server.Configuration;
using Crosspoint.Server.Routing;

namespace Crosspoint.Server.Tests.Hosting;

/// <summary>Rules that are made, changed key by key and taken away in a plan's text: YAML in blocks and in braces, and JSON.</summary>
public sealed class RoutingRuleEditTests
{
    private const string Blocks =
        """
        # the plan of the house
        default: [ north-1, south-1 ]   # as ever
        rules:
          # codes are dear
          - name: codes   # one-time codes
            match: { class: otp, country: DE }   # both
            connections:
              - north-1   # the good one
              # the cheap one
              - south-1
            attempts: 3   # no more

          - name: rest
            match:
              country:   # where
                - FR
                - IT
              metadata: { shop: blue }
            connections: [ south-1, north-1 ]
        lists:
          - name: spare
            connections: [ north-1 ]
        """;

    private const string Json = """
        {
          "default": ["north-1", "south-1"],
          "rules": [
            { "name": "codes", "match": { "class": "otp" }, "connections": ["north-1", "south-1"] },
            { "name": "rest", "connections": ["south-1"] }
          ]
        }
        """;

    [Fact]
    public void AddRule_InBlocks_StandsAtItsPlace()
    {
        PlanEdit edit = Of(Blocks);
        edit.AddRule(Keys("""{"connections":["south-1"],"match":{"country":["NO","SE"],"prefix":"+4915","sender":null},"name":"new one","fallback":null,"attempts":"2"}"""), 2).ShouldBeTrue(edit.Fault);
        edit.Text.ShouldBe(Blocks.Replace(
            "\n  - name: rest\n",
            "\n  - name: new one\n    match: { country: [ \"NO\", SE ], prefix: \"+4915\" }\n    connections: [ south-1 ]\n    attempts: 2\n  - name: rest\n",
            StringComparison.Ordinal));
        edit.Done.ShouldBe(["rule 'new one' is new, at place 2"]);
        PlanEdit last = Of(Blocks);
        last.AddRule(Keys("""{"name":"new","connections":["south-1"]}"""), null).ShouldBeTrue(last.Fault);
        last.Text.ShouldContain("    connections: [ south-1, north-1 ]\n  - name: new\n    connections: [ south-1 ]\nlists:");
    }

    [Fact]
    public void AddRule_FirstOfAll_StandsAboveTheCommentOfTheNext()
    {
        PlanEdit edit = Of(Blocks);
        edit.AddRule(Keys("""{"name":"new","match":{},"connections":["south-1"]}"""), 1).ShouldBeTrue(edit.Fault);
        edit.Text.ShouldContain("rules:\n  - name: new\n    connections: [ south-1 ]\n  # codes are dear\n  - name: codes");
    }

    [Theory]
    [InlineData(1, "  \"rules\": [\n    { \"name\": \"new\", \"connections\": [ \"south-1\" ] },\n    { \"name\": \"codes\"")]
    [InlineData(3, "\"connections\": [\"south-1\"] },\n    { \"name\": \"new\", \"connections\": [ \"south-1\" ] }\n  ]")]
    public void AddRule_InJson_IsJson(int place, string expected)
    {
        PlanEdit edit = Of(Json);
        edit.AddRule(Keys("""{"name":"new","connections":["south-1"]}"""), place).ShouldBeTrue(edit.Fault);
        edit.Text.ShouldContain(expected);
        System.Text.Json.JsonDocument.Parse(edit.Text).Dispose();
    }

    [Theory]
    [InlineData("default: [ north-1 ] # all\n", "default: [ north-1 ] # all\nrules:\n  - name: new\n    connections: [ south-1 ]\n")]
    [InlineData("rules: []   # none yet\ndefault: [ north-1 ]\n", "rules:   # none yet\n  - name: new\n    connections: [ south-1 ]\ndefault: [ north-1 ]\n")]
    [InlineData("routing:\n  default: [ north-1 ]", "routing:\n  default: [ north-1 ]\n  rules:\n    - name: new\n      connections: [ south-1 ]")]
    [InlineData("{ default: [ north-1 ] }", "{ default: [ north-1 ], rules: [ { name: new, connections: [ south-1 ] } ] }")]
    [InlineData("{\"default\": [\"north-1\"], \"rules\": []}", "{\"default\": [\"north-1\"], \"rules\": [ { \"name\": \"new\", \"connections\": [ \"south-1\" ] } ]}")]
    public void AddRule_WhereThereIsNone_BeginsTheList(string text, string expected)
    {
        PlanEdit edit = Of(text);
        edit.AddRule(Keys("""{"name":"new","connections":["south-1"]}"""), null).ShouldBeTrue(edit.Fault);
        edit.Text.ShouldBe(expected);
    }

    [Theory]
    [InlineData("""{"connections":["south-1"]}""", 1, "keys")]
    [InlineData("""{"name":"codes","connections":["south-1"]}""", 1, "keys")]
    [InlineData("""{"name":"new","connections":["south-1"]}""", 4, "place")]
    [InlineData("""{"name":"new","connections":["south-1"]}""", 0, "place")]
    public void AddRule_ThatCannotBe_IsRefusedByField(string keys, int place, string field)
    {
        PlanEdit edit = Of(Blocks);
        edit.AddRule(Keys(keys), place).ShouldBeFalse();
        edit.FaultField.ShouldBe(field);
    }

    [Fact]
    public void SetRule_LeavesWhatItDoesNotName()
    {
        PlanEdit edit = Of(Blocks);
        edit.SetRule("codes", Keys("""{"match":{"country":["DE","AT"],"sender":"ACME"},"choose":"best_quality","attempts":"4","within":"2m"}""")).ShouldBeTrue(edit.Fault);
        edit.Text.ShouldBe(Blocks
            .Replace("country: DE }   # both", "country: [ DE, AT ], sender: ACME }   # both", StringComparison.Ordinal)
            .Replace("      - south-1\n    attempts: 3   # no more", "      - south-1\n    choose: best_quality\n    attempts: 4   # no more\n    within: 2m", StringComparison.Ordinal));
        edit.Done.ShouldBe(["rule 'codes' has another 'match', 'choose', 'attempts', 'within'"]);
    }

    [Fact]
    public void SetRule_ListInLines_KeepsTheCommentsOfItsItems()
    {
        PlanEdit edit = Of(Blocks);
        edit.SetRule("codes", Keys("""{"connections":["south-1","west-1","north-1"]}""")).ShouldBeTrue(edit.Fault);
        edit.Text.ShouldContain("    connections:\n      # the cheap one\n      - south-1\n      - west-1\n      - north-1   # the good one\n    attempts: 3");
        PlanEdit lost = Of(Blocks);
        lost.SetRule("codes", Keys("""{"connections":["south-1"]}""")).ShouldBeFalse("it would lose a comment");
        lost.Fault.ShouldContain("comment");
    }

    [Fact]
    public void SetRule_ConditionsInLines_ChangeOneByOne()
    {
        PlanEdit edit = Of(Blocks);
        edit.SetRule("rest", Keys("""{"match":{"country":["FR","ES"],"class":["otp","marketing"]}}""")).ShouldBeTrue(edit.Fault);
        edit.Text.ShouldContain("      country:   # where\n        - FR\n        - ES\n      metadata: { shop: blue }\n      class: [ otp, marketing ]\n    connections");
        PlanEdit gone = Of(Blocks);
        gone.SetRule("rest", Keys("""{"match":{"metadata":null},"connections":["south-1"]}""")).ShouldBeTrue(gone.Fault);
        gone.Text.ShouldContain("        - IT\n    connections: [ south-1 ]\n");
    }

    [Fact]
    public void SetRule_WithoutAValue_TheKeyGoes()
    {
        PlanEdit edit = Of(Blocks);
        edit.SetRule("codes", Keys("""{"match":{"class":null}}""")).ShouldBeTrue(edit.Fault);
        edit.Text.ShouldContain("    match: { country: DE }   # both\n");
        PlanEdit all = Of(Json);
        all.SetRule("codes", Keys("""{"match":{"class":null},"attempts":null}""")).ShouldBeTrue(all.Fault);
        all.Text.ShouldContain("{ \"name\": \"codes\", \"connections\": [\"north-1\", \"south-1\"] }");
        PlanEdit comment = Of(Blocks);
        comment.SetRule("codes", Keys("""{"attempts":null}""")).ShouldBeFalse();
        comment.Fault.ShouldContain("comment");
    }

    [Fact]
    public void SetRule_NameEnabledAndDenial()
    {
        PlanEdit edit = Of(Json);
        edit.SetRule("rest", Keys("""{"name":"closed","enabled":"false","connections":null,"deny":{"code":"30450","reason":"not served, \"yet\""}}""")).ShouldBeTrue(edit.Fault);
        edit.Text.ShouldContain("{ \"name\": \"closed\", \"enabled\": \"false\", \"deny\": { \"code\": \"30450\", \"reason\": \"not served, \\\"yet\\\"\" } }");
        PlanEdit same = Of(Json);
        same.SetRule("rest", Keys("""{"name":"rest","connections":["south-1"],"match":null}""")).ShouldBeTrue(same.Fault);
        (same.Text, same.Done.Count).ShouldBe((Json, 0));
        PlanEdit taken = Of(Json);
        taken.SetRule("rest", Keys("""{"name":"codes"}""")).ShouldBeFalse();
        taken.FaultField.ShouldBe("keys");
        PlanEdit none = Of(Json);
        none.SetRule("nothing", Keys("""{"attempts":"2"}""")).ShouldBeFalse();
        none.FaultField.ShouldBe("rule");
    }

    [Fact]
    public void SetRule_WrittenByAnAlias_ChangesItselfAlone()
    {
        const string Text = "default: &all [ north-1, south-1 ]\nrules:\n  - name: a\n    match: { class: otp }\n    connections: *all\n";
        PlanEdit edit = Of(Text);
        edit.SetRule("a", Keys("""{"connections":["south-1"]}""")).ShouldBeTrue(edit.Fault);
        edit.Text.ShouldBe(Text.Replace("*all", "[ south-1 ]", StringComparison.Ordinal));
    }

    [Fact]
    public void SetRule_LinesOfWindows_StayThose()
    {
        string text = Blocks.ReplaceLineEndings("\r\n");
        PlanEdit edit = Of(text);
        edit.SetRule("rest", Keys("""{"choose":"least_cost","match":{"country":["IT","NL"]}}""")).ShouldBeTrue(edit.Fault);
        edit.Text.Replace("\r\n", "", StringComparison.Ordinal).ShouldNotContain('\n');
        edit.Text.ShouldContain("north-1 ]\r\n    choose: least_cost\r\nlists:");
    }

    [Fact]
    public void RemoveRule_GoesWithItsLines()
    {
        PlanEdit edit = Of(Blocks);
        edit.RemoveRule("codes").ShouldBeTrue(edit.Fault);
        edit.Text.ShouldStartWith("# the plan of the house\ndefault: [ north-1, south-1 ]   # as ever\nrules:\n\n  - name: rest\n");
        PlanEdit last = Of(edit.Text);
        last.RemoveRule("rest").ShouldBeTrue(last.Fault);
        last.Text.ShouldBe("# the plan of the house\ndefault: [ north-1, south-1 ]   # as ever\nrules: []\nlists:\n  - name: spare\n    connections: [ north-1 ]");
        PlanEdit json = Of(Json);
        json.RemoveRule("codes").ShouldBeTrue(json.Fault);
        json.Text.ShouldContain("[\n    { \"name\": \"rest\"");
        PlanEdit end = Of(Json);
        end.RemoveRule("rest").ShouldBeTrue(end.Fault);
        end.Text.ShouldContain("\"south-1\"] }\n  ]");
    }

    private static ConfigMap Keys(string json) => ConfigText.Read(Encoding.UTF8.GetBytes(json), new ConfigErrors("keys"))!.Map;

    private static PlanEdit Of(string text)
    {
        ConfigResult config = ConfigFile.Parse(
            """
            data: data
            accounts:
              - { sid: AC00000000000000000000000000000001, auth_token: 0123456789abcdef }
            vendors:
              - name: v
                connections:
                  - { name: north-1, smpp: { host: 127.0.0.1, port: 1, system_id: me, password: pw } }
                  - { name: south-1, smpp: { host: 127.0.0.1, port: 1, system_id: me, password: pw } }
            routing: { default: [ north-1 ] }
            """,
            "file.yaml",
            Path.GetTempPath());
        var errors = new ConfigErrors("plan");
        RoutingPlan? plan = RoutingDocument.Read(Encoding.UTF8.GetBytes(text), 1, config.Config!.Engine, errors);
        errors.Errors.ShouldBeEmpty();
        return PlanEdit.Of(text, plan!)!;
    }
}
