using System.Text;
using Crosspoint.Engine.Routing;
using Crosspoint.Server.Configuration;

namespace Crosspoint.Server.Routing;

/// <summary>
/// Changes a plan in its text: one thing at a time, where it stands, so that comments and lay-out stay. What comes out is read again and compared with what
/// was meant; what cannot be changed so is refused.
/// </summary>
internal sealed partial class PlanEdit
{
    private const string Rules = "rules";
    private const string Lists = "lists";
    private const string Connections = "connections";
    private const string Enabled = "enabled";

    private readonly string _text;
    private readonly RoutingPlan _plan;
    private readonly PlanKeys _keys;
    private readonly List<(int Start, int End, string Text)> _splices = [];
    private ConfigMap _meant;

    private PlanEdit(string text, RoutingPlan plan, PlanKeys keys, ConfigMap meant) => (_text, _plan, _keys, _meant) = (text, plan, keys, meant);

    /// <summary>What was changed, for people.</summary>
    public List<string> Done { get; } = [];

    /// <summary>What was left as it is, and why.</summary>
    public List<string> Left { get; } = [];

    /// <summary>Why it cannot be done; empty when it can.</summary>
    public string Fault { get; private set; } = "";

    /// <summary>The field of the request that is at fault.</summary>
    public string FaultField { get; private set; } = "";

    /// <summary>The text with all changes.</summary>
    public string Text { get; private set; } = "";

    /// <summary>Begins with a plan that was read without errors.</summary>
    public static PlanEdit? Of(string text, RoutingPlan plan)
    {
        ConfigMap? keys = RoutingDocument.ReadKeys(Encoding.UTF8.GetBytes(text), new ConfigErrors("plan"));
        return keys is not null && PlanText.Read(text) is { } parts ? new(text, plan, parts, keys) : null;
    }

    /// <summary>Puts a rule at another place, from 1.</summary>
    public bool MoveRule(string rule, long place)
    {
        if (FindNamed(Rules, rule, "rule") is not { } index || _keys.Find(Rules) is not PlanItems rules) return false;
        if (place < 1 || place > rules.Items.Count) return Fail("place", $"Expected a place from 1 to {rules.Items.Count}.");
        Permute(rules, MovedOrder(rules.Items.Count, index, (int)place - 1));
        _meant = Replace(_meant, Rules, Reorder((ConfigList)_meant.Find(Rules)!, MovedOrder(rules.Items.Count, index, (int)place - 1)));
        Done.Add($"rule '{rule}' stands at place {place}");
        return Finish();
    }

    /// <summary>Switches a rule on or off.</summary>
    public bool SetEnabled(string rule, bool isEnabled)
    {
        if (FindNamed(Rules, rule, "rule") is not { } index || (_keys.Find(Rules) as PlanItems)?.Items[index] is not PlanKeys keys)
            return Fault.Length == 0 ? Fail("rule", WrittenOtherwise) : false;
        int at = -1;
        for (int i = 0; i < keys.Entries.Count; i++)
        {
            if (keys.Entries[i].Key.Text == Enabled) at = i;
        }

        string? meant = isEnabled ? "true" : "false";
        if (at > 0 && isEnabled && PlaceOfKey(keys, at) is { } place)
        {
            _splices.Add((place.Start, place.End, ""));
            meant = null;
        }
        else if (at >= 0) _splices.Add((keys.Entries[at].Value.Start, keys.Entries[at].Value.End, meant));
        else if (isEnabled) meant = null;
        else AddKey(keys, meant);
        _meant = Replace(_meant, Rules, index, map => Put(map, Enabled, meant));
        Done.Add($"rule '{rule}' is switched {(isEnabled ? "on" : "off")}");
        return Finish();
    }

    /// <summary>Puts a connection at another place of a rule, of a list, or of the default list where both are null. Shares stay where they stand.</summary>
    public bool MoveConnection(string? rule, string? list, string connection, long place)
    {
        string under = rule is not null ? Rules : Lists;
        int index = -1;
        if (rule is not null || list is not null)
        {
            if (FindNamed(under, rule ?? list!, rule is not null ? "rule" : "list") is not { } found) return false;
            index = found;
        }

        IReadOnlyList<string> names = rule is not null ? RouteOf(rule)?.Connections ?? [] : list is not null ? _plan.FindList(list)!.Connections : _plan.Default;
        int from = names.ToList().IndexOf(connection);
        if (from < 0) return Fail("connection", "Expected a connection that stands there.");
        if (place < 1 || place > names.Count) return Fail("place", $"Expected a place from 1 to {names.Count}.");
        if (!Order(under, index, MovedOrder(names.Count, from, (int)place - 1))) return false;
        Done.Add($"'{connection}' stands at place {place} of {(rule is not null ? $"rule '{rule}'" : list is not null ? $"list '{list}'" : "the default list")}");
        return Finish();
    }

