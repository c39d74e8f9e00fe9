namespace Crosspoint.Engine.Quality;

/// <summary>What is known, for people. Decisions wait for the copying of keys and for one row at a time, not for the whole.</summary>
public sealed partial class QualityTable
{
    /// <summary>Keys of one level in a fixed order: by connection, country, network, class.</summary>
    /// <param name="after">The place of the last row of the page before; 0 for the first page.</param>
    public IReadOnlyList<QualityRow> List(in QualityFilter filter, ulong after, int limit, long now)
    {
        QualityKey[] keys;
        string[] names;
        HashSet<QualityKey> suspects = [];
        lock (_gate)
        {
            RefreshFeedbackWhenDue(now);
            keys = [.. _cells.Keys];
            names = [.. _names];
            foreach ((QualityKey key, FeedbackCell cell) in _feedback)
            {
                if (cell.IsSuspect) suspects.Add(key);
            }
        }

        Array.Sort(keys, static (a, b) => a.Value.CompareTo(b.Value));
        var rows = new List<QualityRow>();
        foreach (QualityKey key in keys)
        {
            if (rows.Count == limit) break;
            if (key.Value <= after || key.Level != filter.Level) continue;
            string connection = names[key.Connection - 1];
            if (!Fits(filter, key, connection) || (filter.IsSuspect is { } wanted && suspects.Contains(key.WithoutNetwork) != wanted)) continue;
            if (RowOf(key, connection, now) is { } row) rows.Add(row);
        }

        return rows;
    }

    /// <summary>Each connection of which something is known.</summary>
    public IReadOnlyList<ConnectionQuality> Summarize(long now)
    {
        lock (_gate)
        {
            RefreshFeedbackWhenDue(now);
            var feedback = new double[_names.Count];
            var suspects = new int[_names.Count];
            var firsts = new QualityKey[_names.Count];
            foreach ((QualityKey key, FeedbackCell cell) in _feedback)
            {
                int at = key.Connection - 1;
                feedback[at] += cell.Sum.All;
                if (!cell.IsSuspect) continue;
                suspects[at]++;

                // The same one each time, whatever the order of the keys.
                if (firsts[at] == default || key.Value < firsts[at].Value) firsts[at] = key;
            }

            var all = new List<ConnectionQuality>();
            for (int i = 0; i < _names.Count; i++)
            {
                QualityKey key = QualityKey.Of(i + 1);
                if (!_cells.ContainsKey(key)) continue;
                all.Add(new(_names[i], Known(key, now, out _)!.Probability, feedback[i], suspects[i], suspects[i] == 0 ? "" : WordsOf(firsts[i])));
            }

            return all;
        }
    }

    private static string WordsOf(QualityKey key) =>
        $"{(key.Country is { Length: > 0 } country ? country : "unknown country")}, {key.Class.ToString()!.ToLowerInvariant()}";

    private static bool Fits(in QualityFilter filter, QualityKey key, string connection) =>
        (filter.Connection is null || filter.Connection == connection)
        && (filter.Country is null || filter.Country == key.Country)
        && (filter.Network is null || filter.Network == key.Network)
        && (filter.Class is null || filter.Class == key.Class);

    // Null when it was forgotten meanwhile.
    private QualityRow? RowOf(QualityKey key, string connection, long now)
    {
        lock (_gate)
        {
            if (!_cells.ContainsKey(key)) return null;
            QualityCell cell = Known(key, now, out _)!;
            FeedbackCell? feedback = FeedbackOf(key);
            double all = _feedback.TryGetValue(key.WithoutNetwork, out FeedbackCell? any) ? any.Sum.All : 0;
            return new()
            {
                Place = key.Value,
                Level = key.Level,
                Connection = connection,
                Country = key.Country,
                Network = key.Network,
                Class = key.Class,
                Estimate = EstimateOf(cell, 0, feedback),
                Messages = cell.All.Trials,
                ReceiptP95 = CurveOf(key, now).Quantile(0.95),
                Trust = feedback?.Trust,
                Feedback = all,
            };
        }
    }
}
