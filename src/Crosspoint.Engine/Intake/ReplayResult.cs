namespace Crosspoint.Engine.Intake;

/// <summary>What became of a wish to send webhooks again.</summary>
/// <param name="Outcome">Done, NotFound for a message that is not there, StoreUnavailable.</param>
/// <param name="Replayed">Webhooks that are pending again.</param>
/// <param name="LookedAt">Messages that were looked at.</param>
/// <param name="NextBeforeKey">The cursor of the next page; null when there is nothing further.</param>
/// <param name="IsOverloaded">Too much waits for its commit: the rest is left for later.</param>
public readonly record struct ReplayResult(
    ChangeOutcome Outcome, int Replayed, int LookedAt, long? NextBeforeKey, bool IsOverloaded = false);
