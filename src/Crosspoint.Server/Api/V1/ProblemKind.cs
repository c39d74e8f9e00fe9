using Crosspoint.Engine.Intake;

namespace Crosspoint.Server.Api.V1;

/// <summary>A kind of problem (RFC 9457). The code is stable; applications may depend on it.</summary>
public sealed record ProblemKind(string Code, int Status, string Title)
{
    public static readonly ProblemKind ToMissing = new("to_missing", 400, "The recipient is missing.");
    public static readonly ProblemKind ToInvalid = new("to_invalid", 400, "The recipient is not an international number.");
    public static readonly ProblemKind NumberInvalid = new("number_invalid", 400, "This is not an international number.");
    public static readonly ProblemKind FromMissing = new("from_missing", 400, "The sender is missing.");
    public static readonly ProblemKind FromInvalid = new("from_invalid", 400, "The sender is not well-formed.");
    public static readonly ProblemKind FromNotOwned = new("from_not_owned", 403, "The sender does not belong to this account.");
    public static readonly ProblemKind BodyMissing = new("body_missing", 400, "The body is missing.");
    public static readonly ProblemKind BodyTooLong = new("body_too_long", 400, "The body is too long.");
    public static readonly ProblemKind ValidityInvalid = new("validity_invalid", 400, "The validity is out of range.");
    public static readonly ProblemKind SendAtInvalid = new("send_at_invalid", 400, "Messages cannot be scheduled for that time.");
    public static readonly ProblemKind CallbackInvalid = new("callback_invalid", 400, "The callback URL cannot be called.");
    public static readonly ProblemKind ReferenceInvalid = new("reference_invalid", 400, "The reference is not well-formed.");
    public static readonly ProblemKind TagsInvalid = new("tags_invalid", 400, "The tags are not well-formed.");
    public static readonly ProblemKind MetadataInvalid = new("metadata_invalid", 400, "The metadata is not well-formed.");
    public static readonly ProblemKind BatchInvalid = new("batch_invalid", 400, "The name of the batch is not well-formed.");
    public static readonly ProblemKind BatchCanceled = new("batch_canceled", 409, "The batch was canceled.");
    public static readonly ProblemKind BatchState = new("batch_state", 409, "The batch's state does not allow that.");
    public static readonly ProblemKind IdempotencyKeyInvalid = new(
        "idempotency_key_invalid", 400, "The idempotency key is not well-formed.");
    public static readonly ProblemKind IdempotencyConflict = new(
        "idempotency_conflict", 409, "The idempotency key was used before, and its answer cannot be given again.");
    public static readonly ProblemKind Overloaded = new("overloaded", 429, "Too much is waiting. Try again later.");
    public static readonly ProblemKind Throttled = new("throttled", 429, "A limit is reached. Try again later.");
    public static readonly ProblemKind LimitReached = new("limit_reached", 422, "A limit is reached.");
    public static readonly ProblemKind StoreUnavailable = new("store_unavailable", 503, "Nothing can be stored now. Try again later.");
    public static readonly ProblemKind OutcomeUnknown = new("outcome_unknown", 500, "It is not known whether this was done.");
    public static readonly ProblemKind JsonInvalid = new("json_invalid", 400, "The body is not the JSON that is expected.");
    public static readonly ProblemKind FieldUnknown = new("field_unknown", 400, "A field is not known.");
    public static readonly ProblemKind FieldDuplicate = new("field_duplicate", 400, "A field is given twice.");
    public static readonly ProblemKind FieldInvalid = new("field_invalid", 400, "A field has the wrong type or value.");
    public static readonly ProblemKind NotSupported = new("not_supported", 400, "This version does not support that.");
    public static readonly ProblemKind BatchSize = new("batch_size", 400, "A batch holds 1 to 1,000 messages.");
    public static readonly ProblemKind ParameterUnknown = new("parameter_unknown", 400, "A query parameter is not known.");
    public static readonly ProblemKind ParameterInvalid = new("parameter_invalid", 400, "A query parameter is not well-formed.");
    public static readonly ProblemKind WrongState = new("wrong_state", 409, "The message's state does not allow that.");
    public static readonly ProblemKind ResendRefused = new("resend_refused", 409, "The message is not sent again.");
    public static readonly ProblemKind Unauthorized = new("unauthorized", 401, "Credentials are missing or not right.");
    public static readonly ProblemKind SignInFailed = new("sign_in_failed", 401, "The name or the password is not right.");
    public static readonly ProblemKind TotpRequired = new("totp_required", 401, "A code of the second factor is needed.");
    public static readonly ProblemKind TotpInvalid = new("totp_invalid", 401, "The code of the second factor is not right, or was used.");
    public static readonly ProblemKind SignInLocked = new("sign_in_locked", 429, "Too many tries failed: signing in with this name is locked for a while.");
    public static readonly ProblemKind LinkInvalid = new("link_invalid", 401, "The link is not right, was used, or has expired.");
    public static readonly ProblemKind HttpsRequired = new("https_required", 403, "Signing in takes HTTPS.");
    public static readonly ProblemKind CsrfFailed = new("csrf_failed", 403, "The request does not come from the console.");
    public static readonly ProblemKind Forbidden = new("forbidden", 403, "This user may not do that.");
    public static readonly ProblemKind PasswordWeak = new("password_weak", 400, "The password does not meet the rules.");
    public static readonly ProblemKind UserExists = new("user_exists", 409, "There is a user of this name.");
    public static readonly ProblemKind UserState = new("user_state", 409, "The user's state does not allow that.");
    public static readonly ProblemKind AdminDisabled = new("admin_disabled", 403, "The operator's endpoints are switched off.");
    public static readonly ProblemKind ConfigurationInvalid = new("configuration_invalid", 400, "The configuration is not right.");
    public static readonly ProblemKind ConnectionState = new("connection_state", 409, "The connection's state does not allow that.");
    public static readonly ProblemKind AccountState = new("account_state", 409, "The account's state does not allow that.");
    public static readonly ProblemKind AlertState = new("alert_state", 409, "The state of the incident, alert or silence does not allow that.");
    public static readonly ProblemKind EndpointState = new("endpoint_state", 409, "The endpoint's state does not allow that.");
    public static readonly ProblemKind ExperimentImpossible = new("experiment_impossible", 409, "The experiment cannot be made now.");
    public static readonly ProblemKind ExperimentState = new("experiment_state", 409, "The state of experiments does not allow that.");
    public static readonly ProblemKind RevisionConflict = new("revision_conflict", 409, "Another revision was activated meanwhile.");
    public static readonly ProblemKind RevisionState = new("revision_state", 409, "The revision's state does not allow that.");
    public static readonly ProblemKind SetByFile = new("set_by_file", 409, "The configuration file says what this is.");
    public static readonly ProblemKind DeckInvalid = new("deck_invalid", 422, "The rate sheet is not right.");
    public static readonly ProblemKind SampleInvalid = new("sample_invalid", 422, "The sample is not right.");
    public static readonly ProblemKind NotFound = new("not_found", 404, "There is nothing here.");
    public static readonly ProblemKind MethodNotAllowed = new("method_not_allowed", 405, "This method is not allowed here.");
    public static readonly ProblemKind RequestTimeout = new("request_timeout", 408, "The request came too slowly.");
    public static readonly ProblemKind RequestTooLarge = new("request_too_large", 413, "The request's body is too large.");
    public static readonly ProblemKind MediaType = new("media_type_unsupported", 415, "The content type or encoding is not supported.");
    public static readonly ProblemKind RequestInvalid = new("request_invalid", 400, "The request is not well-formed.");
    public static readonly ProblemKind TooManyStreams = new("too_many_streams", 429, "Too many event streams are open.");
    public static readonly ProblemKind EventUnknown = new("event_unknown", 400, "No event has this number yet.");
    public static readonly ProblemKind EventGone = new("event_gone", 410, "Events that follow this one are no longer kept.");
    public static readonly ProblemKind Internal = new("internal", 500, "Something went wrong here.");

