using System.Globalization;
using Crosspoint.Engine.Intake;
using Crosspoint.Engine.Messages;
using Microsoft.AspNetCore.Http;

namespace Crosspoint.Server.Api.TwilioCompat;

/// <summary>An error as clients of the Twilio-shaped API expect it.</summary>
internal readonly record struct TwilioError(int Code, int Status, string Message)
{
    /// <summary>Seconds after which a refused caller should try again; told with 429 and 503 alone.</summary>
    public int RetryAfter { get; init; } = 1;

    public static readonly TwilioError Unauthorized = new(
        ErrorCodes.AuthenticationFailed, 401, "Authentication Error - invalid username or password");

    public static TwilioError Parameter(string message) => new(ErrorCodes.InvalidParameter, 400, message);

    public static TwilioError NotFound(HttpRequest request) =>
        new(ErrorCodes.NotFound, 404, $"The requested resource {request.Path.Value} was not found");

    /// <summary>The error for a refusal by intake.</summary>
    public static TwilioError From(in IntakeResult result)
    {
        (int code, int status) = result.Error switch
        {
            IntakeError.ToMissing => (ErrorCodes.ToMissing, 400),
            IntakeError.ToInvalid => (ErrorCodes.ToInvalid, 400),
            IntakeError.FromMissing => (ErrorCodes.FromMissing, 400),
            IntakeError.FromInvalid => (ErrorCodes.FromInvalid, 400),
            IntakeError.FromNotOwned => (ErrorCodes.FromNotOwned, 400),
            IntakeError.BodyMissing => (ErrorCodes.BodyMissing, 400),
            IntakeError.BodyTooLong => (ErrorCodes.BodyTooLong, 400),
            IntakeError.ValidityInvalid => (ErrorCodes.ValidityInvalid, 400),
            IntakeError.ScheduleInvalid => (ErrorCodes.ScheduleTimeInvalid, 400),
            IntakeError.CallbackInvalid => (ErrorCodes.CallbackInvalid, 400),
            IntakeError.Overloaded => (ErrorCodes.TooManyRequests, 429),
            IntakeError.Throttled => (ErrorCodes.QueueFull, 429),
            IntakeError.LimitReached => (ErrorCodes.QueueFull, 400),
            IntakeError.StoreUnavailable => (ErrorCodes.Unavailable, 503),
            IntakeError.OutcomeUnknown => (ErrorCodes.Internal, 500),
            _ => (ErrorCodes.InvalidParameter, 400),
        };
        string text = ErrorCodes.MessageFor(code)!;
        return new(code, status, result.Detail.Length > 0 ? $"{text}: {result.Detail}" : text) { RetryAfter = result.RetryAfterSeconds };
    }

    /// <summary>The error for a bare HTTP status that the server itself gave.</summary>
    public static TwilioError ForStatus(int status, HttpRequest request) => status switch
    {
        401 => Unauthorized,
        404 => NotFound(request),
        405 => new(ErrorCodes.MethodNotAllowed, 405, $"Method {request.Method} is not allowed here"),
        408 => new(ErrorCodes.InvalidParameter, 408, "The request came too slowly"),
        413 => new(ErrorCodes.InvalidParameter, 413, "The request's body is too large"),
        415 => new(ErrorCodes.InvalidParameter, 415, "Expected application/x-www-form-urlencoded in UTF-8, without a content encoding"),
        503 => new(ErrorCodes.Unavailable, 503, "Service unavailable"),
        >= 500 => new(ErrorCodes.Internal, 500, "Internal error"),
        _ => new(ErrorCodes.InvalidParameter, status, "The request is not well-formed"),
    };

    public void Send(HttpContext context)
    {
        if (Status is 429 or 503) context.Response.Headers.RetryAfter = RetryAfter.ToString(CultureInfo.InvariantCulture);
        if (Status == 401) context.Response.Headers.WWWAuthenticate = "Basic realm=\"Crosspoint API\", charset=\"UTF-8\"";
        JsonAnswer answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteNumber("code"u8, Code);
        answer.Writer.WriteString("message"u8, Message);
        answer.Writer.WriteString("more_info"u8, string.Create(CultureInfo.InvariantCulture, $"https://www.twilio.com/docs/errors/{Code}"));
        answer.Writer.WriteNumber("status"u8, Status);
        answer.Writer.WriteEndObject();
        answer.Send(context, Status);
    }
}