    /// <summary>Lets one connection have the place of another, and that one its place, wherever the first comes before.</summary>
    public bool Flip(string from, string to)
    {
        if (from == to) return Fail("to", "Expected another connection than 'from'.");
        FlipIn("the default list", "", -1, new() { Connections = _plan.Default }, from, to);
        string[] rules = NamesUnder(Rules);
        for (int i = 0; i < rules.Length; i++)
        {
            if (_plan.Rules.FirstOrDefault(rule => rule.Name == rules[i])?.Route is { } route) FlipIn($"rule '{rules[i]}'", Rules, i, route, from, to);
        }

        string[] lists = NamesUnder(Lists);
        for (int i = 0; i < lists.Length; i++) FlipIn($"list '{lists[i]}'", Lists, i, _plan.FindList(lists[i])!, from, to);
        return Fault.Length == 0 && Finish();
    }

    private const string WrittenOtherwise = "It stands in the text in a way that cannot be changed so, such as by an alias: change the text.";

    private void FlipIn(string where, string under, int index, RouteList list, string from, string to)
    {
        List<string> names = [.. list.Connections];
        (int a, int b) = (names.IndexOf(from), names.IndexOf(to));
        if (a < 0) return;
        string? why = b < 0 ? $"'{to}' does not stand in it" : list.Choose switch
        {
            RouteStrategy.Fixed => null,
            RouteStrategy.Split => list.Shares.Count > 0 ? null : "it goes by the capacity of its connections, not by their order",
            RouteStrategy.LeastCost => "it goes by price, not by the order",
            RouteStrategy.BestQuality => "it goes by quality, not by the order",
            _ => "it goes by price and quality, not by the order",
        };
        bool isNext = b >= 0 && (list.Choose == RouteStrategy.Split && list.Shares.Count > 0 ? list.Shares[a] > list.Shares[b] : a < b);
        if (why is not null) Left.Add($"{where}: {why}");
        if (why is not null || !isNext) return;
        int[] order = [.. Enumerable.Range(0, names.Count)];
        (order[a], order[b]) = (b, a);
        if (Order(under, index, order)) Done.Add($"{where}: '{to}' has the place of '{from}'");
    }

    // Connections of the default list (no key above), or of a rule or list.
    private bool Order(string under, int index, int[] order)
    {
        string key = index < 0 ? "default" : Connections;
        PlanKeys? owner = index < 0 ? _keys : (_keys.Find(under) as PlanItems)?.Items[index] as PlanKeys;
        if (owner?.Find(key) is not PlanItems items || items.Items.Count != order.Length) return Fail("plan", WrittenOtherwise);
        Permute(items, order);
        _meant = index < 0
            ? Replace(_meant, key, Reorder((ConfigList)_meant.Find(key)!, order))
            : Replace(_meant, under, index, map => Replace(map, key, Reorder((ConfigList)map.Find(key)!, order)));
        return true;
    }

    private bool Finish()
    {
        var text = new StringBuilder(_text);
        foreach ((int start, int end, string put) in _splices.OrderByDescending(static splice => splice.Start).ThenByDescending(static splice => splice.End))
            text.Remove(start, end - start).Insert(start, put);
        Text = text.ToString();
        ConfigMap? read = RoutingDocument.ReadKeys(Encoding.UTF8.GetBytes(Text), new ConfigErrors("plan"));
        return read is not null && ConfigText.Write(read, isIndented: false) == ConfigText.Write(_meant, isIndented: false)
            || Fail("plan", WrittenOtherwise);
    }

    /// <summary>Refuses it.</summary>
    /// <returns>False.</returns>
    public bool Fail(string field, string fault)
    {
        (FaultField, Fault) = (field, fault);
        return false;
    }

    private RouteList? RouteOf(string rule) => _plan.Rules.Concat(_plan.Disabled).FirstOrDefault(one => one.Name == rule)?.Route;

    private string[] NamesUnder(string key) => _meant.Find(key) is ConfigList list
        ? [.. list.Items.OfType<ConfigMap>().Select(static map => (map.Find("name") as ConfigScalar)?.Text ?? "")]
        : [];

