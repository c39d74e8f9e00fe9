namespace Crosspoint.Engine.Messages;

/// <summary>What the event log keeps of an event: where its content stands, and what filters ask for most.</summary>
/// <param name="Account">The store's own number of the account.</param>
/// <param name="Key">The message's <see cref="MessageId.Key"/>.</param>
/// <param name="Number">The event's number within the message.</param>
/// <param name="ErrorCode">The message's public error code after the event; 0 for none.</param>
public readonly record struct EventEntry(
    long Sequence, long Account, long Key, int Number, EventKind Kind, MessageState State, int ErrorCode);
