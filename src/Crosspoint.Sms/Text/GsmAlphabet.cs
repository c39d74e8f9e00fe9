namespace Crosspoint.Sms.Text;

/// <summary>The GSM 7-bit default alphabet (3GPP TS 23.038 §6.2.1): septets unpacked, one octet each, as SMPP carries them.</summary>
public static partial class GsmAlphabet
{
    /// <summary>The septet that announces a character of the extension table.</summary>
    public const byte Escape = 0x1B;

    // Septet → character. The escape itself stands as NUL, which no septet means.
    internal const string Basic =
        "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\0ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
        "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";

    internal const byte ExtensionFlag = 0x80;
    internal const byte NotInAlphabet = 0xFF;

    private const int TableLength = 0x400;
    private const char Euro = '€';
    private const byte EuroCode = ExtensionFlag | 0x65;

    private static readonly byte[] Codes = BuildCodes();

    /// <summary>Counts the septets that a text takes; a character of the extension table takes two.</summary>
    /// <returns>The number of septets, or -1 when a character is neither in the alphabet nor in its extension table.</returns>
    public static int CountSeptets(ReadOnlySpan<char> text)
    {
        var count = text.Length;
        foreach (var c in text)
        {
            var code = CodeOf(c);
            if (code < ExtensionFlag)
                continue;
            if (code == NotInAlphabet)
                return -1;
            count++;
        }

        return count;
    }

    /// <summary>Writes a text as unpacked septets, one octet each.</summary>
    /// <param name="text">The text.</param>
    /// <param name="unpacked">Room for <see cref="CountSeptets"/> octets.</param>
    /// <param name="written">Octets written; 0 when the result is false.</param>
    /// <returns>False when a character is not in the alphabet or the room is too small.</returns>
    public static bool TryEncode(ReadOnlySpan<char> text, Span<byte> unpacked, out int written)
    {
        written = 0;
        var at = 0;
        foreach (var c in text)
        {
            var code = CodeOf(c);
            if (code >= ExtensionFlag)
            {
                if (code == NotInAlphabet || at >= unpacked.Length)
                    return false;
                unpacked[at++] = Escape;
                code &= 0x7F;
            }

            if (at >= unpacked.Length)
                return false;
            unpacked[at++] = code;
        }

        written = at;
        return true;
    }

    /// <summary>Reads unpacked septets in the default alphabet and its extension table.</summary>
    /// <param name="unpacked">One septet in each octet.</param>
    /// <returns>
    /// The text. An unknown extension shows the character of the basic table, a second escape shows a blank (3GPP TS 23.038
    /// §6.2.1.1), an escape at the end is dropped and an octet above 0x7F shows U+FFFD.
    /// </returns>
    public static string Decode(ReadOnlySpan<byte> unpacked) => Decode(unpacked, default);

    /// <summary>Reads unpacked septets in the national tables that the message's user data header names.</summary>
    /// <param name="unpacked">One septet in each octet.</param>
    /// <param name="tables">The tables; the default value means the default alphabet.</param>
    /// <returns>The text, by the rules of <see cref="Decode(ReadOnlySpan{byte})"/>.</returns>
    public static string Decode(ReadOnlySpan<byte> unpacked, GsmShiftTables tables)
    {
        if (unpacked.IsEmpty)
            return "";
        var basic = NationalTables.Locking(tables.Locking);
        var single = tables.Single;
        const int StackLimit = 512;
        var room = unpacked.Length <= StackLimit ? stackalloc char[StackLimit] : new char[unpacked.Length];
        var length = 0;
        for (var i = 0; i < unpacked.Length; i++)
        {
            var septet = unpacked[i];
            char c;
            if (septet > 0x7F)
            {
                c = '\uFFFD';
            }
            else if (septet != Escape)
            {
                c = basic[septet];
            }
            else if (++i == unpacked.Length)
            {
                break;
            }
            else
            {
                c = Extended(unpacked[i], basic, single);
            }

            room[length++] = c;
        }

        return new string(room[..length]);
    }

    /// <summary>Gives the septet of a character, with <see cref="ExtensionFlag"/> set when an escape must go before it.</summary>
    internal static byte CodeOf(char c) => c < TableLength ? Codes[c] : c == Euro ? EuroCode : NotInAlphabet;

    private static char Extended(byte septet, string basic, GsmLanguage single)
    {
        if (septet > 0x7F)
            return '\uFFFD';
        if (septet == Escape)
            return ' ';
        var c = NationalTables.Single(single, septet);
        return c != '\0' ? c : basic[septet];
    }

    private static byte[] BuildCodes()
    {
        var codes = new byte[TableLength];
        codes.AsSpan().Fill(NotInAlphabet);
        for (var septet = 0; septet < Basic.Length; septet++)
        {
            if (septet != Escape)
                codes[Basic[septet]] = (byte)septet;
        }

        for (byte septet = 0; septet < 0x80; septet++)
        {
            var c = NationalTables.Single(GsmLanguage.Default, septet);
            if (c is not '\0' and < (char)TableLength)
                codes[c] = (byte)(ExtensionFlag | septet);
        }

        return codes;
    }
}
