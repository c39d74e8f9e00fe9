using System.Runtime.CompilerServices;
using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Health;

/// <summary>
/// What happened in one cell in the last 1, 5, 15 and 60 minutes, sliding. An event counts in the running 5 s step alone; when that is over, it is added to the
/// sums of the intervals, and what leaves an interval is taken off again. An interval covers the running step and all the full steps that fit into it, so up to
/// a step more than its name says. Memory grows with what was really counted, to a fixed bound (<see cref="MostOctets"/>). Not thread-safe: the cell's lock
/// guards it.
/// </summary>
internal sealed partial class CellIntervals
{
    public const long ShortStep = 5 * Micros.PerSecond;
    public const int ShortSteps = 12;
    public const int ShortPerMinute = 12;
    public const long MinuteStep = ShortStep * ShortPerMinute;
    public const int MinuteSteps = 15;
    public const int MinutesOfFive = 5;
    public const int MinutesPerLong = 5;
    public const int ShortPerLong = ShortPerMinute * MinutesPerLong;
    public const long LongStep = MinuteStep * MinutesPerLong;
    public const int LongSteps = 12;

    /// <summary>Octets of each of its three logs: a cell that would need more forgets its oldest steps early.</summary>
    public const int MostLogOctets = 3_072;

    /// <summary>The most that a cell can take: every count in use, and three full logs.</summary>
    public const int MostOctets = (CellCounts.Total * (2 + (Columns * sizeof(uint)))) + (3 * MostLogOctets) + 1_500;

    // Columns of a count: running steps, and sums of those that are over.
    private const int OpenShort = 0;
    private const int SumOne = 1;
    private const int OpenMinute = 2;
    private const int SumFive = 3;
    private const int SumFifteen = 4;
    private const int OpenLong = 5;
    private const int SumSixty = 6;
    private const int Columns = 7;
    private const int FirstRoom = 12;

    private readonly int _mostLogOctets;

    // By what is counted: its row, from 1; 0 while it was never counted.
    private readonly byte[] _rows = new byte[CellCounts.Total];

    // By row: what is counted in it.
    private byte[] _ids = new byte[FirstRoom];
    private uint[] _counts = new uint[FirstRoom * Columns];
    private int _rowCount;
    private Costs _costs;
    private StepLog _short = new();
    private StepLog _minutes = new();
    private StepLog _long = new();
    private SentSteps _sent;
    private CodeTable _statuses = new();
    private CodeTable _errors = new();
    private long _step = -1;
    private long _startedAt;

    /// <param name="isWide">Of many networks: the bound is so high that no step is forgotten early.</param>
    /// <param name="keepsHistory">Its minutes are taken by <see cref="Take"/>.</param>
    public CellIntervals(bool isWide = false, bool keepsHistory = false)
    {
        _mostLogOctets = isWide ? 16 * MostLogOctets : MostLogOctets;
        if (keepsHistory) _sent.KeepHistory();
    }

    /// <summary>Octets that it takes about now.</summary>
    public int Octets => _rows.Length + _ids.Length + (_counts.Length * sizeof(uint)) + _short.Room + _minutes.Room + _long.Room + 1_000;

    public void Add(in CellEvent entry)
    {
        Advance(entry.Now);
        switch (entry.Kind)
        {
            case CellEventKind.Submitted:
                Count(CellCounts.Submitted);
                break;
            case CellEventKind.Answered:
                AddAnswer(entry);
                break;
            case CellEventKind.Sent:
                Count(CellCounts.Sent);
                AddSent(entry.SentAt, sent: 1, delivered: 0, failed: 0);
                break;
            case CellEventKind.Ended:
                AddEnd(entry);
                break;
            case CellEventKind.Left:
                AddSent(entry.SentAt, sent: -1, delivered: 0, failed: 0);
                break;
            default:
                Count(entry.IsGood ? CellCounts.Confirmed : CellCounts.NotConfirmed);
                break;
        }
    }

    /// <summary>Adds what an interval holds to a sum.</summary>
    /// <param name="curve">How receipts come in.</param>
    public void AddTo(IntervalSum sum, HealthInterval interval, long now, ReceiptCurve curve)
    {
        Advance(now);
        (int over, int open, int wide) = ColumnsOf(interval);
        for (int row = 0; row < _rowCount; row++)
        {
            ReadOnlySpan<uint> counts = _counts.AsSpan(row * Columns, Columns);
            long count = (long)counts[OpenShort] + counts[over];
            if (open >= 0) count += counts[open];
            if (wide >= 0) count += counts[wide];
            if (count > 0) AddTo(sum, _ids[row], count);
        }

        sum.Cost += _costs[OpenShort] + _costs[over] + (open < 0 ? 0 : _costs[open]) + (wide < 0 ? 0 : _costs[wide]);
        _sent.AddTo(sum, interval, Math.Max(now, _step * ShortStep), curve);
        sum.Cover(Math.Min(SpanOf(interval, now), Math.Max(1, now - _startedAt)));
    }

