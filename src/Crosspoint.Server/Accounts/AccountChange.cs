using Crosspoint.Engine.Stores;
using Crosspoint.Server.Configuration;

namespace Crosspoint.Server.Accounts;

/// <summary>How a wish about an account ended.</summary>
/// <param name="Revision">How it ended in the store.</param>
/// <param name="Refusal">Why the account's state does not allow it; null when it does.</param>
internal sealed record AccountChange(RevisionChange Revision, string? Refusal = null)
{
    public bool IsDone => Refusal is null && Revision.IsDone;

    /// <summary>What is wrong with the text that was given.</summary>
    public IReadOnlyList<ConfigError> Faults { get; init; } = [];

    /// <summary>The thing is not there; <see cref="Refusal"/> says which.</summary>
    public bool IsMissing { get; init; }

    /// <summary>The file says what it is; <see cref="Refusal"/> says so.</summary>
    public bool IsOfFile { get; init; }

    /// <summary>SID, or system_id, of what was made.</summary>
    public string Made { get; init; } = "";

    /// <summary>What was made, to be shown once.</summary>
    public string Secret { get; init; } = "";

    /// <summary>The key of webhooks that was made with an account, to be shown once.</summary>
    public string WebhookSecret { get; init; } = "";

    public static AccountChange Refused(string why) => new(default, why);

    public static AccountChange Missing(string what) => new(default, what) { IsMissing = true };

    public static AccountChange OfFile(string what) => new(default, $"The configuration file says what {what} is: change it there and restart.") { IsOfFile = true };

    public static AccountChange Faulty(IReadOnlyList<ConfigError> faults) => new(default, "faults") { Faults = faults };

    /// <summary>Without its secrets.</summary>
    public override string ToString() => Revision.Outcome.ToString();
}
