namespace Crosspoint.Sms.Numbers;

/// <summary>Type of number and numbering plan of an address (SMPP v3.4 §5.2.5 and §5.2.6).</summary>
/// <param name="Ton">0 unknown, 1 international, 2 national, 3 network specific, 4 subscriber, 5 alphanumeric, 6 abbreviated.</param>
/// <param name="Npi">0 unknown, 1 E.164; others as in §5.2.6.</param>
public readonly record struct TonNpi(byte Ton, byte Npi);
