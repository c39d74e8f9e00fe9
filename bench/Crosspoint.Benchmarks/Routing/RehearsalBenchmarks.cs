using BenchmarkDotNet.Attributes;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Routing;
using Crosspoint.Engine.Routing.Rehearsal;
using Crosspoint.Engine.Vendors;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Benchmarks.Routing;

/// <summary>One message of a rehearsal: two decisions, and what is added up.</summary>
[MemoryDiagnoser]
public class RehearsalBenchmarks
{
    private const int MessageCount = 4_096;

    private RoutingRehearsal _rehearsal = null!;
    private RouteRequest[] _requests = null!;
    private int _next;

    [GlobalSetup]
    public void Setup()
    {
        string[] names = [.. Enumerable.Range(0, 40).Select(static i => $"connection-{i}")];
        RoutingPlan PlanOf(int shift) => new(1, names)
        {
            Rules =
            [
                .. Enumerable.Range(0, 200).Select(i => new RoutingRule
                {
                    Name = $"rule-{i}",
                    Match = i == 199 ? RuleMatch.Any : new() { Prefixes = [$"+49{100 + i}"] },
                    Route = new()
                    {
                        Connections = [.. Enumerable.Range(0, 6).Select(at => names[(i + shift + (at * 5)) % names.Length])],
                        Choose = (RouteStrategy)(i % 5),
                    },
                }),
            ],
        };
        var snapshot = new RoutingSnapshot(
            PlanOf(0), [.. names.Select(static name => new RouteConnection(name, name, ConnectionCapabilities.Default))], new(), AllUsable.Instance);
        _rehearsal = new(snapshot, PlanOf(1));
        var random = new Random(7);
        _requests =
        [
            .. Enumerable.Range(0, MessageCount).Select(_ =>
            {
                E164 number = E164.FromDigits(4_910_000_000_000UL + (ulong)random.NextInt64(200_000_000_00));
                var head = new MessageHead
                {
                    Id = new(random.NextInt64(), 0),
                    AccountSid = "AC1",
                    From = "ACME",
                    To = number.ToString(),
                    Body = "Your code is 1234",
                    SegmentCount = 1,
                };
                return RouteRequest.For(head, new(number, "DE", NumberType.Mobile, NetworkId.Unknown, NetworkSource.None), at: 1_800_000_000_000_000);
            }),
        ];
        foreach (RouteRequest request in _requests) _rehearsal.Add(request);
    }

    [Benchmark]
    public long Add()
    {
        _next = (_next + 1) % MessageCount;
        _rehearsal.Add(_requests[_next]);
        return _rehearsal.Messages;
    }
}
