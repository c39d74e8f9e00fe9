namespace Crosspoint.Simulator;

/// <summary>A connection as the control API shows it.</summary>
/// <param name="Remote">Address and port of the customer.</param>
/// <param name="SystemId">Null until bound.</param>
/// <param name="State">open, receiver, transmitter or transceiver.</param>
/// <param name="InFlight">Unanswered requests of the carrier.</param>
public sealed record CarrierSession(string Remote, string? SystemId, string State, int InFlight);
