using BenchmarkDotNet.Attributes;
using Crosspoint.Engine.Routing;

namespace Crosspoint.Benchmarks.Routing;

/// <summary>
/// Decisions over plans of different length. The messages go round, so that no answer stays in a cache of the processor.
/// </summary>
[MemoryDiagnoser]
public class RoutingBenchmarks
{
    private const int MessageCount = 4_096;

    private RoutingWorld _world = null!;
    private RoutingPlan _plan = null!;
    private RoutingSnapshot _snapshot = null!;
    private RoutingSnapshot _sick = null!;
    private RankedCandidate[] _buffer = null!;
    private RouteRequest[] _requests = null!;
    private int _next;

    /// <summary>Rules of the plan.</summary>
    [Params(200, 10, 1_000, 10_000)]
    public int Rules { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _world = new();
        _plan = _world.Plan(Rules);
        _snapshot = Build();
        _sick = _world.Snapshot(_plan, _world.Book, isSick: true);
        _buffer = new RankedCandidate[_snapshot.BufferSize];
        _requests = _world.Requests(MessageCount);
    }

    [Benchmark]
    public RouteVerdict Decide()
    {
        _next = (_next + 1) % MessageCount;
        return _snapshot.Decide(_requests[_next], default, _buffer);
    }

    /// <summary>Each connection is not well on one network in ten.</summary>
    [Benchmark]
    public RouteVerdict Decide_SomeSick()
    {
        _next = (_next + 1) % MessageCount;
        return _sick.Decide(_requests[_next], default, _buffer);
    }

    /// <summary>What a change of anything costs: the snapshot made anew.</summary>
    [Benchmark]
    public RoutingSnapshot Build() => _world.Snapshot(_plan, _world.Book);
}
