using Crosspoint.Engine.Messages;
using NodaTime;

namespace Crosspoint.Engine.Routing.Matching;

/// <summary>Which hours of a plan it is. What was found holds until some of them begin or end; a new find is all that allocates.</summary>
internal sealed class HoursTable
{
    // A week, and the day before it for hours over midnight.
    private const int DaysAhead = 8;

    private readonly IReadOnlyList<Entry> _entries;
    private readonly RuleSet _outside;
    private Moment? _known;

    /// <param name="outside">The rules that are open outside of all hours.</param>
    /// <param name="entries">Hours, and what they add and take out.</param>
    public HoursTable(RuleSet outside, IReadOnlyList<Entry> entries) => (_outside, _entries) = (outside, entries);

    /// <summary>The rules that are open at a moment, in microseconds.</summary>
    public RuleSet At(long now)
    {
        Moment? known = Volatile.Read(ref _known);
        if (known is not null && now >= known.From && now < known.Until) return known.Open;
        known = Find(now);
        Volatile.Write(ref _known, known);
        return known.Open;
    }

    /// <summary>Whether a moment, in microseconds, lies in certain hours.</summary>
    public static bool Holds(RuleHours hours, long at) => Look(hours, at, out _);

    private Moment Find(long now)
    {
        long until = long.MaxValue;
        var added = new HashSet<int>();
        var removed = new HashSet<int>();
        foreach (Entry entry in _entries)
        {
            if (Look(entry.Hours, now, out long change))
            {
                added.UnionWith(entry.Added);
                removed.UnionWith(entry.Removed);
            }

            until = Math.Min(until, change);
        }

        return new(now, until, _outside.With(added, removed));
    }

    // A time that a clock leaves out is that much later; of a time that comes twice it is the first.
    private static bool Look(RuleHours hours, long at, out long change)
    {
        DateTimeZone zone = DateTimeZoneProviders.Tzdb[hours.Zone];
        LocalDate today = Instant.FromUnixTimeTicks(at * TimeSpan.TicksPerMicrosecond).InZone(zone).Date;
        bool isOpen = false;

        // Looked at again after a day at the latest.
        change = at + Micros.From(TimeSpan.FromDays(1));
        for (int day = -1; day < DaysAhead; day++)
        {
            LocalDate date = today.PlusDays(day);
            if ((hours.Days >> ((int)date.DayOfWeek - 1) & 1) == 0) continue;
            long from = MicrosOf(date, hours.From);
            long to = MicrosOf(date.PlusDays(hours.To <= hours.From ? 1 : 0), hours.To);
            isOpen |= from <= at && at < to;
            if (from > at) change = Math.Min(change, from);
            if (to > at) change = Math.Min(change, to);
        }

        return isOpen;

        long MicrosOf(LocalDate date, int minute) =>
            date.AtMidnight().PlusMinutes(minute).InZoneLeniently(zone).ToInstant().ToUnixTimeTicks() / TimeSpan.TicksPerMicrosecond;
    }

    /// <param name="Added">Rules that want these hours.</param>
    /// <param name="Removed">Rules that do not.</param>
    public sealed record Entry(RuleHours Hours, IReadOnlyList<int> Added, IReadOnlyList<int> Removed);

    private sealed record Moment(long From, long Until, RuleSet Open);
}
