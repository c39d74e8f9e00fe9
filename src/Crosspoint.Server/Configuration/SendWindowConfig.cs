using System.Globalization;
using Crosspoint.Engine;
using Crosspoint.Engine.Limits;
using NodaTime;

namespace Crosspoint.Server.Configuration;

/// <summary>Reads <c>send_windows</c>.</summary>
internal static class SendWindowConfig
{
    private static readonly string[] Days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

    /// <param name="engine">With the accounts that windows may name.</param>
    public static IReadOnlyList<SendWindow> Read(ConfigSection root, EngineOptions engine)
    {
        var names = new UniqueNames(root.Errors, "name of the send window");
        var windows = new List<SendWindow>();
        foreach (ConfigSection section in root.Groups("send_windows")) windows.Add(ReadWindow(section, names, engine));
        return windows;
    }

    private static SendWindow ReadWindow(ConfigSection section, UniqueNames names, EngineOptions engine)
    {
        string? name = section.Text("name", required: true, most: 50, expected: "a name for people");
        names.Add(name, section.LineOf("name"), section.PathOf("name"));
        int? from = ReadTime(section, "from", most: SendWindow.MinutesOfDay - 1, "a time from 00:00 to 23:59 in quotes, such as \"08:00\"");
        int? to = ReadTime(section, "to", most: SendWindow.MinutesOfDay, "a time from 00:00 to 24:00 in quotes, such as \"21:00\"");
        if (from is not null && from == to) section.Fail("to", "is the same as 'from'; expected another time: a whole day is \"00:00\" to \"24:00\"");
        var match = new Limit { Name = name ?? "", Rate = 0 };
        if (section.Group("match") is { } group)
        {
            match = LimitConfig.ReadMatch(group, match, engine);
            if (match.Connection is not null) group.Fail("connection", "is chosen when a message goes out; expected no connection for a send window");
        }

        var window = new SendWindow
        {
            Name = name ?? "",
            Match = match,
            From = from ?? 0,
            To = to ?? SendWindow.MinutesOfDay,
            Days = ReadDays(section),
            Zone = section.Has("zone") ? LimitConfig.ReadZone(section, "zone") ?? DateTimeZone.Utc : DateTimeZone.Utc,
        };
        section.Close();
        return window;
    }

    /// <summary>A required time of day, in minutes after midnight; null when it is missing or wrong.</summary>
    public static int? ReadTime(ConfigSection section, string key, int most, string expected)
    {
        if (section.Text(key, required: true, most: 5, expected: expected) is not { } text) return null;
        int hours = 0;
        int minutes = 0;
        bool isTime = text.Length == 5 && text[2] == ':'
            && int.TryParse(text.AsSpan(0, 2), NumberStyles.None, CultureInfo.InvariantCulture, out hours)
            && int.TryParse(text.AsSpan(3), NumberStyles.None, CultureInfo.InvariantCulture, out minutes);
        int time = (hours * 60) + minutes;
        if (isTime && minutes < 60 && time <= most) return time;
        section.Fail(key, $"is '{text}'; expected {expected}");
        return null;
    }

    /// <summary>Days of the week, Monday in the lowest bit; all when absent.</summary>
    public static int ReadDays(ConfigSection section)
    {
        const string Expected = "mon, tue, wed, thu, fri, sat, sun";
        if (!section.Has("days")) return 0b111_1111;
        int days = 0;
        if (section.Items("days", Expected) is not { } items) return days;
        foreach (ConfigItem item in items)
        {
            int day = Array.IndexOf(Days, item.Text);
            if (day < 0) section.Errors.Add(item.Line, item.Path, $"is '{item.Text}'; expected one of: {Expected}");
            else days |= 1 << day;
        }

        if (items.Count == 0) section.Fail("days", $"is empty; expected some of: {Expected}");
        return days;
    }
}
