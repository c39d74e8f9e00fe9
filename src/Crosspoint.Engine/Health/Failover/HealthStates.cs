using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Health.Failover;

/// <summary>
/// The states of all cells, connection × network: what was noticed moves them from one to the next as <see cref="HealthTransitions"/> says, at the pace
/// that holds, tests and brakes allow. Knows no clock: steady and wall time come with each turn, in microseconds. Thread-safe; a turn in which nothing is
/// noticed and nobody is ill allocates nothing.
/// </summary>
public sealed class HealthStates
{
    private const int MostKept = 10;

    // What no test can tell is judged by its signs alone: quiet for so many steps is well.
    private const int QuietSteps = 6;

    // What is thin gets more than its share while it is tried, or no message would come by: one in half a minute, up to a quarter.
    private const double SecondsToProbe = 30;
    private const double MostProbes = 0.25;

    // A status that was never seen before is a trouble of the path from this share on; below it, of single messages.
    private const double NewErrorsMatter = 0.1;
    private const double Severe = 0.5;
    private const int LeastForSevere = 10;

    // While a cell is tried, a sign of fewer messages is one only where the step as a whole is worse than usual.
    private const int EnoughForRelapse = 50;
    private const long Minute = 60_000_000;
    private const long OwnSideSaidFor = Minute;

    private readonly Lock _gate = new();
    private readonly FailoverOptions _options;
    private readonly HealthFacts _facts;
    private readonly MoveBrake _brake;
    private readonly Dictionary<FailoverKey, Cell> _cells = [];
    private readonly Dictionary<FailoverKey, HealthOrder> _orders = [];
    private readonly Dictionary<(HealthCell, SignalKind), long> _slowAt = [];
    private readonly Dictionary<SignalKind, long> _ownSaidAt = [];
    private volatile FailoverSnapshot _snapshot = FailoverSnapshot.Empty;
    private long _slowSweptAt = long.MinValue / 2;
    private bool _isChanged;
    private long _now;
    private long _wall;

    // Before a minute has passed since, nobody knows what a cell usually carries.
    private long _begunAt = long.MaxValue;

    public HealthStates(FailoverOptions options, HealthFacts facts) => (_options, _facts, _brake) = (options, facts, new(options));

    /// <summary>What routing goes by now.</summary>
    public FailoverSnapshot Snapshot => _snapshot;

    /// <summary>Cells that are known to be slow.</summary>
    internal int Slow => _slowAt.Count;

    /// <summary>The orders that hold.</summary>
    public IReadOnlyList<HealthOrder> Orders
    {
        get
        {
            lock (_gate) return [.. _orders.Values];
        }
    }

    /// <summary>The cells that are not simply healthy, or are under an order; or all that are remembered.</summary>
    public IReadOnlyList<FailoverRow> List(bool all)
    {
        lock (_gate)
        {
            var rows = new List<FailoverRow>();
            foreach ((FailoverKey key, Cell cell) in _cells)
            {
                HealthOrder? order = OrderOf(key);
                if (all || order is not null || cell.State != CellState.Healthy) rows.Add(RowOf(key, cell, order));
            }

            foreach ((FailoverKey key, HealthOrder order) in _orders)
            {
                if (!_cells.ContainsKey(key)) rows.Add(RowOf(key, new(), order));
            }

            rows.Sort(static (one, other) => string.CompareOrdinal(one.Cell.ToString(), other.Cell.ToString()));
            return rows;
        }
    }

    /// <summary>Looks at what was noticed, and at what time has brought.</summary>
    /// <param name="now">Steady time.</param>
    /// <param name="wall">Wall time.</param>
    /// <param name="paths">All connections.</param>
    /// <param name="changes">What changed is added.</param>
    public void Turn(long now, long wall, IReadOnlyList<HealthSignal> signals, IReadOnlyList<HealthPath> paths, List<HealthChange> changes)
    {
        lock (_gate)
        {
            (_now, _wall, _begunAt) = (now, wall, Math.Min(_begunAt, now));
            _brake.Look(paths, now);
            EndOrders(changes);
            if (_options.IsEnabled)
            {
                for (int i = 0; i < signals.Count; i++) Take(signals[i], changes);
            }

            if (_cells.Count > 0) Step(changes);
            Publish();
        }
    }

