using Crosspoint.Smpp.Codec;

namespace Crosspoint.Smpp.Sessions;

/// <summary>The answer to a bind.</summary>
/// <param name="Status">Ok to bind, anything else to refuse and close.</param>
/// <param name="InFlightWindow">Unanswered requests that this side may have at the client; 0 takes the server's default.</param>
public readonly record struct BindDecision(CommandStatus Status, int InFlightWindow);
