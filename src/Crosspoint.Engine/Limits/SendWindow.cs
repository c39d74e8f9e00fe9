using NodaTime;

namespace Crosspoint.Engine.Limits;

/// <summary>Hours in which certain messages may go out, by the recipient's own clock. Outside of them they are held.</summary>
public sealed record SendWindow
{
    public const int MinutesOfDay = 24 * 60;

    public required string Name { get; init; }

    /// <summary>The messages that it concerns, as a limit names them. One-time codes only where it names their class.</summary>
    public required Limit Match { get; init; }

    /// <summary>Minutes after midnight at which it opens.</summary>
    public required int From { get; init; }

    /// <summary>Minutes after midnight at which it closes, up to <see cref="MinutesOfDay"/>; of the next day when not after <see cref="From"/>.</summary>
    public required int To { get; init; }

    /// <summary>The days on which it opens, Monday in the lowest bit.</summary>
    public int Days { get; init; } = 0b111_1111;

    /// <summary>The zone of recipients of whom none is known.</summary>
    public required DateTimeZone Zone { get; init; }

    public bool OpensOn(IsoDayOfWeek day) => (Days >> ((int)day - 1) & 1) != 0;
}
