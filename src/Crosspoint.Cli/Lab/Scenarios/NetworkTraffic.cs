using Crosspoint.Engine.Quality;

namespace Crosspoint.Cli.Lab.Scenarios;

/// <summary>When messages to a network come: at random, at a rate that is another one every five minutes.</summary>
internal sealed class NetworkTraffic(CellNature nature, IReadOnlyList<Peak> peaks, ulong seed, long start)
{
    private const long BlockMicros = 300_000_000;

    private Draws _draws = new(seed);
    private readonly long _start = start;
    private long _blockEnd = start;
    private double _rate;

    /// <summary>Microseconds of the message after the one at <paramref name="after"/>.</summary>
    public long Next(long after)
    {
        while (true)
        {
            if (after >= _blockEnd) StartBlock();
            long next = after + 1 + (long)(-Math.Log(1 - _draws.Next()) / _rate * 1e6);
            if (next < _blockEnd) return next;
            after = _blockEnd;
        }
    }

    private void StartBlock()
    {
        _rate = nature.RateAt(nature.AngleAt(_blockEnd), ref _draws);
        TimeSpan at = TimeSpan.FromMicroseconds(_blockEnd - _start);
        foreach (Peak peak in peaks)
        {
            if (at >= peak.At && at < peak.At + peak.Lasts) _rate *= peak.Factor;
        }

        _blockEnd += BlockMicros;
    }
}
