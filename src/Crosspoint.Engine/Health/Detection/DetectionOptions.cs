namespace Crosspoint.Engine.Health.Detection;

/// <summary>What is noticed of a cell, and when. docs/health.md says what the figures mean together, and where they come from.</summary>
public sealed record DetectionOptions
{
    public static readonly TimeSpan ShortestStall = TimeSpan.FromMilliseconds(250);
    public static readonly TimeSpan LongestTime = TimeSpan.FromDays(7);

    /// <summary>Thresholds of all cells.</summary>
    public DetectionRules Rules { get; init; } = new();

    /// <summary>Thresholds of some: for each threshold the first that fits and sets it.</summary>
    public IReadOnlyList<DetectionOverride> Overrides { get; init; } = [];

    /// <summary>How long a connection that was bound must be without any session: longer than one that is dropped takes to bind again.</summary>
    public TimeSpan UnboundAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The least time without any answer that is a stall.</summary>
    public TimeSpan StalledAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The same as a multiple of the usual 99th percentile of the time to a response; the longer of both counts.</summary>
    public double StalledFactor { get; init; } = 5;

    /// <summary>Segments that must wait for an answer meanwhile.</summary>
    public int StalledWaiting { get; init; } = 3;

    /// <summary>The 99th percentile of the time to a response until it is known: a slow carrier's, so that a new cell is not taken for stalled.</summary>
    public TimeSpan ResponseP99 { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long most answers must take longer than a stall does until it is one.</summary>
    public TimeSpan ResponsesSlowFor { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the carrier must keep asking for less.</summary>
    public TimeSpan ThrottledFor { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Share of the answers of the last minute that a status which is new must reach.</summary>
    public double NewErrorShare { get; init; } = 0.01;

    /// <summary>How often it must have come. Statuses that blame the message must come four times as often.</summary>
    public int NewErrorCount { get; init; } = 5;

    /// <summary>How long receipts must be missing at least: carriers hold them back for some seconds, and give all at once.</summary>
    public TimeSpan ReceiptsSilentAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Receipts may take so many times as long as usual before they are missed.</summary>
    public double ReceiptsStretch { get; init; } = 1.5;

    /// <summary>
    /// Evidence that a sequential test asks for, as a natural logarithm, besides that which the number of messages asks for: 1 more makes alarms
    /// by chance about a third as frequent, and those that are due a little later.
    /// </summary>
    public double Evidence { get; init; } = 9;

    /// <summary>While it lasts it is told again no sooner than this.</summary>
    public TimeSpan Repeat { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>What has been so for this long is what is usual.</summary>
    public TimeSpan AdoptAfter { get; init; } = TimeSpan.FromDays(1);

    /// <summary>The thresholds of a cell.</summary>
    public DetectionRules RulesOf(HealthCell cell)
    {
        var rules = new DetectionRules();
        foreach (DetectionOverride some in Overrides)
        {
            if (some.Fits(cell)) rules = rules.Or(some.Rules);
        }

        return rules.Or(Rules);
    }

    /// <summary>What is wrong with the figures; empty where nothing is.</summary>
    public IReadOnlyList<string> Problems()
    {
        var problems = new List<string>();
        CheckTime(problems, nameof(UnboundAfter), UnboundAfter, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
        CheckTime(problems, nameof(StalledAfter), StalledAfter, ShortestStall, TimeSpan.FromMinutes(10));
        Check(problems, nameof(StalledFactor), StalledFactor, 1, 100);
        Check(problems, nameof(StalledWaiting), StalledWaiting, 1, 10_000);
        CheckTime(problems, nameof(ResponseP99), ResponseP99, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(1));
        CheckTime(problems, nameof(ResponsesSlowFor), ResponsesSlowFor, TimeSpan.FromSeconds(5), TimeSpan.FromHours(1));
        CheckTime(problems, nameof(ThrottledFor), ThrottledFor, TimeSpan.FromSeconds(5), TimeSpan.FromHours(1));
        Check(problems, nameof(NewErrorShare), NewErrorShare, 0, 1);
        Check(problems, nameof(NewErrorCount), NewErrorCount, 1, 1_000_000);
        CheckTime(problems, nameof(ReceiptsSilentAfter), ReceiptsSilentAfter, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1));
        Check(problems, nameof(ReceiptsStretch), ReceiptsStretch, 1, 10);
        Check(problems, nameof(Evidence), Evidence, 3, 50);
        CheckTime(problems, nameof(Repeat), Repeat, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
        CheckTime(problems, nameof(AdoptAfter), AdoptAfter, TimeSpan.FromMinutes(10), LongestTime);
        CheckRules(problems, Rules);
        foreach (DetectionOverride some in Overrides) CheckRules(problems, some.Rules);
        return problems;
    }

    private static void CheckRules(List<string> problems, DetectionRules rules)
    {
        if (rules.Errors is { } errors) Check(problems, nameof(rules.Errors), errors, 0, 1);
        if (rules.Throttled is { } throttled) Check(problems, nameof(rules.Throttled), throttled, 0, 1);
        if (rules.Messages is { } messages) Check(problems, nameof(rules.Messages), messages, 1, 1_000_000);
        if (rules.ReceiptsP95 is { } p95) CheckTime(problems, nameof(rules.ReceiptsP95), p95, TimeSpan.FromMilliseconds(100), TimeSpan.FromDays(1));
    }

    private static void Check(List<string> problems, string name, double value, double least, double most)
    {
        // Not a number fails too.
        if (!(value >= least && value <= most)) problems.Add(FormattableString.Invariant($"{name} is {value}; expected {least} to {most}"));
    }

    private static void CheckTime(List<string> problems, string name, TimeSpan value, TimeSpan least, TimeSpan most)
    {
        if (value < least || value > most) problems.Add($"{name} is {value}; expected {least} to {most}");
    }
}
