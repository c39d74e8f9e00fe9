namespace Crosspoint.Engine.Health.Failover;

/// <summary>
/// What keeps a move from doing harm: the room that others have, the share of all traffic that moves within a minute, and the suspicion that the
/// trouble is our own. Steady time in microseconds.
/// </summary>
internal sealed class MoveBrake(FailoverOptions options)
{
    private const long Minute = 60_000_000;

    // Signs of one kind on several connections within so long are one trouble.
    public const long AtOnce = 10_000_000;
    private const int LeastConnections = 3;
    private const int MostSamples = 61;

    private readonly Dictionary<string, Path> _paths = new(StringComparer.Ordinal);
    private readonly List<(long At, FailoverKey Cell, double Rate)> _moved = [];
    private readonly List<(long At, HealthCell Cell, SignalKind Kind)> _signs = [];
    private long _sampledAt = long.MinValue / 2;

    /// <summary>Segments a second of all connections in the last minute.</summary>
    public double TotalRate { get; private set; }

    /// <summary>Notes how connections are; once a second counts what they were given.</summary>
    public void Look(IReadOnlyList<HealthPath> paths, long now)
    {
        bool isSample = now - _sampledAt >= 1_000_000;
        if (isSample) _sampledAt = now;
        TotalRate = 0;
        for (int i = 0; i < paths.Count; i++)
        {
            HealthPath path = paths[i];
            if (!_paths.TryGetValue(path.Connection, out Path? known)) _paths.Add(path.Connection, known = new());
            known.Now = path;
            known.SeenAt = now;
            if (isSample) known.Sample(path.Sent, now);
            TotalRate += known.Rate;
        }

        foreach ((string name, Path path) in _paths)
        {
            if (path.SeenAt != now) _paths.Remove(name);
        }

        while (_moved.Count > 0 && now - _moved[0].At > Minute) _moved.RemoveAt(0);
        while (_signs.Count > 0 && now - _signs[0].At > AtOnce) _signs.RemoveAt(0);
    }

    public bool IsUp(string connection) => !_paths.TryGetValue(connection, out Path? path) || path.Now.IsUp;

    public double RateOf(string connection) => _paths.TryGetValue(connection, out Path? path) ? path.Rate : 0;

    /// <summary>
    /// The share that a cell has to keep, as others cannot take it all; 0 where they can, or where none of them is well: then the least sick goes on.
    /// </summary>
    /// <param name="rate">Segments a second that it usually carries.</param>
    /// <param name="moved">Of these, what others carry already.</param>
    /// <param name="isWell">Whether another connection is well on the same network.</param>
    public double ShareToKeep(IReadOnlyList<HealthRival> rivals, double rate, double moved, Func<string, bool> isWell, out string? why)
    {
        why = null;
        double room = 0;
        int well = 0, dear = 0;
        foreach (HealthRival rival in rivals)
        {
            if (!IsUp(rival.Connection) || !isWell(rival.Connection)) continue;
            if (options.PriceFactor is { } most && rival.PriceRatio is { } ratio && ratio > most)
            {
                dear++;
                continue;
            }

            well++;
            double capacity = _paths.TryGetValue(rival.Connection, out Path? path) ? path.Now.Capacity : 0;
            room += capacity <= 0 ? double.PositiveInfinity : Math.Max(0, capacity - path!.Rate);
        }

        if (well == 0)
        {
            if (dear == 0) return 0;
            why = "the others cost more than they may";
            return 1;
        }

        room += moved;
        if (rate <= 0 || room >= rate) return 0;
        why = FormattableString.Invariant($"the others have room for {room:0.#} of {rate:0.#} segments a second");
        return 1 - (room / rate);
    }

    /// <summary>The share that a cell has to keep, as enough moves already; 0 for none. The first of a minute goes whatever it is.</summary>
    /// <param name="share">What it takes now: what is elsewhere already does not move.</param>
    public double Brake(FailoverKey cell, double rate, double share, out string? why)
    {
        why = null;
        double others = 0, own = 0;
        foreach ((_, FailoverKey of, double moved) in _moved)
        {
            if (of != cell) others += moved;
            else own = moved;
        }

        if (others <= 0 || rate <= 0 || TotalRate <= 0) return 0;
        double left = Math.Max(0, (options.MoveAtMost * TotalRate) - others - own);
        double kept = share - (left / rate);
        if (kept <= 0) return 0;
        why = $"{HealthWords.Percent((others + own) / TotalRate)} of all traffic moved in this minute already";
        return kept;
    }

    /// <summary>So much of a cell goes elsewhere from now on.</summary>
    public void Moved(FailoverKey cell, double rate, long now)
    {
        _moved.RemoveAll(one => one.Cell == cell);
        if (rate > 0) _moved.Add((now, cell, rate));
    }

    /// <summary>
    /// Notes a sign. Whether most connections that carry traffic show the same at once, and not on one network alone: then the trouble is likely ours.
    /// </summary>
    public bool IsOurs(HealthSignal signal, long now, out string why)
    {
        why = "";
        HealthCell cell = signal.Cell.OfAllClasses;
        if (!_signs.Exists(one => one.Cell == cell && one.Kind == signal.Kind)) _signs.Add((now, cell, signal.Kind));
        int busy = 0;
        foreach (Path path in _paths.Values)
        {
            if (path.Rate > 0) busy++;
        }

        if (busy < LeastConnections) return false;
        var connections = new HashSet<string>(StringComparer.Ordinal);
        var networks = new HashSet<(string, Sms.Numbers.NetworkId)>();
        foreach ((_, HealthCell of, SignalKind kind) in _signs)
        {
            if (kind != signal.Kind || !_paths.TryGetValue(of.Connection, out Path? path) || path.Rate <= 0) continue;
            connections.Add(of.Connection);
            networks.Add((of.Country, of.Network));
        }

        if (connections.Count * 2 <= busy || connections.Count < 2) return false;
        bool isOneNetwork = networks.Count == 1 && cell.Country.Length > 0;
        if (isOneNetwork) return false;
        why = FormattableString.Invariant($"{connections.Count} of {busy} connections show it at once, which is more likely our own side: nothing is moved");
        return true;
    }

    private sealed class Path
    {
        private readonly Queue<(long At, long Sent)> _samples = new();

        public HealthPath Now { get; set; }

        public long SeenAt { get; set; }

        public double Rate { get; private set; }

        public void Sample(long sent, long now)
        {
            // A connection that was changed counts anew.
            if (_samples.Count > 0 && sent < _samples.Peek().Sent) _samples.Clear();
            _samples.Enqueue((now, sent));
            while (_samples.Count > MostSamples) _samples.Dequeue();
            (long at, long first) = _samples.Peek();
            Rate = now > at ? (sent - first) * 1e6 / (now - at) : 0;
        }
    }
}
