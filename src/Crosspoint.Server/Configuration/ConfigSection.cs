using System.Globalization;
using System.Net;

namespace Crosspoint.Server.Configuration;

/// <summary>
/// One group of keys while it is read: each getter takes its key, checks it and falls back to the default after noting an error, so that
/// one pass finds all errors. <see cref="Close"/> then refuses the keys that nobody asked for.
/// </summary>
internal sealed class ConfigSection
{
    private readonly ConfigErrors _errors;
    private readonly ConfigMap _map;
    private readonly List<string> _known = [];

    public ConfigSection(ConfigErrors errors, string path, ConfigMap map) => (_errors, Path, _map) = (errors, path, map);

    public string Path { get; }

    public int Line => _map.Line;

    /// <summary>The keys as they stand.</summary>
    public ConfigMap Map => _map;

    public ConfigErrors Errors => _errors;

    public string PathOf(string key) => Path.Length == 0 ? key : $"{Path}.{key}";

    /// <summary>The line of a key, or of the group when it is absent.</summary>
    public int LineOf(string key) => Find(key)?.Line ?? _map.Line;

    public bool Has(string key) => Take(key) is not null;

    public void Fail(string key, string message) => _errors.Add(LineOf(key), PathOf(key), message);

    public void Warn(string key, string message) => _errors.Warn(LineOf(key), PathOf(key), message);

    /// <summary>A text of 1 to <paramref name="most"/> characters; null when absent or wrong.</summary>
    public string? Text(string key, bool required = false, int most = 1000, string expected = "text", bool mayBeEmpty = false)
    {
        ConfigScalar? scalar = Scalar(key, required, expected, mayBeEmpty);
        if (scalar is null) return null;
        string text = scalar.IsNull ? "" : scalar.Text;
        if (text.Length == 0 && !mayBeEmpty) Fail(key, $"is empty; expected {expected}");
        else if (text.Length > most) Fail(key, $"has {text.Length} characters; at most {most} are allowed");
        else if (text.AsSpan().IndexOfAnyInRange('\0', '\u001f') >= 0) Fail(key, "holds a control character");
        else return text;
        return null;
    }

    /// <summary>A text that goes into a field of a PDU, one octet a character.</summary>
    public string? Latin1(string key, bool required = false, int most = 1000, string expected = "text", bool mayBeEmpty = false)
    {
        string? text = Text(key, required, most, expected, mayBeEmpty);
        if (text is null || !text.AsSpan().ContainsAnyExceptInRange(' ', '\u00FF')) return text;
        Fail(key, "holds a character that SMPP cannot carry; expected Latin-1");
        return null;
    }

