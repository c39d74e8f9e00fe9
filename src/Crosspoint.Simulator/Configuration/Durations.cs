using System.Buffers;
using System.Globalization;

namespace Crosspoint.Simulator.Configuration;

/// <summary>Durations as configurations write them: a number and a unit, such as 5ms, 1.5s or 2m.</summary>
internal static class Durations
{
    private static readonly (string Unit, long Ticks)[] Units =
    [
        ("us", TimeSpan.TicksPerMicrosecond),
        ("ms", TimeSpan.TicksPerMillisecond),
        ("s", TimeSpan.TicksPerSecond),
        ("m", TimeSpan.TicksPerMinute),
        ("h", TimeSpan.TicksPerHour),
        ("d", TimeSpan.TicksPerDay),
    ];

    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.");

    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        if (text == "0") return true;
        int end = text.AsSpan().IndexOfAnyExcept(NumberCharacters);
        if (end <= 0) return false;
        ReadOnlySpan<char> digits = text.AsSpan(0, end);
        if (!double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number)) return false;
        foreach ((string unit, long ticks) in Units)
        {
            if (!text.AsSpan(end).SequenceEqual(unit)) continue;
            double total = number * ticks;
            if (total > TimeSpan.TicksPerDay * 3650.0) return false;
            duration = TimeSpan.FromTicks((long)Math.Round(total));
            return true;
        }

        return false;
    }

    public static string Format(TimeSpan duration)
    {
        if (duration == TimeSpan.Zero) return "0s";
        (string name, long size) = Units[0];
        foreach ((string unit, long ticks) in Units)
        {
            if (duration.Ticks % ticks != 0) break;
            (name, size) = (unit, ticks);
        }

        return string.Create(CultureInfo.InvariantCulture, $"{duration.Ticks / (double)size:0.###}{name}");
    }
}
