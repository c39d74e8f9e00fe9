using System.Diagnostics.Metrics;
using Crosspoint.Server.Metrics;

namespace Crosspoint.Server.Identity;

/// <summary>What is counted of signing in.</summary>
internal sealed class IdentityMetrics(IMeterFactory meters)
{
    private readonly Counter<long> _signIns = meters.Create(HttpMetrics.MeterName).CreateCounter<long>(
        "crosspoint.console.sign_ins", "{try}", "Tries to sign in to the console by their result");

    public void Tried(IdentityOutcome outcome) => _signIns.Add(1, new KeyValuePair<string, object?>("result", NameOf(outcome)));

    private static string NameOf(IdentityOutcome outcome) => outcome switch
    {
        IdentityOutcome.Done => "ok",
        IdentityOutcome.WrongPassword => "wrong",
        IdentityOutcome.TotpRequired => "totp_required",
        IdentityOutcome.TotpWrong => "totp_wrong",
        IdentityOutcome.LinkInvalid => "link_invalid",
        IdentityOutcome.Locked => "locked",
        IdentityOutcome.Throttled or IdentityOutcome.Busy => "throttled",
        _ => "refused",
    };
}
