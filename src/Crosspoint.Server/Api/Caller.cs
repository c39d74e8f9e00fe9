using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Stores;
using Crosspoint.Server.Identity;
using Microsoft.AspNetCore.Http;

namespace Crosspoint.Server.Api;

/// <summary>Who asks, where it is not an account with its credentials: the operator's token, or a user by their session.</summary>
internal sealed class Caller
{
    private readonly Role _role;

    private Caller(Role role, UserRecord? user, Session? session, Account? account)
    {
        _role = role;
        (User, Session, Account) = (user, session, account);
    }

    /// <summary>Whoever holds the operator's token may do what an owner may.</summary>
    public static Caller Token { get; } = new(Role.Owner, null, null, null);

    /// <summary>Null for the token.</summary>
    public UserRecord? User { get; }

    /// <summary>Null for the token.</summary>
    public Session? Session { get; }

    /// <summary>Whose messages a customer sees; null for those who run the gateway.</summary>
    public Account? Account { get; }

    /// <summary>One of those who run the gateway.</summary>
    public bool IsStaff => _role != Role.Customer;

    public static Caller Of(UserRecord user, Session session, Role role, Account? account) => new(role, user, session, account);

    /// <summary>Null where the request has neither the token nor a session.</summary>
    public static Caller? Of(HttpContext context) => context.Features.Get<Caller>();

    /// <summary>Whether the request is of one of those who run the gateway.</summary>
    public static bool IsStaffOf(HttpContext context) => Of(context) is { IsStaff: true };

    /// <summary>Whether numbers and bodies are masked for whoever asks.</summary>
    public static bool IsMasked(HttpContext context) => Of(context) is { IsStaff: true } caller && !caller.May(Permission.SeeContent);

    public bool May(Permission permission) => Roles.May(_role, permission);
}
