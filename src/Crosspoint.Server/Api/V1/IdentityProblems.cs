using Crosspoint.Server.Identity;

namespace Crosspoint.Server.Api.V1;

/// <summary>Problems of signing in and of users.</summary>
internal static class IdentityProblems
{
    public static Problem Of(in IdentityResult result) => result.Outcome switch
    {
        // The same words, whether there is such a user or not.
        IdentityOutcome.WrongPassword => new(ProblemKind.SignInFailed),
        IdentityOutcome.TotpRequired => new(ProblemKind.TotpRequired, "Expected 'totp', a code of the authenticator app, or 'recovery_code'."),
        IdentityOutcome.TotpWrong => new(ProblemKind.TotpInvalid),
        IdentityOutcome.Locked => new(ProblemKind.SignInLocked) { RetryAfter = Seconds(result) },
        IdentityOutcome.Throttled => new(ProblemKind.Throttled, result.Detail) { RetryAfter = Seconds(result) },
        IdentityOutcome.Busy => new(ProblemKind.Overloaded, result.Detail) { RetryAfter = Seconds(result) },
        IdentityOutcome.Insecure => new(
            ProblemKind.HttpsRequired,
            "Put a proxy that ends TLS before the gateway, or come from this machine. 'http.console.allow_http' in the configuration lifts it, for closed networks."),
        IdentityOutcome.LinkInvalid => new(ProblemKind.LinkInvalid, "Ask an owner for a new one; of the link that the gateway prints there is a new one at its next start."),
        IdentityOutcome.PasswordWeak => new(ProblemKind.PasswordWeak, PasswordRules.Expected, "password"),
        IdentityOutcome.NameInvalid => new(ProblemKind.FieldInvalid, ExpectedOf(result.Detail), result.Detail),
        IdentityOutcome.NameTaken => new(ProblemKind.UserExists, "", "name"),
        IdentityOutcome.NotFound => new(ProblemKind.NotFound, "There is no such user, or session of the user."),
        IdentityOutcome.WrongState => new(ProblemKind.UserState, result.Detail),
        IdentityOutcome.OutcomeUnknown => new(ProblemKind.OutcomeUnknown),
        _ => new(ProblemKind.StoreUnavailable),
    };

    private static int Seconds(in IdentityResult result) => Math.Max(1, (int)Math.Ceiling(result.After.TotalSeconds));

    private static string ExpectedOf(string field) => field switch
    {
        "display_name" => $"Expected at most {IdentityDesk.MostNameCharacters} characters without control characters.",
        "role" => $"Expected one of: {string.Join(", ", Roles.Names)}.",
        "account_sid" => "Expected the SID of an account of the configuration with the role customer, and with no other role.",
        _ => IdentityDesk.ExpectedName,
    };
}
