namespace Crosspoint.Simulator.Configuration;

internal enum ConfigNodeKind
{
    Null,
    Scalar,
    List,
    Map,
}

/// <summary>A value of a YAML or JSON document that knows its line, so that one reader serves the file and the control API.</summary>
internal sealed class ConfigNode
{
    public required ConfigNodeKind Kind { get; init; }

    /// <summary>Where it stands, such as carriers[0].behaviour.latency.</summary>
    public required string Path { get; init; }

    public int Line { get; init; }

    /// <summary>A scalar as it is written.</summary>
    public string Text { get; init; } = "";

    /// <summary>True for a scalar in quotes: text, whatever it looks like.</summary>
    public bool IsQuoted { get; init; }

    public IReadOnlyList<ConfigNode> Items { get; init; } = [];

    public IReadOnlyList<ConfigEntry> Entries { get; init; } = [];

    public string Found => Kind switch
    {
        ConfigNodeKind.Null => "nothing",
        ConfigNodeKind.List => "a list",
        ConfigNodeKind.Map => "a map",
        _ => $"'{Text}'",
    };

    public static string Join(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";
}

internal sealed record ConfigEntry(string Key, int Line, ConfigNode Value);
