using System.Globalization;
using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Intake;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Rating.Import;
using Crosspoint.Server.Configuration;
using Crosspoint.Sms.Numbers;
using Crosspoint.Sms.Segments;
using Crosspoint.Sms.Text;

namespace Crosspoint.Server.Rehearsals;

/// <summary>What a row of a sample may say.</summary>
internal enum SampleField
{
    To,
    From,
    Class,
    Account,
    Segments,
    Body,
    Campaign,
    Tag,
    Time,
    Count,
}

/// <summary>One row of a sample, as texts, and the message that it makes. Used again for each row.</summary>
/// <param name="now">The time of rows that say none.</param>
/// <param name="defaults">What else rows have that say nothing of it.</param>
internal sealed class SampleRow(AccountDirectory accounts, DateTimeOffset now, SampleDefaults defaults)
{
    /// <summary>Most messages that one row stands for.</summary>
    public const long MostCount = 1_000_000;

    private const int MostSegments = 255;
    private const int MostShownCharacters = 40;

    private readonly string?[] _values = new string?[Names.Count];

    /// <summary>By <see cref="SampleField"/>.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Enum.GetNames<SampleField>().Select(static name => name.ToLowerInvariant())];

    /// <summary>What a row's message is decided at, in microseconds.</summary>
    public long At { get; private set; }

    /// <summary>Messages that the row stands for.</summary>
    public long Count { get; private set; }

    /// <summary>A field by its name, or by what it is called where people make such tables.</summary>
    public static bool TryFind(string name, out SampleField field)
    {
        int place = -1;
        if (string.Equals(name, "number", StringComparison.OrdinalIgnoreCase)) name = "to";
        else if (string.Equals(name, "sender", StringComparison.OrdinalIgnoreCase)) name = "from";
        for (int i = 0; i < Names.Count; i++)
        {
            if (string.Equals(Names[i], name, StringComparison.OrdinalIgnoreCase)) place = i;
        }

        field = (SampleField)place;
        return place >= 0;
    }

    public void Clear() => Array.Clear(_values);

    public void Set(SampleField field, string value) => _values[(int)field] = value.Length == 0 ? null : value;

    /// <summary>The message; null, and what is wrong, when it cannot be made.</summary>
    public MessageHead? TryMake(int line, out BadRow? bad)
    {
        bad = null;
        if (!E164.TryParse(Get(SampleField.To) ?? "", out E164 to)) bad = Bad(SampleField.To, "a number in E.164 form, such as +4915112345678");
        else if (!Senders.TryClassify(Get(SampleField.From) ?? "", out _, out string from))
            bad = Bad(SampleField.From, "a number in E.164 form, a short code of 3 to 8 digits, or a name");
        else if (!TryClass(out TrafficClass trafficClass)) bad = Bad(SampleField.Class, string.Join(", ", AccountConfig.Classes.Keys));
        else if (FindAccount() is not { } account) bad = Bad(SampleField.Account, "the SID of an account; it may be left out where there is one account alone");
        else if (!TryTime(out long at)) bad = Bad(SampleField.Time, "a time with its offset from UTC, such as 2026-12-31T23:00:00Z");
        else if (!TryNumber(SampleField.Count, 1, MostCount, out long count)) bad = Bad(SampleField.Count, $"a whole number from 1 to {MostCount}");
        else if (!TryNumber(SampleField.Segments, 1, MostSegments, out long segments))
            bad = Bad(SampleField.Segments, $"a whole number from 1 to {MostSegments}");
        else if (Get(SampleField.Body) is { Length: > RequestCheck.MostBodyCharacters }) bad = Bad(SampleField.Body, "at most 1,600 characters");
        else if (Get(SampleField.Body) is not null && Get(SampleField.Segments) is not null)
            bad = Bad(SampleField.Segments, "a body or a number of segments, not both");
        else if (MetadataOf() is not { } metadata) bad = Bad(SampleField.Campaign, $"at most {Metadata.MostValueCharacters} characters");
        else
        {
            (At, Count) = (at, count);
            string body = Get(SampleField.Body) ?? "";
            SmsEncoding encoding = EncodingChoice.Cheapest(body);
            return new()
            {
                Id = default,
                AccountSid = account.Sid,
                From = from,
                To = to.ToString(),
                Body = body,
                Class = trafficClass,
                Encoding = encoding,
                SegmentCount = body.Length == 0 ? (int)segments : Segmenter.Count(body, encoding, SegmentMethod.Udh8),
                CreatedAt = at,
                Tags = Get(SampleField.Tag) is { } tag ? [tag] : [],
                Metadata = metadata,
            };
        }

        return null;

        BadRow Bad(SampleField field, string expected) => new(line, Names[(int)field], Shown(Get(field) ?? ""), expected);
    }

    /// <summary>A value as it can be shown.</summary>
    public static string Shown(string value)
    {
        string shown = string.Concat(value.Take(MostShownCharacters).Select(static c => char.IsControl(c) ? '\uFFFD' : c));
        return shown;
    }

    private string? Get(SampleField field) => _values[(int)field] ?? field switch
    {
        SampleField.From => defaults.From,
        SampleField.Class => defaults.Class,
        SampleField.Account => defaults.Account,
        _ => null,
    };

    private bool TryClass(out TrafficClass trafficClass)
    {
        trafficClass = TrafficClass.Transactional;
        return Get(SampleField.Class) is not { } word || AccountConfig.Classes.TryGetValue(word, out trafficClass);
    }

    private Account? FindAccount() =>
        Get(SampleField.Account) is { } sid ? accounts.Find(sid) : accounts.Accounts.Count == 1 ? accounts.Accounts[0] : null;

    private bool TryTime(out long at)
    {
        at = Micros.From(now);
        if (Get(SampleField.Time) is not { } text) return true;
        if (text.Length is < 17 or > 40 || text[10] != 'T' || !(text[^1] == 'Z' || text[^6] is '+' or '-')
            || !DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTimeOffset moment) || moment.Year is < 1970 or >= 9999)
            return false;
        at = Micros.From(moment);
        return true;
    }

    private bool TryNumber(SampleField field, long least, long most, out long number)
    {
        number = 1;
        return Get(field) is not { } text
            || (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number >= least && number <= most);
    }

    private Metadata? MetadataOf() =>
        Get(SampleField.Campaign) is { } campaign ? Metadata.TryCreate([new("campaign", campaign)], out _) : Metadata.Empty;
}
