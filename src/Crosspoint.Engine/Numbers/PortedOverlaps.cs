namespace Crosspoint.Engine.Numbers;

/// <summary>
/// Takes overlaps out of rows: of several that hold a number the narrowest counts (a number before its range, a long prefix before a short
/// one), of equal ones the later. What was imported before counts where no new row says anything.
/// </summary>
internal static class PortedOverlaps
{
    /// <param name="rows">In the order of their first keys.</param>
    /// <param name="older">Those of the index before, in order and without overlaps.</param>
    public static IEnumerable<PortedRow> Resolve(IEnumerable<PortedRow> rows, IEnumerable<PortedRow> older)
    {
        using IEnumerator<(PortedRow Row, bool IsNew)> next = Merge(rows, older).GetEnumerator();
        var open = new PriorityQueue<PortedRow, Rank>();
        bool hasNext = next.MoveNext();
        ulong at = 0;
        while (hasNext || open.Count > 0)
        {
            while (open.TryPeek(out PortedRow best, out _) && best.End <= at) open.Dequeue();
            if (open.Count == 0)
            {
                if (!hasNext) yield break;
                at = next.Current.Row.Start;
            }

            while (hasNext && next.Current.Row.Start <= at)
            {
                open.Enqueue(next.Current.Row, new(next.Current.IsNew, next.Current.Row));
                hasNext = next.MoveNext();
            }

            PortedRow row = open.Peek();
            ulong end = hasNext ? Math.Min(row.End, next.Current.Row.Start) : row.End;
            if (at < end) yield return row with { Start = at, End = end };
            at = end;
        }
    }

    private static IEnumerable<(PortedRow Row, bool IsNew)> Merge(IEnumerable<PortedRow> rows, IEnumerable<PortedRow> older)
    {
        using IEnumerator<PortedRow> news = rows.GetEnumerator();
        using IEnumerator<PortedRow> olds = older.GetEnumerator();
        bool hasNew = news.MoveNext();
        bool hasOld = olds.MoveNext();
        while (hasNew || hasOld)
        {
            if (hasNew && (!hasOld || news.Current.Start <= olds.Current.Start))
            {
                yield return (news.Current, true);
                hasNew = news.MoveNext();
            }
            else
            {
                yield return (olds.Current, false);
                hasOld = olds.MoveNext();
            }
        }
    }

    private readonly struct Rank(bool isNew, PortedRow row) : IComparable<Rank>
    {
        private readonly bool _isNew = isNew;
        private readonly ulong _width = row.End - row.Start;
        private readonly uint _order = row.Order;

        public int CompareTo(Rank other)
        {
            if (_isNew != other._isNew) return _isNew ? -1 : 1;
            return _width != other._width ? _width.CompareTo(other._width) : other._order.CompareTo(_order);
        }
    }
}
