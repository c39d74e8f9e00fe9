namespace Crosspoint.Smpp.Codec;

/// <summary>
/// The 16-character times of SMPP v3.4 §7.1.1: <c>YYMMDDhhmmsstnnp</c>, absolute (p is <c>+</c> or <c>-</c>, nn quarter hours
/// from UTC) or relative (p is <c>R</c>, the amount from now). Two-digit years are 2000-2099.
/// </summary>
public static class SmppTime
{
    /// <summary>Octets of a time without the closing null.</summary>
    public const int Bytes = 16;

    /// <summary>Reads an absolute or a relative time.</summary>
    /// <param name="value">The field without its null.</param>
    /// <param name="now">The moment from which a relative time counts.</param>
    /// <param name="time">The moment meant; default when false.</param>
    /// <returns>False when the field is empty or not a time.</returns>
    public static bool TryParse(ReadOnlySpan<byte> value, DateTimeOffset now, out DateTimeOffset time)
    {
        time = default;
        if (value.Length != Bytes) return false;
        Span<int> parts = stackalloc int[6];
        for (var i = 0; i < parts.Length; i++)
        {
            if (!TryTwoDigits(value[(i * 2)..], out parts[i])) return false;
        }

        if (!IsDigit(value[12]) || !TryTwoDigits(value[13..], out int quarters)) return false;
        int tenths = value[12] - '0';
        if (value[15] == (byte)'R') return TryRelative(parts, now, out time);
        if (value[15] is not ((byte)'+' or (byte)'-') || quarters > 48) return false;
        if (!TryMoment(2000 + parts[0], parts[1], parts[2], parts[3], parts[4], parts[5], out DateTime moment)) return false;
        TimeSpan offset = TimeSpan.FromMinutes(value[15] == (byte)'+' ? quarters * 15 : quarters * -15);
        time = new DateTimeOffset(moment.AddMilliseconds(tenths * 100), offset);
        return true;
    }

    /// <summary>Writes a moment as an absolute time in UTC (ends with <c>00+</c>).</summary>
    /// <param name="time">Any moment of the years 2000-2099.</param>
    /// <param name="destination">At least <see cref="Bytes"/> octets; no null is written.</param>
    /// <returns><see cref="Bytes"/>, or 0 when the year or the room does not do.</returns>
    public static int FormatAbsolute(DateTimeOffset time, Span<byte> destination)
    {
        DateTime utc = time.UtcDateTime;
        if (destination.Length < Bytes || utc.Year is < 2000 or > 2099) return 0;
        TwoDigits(destination, utc.Year - 2000);
        TwoDigits(destination[2..], utc.Month);
        TwoDigits(destination[4..], utc.Day);
        TwoDigits(destination[6..], utc.Hour);
        TwoDigits(destination[8..], utc.Minute);
        TwoDigits(destination[10..], utc.Second);
        destination[12] = (byte)('0' + (utc.Millisecond / 100));
        "00+"u8.CopyTo(destination[13..]);
        return Bytes;
    }

    /// <summary>Writes an amount as a relative time in days, hours, minutes and seconds.</summary>
    /// <param name="amount">Not negative, less than 100 days; parts of a second are dropped.</param>
    /// <param name="destination">At least <see cref="Bytes"/> octets; no null is written.</param>
    /// <returns><see cref="Bytes"/>, or 0 when the amount or the room does not do.</returns>
    public static int FormatRelative(TimeSpan amount, Span<byte> destination)
    {
        if (destination.Length < Bytes || amount < TimeSpan.Zero || amount.Days > 99) return 0;
        "0000"u8.CopyTo(destination);
        TwoDigits(destination[4..], amount.Days);
        TwoDigits(destination[6..], amount.Hours);
        TwoDigits(destination[8..], amount.Minutes);
        TwoDigits(destination[10..], amount.Seconds);
        "000R"u8.CopyTo(destination[12..]);
        return Bytes;
    }

    internal static bool TryTwoDigits(ReadOnlySpan<byte> source, out int value)
    {
        value = 0;
        if (source.Length < 2 || !IsDigit(source[0]) || !IsDigit(source[1])) return false;
        value = ((source[0] - '0') * 10) + source[1] - '0';
        return true;
    }

    internal static void TwoDigits(Span<byte> destination, int value)
    {
        destination[1] = (byte)('0' + (value % 10));
        destination[0] = (byte)('0' + (value / 10));
    }

    internal static bool TryMoment(int year, int month, int day, int hour, int minute, int second, out DateTime moment)
    {
        moment = default;
        if (year is < 1 or > 9999 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)) return false;
        if (hour is < 0 or > 23 || minute is < 0 or > 59 || second is < 0 or > 59) return false;
        moment = new DateTime(year, month, day, hour, minute, second, DateTimeKind.Unspecified);
        return true;
    }

    private static bool TryRelative(ReadOnlySpan<int> parts, DateTimeOffset now, out DateTimeOffset time)
    {
        time = default;
        if (now.Year + parts[0] + (parts[1] / 12) > 9990) return false;
        time = now.AddYears(parts[0]).AddMonths(parts[1]).AddDays(parts[2])
            .AddHours(parts[3]).AddMinutes(parts[4]).AddSeconds(parts[5]);
        return true;
    }

    private static bool IsDigit(byte value) => value is >= (byte)'0' and <= (byte)'9';
}
