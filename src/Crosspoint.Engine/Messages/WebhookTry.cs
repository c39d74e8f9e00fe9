namespace Crosspoint.Engine.Messages;

/// <summary>One try of a webhook that another followed.</summary>
/// <param name="At">Microseconds; when it ended.</param>
/// <param name="Status">HTTP status; 0 when there was no answer.</param>
/// <param name="TookMicros">Microseconds that it took.</param>
/// <param name="Error">Why it failed, for people; null when it did not (and was replayed).</param>
public readonly record struct WebhookTry(long At, int Status, int TookMicros, string? Error);
