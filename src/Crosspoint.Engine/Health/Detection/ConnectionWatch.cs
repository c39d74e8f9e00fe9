using System.Runtime.CompilerServices;
using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Health.Detection;

/// <summary>
/// Watches all cells of a connection together: what many of them show a little of, each with too few messages to be sure by itself. The evidence of their
/// tests is added up as each of them adds its own; one cell, and one of several countries, counts for a part of the threshold at most, so that what is wrong
/// with few of them stays theirs. A cell with an alarm of its own is no witness, and what does well all the while is excepted. Told and asked by the turn of
/// the table alone; not thread-safe. Allocates nothing but signals.
/// </summary>
internal sealed class ConnectionWatch(string connection, DetectionOptions options)
{
    private const int LeastCells = 10;
    private const int LeastCountries = 3;

    // Evidence against a rise from which on a cell is known to do well: one of seven of those that do not shows as much.
    private const float Well = -2;

    // A cell asks for more evidence the more messages it has in some days. All together have many.
    private const double ManyMessages = 1_000_000;

    private const int Errors = 0;
    private const int Timeouts = 1;
    private const int Delivery = 2;
    private const int Silence = 3;

    // What was said longer ago than this says nothing of now.
    private const long LongestRun = 4 * 3_600 * Micros.PerSecond;

    private readonly HashSet<string> _countries = new(StringComparer.Ordinal);
    private volatile int _countryCount;
    private readonly float _threshold = (float)(options.Evidence + Math.Log(ManyMessages));
    private readonly long _repeat = Micros.From(options.Repeat);
    private Sums _sums;

    // What waits, of the turn under way: when the latest three cells were given something.
    private long _latest;
    private long _second;
    private long _third;
    private int _waiting;
    private long _limit;

    private long _answeredAt;
    private long _waitingSince = -1;
    private long _stallToldAt = long.MinValue / 2;

    /// <summary>It has a cell in a country. Not at once from several threads.</summary>
    public void Serve(string country)
    {
        _countries.Add(country);
        _countryCount = _countries.Count;
    }

    /// <summary>Takes what a look at a cell brought.</summary>
    /// <param name="cell">What the cell has said so far.</param>
    /// <param name="country">What its country has.</param>
    public void Hear(ref WitnessParts cell, ref WitnessParts country, in CellEvidence evidence, long now)
    {
        Add(Errors, ref cell, ref country, evidence.Errors, now);
        Add(Timeouts, ref cell, ref country, evidence.Timeouts, now);
        Add(Delivery, ref cell, ref country, evidence.Delivery, now);
        if (evidence.Silence.All > 0) _sums[Silence].Least = Math.Max(_sums[Silence].Least, evidence.LeastSilence);
        Add(Silence, ref cell, ref country, evidence.Silence, now);
    }

    /// <summary>An answer to a segment of one of its cells came.</summary>
    public void HearAnswer(long at) => _answeredAt = Math.Max(_answeredAt, at);

    /// <summary>Segments of a cell wait for their answer. To be said in each turn.</summary>
    /// <param name="latest">When the last one of them was written.</param>
    public void HearWaiting(long count, long latest, in CellEvidence evidence)
    {
        if (evidence.IsStalled) return;
        _waiting += (int)count;
        _limit = Math.Max(_limit, evidence.StallLimit);
        if (latest > _latest) (_latest, _second, _third) = (latest, _latest, _second);
        else if (latest > _second) (_second, _third) = (latest, _second);
        else if (latest > _third) _third = latest;
    }

    /// <summary>Adds what all together have to say.</summary>
    /// <param name="cellsThatAre">The networks of whose cells something holds.</param>
    public void Turn(long now, List<HealthSignal> signals, Func<ConnectionWatch, Func<WitnessParts, bool>, IReadOnlyList<HealthCell>> cellsThatAre)
    {
        for (int kind = 0; kind < Sums.Count; kind++)
        {
            ref Sum sum = ref _sums[kind];
            if (sum.All > 0 && now - sum.Since > LongestRun) sum.Restart();
            if (sum.Value < _threshold || now - sum.ToldAt < _repeat) continue;
            if (kind == Silence && (now - sum.Since < sum.Least || sum.Bad < 0.5 * sum.All)) continue;
            double seen = sum.Bad / sum.All;
            double usual = sum.Expected / sum.All;
            (int of, int run) = (kind, sum.Run);
            HealthSignal signal = kind switch
            {
                Errors => Signal(SignalKind.Errors, SignalSource.Statistic, seen, usual, sum.All, now - sum.Since, now),
                Timeouts => Signal(SignalKind.Timeouts, SignalSource.Statistic, seen, usual, sum.All, now - sum.Since, now),
                Delivery => Signal(SignalKind.Delivery, SignalSource.Statistic, 1 - seen, 1 - usual, sum.All, now - sum.Since, now),
                _ => Signal(SignalKind.ReceiptsSilent, SignalSource.Statistic, 1 - seen, 1, sum.All, now - sum.Since, now),
            };
            signals.Add(signal with { Except = cellsThatAre(this, said => said[of].Run == run && said[of].Given <= Well) });
            sum.ToldAt = now;
            sum.Restart();
        }

        LookForStall(now, signals);
        (_latest, _second, _third, _waiting, _limit) = (0, 0, 0, 0, 0);
    }

