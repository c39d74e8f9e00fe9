namespace Crosspoint.Engine.Webhooks;

/// <summary>What became of a wish to enable or disable a receiver.</summary>
public enum EndpointChange
{
    /// <summary>It is as it was wished, and will be after a restart.</summary>
    Done,

    /// <summary>The account has no such receiver.</summary>
    NotFound,

    /// <summary>The configuration disables it: only that can enable it.</summary>
    Configured,

    /// <summary>It could not be stored, and nothing was changed.</summary>
    StoreUnavailable,
}
