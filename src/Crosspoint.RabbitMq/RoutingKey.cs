using System.Text;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;

namespace Crosspoint.RabbitMq;

/// <summary>A template of routing keys: text with <c>{account}</c>, <c>{state}</c>, <c>{type}</c>, <c>{class}</c> and <c>{direction}</c>.</summary>
public sealed class RoutingKey
{
    // A short string of AMQP 0-9-1 has 255 octets; the values are far shorter than what is left.
    private const int MostCharacters = 127;

    private readonly (string Text, Func<LoggedEvent, string>? Value)[] _parts;

    private RoutingKey(string template, (string Text, Func<LoggedEvent, string>? Value)[] parts) => (Template, _parts) = (template, parts);

    /// <summary>Names that may stand in braces.</summary>
    public static IReadOnlyList<string> Names { get; } = ["account", "state", "type", "class", "direction"];

    public static RoutingKey Default { get; } = TryParse("{account}.{state}", out RoutingKey? key) ? key! : throw new InvalidOperationException();

    public string Template { get; }

    /// <summary>False when it is empty, too long, not printable ASCII, or names what is not known.</summary>
    public static bool TryParse(string template, out RoutingKey? key)
    {
        key = null;
        if (template.Length is 0 or > MostCharacters || template.AsSpan().ContainsAnyExceptInRange('!', '~')) return false;
        var parts = new List<(string, Func<LoggedEvent, string>?)>();
        ReadOnlySpan<char> rest = template;
        while (!rest.IsEmpty)
        {
            int open = rest.IndexOf('{');
            if (open != 0)
            {
                ReadOnlySpan<char> text = open < 0 ? rest : rest[..open];
                if (text.Contains('}')) return false;
                parts.Add((text.ToString(), null));
                rest = rest[text.Length..];
                continue;
            }

            int close = rest.IndexOf('}');
            if (close < 0 || ValueOf(rest[1..close]) is not { } value) return false;
            parts.Add(("", value));
            rest = rest[(close + 1)..];
        }

        key = new(template, [.. parts]);
        return true;
    }

    public string Of(in LoggedEvent entry)
    {
        var key = new StringBuilder();
        foreach ((string text, Func<LoggedEvent, string>? value) in _parts) key.Append(value is null ? text : value(entry));
        return key.ToString();
    }

    public override string ToString() => Template;

    private static Func<LoggedEvent, string>? ValueOf(ReadOnlySpan<char> name) => name switch
    {
        "account" => static entry => entry.Head.AccountSid,
        "state" => static entry => StateNames.Of(entry.Event.State),
        "type" => static entry => EventNames.Of(entry.Event.Kind),
        "class" => static entry => entry.Head.Class switch
        {
            TrafficClass.Otp => "otp",
            TrafficClass.Marketing => "marketing",
            _ => "transactional",
        },
        "direction" => static entry => entry.Head.IsInbound ? "inbound" : "outbound",
        _ => null,
    };
}
