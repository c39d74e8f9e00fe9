using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Crosspoint.Server.Api.V1;

/// <summary>The OpenAPI document, and the page made of it.</summary>
internal sealed class DocumentEndpoints
{
    private const string Resource = "openapi-v1.json";

    private readonly byte[] _document;
    private readonly byte[] _page;

    public DocumentEndpoints()
    {
        using Stream stream = typeof(DocumentEndpoints).Assembly.GetManifestResourceStream(Resource)!;
        _document = new byte[stream.Length];
        stream.ReadExactly(_document);
        using var document = JsonDocument.Parse(_document);
        _page = Encoding.UTF8.GetBytes(DocumentPage.Render(document.RootElement));
    }

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/openapi/v1.json", context => SendAsync(context, "application/json", _document)).NeedsNothing();
        routes.MapGet("/docs", context =>
        {
            context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";
            return SendAsync(context, "text/html; charset=utf-8", _page);
        }).NeedsNothing();
    }

    private static Task SendAsync(HttpContext context, string contentType, byte[] body)
    {
        context.Response.ContentType = contentType;
        context.Response.ContentLength = body.Length;
        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.BodyWriter.Write(body);
        return Task.CompletedTask;
    }
}
