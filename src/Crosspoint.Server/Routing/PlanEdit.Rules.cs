using System.Text;
using Crosspoint.Server.Configuration;

namespace Crosspoint.Server.Routing;

/// <summary>Rules that are made, changed key by key, and taken away.</summary>
internal sealed partial class PlanEdit
{
    private const string Name = "name";
    private const string CommentsStandThere = "A comment stands in what would be replaced: change the text.";

    // The order in which keys of rules are written, as in the documentation. Others come behind.
    private static readonly string[] KeyOrder =
    [
        Name, Enabled, "match", Connections, "choose", "shares", "sticky", "cost_weight", "quality_weight", "explore", "quality_at_least", "price_at_most",
        "margin_at_least", "shadow", "fallback", "require", "attempts", "within", "copy", "deny",
    ];

    /// <summary>Puts a new rule into the plan.</summary>
    /// <param name="keys">Of the rule, its name among them.</param>
    /// <param name="place">From 1; behind all others when it is null.</param>
    public bool AddRule(ConfigMap keys, long? place)
    {
        ConfigMap rule = WithoutEmpty(keys);
        if (rule.Find(Name) is not ConfigScalar { Text.Length: > 0 } name) return Fail("keys", "Expected keys of a rule, 'name' among them.");
        if (NamesUnder(Rules).Contains(name.Text, StringComparer.Ordinal)) return Fail("keys", $"There is a rule '{name.Text}' already; names are of one rule only.");
        rule = rule with { Entries = [.. rule.Entries.OrderBy(static entry => OrderOf(entry.Key))] };
        var before = _meant.Find(Rules) as ConfigList;
        int count = before?.Items.Count ?? 0;
        if (place is < 1 || place > count + 1) return Fail("place", $"Expected a place from 1 to {count + 1}.");
        int index = (int)(place ?? count + 1) - 1;

        if (_keys.Find(Rules) is PlanItems { Items.Count: > 0 } rules) Insert(rules, rule, index);
        else if (!InsertFirst(rule)) return false;
        var after = new ConfigList(0, [.. before?.Items.Take(index) ?? [], rule, .. before?.Items.Skip(index) ?? []]);
        _meant = _meant.Find(Rules) is null ? _meant with { Entries = [.. _meant.Entries, new(0, Rules, after)] } : Replace(_meant, Rules, after);
        Done.Add($"rule '{name.Text}' is new, at place {index + 1}");
        return Finish();
    }

    /// <summary>Changes the keys that are given; those without a value go, and so it is in <c>match</c>. All others stay as they are written.</summary>
    public bool SetRule(string rule, ConfigMap keys)
    {
        if (FindNamed(Rules, rule, "rule") is not { } index) return false;
        if ((_keys.Find(Rules) as PlanItems)?.Items[index] is not PlanKeys written) return Fail("rule", WrittenOtherwise);
        if (keys.Entries.Any(static entry => entry.Key == Name && entry.Value is not ConfigScalar { Text.Length: > 0 })) return Fail("keys", "Expected a name.");
        if (keys.Find(Name) is ConfigScalar name && name.Text != rule && NamesUnder(Rules).Contains(name.Text, StringComparer.Ordinal))
            return Fail("keys", $"There is a rule '{name.Text}' already; names are of one rule only.");
        var map = (ConfigMap)((ConfigList)_meant.Find(Rules)!).Items[index];
        var changed = new List<string>();
        if (Merge(written, map, keys, changed) is not { } meant) return false;
        _meant = Replace(_meant, Rules, index, _ => meant);
        if (changed.Count > 0) Done.Add($"rule '{rule}' has another {string.Join(", ", changed.Select(static key => $"'{key}'"))}");
        return Finish();
    }

    /// <summary>Takes a rule away, with the comments right above it.</summary>
    public bool RemoveRule(string rule)
    {
        if (FindNamed(Rules, rule, "rule") is not { } index) return false;
        if (_keys.Find(Rules) is not PlanItems rules) return Fail("rule", WrittenOtherwise);
        var list = (ConfigList)_meant.Find(Rules)!;
        if (rules.Items.Count == 1)
        {
            _splices.Add(rules.IsFlow ? (rules.Start, rules.End, "[]") : FromKey(rules, " []"));
        }
        else if (rules.IsFlow)
        {
            (int start, int end) = index > 0 ? (rules.Items[index - 1].End, rules.Items[index].End) : (rules.Items[0].Start, rules.Items[1].Start);
            if (HasComment(start, rules.Items[index].Start) || HasComment(rules.Items[index].End, end)) return Fail("rule", CommentsStandThere);
            _splices.Add((start, end, ""));
        }
        else
        {
            (int start, int end) = LinesOf(rules.Items[index]);
            _splices.Add((start, Math.Min(end + LineBreakAt(end), _text.Length), ""));
        }

        _meant = Replace(_meant, Rules, list with { Items = [.. list.Items.Where((_, place) => place != index)] });
        Done.Add($"rule '{rule}' is gone");
        return Finish();

        // The comments of the only rule go with it.
        (int Start, int End, string Text) FromKey(PlanItems items, string text)
        {
            PlanValue key = _keys.Entries.First(static entry => entry.Key.Text == Rules).Key;
            return (AfterColon(key), items.End, text);
        }
    }

