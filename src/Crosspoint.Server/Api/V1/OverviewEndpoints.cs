using System.Buffers;
using System.IO.Pipelines;
using Crosspoint.Server.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Crosspoint.Server.Api.V1;

/// <summary>What goes on over all connections: once under <c>/v1/overview</c>, and every second under <c>/v1/overview/live</c> (docs/api/operator.md).</summary>
internal sealed class OverviewEndpoints(ApiBackend backend, OperatorDoor door, OverviewFeed feed, CancellationToken stopping)
{
    // Each holds a connection and a buffer.
    private const int MostStreams = 100;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/overview", ReadAsync).Needs(Permission.ReadOperation);
        routes.MapGet("/v1/overview/live", StreamAsync).Needs(Permission.ReadOperation);
    }

    private Task ReadAsync(HttpContext context)
    {
        if (!door.TryEnter(context, [], out _)) return Task.CompletedTask;
        byte[] json = feed.Read().Json;
        context.Response.ContentType = JsonAnswer.Json;
        context.Response.ContentLength = json.Length;
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.BodyWriter.WriteAsync(json, context.RequestAborted).AsTask();
    }

    private async Task StreamAsync(HttpContext context)
    {
        if (!door.TryEnter(context, [], out _)) return;
        if (!feed.TryWatch(MostStreams))
        {
            new Problem(ProblemKind.TooManyStreams).Send(context);
            return;
        }

        try
        {
            await SendReadingsAsync(context).ConfigureAwait(false);
        }
        finally
        {
            feed.Leave();
        }
    }

    private async Task SendReadingsAsync(HttpContext context)
    {
        Session? session = Caller.Of(context)?.Session;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping, session?.Ended ?? CancellationToken.None);
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        PipeWriter output = context.Response.BodyWriter;
        OverviewReading? sent = null;
        try
        {
            feed.Read();

            // A stream alone does not keep a session alive.
            while (session is null || !backend.Identity.IsOver(session))
            {
                Task next = feed.NextAsync();
                OverviewReading? reading = feed.Newest;
                Write(output, reading == sent ? null : reading);
                sent = reading;

                // This waits for a slow reader; the readings that come meanwhile are not for it.
                await output.FlushAsync(ending.Token).ConfigureAwait(false);
                await next.WaitAsync(ending.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // The client left, the session ended, or the gateway stops: the stream ends here.
        }
    }

    private static void Write(PipeWriter output, OverviewReading? reading)
    {
        if (reading is null)
        {
            output.Write(": still here\n\n"u8);
            return;
        }

        output.Write("event: overview\ndata: "u8);
        output.Write(reading.Json);
        output.Write("\n\n"u8);
    }
}
