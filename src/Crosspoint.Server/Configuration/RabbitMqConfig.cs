using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Messages;
using Crosspoint.RabbitMq;

namespace Crosspoint.Server.Configuration;

/// <summary>Reads <c>rabbitmq</c>.</summary>
internal static class RabbitMqConfig
{
    // Names of exchanges, queues and routing keys are short strings of AMQP 0-9-1; some room for what is added to a queue's name.
    private const int MostName = 200;

    private static readonly Dictionary<string, bool> Starts = new(StringComparer.Ordinal) { ["end"] = false, ["beginning"] = true };

    public static RabbitMqOptions? Read(ConfigSection? section, IReadOnlyList<Account> accounts)
    {
        if (section is null) return null;
        Uri? url = ReadUrl(section);
        ConfigSection? reconnect = section.Group("reconnect");
        TimeSpan first = TimeSpan.FromSeconds(1);
        TimeSpan most = TimeSpan.FromSeconds(30);
        if (reconnect is not null)
        {
            first = reconnect.Duration("first", first, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10));
            most = reconnect.Duration("most", most, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1));
            if (first > most) reconnect.Fail("first", "must not be longer than 'most'");
            reconnect.Close();
        }

        EventSinkOptions? events = ReadEvents(section.Group("events"));
        RequestIntakeOptions? intake = ReadIntake(section.Group("intake"), accounts);
        if (!section.Has("events") && !section.Has("intake"))
            section.Errors.Add(section.Line, section.Path, "does nothing; expected 'events', 'intake' or both");
        section.Close();
        return url is null ? null : new() { Url = url, ReconnectFirst = first, ReconnectMost = most, Events = events, Intake = intake };
    }

    private static Uri? ReadUrl(ConfigSection section)
    {
        const string Expected = "a URL such as amqp://user:password@host:5672/vhost, or amqps://… for TLS";
        if (section.Text("url", required: true, most: 1000, expected: Expected) is not { } text) return null;
        if (Uri.TryCreate(text, UriKind.Absolute, out Uri? url)
            && url.Scheme is "amqp" or "amqps" && url.Host.Length > 0 && url.Query.Length == 0 && url.Fragment.Length == 0
            && url.AbsolutePath.LastIndexOf('/') <= 0 && url.UserInfo.Split(':').Length <= 2)
            return url;

        // Not what it is: it may hold a password.
        section.Fail("url", $"cannot be used; expected {Expected}");
        return null;
    }

    private static EventSinkOptions? ReadEvents(ConfigSection? section)
    {
        if (section is null) return null;
        var defaults = new EventSinkOptions { Exchange = "" };
        EventSinkOptions options = defaults with
        {
            Exchange = ReadName(section, "exchange", 127, required: true) ?? "",
            Declare = section.Bool("declare", defaults.Declare),
            RoutingKey = ReadRoutingKey(section) ?? defaults.RoutingKey,
            Filter = new()
            {
                States = (uint)ReadSet(section, "states", Enum.GetValues<MessageState>().ToDictionary(StateNames.Of, static state => (int)state)),
                Kinds = ReadSet(section, "types", Enum.GetValues<EventKind>().ToDictionary(EventNames.Of, static kind => (int)kind)),
            },
            FromBeginning = section.Choice("start", fallback: false, Starts),
            Source = section.Text("source", most: 200, expected: "a URI reference, such as /crosspoint/west") ?? defaults.Source,
        };
        if (!Uri.IsWellFormedUriString(options.Source, UriKind.RelativeOrAbsolute))
            section.Fail("source", $"is '{options.Source}'; expected a URI reference, such as /crosspoint/west");
        section.Close();
        return options;
    }

    private static RoutingKey? ReadRoutingKey(ConfigSection section)
    {
        string expected = $"1 to 127 printable characters, in which {string.Join(", ", RoutingKey.Names.Select(name => $"{{{name}}}"))} are replaced";
        if (section.Text("routing_key", expected: expected) is not { } text) return null;
        if (!RoutingKey.TryParse(text, out RoutingKey? key)) section.Fail("routing_key", $"is '{text}'; expected {expected}");
        return key;
    }

    private static ulong ReadSet(ConfigSection section, string key, Dictionary<string, int> words)
    {
        string expected = string.Join(", ", words.Keys);
        if (section.Items(key, $"words ({expected})") is not { } items) return 0;
        ulong set = 0;
        foreach (ConfigItem item in items)
        {
            if (words.TryGetValue(item.Text, out int bit)) set |= 1UL << bit;
            else section.Errors.Add(item.Line, item.Path, $"is '{item.Text}'; expected one of: {expected}");
        }

        if (items.Count == 0) section.Fail(key, "is empty; leave it out for all");
        return set;
    }

    private static RequestIntakeOptions? ReadIntake(ConfigSection? section, IReadOnlyList<Account> accounts)
    {
        if (section is null) return null;
        string queue = ReadName(section, "queue", MostName, required: true) ?? "";
        var options = new RequestIntakeOptions
        {
            Queue = queue,
            Declare = section.Bool("declare", fallback: true),
            Prefetch = (ushort)section.Int("prefetch", 200, 1, 10_000),
            Accounts = ReadAccounts(section, accounts),
            ErrorsExchange = ReadName(section, "errors_exchange", 127, required: false) ?? "",
            ErrorsRoutingKey = ReadName(section, "errors_routing_key", MostName, required: false) ?? $"{queue}.errors",
        };
        if (options.ErrorsExchange.Length == 0 && queue.Length > 0 && options.ErrorsRoutingKey == queue)
            section.Fail("errors_routing_key", "is the queue itself; a refused request would come again for ever");
        section.Close();
        return options;
    }

    private static List<string> ReadAccounts(ConfigSection section, IReadOnlyList<Account> accounts)
    {
        const string Expected = "SIDs of accounts that may send over this queue";
        if (section.Items("accounts", Expected, required: true) is not { } items) return [];
        var sids = new List<string>(items.Count);
        foreach (ConfigItem item in items)
        {
            if (accounts.Any(account => account.Sid == item.Text)) sids.Add(item.Text);
            else section.Errors.Add(item.Line, item.Path, $"is '{item.Text}', which is no account of 'accounts'");
        }

        if (items.Count == 0) section.Fail("accounts", $"is empty; expected {Expected}");
        return sids;
    }

    private static string? ReadName(ConfigSection section, string key, int most, bool required)
    {
        string expected = $"1 to {most} printable ASCII characters";
        string? name = section.Text(key, required, most, expected);
        if (name is null || !name.AsSpan().ContainsAnyExceptInRange('!', '~')) return name;
        section.Fail(key, $"is '{name}'; expected {expected}");
        return null;
    }
}
