using System.Text.Json.Serialization;

namespace Crosspoint.Engine.Alerts;

/// <summary>
/// A time in which alerts of a kind are not told to anybody: a silence that begins at once, or a maintenance window that is known before. The alerts
/// are there all the same, and are told when it ends if they last.
/// </summary>
public sealed record Silence
{
    /// <summary>Names that can be matched, besides those of labels: rule, severity, key.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["rule", "severity", "key", "country", "network", "connection", "vendor", "class", "account", "receiver", "certificate", "path", "notifier"];

    public const int MostMatchers = 10;

    public const int MostReasonCharacters = 1_000;

    /// <summary><c>SI</c> or, for maintenance, <c>MW</c>, and 32 hex digits.</summary>
    public required string Id { get; init; }

    public required bool IsMaintenance { get; init; }

    /// <summary>All of them must fit.</summary>
    public required IReadOnlyList<Matcher> Matchers { get; init; }

    /// <summary>Wall time in microseconds.</summary>
    public required long From { get; init; }

    /// <summary>Wall time in microseconds.</summary>
    public required long Until { get; init; }

    public required string Reason { get; init; }

    public required string By { get; init; }

    public required long MadeAt { get; init; }

    /// <summary>When somebody ended it before its time; 0 for not.</summary>
    public long EndedAt { get; init; }

    public string? EndedBy { get; init; }

    [JsonIgnore]
    public long End => EndedAt != 0 ? Math.Min(EndedAt, Until) : Until;

    public bool IsInForce(long now) => From <= now && now < End;

    public string StateAt(long now) => now >= End ? "ended" : now < From ? "scheduled" : "in_force";

    /// <summary>Whether it keeps an alert quiet. Of a name with several values all must fit: the others are nobody's to silence.</summary>
    public bool Fits(Alert alert)
    {
        foreach (Matcher matcher in Matchers)
        {
            string[] values = matcher.Name switch
            {
                "rule" => [alert.Rule],
                "severity" => [alert.Severity.ToString()],
                "key" => [alert.Key],
                _ => alert.Labels.TryGetValue(matcher.Name, out string[]? found) ? found : [],
            };
            if (values.Length == 0 || !values.All(matcher.Fits)) return false;
        }

        return Matchers.Count > 0;
    }
}

/// <summary>What a value must be.</summary>
/// <param name="Value">The value itself or, with an asterisk at its end, what the value begins with.</param>
public sealed record Matcher(string Name, string Value)
{
    public bool Fits(string value) => Value.EndsWith('*') ? value.StartsWith(Value[..^1], StringComparison.Ordinal) : value == Value;
}
