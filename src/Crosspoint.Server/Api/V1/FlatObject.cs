using System.Text.Json;
using System.Text.Unicode;

namespace Crosspoint.Server.Api.V1;

/// <summary>A small JSON object of texts and numbers. Strict: what is not known, or is given twice, is refused by name.</summary>
internal sealed class FlatObject
{
    private readonly Dictionary<string, string> _texts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _numbers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, double> _decimals = new(StringComparer.Ordinal);

    /// <summary>Null and a problem when it cannot be taken. A field that is null counts as not given.</summary>
    /// <param name="known">The fields, in the order of the documentation.</param>
    /// <param name="decimals">Those of them that may be any number; the others are texts or whole numbers.</param>
    public static FlatObject? Read(ReadOnlySpan<byte> json, IReadOnlyList<string> known, out Problem problem, IReadOnlyList<string>? decimals = null)
    {
        problem = default;
        if (!Utf8.IsValid(json))
        {
            problem = new(ProblemKind.JsonInvalid, "It is not valid UTF-8.");
            return null;
        }

        try
        {
            var reader = new Utf8JsonReader(json);
            using JsonDocument document = JsonDocument.ParseValue(ref reader);
            if (reader.Read()) throw new JsonException();
            if (document.RootElement.ValueKind == JsonValueKind.Object) return Read(document.RootElement, known, decimals ?? [], out problem);
            problem = new(ProblemKind.JsonInvalid, "Expected an object.");
            return null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // The reader throws InvalidOperationException for a lone surrogate in an escape.
            problem = new(ProblemKind.JsonInvalid, "It is not valid JSON, or a text in it is not valid Unicode.");
            return null;
        }
    }

    public string? Text(string name) => _texts.GetValueOrDefault(name);

    public long? Number(string name) => _numbers.TryGetValue(name, out long number) ? number : null;

    public double? Decimal(string name) => _decimals.TryGetValue(name, out double number) ? number : null;

    private static FlatObject? Read(JsonElement root, IReadOnlyList<string> known, IReadOnlyList<string> decimals, out Problem problem)
    {
        problem = default;
        var result = new FlatObject();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (JsonProperty property in root.EnumerateObject())
        {
            string name = property.Name;
            if (!known.Contains(name))
                problem = new(ProblemKind.FieldUnknown, $"Known fields: {string.Join(", ", known)}.", name.Length > 64 ? name[..64] : name);
            else if (!seen.Add(name)) problem = new(ProblemKind.FieldDuplicate, "", name);
            else if (decimals.Contains(name) && property.Value.ValueKind is not JsonValueKind.Null) ReadDecimal(result, property, out problem);
            else if (property.Value.ValueKind == JsonValueKind.String) result._texts.Add(name, property.Value.GetString()!);
            else if (property.Value.ValueKind == JsonValueKind.Number && property.Value.TryGetInt64(out long number))
                result._numbers.Add(name, number);
            else if (property.Value.ValueKind != JsonValueKind.Null)
                problem = new(ProblemKind.FieldInvalid, "Expected a text or a whole number.", name);
            if (problem.Kind is not null) return null;
        }

        return result;
    }

    private static void ReadDecimal(FlatObject result, JsonProperty property, out Problem problem)
    {
        problem = default;
        if (property.Value.ValueKind == JsonValueKind.Number && property.Value.TryGetDouble(out double number) && double.IsFinite(number))
            result._decimals.Add(property.Name, number);
        else problem = new(ProblemKind.FieldInvalid, "Expected a number.", property.Name);
    }
}