    /// <summary>Adds the delays of the receipts of the last hour, by bin.</summary>
    public void AddDelays(Span<long> delays, long now)
    {
        Advance(now);
        for (int row = 0; row < _rowCount; row++)
        {
            if (_ids[row] >= CellCounts.FirstReceipt) delays[_ids[row] - CellCounts.FirstReceipt] += CountOfHour(row * Columns);
        }
    }

    /// <summary>Microseconds that an interval covers: its full steps, and the running one as far as it has come.</summary>
    public static long SpanOf(HealthInterval interval, long now) => interval switch
    {
        HealthInterval.OneMinute => (ShortSteps * ShortStep) + (now % ShortStep),
        HealthInterval.FiveMinutes => (MinutesOfFive * MinuteStep) + (now % MinuteStep),
        HealthInterval.FifteenMinutes => (MinuteSteps * MinuteStep) + (now % MinuteStep),
        _ => (LongSteps * LongStep) + (now % LongStep),
    };

    private void AddAnswer(in CellEvent entry)
    {
        switch (entry.Answer)
        {
            case AnswerKind.Accepted:
                Count(CellCounts.Accepted);
                _costs[OpenShort] += entry.Cost;
                break;
            case AnswerKind.Refused:
                Count(IdOf(ref _statuses, entry.Code, CellCounts.FirstStatus));
                break;
            case AnswerKind.Throttled:
                Count(CellCounts.Throttled);
                break;
            default:
                Count(CellCounts.Unanswered);
                return;
        }

        if (entry.Took >= 0) Count(CellCounts.FirstResponse + entry.Bin);
    }

    private void AddEnd(in CellEvent entry)
    {
        if (entry.IsGood)
        {
            Count(CellCounts.Delivered);
            if (entry.Took >= 0) Count(CellCounts.FirstReceipt + entry.Bin);
        }
        else
        {
            Count(IdOf(ref _errors, entry.Code, CellCounts.FirstError));
        }

        // What the vendor never had was sent and lost at once.
        AddSent(entry.SentAt == 0 ? entry.Now : entry.SentAt, entry.SentAt == 0 ? 1 : 0, entry.IsGood ? 1 : 0, entry.IsGood ? 0 : 1);
    }

