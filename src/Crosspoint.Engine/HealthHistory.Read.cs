using Crosspoint.Engine.Health;
using Crosspoint.Engine.Health.History;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Engine;

/// <summary>What is read of the long view.</summary>
/// <param name="From">Wall microseconds: steps that begin then or later.</param>
/// <param name="Before">Wall microseconds: steps that begin earlier.</param>
public sealed record HistoryQuery(HistoryStep Step, HistoryLevel Level, long From, long Before)
{
    public HistoryFilter Filter { get; init; }

    /// <summary>The step and the place of the last row of the page before; null for the first page.</summary>
    public (long At, string Place)? After { get; init; }

    public required int Limit { get; init; }
}

/// <summary>A page of the long view.</summary>
/// <param name="Points">By time, and those of a time by place.</param>
/// <param name="Next">Where the next page begins; null when this is the last.</param>
public sealed record HistoryPage(IReadOnlyList<HistoryPoint> Points, (long At, string Place)? Next);

/// <summary>Readings: what is stored, what waits to be, and what became of messages meanwhile.</summary>
public sealed partial class HealthHistory
{
    // A page ends early when so many rows were put together for it, a second's work at most.
    private const int MostRead = 200_000;

    /// <summary>How long a step is.</summary>
    public static TimeSpan SpanOf(HistoryStep step) => step switch
    {
        HistoryStep.Minute => TimeSpan.FromMinutes(1),
        HistoryStep.Hour => TimeSpan.FromHours(1),
        _ => TimeSpan.FromDays(1),
    };

