using System.Text.Json;
using Crosspoint.Simulator.Configuration;
using Crosspoint.Simulator.Proxies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Crosspoint.Simulator.Http;

/// <summary>The control API's part for proxies: what they do to connections, and changes while all runs.</summary>
internal sealed class ProxyApi(SimulatorHost host)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/proxies", context => Answers.JsonAsync(context, 200, json =>
        {
            json.WriteStartArray();
            foreach ((string name, TcpFaultProxy proxy) in host.Proxies) Write(json, name, proxy);
            json.WriteEndArray();
        }));
        routes.MapGet("/proxies/{name}", context => WithProxyAsync(
            context, (name, proxy) => Answers.JsonAsync(context, 200, json => Write(json, name, proxy))));
        routes.MapPatch("/proxies/{name}/behaviour", context => WithProxyAsync(context, (_, proxy) => PatchAsync(context, proxy)));
        routes.MapPost("/proxies/{name}/drop", context => WithProxyAsync(context, (_, proxy) => EndedAsync(context, proxy.DropAll())));
        routes.MapPost("/proxies/{name}/reset", context => WithProxyAsync(context, (_, proxy) => EndedAsync(context, proxy.ResetAll())));
    }

    private Task WithProxyAsync(HttpContext context, Func<string, TcpFaultProxy, Task> handle)
    {
        var wanted = (string)context.Request.RouteValues["name"]!;
        foreach ((string name, TcpFaultProxy proxy) in host.Proxies)
        {
            if (string.Equals(name, wanted, StringComparison.OrdinalIgnoreCase)) return handle(name, proxy);
        }

        return Answers.ProblemAsync(context, 404, "proxy_unknown", $"There is no proxy '{wanted}'.");
    }

    private static Task PatchAsync(HttpContext context, TcpFaultProxy proxy) => Answers.PatchAsync(
        context, proxy.Behaviour, ProxyReader.Read, changed => proxy.Behaviour = changed, Write);

    private static Task EndedAsync(HttpContext context, int count) => Answers.JsonAsync(context, 200, json =>
    {
        json.WriteStartObject();
        json.WriteNumber("disconnected", count);
        json.WriteEndObject();
    });

    private static void Write(Utf8JsonWriter json, string name, TcpFaultProxy proxy)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteString("listen", proxy.EndPoint.ToString());
        json.WriteString("target", proxy.Target.ToString());
        json.WriteNumber("connections", proxy.Connections);
        json.WriteNumber("accepted", proxy.Accepted);
        json.WriteNumber("cut", proxy.Cut);
        json.WritePropertyName("behaviour");
        Write(json, proxy.Behaviour);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ProxyBehaviour behaviour)
    {
        json.WriteStartObject();
        json.WriteString("delay", Durations.Format(behaviour.Delay));
        json.WriteNumber("bytes_per_second", behaviour.BytesPerSecond);
        json.WriteString("held", EnumNames<ProxyDirections>.Of(behaviour.Held));
        json.WriteNumber("cut_after", behaviour.CutAfter);
        json.WriteBoolean("cut_by_reset", behaviour.CutByReset);
        json.WriteBoolean("refuse", behaviour.Refuse);
        json.WriteEndObject();
    }
}