    private void AddSent(long sentAt, int sent, int delivered, int failed)
    {
        if (sentAt > 0) _sent.Add(sentAt, sent, delivered, failed);
        else if (sentAt < SteadyClock.Unknown) _sent.AddBefore(-sentAt, sent, delivered, failed);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Count(int id)
    {
        int row = _rows[id];
        if (row == 0) row = NewRow(id);
        _counts[((row - 1) * Columns) + OpenShort]++;
    }

    private int NewRow(int id)
    {
        if (_rowCount == _ids.Length)
        {
            int room = Math.Min(CellCounts.Total, _rowCount + (_rowCount / 2));
            Array.Resize(ref _ids, room);
            Array.Resize(ref _counts, room * Columns);
        }

        _ids[_rowCount] = (byte)id;
        return _rows[id] = (byte)++_rowCount;
    }

    // The sum of an interval, and the running steps that it has beside the running 5 s; -1 for none.
    private static (int Over, int Open, int Wide) ColumnsOf(HealthInterval interval) => interval switch
    {
        HealthInterval.OneMinute => (SumOne, -1, -1),
        HealthInterval.FiveMinutes => (SumFive, OpenMinute, -1),
        HealthInterval.FifteenMinutes => (SumFifteen, OpenMinute, -1),
        _ => (SumSixty, OpenMinute, OpenLong),
    };

    private long CountOfHour(int at) => (long)_counts[at + OpenShort] + _counts[at + OpenMinute] + _counts[at + OpenLong] + _counts[at + SumSixty];

    private void AddTo(IntervalSum sum, int id, long count)
    {
        switch (id)
        {
            case >= CellCounts.FirstReceipt:
                sum.Receipts[id - CellCounts.FirstReceipt] += count;
                break;
            case >= CellCounts.FirstResponse:
                sum.Responses[id - CellCounts.FirstResponse] += count;
                break;
            case >= CellCounts.FirstError:
                sum.AddError(id == CellCounts.OtherError ? null : _errors.Codes[id - CellCounts.FirstError], count);
                break;
            case >= CellCounts.FirstStatus:
                sum.AddStatus(id == CellCounts.OtherStatus ? null : _statuses.Codes[id - CellCounts.FirstStatus], count);
                break;
            default:
                sum.Counts[id] += count;
                break;
        }
    }

    // The count of a code: its own where it has one, else that of all others. One that is met more often takes the place of the rarest.
    private int IdOf(ref CodeTable table, uint code, int first)
    {
        if (table.TryFind(code, out int place)) return first + place;
        int other = first + CellCounts.Codes;
        (int rarest, long least) = (0, long.MaxValue);
        for (int i = 0; i < CellCounts.Codes; i++)
        {
            long count = _rows[first + i] == 0 ? 0 : CountOfHour((_rows[first + i] - 1) * Columns);
            if (count < least) (rarest, least) = (i, count);
        }

        if (!table.Outvotes(code, least)) return other;
        Join(first + rarest, other);
        table.Replace(rarest, code);
        return first + rarest;
    }

    // What was counted as one counts as another, in all steps.
    private void Join(int from, int to)
    {
        if (_rows[from] == 0) return;
        int target = _rows[to];
        if (target == 0) target = NewRow(to);
        (int source, target) = ((_rows[from] - 1) * Columns, (target - 1) * Columns);
        for (int column = 0; column < Columns; column++)
        {
            _counts[target + column] += _counts[source + column];
            _counts[source + column] = 0;
        }

        _short.Rename((byte)from, (byte)to);
        _minutes.Rename((byte)from, (byte)to);
        _long.Rename((byte)from, (byte)to);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Advance(long now)
    {
        // An event that was told a moment late counts in the step that runs.
        long step = now / ShortStep;
        if (step > _step) Roll(step, now);
    }

    private void Roll(long step, long now)
    {
        if (_step < 0)
        {
            (_step, _startedAt) = (step, now);
            _sent.Advance(step);
            return;
        }

        Close(ref _short, _step, OpenShort, SumOne, SumOne, OpenMinute);
        long minute = step / ShortPerMinute;
        long wide = step / ShortPerLong;
        if (minute != _step / ShortPerMinute)
        {
            Close(ref _minutes, _step / ShortPerMinute, OpenMinute, SumFive, SumFifteen, OpenLong);
            if (wide != _step / ShortPerLong) Close(ref _long, _step / ShortPerLong, OpenLong, SumSixty, SumSixty, OpenLong);
        }

        _step = step;
        _sent.Advance(step);
        Expire(ref _short, step - ShortSteps, SumOne);
        ExpireMiddle(minute - MinutesOfFive);
        Expire(ref _minutes, minute - MinuteSteps, SumFifteen);
        Expire(ref _long, wide - LongSteps, SumSixty);
    }

    // A running step is over: its counts go into the log, the sums, and the wider running step (where there is none, the column stays as it is cleared).
    private void Close(ref StepLog log, long number, int open, int sum, int wideSum, int next)
    {
        (int used, int octets) = (0, 0);
        for (int at = open; at < _rowCount * Columns; at += Columns)
        {
            if (_counts[at] == 0) continue;
            used++;
            octets += StepLog.EntryOctets(_counts[at]);
        }

        long cost = _costs[open];
        if (used == 0 && cost == 0) return;
        octets += StepLog.HeadOctets(cost, used);
        while (!log.TryMakeRoom(octets, _mostLogOctets)) Forget(ref log, sum, wideSum);
        log.Begin((uint)number, cost, used);
        for (int row = 0; row < _rowCount; row++)
        {
            int at = row * Columns;
            uint count = _counts[at + open];
            if (count == 0) continue;
            log.Add(_ids[row], count);
            _counts[at + sum] += count;
            if (wideSum != sum) _counts[at + wideSum] += count;
            if (next != open) _counts[at + next] += count;
            _counts[at + open] = 0;
        }

        _costs[sum] += cost;
        if (wideSum != sum) _costs[wideSum] += cost;
        if (next != open) _costs[next] += cost;
        _costs[open] = 0;
    }

    private void Expire(ref StepLog log, long first, int sum)
    {
        while (log.TryNumber(log.Start, out uint number) && number < first) log.DropTo(Subtract(log, log.Start, sum));
    }

    private void ExpireMiddle(long first)
    {
        while (_minutes.TryNumber(_minutes.Middle, out uint number) && number < first) _minutes.Middle = Subtract(_minutes, _minutes.Middle, SumFive);
    }

    // The log is full: its oldest step is forgotten early.
    private void Forget(ref StepLog log, int sum, int wideSum)
    {
        if (sum != wideSum && log.Middle == log.Start) log.Middle = Subtract(log, log.Start, sum);
        log.DropTo(Subtract(log, log.Start, wideSum));
    }

    private int Subtract(in StepLog log, int at, int column)
    {
        int left = log.ReadHead(ref at, out long cost);
        _costs[column] -= cost;
        for (; left > 0; left--)
        {
            byte id = log.ReadEntry(ref at, out uint count);
            _counts[((_rows[id] - 1) * Columns) + column] -= count;
        }

        return at;
    }

    [InlineArray(Columns)]
    private struct Costs
    {
        private long _first;
    }
}
