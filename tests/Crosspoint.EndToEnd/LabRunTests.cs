using System.Text.Json;
using System.Text.Json.Serialization;
using Crosspoint.EndToEnd.Support;

namespace Crosspoint.EndToEnd;

/// <summary>Short scenarios through <c>crosspoint lab run</c>: simulated time, the same figures on every machine.</summary>
public sealed class LabRunTests
{
    private const string Small = """
        name: small
        about: One network of the first choice is lost for ten minutes.
        begins: 8h
        duration: 100m
        traffic: { classes: { otp: 50%, transactional: 50% } }
        networks:
          - { name: de-1, network: 26201, rate: 20/s }
          - { name: de-2, network: 26202, rate: 10/s }
        connections:
          - { name: north, price: 0.070, capacity: 100, undelivered: 4% }
          - { name: south, price: 0.074, capacity: 100, undelivered: 5% }
        plan: [ north, south ]
        faults:
          - { at: 1h, for: 10m, connection: north, networks: [ de-1 ], undelivered: 90% }
        """;

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    [Fact]
    public async Task Run_OneNetworkOut_MovesThatCellAloneAndDeliversNearlyAsTheOracle()
    {
        (Result result, string changes) = await RunAsync(Small);
        Policy crosspoint = result.Policies.Single(static one => one.Name == "crosspoint");
        Policy oracle = result.Policies.Single(static one => one.Name == "oracle");
        Policy upDown = result.Policies.Single(static one => one.Name == "up_down");
        crosspoint.DeliveredInFaults!.Mean.ShouldBeGreaterThan(upDown.DeliveredInFaults!.Mean + 0.5);
        crosspoint.DeliveredInFaults.Mean.ShouldBeGreaterThan(oracle.DeliveredInFaults!.Mean - 0.05);
        crosspoint.Delivered.Mean.ShouldBeInRange(oracle.Delivered.Mean - 0.01, oracle.Delivered.Mean);

        // Nobody else sees a loss that carriers do not refuse.
        upDown.Moved.Most.ShouldBe(0);
        Fault fault = result.Faults.Single();
        fault.FirstMoveSeconds!.Mean.ShouldBeInRange(5, 60);
        (fault.CellsMoved.Mean, fault.Cells).ShouldBe((1, 1));
        fault.FullShareSeconds.ShouldNotBeNull("all is back when the run ends").Missing.ShouldBe(0);
        (result.FalseMoves.Most, result.Relapses.Most, result.Incidents.Most).ShouldBe((0, 0, 1));

        // Right after a recovery a sum may still be high: a sign that nothing follows moves nothing.
        result.FalseSignals.Most.ShouldBeLessThanOrEqualTo(1, changes);
        changes.ShouldContain("north to DE 26201: suspended, takes 0 %");
        changes.ShouldNotContain("26202");
    }

    [Fact]
    public async Task Run_ConnectionDown_EverybodyGoesElsewhere()
    {
        (Result result, _) = await RunAsync(Small.Replace("networks: [ de-1 ], undelivered: 90%", "down: true", StringComparison.Ordinal));
        foreach (Policy policy in result.Policies) policy.DeliveredInFaults!.Mean.ShouldBeInRange(0.93, 0.97, policy.Name);
    }

    [Fact]
    public async Task Run_TheSameSeed_GivesTheSame()
    {
        string shorter = Small.Replace("duration: 100m", "duration: 20m", StringComparison.Ordinal).Replace("at: 1h, for: 10m", "at: 10m, for: 2m", StringComparison.Ordinal);
        (Result first, _) = await RunAsync(shorter);
        (Result second, _) = await RunAsync(shorter);
        JsonSerializer.Serialize(second, Json).ShouldBe(JsonSerializer.Serialize(first, Json));
        first.Messages.Mean.ShouldBeGreaterThan(10_000);
    }

    [Theory]
    [InlineData("plan: [ north, south ]", "plan: [ north, sooth ]", "bad.yaml:12: plan[1]: is 'sooth', which is no connection; expected one of north, south")]
    [InlineData("rate: 20/s", "rate: 20", "bad.yaml:7: networks[0].rate: is '20'; expected messages a second, minute or hour")]
    [InlineData("network: 26202", "network: 26201", "bad.yaml:8: networks[1].network: is 26201, which another one is already")]
    [InlineData("otp: 50%", "otp: 40%", "bad.yaml:5: traffic.classes: is 90% in all; expected shares that are 100% together")]
    [InlineData("undelivered: 90%", "ramp: 1m", "bad.yaml:14: faults[0]: says nothing of what goes wrong; expected 'down', 'stalled'")]
    [InlineData("undelivered: 90%", "undelivered: 90%, down: true", "bad.yaml:14: faults[0].down: is of a whole connection")]
    [InlineData("at: 1h", "att: 1h", "bad.yaml:14: faults[0].att: is not a known key; did you mean 'at'?")]
    public async Task Run_BadFile_IsRefusedWithLineAndExpectation(string good, string bad, string expected)
    {
        using var folder = new TestFolder();
        string file = folder.Write("bad.yaml", Small.Replace(good, bad, StringComparison.Ordinal));
        await using ChildProcess lab = ChildProcess.StartCrosspoint("lab", "run", file);
        (await lab.WaitForExitAsync(TimeSpan.FromMinutes(1))).ShouldBe(2);
        lab.Transcript.ShouldContain(expected);
    }

    [Fact]
    public async Task Run_NoSuchFile_NamesThoseThatAreBuiltIn()
    {
        await using ChildProcess lab = ChildProcess.StartCrosspoint("lab", "run", "sunspots");
        (await lab.WaitForExitAsync(TimeSpan.FromMinutes(1))).ShouldBe(2);
        lab.Transcript.ShouldContain("Expected a scenario file, or one of black-friday, blip, carrier-down, faked-receipts");
    }

    private static async Task<(Result Result, string Changes)> RunAsync(string scenario)
    {
        using var folder = new TestFolder();
        string file = folder.Write("scenario.yaml", scenario);
        await using ChildProcess lab = ChildProcess.StartCrosspoint("lab", "run", file, "--seeds", "1", "--json", "--changes");
        (await lab.WaitForExitAsync(TimeSpan.FromMinutes(5))).ShouldBe(0, lab.Transcript);
        return (JsonSerializer.Deserialize<Result[]>(string.Join('\n', lab.Output), Json)!.Single(), string.Join('\n', lab.Errors));
    }

    private sealed record Result(
        Spread Messages, Policy[] Policies, Fault[] Faults, Spread FalseSignals, Spread FalseMoves, Spread Relapses, Spread Incidents);

    private sealed record Policy(
        [property: JsonPropertyName("policy")] string Name, Spread Delivered, Spread? DeliveredInFaults, Spread Moved);

    private sealed record Fault(Spread? FirstMoveSeconds, Spread CellsMoved, int Cells, Spread? FullShareSeconds);

    private sealed record Spread(double Mean, double Least, double Most, int Missing);
}
