using NodaTime;

namespace Crosspoint.Engine.Limits;

/// <summary>
/// Segments of one calendar day in a time zone, up to a cap. What is on record and what is about to be count together, so the cap is never passed; the
/// day of a segment is that of its record. Not thread-safe: its bucket's lock guards it.
/// </summary>
internal sealed class DayCount(DateTimeZone zone, long cap)
{
    private const int CountBits = 40;
    private const long CountMask = (1L << CountBits) - 1;

    private DateTimeZone _zone = zone;
    private long _cap = cap;
    private long _from;
    private long _until;
    private int _number;

    // As committed, and what was taken and is not on record yet.
    private int _day;
    private long _count;
    private long _taken;

    // As applied by the journal's sequencer, which is ahead of what is known to be committed.
    private int _appliedDay;
    private long _applied;

    /// <summary>Segments on record for the day at a time.</summary>
    public long CountAt(long now)
    {
        Turn(NumberAt(now));
        return _count;
    }

    /// <summary>It has nothing to remember at that time.</summary>
    public bool IsIdleAt(long now) => CountAt(now) + _taken == 0;

    /// <summary>Takes segments of the day, if there are as many. They are to be settled, or returned.</summary>
    public bool TryTake(int segments, long now)
    {
        if (!HasRoom(segments, now)) return false;
        _taken += segments;
        return true;
    }

    public bool HasRoom(int segments, long now) => CountAt(now) + _taken + segments <= _cap;

    /// <summary>When segments may go, in microseconds: since the day began, or when the next one does.</summary>
    public long OpensAt(int segments, long now) => HasRoom(segments, now) ? _from : _until;

    /// <summary>How long until the next day begins.</summary>
    public TimeSpan Left(long now)
    {
        NumberAt(now);
        return TimeSpan.FromMicroseconds(_until - now);
    }

    /// <summary>Segments that were taken are not put on record.</summary>
    public void Return(int segments) => _taken -= segments;

    /// <summary>Segments that were taken are committed.</summary>
    /// <param name="day">What <see cref="Apply"/> gave.</param>
    public void Settle(int segments, int day)
    {
        _taken -= segments;
        Turn(day);
        if (day == _day) _count += segments;
    }

    /// <summary>A transition counts segments. The mark that it writes holds the day and the count with them.</summary>
    /// <param name="before">The count before it, for <see cref="Rewind"/>.</param>
    public long Apply(int segments, long now, out long before, out int day)
    {
        day = Math.Max(NumberAt(now), _appliedDay);
        if (day != _appliedDay) (_appliedDay, _applied) = (day, 0);
        before = _applied;
        _applied += segments;
        return (long)day << CountBits | _applied;
    }

    /// <summary>A transition that had counted failed.</summary>
    public void Undo(int segments, int day)
    {
        if (day == _appliedDay) _applied -= segments;
    }

    /// <summary>A transition that had counted is applied again, and those after it will be: what they counted is not on record.</summary>
    public void Rewind(long before, int day)
    {
        if (day == _appliedDay) _applied = Math.Min(_applied, before);
    }

    /// <summary>Goes on from the mark of an earlier run.</summary>
    public void Restore(long mark)
    {
        _day = _appliedDay = (int)(mark >> CountBits);
        _count = _applied = mark & CountMask;
    }

    /// <summary>Goes on with another cap, and by the days of another zone: in which the present one may be over, but none comes back.</summary>
    public void Change(DateTimeZone zone, long cap)
    {
        _cap = cap;
        if (zone == _zone) return;
        _zone = zone;
        (_from, _until) = (0, 0);
    }

    // Days do not come back when the clock is set back.
    private void Turn(int day)
    {
        if (day > _day) (_day, _count) = (day, 0);
    }

    // Days of 23 and 25 hours, and those that do not begin at midnight, are the zone's affair.
    private int NumberAt(long now)
    {
        if (now >= _from && now < _until) return _number;
        LocalDate date = Instant.FromUnixTimeTicks(now * TimeSpan.TicksPerMicrosecond).InZone(_zone).Date;
        _from = _zone.AtStartOfDay(date).ToInstant().ToUnixTimeTicks() / TimeSpan.TicksPerMicrosecond;
        _until = _zone.AtStartOfDay(date.PlusDays(1)).ToInstant().ToUnixTimeTicks() / TimeSpan.TicksPerMicrosecond;
        return _number = date.ToDateOnly().DayNumber;
    }
}
