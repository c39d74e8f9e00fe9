namespace Crosspoint.Simulator.Handsets;

/// <summary>A message as the phone shows it.</summary>
/// <param name="Time">When its first part came.</param>
/// <param name="Carrier">The carrier that brought it.</param>
/// <param name="From">Sender as it came.</param>
/// <param name="Text">Text of the parts that are there, in their order.</param>
/// <param name="Parts">Parts in all; 1 for a short message.</param>
/// <param name="PartsReceived">Parts that have come.</param>
/// <param name="Duplicates">Parts that came again.</param>
public sealed record HandsetMessage(
    DateTimeOffset Time, string Carrier, string From, string Text, int Parts, int PartsReceived, int Duplicates)
{
    public bool IsComplete => PartsReceived == Parts;
}