    /// <summary>Takes these orders in place of those that hold; those that are over already count as ended.</summary>
    public void TakeOrders(IReadOnlyList<HealthOrder> orders, long now, long wall, List<HealthChange> changes)
    {
        lock (_gate)
        {
            (_now, _wall, _begunAt) = (now, wall, Math.Min(_begunAt, now));
            var wanted = new Dictionary<FailoverKey, HealthOrder>();
            foreach (HealthOrder order in orders)
            {
                if (order.Until > wall) wanted[FailoverKey.OfOrder(order.Cell)] = order;
            }

            foreach ((FailoverKey key, HealthOrder order) in _orders.ToArray())
            {
                if (!wanted.ContainsKey(key)) End(key, order, $"the order was taken back: it was {order}", changes);
            }

            foreach ((FailoverKey key, HealthOrder order) in wanted)
            {
                if (_orders.GetValueOrDefault(key) == order) continue;
                CellState from = _orders.TryGetValue(key, out HealthOrder? before) ? before.Effective : StateOf(key);
                _orders[key] = order;
                _isChanged = true;
                Cell cell = Get(key);
                if (order.Effective != CellState.Healthy) NoteRate(key, cell, isFirst: before is null || before.Effective == CellState.Healthy);
                Tell(cell, new()
                {
                    Cell = key.Cell,
                    From = from,
                    To = order.Effective,
                    Share = order.EffectiveShare,
                    Reason = $"{key} is {order}",
                    Operator = order.By,
                    Rate = RateOf(key, null),
                    At = wall,
                }, changes);
            }

            Publish();
        }
    }

    // What it carries now is what comes back when the order ends: by then it has carried nothing for long.
    private void NoteRate(FailoverKey key, Cell cell, bool isFirst)
    {
        cell.Rate = Math.Max(cell.Rate, RateOf(key, null));
        if (isFirst) cell.IsRateUnknown = cell.Rate <= 0 && _now - _begunAt < Minute;
        else if (cell.Rate > 0) cell.IsRateUnknown = false;
    }

    private void Take(HealthSignal signal, List<HealthChange> changes)
    {
        FailoverKey key = FailoverKey.Of(signal.Cell);
        if (signal.Kind is SignalKind.ReceiptsSlow or SignalKind.ResponsesSlow) NoteSlow(key.Cell, signal.Kind);
        _cells.TryGetValue(key, out Cell? cell);
        CellState state = cell?.State ?? CellState.Healthy;
        if (cell is not null) cell.SignAt = _now;

        // Where nothing gets through at all, nothing is excepted any more.
        if (state == CellState.Suspended && key.IsWide && signal.IsHard && cell!.Except.Count > 0)
        {
            cell.Except = [];
            cell.Baseline = TotalsOf(key, cell);
            _isChanged = true;
        }

        if (OrderOf(key) is not null || state == CellState.Suspended || !IsNews(signal, cell) || !Matters(key, signal)) return;
        HealthEvent happened = EventOf(signal);

        // Where nobody counts, only the sign itself can tell that it goes on.
        if (state == CellState.Degraded && happened == HealthEvent.Sign && cell!.Baseline is null && _now - cell.EnteredAt >= Micros.From(_options.StepTime))
            happened = HealthEvent.TestFailed;
        if (HealthTransitions.Find(state, happened) is not { } row) return;
        if (state is CellState.Healthy && _brake.IsOurs(signal, _now, out string why))
        {
            HoldStill(key, signal, why, changes);
            return;
        }

        cell ??= Get(key);
        if (state == CellState.Healthy)
        {
            (cell.Rate, cell.IsRateUnknown) = (RateOf(key, signal), false);
            cell.Cause = signal.Kind;
        }

        cell.Signal = signal;
        if (key.IsWide) cell.Except = signal.Except;
        Go(key, cell, row, HealthWords.Of(signal), signal, changes);
    }

