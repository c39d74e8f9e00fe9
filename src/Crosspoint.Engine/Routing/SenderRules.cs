using System.Collections.Frozen;
using Crosspoint.Engine.Messages;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Routing;

/// <summary>What a country does with a kind of sender.</summary>
public enum SenderPermission : byte
{
    /// <summary>Nothing is known; it is not held against a message.</summary>
    Unknown,
    Yes,
    No,

    /// <summary>Only those that are registered there.</summary>
    Registered,
}

/// <summary>The kinds of sender that a country takes.</summary>
/// <param name="Country">ISO 3166-1 code of two letters.</param>
/// <param name="Numeric">Numbers, toll-free ones among them.</param>
/// <param name="Source">Who says so.</param>
public sealed record SenderRule(
    string Country, SenderPermission Alphanumeric, SenderPermission Numeric, SenderPermission ShortCode, string Source)
{
    public SenderPermission Of(SenderKind kind) => kind switch
    {
        SenderKind.Alphanumeric => Alphanumeric,
        SenderKind.ShortCode => ShortCode,
        _ => Numeric,
    };
}

/// <summary>
/// The kinds of sender that countries take, and the senders that are registered there. What comes with the gateway is a beginning: an operator
/// puts rows of their own over it.
/// </summary>
public sealed class SenderRules
{
    /// <summary>Longest source of a row.</summary>
    public const int MostSourceCharacters = 500;

    private const string ResourceName = "sender-rules.csv";

    private readonly FrozenDictionary<string, SenderRule> _rules;
    private readonly FrozenSet<(string Country, string Sender)> _registered;
    private readonly FrozenDictionary<(string Country, SenderKind Kind), RouteDenial> _denials;

    private SenderRules(IEnumerable<SenderRule> rules, IEnumerable<(string Country, string Sender)> registered)
    {
        _rules = rules.ToFrozenDictionary(static rule => rule.Country, StringComparer.Ordinal);
        _registered = registered.ToFrozenSet();
        var denials = new Dictionary<(string, SenderKind), RouteDenial>();
        foreach (SenderRule rule in _rules.Values)
        {
            foreach (SenderKind kind in Enum.GetValues<SenderKind>())
            {
                if (rule.Of(kind) == SenderPermission.No)
                    denials.Add((rule.Country, kind), new(ErrorCodes.NoRoute, $"{rule.Country} takes no {NameOf(kind)}"));
                else if (rule.Of(kind) == SenderPermission.Registered)
                    denials.Add((rule.Country, kind), new(ErrorCodes.SenderNotRegistered, $"{rule.Country} takes only registered senders of this kind, {NameOf(kind)}"));
            }
        }

        _denials = denials.ToFrozenDictionary();
    }

    /// <summary>The rows that come with the gateway, each with its source.</summary>
    public static SenderRules Standard { get; } = LoadStandard();

    /// <summary>One row for each country of which something is known.</summary>
    public IEnumerable<SenderRule> Rows => _rules.Values.OrderBy(static rule => rule.Country, StringComparer.Ordinal);

    /// <summary>Senders that are registered, with their countries.</summary>
    public IEnumerable<(string Country, string Sender)> Registered => _registered.Order();

    /// <summary>What is known of a country; null for nothing.</summary>
    public SenderRule? Find(string country) => _rules.GetValueOrDefault(country);

    /// <summary>These rules with rows put in place of those of the same countries, and more registered senders.</summary>
    public SenderRules With(IEnumerable<SenderRule> rows, IEnumerable<(string Country, string Sender)> registered)
    {
        var rules = _rules.ToDictionary(StringComparer.Ordinal);
        foreach (SenderRule row in rows) rules[row.Country] = row;
        return new(rules.Values, _registered.Concat(registered));
    }

    /// <summary>Why a country does not take a sender; null when it does, or nothing is known of it. Allocates nothing.</summary>
    public RouteDenial? Check(string country, SenderKind? kind, string sender) =>
        kind is { } known && _denials.TryGetValue((country, known), out RouteDenial? denial)
            && (denial.Code == ErrorCodes.NoRoute || !_registered.Contains((country, sender)))
            ? denial
            : null;

    /// <summary>
    /// Reads rows: a line of names (<c>country,alphanumeric,numeric,short_code,source</c>), then one line for each country. Permissions are
    /// <c>yes</c>, <c>no</c>, <c>registered</c> or nothing.
    /// </summary>
    /// <param name="problems">What is wrong, with the number of the line; when there is any, no rows are given.</param>
    public static IReadOnlyList<SenderRule> Read(string text, out IReadOnlyList<(int Line, string Message)> problems)
    {
        const string Header = "country,alphanumeric,numeric,short_code,source";
        var found = new List<(int Line, string Message)>();
        var rows = new List<SenderRule>();
        string[] lines = text.Split('\n');
        if (lines[0].TrimEnd('\r').TrimStart('\uFEFF') != Header) found.Add((1, $"is not the line of names; expected {Header}"));
        for (int i = 1; i < lines.Length; i++)
        {
            string line = lines[i].TrimEnd('\r');
            if (line.Length == 0) continue;
            string[] cells = line.Split(',', 5);
            string country = cells[0];
            SenderPermission? alphanumeric = PermissionOf(cells, 1);
            SenderPermission? numeric = PermissionOf(cells, 2);
            SenderPermission? shortCode = PermissionOf(cells, 3);
            string source = cells.Length == 5 ? cells[4].Trim('"') : "";
            if (cells.Length < 5) found.Add((i + 1, $"has {cells.Length} values; expected 5"));
            else if (country.Length != 2 || country.AsSpan().ContainsAnyExceptInRange('A', 'Z'))
                found.Add((i + 1, $"'{country}' is no country; expected an ISO 3166-1 code of two capitals, such as US"));
            else if (alphanumeric is null || numeric is null || shortCode is null)
                found.Add((i + 1, "a permission is not known; expected yes, no, registered or nothing"));
            else if (source.Length is 0 or > MostSourceCharacters || source.Any(char.IsControl))
                found.Add((i + 1, $"the source is missing or wrong; expected who says so, in 1 to {MostSourceCharacters} characters"));
            else if (rows.Exists(row => row.Country == country)) found.Add((i + 1, $"{country} is there already; expected one line for each country"));
            else rows.Add(new(country, alphanumeric.Value, numeric.Value, shortCode.Value, source));
        }

        problems = found;
        return found.Count == 0 ? rows : [];
    }

    private static SenderPermission? PermissionOf(string[] cells, int place) => place >= cells.Length
        ? null
        : cells[place] switch
        {
            "yes" => SenderPermission.Yes,
            "no" => SenderPermission.No,
            "registered" => SenderPermission.Registered,
            "" => SenderPermission.Unknown,
            _ => null,
        };

    private static string NameOf(SenderKind kind) => kind switch
    {
        SenderKind.Alphanumeric => "names as senders",
        SenderKind.ShortCode => "short codes as senders",
        SenderKind.TollFree => "toll-free numbers as senders",
        _ => "numbers as senders",
    };

    private static SenderRules LoadStandard()
    {
        using Stream stream = typeof(SenderRules).Assembly.GetManifestResourceStream(typeof(SenderRules), ResourceName)
            ?? throw new InvalidDataException("The table of senders is not built in.");
        using var reader = new StreamReader(stream);
        IReadOnlyList<SenderRule> rows = Read(reader.ReadToEnd(), out IReadOnlyList<(int Line, string Message)> problems);
        if (problems.Count > 0) throw new InvalidDataException($"The table of senders: line {problems[0].Line} {problems[0].Message}.");
        return new(rows, []);
    }
}
