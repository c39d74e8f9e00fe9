namespace Crosspoint.Sms.Numbers;

/// <summary>Where a message goes, as far as it is known: the number, what its plan says, and the network that serves it.</summary>
/// <param name="Number">The recipient.</param>
/// <param name="Country">ISO 3166-1 code of two letters; empty when it is unknown or the code belongs to no country.</param>
/// <param name="Type">What the number's range is for.</param>
/// <param name="Network">Unknown is normal: in many countries the number does not tell.</param>
/// <param name="Source">Who says so.</param>
public readonly record struct Destination(E164 Number, string Country, NumberType Type, NetworkId Network, NetworkSource Source);