    // ---- Keys of a group

    // What is meant then; null when it cannot be written.
    private ConfigMap? Merge(PlanKeys written, ConfigMap map, ConfigMap keys, List<string> changed)
    {
        var gone = new HashSet<string>(StringComparer.Ordinal);
        var put = new Dictionary<string, ConfigNode>(StringComparer.Ordinal);
        foreach (ConfigEntry entry in keys.Entries)
        {
            ConfigNode? before = map.Find(entry.Key);
            ConfigNode? after = entry.Value is ConfigScalar { IsNull: true } ? null : entry.Value;
            if (entry.Key == "match" && after is ConfigMap conditions)
            {
                // Conditions change one by one, so that those that are not told of stay.
                ConfigMap left = Merged((before as ConfigMap) ?? new(0, []), conditions);
                after = left.Entries.Count == 0 ? null : before is ConfigMap ? left : WithoutEmpty(conditions);
                if (after is not null && before is ConfigMap matched && !Same(before, after))
                {
                    if (written.Find(entry.Key) is not PlanKeys places || Merge(places, matched, conditions, []) is not { } met) return FailMap();
                    (put[entry.Key], before) = (met, met);
                    changed.Add(entry.Key);
                    continue;
                }
            }

            if (before is null ? after is null : after is not null && Same(before, after)) continue;
            changed.Add(entry.Key);
            if (after is null) gone.Add(entry.Key);
            else put[entry.Key] = after;
            if (before is null) continue;
            if (after is not null && !ReplaceValue(written, entry.Key, before, after)) return null;
        }

        if (!RemoveKeys(written, gone)) return null;
        ConfigEntry[] kept = [.. map.Entries.Where(entry => !gone.Contains(entry.Key)).Select(entry => put.Remove(entry.Key, out ConfigNode? value) ? entry with { Value = value } : entry)];
        return AddKeys(written, kept, put);
    }

    private ConfigMap? FailMap()
    {
        if (Fault.Length == 0) Fail("plan", WrittenOtherwise);
        return null;
    }

    private static ConfigMap Merged(ConfigMap map, ConfigMap keys) => WithoutEmpty(map with
    {
        Entries = [.. map.Entries.Select(entry => keys.Find(entry.Key) is { } value ? entry with { Value = value } : entry), .. keys.Entries.Where(entry => map.Find(entry.Key) is null)],
    });

    // Items of a list that stands in lines keep their comments; another value is written anew, in one line.
    private bool ReplaceValue(PlanKeys written, string key, ConfigNode before, ConfigNode after)
    {
        (PlanValue name, PlanPart value) = written.Entries.FirstOrDefault(entry => entry.Key.Text == key);
        if (name is null) return Fail("plan", WrittenOtherwise);
        if (value is PlanItems { IsFlow: false } lines && before is ConfigList old && after is ConfigList now && now.Items.Count > 0
            && old.Items.Concat(now.Items).All(static item => item is ConfigScalar) && lines.Items.Count == old.Items.Count)
        {
            string[] texts = [.. old.Items.Select(static item => ((ConfigScalar)item).Text)];
            (int Start, int End)[] places = [.. lines.Items.Select(LinesOf)];
            if (ReusesAll(texts, now, places, out List<string> kept, lines))
            {
                _splices.Add((places[0].Start, places[^1].End, string.Join(LineBreak, kept)));
                return true;
            }

            return Fail("plan", CommentsStandThere);
        }

        bool isBelow = LineStart(value.Start) > name.Start;
        int start = isBelow ? AfterColon(name) : value.Start;
        if (HasComment(start, value.End)) return Fail("plan", CommentsStandThere);
        var text = new StringBuilder(isBelow ? " " : "");
        Compose(text, after, IsQuoted(name));
        _splices.Add((start, value.End, text.ToString()));
        return true;
    }