    // What was told so long ago that it says nothing any more goes, once in a while.
    private void NoteSlow(HealthCell cell, SignalKind kind)
    {
        _slowAt[(cell, kind)] = _now;
        if (_now - _slowSweptAt < Minute) return;
        _slowSweptAt = _now;
        foreach (((HealthCell, SignalKind) known, long at) in _slowAt)
        {
            if (_now - at >= Minute) _slowAt.Remove(known);
        }
    }

    private static HealthEvent EventOf(HealthSignal signal) => signal.Kind switch
    {
        _ when signal.IsHard => HealthEvent.HardSign,
        SignalKind.Throttled => HealthEvent.Throttled,
        SignalKind.Errors or SignalKind.Timeouts or SignalKind.NewError when signal.Seen > Severe && signal.Messages >= LeastForSevere =>
            HealthEvent.SevereSign,
        SignalKind.Delivery when signal.Seen < Severe * signal.Expected && signal.Messages >= LeastForSevere => HealthEvent.SevereSign,
        _ => HealthEvent.Sign,
    };

    // A window reaches back to what was before the last step, or there is little in it: then what came since has to show the same.
    private bool IsNews(HealthSignal signal, Cell? cell)
    {
        if (cell is null) return true;
        bool isOfStep = signal.At - Micros.From(signal.Over) >= cell.EnteredAt;
        if (isOfStep && !(cell.State is CellState.Probing or CellState.Recovering && IsSlight(signal))) return true;
        if (cell.State == CellState.Degraded) return signal.IsHard || EventOf(signal) == HealthEvent.SevereSign;
        if (signal.Kind == SignalKind.Unbound) return true;
        return TestOf(cell, TotalsOf(FailoverKey.Of(signal.Cell), cell)) is { } test ? test.IsWorse(2, _options.StepTime) : isOfStep;
    }

    // What has been noticed goes on being told for as long as more fail than usual, be it one of two messages. What no step shows counts from some on.
    private static bool IsSlight(HealthSignal signal) =>
        !signal.IsHard && signal.Messages < (signal.Kind is SignalKind.Throttled or SignalKind.ReceiptsSuspect ? LeastForSevere : EnoughForRelapse);

    private bool Matters(FailoverKey key, HealthSignal signal) => signal.Kind switch
    {
        SignalKind.NewError => signal.Seen >= NewErrorsMatter,
        SignalKind.ReceiptsSlow or SignalKind.ResponsesSlow => HasFaster(key, signal.Kind),
        _ => true,
    };

    // What is only slow is no reason to leave, unless another is known to be better.
    private bool HasFaster(FailoverKey key, SignalKind kind)
    {
        foreach (HealthRival rival in _facts.RivalsOf(key.Cell))
        {
            HealthCell other = key.Cell with { Connection = rival.Connection };
            bool isSlow = _slowAt.TryGetValue((other, kind), out long at) && _now - at < Minute;
            if (!isSlow && _brake.IsUp(rival.Connection) && IsWell(other)) return true;
        }

        return false;
    }

    // Told once for each kind of trouble, not for each cell.
    private void HoldStill(FailoverKey key, HealthSignal signal, string why, List<HealthChange> changes)
    {
        // What left by the same trouble a moment ago comes back at once: it was no better elsewhere.
        foreach ((FailoverKey other, Cell one) in _cells)
        {
            bool isSame = one.Signal is { } by && by.Kind == signal.Kind && _now - one.EnteredAt < MoveBrake.AtOnce;
            if (!isSame || one.State is not (CellState.Suspended or CellState.Degraded) || OrderOf(other) is not null) continue;
            Set(other, one, CellState.Healthy, 1, why, signal: null, changes);
            one.Relapses = Math.Max(0, one.Relapses - 1);
        }

        if (_ownSaidAt.TryGetValue(signal.Kind, out long at) && _now - at < OwnSideSaidFor) return;
        _ownSaidAt[signal.Kind] = _now;
        Tell(Get(key), new()
        {
            Cell = key.Cell,
            From = CellState.Healthy,
            To = CellState.Healthy,
            Share = 1,
            Reason = $"{HealthWords.Of(signal)}; {why}",
            Signal = signal,
            Rate = RateOf(key, signal),
            At = _wall,
        }, changes);
    }

