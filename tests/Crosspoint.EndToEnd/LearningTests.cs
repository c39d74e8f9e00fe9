using System.Text.Json;
using Crosspoint.EndToEnd.Support;

namespace Crosspoint.EndToEnd;

/// <summary>Scenarios of known truth, in simulated time: the same figures on every machine.</summary>
public sealed class LearningTests
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    [Fact]
    public async Task Learned_AtEqualSpend_DeliversMoreThanFixedOrderAndLeastCostInEveryScenario()
    {
        await using ChildProcess bench = ChildProcess.StartCrosspoint("bench", "learning", "--messages", "100000", "--seeds", "1", "--json");
        (await bench.WaitForExitAsync(TimeSpan.FromMinutes(2))).ShouldBe(0, bench.Transcript);
        Row[] rows = JsonSerializer.Deserialize<Row[]>(string.Join('\n', bench.Output), Json)!;
        var scenarios = rows.GroupBy(row => row.Scenario).ToList();
        scenarios.Select(group => group.Key).ShouldBe(["stationary", "drifting", "sudden failure", "thin traffic", "faked receipts"]);
        foreach (IGrouping<string, Row> scenario in scenarios)
        {
            double learned = Of(scenario, "learned").DeliveredForTheSameMoney;
            learned.ShouldBeGreaterThan(Of(scenario, "fixed_order").DeliveredForTheSameMoney * 1.05, scenario.Key);
            learned.ShouldBeGreaterThan(Of(scenario, "least_cost").DeliveredForTheSameMoney * 1.05, scenario.Key);
            Of(scenario, "learned").Regret.ShouldBeLessThan(scenario.Key == "faked receipts" ? 0.12 : 0.05, scenario.Key);
            Of(scenario, "learned").Suspects.ShouldBe(scenario.Key == "faked receipts" ? ["vendor-3"] : [], scenario.Key);
        }
    }

    private static Row Of(IGrouping<string, Row> scenario, string choice) => scenario.Single(row => row.Choice == choice);

    private sealed record Row(string Scenario, string Choice, double DeliveredForTheSameMoney, double Regret, string[] Suspects);
}
