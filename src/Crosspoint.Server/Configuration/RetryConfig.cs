using System.Globalization;
using Crosspoint.Engine;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Retries;

namespace Crosspoint.Server.Configuration;

/// <summary>Reads <c>retries</c>.</summary>
internal static class RetryConfig
{
    private const int MostAttempts = 100;
    private const double MostGrowth = 10;
    private const int MostNumber = 1000;
    private static readonly TimeSpan MostWait = TimeSpan.FromDays(1);
    private static readonly TimeSpan LeastUntil = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MostUntil = TimeSpan.FromDays(35);

    private static readonly Dictionary<string, RetryKind?> Kinds = new(StringComparer.Ordinal)
    {
        ["temporary"] = RetryKind.Temporary,
        ["throttled"] = RetryKind.Throttled,
        ["session"] = RetryKind.Session,
        ["permanent"] = RetryKind.Permanent,
        ["negative_receipt"] = RetryKind.NegativeReceipt,
    };

    private static readonly Dictionary<string, RetryStep?> Steps = new(StringComparer.Ordinal)
    {
        ["same"] = RetryStep.Same,
        ["next"] = RetryStep.Next,
        ["none"] = RetryStep.None,
    };

    private static readonly string[] HowKeys = ["after", "growth", "most", "attempts", "until"];

    // What refusals and negative receipts lead to; no other code could ever fit.
    private static readonly int[] RefusalErrors =
        [ErrorCodes.Blocked, ErrorCodes.HandsetUnknown, ErrorCodes.Unknown, ErrorCodes.CarrierCongestion];

    private static readonly int[] ReceiptErrors = [ErrorCodes.HandsetUnreachable, ErrorCodes.Filtered, ErrorCodes.Unknown];

    /// <param name="engine">With the accounts and connections that rules may name.</param>
    public static IReadOnlyList<RetryRule> Read(ConfigSection root, EngineOptions engine)
    {
        var rules = new List<RetryRule>();
        foreach (ConfigSection section in root.Groups("retries")) rules.Add(ReadRule(section, engine));
        return rules;
    }

    private static RetryRule ReadRule(ConfigSection section, EngineOptions engine)
    {
        var rule = new RetryRule
        {
            Retry = section.Choice("retry", null, Steps),
            After = section.Has("after") ? section.Duration("after", TimeSpan.Zero, TimeSpan.Zero, MostWait) : null,
            Growth = section.Number("growth", RetryRule.DefaultGrowth, 1, MostGrowth),
            Most = section.Duration("most", SubmitPolicy.MostRetry, TimeSpan.Zero, MostWait),
            Attempts = section.Has("attempts") ? section.Int("attempts", 1, 1, MostAttempts) : null,
            Until = section.Has("until") ? section.Duration("until", MostUntil, LeastUntil, MostUntil) : null,
        };
        if (section.Group("match") is { } match) rule = ReadMatch(match, rule, engine);
        bool isReceipt = rule.On == RetryKind.NegativeReceipt;
        string[] how = [.. HowKeys.Where(section.Has)];
        if (isReceipt && !section.Has("retry"))
            section.Fail("retry", "is missing; expected next or none after a negative receipt");
        else if (isReceipt && rule.Retry == RetryStep.Same)
            section.Fail("retry", "is 'same'; expected next or none: the connection could not deliver it");
        else if (rule.Retry == RetryStep.None && how.Length > 0)
            section.Fail(how[0], "says how a message is tried again; expected none of it beside 'retry: none'");
        else if (!section.Has("retry") && how.Length == 0)
            section.Fail("retry", "is missing; expected at least one of retry, after, attempts, until");
        else if (!section.Has("after") && how.FirstOrDefault(static key => key is "growth" or "most") is { } wait)
            section.Fail(wait, "says how the waits grow; expected 'after', the first of them, beside it");
        else if (section.Has("most") && rule.Most < rule.After)
            section.Fail("most", $"is the longest wait; expected no less than 'after', {Units.Format(rule.After.Value)}");
        section.Close();
        return rule;
    }

    private static RetryRule ReadMatch(ConfigSection match, RetryRule rule, EngineOptions engine)
    {
        (int first, int last) = ReadAttempt(match);
        rule = rule with
        {
            Class = match.Has("class") ? match.Choice("class", default, AccountConfig.Classes) : null,
            Account = match.Text("account", most: 34, expected: "the SID of an account"),
            Connection = match.Text("connection", most: 50, expected: "the name of a connection"),
            On = match.Choice("on", null, Kinds),
            Statuses = ReadStatuses(match),
            FirstAttempt = first,
            LastAttempt = last,
        };
        rule = rule with { Errors = ReadErrors(match, rule.On) };
        if (rule.On == RetryKind.NegativeReceipt && match.Has("status"))
            match.Fail("status", "is what a carrier answers; expected no 'status' beside 'on: negative_receipt', but perhaps 'error'");
        match.CheckName("account", rule.Account, engine.Accounts.Select(static account => account.Sid));
        match.CheckName("connection", rule.Connection, engine.Connections.Select(static connection => connection.Name));
        match.Close();
        return rule;
    }

    private static List<StatusRange> ReadStatuses(ConfigSection match)
    {
        var ranges = new List<StatusRange>();
        foreach (ConfigItem item in match.ItemOrItems("status", "statuses such as ESME_RSYSERR, 0x58 or 0x400-0x4FF"))
        {
            if (StatusConfig.TryParse(item.Text, out string problem) is var (from, to)) ranges.Add(new(from, to));
            else match.Errors.Add(item.Line, item.Path, $"'{item.Text}' {problem}");
        }

        return ranges;
    }

    private static List<int> ReadErrors(ConfigSection match, RetryKind? on)
    {
        int[] known = on == RetryKind.NegativeReceipt ? ReceiptErrors : RefusalErrors;
        string expected = $"error codes: {string.Join(", ", known)}";
        var errors = new List<int>();
        foreach (ConfigItem item in match.ItemOrItems("error", expected))
        {
            bool isKnown = int.TryParse(item.Text, NumberStyles.None, CultureInfo.InvariantCulture, out int error) && known.Contains(error);
            if (isKnown) errors.Add(error);
            else match.Errors.Add(item.Line, item.Path, $"is '{item.Text}'; expected one of a list of {expected}");
        }

        return errors;
    }

    private static (int First, int Last) ReadAttempt(ConfigSection match)
    {
        const string Expected = "the number of an attempt from 1 to 1000, such as 3, or a range such as 1-3 or 4-";
        if (match.Text("attempt", most: 20, expected: Expected) is not { } text) return (1, int.MaxValue);
        int dash = text.IndexOf('-', StringComparison.Ordinal);
        int first = Parse(dash < 0 ? text : text[..dash]);
        int last = dash < 0 ? first : dash == text.Length - 1 ? int.MaxValue : Parse(text[(dash + 1)..]);
        if (first > 0 && last >= first) return (first, last);
        match.Fail("attempt", $"is '{text}'; expected {Expected}");
        return (1, int.MaxValue);

        static int Parse(string digits) =>
            int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number <= MostNumber ? number : 0;
    }
}