    public int Int(string key, int fallback, int least, int most, bool required = false)
    {
        string expected = $"a whole number from {least} to {most}";
        if (Scalar(key, required, expected) is not { } scalar) return fallback;
        if (int.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value)
            && value >= least && value <= most)
            return value;
        Fail(key, $"is '{scalar.Text}'; expected {expected}");
        return fallback;
    }

    public double Number(string key, double fallback, double least, double most)
    {
        string expected = string.Create(CultureInfo.InvariantCulture, $"a number from {least} to {most}");
        if (Scalar(key, required: false, expected) is not { } scalar) return fallback;
        const NumberStyles Styles = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (double.TryParse(scalar.Text, Styles, CultureInfo.InvariantCulture, out double value) && value >= least && value <= most)
            return value;
        Fail(key, $"is '{scalar.Text}'; expected {expected}");
        return fallback;
    }

    public bool Bool(string key, bool fallback)
    {
        const string Expected = "true or false";
        if (Scalar(key, required: false, Expected) is not { } scalar) return fallback;
        if (scalar.Text is "true" or "false") return scalar.Text == "true";
        Fail(key, $"is '{scalar.Text}'; expected {Expected}");
        return fallback;
    }

    public TimeSpan Duration(string key, TimeSpan fallback, TimeSpan least, TimeSpan most)
    {
        string expected = $"a duration from {Units.Format(least)} to {Units.Format(most)}, such as 500ms, 10s, 5m, 2h or 1d";
        if (Scalar(key, required: false, expected) is not { } scalar) return fallback;
        if (Units.TryParseDuration(scalar.Text, out TimeSpan value) && value >= least && value <= most) return value;
        Fail(key, $"is '{scalar.Text}'; expected {expected}");
        return fallback;
    }

    public long Size(string key, long fallback, long least, long most)
    {
        string expected = $"a size from {Units.FormatSize(least)} to {Units.FormatSize(most)}, such as 64KiB or 1MiB";
        if (Scalar(key, required: false, expected) is not { } scalar) return fallback;
        if (Units.TryParseSize(scalar.Text, out long value) && value >= least && value <= most) return value;
        Fail(key, $"is '{scalar.Text}'; expected {expected}");
        return fallback;
    }

    public T Choice<T>(string key, T fallback, IReadOnlyDictionary<string, T> choices)
    {
        string expected = string.Join(", ", choices.Keys);
        if (Scalar(key, required: false, expected) is not { } scalar) return fallback;
        if (choices.TryGetValue(scalar.Text, out T? value)) return value;
        Fail(key, $"is '{scalar.Text}'; expected one of: {expected}");
        return fallback;
    }

    /// <summary><c>ADDRESS:PORT</c>, <c>[IPV6]:PORT</c>, <c>localhost:PORT</c> or <c>*:PORT</c>.</summary>
    public IPEndPoint? EndPoint(string key, IPEndPoint? fallback, bool required = false)
    {
        const string Expected = "an address and a port, such as 127.0.0.1:8080, [::1]:8080 or *:8080";
        if (Scalar(key, required, Expected) is not { } scalar) return fallback;
        int colon = scalar.Text.LastIndexOf(':');
        if (colon > 0 && ushort.TryParse(scalar.Text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port))
        {
            string host = scalar.Text[..colon];
            if (host == "localhost") return new(IPAddress.Loopback, port);
            if (host == "*") return new(IPAddress.IPv6Any, port);
            bool bracketed = host.StartsWith('[') && host.EndsWith(']');
            if (IPAddress.TryParse(bracketed ? host[1..^1] : host, out IPAddress? address)
                && bracketed == host.Contains(':', StringComparison.Ordinal))
                return new(address, port);
        }

        Fail(key, $"is '{scalar.Text}'; expected {Expected}");
        return fallback;
    }

    /// <summary>Whether the key holds a group of keys: for those that may hold a single value instead.</summary>
    public bool IsGroup(string key) => Take(key) is ConfigMap;

    /// <summary>Whether the key holds a list: for those that may hold a single value instead.</summary>
    public bool IsList(string key) => Take(key) is ConfigList;

    /// <summary>A group of keys; null when absent or wrong.</summary>
    public ConfigSection? Group(string key, bool required = false)
    {
        ConfigNode? node = Take(key);
        if (node is ConfigMap map) return new(_errors, PathOf(key), map);
        if (node is null or ConfigScalar { IsNull: true })
        {
            if (required) Fail(key, "is missing; expected a group of keys");
            else if (node is not null) Fail(key, "is empty; expected a group of keys, or leave the key out");
        }
        else
        {
            Fail(key, $"is {node.Kind}; expected a group of keys");
        }

        return null;
    }

    /// <summary>Notes an error about a key itself rather than its value.</summary>
    public void FailKey(string key, string message) =>
        _errors.Add(_map.Entries.First(entry => entry.Key == key).Line, PathOf(key), message);

    /// <summary>A list of groups; empty when absent or wrong.</summary>
    public IEnumerable<ConfigSection> Groups(string key, bool required = false)
    {
        if (List(key, required, "a list") is not { } list) yield break;
        for (int i = 0; i < list.Items.Count; i++)
        {
            string path = $"{PathOf(key)}[{i}]";
            if (list.Items[i] is ConfigMap map) yield return new(_errors, path, map);
            else _errors.Add(list.Items[i].Line, path, $"is {list.Items[i].Kind}; expected a group of keys");
        }
    }

    /// <summary>A list of single values with their lines and paths; null when absent or wrong.</summary>
    public List<ConfigItem>? Items(string key, string expected, bool required = false)
    {
        if (List(key, required, $"a list of {expected}") is not { } list) return null;
        var items = new List<ConfigItem>(list.Items.Count);
        for (int i = 0; i < list.Items.Count; i++)
        {
            string path = $"{PathOf(key)}[{i}]";
            if (list.Items[i] is ConfigScalar { IsNull: false } scalar) items.Add(new(scalar.Line, path, scalar.Text));
            else _errors.Add(list.Items[i].Line, path, $"is {list.Items[i].Kind}; expected one of a list of {expected}");
        }

        return items;
    }

    /// <summary>The values of a list, or of a single value in its place; empty when absent or wrong.</summary>
    public List<ConfigItem> ItemOrItems(string key, string expected)
    {
        if (Take(key) is not ConfigScalar)
        {
            List<ConfigItem>? items = Items(key, expected);
            if (items is { Count: 0 }) Fail(key, $"is empty; expected {expected}, or leave the key out");
            return items ?? [];
        }

        return Text(key, expected: expected) is { } text ? [new(LineOf(key), PathOf(key), text)] : [];
    }

    /// <summary>A 16-bit tag in hexadecimal or decimal; 0 when it is missing or wrong.</summary>
    public int Tag(string key, string expected, int least, int most)
    {
        if (Scalar(key, required: true, expected) is not { } scalar) return 0;
        ReadOnlySpan<char> text = scalar.Text;
        bool isHex = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        NumberStyles style = isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None;
        if (int.TryParse(isHex ? text[2..] : text, style, CultureInfo.InvariantCulture, out int tag) && tag >= least && tag <= most) return tag;
        Fail(key, $"is '{scalar.Text}'; expected {expected}");
        return 0;
    }

    /// <summary>Refuses a name that nothing of the kind which the key says has.</summary>
    public void CheckName(string key, string? name, IEnumerable<string> known)
    {
        if (name is null || known.Contains(name)) return;
        string hint = Spelling.Nearest(name, known) is { } nearest ? $"; did you mean '{nearest}'?" : "";
        Fail(key, $"is '{name}', which is no {key}{hint}");
    }

    /// <summary>A list of networks such as <c>10.0.0.0/8</c>, or single addresses; empty when absent.</summary>
    public IReadOnlyList<IPNetwork> Networks(string key)
    {
        const string Expected = "networks such as 10.0.0.0/8 or 2001:db8::/32, or addresses";
        if (Items(key, Expected) is not { } items) return [];
        var networks = new List<IPNetwork>(items.Count);
        foreach (ConfigItem item in items)
        {
            if (IPNetwork.TryParse(item.Text, out IPNetwork network)) networks.Add(network);
            else if (IPAddress.TryParse(item.Text, out IPAddress? address)) networks.Add(new IPNetwork(address, address.GetAddressBytes().Length * 8));
            else _errors.Add(item.Line, item.Path, $"is '{item.Text}'; expected one of a list of {Expected}");
        }

        return networks;
    }

    /// <summary>The keys of a group whose keys are the writer's own, in the order of the file. All of them count as known.</summary>
    public IEnumerable<string> Keys()
    {
        foreach (ConfigEntry entry in _map.Entries)
        {
            if (!_known.Contains(entry.Key)) _known.Add(entry.Key);
            yield return entry.Key;
        }
    }

    /// <summary>Refuses a key of the contract that this version does not serve.</summary>
    public void NotSupported(string key, string instead)
    {
        if (Take(key) is { } node and not ConfigScalar { IsNull: true })
            _errors.Add(node.Line, PathOf(key), $"is not supported by this version; {instead}");
    }

    /// <summary>Refuses keys that are not known, each with the nearest one that is.</summary>
    public void Close()
    {
        foreach (ConfigEntry entry in _map.Entries)
        {
            if (_known.Contains(entry.Key)) continue;
            string? nearest = Spelling.Nearest(entry.Key, _known);
            string hint = nearest is null ? $"known here: {string.Join(", ", _known)}" : $"did you mean '{nearest}'?";
            _errors.Add(entry.Line, PathOf(entry.Key), $"is not a known key; {hint}");
        }
    }

    private ConfigScalar? Scalar(string key, bool required, string expected, bool mayBeEmpty = false)
    {
        ConfigNode? node = Take(key);
        if (node is ConfigScalar scalar && (!scalar.IsNull || mayBeEmpty)) return scalar;
        if (node is null && required) _errors.Add(_map.Line, PathOf(key), $"is missing; expected {expected}");
        else if (node is ConfigScalar) Fail(key, $"is empty; expected {expected}");
        else if (node is not null) Fail(key, $"is {node.Kind}; expected {expected}");
        return null;
    }

    private ConfigList? List(string key, bool required, string expected)
    {
        ConfigNode? node = Take(key);
        if (node is ConfigList list) return list;
        if (node is null && required) _errors.Add(_map.Line, PathOf(key), $"is missing; expected {expected}");
        else if (node is ConfigScalar { IsNull: true }) Fail(key, $"is empty; expected {expected}");
        else if (node is not null) Fail(key, $"is {node.Kind}; expected {expected}");
        return null;
    }

    private ConfigNode? Take(string key)
    {
        if (!_known.Contains(key)) _known.Add(key);
        return Find(key)?.Value;
    }

    private ConfigEntry? Find(string key)
    {
        foreach (ConfigEntry entry in _map.Entries)
        {
            if (entry.Key == key) return entry;
        }

        return null;
    }
}

/// <summary>One single value of a list.</summary>
internal readonly record struct ConfigItem(int Line, string Path, string Text);
