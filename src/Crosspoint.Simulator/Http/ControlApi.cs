using System.Net;
using System.Text.Json;
using Crosspoint.Simulator.Carriers;
using Crosspoint.Simulator.Configuration;
using Crosspoint.Simulator.Handsets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Simulator.Http;

/// <summary>The control API: what the carriers do, what the phones show, and changes while all runs.</summary>
internal sealed class ControlApi : IAsyncDisposable
{
    private const int MostSubmits = 10_000;

    private readonly SimulatorHost _host;
    private readonly WebApplication _application;

    private ControlApi(SimulatorHost host, WebApplication application)
    {
        _host = host;
        _application = application;
    }

    public IPEndPoint? EndPoint { get; private set; }

    public static async Task<ControlApi> StartAsync(
        SimulatorHost host, IPEndPoint listen, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(listen);
            kestrel.Limits.MaxRequestBodySize = 1024 * 1024;
            kestrel.AddServerHeader = false;
        });
        builder.Services.AddRoutingCore();
        builder.Services.Replace(ServiceDescriptor.Singleton(loggers));
        WebApplication application = builder.Build();
        var api = new ControlApi(host, application);
        application.UseRouting();
        api.Map(application);
        try
        {
            await application.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await application.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        string address = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        api.EndPoint = new IPEndPoint(listen.Address, new Uri(address).Port);
        return api;
    }

    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync(CancellationToken.None).ConfigureAwait(false);
        await _application.DisposeAsync().ConfigureAwait(false);
    }

    private void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/", context => ControlPage.WriteAsync(context, _host));
        routes.MapGet("/metrics", context => SimulatorMetrics.WriteAsync(context, _host));
        routes.MapPost("/reset", ResetAsync);
        routes.MapGet("/carriers", context => Answers.JsonAsync(context, 200, json =>
        {
            json.WriteStartArray();
            foreach (SimulatedCarrier carrier in _host.Carriers) WriteSummary(json, carrier);
            json.WriteEndArray();
        }));
        routes.MapGet("/carriers/{name}", context => WithCarrierAsync(context, ShowAsync));
        routes.MapPatch("/carriers/{name}/behaviour", context => WithCarrierAsync(context, PatchAsync));
        routes.MapPost("/carriers/{name}/inbound", context => WithCarrierAsync(context, InboundAsync));
        routes.MapGet("/carriers/{name}/submits", context => WithCarrierAsync(context, SubmitsAsync));
        routes.MapPost("/carriers/{name}/disconnect", context => WithCarrierAsync(context, DisconnectAsync));
        routes.MapPost("/carriers/{name}/reset", context => WithCarrierAsync(context, ResetConnectionsAsync));
        routes.MapPost("/carriers/{name}/unbind", context => WithCarrierAsync(context, UnbindAsync));
        routes.MapPost("/carriers/{name}/stop", context => WithCarrierAsync(context, StopAsync));
        routes.MapPost("/carriers/{name}/start", context => WithCarrierAsync(context, StartAsync));
        routes.MapGet("/handsets/{number}/messages", HandsetAsync);
        new NetworkApi(_host).Map(routes);
        new ProxyApi(_host).Map(routes);
    }

    private Task WithCarrierAsync(HttpContext context, Func<HttpContext, SimulatedCarrier, Task> handle)
    {
        var name = (string)context.Request.RouteValues["name"]!;
        return _host.Find(name) is { } carrier
            ? handle(context, carrier)
            : Answers.ProblemAsync(context, 404, "carrier_unknown", $"There is no carrier '{name}'.");
    }

    private Task ResetAsync(HttpContext context)
    {
        foreach (SimulatedCarrier carrier in _host.Carriers) carrier.ResetCounters();
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private static Task ShowAsync(HttpContext context, SimulatedCarrier carrier) => Answers.JsonAsync(context, 200, json =>
    {
        json.WriteStartObject();
        WriteIdentity(json, carrier);
        json.WritePropertyName("behaviour");
        BehaviourWriter.Write(json, carrier.Behaviour);
        json.WriteStartObject("counters");
        foreach ((string name, long value) in SimulatorMetrics.Counters(carrier.Counters)) json.WriteNumber(name, value);
        json.WriteEndObject();
        json.WriteStartObject("networks");
        foreach ((string network, NetworkCounters counters) in carrier.Networks)
        {
            json.WriteStartObject(network);
            json.WriteNumber("submits", counters.Submits);
            json.WriteNumber("accepted", counters.Accepted);
            json.WriteNumber("refused", counters.Refused);
            json.WriteNumber("unanswered", counters.Unanswered);
            json.WriteNumber("ignored", counters.Ignored);
            json.WriteNumber("delivered", counters.Delivered);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteStartArray("sessions");
        foreach (CarrierSession session in carrier.Sessions)
        {
            json.WriteStartObject();
            json.WriteString("remote", session.Remote);
            json.WriteString("system_id", session.SystemId);
            json.WriteString("state", session.State);
            json.WriteNumber("in_flight", session.InFlight);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static Task PatchAsync(HttpContext context, SimulatedCarrier carrier) => Answers.PatchAsync(
        context, carrier.Behaviour, BehaviourReader.Read, changed => carrier.Behaviour = changed, BehaviourWriter.Write);

    private static async Task InboundAsync(HttpContext context, SimulatedCarrier carrier)
    {
        if (await Answers.ReadAsync(context).ConfigureAwait(false) is not { } body) return;
        using (body)
        {
            var problems = new ConfigProblems("");
            InboundMessage message = InboundReader.Read(JsonNodes.Convert(body.RootElement, ""), problems);
            if (problems.Count > 0)
            {
                await Answers.ProblemAsync(context, "inbound_invalid", "The message is not valid.", problems.All).ConfigureAwait(false);
                return;
            }

            InboundResult result = carrier.SendInbound(message);
            Task answer = result.Outcome switch
            {
                InboundOutcome.Queued => Answers.JsonAsync(context, 202, json =>
                {
                    json.WriteStartObject();
                    json.WriteNumber("parts", result.Parts);
                    json.WriteEndObject();
                }),
                InboundOutcome.NoCustomer => Answers.ProblemAsync(context, 409, "no_customer", "Nobody has bound yet who could get it."),
                InboundOutcome.QueueFull => Answers.ProblemAsync(context, 429, "queue_full", "Too much waits for the customer already."),
                InboundOutcome.NoSuchPart => Answers.ProblemAsync(context, 400, "part_unknown", "The text has no such part.", "parts"),
                _ => Answers.ProblemAsync(context, 400, "text_too_long", "The text needs more than 255 parts.", "text"),
            };
            await answer.ConfigureAwait(false);
        }
    }

    private static Task SubmitsAsync(HttpContext context, SimulatedCarrier carrier)
    {
        if (!Answers.TryQuery(context, "after", 0, long.MaxValue, 0, out long after))
            return Answers.ProblemAsync(context, 400, "query_invalid", "Expected a whole number of at least 0.", "after");
        if (!Answers.TryQuery(context, "limit", 1, MostSubmits, 1000, out long limit))
            return Answers.ProblemAsync(context, 400, "query_invalid", $"Expected a whole number from 1 to {MostSubmits}.", "limit");
        List<SubmitEntry> entries = carrier.Ring.After(after, (int)limit);
        return Answers.JsonAsync(context, 200, json =>
        {
            json.WriteStartObject();
            json.WriteNumber("last", carrier.Ring.Last);
            json.WriteStartArray("submits");
            foreach (SubmitEntry entry in entries) SubmitJson.Write(json, carrier.Name, entry);
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static Task DisconnectAsync(HttpContext context, SimulatedCarrier carrier) =>
        ShowCountAsync(context, "disconnected", carrier.DisconnectAll(SystemIdOf(context)));

    private static Task ResetConnectionsAsync(HttpContext context, SimulatedCarrier carrier) =>
        ShowCountAsync(context, "disconnected", carrier.DisconnectAll(SystemIdOf(context), isReset: true));

    private static Task UnbindAsync(HttpContext context, SimulatedCarrier carrier) =>
        ShowCountAsync(context, "unbound", carrier.UnbindAll(SystemIdOf(context)));

    private static string? SystemIdOf(HttpContext context) => context.Request.Query["system_id"];

    private static Task ShowCountAsync(HttpContext context, string name, int count) => Answers.JsonAsync(context, 200, json =>
    {
        json.WriteStartObject();
        json.WriteNumber(name, count);
        json.WriteEndObject();
    });

    private static Task StopAsync(HttpContext context, SimulatedCarrier carrier)
    {
        carrier.StopListening();
        return Answers.JsonAsync(context, 200, json => WriteSummary(json, carrier));
    }

    private static Task StartAsync(HttpContext context, SimulatedCarrier carrier)
    {
        try
        {
            carrier.StartListening();
        }
        catch (System.Net.Sockets.SocketException exception)
        {
            return Answers.ProblemAsync(context, 409, "address_taken", $"{carrier.EndPoint} cannot be had: {exception.Message}");
        }

        return Answers.JsonAsync(context, 200, json => WriteSummary(json, carrier));
    }

    private Task HandsetAsync(HttpContext context)
    {
        var number = (string)context.Request.RouteValues["number"]!;
        IReadOnlyList<HandsetMessage> messages = _host.Handsets.Messages(number);
        return Answers.JsonAsync(context, 200, json =>
        {
            json.WriteStartObject();
            json.WriteString("number", number);
            json.WriteStartArray("messages");
            foreach (HandsetMessage message in messages)
            {
                json.WriteStartObject();
                json.WriteString("time", message.Time.UtcDateTime);
                json.WriteString("carrier", message.Carrier);
                json.WriteString("from", message.From);
                json.WriteString("text", message.Text);
                json.WriteNumber("parts", message.Parts);
                json.WriteNumber("parts_received", message.PartsReceived);
                json.WriteNumber("duplicates", message.Duplicates);
                json.WriteBoolean("complete", message.IsComplete);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static void WriteSummary(Utf8JsonWriter json, SimulatedCarrier carrier)
    {
        json.WriteStartObject();
        WriteIdentity(json, carrier);
        json.WriteEndObject();
    }

    private static void WriteIdentity(Utf8JsonWriter json, SimulatedCarrier carrier)
    {
        json.WriteString("name", carrier.Name);
        json.WriteString("listen", carrier.EndPoint.ToString());
        json.WriteBoolean("listening", carrier.IsListening);
        json.WriteNumber("connections", carrier.Sessions.Count);
        json.WriteNumber("pending", carrier.Pending);
        json.WriteNumber("submits", carrier.Counters.Submits);
    }
}
