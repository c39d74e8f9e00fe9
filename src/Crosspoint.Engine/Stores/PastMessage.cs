using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Stores;

/// <summary>A message as those see it who go through many.</summary>
/// <param name="Taker">The connection that took all of it last; null for none.</param>
public readonly record struct PastMessage(MessageHead Head, MessageState State, string? Taker);
