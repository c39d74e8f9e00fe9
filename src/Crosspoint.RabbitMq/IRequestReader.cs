using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Intake;
using Crosspoint.Engine.Messages;

namespace Crosspoint.RabbitMq;

/// <summary>The JSON of the native API, for requests that do not come over HTTP.</summary>
public interface IRequestReader
{
    /// <summary>Reads the body of <c>POST /v1/messages</c>; null and a problem when it cannot be taken.</summary>
    SendRequest? Read(ReadOnlySpan<byte> body, Account account, string? traceParent, out RequestProblem problem);

    /// <summary>The problem of a request that the intake refused.</summary>
    RequestProblem ProblemOf(in IntakeResult result);

    /// <summary>A problem with what stands around the body.</summary>
    RequestProblem ProblemOf(string field, string detail);

    /// <summary>The answer to a request that was accepted.</summary>
    byte[] AnswerOf(MessageHead head);
}

/// <summary>Why a request was refused.</summary>
/// <param name="Code">The stable code.</param>
/// <param name="Json">The whole problem (RFC 9457).</param>
public readonly record struct RequestProblem(string Code, byte[] Json);
