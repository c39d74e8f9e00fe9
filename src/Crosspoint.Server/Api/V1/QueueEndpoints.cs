using System.Text.Json;
using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Monitoring;
using Crosspoint.Server.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Crosspoint.Server.Api.V1;

/// <summary>What waits for connections, under <c>/v1/queues</c>: an account sees its own, the operator all.</summary>
internal sealed class QueueEndpoints(ApiBackend backend)
{
    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/v1/queues", ListAsync).Needs(Permission.ReadTraffic, Permission.ReadAccount);

    private Task ListAsync(HttpContext context)
    {
        string? sid = null;
        if (!Caller.IsStaffOf(context))
        {
            if (RequestDoor.AccountOf(context, backend.Accounts) is not Account account)
            {
                Problem.Unauthorized.Send(context);
                return Task.CompletedTask;
            }

            sid = account.Sid;
        }

        if (Problem.OfQuery(context.Request) is { } problem)
        {
            problem.Send(context);
            return Task.CompletedTask;
        }

        JsonAnswer answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteStartArray("queues"u8);
        foreach (QueueStatus queue in backend.Connections.Queues(sid)) Write(answer.Writer, queue);
        answer.Writer.WriteEndArray();
        answer.Writer.WriteEndObject();
        answer.Send(context, StatusCodes.Status200OK);
        return Task.CompletedTask;
    }

    private static void Write(Utf8JsonWriter writer, QueueStatus queue)
    {
        writer.WriteStartObject();
        writer.WriteString("connection"u8, queue.Connection);
        writer.WriteString("class"u8, MessageJson.NameOf(queue.Class));
        writer.WriteString("account_sid"u8, queue.AccountSid.Length == 0 ? null : queue.AccountSid);
        writer.WriteNumber("waiting"u8, queue.Waiting);
        writer.WriteNumber("in_memory"u8, queue.InMemory);
        writer.WriteNumber("rate"u8, Math.Round(queue.Rate, 2));
        if (queue.EstimatedWait is { } wait) writer.WriteNumber("estimated_wait_seconds"u8, Math.Round(wait.TotalSeconds, 1));
        else writer.WriteNull("estimated_wait_seconds"u8);
        writer.WriteBoolean("held_back"u8, queue.IsHeldBack);
        writer.WriteStartArray("limits"u8);
        foreach (QueueLimit limit in queue.Limits)
        {
            writer.WriteStartObject();
            writer.WriteString("name"u8, limit.Name);
            writer.WriteString("key"u8, limit.Key);
            if (limit.PerDay > 0) writer.WriteNull("rate"u8);
            else writer.WriteNumber("rate"u8, limit.Rate);
            writer.WriteNumber("waiting_segments"u8, limit.Waiting);
            if (limit.PerDay > 0)
            {
                writer.WriteNumber("per_day"u8, limit.PerDay);
                writer.WriteNumber("today"u8, limit.Today);
            }
            else
            {
                writer.WriteNull("per_day"u8);
                writer.WriteNull("today"u8);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
