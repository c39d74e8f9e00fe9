using System.Buffers;
using System.Threading.Channels;
using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Monitoring;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Crosspoint.Server.Api.V1;

/// <summary>
/// <c>GET /v1/events</c>: the account's events as they happen, as server-sent events (WHATWG HTML §9.2). Live only: it has no memory,
/// and a reader that is too slow loses the oldest. The durable record is each message's own timeline.
/// </summary>
internal sealed class EventStream(ApiBackend backend, CancellationToken stopping)
{
    // Readers beyond this are refused: each holds a connection and a queue.
    private const int MaxStreams = 200;
    private const int QueuedEvents = 10_000;

    // Well under the 60 s after which proxies cut a silent connection.
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    private int _streams;

    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/v1/events", StreamAsync);

    private async Task StreamAsync(HttpContext context)
    {
        if (Credentials.BearerOrBasic(context.Request, backend.Accounts) is not { } account)
        {
            Problem.Unauthorized.Send(context);
            return;
        }

        if (Problem.OfQuery(context.Request) is { } problem)
        {
            problem.Send(context);
            return;
        }

        if (Interlocked.Increment(ref _streams) > MaxStreams)
        {
            Interlocked.Decrement(ref _streams);
            new Problem(ProblemKind.TooManyStreams).Send(context);
            return;
        }

        try
        {
            await SendEventsAsync(context, account).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _streams);
        }
    }

    private async Task SendEventsAsync(HttpContext context, Account account)
    {
        (IDisposable handle, ChannelReader<FeedEvent> events) = backend.Events.Subscribe(account.Sid, QueuedEvents);
        using IDisposable subscription = handle;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        HttpResponse response = context.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";

        response.BodyWriter.Write(": live\n\n"u8);
        await response.BodyWriter.FlushAsync(ending.Token).ConfigureAwait(false);
        using var timer = new PeriodicTimer(KeepAlive, backend.Time);
        Task<bool> tick = timer.WaitForNextTickAsync(ending.Token).AsTask();
        Task<bool> more = events.WaitToReadAsync(ending.Token).AsTask();
        try
        {
            while (true)
            {
                await Task.WhenAny(tick, more).ConfigureAwait(false);
                if (more.IsCompleted)
                {
                    if (!await more.ConfigureAwait(false)) return;
                    while (events.TryRead(out FeedEvent entry)) Write(response, entry);
                    more = events.WaitToReadAsync(ending.Token).AsTask();
                }

                if (tick.IsCompleted)
                {
                    if (!await tick.ConfigureAwait(false)) return;
                    response.BodyWriter.Write(": still here\n\n"u8);
                    tick = timer.WaitForNextTickAsync(ending.Token).AsTask();
                }

                await response.BodyWriter.FlushAsync(ending.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // The client left, or the gateway stops: the stream ends here.
        }
    }

    private static void Write(HttpResponse response, in FeedEvent entry)
    {
        JsonAnswer answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteId("message_id"u8, entry.Head.Id);
        answer.Writer.WriteString("direction"u8, MessageJson.NameOf(entry.Head.Direction));
        answer.Writer.WriteString("from"u8, entry.Head.From);
        answer.Writer.WriteString("to"u8, entry.Head.To);
        answer.Writer.WriteString("reference"u8, entry.Head.Reference);
        TimelineJson.WriteEvent(answer.Writer, entry.Event);
        MessageJson.WriteError(answer.Writer, entry.ErrorCode);
        answer.Writer.WriteEndObject();
        response.BodyWriter.Write("event: message\ndata: "u8);
        answer.CopyTo(response.BodyWriter);
        response.BodyWriter.Write("\n\n"u8);
    }
}
