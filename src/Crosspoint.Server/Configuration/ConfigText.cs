using System.Globalization;
using System.Text;

namespace Crosspoint.Server.Configuration;

/// <summary>Pieces of configuration that are kept apart from the file: read from YAML or JSON as it comes, written as JSON.</summary>
internal static class ConfigText
{
    /// <summary>The group of keys that a text holds; null beside errors.</summary>
    public static ConfigSection? Read(ReadOnlySpan<byte> text, ConfigErrors errors)
    {
        string decoded;
        try
        {
            decoded = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(text);
        }
        catch (DecoderFallbackException)
        {
            errors.Add(1, "", "is not valid UTF-8");
            return null;
        }

        ConfigNode? root = ConfigDocument.Read(decoded, errors.File, errors.Errors);
        if (root is ConfigMap map) return new(errors, "", map);
        if (errors.Errors.Count == 0) errors.Add(root?.Line ?? 1, "", $"is {root?.Kind ?? "nothing"}; expected a group of keys");
        return null;
    }

    /// <summary>A node as JSON that reads as the same again, whatever anchors and quotes it was written with.</summary>
    public static string Write(ConfigNode node, bool isIndented)
    {
        var text = new StringBuilder();
        Write(text, node, isIndented ? 1 : 0);
        return text.ToString();
    }

    // JSON's own writer puts two escapes for a character beyond the basic plane, which YAML does not take.
    private static void Write(StringBuilder text, ConfigNode node, int depth)
    {
        switch (node)
        {
            case ConfigMap map:
                WriteItems(text, '{', '}', map.Entries, depth, static (text, entry, depth) =>
                {
                    Quote(text, entry.Key);
                    text.Append(depth > 0 ? ": " : ":");
                    Write(text, entry.Value, depth);
                });
                break;
            case ConfigList list:
                WriteItems(text, '[', ']', list.Items, depth, Write);
                break;
            case ConfigScalar { IsNull: true }:
                text.Append("null");
                break;
            default:
                // Numbers too: 26201 and "26201" are the same to whoever reads a key, 1.50 and 1.5 are not.
                Quote(text, ((ConfigScalar)node).Text);
                break;
        }
    }

    // A depth of 0 means everything on one line; lists of single values are so as well.
    private static void WriteItems<T>(StringBuilder text, char open, char close, IReadOnlyList<T> items, int depth, Action<StringBuilder, T, int> write)
    {
        bool isFlat = depth == 0 || items.Count == 0 || items.All(static item => item is ConfigScalar);
        text.Append(open);
        for (int i = 0; i < items.Count; i++)
        {
            if (i > 0) text.Append(isFlat && depth > 0 ? ", " : ",");
            if (!isFlat) text.Append('\n').Append(' ', 2 * depth);
            write(text, items[i], depth == 0 ? 0 : depth + 1);
        }

        if (!isFlat) text.Append('\n').Append(' ', 2 * (depth - 1));
        text.Append(close);
    }

    private static void Quote(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (char c in value)
        {
            if (c is '"' or '\\') text.Append('\\').Append(c);
            else if (char.IsControl(c) || c is '\u2028' or '\u2029' or '\uFEFF') text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else text.Append(c);
        }

        text.Append('"');
    }
}
