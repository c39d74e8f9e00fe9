using System.Globalization;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Vendors;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Server.Configuration;

/// <summary>Reads the keys of a connection that say what stands in submit_sm.</summary>
internal static class SubmitConfig
{
    private const int MostTlvs = 10;

    // Of the longest span that validity_period can write as a relative time in days, less than 100.
    private static readonly TimeSpan MostValidity = TimeSpan.FromDays(99);

    private static readonly Dictionary<string, ReceiptsAsked> Receipts = new(StringComparer.Ordinal)
    {
        ["both"] = ReceiptsAsked.Both,
        ["failure"] = ReceiptsAsked.Failure,
        ["success"] = ReceiptsAsked.Success,
        ["none"] = ReceiptsAsked.None,
    };

    private static readonly Dictionary<string, bool> PlusForms = new(StringComparer.Ordinal) { ["strip"] = false, ["keep"] = true };

    private static readonly Dictionary<string, bool> ValidityForms = new(StringComparer.Ordinal)
    {
        ["absolute"] = false,
        ["relative"] = true,
    };

    private static readonly Dictionary<string, TlvType> TlvTypes = new(StringComparer.Ordinal)
    {
        ["c_string"] = TlvType.CString,
        ["octets"] = TlvType.Octets,
        ["hex"] = TlvType.Hex,
        ["u8"] = TlvType.U8,
        ["u16"] = TlvType.U16,
        ["u32"] = TlvType.U32,
    };

    // What the gateway writes itself, or what would say something else than the fields do.
    private static readonly Dictionary<int, string> OwnTags = new()
    {
        [0x0424] = "message_payload",
        [0x020C] = "sar_msg_ref_num",
        [0x020E] = "sar_total_segments",
        [0x020F] = "sar_segment_seqnum",
    };

    public static SubmitOptions Read(ConfigSection section)
    {
        var defaults = new SubmitOptions();
        (ValidityRule rule, TimeSpan span) = ReadValidity(section);
        (byte otp, byte transactional, byte marketing) = ReadPriority(section);
        return defaults with
        {
            Source = ReadSenders(section, defaults.Source),
            Destination = ReadTonNpi(section, "dest_ton", "dest_npi", defaults.Destination),
            KeepPlus = section.Choice("plus", defaults.KeepPlus, PlusForms),
            ServiceType = section.Text("service_type", most: 5, mayBeEmpty: true, expected: "up to 5 characters (SMPP v3.4 §5.2.11)") ?? "",
            ProtocolId = (byte)section.Int("protocol_id", defaults.ProtocolId, 0, 255),
            ReplaceIfPresent = section.Bool("replace_if_present", defaults.ReplaceIfPresent),
            Receipts = section.Choice("registered_delivery", defaults.Receipts, Receipts),
            Validity = rule,
            ValidityFor = span,
            ValidityIsRelative = section.Choice("validity_format", defaults.ValidityIsRelative, ValidityForms),
            PriorityOtp = otp,
            PriorityTransactional = transactional,
            PriorityMarketing = marketing,
            Tlvs = section.Has("tlvs") ? ReadTlvs(section) : defaults.Tlvs,
        };
    }

    /// <summary>Two keys of which each counts alone.</summary>
    public static TonNpi ReadTonNpi(ConfigSection section, string ton, string npi, TonNpi defaults) =>
        new((byte)section.Int(ton, defaults.Ton, 0, 255), (byte)section.Int(npi, defaults.Npi, 0, 255));

    private static SenderTypes ReadSenders(ConfigSection section, SenderTypes defaults)
    {
        // Each of the two, where it is given, holds for every kind.
        TonNpi all = ReadTonNpi(section, "source_ton", "source_npi", default);
        bool hasTon = section.Has("source_ton");
        bool hasNpi = section.Has("source_npi");
        SenderTypes types = new()
        {
            LongCode = Fixed(defaults.LongCode),
            TollFree = Fixed(defaults.TollFree),
            ShortCode = Fixed(defaults.ShortCode),
            Alphanumeric = Fixed(defaults.Alphanumeric),
        };
        if (section.Group("sender_types") is not { } group) return types;
        types = new()
        {
            LongCode = ReadKind(group, "long_code", types.LongCode),
            TollFree = ReadKind(group, "toll_free", types.TollFree),
            ShortCode = ReadKind(group, "short_code", types.ShortCode),
            Alphanumeric = ReadKind(group, "alphanumeric", types.Alphanumeric),
        };

        // A toll-free number is a long code unless it is told apart.
        if (!group.Has("toll_free")) types = types with { TollFree = types.LongCode };
        group.Close();
        return types;

        TonNpi Fixed(TonNpi kind) => new(hasTon ? all.Ton : kind.Ton, hasNpi ? all.Npi : kind.Npi);
    }