    private void Add(int kind, ref WitnessParts cells, ref WitnessParts countries, in Evidence evidence, long now)
    {
        ref Sum sum = ref _sums[kind];
        if (evidence.All <= 0 || (sum.Value <= 0 && evidence.Gain <= 0)) return;
        if (sum.All <= 0) sum.Since = now;
        ref WitnessPart cell = ref cells[kind];
        ref WitnessPart country = ref countries[kind];
        if (country.Run != sum.Run) country = new() { Run = sum.Run };
        if (cell.Run != sum.Run) cell = new() { Run = sum.Run };
        sum.Value += country.Give(cell.Give(evidence.Gain, _threshold / LeastCells), _threshold / Math.Clamp(_countryCount, 1, LeastCountries));
        sum.All += evidence.All;
        sum.Bad += evidence.Bad;
        sum.Expected += evidence.Expected;
        if (sum.Value <= 0) sum.Restart();
    }

    // Three cells were given something after the last answer that any cell had, and all that time none came.
    private void LookForStall(long now, List<HealthSignal> signals)
    {
        if (_third <= _answeredAt || _waiting < options.StalledWaiting)
        {
            if (_waitingSince >= 0) (_waitingSince, _stallToldAt) = (-1, long.MinValue / 2);
            return;
        }

        if (_waitingSince < 0) _waitingSince = now;

        // Others were answered since: then it waits from there on.
        if (_answeredAt > _waitingSince) (_waitingSince, _stallToldAt) = (_answeredAt, long.MinValue / 2);
        long silent = now - _waitingSince;
        if (silent < _limit || now - _stallToldAt < _repeat) return;
        _stallToldAt = now;
        signals.Add(Signal(SignalKind.Stalled, SignalSource.Sign, silent / 1e6, _limit / 1e6, _waiting, silent, now));
    }

    private HealthSignal Signal(SignalKind kind, SignalSource source, double seen, double expected, double messages, long over, long now) => new()
    {
        Kind = kind,
        Source = source,
        Cell = HealthCell.Of(connection),
        Seen = seen,
        Expected = expected,
        Messages = (long)Math.Round(messages),
        Over = TimeSpan.FromMicroseconds(over),
        At = now,
    };

    // The evidence for one kind of trouble since the usual was last the better explanation.
    private struct Sum
    {
        private int _restarts;

        public Sum()
        {
        }

        /// <summary>Its number, from 1 on: what was said in another one is forgotten.</summary>
        public readonly int Run => _restarts + 1;

        public float Value { get; set; }

        public double All { get; set; }

        public double Bad { get; set; }

        public double Expected { get; set; }

        public long Since { get; set; }

        public long Least { get; set; }

        public long ToldAt { get; set; } = long.MinValue / 2;

        public void Restart() => this = new() { _restarts = _restarts + 1, ToldAt = ToldAt };
    }

    [InlineArray(Count)]
    private struct Sums
    {
        public const int Count = 4;
        private Sum _first;
    }
}

/// <summary>What one witness has said in a run.</summary>
internal struct WitnessPart
{
    public int Run { get; set; }

    public float Given { get; private set; }

    /// <summary>Counts more evidence, up to a limit for all of it, for or against.</summary>
    /// <returns>By how much what it has said has changed.</returns>
    public float Give(float gain, float most)
    {
        float before = Given;
        Given = Math.Clamp(before + gain, -most, most);
        return Given - before;
    }
}

/// <summary>The same for each kind of trouble.</summary>
[InlineArray(4)]
internal struct WitnessParts
{
    private WitnessPart _first;
}
