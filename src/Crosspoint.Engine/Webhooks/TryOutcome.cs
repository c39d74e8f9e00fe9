namespace Crosspoint.Engine.Webhooks;

internal enum TryKind : byte
{
    /// <summary>The receiver answered with a status.</summary>
    Answered,
    ConnectFailed,
    TimedOut,

    /// <summary>The connection broke, or what came was not HTTP.</summary>
    Broken,

    /// <summary>The host stands for an address that may not be called.</summary>
    AddressRefused,

    /// <summary>No try can ever be made: the URL may not be called, or the account is gone.</summary>
    Impossible,

    /// <summary>We stopped in the middle of it: it does not count as a try.</summary>
    Abandoned,
}

/// <summary>How one try ended.</summary>
/// <param name="Status">HTTP status; 0 when there was no answer.</param>
/// <param name="RetryAfter">The receiver's wish, at most an hour; zero for none.</param>
/// <param name="Error">Why it failed, for people; null when it did not.</param>
internal readonly record struct TryOutcome(TryKind Kind, int Status, TimeSpan RetryAfter, string? Error)
{
    public bool IsDelivered => Kind == TryKind.Answered && Status is >= 200 and < 300;

    public static TryOutcome Without(TryKind kind, string error) => new(kind, 0, TimeSpan.Zero, error);
}
