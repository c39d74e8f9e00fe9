using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Crosspoint.Cli.Bench.Accounting;

/// <summary>The client's log: what was sent, and what was answered. Each message has its number in its text.</summary>
internal sealed partial class SubmissionLog(TimeProvider time)
{
    private readonly ConcurrentDictionary<int, Submission> _all = new();
    private readonly ConcurrentDictionary<string, int> _refusals = new();
    private int _next;

    public ICollection<Submission> All => _all.Values;

    public bool TryGet(int number, [MaybeNullWhen(false)] out Submission submission) => _all.TryGetValue(number, out submission);

    public IEnumerable<Submission> Acknowledged => _all.Values.Where(message => message.Outcome == SubmissionOutcome.Acknowledged);

    /// <summary>How often each answer refused something: HTTP statuses and the names of command statuses.</summary>
    public IReadOnlyDictionary<string, int> Refusals => _refusals;

    /// <summary>The text of a message. It stands twice in a text of two parts, in each of them once.</summary>
    public static string TextOf(int number) => string.Create(CultureInfo.InvariantCulture, $"crash-{number}-rig");

    /// <summary>The number in a text; null when it has none.</summary>
    public static int? NumberIn(string text)
    {
        Match match = NumberInText().Match(text);
        return match.Success ? int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : null;
    }

    /// <summary>The next number; shared by all who send.</summary>
    public int NextNumber() => Interlocked.Increment(ref _next);

    public void Acknowledge(int number, Callback callback, string messageId, params string[] partIds) =>
        Add(new(number, SubmissionOutcome.Acknowledged, callback, messageId, partIds, time.GetTimestamp()));

    /// <param name="answer">HTTP status, or name of the command status.</param>
    public void Refuse(int number, Callback callback, string answer)
    {
        _refusals.AddOrUpdate(answer, 1, static (_, count) => count + 1);
        Add(new(number, SubmissionOutcome.Refused, callback, null, [], time.GetTimestamp()));
    }

    public void MissAnswer(int number, Callback callback) =>
        Add(new(number, SubmissionOutcome.Unknown, callback, null, [], time.GetTimestamp()));

    private void Add(Submission submission)
    {
        if (!_all.TryAdd(submission.Number, submission)) throw new InvalidOperationException($"Message {submission.Number} is in the log already.");
    }

    [GeneratedRegex(@"crash-(\d+)-rig")]
    private static partial Regex NumberInText();
}