    // The lines of the items as they are wanted; false where one with a comment would be lost, or something stands between them.
    private bool ReusesAll(string[] texts, ConfigList now, (int Start, int End)[] places, out List<string> lines, PlanItems list)
    {
        lines = [];
        var used = new HashSet<int>();
        int dash = places[0].End - 1;
        string indent = "";
        for (int at = list.Items[0].Start - 1; at >= 0; at--)
        {
            if (_text[at] != '-') continue;
            indent = _text[LineStart(at)..at];
            dash = at;
            break;
        }

        if (dash < 0 || !indent.AsSpan().IsWhiteSpace()) return false;
        foreach (ConfigScalar item in now.Items.Cast<ConfigScalar>())
        {
            int index = Enumerable.Range(0, texts.Length).FirstOrDefault(i => texts[i] == item.Text && !used.Contains(i), -1);
            if (index >= 0)
            {
                used.Add(index);
                lines.Add(_text[places[index].Start..places[index].End]);
                continue;
            }

            var text = new StringBuilder(indent).Append("- ");
            Compose(text, item, isQuoted: false);
            lines.Add(text.ToString());
        }

        for (int i = 0; i < places.Length; i++)
        {
            if (!used.Contains(i) && HasComment(places[i].Start, places[i].End)) return false;
            if (i > 0 && HasComment(places[i - 1].End, places[i].Start)) return false;
        }

        return true;
    }

    private bool RemoveKeys(PlanKeys written, HashSet<string> gone)
    {
        if (gone.Count == 0) return true;
        int first = -1;
        for (int i = 0; i < written.Entries.Count && first < 0; i++)
        {
            if (!gone.Contains(written.Entries[i].Key.Text)) first = i;
        }

        if (first < 0) return Fail("plan", WrittenOtherwise);

        // Those that stand before all that stays give their place to it; each other goes with its line, or with the comma before it.
        if (first > 0)
        {
            (int start, int end) = (written.Entries[0].Key.Start, written.Entries[first].Key.Start);
            if (HasComment(start, end)) return Fail("plan", CommentsStandThere);
            _splices.Add((start, end, ""));
        }

        for (int i = first + 1; i < written.Entries.Count; i++)
        {
            if (!gone.Contains(written.Entries[i].Key.Text)) continue;
            if (PlaceOfKey(written, i) is not { } place) return Fail("plan", CommentsStandThere);
            _splices.Add((place.Start, place.End, ""));
        }

        return true;
    }

    // Each behind the last of those that come before it by the order of the documentation.
    private ConfigMap? AddKeys(PlanKeys written, ConfigEntry[] kept, Dictionary<string, ConfigNode> added)
    {
        var entries = kept.ToList();
        var texts = new SortedDictionary<int, List<(string Key, ConfigNode Value)>>();
        foreach ((string key, ConfigNode value) in added.OrderBy(static entry => OrderOf(entry.Key)))
        {
            int after = Math.Max(0, Array.FindLastIndex(kept, entry => OrderOf(entry.Key) <= OrderOf(key)));
            if (!texts.TryGetValue(after, out List<(string, ConfigNode)>? list)) texts.Add(after, list = []);
            list.Add((key, value));
            entries.Insert(entries.FindIndex(entry => entry.Key == kept[after].Key) + list.Count, new(0, key, value));
        }

        foreach ((int after, List<(string Key, ConfigNode Value)> list) in texts)
        {
            (PlanValue key, PlanPart value) = written.Entries.FirstOrDefault(entry => entry.Key.Text == kept[after].Key);
            if (key is null) return FailMap();
            bool isQuoted = IsQuoted(key);
            var text = new StringBuilder();
            int column = key.Start - LineStart(key.Start);
            foreach ((string name, ConfigNode put) in list)
            {
                text.Append(written.IsFlow ? ", " : $"{LineBreak}{new string(' ', column)}").Append(isQuoted ? $"\"{name}\"" : name).Append(": ");
                Compose(text, put, isQuoted);
            }

            int end = written.IsFlow ? value.End : LineEnd(value.End);
            _splices.Add((end, end, text.ToString()));
        }

        return new(0, entries);
    }

    // ---- A new rule

    private void Insert(PlanItems rules, ConfigMap rule, int index)
    {
        PlanPart next = rules.Items[Math.Min(index, rules.Items.Count - 1)];
        bool isLast = index == rules.Items.Count;
        if (rules.IsFlow)
        {
            var text = new StringBuilder();
            Compose(text, rule, rules.Items[0] is PlanKeys { Entries: [var first, ..] } && IsQuoted(first.Key));

            // As the others stand: each on a line of its own, or one behind the other.
            int line = LineStart(next.Start);
            string gap = _text.AsSpan(line, next.Start - line).IsWhiteSpace() ? LineBreak + _text[line..next.Start] : " ";
            _splices.Add(isLast ? (next.End, next.End, $",{gap}{text}") : (next.Start, next.Start, $"{text},{gap}"));
            return;
        }

        int dash = next.Start - 1;
        while (dash > 0 && _text[dash] != '-') dash--;
        string lines = LinesOf(rule, _text[LineStart(dash)..dash]);
        (int start, int end) = LinesOf(next);
        _splices.Add(isLast ? (end, end, LineBreak + lines) : (start, start, lines + LineBreak));
    }