    // What time and tests bring.
    private void Step(List<HealthChange> changes)
    {
        List<FailoverKey>? old = null;
        foreach ((FailoverKey key, Cell cell) in _cells)
        {
            if (OrderOf(key) is not null) continue;
            switch (cell.State)
            {
                case CellState.Healthy:
                    if (_now - cell.ToldAt >= Micros.From(_options.ForgetAfter)) (old ??= []).Add(key);
                    break;
                case CellState.Suspended:
                    if (_now >= cell.HoldUntil && _brake.IsUp(key.Cell.Connection))
                        Go(key, cell, HealthEvent.HoldOver, $"it was left alone for {HealthWords.Seconds((_now - cell.EnteredAt) / 1e6)}", changes);
                    break;
                default:
                    Test(key, cell, changes);
                    break;
            }
        }

        foreach (FailoverKey key in old ?? []) _cells.Remove(key);
    }

    private void Test(FailoverKey key, Cell cell, List<HealthChange> changes)
    {
        CellTotals? totals = TotalsOf(key, cell);

        // Some of what was counted is not known any more: the step begins anew, as no difference says anything of it.
        if (cell.Baseline is { } before && totals?.IsWithout(before) == true) (cell.TestedFrom, cell.Baseline) = (_now, totals);
        TimeSpan time = TimeSpan.FromMicroseconds(_now - cell.TestedFrom);
        StepVerdict verdict;
        string seen;
        if (TestOf(cell, totals) is { } test)
        {
            verdict = test.Judge(cell.Cause, _options.StepTime, _options.StepMessages);

            // With nothing but test numbers to probe by, quiet says nothing.
            bool isUnprobed = test.Since.Submitted == 0 && cell.State == CellState.Probing && _options.ProbeShare <= 0;
            if (verdict == StepVerdict.Passed && isUnprobed) verdict = StepVerdict.Open;

            // It was not well when this began, so it gets the time of a step before that counts.
            if (cell.State == CellState.Degraded && verdict == StepVerdict.Failed && time < _options.StepTime) verdict = StepVerdict.Open;
            seen = HealthWords.Of(test.Since, time);

            // What was throttled in this step is no word on the next one, however long it went on.
            if (verdict == StepVerdict.Open && cell.Cause == SignalKind.Throttled && time >= _options.StepTime && test.IsThrottled)
                (cell.TestedFrom, cell.Baseline) = (_now, totals);
        }
        else
        {
            // Counting began after the step did.
            if (totals is not null) cell.Baseline = totals;
            verdict = IsLongQuiet(cell) ? StepVerdict.Passed : StepVerdict.Open;
            seen = $"nothing more was noticed for {HealthWords.Seconds(QuietOf(cell).TotalSeconds)}";
        }

        if (verdict == StepVerdict.Passed && cell.Cause == SignalKind.ReceiptsSuspect && !IsLongQuiet(cell)) verdict = StepVerdict.Open;
        if (cell.State == CellState.Degraded)
        {
            bool isQuiet = _now >= cell.HoldUntil && _now - cell.SignAt >= Micros.From(_options.StepTime);
            if (verdict == StepVerdict.Passed && !isQuiet) verdict = StepVerdict.Open;
            if (verdict == StepVerdict.Open) KeepAnew(key, cell, changes);
        }

        if (cell.IsRateUnknown && (verdict == StepVerdict.Passed || time >= TimeSpan.FromMicroseconds(Minute)))
            LearnRate(key, cell, totals, time, verdict, seen, changes);
        if (verdict == StepVerdict.Failed) Go(key, cell, HealthEvent.TestFailed, seen, changes);
        else if (verdict == StepVerdict.Passed)
            Go(key, cell, cell.State != CellState.Probing && cell.Share >= 1 ? HealthEvent.LastTestPassed : HealthEvent.TestPassed, seen, changes);
    }

