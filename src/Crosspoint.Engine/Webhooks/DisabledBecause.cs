namespace Crosspoint.Engine.Webhooks;

/// <summary>Why nothing is sent to a receiver of webhooks. The numbers are stored.</summary>
public enum DisabledBecause : byte
{
    None = 0,

    /// <summary>Every request failed for the time of <see cref="WebhookOptions.DisableAfter"/>.</summary>
    Failing = 2,

    /// <summary>The account asked for it.</summary>
    Asked = 3,

    /// <summary>The configuration says so; never stored.</summary>
    Configured = 4,
}
