using System.Buffers;
using Crosspoint.Server.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Crosspoint.Server.Api;

/// <summary>Health and metrics, for the operator's tools.</summary>
internal sealed class OperatorEndpoints(ApiBackend backend, PrometheusExporter metrics)
{
    // Load balancers and monitors ask with HEAD.
    private static readonly string[] GetAndHead = [HttpMethods.Get, HttpMethods.Head];

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/health/live", GetAndHead, static context => AnswerAsync(context, StatusCodes.Status200OK, "live\n"u8)).NeedsNothing();
        routes.MapMethods("/health/ready", GetAndHead, context => backend.IsReady()
            ? AnswerAsync(context, StatusCodes.Status200OK, "ready\n"u8)
            : AnswerAsync(context, StatusCodes.Status503ServiceUnavailable, "not ready\n"u8)).NeedsNothing();
        routes.MapGet("/metrics", context =>
        {
            var buffer = new ArrayBufferWriter<byte>(16 * 1024);
            metrics.Write(buffer);
            context.Response.ContentType = PrometheusExporter.ContentType;
            return AnswerAsync(context, StatusCodes.Status200OK, buffer.WrittenSpan);
        }).NeedsNothing();
    }

    private static Task AnswerAsync(HttpContext context, int status, ReadOnlySpan<byte> body)
    {
        HttpResponse response = context.Response;
        response.StatusCode = status;
        response.ContentType ??= "text/plain; charset=utf-8";
        response.ContentLength = body.Length;
        response.Headers.CacheControl = "no-store";
        if (!HttpMethods.IsHead(context.Request.Method)) response.BodyWriter.Write(body);
        return Task.CompletedTask;
    }
}
