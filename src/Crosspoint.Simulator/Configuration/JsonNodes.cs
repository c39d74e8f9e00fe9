using System.Text.Json;

namespace Crosspoint.Simulator.Configuration;

internal static class JsonNodes
{
    public static ConfigNode Convert(JsonElement element, string path)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var entries = new List<ConfigEntry>();
                foreach (JsonProperty property in element.EnumerateObject())
                    entries.Add(new ConfigEntry(property.Name, 0, Convert(property.Value, ConfigNode.Join(path, property.Name))));
                return new ConfigNode { Kind = ConfigNodeKind.Map, Path = path, Entries = entries };
            case JsonValueKind.Array:
                var items = new List<ConfigNode>();
                foreach (JsonElement item in element.EnumerateArray()) items.Add(Convert(item, $"{path}[{items.Count}]"));
                return new ConfigNode { Kind = ConfigNodeKind.List, Path = path, Items = items };
            case JsonValueKind.Null or JsonValueKind.Undefined:
                return new ConfigNode { Kind = ConfigNodeKind.Null, Path = path };
            case JsonValueKind.String:
                return new ConfigNode { Kind = ConfigNodeKind.Scalar, Path = path, Text = element.GetString() ?? "", IsQuoted = true };
            default:
                return new ConfigNode { Kind = ConfigNodeKind.Scalar, Path = path, Text = element.GetRawText() };
        }
    }
}