    private static TonNpi ReadKind(ConfigSection section, string key, TonNpi defaults)
    {
        if (section.Group(key) is not { } group) return defaults;
        TonNpi read = ReadTonNpi(group, "ton", "npi", defaults);
        group.Close();
        return read;
    }

    private static (ValidityRule Rule, TimeSpan Span) ReadValidity(ConfigSection section)
    {
        const string Key = "validity";
        string? text = section.Text(Key, expected: "pass, none or a duration");
        if (text is null or "pass") return (ValidityRule.Pass, default);
        if (text == "none")
        {
            if (section.Has("validity_format")) section.Fail("validity_format", "says how 'validity' is written, which is none");
            return (ValidityRule.None, default);
        }

        if (Units.TryParseDuration(text, out TimeSpan span) && span >= TimeSpan.FromSeconds(1) && span <= MostValidity)
            return (ValidityRule.Fixed, span);
        section.Fail(Key, $"is '{text}'; expected pass, none, or a duration from 1s to {Units.Format(MostValidity)}");
        return (ValidityRule.Pass, default);
    }

    private static (byte Otp, byte Transactional, byte Marketing) ReadPriority(ConfigSection section)
    {
        if (section.Group("priority_flag") is not { } group) return default;
        const int Most = 3;
        var read = (
            (byte)group.Int("otp", 0, 0, Most), (byte)group.Int("transactional", 0, 0, Most), (byte)group.Int("marketing", 0, 0, Most));
        group.Close();
        return read;
    }

    private static List<TlvRule> ReadTlvs(ConfigSection section)
    {
        var rules = new List<TlvRule>();
        foreach (ConfigSection group in section.Groups("tlvs"))
        {
            if (ReadTlv(group) is not { } rule) continue;
            if (rules.Exists(other => other.Tag == rule.Tag)) group.Fail("tag", $"is 0x{rule.Tag:X4}, which stands here already");
            else rules.Add(rule);
        }

        if (rules.Count > MostTlvs) section.Fail("tlvs", $"has {rules.Count} entries; at most {MostTlvs} are allowed");
        return rules;
    }

    private static TlvRule? ReadTlv(ConfigSection group)
    {
        int before = group.Errors.Errors.Count;
        int tag = ReadTag(group);
        TlvType type = group.Choice("type", TlvType.CString, TlvTypes);
        string? value = group.Text("value", most: Metadata.MostValueCharacters, mayBeEmpty: true);
        string? from = group.Text("from", most: Metadata.MostNameCharacters);
        bool required = group.Bool("required", fallback: false);
        if (!group.Has("value") && !group.Has("from")) group.Fail("value", "is missing; expected 'value', or 'from' and a name of the messages' metadata");
        else if (group.Has("value") && group.Has("from")) group.Fail("from", "stands beside 'value'; expected one of the two");
        else if (from is not null && !Metadata.IsName(from)) group.Fail("from", $"is '{from}'; expected 1 to {Metadata.MostNameCharacters} of a-z, 0-9 and '_'");
        else if (value is not null && required) group.Fail("required", "says nothing beside a fixed 'value'; expected 'from'");
        else if (value is not null && TlvRule.Encode(type, value) is null) group.Fail("value", $"is '{value}', which cannot be written as {NameOf(type)}");
        group.Close();
        return group.Errors.Errors.Count == before ? new((ushort)tag, type, value, from, required) : null;
    }

    private static int ReadTag(ConfigSection group)
    {
        const string Expected = "a tag such as 0x1400, from 0x0001 to 0xFFFF";
        string? text = group.Text("tag", required: true, expected: Expected);
        if (text is null) return 0;
        bool isHex = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        NumberStyles style = isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None;
        bool isRight = int.TryParse(isHex ? text.AsSpan(2) : text, style, CultureInfo.InvariantCulture, out int tag) && tag is > 0 and <= 0xFFFF;
        if (!isRight) group.Fail("tag", $"is '{text}'; expected {Expected}");
        else if (OwnTags.TryGetValue(tag, out string? name)) group.Fail("tag", $"is {name}, which the gateway writes itself");
        return tag;
    }

    private static string NameOf(TlvType type) => TlvTypes.First(pair => pair.Value == type).Key;
}
