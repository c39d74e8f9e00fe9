using Crosspoint.Sms.Text;

namespace Crosspoint.Sms.Segments;

/// <summary>Reads the text of received messages.</summary>
public static class InboundText
{
    /// <summary>Reads octets in the alphabet that data_coding names.</summary>
    /// <param name="octets">User data without its header.</param>
    /// <param name="dataCoding">data_coding as received.</param>
    /// <param name="defaultAlphabet">What the carrier means by data_coding 0.</param>
    /// <param name="tables">National tables of the user data header.</param>
    /// <param name="fillBits">Bits to skip before packed septets; see <see cref="GsmAlphabet.FillBits"/>.</param>
    /// <returns>The text. Binary content gives each octet as the character of the same number.</returns>
    public static string Decode(
        ReadOnlySpan<byte> octets, byte dataCoding, DefaultAlphabet defaultAlphabet, GsmShiftTables tables = default, int fillBits = 0)
    {
        return dataCoding == 8 ? Ucs2.Decode(octets) : GsmAlphabet.Decode(octets, tables);
    }
}
