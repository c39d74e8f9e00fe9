using System.Globalization;
using System.Text;
using Crosspoint.Server.Identity;
using Crosspoint.Server.Reports;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Crosspoint.Server.Api.V1;

/// <summary>The weekly review under <c>/v1/reports/weekly</c>, for the operator (docs/health.md).</summary>
internal sealed class ReportEndpoints(ApiBackend backend, OperatorDoor door)
{
    /// <summary>Parameters, in the order of the documentation.</summary>
    public static IReadOnlyList<string> Parameters { get; } = ["week", "format"];

    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/v1/reports/weekly", ReadAsync).Needs(Permission.ReadReports);

    private async Task ReadAsync(HttpContext context)
    {
        if (!door.TryEnter(context, Parameters, out Dictionary<string, string> query)) return;
        DateTimeOffset now = backend.Time.GetUtcNow();
        int year = ISOWeek.GetYear(now.UtcDateTime);
        int week = ISOWeek.GetWeekOfYear(now.UtcDateTime);
        if (query.TryGetValue("week", out string? text) && !WeeklyReport.TryParse(text, out year, out week))
        {
            new Problem(ProblemKind.ParameterInvalid, "Expected a week of ISO 8601, such as 2026-W47; without it the present one.", "week").Send(context);
            return;
        }

        string format = query.GetValueOrDefault("format", "html");
        if (format is not ("html" or "markdown"))
        {
            new Problem(ProblemKind.ParameterInvalid, "Expected html or markdown.", "format").Send(context);
            return;
        }

        WeeklyReport report = await WeeklyReport.ReadAsync(backend.Alerts, year, week, now, context.RequestAborted).ConfigureAwait(false);
        bool isHtml = format == "html";
        byte[] body = Encoding.UTF8.GetBytes(isHtml ? report.ToHtml() : report.ToMarkdown());
        context.Response.ContentType = isHtml ? "text/html; charset=utf-8" : "text/markdown; charset=utf-8";
        context.Response.ContentLength = body.Length;
        context.Response.Headers.CacheControl = "no-store";
        if (isHtml) context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'";
        await context.Response.Body.WriteAsync(body, context.RequestAborted).ConfigureAwait(false);
    }
}
