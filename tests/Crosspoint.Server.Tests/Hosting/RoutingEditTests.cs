using System.Text;
using Crosspoint.Engine.Routing;
using Crosspoint.Server.Configuration;
using Crosspoint.Server.Routing;

namespace Crosspoint.Server.Tests.Hosting;

/// <summary>Changes of a plan in its text: YAML in blocks and in braces, and JSON.</summary>
public sealed class RoutingEditTests
{
    private const string Blocks =
        """
        # the plan of the house
        default: [ north-1, south-1 ]   # as ever
        rules:
          # codes are dear
          - name: codes   # one-time codes
            match: { class: otp }
            connections:
              - north-1   # the good one
              # the cheap one
              - south-1

          - name: rest
            connections: [ south-1, north-1 ]
            choose: split
            shares: [ 30, 70 ]
          - { name: dear, connections: [ north-1, south-1 ], choose: least_cost }
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
    public void MoveRule_InBlocks_TakesItsLinesAndComments()
    {
        PlanEdit edit = Of(Blocks);
        edit.MoveRule("codes", 2).ShouldBeTrue(edit.Fault);
        edit.Text.ShouldBe(
            """
            # the plan of the house
            default: [ north-1, south-1 ]   # as ever
            rules:
              - name: rest
                connections: [ south-1, north-1 ]
                choose: split
                shares: [ 30, 70 ]

              # codes are dear
              - name: codes   # one-time codes
                match: { class: otp }
                connections:
                  - north-1   # the good one
                  # the cheap one
                  - south-1
              - { name: dear, connections: [ north-1, south-1 ], choose: least_cost }
            lists:
              - name: spare
                connections: [ north-1 ]
            """);
    }

    [Fact]
    public void MoveRule_InJson_LeavesTheCommas()
    {
        PlanEdit edit = Of(Json);
        edit.MoveRule("rest", 1).ShouldBeTrue(edit.Fault);
        edit.Text.ShouldBe("""
            {
              "default": ["north-1", "south-1"],
              "rules": [
                { "name": "rest", "connections": ["south-1"] },
                { "name": "codes", "match": { "class": "otp" }, "connections": ["north-1", "south-1"] }
              ]
            }
            """);
    }

    [Theory]
    [InlineData(Blocks, "codes", "  - name: codes   # one-time codes\n    enabled: false\n")]
    [InlineData(Blocks, "dear", "  - { name: dear, enabled: false, connections")]
    [InlineData(Json, "codes", "{ \"name\": \"codes\", \"enabled\": false, \"match\"")]
    public void SetEnabled_OffAndOn_IsTheTextAsItWas(string text, string rule, string expected)
    {
        PlanEdit off = Of(text);
        off.SetEnabled(rule, false).ShouldBeTrue(off.Fault);
        off.Text.ShouldContain(expected);
        PlanEdit on = Of(off.Text);
        on.SetEnabled(rule, true).ShouldBeTrue(on.Fault);
        Normal(on.Text).ShouldBe(Normal(text));
    }

    [Fact]
    public void MoveConnection_OfARule_AListAndTheDefault()
    {
        PlanEdit rule = Of(Blocks);
        rule.MoveConnection("codes", null, "south-1", 1).ShouldBeTrue(rule.Fault);
        rule.Text.ShouldContain("    connections:\n      # the cheap one\n      - south-1\n      - north-1   # the good one\n");
        PlanEdit standard = Of(Blocks);
        standard.MoveConnection(null, null, "south-1", 1).ShouldBeTrue(standard.Fault);
        standard.Text.ShouldContain("default: [ south-1, north-1 ]   # as ever");
        PlanEdit none = Of(Blocks);
        none.MoveConnection(null, "spare", "south-1", 1).ShouldBeFalse();
        none.FaultField.ShouldBe("connection");
        none.MoveConnection(null, "spare", "north-1", 2).ShouldBeFalse();
        none.FaultField.ShouldBe("place");
        none.MoveConnection("other", null, "north-1", 1).ShouldBeFalse();
        none.FaultField.ShouldBe("rule");
    }

    [Fact]
    public void Flip_ChangesWhatGoesByOrderAndShares_AndTellsTheRest()
    {
        PlanEdit edit = Of(Blocks);
        edit.Flip("north-1", "south-1").ShouldBeTrue(edit.Fault);
        edit.Done.ShouldBe(["the default list: 'south-1' has the place of 'north-1'", "rule 'codes': 'south-1' has the place of 'north-1'", "rule 'rest': 'south-1' has the place of 'north-1'"]);
        edit.Left.ShouldBe(["rule 'dear': it goes by price, not by the order", "list 'spare': 'south-1' does not stand in it"]);
        edit.Text.ShouldContain("default: [ south-1, north-1 ]   # as ever");
        edit.Text.ShouldContain("connections: [ north-1, south-1 ]\n    choose: split\n    shares: [ 30, 70 ]");
        PlanEdit back = Of(edit.Text);
        back.Flip("north-1", "south-1").ShouldBeTrue();
        back.Done.ShouldBeEmpty();
    }

    [Fact]
    public void MoveConnection_WrittenByAnAlias_IsRefused()
    {
        PlanEdit edit = Of("default: &all [ north-1, south-1 ]\nrules:\n  - name: a\n    match: { class: otp }\n    connections: *all\n");
        edit.MoveConnection("a", null, "south-1", 1).ShouldBeFalse();
        edit.Fault.ShouldContain("alias");
        edit = Of("default: &all [ north-1, south-1 ]\nrules:\n  - name: a\n    match: { class: otp }\n    connections: *all\n");
        edit.MoveConnection(null, null, "south-1", 1).ShouldBeFalse("it would change the rule too");
    }

    [Fact]
    public void MoveRule_LinesOfWindowsAndTextsBeyondTheBasicPlane_StayWhole()
    {
        string text = "rules:\r\n  - name: \"\U0001F600 first\"\r\n    match: { class: otp }\r\n    connections: [ north-1 ]\r\n  - name: second\r\n    connections: [ south-1 ]\r\ndefault: []\r\n";
        PlanEdit edit = Of(text);
        edit.MoveRule("second", 1).ShouldBeTrue(edit.Fault);
        edit.Text.ShouldBe("rules:\r\n  - name: second\r\n    connections: [ south-1 ]\r\n  - name: \"\U0001F600 first\"\r\n    match: { class: otp }\r\n    connections: [ north-1 ]\r\ndefault: []\r\n");
        PlanEdit off = Of(text);
        off.SetEnabled("\U0001F600 first", false).ShouldBeTrue(off.Fault);
        off.Text.ShouldContain("first\"\r\n    enabled: false\r\n    match");
    }

    private static string Normal(string text) => text.Replace(" ", "", StringComparison.Ordinal).Replace("\n\n", "\n", StringComparison.Ordinal);

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
