using System.Globalization;
using System.Net;
using System.Text;
using Crosspoint.Engine;
using Crosspoint.Engine.Alerts;
using Crosspoint.Engine.Health;
using Crosspoint.Engine.Incidents;
using Crosspoint.Engine.Messages;

namespace Crosspoint.Server.Reports;

/// <summary>The weekly review: every alert, failover and dip of a week, with how many of them needed action.</summary>
/// <param name="Week">ISO 8601, such as 2026-W47.</param>
/// <param name="Dips">Alerts about delivery by country.</param>
/// <param name="Failovers">Steps by which traffic was moved away from a cell.</param>
internal sealed record WeeklyReport(
    string Week, DateTimeOffset From, DateTimeOffset Until, long Now, IReadOnlyList<Incident> Incidents, IReadOnlyList<Alert> Alerts, IReadOnlyList<Alert> Dips,
    IReadOnlyList<(Incident Incident, IncidentEntry Entry)> Failovers)
{
    // A week of more than these is no week that a list helps with.
    private const int Most = 10_000;

    public static async Task<WeeklyReport> ReadAsync(AlertDesk desk, int year, int week, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var from = new DateTimeOffset(ISOWeek.ToDateTime(year, week, DayOfWeek.Monday), TimeSpan.Zero);
        DateTimeOffset until = from.AddDays(7);
        IReadOnlyList<Incident> incidents = await desk.ListIncidentsAsync(
            Micros.From(from), Micros.From(until), "", Most, static _ => true, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<Alert> alerts = await desk.ListAlertsAsync(
            Micros.From(from), Micros.From(until), "", Most, static _ => true, cancellationToken).ConfigureAwait(false);
        incidents = [.. incidents.Reverse()];
        return new(
            string.Create(CultureInfo.InvariantCulture, $"{year}-W{week:00}"),
            from,
            until,
            Micros.From(now),
            incidents,
            [.. alerts.Reverse().Where(static alert => alert.Rule is not ("country_delivery" or "incident"))],
            [.. alerts.Reverse().Where(static alert => alert.Rule == "country_delivery")],
            [
                .. incidents.SelectMany(static incident => incident.Timeline
                        .Where(static entry => entry.To is CellState.Degraded or CellState.Suspended).Select(entry => (incident, entry)))
                    .OrderBy(static step => step.entry.At),
            ]);
    }

    /// <summary>As lines of Markdown.</summary>
    public string ToMarkdown()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# Week {Week}\n\n");
        text.Append(CultureInfo.InvariantCulture, $"{Day(From)} to {Day(Until.AddDays(-1))}, UTC. {Summary()}\n\n{Precision()}\n");
        Table(text, "Incidents", IncidentRows(), "began", "severity", "state", "lasted", "messages moved", "needed action", "what", "id");
        Table(text, "Failovers", FailoverRows(), "at", "cell", "what was done", "incident");
        Table(text, "Dips of delivery", AlertRows(Dips), AlertColumns);
        Table(text, "Other alerts", AlertRows(Alerts), AlertColumns);
        return text.ToString();

        static void Table(StringBuilder text, string title, List<string[]> rows, params string[] columns)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## {title}\n\n");
            if (rows.Count == 0)
            {
                text.Append("None.\n");
                return;
            }

            text.Append("| ").AppendJoin(" | ", columns).Append(" |\n|").Append(string.Concat(Enumerable.Repeat("---|", columns.Length))).Append('\n');
            foreach (string[] row in rows) text.Append("| ").AppendJoin(" | ", row.Select(Cell)).Append(" |\n");
        }

        // What is in a cell must neither end it nor be taken for HTML.
        static string Cell(string value) => value.ReplaceLineEndings(" ").Replace("\\", "\\\\", StringComparison.Ordinal).Replace("|", "\\|", StringComparison.Ordinal)
            .Replace("<", "&lt;", StringComparison.Ordinal);
    }

    /// <summary>As a page of its own that loads nothing.</summary>
    public string ToHtml()
    {
        var html = new StringBuilder();
        html.Append("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Week ").Append(Week).Append("</title>\n");
        html.Append("<style>body{font:15px system-ui,sans-serif;margin:2em;max-width:75em}table{border-collapse:collapse}");
        html.Append("td,th{padding:.3em 1em .3em 0;text-align:left;vertical-align:top;border-bottom:1px solid #ddd}</style></head><body>\n");
        html.Append("<h1>Week ").Append(Week).Append("</h1>\n<p>").Append(Text($"{Day(From)} to {Day(Until.AddDays(-1))}, UTC. {Summary()}")).Append("</p>\n<p>");
        html.Append(Text(Precision())).Append("</p>\n");
        Table("Incidents", IncidentRows(), "began", "severity", "state", "lasted", "messages moved", "needed action", "what", "id");
        Table("Failovers", FailoverRows(), "at", "cell", "what was done", "incident");
        Table("Dips of delivery", AlertRows(Dips), AlertColumns);
        Table("Other alerts", AlertRows(Alerts), AlertColumns);
        return html.Append("</body></html>\n").ToString();

        void Table(string title, List<string[]> rows, params string[] columns)
        {
            html.Append("<h2>").Append(title).Append("</h2>\n");
            if (rows.Count == 0)
            {
                html.Append("<p>None.</p>\n");
                return;
            }

            html.Append("<table><tr>").AppendJoin("", columns.Select(static column => $"<th>{column}</th>")).Append("</tr>\n");
            foreach (string[] row in rows) html.Append("<tr>").AppendJoin("", row.Select(static cell => $"<td>{Text(cell)}</td>")).Append("</tr>\n");
            html.Append("</table>\n");
        }
    }

    private static string[] AlertColumns => ["began", "severity", "state", "lasted", "told", "needed action", "what", "id"];

    /// <summary>A week of ISO 8601: 2026-W47.</summary>
    public static bool TryParse(string text, out int year, out int week)
    {
        year = week = 0;
        return text.Length == 8 && text[4] == '-' && text[5] == 'W'
            && int.TryParse(text.AsSpan(0, 4), NumberStyles.None, CultureInfo.InvariantCulture, out year) && year is >= 1970 and < 9999
            && int.TryParse(text.AsSpan(6), NumberStyles.None, CultureInfo.InvariantCulture, out week) && week >= 1 && week <= ISOWeek.GetWeeksInYear(year);
    }

    private string Summary() =>
        $"{Count(Incidents.Count, "incident")}, {Count(Failovers.Count, "failover")}, {Count(Dips.Count, "dip")} of delivery, {Count(Alerts.Count, "other alert")}.";

    // An alert that tells of an incident is that incident: it is judged once.
    private string Precision()
    {
        List<Verdict> verdicts = [.. Incidents.Select(static one => one.Verdict), .. Dips.Concat(Alerts).Select(static one => one.Verdict)];
        int useful = verdicts.Count(static one => one == Verdict.Useful);
        int noise = verdicts.Count(static one => one == Verdict.Noise);
        int open = verdicts.Count - useful - noise;
        string unsaid = open == 0 ? "" : $" Of {open} nobody has said yet: mark them in the console, or over the API.";
        if (useful + noise == 0) return $"Precision is not known.{unsaid}";
        string share = string.Create(CultureInfo.InvariantCulture, $"{100.0 * useful / (useful + noise):0.#} %");
        return $"Precision: {share} ({useful} of {useful + noise} that were judged needed action).{unsaid}";
    }

    private List<string[]> IncidentRows() =>
    [
        .. Incidents.Select(one => new[]
        {
            IncidentText.Moment(one.OpenedAt), one.Severity.ToString(), one.State.ToString().ToLowerInvariant(), Span(one.OpenedAt, one.ResolvedAt),
            one.Moved.ToString("N0", CultureInfo.InvariantCulture), WordOf(one.Verdict), IncidentText.TitleOf(one), one.Id,
        }),
    ];

    private List<string[]> FailoverRows() =>
        [.. Failovers.Select(static step => new[] { IncidentText.Moment(step.Entry.At), step.Entry.Cell, step.Entry.Text, step.Incident.Id })];

    private List<string[]> AlertRows(IReadOnlyList<Alert> alerts) =>
    [
        .. alerts.Select(one => new[]
        {
            IncidentText.Moment(one.OpenedAt), one.Severity.ToString(), one.State, Span(one.OpenedAt, one.EndedAt),
            one.Told.ToString(CultureInfo.InvariantCulture), WordOf(one.Verdict), one.Title, one.Id,
        }),
    ];

    private string Span(long from, long until) => until != 0 ? IncidentText.Span(until - from) : $"{IncidentText.Span(Now - from)}, goes on";

    private static string WordOf(Verdict verdict) => verdict switch { Verdict.Useful => "yes", Verdict.Noise => "no", _ => "not said" };

    private static string Count(int count, string what) => count == 1 ? $"1 {what}" : $"{count.ToString("N0", CultureInfo.InvariantCulture)} {what}s";

    private static string Day(DateTimeOffset day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
