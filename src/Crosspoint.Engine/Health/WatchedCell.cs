using Crosspoint.Engine.Health.Detection;
using Crosspoint.Engine.Health.History;
using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Health;

/// <summary>What a watched cell adds up.</summary>
internal enum WatchedScope : byte
{
    /// <summary>A class to a network on a connection.</summary>
    Leaf,

    /// <summary>A country on a connection.</summary>
    Country,

    /// <summary>A country over all connections: by messages, not by their ways.</summary>
    World,

    /// <summary>An account: by messages, not by their ways.</summary>
    Account,
}

/// <summary>
/// One cell: what happened in it, and what watches it. Everything that is told goes to both under one short lock, and on to the wider cells, one after
/// another. Thread-safe.
/// </summary>
public sealed class WatchedCell
{
    // A detector is asked so often while its cell waits for something and nothing new is heard.
    private const long LongestTurn = Micros.PerSecond;
    private const long LingerMicros = 60 * Micros.PerSecond;

    // A country on a connection has that of the country over all: both count the same events, under one lock taken once.
    private readonly Lock _gate;
    private readonly HealthTable _table;
    private readonly CellIntervals _intervals;
    private WatchedCell? _country;
    private WatchedCell? _world;
    private bool _isGone;
    private bool _isListed;
    private bool _hasNews;
    private long _usedAt;
    private long _turnedAt;

    // Of the detector's: segments without an answer, and messages without an end.
    private long _waiting;
    private long _open;
    private long _submittedAt;
    private long _answeredAt;

    // That of a country: what its cells have said.
    private WitnessParts _said;

    internal WatchedCell(HealthTable table, WatchedScope scope, ulong key, HealthCell cell, string account = "", WatchedCell? guardedBy = null)
    {
        _gate = guardedBy?._gate ?? new();
        (_table, Scope, Key, Cell, Account, _usedAt) = (table, scope, key, cell, account, table.Clock.Now);
        _intervals = new(isWide: scope != WatchedScope.Leaf, keepsHistory: scope == WatchedScope.Leaf && table.KeepsHistory);
    }

    /// <summary>What it is.</summary>
    public HealthCell Cell { get; }

    /// <summary>What watches it; null for nothing.</summary>
    public ICellDetector? Detector { get; internal init; }

    /// <summary>What watches all cells of its connection; null for nothing, and for others than leaves.</summary>
    internal ConnectionWatch? Watch { get; init; }

    /// <summary>What it has said to that. Of the table's turn alone.</summary>
    internal WitnessParts Said => _said;

    /// <summary>What its detector counted since it is watched; null without a detector.</summary>
    public CellTotals? Totals
    {
        get
        {
            lock (_gate) return Detector?.Totals;
        }
    }

    /// <summary>What its detector has learned; null where there is nothing worth keeping.</summary>
    internal CellMemory? Memory
    {
        get
        {
            lock (_gate) return Detector?.Memory;
        }
    }

    /// <summary>It was evicted: nothing is counted in it any more.</summary>
    internal bool IsGone
    {
        get
        {
            lock (_gate) return _isGone;
        }
    }

    internal WatchedScope Scope { get; }

    /// <summary>Its place among those of its scope.</summary>
    internal ulong Key { get; }

    internal string Account { get; }

    /// <summary>The same country on the same connection, whole; of a leaf.</summary>
    internal WatchedCell? Country { get => _country; init => _country = value; }

    /// <summary>The same country over all connections; of a leaf.</summary>
    internal WatchedCell? World { get => _world; init => _world = value; }

    /// <summary>The next of those that wait for their turn.</summary>
    internal WatchedCell? NextListed { get; set; }

    /// <summary>Octets that its counts take about now.</summary>
    internal int Octets
    {
        get
        {
            lock (_gate) return _intervals.Octets;
        }
    }

    /// <summary>Counts what happened; where the cell was evicted meanwhile, in the one that is there now.</summary>
    /// <returns>The cell that counted it.</returns>
    internal WatchedCell Tell(in CellEvent entry) => TryTell(entry) ? this : _table.Again(this).Tell(entry);