    public async Task<HistoryPage> ReadAsync(HistoryQuery query, CancellationToken cancellationToken)
    {
        await _alone.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var page = new PageMaker(query, _table.VendorOf, _table.Clock.ToWall(_table.Clock.Now));
            long span = page.Span;
            long from = query.After is { } after ? after.At : (query.From + span - 1) / span * span;
            long before = (query.Before + span - 1) / span * span;
            List<HistoryRow> live = ReadLive(query, from, before);
            int read = 0;
            HistoryPage? made = null;
            for (long? at = from; made is null && at is { } begin && begin < before;)
            {
                HistorySlice slice = await _store.ReadHistoryAsync(query.Step != HistoryStep.Minute, begin, before, query.Filter, cancellationToken)
                    .ConfigureAwait(false);
                at = slice.Next;
                read += slice.Rows.Count;
                IEnumerable<HistoryRow> rows = slice.Rows;
                if (live.Count > 0) rows = rows.Concat(live.Where(row => row.At >= begin && row.At < (at ?? before))).OrderBy(static row => row.At);
                foreach (HistoryRow row in rows)
                {
                    if (page.TryAdd(row, isEnough: read > MostRead)) continue;
                    made = page.End();
                    break;
                }
            }

            if (page.IsAnyDamaged) SayDamaged();
            return made ?? page.EndAll();
        }
        finally
        {
            _alone.Release();
        }
    }

    private List<HistoryRow> ReadLive(HistoryQuery query, long from, long before)
    {
        var live = new List<HistoryRow>();
        foreach (((HistoryCell cell, long minute), Waiting row) in _waiting) Add(row.Read(cell, minute));
        if (_options.IsEnabled && !_isStopped)
        {
            _table.TakeMinutes(new() { After = _takenTo, Now = _table.Clock.Now, IsPeek = true }, (cell, taken) =>
            {
                var of = new HistoryCell(cell.Connection, cell.Country, cell.Network, cell.Class!.Value);
                foreach ((long minute, SentSteps.Counts counts) in taken.Sent)
                    Add(new(of, WallMinuteOf(minute) * CellIntervals.MinuteStep, counts.Sent, counts.Delivered, counts.Failed, default));
            });
        }

        return live;

        void Add(in HistoryRow row)
        {
            if (row.At >= from && row.At < before && query.Filter.Fits(row.Cell)) live.Add(row);
        }
    }

    /// <summary>Puts rows together, step by step, as they come in the order of time.</summary>
    internal sealed class PageMaker(HistoryQuery query, Func<string, string?> vendorOf, long now)
    {
        private readonly Dictionary<HistoryCell, string> _places = [];
        private readonly Dictionary<string, (HistoryCell First, HistoryGroup Group)> _groups = new(StringComparer.Ordinal);
        private readonly SortedSet<string> _inOrder = new(StringComparer.Ordinal);
        private readonly Stack<HistoryGroup> _free = [];
        private readonly List<HistoryPoint> _points = [];
        private readonly ReceiptCurve _curve = new();
        private long _step = -1;
        private bool _isFull;

        /// <summary>Microseconds of a step.</summary>
        public long Span { get; } = Micros.From(SpanOf(query.Step));

        /// <summary>A stored body could not be read.</summary>
        public bool IsAnyDamaged { get; private set; }

        /// <summary>Places of the step that is put together.</summary>
        public int Places => _groups.Count;

        /// <param name="isEnough">No other step is to be begun.</param>
        /// <returns>False when the page is full: then the row was not added.</returns>
        public bool TryAdd(in HistoryRow row, bool isEnough)
        {
            long step = row.At / Span * Span;
            if (step != _step)
            {
                Close();
                if (_isFull || (isEnough && _points.Count > 0)) return false;
                _step = step;
            }

            string place = PlaceOf(row.Cell);
            if (query.After is { } after && after.At == step && string.CompareOrdinal(place, after.Place) <= 0) return true;
            if (!_groups.TryGetValue(place, out (HistoryCell First, HistoryGroup Group) found))
            {
                // What became of messages of which nothing else is there any more: it is dropped when it is written too.
                if (row.Sent <= 0 && row.Body.IsEmpty) return true;
                if (!MakeRoom(place)) return true;
                _inOrder.Add(place);
                _groups[place] = found = (row.Cell, _free.TryPop(out HistoryGroup? used) ? used : new());
            }

            try
            {
                found.Group.Add(row.Sent, row.Delivered, row.Undelivered, row.Body.Span);
            }
            catch (InvalidDataException)
            {
                // The rest of the page is worth reading.
                IsAnyDamaged = true;
            }

            return true;
        }

        public HistoryPage End() => new(_points, (_points[^1].At, _points[^1].Place));

        public HistoryPage EndAll()
        {
            Close();
            return _isFull ? End() : new(_points, null);
        }

        // No more places than the page has room for: of more the last ones are left to the next page, however many rows of theirs come.
        private bool MakeRoom(string place)
        {
            if (_points.Count + _groups.Count < query.Limit) return true;
            string last = _inOrder.Max!;
            if (string.CompareOrdinal(place, last) > 0) return false;
            _inOrder.Remove(last);
            _groups.Remove(last, out (HistoryCell First, HistoryGroup Group) left);
            Free(left.Group);
            return true;
        }

        private void Close()
        {
            foreach (string place in _inOrder)
            {
                (HistoryCell first, HistoryGroup group) = _groups[place];
                _points.Add(PointOf(place, first, group));
                Free(group);
            }

            _isFull = _points.Count == query.Limit;
            _groups.Clear();
            _inOrder.Clear();
        }

        private void Free(HistoryGroup group)
        {
            group.Clear();
            _free.Push(group);
        }

        private string PlaceOf(in HistoryCell cell)
        {
            if (_places.TryGetValue(cell, out string? place)) return place;
            string[] names =
            [
                VendorOf(cell), cell.Connection, cell.Country, cell.Network.ToString(), cell.Class.ToString(),
            ];
            return _places[cell] = string.Join('/', names[..(int)query.Level]);
        }

        private HistoryPoint PointOf(string place, in HistoryCell cell, HistoryGroup group) => new(_step, place)
        {
            Vendor = query.Level >= HistoryLevel.Vendor ? VendorOf(cell) : null,
            Connection = query.Level >= HistoryLevel.Connection ? cell.Connection : null,
            Country = query.Level >= HistoryLevel.Country ? cell.Country : null,
            Network = query.Level >= HistoryLevel.Network ? cell.Network : default,
            Class = query.Level >= HistoryLevel.Class ? cell.Class : null,
            Ended = group.Ended,
            Reading = group.Read(_step, SpanOf(query.Step), now, _curve),
        };

        // A connection that is gone, and whose vendor is not known any more, stands under its own name.
        private string VendorOf(in HistoryCell cell) => vendorOf(cell.Connection) ?? cell.Connection;
    }
}
