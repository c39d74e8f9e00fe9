using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Numbers;

/// <summary>Where a number lives, and who says so.</summary>
/// <param name="By">Name of the source of ported numbers or of the service; empty when <see cref="Destination.Source"/> is neither.</param>
/// <param name="IsPorted">
/// Whether another operator serves the number than the one its range was given to; null where that is not known, as when the range has no
/// network.
/// </param>
public readonly record struct Located(Destination Destination, string By, bool? IsPorted);
