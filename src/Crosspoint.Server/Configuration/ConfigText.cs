using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Crosspoint.Server.Configuration;

/// <summary>Pieces of configuration that are kept apart from the file: read from YAML or JSON as it comes, written as JSON.</summary>
internal static class ConfigText
{
    private static readonly JsonWriterOptions Indented = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Indented = true };
    private static readonly JsonWriterOptions Compact = Indented with { Indented = false };

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
    /// <param name="replace">Writes a value of the root's keys in another way, and says that it did; null for none.</param>
    public static byte[] Write(ConfigNode node, bool isIndented, Func<string, Utf8JsonWriter, bool>? replace = null)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, isIndented ? Indented : Compact)) Write(writer, node, replace);
        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(Utf8JsonWriter writer, ConfigNode node, Func<string, Utf8JsonWriter, bool>? replace)
    {
        switch (node)
        {
            case ConfigMap map:
                writer.WriteStartObject();
                foreach (ConfigEntry entry in map.Entries)
                {
                    writer.WritePropertyName(entry.Key);
                    if (replace is null || !replace(entry.Key, writer)) Write(writer, entry.Value, null);
                }

                writer.WriteEndObject();
                break;
            case ConfigList list:
                writer.WriteStartArray();
                foreach (ConfigNode item in list.Items) Write(writer, item, null);
                writer.WriteEndArray();
                break;
            case ConfigScalar { IsNull: true }:
                writer.WriteNullValue();
                break;
            default:
                // Numbers too: 26201 and "26201" are the same to whoever reads a key, 1.50 and 1.5 are not.
                writer.WriteRawValue(Quote(((ConfigScalar)node).Text), skipInputValidation: true);
                break;
        }
    }

    // The writer's own escapes put two for a character beyond the basic plane, which YAML does not take.
    private static string Quote(string text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (char c in text)
        {
            if (c is '"' or '\\') quoted.Append('\\').Append(c);
            else if (char.IsControl(c) || c is '\u2028' or '\u2029' or '\uFEFF') quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else quoted.Append(c);
        }

        return quoted.Append('"').ToString();
    }
}
