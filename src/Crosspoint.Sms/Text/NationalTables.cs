namespace Crosspoint.Sms.Text;

/// <summary>National language tables of 3GPP TS 23.038 annex A.</summary>
internal static class NationalTables
{
    private const string TurkishLocking =
        "@£$¥€éùıòÇ\nĞğ\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\0ŞşßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
        "İABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§çabcdefghijklmnopqrstuvwxyzäöñüà";

    private const string PortugueseLocking =
        "@£$¥êéúíóç\nÔô\rÁáΔ_ªÇÀ∞^\\€Ó|\0ÂâÊÉ !\"#º%&'()*+,-./0123456789:;<=>?" +
        "ÍABCDEFGHIJKLMNOPQRSTUVWXYZÃÕÚÜ§~abcdefghijklmnopqrstuvwxyzãõ`üà";

    /// <summary>The 128 characters of a locking shift table; the escape stands as NUL.</summary>
    public static string Locking(GsmLanguage language) => language switch
    {
        GsmLanguage.Turkish => TurkishLocking,
        GsmLanguage.Portuguese => PortugueseLocking,
        _ => GsmAlphabet.Basic,
    };

    /// <summary>Whether the language has a locking shift table of its own.</summary>
    public static bool HasLocking(GsmLanguage language) => language is GsmLanguage.Turkish or GsmLanguage.Portuguese;

    /// <summary>The character after an escape, or NUL when the table has none there.</summary>
    public static char Single(GsmLanguage language, byte septet)
    {
        var own = language switch
        {
            GsmLanguage.Turkish => Turkish(septet),
            GsmLanguage.Spanish => Spanish(septet),
            GsmLanguage.Portuguese => Portuguese(septet),
            _ => '\0',
        };
        return own != '\0' ? own : Default(septet);
    }

    // Every national single shift table that stands here holds the default extension table as well.
    private static char Default(byte septet) => septet switch
    {
        0x0A => '\f',
        0x14 => '^',
        0x28 => '{',
        0x29 => '}',
        0x2F => '\\',
        0x3C => '[',
        0x3D => '~',
        0x3E => ']',
        0x40 => '|',
        0x65 => '€',
        _ => '\0',
    };

    private static char Turkish(byte septet) => septet switch
    {
        0x47 => 'Ğ',
        0x49 => 'İ',
        0x53 => 'Ş',
        0x63 => 'ç',
        0x67 => 'ğ',
        0x69 => 'ı',
        0x73 => 'ş',
        _ => '\0',
    };

    private static char Spanish(byte septet) => septet switch
    {
        0x09 => 'ç',
        0x41 => 'Á',
        0x49 => 'Í',
        0x4F => 'Ó',
        0x55 => 'Ú',
        0x61 => 'á',
        0x69 => 'í',
        0x6F => 'ó',
        0x75 => 'ú',
        _ => '\0',
    };

    private static char Portuguese(byte septet) => septet switch
    {
        0x05 => 'ê',
        0x09 => 'ç',
        0x0B => 'Ô',
        0x0C => 'ô',
        0x0E => 'Á',
        0x0F => 'á',
        0x12 => 'Φ',
        0x13 => 'Γ',
        0x15 => 'Ω',
        0x16 => 'Π',
        0x17 => 'Ψ',
        0x18 => 'Σ',
        0x19 => 'Θ',
        0x1F => 'Ê',
        0x41 => 'À',
        0x49 => 'Í',
        0x4F => 'Ó',
        0x55 => 'Ú',
        0x5B => 'Ã',
        0x5C => 'Õ',
        0x61 => 'Â',
        0x69 => 'í',
        0x6F => 'ó',
        0x75 => 'ú',
        0x7B => 'ã',
        0x7C => 'õ',
        0x7F => 'â',
        _ => '\0',
    };
}
