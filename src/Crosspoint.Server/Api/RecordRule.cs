using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Crosspoint.Server.Api;

/// <summary>
/// What becomes of a changing route on record. Every route that those who run the gateway can change something with has one; the gateway does not start where
/// one is missing (<see cref="Undeclared"/>).
/// </summary>
internal sealed class RecordRule
{
    /// <summary>Its own transaction holds the line: what has revisions, users and sessions, and what must be on record before it is done.</summary>
    public static readonly RecordRule Itself = new("", "", "");

    /// <summary>It changes nothing that anybody else would ask about.</summary>
    public static readonly RecordRule Nothing = new("", "", "");

    /// <summary>Accounts alone may call it, with their own credentials, which it asks for by itself.</summary>
    public static readonly RecordRule OfAccounts = new("", "", "");

    private RecordRule(string kind, string action, string target) => (Kind, Action, Target) = (kind, action, target);

    /// <summary>Under which it is asked for; empty where the <see cref="RecordKeeper"/> has nothing to write.</summary>
    public string Kind { get; }

    public string Action { get; }

    /// <summary>The value of the path that says of what; empty where the endpoint tells it.</summary>
    public string Target { get; }

    public static RecordRule Of(string kind, string action, string target) => new(kind, action, target);

    /// <summary>Routes that those who run the gateway, or sessions, can change something with, and that do not say what becomes of it on record.</summary>
    public static IReadOnlyList<string> Undeclared(IEnumerable<Endpoint> endpoints) =>
    [
        .. endpoints.OfType<RouteEndpoint>()
            .Where(static endpoint => endpoint.Metadata.GetMetadata<RecordRule>() is null && IsForStaff(endpoint) && Changes(endpoint))
            .Select(static endpoint => $"{string.Join(' ', MethodsOf(endpoint))} {endpoint.RoutePattern.RawText}"),
    ];

    // Where it does not say for whom it is, it is closed.
    private static bool IsForStaff(RouteEndpoint endpoint) => endpoint.Metadata.GetMetadata<Access>() is { } access && (access.IsOpen || access.IsForSessions || access.IsForStaff);

    private static bool Changes(RouteEndpoint endpoint) =>
        MethodsOf(endpoint) is not { Count: > 0 } methods || methods.Any(static method => !HttpMethods.IsGet(method) && !HttpMethods.IsHead(method));

    private static IReadOnlyList<string> MethodsOf(RouteEndpoint endpoint) => endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? [];
}

/// <summary>Declares what becomes of a route on record.</summary>
internal static class RecordConventions
{
    /// <summary>It leaves a line when it succeeds, under the name of whoever of those who run the gateway asked for it.</summary>
    /// <param name="kind">Under which it is asked for: <c>connections</c>.</param>
    /// <param name="action">What is done: <c>pause</c>.</param>
    /// <param name="target">The value of the path that says of what; empty where the endpoint tells it (<see cref="RecordEntry"/>).</param>
    public static void OnRecord(this IEndpointConventionBuilder route, string kind, string action, string target = "") =>
        route.WithMetadata(RecordRule.Of(kind, action, target));

    /// <summary>It writes its line by itself, in the transaction of the change or before it.</summary>
    public static void RecordsItself(this IEndpointConventionBuilder route) => route.WithMetadata(RecordRule.Itself);

    /// <summary>It checks, explains or calculates.</summary>
    public static void ChangesNothing(this IEndpointConventionBuilder route) => route.WithMetadata(RecordRule.Nothing);

    /// <summary>It asks for an account's credentials by itself: those who run the gateway cannot call it.</summary>
    public static void IsForAccountsAlone(this IEndpointConventionBuilder route) => route.WithMetadata(RecordRule.OfAccounts);
}
