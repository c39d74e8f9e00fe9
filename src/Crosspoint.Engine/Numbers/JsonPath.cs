using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;

namespace Crosspoint.Engine.Numbers;

/// <summary>A place in a JSON document: names with points between them, places in lists in brackets, as in <c>results[0].network.mccmnc</c>.</summary>
public sealed class JsonPath
{
    private readonly string _text;
    private readonly object[] _steps;

    private JsonPath(string text, object[] steps) => (_text, _steps) = (text, steps);

    public static bool TryParse(string text, [NotNullWhen(true)] out JsonPath? path)
    {
        path = null;
        var steps = new List<object>();
        ReadOnlySpan<char> rest = text;
        if (rest.StartsWith("$")) rest = rest[1..];
        if (rest.StartsWith(".")) rest = rest[1..];
        while (!rest.IsEmpty)
        {
            if (rest[0] == '[')
            {
                int end = rest.IndexOf(']');
                if (end < 0 || !int.TryParse(rest[1..end], NumberStyles.None, CultureInfo.InvariantCulture, out int place)) return false;
                steps.Add(place);
                rest = rest[(end + 1)..];
            }
            else
            {
                int end = rest.IndexOfAny('.', '[');
                ReadOnlySpan<char> name = end < 0 ? rest : rest[..end];
                if (name.IsEmpty || name.ContainsAny("]\"' ")) return false;
                steps.Add(name.ToString());
                rest = end < 0 ? default : rest[end..];
            }

            if (rest.IsEmpty || rest[0] == '[') continue;
            if (rest[0] != '.' || rest.Length == 1 || rest[1] == '[') return false;
            rest = rest[1..];
        }

        if (steps.Count == 0) return false;
        path = new(text, [.. steps]);
        return true;
    }

    /// <summary>What stands there; nothing where the document has no such place.</summary>
    public JsonElement? Find(JsonElement root)
    {
        foreach (object step in _steps)
        {
            if (step is string name && root.ValueKind == JsonValueKind.Object && root.TryGetProperty(name, out JsonElement value)) root = value;
            else if (step is int place && root.ValueKind == JsonValueKind.Array && place < root.GetArrayLength()) root = root[place];
            else return null;
        }

        return root;
    }

    public override string ToString() => _text;
}
