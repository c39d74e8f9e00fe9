namespace Crosspoint.Sms.Text;

/// <summary>Character → septet for each choice of national tables; built when a message first asks for one.</summary>
internal static class NationalCodes
{
    private const int Languages = 4;
    private const int Letters = 0x400;

    // The only characters of all tables that lie beyond the letters.
    private const char Euro = '€';
    private const char Infinity = '∞';

    private static readonly byte[]?[] Built = new byte[]?[Languages * Languages];

    /// <summary>Gives the codes for <see cref="CodeOf"/>. An unknown language means the default table.</summary>
    public static byte[] Of(GsmShiftTables tables)
    {
        var locking = Known(tables.Locking);
        var single = Known(tables.Single);
        // Two threads may build the same table at once: both are equal, and either may stay.
        return Built[(int)locking * Languages + (int)single] ??= Build(locking, single);
    }

    /// <summary>
    /// Gives the septet of a character, with <see cref="GsmAlphabet.ExtensionFlag"/> set when an escape must go before it.
    /// </summary>
    public static byte CodeOf(byte[] codes, char c) => c switch
    {
        < (char)Letters => codes[c],
        Euro => codes[Letters],
        Infinity => codes[Letters + 1],
        _ => GsmAlphabet.NotInAlphabet,
    };

    private static GsmLanguage Known(GsmLanguage language) => (int)language < Languages ? language : GsmLanguage.Default;

    private static byte[] Build(GsmLanguage locking, GsmLanguage single)
    {
        var codes = new byte[Letters + 2];
        codes.AsSpan().Fill(GsmAlphabet.NotInAlphabet);
        for (byte septet = 0; septet < 0x80; septet++)
        {
            var c = NationalTables.Single(single, septet);
            if (c != '\0')
                codes[IndexOf(c)] = (byte)(GsmAlphabet.ExtensionFlag | septet);
        }

        // Last, for they take one septet where the extension takes two.
        var basic = NationalTables.Locking(locking);
        for (var septet = 0; septet < basic.Length; septet++)
        {
            if (septet != GsmAlphabet.Escape)
                codes[IndexOf(basic[septet])] = (byte)septet;
        }

        return codes;
    }

    private static int IndexOf(char c) => c switch { Euro => Letters, Infinity => Letters + 1, _ => c };
}
