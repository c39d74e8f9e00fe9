using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Stores;

/// <summary>An event with its place in the log.</summary>
/// <param name="Sequence">From 1; see <see cref="IEventLog"/>.</param>
/// <param name="Head">The message as it is when the event is read: without its body once it is redacted.</param>
/// <param name="ErrorCode">The message's public error code after the event; 0 for none.</param>
public readonly record struct LoggedEvent(long Sequence, MessageHead Head, MessageEvent Event, int ErrorCode);
