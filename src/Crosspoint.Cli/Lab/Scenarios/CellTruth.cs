using Crosspoint.Engine.Health;
using Crosspoint.Engine.Quality;

namespace Crosspoint.Cli.Lab.Scenarios;

/// <param name="From">Microseconds.</param>
internal readonly record struct TimedFault(CellFault Fault, long From, long To);

/// <summary>How a connection really does on a network. Asked in the order of time; what it draws by itself is the same whoever routes.</summary>
/// <param name="faults">One after another.</param>
internal sealed class CellTruth(CellNature nature, IReadOnlyList<TimedFault> faults, ulong seed, long start)
{
    private const long BlockMicros = 300_000_000;
    private const double BlockDays = BlockMicros / 86_400e6;
    private const double RareShare = 0.02;
    private const uint KnownStatus = 0x0B;
    private const uint RareStatus = 0x45;

    private CellShares _shares = new();
    private Draws _walk = new(seed);
    private long _blockEnd = start;
    private int _fault;

    /// <summary>Nothing is wrong that keeps messages from their recipients.</summary>
    public bool IsWell(long at) => FaultAt(at, out _) is not { HarmsDelivery: true };

    /// <summary>The probability that a message submitted now is taken and arrives.</summary>
    public double Chance(long at)
    {
        Look(at);
        CellFault? fault = FaultAt(at, out double part);
        if (fault is { IsStalled: true }) return 0;
        double taken = (1 - (fault?.Throttled * part ?? 0)) * (1 - nature.Unanswered) * (1 - _shares.RefusedUnder(fault, part));
        return taken * (1 - Math.Min(1, _shares.UndeliveredUnder(fault, part)));
    }

    /// <summary>What becomes of a segment that is submitted.</summary>
    /// <param name="took">Seconds until the answer.</param>
    public AnswerKind Answer(long at, ref Draws draws, out uint status, out double took)
    {
        Look(at);
        CellFault? fault = FaultAt(at, out double part);

        // The same number of draws whatever happens, so that everyone has the same luck.
        double throttled = draws.Next(), unanswered = draws.Next(), refused = draws.Next(), rare = draws.Next();
        took = nature.ResponseMedian * Math.Exp(nature.ResponseDeviation * Normals.Next(ref draws));
        status = rare < RareShare ? RareStatus : KnownStatus;
        if (fault is { IsStalled: true } || unanswered < nature.Unanswered) return AnswerKind.Unanswered;
        if (fault is { Throttled: > 0 } && throttled < fault.Throttled * part) return AnswerKind.Throttled;
        return refused < _shares.RefusedUnder(fault, part) ? AnswerKind.Refused : AnswerKind.Accepted;
    }

    /// <summary>What becomes of a message that was taken.</summary>
    public MessageFate Fate(long at, ref Draws draws)
    {
        Look(at);
        CellFault? fault = FaultAt(at, out double part);
        return _shares.Fate(nature, fault, part, ref draws);
    }

    private CellFault? FaultAt(long at, out double part)
    {
        while (_fault < faults.Count && at >= faults[_fault].To) _fault++;
        part = 0;
        if (_fault >= faults.Count || at < faults[_fault].From) return null;
        TimedFault active = faults[_fault];
        part = active.Fault.PartAfter((at - active.From) / 1e6);
        return active.Fault;
    }

    private void Look(long at)
    {
        for (; at >= _blockEnd; _blockEnd += BlockMicros) _shares.Walk(nature, nature.AngleAt(_blockEnd), BlockDays, ref _walk);
    }
}
