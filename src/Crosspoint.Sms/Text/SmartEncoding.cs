using System.Buffers;
using System.Text;

namespace Crosspoint.Sms.Text;

/// <summary>
/// Puts characters of the GSM alphabet in place of typographic ones that look alike, so that one curly quote does not turn a message
/// into UCS2. Letters with accents are left as they are: a replacement would change the word.
/// </summary>
/// <remarks>
/// U+200C and U+200D are not in the table: they carry meaning in scripts and emoji sequences that stay UCS2 in any case.
/// </remarks>
public static class SmartEncoding
{
    private static readonly (char From, string To)[] Replacements = Build();
    private static readonly SearchValues<char> Replaced = SearchValues.Create(Keys());

    /// <summary>What is replaced, in order of the replaced character. An empty replacement takes the character away.</summary>
    public static IReadOnlyList<(char From, string To)> Table => Replacements;

    /// <summary>Replaces every character of <see cref="Table"/>.</summary>
    /// <returns>The changed text, or the same instance when no character was replaced.</returns>
    public static string Apply(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var rest = text.AsSpan();
        var at = rest.IndexOfAny(Replaced);
        if (at < 0)
            return text;
        var changed = new StringBuilder(text.Length + 8);
        while (at >= 0)
        {
            changed.Append(rest[..at]).Append(ReplacementOf(rest[at]));
            rest = rest[(at + 1)..];
            at = rest.IndexOfAny(Replaced);
        }

        return changed.Append(rest).ToString();
    }

    private static string ReplacementOf(char c)
    {
        int low = 0, high = Replacements.Length - 1;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (Replacements[middle].From < c)
                low = middle + 1;
            else
                high = middle;
        }

        return Replacements[low].To;
    }

    private static char[] Keys()
    {
        var keys = new char[Replacements.Length];
        for (var i = 0; i < keys.Length; i++)
            keys[i] = Replacements[i].From;
        return keys;
    }

    private static (char From, string To)[] Build()
    {
        var table = new List<(char From, string To)>();
        // Quotes.
        Add(table, "\"", "\u00AB\u00BB\u02BA\u02EE\u201C\u201D\u201E\u201F\u2033\u2036\u275D\u275E\u301D\u301E\u301F");
        Add(table, "'", "`\u00B4\u02B9\u02BB\u02BC\u02BD\u02C8\u02CA\u02CB\u2018\u2019\u201B\u2032\u2035\u275B\u275C");
        Add(table, ",", "\u201A\u3001\uFE50\uFE51\uFF64");
        Add(table, "<", "\u2039\uFE64");
        Add(table, ">", "\u203A\uFE65");
        // Dashes, bullets and lines.
        Add(table, "-", "\u2010\u2011\u2012\u2013\u2014\u2015\u2022\u2043\u2212\u23BC\u23BD\uFE58\uFE63");
        Add(table, "_", "\u2017");
        Add(table, "|", "\u2223\u23B8\u23B9\u23D0");
        Add(table, "/", "\u00F7\u2044\u2215\u29F8");
        Add(table, "\\", "\u29F5\u29F9\uFE68");
        Add(table, "~", "\u02DC\u02F7\u223C");
        Add(table, "^", "\u02C6");
        // Points.
        Add(table, "...", "\u2026");
        Add(table, "..", "\u2025");
        Add(table, ".", "\u2024\u3002\uFE52\uFF61");
        Add(table, ":", "\u02D0\u02F8\u2236\uA789\uFE13\uFE55");
        Add(table, ";", "\u204F\uFE14\uFE54");
        Add(table, "!", "\u01C3\uFE15\uFE57");
        Add(table, "!!", "\u203C");
        Add(table, "?", "\uFE16\uFE56");
        Add(table, "??", "\u2047");
        Add(table, "?!", "\u2048");
        Add(table, "!?", "\u2049");
        // Signs.
        Add(table, "*", "\u204E\u2217\u2722\u2723\u2724\u2725\u2731\u2732\u2733\u273A\u273B\u273C\u273D\uFE61");
        Add(table, "+", "\u02D6\uFE62");
        Add(table, "=", "\uA78A\uFE66");
        Add(table, "#", "\uFE5F");
        Add(table, "$", "\uFE69");
        Add(table, "%", "\uFE6A");
        Add(table, "&", "\uFE60");
        Add(table, "@", "\uFE6B");
        Add(table, "x", "\u00D7");
        Add(table, "(", "\u2768\u276A\u27EE\u2985\uFE59");
        Add(table, ")", "\u2769\u276B\u27EF\u2986\uFE5A");
        Add(table, "{", "\u2774\uFE5B");
        Add(table, "}", "\u2775\uFE5C");
        Add(table, "1/4", "\u00BC");
        Add(table, "1/2", "\u00BD");
        Add(table, "3/4", "\u00BE");
        Add(table, "TM", "\u2122");
        // Letters that are joined by the typesetter.
        Add(table, "ff", "\uFB00");
        Add(table, "fi", "\uFB01");
        Add(table, "fl", "\uFB02");
        Add(table, "ffi", "\uFB03");
        Add(table, "ffl", "\uFB04");
        // Blanks.
        Add(table, " ", "\t\u00A0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A\u202F\u205F\u3000");
        Add(table, "\n", "\u000B\u0085\u2028\u2029");
        Add(table, "", "\u00AD\u200B\u200E\u200F\u2060\uFEFF");
        // Full width forms of ASCII.
        for (var c = '!'; c <= '~'; c++)
            table.Add(((char)(c - '!' + '\uFF01'), c == '`' ? "'" : c.ToString()));
        table.Sort(static (a, b) => a.From.CompareTo(b.From));
        return [.. table];
    }

    private static void Add(List<(char From, string To)> table, string to, string from)
    {
        foreach (var c in from)
            table.Add((c, to));
    }
}
