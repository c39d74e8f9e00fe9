using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Engine.Intake;

/// <summary>Why a request was refused. Each API gives it its own code and HTTP status.</summary>
public enum IntakeError
{
    None,
    ToMissing,

    /// <summary>Not E.164 in form.</summary>
    ToInvalid,
    FromMissing,

    /// <summary>Neither E.164, nor a short code, nor a name of up to 11 characters.</summary>
    FromInvalid,

    /// <summary>The account may send only from its own senders.</summary>
    FromNotOwned,
    BodyMissing,

    /// <summary>More than 1,600 UTF-16 code units.</summary>
    BodyTooLong,
    ValidityInvalid,

    /// <summary>In the past, or more than 35 days ahead.</summary>
    ScheduleInvalid,

    /// <summary>Not an absolute URL that may be called.</summary>
    CallbackInvalid,
    ReferenceInvalid,
    TagsInvalid,

    /// <summary>Same idempotency key, other body.</summary>
    IdempotencyConflict,
    IdempotencyKeyInvalid,

    /// <summary>Too much is waiting: try again later.</summary>
    Overloaded,

    /// <summary>Nothing can be stored now.</summary>
    StoreUnavailable,

    /// <summary>The store failed in the middle of it: the next start may find it accepted.</summary>
    OutcomeUnknown,

    /// <summary>The queue of a limit is full: try again later.</summary>
    Throttled,

    /// <summary>The queue of a limit is full, and its answer is for good.</summary>
    LimitReached,

    /// <summary>Not the name of a batch.</summary>
    BatchInvalid,

    /// <summary>The batch was canceled, and takes no messages.</summary>
    BatchCanceled,

    /// <summary>The message to be sent again is not there.</summary>
    MessageNotFound,

    /// <summary>The message may not be sent again: it has not failed, its text is gone, or its time is over.</summary>
    ResendRefused,
}

/// <summary>The answer to one request: the accepted message, or why not.</summary>
/// <param name="Field">The design's field name (to, from, body, …) that is at fault; empty when none is.</param>
/// <param name="Detail">What was expected, for people.</param>
/// <param name="Replayed">The message was accepted earlier under the same idempotency key.</param>
public readonly record struct IntakeResult(MessageHead? Head, IntakeError Error, string Field, string Detail, bool Replayed = false)
{
    /// <summary>How long to wait before it is worth to try again; zero where that cannot be told.</summary>
    public TimeSpan RetryAfter { get; init; }

    /// <summary><see cref="RetryAfter"/> in whole seconds, at least 1.</summary>
    public int RetryAfterSeconds => Math.Max(1, (int)Math.Ceiling(RetryAfter.TotalSeconds));

    public bool IsAccepted => Head is not null;

    public static IntakeResult Accepted(MessageHead head, bool replayed = false) => new(head, IntakeError.None, "", "", replayed);

    public static IntakeResult Refused(IntakeError error, string field, string detail) => new(null, error, field, detail);

    /// <summary>What to say of a request that the store did not take.</summary>
    public static IntakeResult NotStored(StoreFailure failure) => failure == StoreFailure.Unknown
        ? Refused(
            IntakeError.OutcomeUnknown,
            "",
            "The store failed while this was written. It may have been accepted: ask for it later, or repeat it with the same idempotency key.")
        : Refused(IntakeError.StoreUnavailable, "", "Nothing can be stored now. Nothing was accepted: try again later.");
}

/// <summary>An idempotency key with the hash of the body it came with.</summary>
/// <param name="Key">1 to 255 printable ASCII characters.</param>
/// <param name="BodyHash">SHA-256 of the request's body as received.</param>
public readonly record struct IdempotencyInput(string Key, byte[] BodyHash);

/// <summary>The outcome of a change asked for by the account.</summary>
public enum ChangeOutcome
{
    Done,
    NotFound,

    /// <summary>The message's state does not allow it.</summary>
    WrongState,
    StoreUnavailable,

    /// <summary>The store failed in the middle of it: the next start may find it done.</summary>
    OutcomeUnknown,

    /// <summary>What it was to become is out of range.</summary>
    Invalid,
}

/// <param name="Message">A private copy after the change; null when it was not found, or deleted.</param>
public readonly record struct ChangeResult(ChangeOutcome Outcome, Message? Message);
