using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Health.Failover;

/// <summary>
/// Notices connections of which no session is bound: for a while, or again and again. Nothing is sent by them meanwhile anyhow; this makes it known, and lets
/// their traffic come back by steps. What was never bound is not missed. Steady microseconds; not thread-safe.
/// </summary>
/// <param name="after">How long without any session.</param>
/// <param name="repeat">While it lasts it is told again no sooner than this.</param>
public sealed class BindSigns(TimeSpan after, TimeSpan repeat)
{
    // A carrier that drops its sessions once a minute is odd, and one that does it three times is ill.
    private const int Losses = 3;
    private const long Never = long.MinValue / 2;
    private static readonly long Minute = Micros.From(TimeSpan.FromMinutes(1));

    private readonly Dictionary<string, Path> _paths = new(StringComparer.Ordinal);

    /// <param name="signals">What is to be said is added.</param>
    public void Look(IReadOnlyList<HealthPath> paths, long now, List<HealthSignal> signals)
    {
        for (int i = 0; i < paths.Count; i++)
        {
            HealthPath path = paths[i];
            if (!_paths.TryGetValue(path.Connection, out Path? known)) _paths.Add(path.Connection, known = new());
            known.SeenAt = now;
            Look(path, known, now, signals);
        }

        foreach ((string name, Path path) in _paths)
        {
            if (path.SeenAt != now) _paths.Remove(name);
        }
    }

    private void Look(in HealthPath path, Path known, long now, List<HealthSignal> signals)
    {
        if (!path.IsUnbound)
        {
            // Who stops it knows, and the next bind is a new beginning.
            if (!path.IsUp) known.Forget();
            else if (known.LostAt is { } lost) known.Bound(lost, now, isLong: now - lost >= Micros.From(after));
            known.WasBound = path.IsUp;
            return;
        }

        if (!known.WasBound) return;
        while (known.Losses.Count > 0 && now - known.Losses[0].To > Minute) known.Losses.RemoveAt(0);

        // What was lost again and again, and has been bound for a while since, is another matter.
        if (known.LostAt is null && known.Losses.Count == 0) known.ToldAt = Never;
        known.LostAt ??= now;
        long without = now - known.LostAt.Value;
        bool isAgain = known.Losses.Count >= Losses - 1;
        if ((without < Micros.From(after) && !isAgain) || now - known.ToldAt < Micros.From(repeat)) return;
        known.ToldAt = now;
        long since = isAgain ? known.Losses[0].From : known.LostAt.Value;
        foreach ((long from, long to) in known.Losses) without += isAgain ? to - from : 0;
        signals.Add(new()
        {
            Kind = SignalKind.Unbound,
            Source = SignalSource.Sign,
            Cell = HealthCell.Of(path.Connection),
            Seen = without / 1e6,
            Expected = 0,
            Messages = 0,
            Over = TimeSpan.FromMicroseconds(now - since),
            At = now,
        });
    }

    private sealed class Path
    {
        public bool WasBound { get; set; }

        /// <summary>Since when no session is bound; null while one is.</summary>
        public long? LostAt { get; set; }

        public long ToldAt { get; set; } = Never;

        public long SeenAt { get; set; }

        /// <summary>Of late, the oldest first.</summary>
        public List<(long From, long To)> Losses { get; } = [];

        /// <param name="isLong">It was long enough to be told: the next one is told as soon.</param>
        public void Bound(long lost, long now, bool isLong)
        {
            LostAt = null;
            if (isLong) ToldAt = Never;
            if (Losses.Count == BindSigns.Losses) Losses.RemoveAt(0);
            Losses.Add((lost, now));
        }

        public void Forget()
        {
            (LostAt, ToldAt) = (null, Never);
            Losses.Clear();
        }
    }
}
