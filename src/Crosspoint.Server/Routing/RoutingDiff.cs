using System.Globalization;
using Crosspoint.Server.Configuration;

namespace Crosspoint.Server.Routing;

/// <summary>How something of a plan differs from what it was.</summary>
internal enum RoutingChangeKind
{
    New,
    Gone,
    Changed,

    /// <summary>The same, at another place among the others.</summary>
    Moved,
}

/// <summary>A key whose value differs.</summary>
/// <param name="Before">As JSON; null where it was not given.</param>
/// <param name="After">As JSON; null where it is not given.</param>
internal sealed record RoutingKeyChange(string Key, string? Before, string? After);

/// <summary>One difference.</summary>
/// <param name="What"><c>rule</c> or <c>list</c>, or the key of the plan itself.</param>
/// <param name="Name">Of the rule or list; empty for others.</param>
/// <param name="Before">Its place among its kind, from 1; 0 for none.</param>
/// <param name="After">Its place among its kind, from 1; 0 for none.</param>
internal sealed record RoutingChange(
    RoutingChangeKind Kind, string What, string Name, int Before, int After, IReadOnlyList<RoutingKeyChange> Keys)
{
    public override string ToString()
    {
        string what = Name.Length > 0 ? $"{What} '{Name}'" : $"'{What}'";
        return Kind switch
        {
            RoutingChangeKind.New => $"{what} is new",
            RoutingChangeKind.Gone => $"{what} is gone",
            RoutingChangeKind.Moved => string.Create(CultureInfo.InvariantCulture, $"{what} moved from place {Before} to {After}"),
            _ => Name.Length > 0 ? $"{what} has another {string.Join(", ", Keys.Select(static key => $"'{key.Key}'"))}" : $"{what} is another",
        };
    }
}

/// <summary>What one plan has that another has not, as it stands written: by the names of rules and lists.</summary>
internal static class RoutingDiff
{
    private const string Rules = "rules";
    private const string Lists = "lists";

    public static IReadOnlyList<RoutingChange> Compare(ConfigMap before, ConfigMap after)
    {
        var changes = new List<RoutingChange>();
        foreach (RoutingKeyChange key in CompareKeys(before, after, [Rules, Lists]))
        {
            RoutingChangeKind kind = key.Before is null ? RoutingChangeKind.New : key.After is null ? RoutingChangeKind.Gone : RoutingChangeKind.Changed;
            changes.Add(new(kind, key.Key, "", 0, 0, [key]));
        }

        CompareNamed("list", Named(before, Lists), Named(after, Lists), changes);
        CompareNamed("rule", Named(before, Rules), Named(after, Rules), changes);
        return changes;
    }

    private static void CompareNamed(string what, List<(string Name, ConfigMap Map)> before, List<(string Name, ConfigMap Map)> after, List<RoutingChange> changes)
    {
        Dictionary<string, int> old = PlacesOf(before);
        Dictionary<string, int> now = PlacesOf(after);
        for (int i = 0; i < before.Count; i++)
        {
            if (!now.ContainsKey(before[i].Name)) changes.Add(new(RoutingChangeKind.Gone, what, before[i].Name, i + 1, 0, []));
        }

        HashSet<string> stayed = Stayed([.. after.Where(entry => old.ContainsKey(entry.Name)).Select(static entry => entry.Name)], old);
        for (int i = 0; i < after.Count; i++)
        {
            (string name, ConfigMap map) = after[i];
            if (!old.TryGetValue(name, out int place))
            {
                changes.Add(new(RoutingChangeKind.New, what, name, 0, i + 1, []));
                continue;
            }

            List<RoutingKeyChange> keys = CompareKeys(before[place].Map, map, []);
            if (keys.Count > 0) changes.Add(new(RoutingChangeKind.Changed, what, name, place + 1, i + 1, keys));
            if (!stayed.Contains(name)) changes.Add(new(RoutingChangeKind.Moved, what, name, place + 1, i + 1, []));
        }
    }

    // Those that keep their order among each other, as many as can be: the longest rising run of their old places.
    private static HashSet<string> Stayed(List<string> names, Dictionary<string, int> old)
    {
        var ends = new List<int>();
        int[] previous = new int[names.Count];
        for (int i = 0; i < names.Count; i++)
        {
            int low = 0;
            int high = ends.Count;
            while (low < high)
            {
                int middle = (low + high) / 2;
                if (old[names[ends[middle]]] < old[names[i]]) low = middle + 1;
                else high = middle;
            }

            previous[i] = low > 0 ? ends[low - 1] : -1;
            if (low == ends.Count) ends.Add(i);
            else ends[low] = i;
        }

        var stayed = new HashSet<string>(StringComparer.Ordinal);
        for (int i = ends.Count > 0 ? ends[^1] : -1; i >= 0; i = previous[i]) stayed.Add(names[i]);
        return stayed;
    }

    private static List<RoutingKeyChange> CompareKeys(ConfigMap before, ConfigMap after, string[] without)
    {
        var keys = new List<RoutingKeyChange>();
        foreach (string key in before.Entries.Concat(after.Entries).Select(static entry => entry.Key).Distinct().Except(without))
        {
            string? old = Text(before.Find(key));
            string? now = Text(after.Find(key));
            if (old != now) keys.Add(new(key, old, now));
        }

        return keys;
    }

    private static List<(string Name, ConfigMap Map)> Named(ConfigMap plan, string key) => plan.Find(key) is not ConfigList list
        ? []
        : [.. list.Items.OfType<ConfigMap>().Select(static map => ((map.Find("name") as ConfigScalar)?.Text ?? "", map))];

    private static Dictionary<string, int> PlacesOf(List<(string Name, ConfigMap Map)> entries)
    {
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < entries.Count; i++) places.TryAdd(entries[i].Name, i);
        return places;
    }

    private static string? Text(ConfigNode? node) => node is null ? null : ConfigText.Write(node, isIndented: false);
}