    private int? FindNamed(string key, string name, string field)
    {
        int index = Array.IndexOf(NamesUnder(key), name);
        if (index >= 0) return index;
        Fail(field, $"Expected the name of a {field} of the plan.");
        return null;
    }

    // ---- In the text

    // Items of a list in brackets change places among the commas; others take their lines with them, and the comments right above.
    private void Permute(PlanItems list, int[] order)
    {
        (int Start, int End)[] spans = [.. list.Items.Select(item => list.IsFlow ? (item.Start, item.End) : LinesOf(item))];
        for (int i = 0; i < order.Length; i++)
        {
            if (order[i] != i) _splices.Add((spans[i].Start, spans[i].End, _text[spans[order[i]].Start..spans[order[i]].End]));
        }
    }

    private (int Start, int End) LinesOf(PlanPart item)
    {
        int dash = item.Start - 1;
        while (dash > 0 && _text[dash] != '-') dash--;
        int start = LineStart(dash);
        while (start > 0 && LineStart(start - 1) is var above && _text.AsSpan(above, start - above).Trim() is ['#', ..]) start = above;
        return (start, LineEnd(item.End));
    }

    private void AddKey(PlanKeys keys, string value)
    {
        (PlanValue key, PlanPart after) = keys.Entries.First(static entry => entry.Key.Text == "name");
        if (keys.IsFlow)
        {
            string quote = _text[key.Start] is '"' or '\'' ? _text[key.Start].ToString() : "";
            _splices.Add((after.End, after.End, $", {quote}{Enabled}{quote}: {value}"));
            return;
        }

        int end = LineEnd(after.End);
        string line = _text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";
        _splices.Add((end, end, $"{line}{new string(' ', key.Start - LineStart(key.Start))}{Enabled}: {value}"));
    }

    // What goes with a key: its line, or in braces itself with the comma before; null where a comment would go too.
    private (int Start, int End)? PlaceOfKey(PlanKeys keys, int at)
    {
        (PlanValue key, PlanPart value) = keys.Entries[at];
        int start = keys.IsFlow ? keys.Entries[at - 1].Value.End : LineStart(key.Start);
        int end = keys.IsFlow ? value.End : LineEnd(value.End);
        if (!keys.IsFlow)
        {
            if (!_text.AsSpan(start, key.Start - start).IsWhiteSpace()) return null;
            start -= start > 1 && _text[start - 2] == '\r' ? 2 : 1;
        }

        return _text.AsSpan(start, end - start).Contains('#') ? null : (start, end);
    }

    private int LineStart(int at) => at == 0 ? 0 : _text.LastIndexOf('\n', at - 1) + 1;

    private int LineEnd(int at)
    {
        int end = _text.IndexOf('\n', at);
        if (end < 0) return _text.Length;
        return end > at && _text[end - 1] == '\r' ? end - 1 : end;
    }

    // ---- In what is meant

    private static int[] MovedOrder(int count, int from, int to)
    {
        List<int> order = [.. Enumerable.Range(0, count)];
        order.RemoveAt(from);
        order.Insert(to, from);
        return [.. order];
    }

    private static ConfigList Reorder(ConfigList list, int[] order) => list with { Items = [.. order.Select(place => list.Items[place])] };

    private static ConfigMap Replace(ConfigMap map, string key, ConfigNode value) =>
        map with { Entries = [.. map.Entries.Select(entry => entry.Key == key ? entry with { Value = value } : entry)] };

    private static ConfigMap Replace(ConfigMap map, string key, int index, Func<ConfigMap, ConfigMap> change)
    {
        var list = (ConfigList)map.Find(key)!;
        ConfigNode[] items = [.. list.Items];
        items[index] = change((ConfigMap)items[index]);
        return Replace(map, key, list with { Items = items });
    }

    // Behind the name, where the text has it; without a value the key goes.
    private static ConfigMap Put(ConfigMap map, string key, string? value)
    {
        if (value is null) return map with { Entries = [.. map.Entries.Where(entry => entry.Key != key)] };
        var put = new ConfigScalar(0, value, IsPlain: true);
        return map.Find(key) is not null
            ? Replace(map, key, put)
            : map with { Entries = [.. map.Entries.SelectMany(entry => entry.Key == "name" ? [entry, new(0, key, put)] : (ConfigEntry[])[entry])] };
    }
}
