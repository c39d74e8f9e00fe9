namespace Crosspoint.Sms.Numbers;

/// <summary>A mobile network, as the public lists of MCC and MNC know it.</summary>
/// <param name="Id">Mobile country code and mobile network code.</param>
/// <param name="Name">The name that its customers know; the operator's where it has no other.</param>
/// <param name="Operator">The company; empty when the list does not say.</param>
/// <param name="Countries">ISO 3166-1 codes of two letters; several where one network serves several, none for international networks.</param>
/// <param name="Main">
/// The code that stands for the operator in the country: itself, or another where the operator has several codes. What the beginning of a
/// number tells is the operator, so that <see cref="Networks.Locate"/> gives one code of several.
/// </param>
/// <param name="IsOperational">False for what is no longer, or not yet, in use, and where the list does not say.</param>
public sealed record Network(
    NetworkId Id, string Name, string Operator, IReadOnlyList<string> Countries, NetworkId Main, bool IsOperational);
