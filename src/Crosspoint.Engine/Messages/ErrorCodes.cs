using System.Collections.Frozen;

namespace Crosspoint.Engine.Messages;

/// <summary>
/// Public error codes, as the Twilio-shaped API, status callbacks and message records give them. Applications that come from there know
/// them, so their meaning must not change; a code of our own would have none.
/// </summary>
public static class ErrorCodes
{
    public const int None = 0;
    public const int InvalidParameter = 20001;
    public const int AuthenticationFailed = 20003;
    public const int MethodNotAllowed = 20004;
    public const int NotComplete = 20009;
    public const int NotFound = 20404;
    public const int TooManyRequests = 20429;
    public const int Internal = 20500;
    public const int Unavailable = 20503;

    public const int ToInvalid = 21211;
    public const int FromInvalid = 21212;
    public const int BodyMissing = 21602;
    public const int FromMissing = 21603;
    public const int ToMissing = 21604;
    public const int FromNotOwned = 21606;
    public const int CallbackInvalid = 21609;
    public const int OptedOut = 21610;
    public const int QueueFull = 21611;
    public const int NoRoute = 21612;
    public const int BodyTooLong = 21617;
    public const int BodyCannotBeSent = 21618;
    public const int ValidityInvalid = 21624;

    public const int QueueOverflow = 30001;
    public const int AccountSuspended = 30002;
    public const int HandsetUnreachable = 30003;
    public const int Blocked = 30004;
    public const int HandsetUnknown = 30005;
    public const int LandlineOrUnreachableCarrier = 30006;
    public const int Filtered = 30007;
    public const int Unknown = 30008;
    public const int InboundSegmentMissing = 30009;
    public const int PriceAboveLimit = 30010;
    public const int ValidityTooShort = 30012;
    public const int CarrierCongestion = 30017;
    public const int SenderNotRegistered = 30018;
    public const int SenderNotProvisioned = 30024;
    public const int ValidityExpired = 30036;
    public const int ProviderRefusedParameters = 30400;
    public const int NotCancelable = 30409;
    public const int OutcomeUnknown = 30410;
    public const int DestinationBlocked = 30450;

    public const int ScheduleTimeMissing = 35111;
    public const int ScheduleTimeInvalid = 35114;

    public const int CallbackFailed = 11200;
    public const int CallbackConnectFailed = 11205;
    public const int CallbackProtocol = 11206;
    public const int CallbackDns = 11210;
    public const int CallbackRedirect = 11215;
    public const int ReplyUnparsable = 12100;
    public const int ReplyContentType = 12300;

    private static readonly FrozenDictionary<int, string> Messages = new Dictionary<int, string>
    {
        [InvalidParameter] = "Unknown or invalid parameter",
        [AuthenticationFailed] = "Authentication failed",
        [MethodNotAllowed] = "Method not allowed",
        [NotComplete] = "The message's delivery has not been completed",
        [NotFound] = "The requested resource was not found",
        [TooManyRequests] = "Too many requests",
        [Internal] = "Internal error",
        [Unavailable] = "Service unavailable",
        [ToInvalid] = "Invalid 'To' phone number",
        [FromInvalid] = "Invalid 'From' number or name",
        [BodyMissing] = "Message body is required",
        [FromMissing] = "A 'From' number or name is required",
        [ToMissing] = "A 'To' phone number is required",
        [FromNotOwned] = "The 'From' number or name does not belong to this account",
        [CallbackInvalid] = "Invalid status callback URL",
        [OptedOut] = "The recipient has opted out",
        [QueueFull] = "The queue of this 'From' is full",
        [NoRoute] = "The message cannot be routed from this sender to this recipient",
        [BodyTooLong] = "Message body is longer than 1600 characters",
        [BodyCannotBeSent] = "The message body cannot be sent",
        [ScheduleTimeMissing] = "SendAt is required to schedule a message",
        [ScheduleTimeInvalid] = "SendAt is outside the window in which messages can be scheduled",
        [ValidityInvalid] = "Invalid validity period",
        [QueueOverflow] = "Queue overflow",
        [AccountSuspended] = "Account suspended",
        [HandsetUnreachable] = "Unreachable handset",
        [Blocked] = "Message blocked",
        [HandsetUnknown] = "Unknown handset",
        [LandlineOrUnreachableCarrier] = "Landline or unreachable carrier",
        [Filtered] = "Message filtered",
        [Unknown] = "Unknown error",
        [InboundSegmentMissing] = "Missing segment",
        [PriceAboveLimit] = "Message price exceeds the limit",
        [ValidityTooShort] = "The validity period is too short",
        [CarrierCongestion] = "Carrier network congestion",
        [SenderNotRegistered] = "The sender name must be registered for this destination",
        [SenderNotProvisioned] = "The sender is not provisioned on the carrier",
        [ValidityExpired] = "The validity period expired",
        [ProviderRefusedParameters] = "Bad parameters",
        [NotCancelable] = "The message is not in a state in which it can be canceled",
        [OutcomeUnknown] = "The provider did not answer in time",
        [DestinationBlocked] = "The destination is blocked for now",
        [CallbackFailed] = "The callback was not answered with success",
        [CallbackConnectFailed] = "The callback's server could not be reached",
        [CallbackProtocol] = "The callback's server violated HTTP",
        [CallbackDns] = "The callback's host name could not be resolved",
        [CallbackRedirect] = "The callback was redirected too often",
        [ReplyUnparsable] = "The callback's reply could not be parsed",
        [ReplyContentType] = "The callback's reply has a content type that is not supported",
    }.ToFrozenDictionary();

    /// <summary>The text that goes with a code; null for a code that we never give.</summary>
    public static string? MessageFor(int code) => Messages.GetValueOrDefault(code);
}
