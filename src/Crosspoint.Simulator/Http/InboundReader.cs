using System.Globalization;
using Crosspoint.Simulator.Configuration;

namespace Crosspoint.Simulator.Http;

/// <summary>Reads the body of a request for a handset's message.</summary>
internal static class InboundReader
{
    private const int LongestText = 40_000;

    public static InboundMessage Read(ConfigNode node, ConfigProblems problems)
    {
        var none = new InboundMessage("", "", "");
        if (MapReader.Open(node, problems) is not { } map) return none;
        string from = map.Text("from", "", "a number or name of 1 to 20 characters", BehaviourReader.IsAddress);
        string to = map.Text("to", "", "a number or name of 1 to 20 characters", BehaviourReader.IsAddress);
        string text = map.Text("text", "", $"a text of at most {LongestText} characters", static value => value.Length <= LongestText);
        foreach (string key in (ReadOnlySpan<string>)["from", "to", "text"])
        {
            if (map.Find(key) is null) problems.Add(node.Line, ConfigNode.Join(node.Path, key), "expected this key");
        }

        string systemId = map.Text("system_id", "", "a system_id of 1 to 15 characters", static value => value.Length is >= 1 and <= 15);
        IReadOnlyList<string> parts = map.Texts("parts", [], "part numbers from 1 to 255", static value => TryPart(value, out _));
        var message = new InboundMessage(from, to, text)
        {
            LongAs = map.Choice("long_as", none.LongAs),
            Parts = map.Find("parts") is null ? null : Numbers(parts),
            SystemId = systemId.Length == 0 ? null : systemId,
        };
        map.Finish();
        return message;
    }

    private static int[] Numbers(IReadOnlyList<string> parts)
    {
        var numbers = new int[parts.Count];
        for (var i = 0; i < numbers.Length; i++)
        {
            if (TryPart(parts[i], out int number)) numbers[i] = number;
        }

        return numbers;
    }

    private static bool TryPart(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number is >= 1 and <= 255;
}
