using System.Globalization;
using Crosspoint.Engine.Health.Failover;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Server.Configuration;

/// <summary>Reads <c>health.failover</c>.</summary>
internal static class FailoverConfig
{
    private const int MostSteps = 20;
    private const int MostTestNumbers = 100;
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    public static FailoverOptions Read(ConfigSection? section)
    {
        var defaults = new FailoverOptions();
        if (section is null) return defaults;
        FailoverOptions options = defaults with
        {
            IsEnabled = section.Bool("enabled", defaults.IsEnabled),
            Hold = section.Duration("hold", defaults.Hold, Second, Day),
            LongestHold = section.Duration("longest_hold", defaults.LongestHold, Second, Day),
            ForgetAfter = section.Duration("forget_after", defaults.ForgetAfter, TimeSpan.FromMinutes(1), TimeSpan.FromDays(7)),
            DegradedShare = Share(section, "degraded_share", defaults.DegradedShare, 0.001, 0.9),
            ProbeShare = Share(section, "probe_share", defaults.ProbeShare, 0, 0.25),
            Steps = Steps(section, defaults.Steps),
            StepTime = section.Duration("step_time", defaults.StepTime, Second, Day),
            StepMessages = section.Int("step_messages", defaults.StepMessages, 3, 1_000_000),
            MoveAtMost = Share(section, "move_at_most", defaults.MoveAtMost, 0.01, 1),
            PriceFactor = section.Has("price_factor") ? section.Number("price_factor", 1, 1, 1_000) : null,
            TestNumbers = TestNumbers(section),
        };
        if (options.LongestHold < options.Hold)
            section.Fail(section.Has("longest_hold") ? "longest_hold" : "hold", "'longest_hold' must not be shorter than 'hold'");
        if (options.ProbeShare == 0 && options.TestNumbers.Count == 0)
            section.Fail("probe_share", "is 0 and there are no 'test_numbers': nothing would find out that a connection works again");
        section.Close();
        return options;
    }

    /// <summary>A share as <c>5%</c>.</summary>
    internal static double Share(ConfigSection section, string key, double fallback, double least, double most)
    {
        if (section.Text(key, expected: Expected(least, most)) is not { } text) return fallback;
        if (TryReadShare(text, out double share) && share >= least && share <= most) return share;
        section.Fail(key, $"is '{text}'; expected {Expected(least, most)}");
        return fallback;
    }

    private static List<double> Steps(ConfigSection section, IReadOnlyList<double> defaults)
    {
        const string Wanted = "rising shares that end with 100%, such as [ 1%, 5%, 25%, 50%, 100% ]";
        if (!section.Has("steps") || section.Items("steps", Wanted) is not { } items) return [.. defaults];
        var steps = new List<double>();
        foreach (ConfigItem item in items)
        {
            if (TryReadShare(item.Text, out double share) && share is > 0 and <= 1 && (steps.Count == 0 || share > steps[^1])) steps.Add(share);
            else section.Errors.Add(item.Line, item.Path, $"is '{item.Text}'; expected one of {Wanted}");
        }

        if (steps.Count == items.Count && (steps.Count is 0 or > MostSteps || steps[^1] < 1))
            section.Fail("steps", $"expected up to {MostSteps} {Wanted}");
        return steps.Count == 0 ? [.. defaults] : steps;
    }

    private static List<ulong> TestNumbers(ConfigSection section)
    {
        var numbers = new List<ulong>();
        if (!section.Has("test_numbers") || section.Items("test_numbers", "international numbers such as +4915112345678") is not { } items) return numbers;
        foreach (ConfigItem item in items)
        {
            if (E164.TryParse(item.Text, out E164 number)) numbers.Add(number.Digits);
            else section.Errors.Add(item.Line, item.Path, $"is '{item.Text}'; expected an international number such as +4915112345678");
        }

        if (numbers.Count > MostTestNumbers) section.Fail("test_numbers", $"has {numbers.Count} numbers; at most {MostTestNumbers} are allowed");
        return numbers;
    }

    private static bool TryReadShare(string text, out double share)
    {
        share = 0;
        if (!text.EndsWith('%')) return false;
        ReadOnlySpan<char> digits = text.AsSpan(0, text.Length - 1).TrimEnd();
        bool isNumber = double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double percent);
        share = percent / 100;
        return isNumber && double.IsFinite(percent);
    }

    private static string Expected(double least, double most) =>
        string.Create(CultureInfo.InvariantCulture, $"a share from {least * 100:0.###}% to {most * 100:0.###}%, such as {Math.Max(least * 100, 1):0.###}%");
}
