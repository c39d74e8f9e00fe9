using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Intake;

/// <summary>
/// The one door for messages and for changes that accounts ask for: every API goes through it.
/// An accepted answer is given only after the journal's commit.
/// </summary>
public interface IIntake
{
    /// <summary>Validates, stores and answers one request.</summary>
    ValueTask<IntakeResult> SendAsync(SendRequest request, IdempotencyInput? idempotency, CancellationToken cancellationToken);

    /// <summary>
    /// Stores one part of a long message that an SMPP customer cut itself; the last part makes it whole. Every part has the message's id.
    /// </summary>
    /// <param name="request">The part's text as the body, and in its details the part.</param>
    /// <param name="partKey">Reference, number of parts and kind of numbering: what the parts of one message have in common.</param>
    ValueTask<IntakeResult> SendPartAsync(SendRequest request, string partKey, CancellationToken cancellationToken);

    /// <summary>
    /// The same for up to 1,000 requests of one account; each is judged on its own, the accepted ones are stored in one commit. Answers
    /// stand in the order of the requests. Requests that came over SMPP are one submit_multi.
    /// </summary>
    ValueTask<IReadOnlyList<IntakeResult>> SendBatchAsync(
        IReadOnlyList<SendRequest> requests, IdempotencyInput? idempotency, CancellationToken cancellationToken);

    /// <summary>
    /// Sends a message of the account that failed, or was not delivered, once more: as a new message with the same text to the same recipient, valid as long
    /// as the first would have been.
    /// </summary>
    ValueTask<IntakeResult> ResendAsync(ResendRequest request, CancellationToken cancellationToken);

    /// <summary>Withdraws a message that was not handed to a vendor yet.</summary>
    ValueTask<ChangeResult> CancelAsync(Account account, MessageId id, CancellationToken cancellationToken);

    /// <summary>The same by the operator, for a message of any account; its timeline says so.</summary>
    ValueTask<ChangeResult> CancelAsync(MessageId id, CancellationToken cancellationToken);

    /// <summary>Replaces the text of a message that was not handed to a vendor yet.</summary>
    ValueTask<ChangeResult> ReplaceAsync(
        Account account, MessageId id, Replacement replacement, CancellationToken cancellationToken);

    /// <summary>Gives a scheduled message another time, or null to send it now. Its validity counts from then.</summary>
    ValueTask<ChangeResult> RescheduleAsync(Account account, MessageId id, DateTimeOffset? sendAt, CancellationToken cancellationToken);

    /// <summary>Removes the body of a message that is sent or finished.</summary>
    ValueTask<ChangeResult> RedactAsync(Account account, MessageId id, CancellationToken cancellationToken);

    /// <summary>The same by the operator, for a message of any account; its timeline says so.</summary>
    ValueTask<ChangeResult> RedactAsync(MessageId id, CancellationToken cancellationToken);

    /// <summary>Removes a finished message.</summary>
    ValueTask<ChangeResult> DeleteAsync(Account account, MessageId id, CancellationToken cancellationToken);

    /// <summary>Notes whether the recipient acted on a message that was sent with feedback asked for.</summary>
    ValueTask<ChangeResult> RecordFeedbackAsync(Account account, MessageId id, bool confirmed, CancellationToken cancellationToken);

    /// <summary>
    /// Queues a webhook of the message again that was delivered or given up. WrongState while it is still being tried; NotFound when the
    /// message never had a webhook for that event.
    /// </summary>
    ValueTask<ChangeResult> ReplayWebhookAsync(Account account, MessageId id, int eventNumber, CancellationToken cancellationToken);

    /// <summary>The same by the operator, for a message of any account.</summary>
    ValueTask<ChangeResult> ReplayWebhookAsync(MessageId id, int eventNumber, CancellationToken cancellationToken);

    /// <summary>
    /// Queues webhooks again that were delivered or given up, newest messages first. What one call looks at is bounded; its cursor goes on.
    /// </summary>
    ValueTask<ReplayResult> ReplayWebhooksAsync(Account account, ReplayQuery query, CancellationToken cancellationToken);
}

/// <summary>What replaces a message's text (SMPP v3.4 §4.10).</summary>
/// <param name="Body">1 to 1,600 UTF-16 code units.</param>
/// <param name="SendAt">Null leaves the time as it was.</param>
/// <param name="ValidUntil">Null leaves the validity as it was, counted from when the message may go out.</param>
/// <param name="RegisteredDelivery">See <see cref="SubmitDetails.RegisteredDelivery"/>.</param>
/// <param name="DataCoding">The coding in which the text came; null where the operation names none.</param>
public sealed record Replacement(
    string Body, DateTimeOffset? SendAt, DateTimeOffset? ValidUntil, byte RegisteredDelivery, byte? DataCoding);
