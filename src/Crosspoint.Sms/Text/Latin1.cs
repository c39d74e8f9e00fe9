namespace Crosspoint.Sms.Text;

/// <summary>ISO 8859-1, the alphabet of data_coding 3.</summary>
public static class Latin1
{
    /// <summary>Tells whether every character of a text is U+00FF or below.</summary>
    public static bool CanEncode(ReadOnlySpan<char> text) => !text.ContainsAnyExceptInRange('\0', '\u00FF');

    /// <summary>Writes a text, one octet a character.</summary>
    /// <param name="text">The text.</param>
    /// <param name="destination">Room for one octet a character.</param>
    /// <param name="written">Octets written; 0 when the result is false.</param>
    /// <returns>False when a character is above U+00FF or the room is too small.</returns>
    public static bool TryEncode(ReadOnlySpan<char> text, Span<byte> destination, out int written)
    {
        written = 0;
        if (destination.Length < text.Length || !CanEncode(text))
            return false;
        for (var i = 0; i < text.Length; i++)
            destination[i] = (byte)text[i];
        written = text.Length;
        return true;
    }

    /// <summary>Reads octets, each as the character of the same number.</summary>
    public static string Decode(ReadOnlySpan<byte> octets) => System.Text.Encoding.Latin1.GetString(octets);
}
