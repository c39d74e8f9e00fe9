using Crosspoint.Smpp.Sessions;

namespace Crosspoint.Engine.Monitoring;

/// <summary>A connection at one moment.</summary>
/// <param name="Use">usable or down; or what the operator made of it: paused, draining or stopped.</param>
/// <param name="Group">Connections that share its message ids.</param>
/// <param name="Place">Place in the default route, from 1; 0 when it stands in none.</param>
/// <param name="Rate">Segments a second of the configuration; 0 for no cap.</param>
/// <param name="Queued">Messages that wait for it, in memory and on disk.</param>
/// <param name="InFlight">In-flight slots in use over all sessions.</param>
/// <param name="Window">Slots of each session.</param>
/// <param name="LearnedRate">Segments a second that the carrier is seen to take; 0 while nothing has shown a limit below the rate of the
/// configuration.</param>
/// <param name="LearnedIdFormat">
/// What <c>message_id_format: auto</c> found out: same, hex_dec, dec_hex, or mixed; null before the first receipt.
/// </param>
/// <param name="IsChanged">Added or changed at run time: the configuration file does not know it so.</param>
/// <param name="RateCap">Segments a second that an operator allows, below the rate of the configuration; 0 for no cap.</param>
public sealed record ConnectionStatus(
    string Name,
    string Vendor,
    string Group,
    string Use,
    int Place,
    long Queued,
    int InFlight,
    int Window,
    double Rate,
    double LearnedRate,
    IReadOnlyList<SessionStatus> Sessions,
    string? LearnedIdFormat,
    bool IsChanged,
    double RateCap = 0);

/// <summary>One bind of a connection.</summary>
/// <param name="Host">Where it is bound, or tries to: HOST:PORT.</param>
public sealed record SessionStatus(SmppClientState State, int Outstanding, string? LastError, string Host);