    // Where there are no rules yet, or an empty list of them.
    private bool InsertFirst(ConfigMap rule)
    {
        (PlanValue key, PlanPart value) = _keys.Entries.FirstOrDefault(static entry => entry.Key.Text == Rules);
        (PlanValue last, PlanPart behind) = _keys.Entries[^1];
        bool isQuoted = IsQuoted(last);
        var text = new StringBuilder();
        if (_keys.IsFlow)
        {
            Compose(text, new ConfigList(0, [rule]), isQuoted);
            _splices.Add(key is null ? (behind.End, behind.End, $", {(isQuoted ? "\"rules\"" : Rules)}: {text}") : (value.Start, value.End, text.ToString()));
            return true;
        }

        string indent = new(' ', last.Start - LineStart(last.Start));
        string lines = LineBreak + LinesOf(rule, indent + "  ");
        if (key is null)
        {
            int end = LineEnd(behind.End);
            _splices.Add((end, end, $"{LineBreak}{indent}rules:{lines}"));
            return true;
        }

        // A comment behind it stays on its line.
        int start = AfterColon(key);
        if (HasComment(start, value.End)) return Fail("plan", CommentsStandThere);
        _splices.Add((start, value.End, ""));
        int line = LineEnd(Math.Max(start, value.End));
        _splices.Add((line, line, lines));
        return true;
    }

    private string LinesOf(ConfigMap rule, string indent)
    {
        var text = new StringBuilder();
        foreach (ConfigEntry entry in rule.Entries)
        {
            text.Append(text.Length == 0 ? $"{indent}- " : $"{LineBreak}{indent}  ").Append(entry.Key).Append(": ");
            Compose(text, entry.Value, isQuoted: false);
        }

        return text.ToString();
    }

    // ---- Pieces of text

    private string LineBreak => _text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";

    private int LineBreakAt(int at) => at >= _text.Length ? 0 : _text[at] == '\r' ? 2 : 1;

    private int AfterColon(PlanValue key)
    {
        int colon = _text.IndexOf(':', key.End);
        return colon < 0 ? key.End : colon + 1;
    }

    // As in JSON: then it must be one still.
    private bool IsQuoted(PlanValue key) => _text[key.Start] == '"';

    private bool HasComment(int start, int end)
    {
        for (int at = start; at < end; at++)
        {
            if (_text[at] == '#' && (at == 0 || char.IsWhiteSpace(_text[at - 1]))) return true;
        }

        return false;
    }

    private static int OrderOf(string key) => Array.IndexOf(KeyOrder, key) is var place and >= 0 ? place : KeyOrder.Length;

    private static bool Same(ConfigNode one, ConfigNode other) => ConfigText.Write(one, isIndented: false) == ConfigText.Write(other, isIndented: false);

    private static ConfigMap WithoutEmpty(ConfigMap map) => map with
    {
        Entries =
        [
            .. map.Entries
                .Select(static entry => entry.Value is ConfigMap inner && entry.Key == "match" ? entry with { Value = WithoutEmpty(inner) } : entry)
                .Where(static entry => entry.Value is not (ConfigScalar { IsNull: true } or ConfigMap { Entries.Count: 0 })),
        ],
    };

    private static void Compose(StringBuilder text, ConfigNode node, bool isQuoted)
    {
        switch (node)
        {
            case ConfigMap map:
                text.Append(map.Entries.Count > 0 ? "{ " : "{");
                for (int i = 0; i < map.Entries.Count; i++)
                {
                    if (i > 0) text.Append(", ");
                    Compose(text, new ConfigScalar(0, map.Entries[i].Key, IsPlain: false), isQuoted);
                    text.Append(": ");
                    Compose(text, map.Entries[i].Value, isQuoted);
                }

                text.Append(map.Entries.Count > 0 ? " }" : "}");
                break;
            case ConfigList list:
                text.Append(list.Items.Count > 0 ? "[ " : "[");
                for (int i = 0; i < list.Items.Count; i++)
                {
                    if (i > 0) text.Append(", ");
                    Compose(text, list.Items[i], isQuoted);
                }

                text.Append(list.Items.Count > 0 ? " ]" : "]");
                break;
            default:
                var scalar = (ConfigScalar)node;
                text.Append(!isQuoted && IsSafePlain(scalar.Text) ? scalar.Text : ConfigText.Write(scalar with { IsPlain = false }, isIndented: false));
                break;
        }
    }

    // Words that programs take for something else than a text are quoted: NO is a country.
    private static bool IsSafePlain(string text) =>
        text.Length > 0 && char.IsAsciiLetterOrDigit(text[0]) && !text.EndsWith(' ')
        && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/' or '%' or ' ')
        && text.ToLowerInvariant() is not ("null" or "yes" or "no" or "on" or "off" or "y" or "n");
}
