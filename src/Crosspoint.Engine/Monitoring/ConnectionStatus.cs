using Crosspoint.Smpp.Sessions;

namespace Crosspoint.Engine.Monitoring;

/// <summary>A connection at one moment.</summary>
/// <param name="Use">usable, down or stopped.</param>
/// <param name="Queued">Messages in memory that wait for it.</param>
/// <param name="InFlight">In-flight slots in use over all sessions.</param>
/// <param name="Window">Slots of each session.</param>
public sealed record ConnectionStatus(
    string Name, string Vendor, string Use, int Queued, int InFlight, int Window, IReadOnlyList<SessionStatus> Sessions);

/// <summary>One bind of a connection.</summary>
public sealed record SessionStatus(SmppClientState State, int Outstanding, string? LastError);
