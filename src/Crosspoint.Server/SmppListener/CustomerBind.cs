namespace Crosspoint.Server.SmppListener;

/// <summary>A bind of a customer.</summary>
/// <param name="Address">Where it comes from.</param>
/// <param name="Kind"><c>transmitter</c>, <c>receiver</c> or <c>transceiver</c>.</param>
/// <param name="Unanswered">Requests that wait for our answer.</param>
public sealed record CustomerBind(string Address, string Kind, DateTimeOffset BoundAt, int Unanswered);
