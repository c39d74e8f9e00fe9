using System.Buffers;
using System.Text.Json;
using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Intake;
using Crosspoint.Engine.Messages;
using Crosspoint.RabbitMq;

namespace Crosspoint.Server.Api.V1;

/// <summary>The native API's JSON for requests that come over a queue.</summary>
internal sealed class QueueRequests : IRequestReader
{
    public SendRequest? Read(ReadOnlySpan<byte> body, Account account, string? traceParent, out RequestProblem problem)
    {
        SendRequest? request = SendMessageReader.ReadOne(body, account, TraceParents.Check(traceParent), out Problem found);
        problem = request is null ? Of(found) : default;
        return request;
    }

    public RequestProblem ProblemOf(in IntakeResult result) => Of(Problem.From(result));

    public RequestProblem ProblemOf(string field, string detail) => Of(new(ProblemKind.RequestInvalid, detail, field));

    public byte[] AnswerOf(MessageHead head) => Bytes(writer => MessageJson.WriteAccepted(writer, head));

    private static RequestProblem Of(Problem problem) => new(problem.Kind.Code, Bytes(problem.Write));

    private static byte[] Bytes(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        JsonAnswer answer = JsonAnswer.Rent();
        write(answer.Writer);
        answer.CopyTo(buffer);
        return buffer.WrittenSpan.ToArray();
    }
}
