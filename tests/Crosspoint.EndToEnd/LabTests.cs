using System.Text.Json;
using System.Text.Json.Serialization;
using Crosspoint.EndToEnd.Support;

namespace Crosspoint.EndToEnd;

/// <summary>The laboratory's runs, short: simulated time, the same figures on every machine.</summary>
public sealed class LabTests
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    [Fact]
    public async Task Alarms_FortyCellMonthsOfCleanTraffic_HaveNone()
    {
        Clean clean = await RunAsync<Clean>("alarms", "--cell-months", "40", "--seed", "5");
        clean.Alarms.ShouldBe(0);
        (clean.CellMonths, clean.Cells).ShouldBe((40, 40));
        clean.Messages.ShouldBeGreaterThan(1_000_000);
        // No more can be said of so few months.
        clean.UpperBound.ShouldBe(74.9, 0.1);
    }

    [Fact]
    public async Task Detection_AtAHundredMessagesASecond_IsInTime()
    {
        Row[] rows = await RunAsync<Row[]>("detection", "--seeds", "3", "--rate", "100");
        rows.Length.ShouldBe(16);
        double Median(string fault) => rows.Single(row => row.Fault == fault).MedianSeconds.ShouldNotBeNull(fault);
        Median("stall").ShouldBeLessThan(3);
        Median("errors 10 %").ShouldBeLessThan(10);
        Median("errors 50 %").ShouldBeLessThan(3);
        Median("delivery -10 points").ShouldBeLessThan(75, "nine in ten receipts come within 14 s, and a minute more");
        Median("receipts silent").ShouldBeLessThan(60);
        foreach (string fault in (string[])["receipts faked, fast", "receipts faked, alike", "throttle storm", "30-second blip"])
            rows.Single(row => row.Fault == fault).Missed.ShouldBe(0, fault);
    }

    [Theory]
    [InlineData("alarms", "--cell-months", "0", "expected a number of at least 1")]
    [InlineData("detection", "--fault", "sunspots", "expected one of 'stall'")]
    [InlineData("detection", "--rate", "7", "expected 100, 10, 1 or 0.1")]
    public async Task Options_NotRight_AreRefused(string command, string option, string value, string expected)
    {
        await using ChildProcess lab = ChildProcess.StartCrosspoint("lab", command, option, value);
        (await lab.WaitForExitAsync(TimeSpan.FromMinutes(1))).ShouldNotBe(0);
        lab.Transcript.ShouldContain(expected);
    }

    private static async Task<T> RunAsync<T>(params string[] options)
    {
        await using ChildProcess lab = ChildProcess.StartCrosspoint(["lab", .. options, "--json"]);
        (await lab.WaitForExitAsync(TimeSpan.FromMinutes(5))).ShouldBe(0, lab.Transcript);
        return JsonSerializer.Deserialize<T>(string.Join('\n', lab.Output), Json)!;
    }

    private sealed record Clean(int Cells, double CellMonths, long Messages, int Alarms, [property: JsonPropertyName("upper_bound95")] double UpperBound);

    private sealed record Row(string Fault, double Rate, double? MedianSeconds, double? P95Seconds, double Missed);
}
