using Crosspoint.Engine.Accounts;
using Crosspoint.Server.Configuration;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Server.Rehearsals;

/// <summary>What the rows of a sample have that say nothing of it; null where nothing is told.</summary>
internal sealed record SampleDefaults(string? From, string? Class, string? Account)
{
    /// <summary>Their fields, which are parts of the request before the sample.</summary>
    public static IReadOnlyList<string> Names { get; } = ["from", "class", "account"];

    public static SampleDefaults None { get; } = new(null, null, null);

    /// <summary>With another value of one field.</summary>
    /// <param name="expected">What is expected instead; empty when it is right.</param>
    public SampleDefaults With(string name, string value, AccountDirectory accounts, out string expected)
    {
        expected = name switch
        {
            "from" => Senders.TryClassify(value, out _, out _) ? "" : "Expected a number in E.164 form, a short code of 3 to 8 digits, or a name.",
            "class" => AccountConfig.Classes.ContainsKey(value) ? "" : $"Expected one of: {string.Join(", ", AccountConfig.Classes.Keys)}.",
            _ => accounts.Find(value) is null ? "Expected the SID of an account." : "",
        };
        return name switch
        {
            "from" => this with { From = value },
            "class" => this with { Class = value },
            _ => this with { Account = value },
        };
    }
}