    /// <summary>Every kind, in the order of the documentation.</summary>
    public static IReadOnlyList<ProblemKind> All { get; } =
    [
        ToMissing, ToInvalid, FromMissing, FromInvalid, FromNotOwned, BodyMissing, BodyTooLong, ValidityInvalid, SendAtInvalid, CallbackInvalid,
        NumberInvalid, ReferenceInvalid, TagsInvalid, MetadataInvalid, BatchInvalid, IdempotencyKeyInvalid, IdempotencyConflict, JsonInvalid, FieldUnknown,
        FieldDuplicate, FieldInvalid, NotSupported, BatchSize, ParameterUnknown, ParameterInvalid, EventUnknown, RequestInvalid,
        ConfigurationInvalid, PasswordWeak, Unauthorized, SignInFailed, TotpRequired, TotpInvalid, LinkInvalid, AdminDisabled, Forbidden, CsrfFailed,
        HttpsRequired, UserExists, UserState, SignInLocked, NotFound, MethodNotAllowed, RequestTimeout, WrongState, ResendRefused, ConnectionState, EndpointState,
        AccountState, AlertState, BatchState, BatchCanceled, RevisionConflict, RevisionState, SetByFile, ExperimentImpossible, ExperimentState, EventGone,
        RequestTooLarge, MediaType, DeckInvalid, SampleInvalid, LimitReached, Throttled, Overloaded, TooManyStreams, Internal, OutcomeUnknown, StoreUnavailable,
    ];

    public static ProblemKind For(IntakeError error) => error switch
    {
        IntakeError.ToMissing => ToMissing,
        IntakeError.ToInvalid => ToInvalid,
        IntakeError.FromMissing => FromMissing,
        IntakeError.FromInvalid => FromInvalid,
        IntakeError.FromNotOwned => FromNotOwned,
        IntakeError.BodyMissing => BodyMissing,
        IntakeError.BodyTooLong => BodyTooLong,
        IntakeError.ValidityInvalid => ValidityInvalid,
        IntakeError.ScheduleInvalid => SendAtInvalid,
        IntakeError.CallbackInvalid => CallbackInvalid,
        IntakeError.ReferenceInvalid => ReferenceInvalid,
        IntakeError.TagsInvalid => TagsInvalid,
        IntakeError.IdempotencyConflict => IdempotencyConflict,
        IntakeError.IdempotencyKeyInvalid => IdempotencyKeyInvalid,
        IntakeError.Overloaded => Overloaded,
        IntakeError.Throttled => Throttled,
        IntakeError.LimitReached => LimitReached,
        IntakeError.StoreUnavailable => StoreUnavailable,
        IntakeError.OutcomeUnknown => OutcomeUnknown,
        IntakeError.BatchInvalid => BatchInvalid,
        IntakeError.BatchCanceled => BatchCanceled,
        IntakeError.MessageNotFound => NotFound,
        IntakeError.ResendRefused => ResendRefused,
        _ => Internal,
    };

    /// <summary>The kind for a bare HTTP status that the server itself gave.</summary>
    public static ProblemKind ForStatus(int status) => status switch
    {
        401 => Unauthorized,
        403 => Forbidden,
        404 => NotFound,
        405 => MethodNotAllowed,
        408 => RequestTimeout,
        413 => RequestTooLarge,
        415 => MediaType,
        503 => StoreUnavailable,
        >= 500 => Internal,
        _ => RequestInvalid,
    };
}