    /// <summary>The same for the wider cells of a leaf.</summary>
    /// <param name="ofMessage">What it is to those who count messages, not ways.</param>
    /// <param name="isMessage">Whether it is anything to them.</param>
    internal void TellAll(in CellEvent entry, in CellEvent ofMessage, bool isMessage)
    {
        WatchedCell cell = Tell(entry);
        if (isMessage && cell is { _country: { } ofConnection, _world: { } ofAll } && TryTell(ofConnection, entry, ofAll, ofMessage)) return;
        if (cell._country is { } country) cell._country = country.Tell(entry);
        if (isMessage && cell._world is { } world) cell._world = world.Tell(ofMessage);
    }

    /// <summary>Gives the detector its turn, if there is something new or it waits for something.</summary>
    /// <returns>Whether it waits for another turn.</returns>
    internal bool Turn(long now, List<HealthSignal> signals)
    {
        lock (_gate)
        {
            if (!_isGone)
            {
                if (_hasNews || _waiting > 0 || now - _turnedAt >= LongestTurn)
                {
                    (_hasNews, _turnedAt) = (false, now);
                    Detector!.Turn(now, signals, out CellEvidence evidence);
                    if (Watch is not null) Tell(Watch, evidence, now);
                }

                long quiet = now - _usedAt;
                if (quiet < LingerMicros || (quiet < HealthTable.IdleMicros && (_waiting > 0 || _open > 0))) return true;
            }

            return _isListed = false;
        }
    }

    /// <summary>Ends it when nothing happened in it since a time.</summary>
    internal bool TryEvict(long before)
    {
        lock (_gate) return _isGone |= _usedAt < before;
    }

    internal void AddTo(IntervalSum sum, HealthInterval interval, long now, ReceiptCurve curve)
    {
        lock (_gate) _intervals.AddTo(sum, interval, now, curve);
    }

    internal void Take(MinuteTake take)
    {
        lock (_gate) _intervals.Take(take);
    }

    internal void AddDelays(Span<long> delays, long now)
    {
        lock (_gate) _intervals.AddDelays(delays, now);
    }

    private void Tell(ConnectionWatch watch, in CellEvidence evidence, long now)
    {
        watch.Hear(ref _said, ref _country!._said, evidence, now);
        watch.HearAnswer(_answeredAt);
        if (_waiting > 0) watch.HearWaiting(_waiting, _submittedAt, evidence);
    }

    private bool TryTell(in CellEvent entry)
    {
        bool isToList;
        lock (_gate)
        {
            if (_isGone) return false;
            Count(entry);
            isToList = Detector is not null && Forward(Detector, entry);
        }

        if (isToList) _table.List(this);
        return true;
    }

    // Two at once, where one lock guards both.
    private static bool TryTell(WatchedCell country, in CellEvent entry, WatchedCell world, in CellEvent ofMessage)
    {
        if (country._gate != world._gate) return false;
        lock (country._gate)
        {
            if (country._isGone || world._isGone) return false;
            country.Count(entry);
            world.Count(ofMessage);
            return true;
        }
    }

    private void Count(in CellEvent entry)
    {
        if (entry.Now > _usedAt) _usedAt = entry.Now;
        _intervals.Add(entry);
    }

    // Whether it is to be listed for its turn.
    private bool Forward(ICellDetector detector, in CellEvent entry)
    {
        switch (entry.Kind)
        {
            case CellEventKind.Submitted:
                _waiting++;
                _submittedAt = entry.Now;
                detector.Submitted(entry.Now);
                break;
            case CellEventKind.Answered:
                if (_waiting > 0) _waiting--;
                if (entry.Answer != AnswerKind.Unanswered) _answeredAt = entry.Now;
                detector.Answered(entry.Answer, entry.Code, entry.Took, entry.Now);
                break;
            case CellEventKind.Sent:
                _open++;
                detector.Sent(entry.Now);
                break;
            case CellEventKind.Ended:
                if (_open > 0) _open--;
                detector.Ended(entry.IsGood, entry.Took, entry.Now);
                break;
            case CellEventKind.Feedback:
                detector.Feedback(entry.IsGood, entry.Now);
                break;
        }

        _hasNews = true;
        return !_isListed && (_isListed = true);
    }
}
