namespace Crosspoint.Sms.Segments;

/// <summary>Tells the parts of one message from those of another.</summary>
/// <param name="Scope">Account, or connector, that the parts came by.</param>
/// <param name="Source">Sender, normalised.</param>
/// <param name="Destination">Receiver, normalised.</param>
/// <param name="Reference">Reference that the parts share.</param>
/// <param name="Total">Number of parts.</param>
/// <param name="Is16Bit">Width of the reference: equal numbers of other width are other messages.</param>
public readonly record struct ConcatenationKey(
    string Scope, string Source, string Destination, ushort Reference, byte Total, bool Is16Bit);
