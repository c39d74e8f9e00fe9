using System.Globalization;
using Crosspoint.Engine.Messages;
using NodaTime;

namespace Crosspoint.Engine.Rating.Import;

/// <summary>Reads days and times of a sheet. A sheet has few different ones, so they are remembered.</summary>
public sealed class SheetDates(DeckMapping mapping)
{
    private const int MostRemembered = 10_000;

    private static readonly string[] IsoDays = ["yyyy-MM-dd"];
    private static readonly string[] IsoLocals = ["yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss"];
    private static readonly string[] IsoInstants =
        ["yyyy-MM-dd'T'HH:mmzzz", "yyyy-MM-dd'T'HH:mm:sszzz", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz", "yyyy-MM-dd'T'HH:mmZ", "yyyy-MM-dd'T'HH:mm:ssZ", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFZ"];

    private readonly Dictionary<string, long?> _from = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long?> _until = new(StringComparer.Ordinal);

    /// <summary>What is expected, for refusals.</summary>
    public string Expected { get; } = mapping.DateFormat is { } format
        ? $"a day or time in the form {format}"
        : "a day such as 2026-12-31, or a time such as 2026-12-31T23:00:00+01:00; other forms need 'date_format' in the mapping";

    /// <summary>The moment at which something begins, in microseconds; null for what cannot be read.</summary>
    public long? From(string text) => Remembered(_from, text, isEnd: false);

    /// <summary>The moment before which something holds: of a day, its end; of a time, the time itself.</summary>
    public long? Until(string text) => Remembered(_until, text, isEnd: true);

    private long? Remembered(Dictionary<string, long?> known, string text, bool isEnd)
    {
        if (known.TryGetValue(text, out long? moment)) return moment;
        moment = Read(text, isEnd);
        if (known.Count < MostRemembered) known.Add(text, moment);
        return moment;
    }

    private long? Read(string text, bool isEnd)
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        if (mapping.DateFormat is { } format)
        {
            bool hasOffset = format.Contains('z', StringComparison.Ordinal) || format.Contains('K', StringComparison.Ordinal);
            if (hasOffset)
                return DateTimeOffset.TryParseExact(text, format, culture, DateTimeStyles.AssumeUniversal, out DateTimeOffset instant) ? Micros.From(instant) : null;
            bool isDay = !format.Contains('H', StringComparison.Ordinal) && !format.Contains('h', StringComparison.Ordinal);
            return DateTime.TryParseExact(text, format, culture, DateTimeStyles.None, out DateTime local) ? Place(local, isDay, isEnd) : null;
        }

        if (DateTime.TryParseExact(text, IsoDays, culture, DateTimeStyles.None, out DateTime day)) return Place(day, isDay: true, isEnd);
        if (DateTime.TryParseExact(text, IsoLocals, culture, DateTimeStyles.None, out DateTime time)) return Place(time, isDay: false, isEnd);
        return DateTimeOffset.TryParseExact(text, IsoInstants, culture, DateTimeStyles.AssumeUniversal, out DateTimeOffset exact) ? Micros.From(exact) : null;
    }

    // A time that the clock skips is put after the gap, one that it has twice is the first of both.
    private long? Place(DateTime local, bool isDay, bool isEnd)
    {
        if (local.Year is < 1970 or > 9998) return null;
        if (isDay && isEnd) local = local.AddDays(1);
        Instant instant = isDay
            ? mapping.Zone.AtStartOfDay(LocalDate.FromDateTime(local)).ToInstant()
            : mapping.Zone.AtLeniently(LocalDateTime.FromDateTime(local)).ToInstant();
        return Micros.From(instant.ToDateTimeOffset());
    }
}
