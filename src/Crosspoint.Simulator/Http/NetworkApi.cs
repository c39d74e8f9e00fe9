using Crosspoint.Simulator.Behaviours;
using Crosspoint.Simulator.Configuration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Crosspoint.Simulator.Http;

/// <summary>The networks behind a carrier: looked at, put, changed and taken away one by one.</summary>
internal sealed class NetworkApi(SimulatorHost host)
{
    private const string Path = "/carriers/{name}/networks/{network}";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, context => WithNetworkAsync(context, ShowAsync));
        routes.MapPut(Path, PutAsync);
        routes.MapPatch(Path, context => WithNetworkAsync(context, PatchAsync));
        routes.MapDelete(Path, context => WithNetworkAsync(context, RemoveAsync));
    }

    private static Task ShowAsync(HttpContext context, SimulatedCarrier carrier, NetworkBehaviour network) =>
        Answers.JsonAsync(context, 200, json => NetworkWriter.Write(json, network));

    private static Task RemoveAsync(HttpContext context, SimulatedCarrier carrier, NetworkBehaviour network)
    {
        carrier.Change(behaviour => behaviour with { Networks = [.. behaviour.Networks.Where(other => other.Name != network.Name)] });
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private Task PutAsync(HttpContext context)
    {
        var name = (string)context.Request.RouteValues["network"]!;
        return OptionsReader.IsName(name)
            ? WithCarrierAsync(context, carrier => PatchAsync(context, carrier, NetworkReader.New with { Name = name }))
            : Answers.ProblemAsync(
                context, 400, "network_invalid", "Expected a name of 1 to 40 letters, digits, '-', '_' or '.'.", "network");
    }

    private static Task PatchAsync(HttpContext context, SimulatedCarrier carrier, NetworkBehaviour current) => Answers.PatchAsync(
        context,
        current,
        (node, from, problems) =>
        {
            NetworkBehaviour read = NetworkReader.Read(node, from, problems);
            NetworkReader.Checked(node, With(carrier.Behaviour, read), problems);
            return read;
        },
        changed => carrier.Change(behaviour => behaviour with { Networks = With(behaviour, changed) }),
        NetworkWriter.Write);

    private static IReadOnlyList<NetworkBehaviour> With(CarrierBehaviour behaviour, NetworkBehaviour network) =>
        behaviour.Networks.Any(other => other.Name == network.Name)
            ? [.. behaviour.Networks.Select(other => other.Name == network.Name ? network : other)]
            : [.. behaviour.Networks, network];

    private Task WithNetworkAsync(HttpContext context, Func<HttpContext, SimulatedCarrier, NetworkBehaviour, Task> handle) =>
        WithCarrierAsync(context, carrier =>
        {
            var name = (string)context.Request.RouteValues["network"]!;
            return carrier.Behaviour.Networks.FirstOrDefault(network => network.Name == name) is { } network
                ? handle(context, carrier, network)
                : Answers.ProblemAsync(context, 404, "network_unknown", $"The carrier has no network '{name}'; PUT makes one.");
        });

    private Task WithCarrierAsync(HttpContext context, Func<SimulatedCarrier, Task> handle)
    {
        var name = (string)context.Request.RouteValues["name"]!;
        return host.Find(name) is { } carrier
            ? handle(carrier)
            : Answers.ProblemAsync(context, 404, "carrier_unknown", $"There is no carrier '{name}'.");
    }
}
