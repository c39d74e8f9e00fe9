using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Crosspoint.Server.Configuration;

/// <summary>
/// Reads a YAML document into nodes that know their lines. Anchors and aliases are taken; tags and more than one document are refused,
/// as is anything deep or large enough to be an attack or a mistake.
/// </summary>
internal sealed class ConfigDocument
{
    private const int MaxDepth = 16;
    private const int MaxNodes = 1_000_000;

    private readonly IParser _parser;
    private readonly string _file;
    private readonly List<ConfigError> _errors;
    private readonly Dictionary<string, ConfigNode> _anchors = new(StringComparer.Ordinal);
    private int _nodes;

    private ConfigDocument(IParser parser, string file, List<ConfigError> errors) => (_parser, _file, _errors) = (parser, file, errors);

    /// <summary>The document's root; null when the text is no document that can be read (the errors say why).</summary>
    public static ConfigNode? Read(string text, string file, List<ConfigError> errors)
    {
        using var reader = new StringReader(text);
        var parser = new Parser(reader);
        try
        {
            return new ConfigDocument(parser, file, errors).ReadRoot();
        }
        catch (YamlException broken)
        {
            errors.Add(new(file, (int)broken.Start.Line, "", $"is not valid YAML: {Reason(broken)}"));
            return null;
        }
        catch (InvalidOperationException)
        {
            // The library's own fault with some broken text, as a flow mapping that goes on with too little indentation. It says no place:
            // what it read last is just before it.
            int line = (int)(parser.Current?.End.Line ?? 1);
            errors.Add(new(file, line, "", "is not valid YAML, here or below: check the brackets and the indentation"));
            return null;
        }
    }

    private static string Reason(YamlException broken)
    {
        // The library puts "(Line: 3, Col: 1, Idx: 20) - (…): " before the text; the line is given already.
        string text = broken.InnerException is YamlException inner ? inner.Message : broken.Message;
        int colon = text.IndexOf("): ", StringComparison.Ordinal);
        return colon >= 0 ? text[(colon + 3)..] : text;
    }

    private ConfigNode? ReadRoot()
    {
        _parser.Consume<StreamStart>();
        if (!_parser.TryConsume<DocumentStart>(out _)) return new ConfigMap(1, []);
        ConfigNode? root = ReadNode("", 0);
        _parser.Consume<DocumentEnd>();
        if (_parser.Accept<DocumentStart>(out var second) && second is not null)
            Fail((int)second.Start.Line, "", "a second document begins here; the file must hold one");
        return root;
    }

    private ConfigNode ReadNode(string path, int depth)
    {
        ParsingEvent current = _parser.Consume<ParsingEvent>();
        int line = (int)current.Start.Line;
        if (depth > MaxDepth || ++_nodes > MaxNodes)
            throw new YamlException(current.Start, current.End, "): the document is too deep or too large");
        switch (current)
        {
            case AnchorAlias alias:
                if (_anchors.TryGetValue(alias.Value.Value, out ConfigNode? anchored)) return anchored;
                Fail(line, path, $"the anchor '{alias.Value.Value}' is not defined above");
                return new ConfigScalar(line, "", IsPlain: true);
            case Scalar scalar:
                CheckTag(scalar, path);
                return Keep(scalar, new ConfigScalar(line, scalar.Value, scalar.Style == ScalarStyle.Plain));
            case SequenceStart start:
                CheckTag(start, path);
                var items = new List<ConfigNode>();
                while (!_parser.TryConsume<SequenceEnd>(out _)) items.Add(ReadNode($"{path}[{items.Count}]", depth + 1));
                return Keep(start, new ConfigList(line, items));
            case MappingStart start:
                CheckTag(start, path);
                return Keep(start, ReadMap(line, path, depth));
            default:
                throw new YamlException(current.Start, current.End, $"): {current.GetType().Name} was not expected");
        }
    }

    private ConfigMap ReadMap(int line, string path, int depth)
    {
        var entries = new List<ConfigEntry>();
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            ConfigNode key = ReadNode(path, depth + 1);
            string name = key is ConfigScalar scalar ? scalar.Text : "";
            if (key is not ConfigScalar) Fail(key.Line, path, $"a key must be a single word, not {key.Kind}");
            string inner = path.Length == 0 ? name : $"{path}.{name}";
            ConfigNode value = ReadNode(inner, depth + 1);
            if (key is not ConfigScalar) continue;
            if (seen.TryGetValue(name, out int first)) Fail(key.Line, inner, $"is given twice; the first is on line {first}");
            else
            {
                seen.Add(name, key.Line);
                entries.Add(new(key.Line, name, value));
            }
        }

        return new ConfigMap(line, entries);
    }

    private ConfigNode Keep(NodeEvent source, ConfigNode node)
    {
        if (!source.Anchor.IsEmpty) _anchors[source.Anchor.Value] = node;
        return node;
    }

    private void CheckTag(NodeEvent node, string path)
    {
        if (!node.Tag.IsEmpty) Fail((int)node.Start.Line, path, "tags (!…) are not supported; write the value as it is");
    }

    private void Fail(int line, string path, string message) => _errors.Add(new(_file, line, path, message));
}
