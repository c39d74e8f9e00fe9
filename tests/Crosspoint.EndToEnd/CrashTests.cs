using System.Text.Json;
using Crosspoint.EndToEnd.Support;

namespace Crosspoint.EndToEnd;

/// <summary>
/// The promise "accepted means durable", under SIGKILL: the client's log of acknowledgements against the carrier's log of submissions.
/// </summary>
public sealed class CrashTests
{
    private static bool IsLong => Environment.GetEnvironmentVariable("CROSSPOINT_LONG") == "1";

    [Fact]
    public async Task Gateway_KilledUnderLoad_LosesNothingAndMarksEverySecondCopy()
    {
        int kills = IsLong ? 100 : 20;
        await using ChildProcess rig = ChildProcess.StartCrosspoint(
            "bench", "crash", "--kills", $"{kills}", "--between", "1.2", "--rate", "250");

        int code = await rig.WaitForExitAsync(TimeSpan.FromMinutes(IsLong ? 10 : 2.8));

        code.ShouldBe(0, rig.Transcript);
        using JsonDocument report = JsonDocument.Parse(string.Join('\n', rig.Output));
        JsonElement root = report.RootElement;
        root.GetProperty("kills").GetInt32().ShouldBe(kills);
        root.GetProperty("acknowledged").GetInt32().ShouldBeGreaterThan(kills * 20, rig.Transcript);
        root.GetProperty("acknowledged_over_smpp").GetInt32().ShouldBeGreaterThan(kills * 10, rig.Transcript);
        foreach (string nothing in new[] { "lost", "forgotten", "not_final", "second_copies_unmarked", "receipts_missing" })
            root.GetProperty(nothing).GetInt32().ShouldBe(0, rig.Transcript);
        root.GetProperty("second_copies").GetInt32().ShouldBeLessThanOrEqualTo(root.GetProperty("second_copies_bound").GetInt32());
        root.GetProperty("longest_restart_seconds").GetDouble().ShouldBeLessThan(10);
    }
}
