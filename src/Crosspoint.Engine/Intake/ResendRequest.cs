using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Intake;

/// <summary>That a message is to be sent once more.</summary>
/// <param name="Account">Whose message it is.</param>
/// <param name="ByOperator">The operator asks, not the account; the timelines say so.</param>
public sealed record ResendRequest(Account Account, MessageId Id, bool ByOperator, string? TraceParent, IdempotencyInput? Idempotency);
