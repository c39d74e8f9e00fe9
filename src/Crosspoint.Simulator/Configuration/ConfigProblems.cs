namespace Crosspoint.Simulator.Configuration;

/// <summary>A fault in a configuration.</summary>
/// <param name="File">File name as it was given; empty for the control API.</param>
/// <param name="Line">Line, from 1; 0 when there is none.</param>
/// <param name="Key">Path of the key, such as carriers[0].behaviour.latency.mean.</param>
/// <param name="Expected">What was expected, and what was found.</param>
public sealed record ConfigProblem(string File, int Line, string Key, string Expected)
{
    public override string ToString() => $"{File}:{Line}: {(Key.Length == 0 ? "" : Key + ": ")}{Expected}";
}

internal sealed class ConfigProblems(string file)
{
    private readonly List<ConfigProblem> _all = [];

    public IReadOnlyList<ConfigProblem> All => _all;

    public int Count => _all.Count;

    public void Add(ConfigNode node, string expected) => Add(node.Line, node.Path, expected);

    public void Add(int line, string key, string expected) => _all.Add(new ConfigProblem(file, line, key, expected));

    public void Expected(ConfigNode node, string what) => Add(node, $"expected {what}, found {node.Found}");
}