    // Of what was under an order since the start, the first step shows what it carries; where that is little, it gets more of it.
    private void LearnRate(FailoverKey key, Cell cell, CellTotals? totals, TimeSpan time, StepVerdict verdict, string seen, List<HealthChange> changes)
    {
        long submitted = TestOf(cell, totals)?.Since.Submitted ?? 0;
        (cell.Rate, cell.IsRateUnknown) = (submitted / time.TotalSeconds / Math.Max(cell.Share, 0.001), false);
        double share = AtLeastOneNowAndThen(cell.StepOf, cell);
        if (verdict == StepVerdict.Open && cell.State == CellState.Recovering && share > cell.Share)
            Set(key, cell, cell.State, share, $"it carries little: {seen}", signal: null, changes);
    }

    // All that tells where nobody counts, and where receipts are made up: those would pass every test by receipts.
    private bool IsLongQuiet(Cell cell) => QuietOf(cell) >= _options.StepTime * QuietSteps;

    private TimeSpan QuietOf(Cell cell) => TimeSpan.FromMicroseconds(_now - Math.Max(cell.EnteredAt, cell.SignAt));

    // Others may have more room by now, or the brake have let go, or the other way round.
    private void KeepAnew(FailoverKey key, Cell cell, List<HealthChange> changes)
    {
        if (cell.Wanted >= 1 || _now - cell.KeptAt < Micros.From(_options.StepTime)) return;
        double share = Math.Max(cell.Wanted, Keep(key, cell, cell.Rate * (1 - cell.Share), out string? why));
        if (Math.Abs(share - cell.Share) < 0.05) return;

        // What it was to leave for wholly, it leaves for now.
        CellState to = share <= 0 ? CellState.Suspended : CellState.Degraded;
        if (to == CellState.Suspended) cell.HoldUntil = _now + Micros.From(cell.Hold);
        Set(key, cell, to, share, $"{why ?? "the others have room now"}; {cell.Seen}", signal: null, changes);
    }

    private void Go(FailoverKey key, Cell cell, HealthEvent happened, string seen, List<HealthChange> changes)
    {
        if (HealthTransitions.Find(cell.State, happened) is { } row) Go(key, cell, row, seen, signal: null, changes);
    }

    private void Go(FailoverKey key, Cell cell, HealthTransition row, string seen, HealthSignal? signal, List<HealthChange> changes)
    {
        double share = row.Share switch
        {
            HealthShare.Little => _options.DegradedShare,
            HealthShare.WhatItTakes => Math.Clamp(1 - signal!.Seen, _options.DegradedShare, 1),
            HealthShare.Probes => _options.ProbeShare <= 0 ? 0 : AtLeastOneNowAndThen(_options.ProbeShare, cell),
            HealthShare.NextStep => NextStep(cell),
            HealthShare.All => 1,
            _ => 0,
        };
        (CellState to, string reason) = (row.To, $"{row.Reason}: {seen}");
        cell.Seen = seen;
        cell.IsHard = row.Event == HealthEvent.HardSign || (cell.IsHard && row.To == CellState.Probing);
        bool isWorse = to is CellState.Suspended or CellState.Degraded;
        cell.Wanted = isWorse ? share : 1;

        // Of a cell that takes next to nothing next to nothing moves.
        if (isWorse && row.Event != HealthEvent.HardSign && share < 1 && cell.Share > _options.DegradedShare)
        {
            double kept = Keep(key, cell, cell.Rate * (1 - cell.Share), out string? why);
            if (kept > share)
            {
                // What is kept makes it degraded, however ill it is.
                (share, to) = (kept, CellState.Degraded);
                reason += $"; it keeps {HealthWords.Percent(kept)}: {why}";
            }
        }

        if (isWorse && row.From is not CellState.Degraded) Relapse(cell);
        else if (isWorse && to == CellState.Suspended) cell.HoldUntil = _now + Micros.From(cell.Hold);
        Set(key, cell, to, share, reason, signal, changes, isStep: true);
    }

