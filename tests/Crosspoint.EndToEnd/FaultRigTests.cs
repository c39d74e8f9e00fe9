using System.Text.Json;
using Crosspoint.EndToEnd.Support;

namespace Crosspoint.EndToEnd;

/// <summary>
/// Every fault of <c>crosspoint bench faults</c>, shortly: what was accepted under it is at the carrier, on record, at its end and told. With
/// CROSSPOINT_LONG for a quarter of a minute each.
/// </summary>
public sealed class FaultRigTests
{
    private static bool IsLong => Environment.GetEnvironmentVariable("CROSSPOINT_LONG") == "1";

    public static TheoryData<string> Faults =>
    [
        "kill", "disk-full", "fsync-fail", "disk-slow", "carrier-stop", "carrier-stall", "carrier-errors", "carrier-drops", "hooks-stop",
        "clock", "network", "proxy", "backup", "upgrade",
    ];

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Fault_UnderLoad_TheAccountOfEveryMessageCloses(string fault)
    {
        await using ChildProcess rig = ChildProcess.StartCrosspoint(
            "bench", "faults", "--json", "--fault", fault, "--seconds", IsLong ? "15" : "2", "--rate", "150", "--limit", "45");

        int code = await rig.WaitForExitAsync(TimeSpan.FromMinutes(2.8));

        rig.Output.ShouldNotBeEmpty(rig.Transcript);
        using JsonDocument report = JsonDocument.Parse(string.Join('\n', rig.Output));
        JsonElement result = report.RootElement.GetProperty("faults").EnumerateArray().ShouldHaveSingleItem();
        if (result.GetProperty("verdict").GetString() == "skipped")
            Assert.Skip(result.GetProperty("reasons").EnumerateArray().First().GetString()!);
        code.ShouldBe(0, rig.Transcript);
        result.GetProperty("fault").GetString().ShouldBe(fault);
        result.GetProperty("verdict").GetString().ShouldBe("pass", rig.Transcript);
        result.GetProperty("accepted").GetInt32().ShouldBeGreaterThan(20, rig.Transcript);
        result.GetProperty("accepted_over_smpp").GetInt32().ShouldBeGreaterThan(0, rig.Transcript);
        result.GetProperty("findings").EnumerateObject().ShouldBeEmpty(rig.Transcript);
    }

    [Fact]
    public async Task List_NamesEveryFaultThatIsTested()
    {
        await using ChildProcess list = ChildProcess.StartCrosspoint("bench", "faults", "--list");

        (await list.WaitForExitAsync()).ShouldBe(0, list.Transcript);

        list.Output.Select(line => line.Split(' ')[0]).ShouldBe(Faults.Select(row => row.Data));
    }
}
