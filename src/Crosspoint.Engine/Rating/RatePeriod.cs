using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Rating;

/// <summary>When a price holds, in microseconds since 1970: from the first moment on, up to the second, which is not part of it.</summary>
public readonly record struct RatePeriod(long From, long Until)
{
    /// <summary>Without a beginning and an end.</summary>
    public static RatePeriod Always { get; } = new(long.MinValue, long.MaxValue);

    public static RatePeriod Of(DateTimeOffset? from, DateTimeOffset? until) =>
        new(from is { } first ? Micros.From(first) : long.MinValue, until is { } end ? Micros.From(end) : long.MaxValue);

    /// <summary>Null for none.</summary>
    public DateTimeOffset? FromInstant => From == long.MinValue ? null : Micros.ToInstant(From);

    /// <summary>Null for none.</summary>
    public DateTimeOffset? UntilInstant => Until == long.MaxValue ? null : Micros.ToInstant(Until);

    public bool Holds(long micros) => micros >= From && micros < Until;

    /// <summary>The next moment after one at which it begins or ends; <see cref="long.MaxValue"/> for none.</summary>
    public long NextAfter(long micros) => From > micros ? From : Until > micros ? Until : long.MaxValue;
}