    private double Keep(FailoverKey key, Cell cell, double moved, out string? why)
    {
        cell.KeptAt = _now;
        double rate = cell.Rate > 0 ? cell.Rate : RateOf(key, cell.Signal);
        double kept = _brake.ShareToKeep(_facts.RivalsOf(key.Cell), rate, moved, name => IsWell(key.Cell with { Connection = name }), out why);
        double braked = _brake.Brake(key, rate, cell.Share, out string? whyBraked);
        if (braked > kept) (kept, why) = (braked, whyBraked);
        return Math.Clamp(kept, 0, 1);
    }

    // The first hold, doubled for each time that it fell ill again.
    private void Relapse(Cell cell)
    {
        double times = Math.Pow(2, Math.Min(cell.Relapses, 30));
        cell.Hold = TimeSpan.FromSeconds(Math.Min(_options.Hold.TotalSeconds * times, _options.LongestHold.TotalSeconds));
        cell.Relapses++;
        cell.HoldUntil = _now + Micros.From(cell.Hold);
    }

    private double NextStep(Cell cell)
    {
        double from = cell.State is CellState.Recovering or CellState.Degraded ? cell.StepOf : 0;
        foreach (double step in _options.Steps)
        {
            if (step <= from) continue;
            cell.StepOf = step;
            return AtLeastOneNowAndThen(step, cell);
        }

        cell.StepOf = 1;
        return 1;
    }

    private static double AtLeastOneNowAndThen(double share, Cell cell) => cell.IsRateUnknown
        ? share
        : Math.Max(share, Math.Min(MostProbes, cell.Rate <= 0 ? MostProbes : 1 / (cell.Rate * SecondsToProbe)));

    private void Set(
        FailoverKey key, Cell cell, CellState to, double share, string reason, HealthSignal? signal, List<HealthChange> changes, bool isStep = false)
    {
        CellState from = cell.State;
        if (from != to || isStep)
        {
            cell.EnteredAt = cell.TestedFrom = _now;
            cell.Baseline = TotalsOf(key, cell);
        }

        if (from != to) cell.Since = _wall;
        if (to == CellState.Healthy) cell.Except = [];
        if (to is CellState.Suspended or CellState.Probing) cell.StepOf = 0;
        else if (to == CellState.Degraded) cell.StepOf = share;
        bool isMoved = share < cell.Share && !cell.IsHard && to is (CellState.Suspended or CellState.Degraded);
        (cell.State, cell.Share, cell.Reason) = (to, share, reason);
        if (isMoved) _brake.Moved(key, cell.Rate * (1 - share), _now);
        if (to == CellState.Healthy) _brake.Moved(key, 0, _now);
        _isChanged = true;
        Tell(cell, new()
        {
            Cell = key.Cell,
            From = from,
            To = to,
            Share = share,
            Reason = reason,
            Signal = signal,
            Rate = cell.Rate,
            At = _wall,
        }, changes);
    }

    private void Tell(Cell cell, HealthChange change, List<HealthChange> changes)
    {
        cell.ToldAt = _now;
        cell.Last.Insert(0, change);
        if (cell.Last.Count > MostKept) cell.Last.RemoveAt(MostKept);
        changes.Add(change);
    }

    private void EndOrders(List<HealthChange> changes)
    {
        if (_orders.Count == 0) return;
        foreach ((FailoverKey key, HealthOrder order) in _orders.ToArray())
        {
            if (order.Until <= _wall) End(key, order, $"the order is over: it was {order}", changes);
        }
    }

    // What was kept from its messages comes back by steps; what was pinned is what it was.
    private void End(FailoverKey key, HealthOrder order, string why, List<HealthChange> changes)
    {
        _orders.Remove(key);
        _isChanged = true;
        Cell cell = Get(key);
        cell.Except = [];
        if (order.Effective == CellState.Suspended)
        {
            NoteRate(key, cell, isFirst: false);
            cell.StepOf = 0;
            Go(key, cell, HealthEvent.OrderEnded, why, changes);
            return;
        }

        cell.EnteredAt = cell.TestedFrom = _now;
        cell.Baseline = TotalsOf(key, cell);
        Tell(cell, new()
        {
            Cell = key.Cell,
            From = order.Effective,
            To = cell.State,
            Share = cell.Share,
            Reason = why,
            Operator = order.By,
            Rate = cell.Rate,
            At = _wall,
        }, changes);
    }

