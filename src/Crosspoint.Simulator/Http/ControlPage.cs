using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Crosspoint.Simulator.Http;

/// <summary>The page for people: what runs, and what can be asked.</summary>
internal static class ControlPage
{
    private static readonly (string Method, string Path, string Meaning)[] EndPoints =
    [
        ("GET", "/carriers", "all carriers"),
        ("GET", "/carriers/{name}", "behaviour, counters and sessions of one"),
        ("PATCH", "/carriers/{name}/behaviour", "change the behaviour; maps merge, lists and distributions are replaced"),
        ("PUT", "/carriers/{name}/networks/{network}", "set what is different for the recipients of a network; PATCH merges, GET, DELETE"),
        ("POST", "/carriers/{name}/inbound", "send from a handset: from, to, text, and if wanted parts, long_as, system_id"),
        ("GET", "/carriers/{name}/submits?after=0&limit=1000", "the last submissions as they came"),
        ("POST", "/carriers/{name}/disconnect", "drop every connection; with ?system_id= those of one customer"),
        ("POST", "/carriers/{name}/reset", "the same with a RST, at once"),
        ("POST", "/carriers/{name}/unbind", "send an unbind to every bind and close it; with ?system_id= to those of one customer"),
        ("POST", "/carriers/{name}/stop", "close the listener"),
        ("POST", "/carriers/{name}/start", "open the listener"),
        ("GET", "/handsets/{number}/messages", "what the phone shows"),
        ("GET", "/proxies", "all fault proxies; /proxies/{name} for one"),
        ("PATCH", "/proxies/{name}/behaviour", "change what it does to connections"),
        ("POST", "/proxies/{name}/drop", "end every connection in order"),
        ("POST", "/proxies/{name}/reset", "reset every connection"),
        ("GET", "/metrics", "counters for Prometheus"),
        ("POST", "/reset", "set all counters to zero"),
    ];

    public static Task WriteAsync(HttpContext context, SimulatorHost host)
    {
        context.Response.ContentType = "text/html; charset=utf-8";
        return context.Response.WriteAsync(Html(host), context.RequestAborted);
    }

    private static string Html(SimulatorHost host)
    {
        var html = new StringBuilder();
        html.Append("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Crosspoint simulator</title>");
        html.Append("<style>body{font:16px system-ui;margin:2em;max-width:60em}td,th{padding:.2em 1em .2em 0;text-align:left}</style>");
        html.Append("<h1>Crosspoint simulator</h1><table><tr><th>Carrier<th>Listens on<th>Connections<th>Submissions<th>Waiting</tr>");
        foreach (SimulatedCarrier carrier in host.Carriers)
        {
            long submits = carrier.Counters.Submits;
            // A carrier's name has no character that would need an escape.
            html.Append(CultureInfo.InvariantCulture, $"<tr><td><a href=\"/carriers/{carrier.Name}\">{carrier.Name}</a>");
            html.Append(CultureInfo.InvariantCulture, $"<td>{(carrier.IsListening ? carrier.EndPoint.ToString() : "stopped")}");
            html.Append(CultureInfo.InvariantCulture, $"<td>{carrier.Sessions.Count}<td>{submits}<td>{carrier.Pending}</tr>");
        }

        html.Append("</table><h2>Endpoints</h2><table>");
        foreach ((string method, string path, string meaning) in EndPoints)
        {
            html.Append(CultureInfo.InvariantCulture, $"<tr><td>{method}<td><code>{WebUtility.HtmlEncode(path)}</code>");
            html.Append(CultureInfo.InvariantCulture, $"<td>{WebUtility.HtmlEncode(meaning)}</tr>");
        }

        return html.Append("</table></html>\n").ToString();
    }
}
