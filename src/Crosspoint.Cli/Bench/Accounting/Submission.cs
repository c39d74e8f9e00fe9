namespace Crosspoint.Cli.Bench.Accounting;

/// <summary>What a client was told of a message.</summary>
internal enum SubmissionOutcome
{
    /// <summary>No answer came: the message may or may not have been accepted.</summary>
    Unknown,

    /// <summary>Answered with success, each part of it.</summary>
    Acknowledged,

    /// <summary>Answered with an error.</summary>
    Refused,
}

/// <summary>How a client is told of the end of a message.</summary>
internal enum Callback
{
    None,
    Webhook,

    /// <summary>A deliver_sm with a receipt for each part.</summary>
    Receipt,
}

/// <summary>A message in the client's log.</summary>
/// <param name="Number">The number in its text, by which it is found everywhere.</param>
/// <param name="MessageId">The gateway's id, as its API writes it; null unless acknowledged.</param>
/// <param name="PartIds">The ids that an SMPP customer was given, one for each part; empty over HTTP.</param>
/// <param name="AnsweredAt">Timestamp of the answer, or of the moment when there was none to hope for.</param>
internal sealed record Submission(
    int Number, SubmissionOutcome Outcome, Callback Callback, string? MessageId, IReadOnlyList<string> PartIds, long AnsweredAt);