    // Its own, or that of its country, or that of its connection.
    private HealthOrder? OrderOf(FailoverKey key)
    {
        if (_orders.Count == 0) return null;
        return _orders.GetValueOrDefault(key)
            ?? _orders.GetValueOrDefault(new(key.Cell with { Network = Sms.Numbers.NetworkId.Unknown }, true))
            ?? _orders.GetValueOrDefault(new(HealthCell.Of(key.Cell.Connection), true));
    }

    private CellState StateOf(FailoverKey key) => _cells.TryGetValue(key, out Cell? cell) ? cell.State : CellState.Healthy;

    // Whether messages of a cell may be sent there in good conscience.
    private bool IsWell(HealthCell cell)
    {
        FailoverKey key = FailoverKey.Of(cell);
        if (OrderOf(key) is { } order) return order.Effective == CellState.Healthy;
        return StateOf(key) is CellState.Healthy or CellState.Recovering
            && StateOfWhole(cell) is CellState.Healthy or CellState.Recovering;
    }

    // Of all that its connection carries, as far as the cell is meant.
    private CellState StateOfWhole(HealthCell cell) =>
        _cells.TryGetValue(FailoverKey.Of(HealthCell.Of(cell.Connection)), out Cell? whole) && !whole.Except.Contains(cell.OfAllClasses)
            ? whole.State : CellState.Healthy;

    private Cell Get(FailoverKey key)
    {
        if (!_cells.TryGetValue(key, out Cell? cell)) _cells.Add(key, cell = new() { Since = _wall });
        return cell;
    }

    private CellTotals? TotalsOf(FailoverKey key, Cell cell) => key.IsCountry ? _facts.CountryTotalsOf(key.Cell)
        : cell.Except.Count > 0 ? _facts.TotalsBut(key.Cell, cell.Except)
        : _facts.TotalsOf(key.Cell);

    private StepTest? TestOf(Cell cell, CellTotals? totals) => cell.Baseline is { } before && totals is { } now
        ? new(StepTest.Difference(before, now), TimeSpan.FromMicroseconds(_now - cell.TestedFrom))
        : null;

    private double RateOf(FailoverKey key, HealthSignal? signal)
    {
        double rate = key.Cell.Country.Length == 0 ? _brake.RateOf(key.Cell.Connection)
            : key.IsCountry ? _facts.CountryRateOf(key.Cell) : _facts.RateOf(key.Cell);
        foreach (HealthCell other in signal?.Except ?? []) rate = Math.Max(0, rate - _facts.RateOf(other));
        if (rate > 0 || signal is null || signal.IsHard || signal.Over <= TimeSpan.Zero) return rate;
        return signal.Messages / signal.Over.TotalSeconds;
    }

    private FailoverRow RowOf(FailoverKey key, Cell cell, HealthOrder? order) => new(
        key.Cell, key.IsWide, order?.Effective ?? cell.State, order?.EffectiveShare ?? cell.Share, order?.ToString() ?? cell.Reason,
        order?.At ?? cell.Since, cell.Hold,
        TimeSpan.FromMicroseconds(Math.Max(0, order is null && cell.State is CellState.Suspended or CellState.Degraded ? cell.HoldUntil - _now : 0)),
        cell.Relapses, cell.Rate, order, [.. cell.Last])
    {
        Except = order is null && cell.State != CellState.Healthy ? cell.Except : [],
    };

    private void Publish()
    {
        if (!_isChanged) return;
        _isChanged = false;
        var all = new Dictionary<FailoverKey, RouteHealth>();
        foreach ((FailoverKey key, Cell cell) in _cells)
        {
            if (cell.State != CellState.Healthy) all[key] = HealthOf(key, cell);
        }

        foreach ((FailoverKey key, HealthOrder order) in _orders) all[key] = HealthOf(order);
        _snapshot = all.Count == 0 ? FailoverSnapshot.Empty : new(all, _options.TestNumbers);
    }

