namespace Crosspoint.Sms.Numbers;

/// <summary>What the number plan says of a number.</summary>
/// <param name="Country">ISO 3166-1 code of two letters; empty when it is unknown or the code belongs to no country.</param>
/// <param name="CallingCode">Country calling code, 1 to 999; 0 when no such code is assigned.</param>
/// <param name="Type">What the range is for.</param>
public readonly record struct NumberInfo(string Country, int CallingCode, NumberType Type);
