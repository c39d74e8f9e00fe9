using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Crosspoint.Simulator.Configuration;

internal static class YamlNodes
{
    // Deeper than any document that makes sense; stops an alias that holds itself.
    private const int MaxDepth = 16;

    /// <summary>Reads a document; null, with a problem, when it is not YAML.</summary>
    public static ConfigNode? Read(string text, ConfigProblems problems)
    {
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(text));
        }
        catch (YamlException exception)
        {
            problems.Add((int)exception.Start.Line, "", $"expected YAML: {exception.Message}");
            return null;
        }

        if (stream.Documents.Count == 0) return new ConfigNode { Kind = ConfigNodeKind.Null, Path = "", Line = 1 };
        if (stream.Documents.Count > 1)
        {
            problems.Add((int)stream.Documents[1].RootNode.Start.Line, "", "expected one YAML document, found another");
            return null;
        }

        return Convert(stream.Documents[0].RootNode, "", 0, problems);
    }

    private static ConfigNode Convert(YamlNode node, string path, int depth, ConfigProblems problems)
    {
        var line = (int)node.Start.Line;
        if (depth > MaxDepth)
        {
            problems.Add(line, path, "expected fewer levels");
            return new ConfigNode { Kind = ConfigNodeKind.Null, Path = path, Line = line };
        }

        switch (node)
        {
            case YamlMappingNode map:
                var entries = new List<ConfigEntry>();
                foreach ((YamlNode key, YamlNode value) in map.Children)
                {
                    if (key is not YamlScalarNode { Value: { } name })
                    {
                        problems.Add((int)key.Start.Line, path, "expected a plain key");
                        continue;
                    }

                    ConfigNode child = Convert(value, ConfigNode.Join(path, name), depth + 1, problems);
                    entries.Add(new ConfigEntry(name, (int)key.Start.Line, child));
                }

                return new ConfigNode { Kind = ConfigNodeKind.Map, Path = path, Line = line, Entries = entries };
            case YamlSequenceNode list:
                var items = new List<ConfigNode>();
                foreach (YamlNode item in list.Children) items.Add(Convert(item, $"{path}[{items.Count}]", depth + 1, problems));
                return new ConfigNode { Kind = ConfigNodeKind.List, Path = path, Line = line, Items = items };
            case YamlScalarNode { Style: ScalarStyle.Plain, Value: null or "" or "~" or "null" }:
                return new ConfigNode { Kind = ConfigNodeKind.Null, Path = path, Line = line };
            default:
                var scalar = (YamlScalarNode)node;
                return new ConfigNode
                {
                    Kind = ConfigNodeKind.Scalar,
                    Path = path,
                    Line = line,
                    Text = scalar.Value ?? "",
                    IsQuoted = scalar.Style != ScalarStyle.Plain,
                };
        }
    }
}
