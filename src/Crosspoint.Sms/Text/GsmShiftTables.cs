namespace Crosspoint.Sms.Text;

/// <summary>Which national tables a message asks for (3GPP TS 23.038 §6.2.1.2).</summary>
/// <param name="Locking">Table in place of the default alphabet. A language without one here reads as the default alphabet.</param>
/// <param name="Single">Table in place of the default extension table. A language without one here reads as the default table.</param>
public readonly record struct GsmShiftTables(GsmLanguage Locking, GsmLanguage Single);
