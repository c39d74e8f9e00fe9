namespace Crosspoint.Server.Configuration;

/// <summary>Collects errors and warnings of one file.</summary>
internal sealed class ConfigErrors(string file)
{
    public List<ConfigError> Errors { get; } = [];

    public List<ConfigError> Warnings { get; } = [];

    public string File => file;

    public void Add(int line, string key, string message) => Errors.Add(new(file, line, key, message));

    public void Warn(int line, string key, string message) => Warnings.Add(new(file, line, key, message));
}

/// <summary>Finds names that are used twice in one file.</summary>
internal sealed class UniqueNames(ConfigErrors errors, string what)
{
    private readonly Dictionary<string, int> _lines = new(StringComparer.Ordinal);

    /// <summary>Notes a name; an error when it was there before.</summary>
    /// <param name="isSecret">The name must not stand in the error.</param>
    public void Add(string? name, int line, string key, bool isSecret = false)
    {
        if (name is null) return;
        if (_lines.TryGetValue(name, out int first))
            errors.Add(
                line, key, $"{(isSecret ? "the value" : $"'{name}'")} is the {what} on line {first} already; each must be different");
        else _lines.Add(name, line);
    }
}
