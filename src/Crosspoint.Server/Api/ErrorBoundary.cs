using Crosspoint.Server.Api.TwilioCompat;
using Crosspoint.Server.Api.V1;
using Crosspoint.Server.Metrics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Server.Api;

/// <summary>
/// Stands around every request: measures it, and sees to it that whatever goes wrong is answered in the dialect of the path, with nothing
/// internal in it.
/// </summary>
internal sealed partial class ErrorBoundary(HttpMetrics metrics, TimeProvider time, ILogger logger)
{
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        long startedAt = time.GetTimestamp();
        try
        {
            await next(context).ConfigureAwait(false);

            // The server's own refusals (no such path, no such method) have a status alone.
            HttpResponse response = context.Response;
            if (response.StatusCode >= 400 && response.ContentLength is null && !response.HasStarted) Send(context, response.StatusCode);
        }
        catch (BadHttpRequestException error)
        {
            Log.BadRequest(logger, error.StatusCode, error.Message);
            Send(context, error.StatusCode);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client is gone; nobody reads an answer.
            context.Abort();
        }
        catch (IOException error)
        {
            Log.ConnectionLost(logger, error.Message);
            context.Abort();
        }
        catch (Exception error)
        {
            Log.RequestFailed(logger, RouteOf(context), error);
            Send(context, StatusCodes.Status500InternalServerError);
        }

        metrics.Answered(RouteOf(context), context.Response.StatusCode, time.GetElapsedTime(startedAt));
    }

    private static void Send(HttpContext context, int status)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }

        // What was written for an answer that cannot be given any more would spoil this one.
        Microsoft.Extensions.Primitives.StringValues allow = context.Response.Headers.Allow;
        context.Response.Clear();
        context.Response.Headers.Allow = allow;
        if (context.Request.Path.StartsWithSegments(TwilioEndpoints.Root, StringComparison.OrdinalIgnoreCase))
            TwilioError.ForStatus(status, context.Request).Send(context);
        else
            new Problem(ProblemKind.ForStatus(status)).Send(context);
    }

    // The pattern, never the path: paths hold ids, and there is no end of them.
    private static string RouteOf(HttpContext context) => (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "none";

    private static partial class Log
    {
        [LoggerMessage(4100, LogLevel.Debug, "A request was refused with {Status}: {Reason}")]
        public static partial void BadRequest(ILogger logger, int status, string reason);

        [LoggerMessage(4101, LogLevel.Debug, "A connection was lost during a request: {Reason}")]
        public static partial void ConnectionLost(ILogger logger, string reason);

        [LoggerMessage(4102, LogLevel.Error, "A request to {Route} failed")]
        public static partial void RequestFailed(ILogger logger, string route, Exception error);
    }
}
