using System.Globalization;
using System.Net;

namespace Crosspoint.Simulator.Configuration;

/// <summary>
/// Reads the keys of one map. A key that is absent keeps the value it had, which makes the same reader serve a file (over the
/// defaults) and a change (over what is in force). <see cref="Finish"/> refuses the keys that nobody asked for.
/// </summary>
internal sealed class MapReader
{
    private readonly ConfigNode _node;
    private readonly ConfigProblems _problems;
    private readonly List<string> _known = [];

    private MapReader(ConfigNode node, ConfigProblems problems)
    {
        _node = node;
        _problems = problems;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (ConfigEntry entry in node.Entries)
        {
            if (!seen.Add(entry.Key)) problems.Add(entry.Line, entry.Value.Path, "expected each key once");
        }
    }

    public ConfigNode Node => _node;

    public ConfigProblems Problems => _problems;

    /// <summary>Opens a map; null, with a problem, when the node is something else. Nothing counts as an empty map.</summary>
    public static MapReader? Open(ConfigNode node, ConfigProblems problems)
    {
        if (node.Kind is ConfigNodeKind.Map or ConfigNodeKind.Null) return new MapReader(node, problems);
        problems.Expected(node, "a map");
        return null;
    }

    public ConfigNode? Find(string key)
    {
        if (!_known.Contains(key)) _known.Add(key);
        foreach (ConfigEntry entry in _node.Entries)
        {
            if (entry.Key == key) return entry.Value;
        }

        return null;
    }

    /// <summary>Reports the keys that no call asked for.</summary>
    public void Finish()
    {
        foreach (ConfigEntry entry in _node.Entries)
        {
            if (_known.Contains(entry.Key)) continue;
            _problems.Add(entry.Line, entry.Value.Path, $"unknown key; expected one of {string.Join(", ", _known)}");
        }
    }

    public MapReader? Map(string key)
    {
        ConfigNode? node = Find(key);
        return node is null ? null : Open(node, _problems);
    }

    public IReadOnlyList<T> List<T>(string key, IReadOnlyList<T> current, Func<ConfigNode, T?> read)
        where T : class
    {
        ConfigNode? node = Find(key);
        if (node is null) return current;
        if (node.Kind != ConfigNodeKind.List)
        {
            _problems.Expected(node, "a list");
            return current;
        }

        var items = new List<T>(node.Items.Count);
        foreach (ConfigNode item in node.Items)
        {
            if (read(item) is { } value) items.Add(value);
        }

        return items;
    }

    public IReadOnlyList<string> Texts(string key, IReadOnlyList<string> current, string what, Func<string, bool> isValid) =>
        List(key, current, node =>
        {
            if (node.Kind == ConfigNodeKind.Scalar && isValid(node.Text)) return node.Text;
            _problems.Expected(node, what);
            return null;
        });

    public string Text(string key, string current, string what, Func<string, bool> isValid)
    {
        ConfigNode? node = Find(key);
        if (node is null) return current;
        if (node.Kind == ConfigNodeKind.Scalar && isValid(node.Text)) return node.Text;
        _problems.Expected(node, what);
        return current;
    }

    public bool Bool(string key, bool current)
    {
        ConfigNode? node = Find(key);
        if (node is null) return current;
        if (node is { Kind: ConfigNodeKind.Scalar, IsQuoted: false, Text: "true" or "false" }) return node.Text == "true";
        _problems.Expected(node, "true or false");
        return current;
    }

    public long Integer(string key, long current, long min, long max)
    {
        ConfigNode? node = Find(key);
        if (node is null) return current;
        bool isNumber = node is { Kind: ConfigNodeKind.Scalar, IsQuoted: false };
        if (isNumber && long.TryParse(node.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value)
            && value >= min && value <= max) return value;
        _problems.Expected(node, string.Create(CultureInfo.InvariantCulture, $"a whole number from {min} to {max}"));
        return current;
    }

    public int Int32(string key, int current, int min, int max) => (int)Integer(key, current, min, max);

    public double Number(string key, double current, double min, double max)
    {
        ConfigNode? node = Find(key);
        if (node is null) return current;
        const NumberStyles Styles = NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign | NumberStyles.AllowExponent;
        bool isNumber = node is { Kind: ConfigNodeKind.Scalar, IsQuoted: false };
        if (isNumber && double.TryParse(node.Text, Styles, CultureInfo.InvariantCulture, out double value) && value >= min && value <= max)
            return value;
        _problems.Expected(node, string.Create(CultureInfo.InvariantCulture, $"a number from {min} to {max}"));
        return current;
    }

    /// <summary>A share: 0 is never, 1 is always.</summary>
    public double Share(string key, double current) => Number(key, current, 0, 1);

    public TimeSpan Duration(string key, TimeSpan current, TimeSpan min, TimeSpan max)
    {
        ConfigNode? node = Find(key);
        if (node is null) return current;
        bool isDuration = Durations.TryParse(node.Text, out TimeSpan value);
        if (node.Kind == ConfigNodeKind.Scalar && isDuration && value >= min && value <= max) return value;
        _problems.Expected(node, $"a duration such as 5ms, 1s or 2m, from {Durations.Format(min)} to {Durations.Format(max)}");
        return current;
    }

    public T Choice<T>(string key, T current)
        where T : struct, Enum
    {
        ConfigNode? node = Find(key);
        if (node is null) return current;
        if (node.Kind == ConfigNodeKind.Scalar && EnumNames<T>.TryParse(node.Text, out T value)) return value;
        _problems.Expected(node, $"one of {EnumNames<T>.All}");
        return current;
    }

    public IPEndPoint? EndPoint(string key)
    {
        ConfigNode? node = Find(key);
        if (node is null)
        {
            const string Missing = "expected an address and port such as 127.0.0.1:3775; the key is missing";
            _problems.Add(_node.Line, ConfigNode.Join(_node.Path, key), Missing);
            return null;
        }

        if (node.Kind == ConfigNodeKind.Scalar && IPEndPoint.TryParse(node.Text, out IPEndPoint? endPoint)
            && node.Text.AsSpan().EndsWith($":{endPoint.Port}", StringComparison.Ordinal)) return endPoint;
        _problems.Expected(node, "an address and port such as 127.0.0.1:3775");
        return null;
    }
}
