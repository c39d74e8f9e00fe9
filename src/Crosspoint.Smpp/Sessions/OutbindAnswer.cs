namespace Crosspoint.Smpp.Sessions;

/// <summary>Judges an outbind: says how to bind, or null to end the connection.</summary>
internal delegate SmppClientOptions? OutbindAnswer(SmppSession session, ReadOnlySpan<byte> systemId, ReadOnlySpan<byte> password);
