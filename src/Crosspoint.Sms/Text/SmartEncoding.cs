namespace Crosspoint.Sms.Text;

/// <summary>Puts characters of the GSM alphabet in place of typographic ones that look alike.</summary>
public static partial class SmartEncoding
{
    /// <summary>What is replaced, in order of the replaced character. An empty replacement takes the character away.</summary>
    public static IReadOnlyList<(char From, string To)> Table => Replacements;

    /// <summary>Replaces every character of <see cref="Table"/>.</summary>
    /// <returns>The changed text, or the same instance when no character was replaced.</returns>
    public static string Apply(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text;
    }

    private static readonly (char From, string To)[] Replacements = [];
}
