namespace Crosspoint.Server.Configuration;

/// <summary>A node of the YAML document with the line on which it begins.</summary>
internal abstract record ConfigNode(int Line)
{
    /// <summary>What it is called in an error.</summary>
    public abstract string Kind { get; }
}

/// <param name="IsPlain">Written without quotes.</param>
internal sealed record ConfigScalar(int Line, string Text, bool IsPlain) : ConfigNode(Line)
{
    public bool IsNull => IsPlain && Text is "" or "~" or "null" or "Null" or "NULL";

    public override string Kind => IsNull ? "nothing" : "a single value";
}

internal sealed record ConfigList(int Line, IReadOnlyList<ConfigNode> Items) : ConfigNode(Line)
{
    public override string Kind => "a list";
}

internal sealed record ConfigMap(int Line, IReadOnlyList<ConfigEntry> Entries) : ConfigNode(Line)
{
    public override string Kind => "a group of keys";

    /// <summary>The value of a key; null when it is absent.</summary>
    public ConfigNode? Find(string key)
    {
        foreach (ConfigEntry entry in Entries)
        {
            if (entry.Key == key) return entry.Value;
        }

        return null;
    }
}

internal readonly record struct ConfigEntry(int Line, string Key, ConfigNode Value);