    private RouteHealth HealthOf(FailoverKey key, Cell cell)
    {
        double rank = cell.State switch
        {
            CellState.Recovering => 1 - (0.5 * cell.Share),
            CellState.Degraded => 2 + LossOf(cell.Signal),
            CellState.Probing => 3 + LossOf(cell.Signal),
            _ => (cell.IsHard ? 5 : 4) + LossOf(cell.Signal),
        };
        bool marketing = cell.State == CellState.Probing && !_facts.Carries(key.Cell, TrafficClass.Transactional);
        return new(cell.State, cell.Share, rank) { MarketingProbes = marketing, Except = cell.Except, Note = $"since {HealthWords.Clock(cell.Since)}: {cell.Reason}" };
    }

    private static RouteHealth HealthOf(HealthOrder order) => new(order.Effective, order.EffectiveShare, order.Effective switch
    {
        CellState.Healthy => 0,
        CellState.Degraded => 2.9,
        _ => 4.9,
    })
    {
        IsOrder = true,
        IsForbidden = order.Kind == HealthOrderKind.Forbid,
        Note = order.Effective == CellState.Healthy ? null : $"since {HealthWords.Clock(order.At)}: {order}",
    };

    // How much fails, 0 to 0.9: puts in order those that are ill in the same way.
    private static double LossOf(HealthSignal? signal) => signal?.Kind switch
    {
        SignalKind.Errors or SignalKind.NewError or SignalKind.Timeouts or SignalKind.Throttled => Math.Clamp(signal.Seen, 0, 0.9),
        SignalKind.Delivery or SignalKind.ReceiptsSilent => Math.Clamp(signal.Expected - signal.Seen, 0, 0.9),
        _ => 0.5,
    };

    private sealed class Cell
    {
        public CellState State { get; set; }

        public double Share { get; set; } = 1;

        public string Reason { get; set; } = "nothing was noticed";

        /// <summary>What was seen when it last changed.</summary>
        public string Seen { get; set; } = "";

        /// <summary>Wall time of the state.</summary>
        public long Since { get; set; }

        /// <summary>Steady time of the state, or of its last step.</summary>
        public long EnteredAt { get; set; } = long.MinValue / 2;

        /// <summary>Steady time from which on it is tested: that of the state, or of its last step, or later.</summary>
        public long TestedFrom { get; set; } = long.MinValue / 2;

        /// <summary>The counts at that time; null while nobody counts.</summary>
        public CellTotals? Baseline { get; set; }

        public TimeSpan Hold { get; set; }

        public long HoldUntil { get; set; }

        public int Relapses { get; set; }

        /// <summary>The step of the recovery that it is at.</summary>
        public double StepOf { get; set; }

        /// <summary>The share that it is to have, were there room elsewhere for all that leaves.</summary>
        public double Wanted { get; set; } = 1;

        /// <summary>Of a whole connection: the networks that do well, and go on.</summary>
        public IReadOnlyList<HealthCell> Except { get; set; } = [];

        /// <summary>Steady time of the last change that was told.</summary>
        public long ToldAt { get; set; }

        /// <summary>Steady time of the last sign, whether it was followed or not.</summary>
        public long SignAt { get; set; } = long.MinValue / 2;

        /// <summary>When the room of others was last looked at.</summary>
        public long KeptAt { get; set; }

        /// <summary>What it fell ill by, and is tested for.</summary>
        public SignalKind Cause { get; set; }

        public HealthSignal? Signal { get; set; }

        public bool IsHard { get; set; }

        /// <summary>Messages a second that it carried before.</summary>
        public double Rate { get; set; }

        /// <summary>It was under an order from the start on, so that nobody knows how many these are.</summary>
        public bool IsRateUnknown { get; set; }

        public List<HealthChange> Last { get; } = [];
    }
}
