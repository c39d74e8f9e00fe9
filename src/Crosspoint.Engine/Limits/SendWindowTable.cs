using System.Collections.Concurrent;
using Crosspoint.Engine.Messages;
using Crosspoint.Sms.Numbers;
using NodaTime;

namespace Crosspoint.Engine.Limits;

/// <summary>
/// The configured send windows. A message may go out while every window that it matches is open in every zone in which its recipient may be.
/// What was found for a window and a set of zones holds until something opens or closes there. Thread-safe.
/// </summary>
internal sealed class SendWindowTable(IReadOnlyList<SendWindow> windows)
{
    /// <summary>No moment of the next days suits every zone.</summary>
    public const long Never = long.MaxValue;

    // A week, and the day before it for windows over midnight.
    private const int DaysAhead = 9;

    private static readonly DateTimeZone[][] ZonesOfSets =
        [.. TimeZones.Sets.Select(static set => set.Select(static id => DateTimeZoneProviders.Tzdb[id]).ToArray())];

    private readonly SendWindow[] _windows = [.. windows];
    private readonly ConcurrentDictionary<(int Window, int Set), Span> _known = [];

    public bool IsEmpty => _windows.Length == 0;

    /// <summary>When a message may go out, in microseconds: 0 for now, <see cref="Never"/> for not within a week.</summary>
    public long OpensAt(MessageHead head, long now)
    {
        long opens = 0;
        int set = int.MinValue;
        for (int i = 0; i < _windows.Length; i++)
        {
            if (!Concerns(_windows[i], head)) continue;
            if (set == int.MinValue) set = E164.TryParse(head.To, out E164 number) ? TimeZones.Lookup(number) : -1;
            opens = Math.Max(opens, OpeningOf(i, set, now));
        }

        return opens;
    }

    private static bool Concerns(SendWindow window, MessageHead head) =>
        (head.Class != TrafficClass.Otp || window.Match.Class == TrafficClass.Otp) && LimitTable.Matches(window.Match, head);

    private long OpeningOf(int window, int set, long now)
    {
        if (!_known.TryGetValue((window, set), out Span known) || now < known.From || now >= known.Until)
        {
            known = Find(_windows[window], set < 0 ? [_windows[window].Zone] : ZonesOfSets[set], now);
            _known[(window, set)] = known;
        }

        return known.OpensAt;
    }

    // Goes from zone to zone, each time on to where that one is open, until all are.
    private static Span Find(SendWindow window, DateTimeZone[] zones, long now)
    {
        long last = now + Micros.From(TimeSpan.FromDays(DaysAhead));
        long at = now;
        long until = Never;
        for (int agreed = 0, zone = 0; agreed < zones.Length; zone = (zone + 1) % zones.Length)
        {
            (long from, long to) = Next(window, zones[zone], at);
            if (from > last) return new(now, now + Micros.From(TimeSpan.FromDays(1)), Never);
            if (from > at) (at, until, agreed) = (from, Never, 0);
            until = Math.Min(until, to);
            agreed++;
        }

        return at == now ? new(now, until, 0) : new(now, at, at);
    }

    // The opening that a moment is in, or the next one after it. A time that a clock leaves out is that much later; of a time that comes twice it is the first.
    private static (long From, long To) Next(SendWindow window, DateTimeZone zone, long at)
    {
        LocalDate today = Instant.FromUnixTimeTicks(at * TimeSpan.TicksPerMicrosecond).InZone(zone).Date;
        for (int day = -1; day < DaysAhead; day++)
        {
            LocalDate date = today.PlusDays(day);
            if (!window.OpensOn(date.DayOfWeek)) continue;
            long to = At(date.PlusDays(window.To <= window.From ? 1 : 0), window.To);
            if (to <= at) continue;
            return (Math.Max(at, At(date, window.From)), to);
        }

        return (Never, Never);

        long At(LocalDate date, int minute) => date.AtMidnight().PlusMinutes(minute).InZoneLeniently(zone).ToInstant().ToUnixTimeTicks() / TimeSpan.TicksPerMicrosecond;
    }

    /// <param name="From">Since when this holds.</param>
    /// <param name="Until">Until when.</param>
    private readonly record struct Span(long From, long Until, long OpensAt);
}
