using System.Net;

namespace Crosspoint.Server.Identity;

/// <summary>Whence somebody signs in.</summary>
/// <param name="Agent">What the browser calls itself.</param>
/// <param name="IsSecure">The browser speaks TLS, to here or to a proxy.</param>
/// <param name="IsLocal">The browser is on this machine, and no proxy stands between.</param>
internal readonly record struct SignInOrigin(IPAddress Address, string Agent, bool IsSecure, bool IsLocal);

/// <summary>Why nothing was done; <see cref="Done"/> when it was.</summary>
internal enum IdentityOutcome
{
    Done,

    /// <summary>The name or the password is not right.</summary>
    WrongPassword,

    TotpRequired,
    TotpWrong,

    /// <summary>Too many tries with this name.</summary>
    Locked,

    /// <summary>Too many tries from this address.</summary>
    Throttled,

    /// <summary>Too many passwords are being checked.</summary>
    Busy,

    /// <summary>Plain HTTP from another machine.</summary>
    Insecure,
    LinkInvalid,
    PasswordWeak,
    NameInvalid,
    NameTaken,
    NotFound,

    /// <summary>The state of the user does not allow it; <see cref="IdentityResult.Detail"/> says why.</summary>
    WrongState,
    StoreUnavailable,
    OutcomeUnknown,
}

/// <summary>What became of a wish.</summary>
/// <param name="After">How long to wait before another try.</param>
internal readonly record struct IdentityResult(IdentityOutcome Outcome, string Detail = "", TimeSpan After = default)
{
    public bool IsDone => Outcome == IdentityOutcome.Done;
}

/// <summary>What became of signing in.</summary>
/// <param name="Token">For the cookie; empty when it did not succeed.</param>
internal readonly record struct SignInResult(IdentityResult Result, string Token = "", Session? Session = null);
