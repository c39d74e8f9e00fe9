using BenchmarkDotNet.Attributes;
using Crosspoint.Engine.Health;
using Crosspoint.Engine.Health.Detection;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Benchmarks.Health;

/// <summary>A detector of a cell with a hundred messages a second.</summary>
[MemoryDiagnoser]
public class CellDetectorBenchmarks
{
    private const long Step = 10_000;
    private const int StepsOfTurn = 25;

    private readonly List<HealthSignal> _signals = [];
    private CellDetector _detector = null!;
    private long _now;
    private int _count;

    [GlobalSetup]
    public void Setup()
    {
        _detector = new(new("north-1", "DE", NetworkId.Unknown, null), new());
        _now = 1_700_000_000_000_000;
        for (int i = 0; i < 100_000; i++)
        {
            Message();
            if (i % StepsOfTurn == 0) _detector.Turn(_now, _signals);
        }
    }

    /// <summary>Four events: written, answered, taken, delivered.</summary>
    [Benchmark]
    public long Message()
    {
        _now += Step;
        _count++;
        bool isRefused = _count % 100 == 0;
        _detector.Submitted(_now);
        _detector.Answered(isRefused ? AnswerKind.Refused : AnswerKind.Accepted, isRefused ? 0x0Bu : 0, 50_000, _now);
        _detector.Sent(_now);
        _detector.Ended(_count % 20 != 0, 2_000_000 + (_count % 64 * 100_000), _now);
        return _now;
    }

    /// <summary>With the 25 messages of its quarter of a second.</summary>
    [Benchmark]
    public int TurnAndMessages()
    {
        for (int i = 0; i < StepsOfTurn; i++) Message();
        _detector.Turn(_now, _signals);
        int said = _signals.Count;
        _signals.Clear();
        return said;
    }
}
