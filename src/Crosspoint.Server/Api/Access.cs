using Crosspoint.Server.Identity;
using Microsoft.AspNetCore.Builder;

namespace Crosspoint.Server.Api;

/// <summary>Whom an endpoint lets in. Every route has one; what has none is closed to all (<see cref="AccessGate"/>).</summary>
internal sealed class Access
{
    /// <summary>For everyone, or it asks for credentials by itself.</summary>
    public static readonly Access Open = new([]) { IsOpen = true };

    /// <summary>For whoever is signed in.</summary>
    public static readonly Access Session = new([]) { IsForSessions = true };

    public static readonly Access None = new([]);

    private Access(IReadOnlyList<Permission> anyOf)
    {
        AnyOf = anyOf;
        IsForStaff = anyOf.Any(Roles.IsOfStaff);
        IsForAccounts = anyOf.Any(static permission => !Roles.IsOfStaff(permission));
    }

    /// <summary>One of these opens it.</summary>
    public IReadOnlyList<Permission> AnyOf { get; }

    public bool IsOpen { get; private init; }

    public bool IsForSessions { get; private init; }

    /// <summary>The operator's token, and the sessions of those who run the gateway, may open it.</summary>
    public bool IsForStaff { get; }

    /// <summary>An account's credentials may open it.</summary>
    public bool IsForAccounts { get; }

    public static Access For(params IReadOnlyList<Permission> anyOf) => new(anyOf);
}

/// <summary>Declares whom a route lets in.</summary>
internal static class AccessConventions
{
    /// <summary>Those who have one of the permissions.</summary>
    public static IEndpointConventionBuilder Needs(this IEndpointConventionBuilder route, params IReadOnlyList<Permission> anyOf) =>
        route.WithMetadata(Access.For(anyOf));

    /// <summary>Whoever is signed in.</summary>
    public static IEndpointConventionBuilder NeedsSession(this IEndpointConventionBuilder route) => route.WithMetadata(Access.Session);

    /// <summary>Everyone; or the endpoint asks for credentials by itself.</summary>
    public static IEndpointConventionBuilder NeedsNothing(this IEndpointConventionBuilder route) => route.WithMetadata(Access.Open);
}
