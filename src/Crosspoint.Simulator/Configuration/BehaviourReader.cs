using System.Globalization;
using Crosspoint.Simulator.Behaviours;
using Crosspoint.Smpp.Codec;

namespace Crosspoint.Simulator.Configuration;

/// <summary>Reads a behaviour, or a change of one, with every rule that it must keep.</summary>
internal static class BehaviourReader
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <summary>Merges what the node says into the current behaviour. Maps merge; lists and distributions are replaced whole.</summary>
    public static CarrierBehaviour Read(ConfigNode node, CarrierBehaviour current, ConfigProblems problems)
    {
        if (MapReader.Open(node, problems) is not { } map) return current;
        CarrierBehaviour read = current with
        {
            Latency = Distribution(map, "latency", current.Latency),
            Errors = Errors(map, current.Errors),
            ErrorBody = map.Choice("error_body", current.ErrorBody),
            ThrottleRate = map.Int32("throttle_rate", current.ThrottleRate, 0, 10_000_000),
            NoResponse = map.Share("no_response", current.NoResponse),
            RefuseAlphanumeric = map.Bool("refuse_alphanumeric", current.RefuseAlphanumeric),
            Receipts = map.Map("receipts") is { } receipts ? Receipts(receipts, current.Receipts) : current.Receipts,
            Inbound = map.Map("inbound") is { } inbound ? Inbound(inbound, current.Inbound) : current.Inbound,
            HandsetReplies = map.List("handset_replies", current.HandsetReplies, item => Reply(item, problems)),
            Disconnect = map.Map("disconnect") is { } disconnect ? Disconnect(disconnect, current.Disconnect) : current.Disconnect,
            Stall = map.Bool("stall", current.Stall),
            Garbage = map.Share("garbage", current.Garbage),
            EnquireLink = map.Duration("enquire_link", current.EnquireLink, TimeSpan.Zero, Day),
            MaxBinds = map.Int32("max_binds", current.MaxBinds, 0, 10_000),
            Window = map.Int32("window", current.Window, 1, 100_000),
            Redelivery = map.Map("redelivery") is { } redelivery ? Redelivery(redelivery, current.Redelivery) : current.Redelivery,
            FirstSequence = (uint)map.Integer("first_sequence", current.FirstSequence, 0, uint.MaxValue),
            Networks = NetworkReader.Checked(
                map.Find("networks"), map.List("networks", current.Networks, item => NetworkReader.Read(item, problems)), problems),
        };
        map.Finish();
        return read;
    }

    private static ReceiptBehaviour Receipts(MapReader map, ReceiptBehaviour current)
    {
        ReceiptBehaviour read = current with
        {
            Delay = Distribution(map, "delay", current.Delay),
            States = States(map, current.States),
            IdFormat = map.Choice("id_format", current.IdFormat),
            ReceiptIdFormat = map.Choice("receipt_id_format", current.ReceiptIdFormat),
            IdWrap = map.Integer("id_wrap", current.IdWrap, 0, 1_000_000_000_000),
            Early = map.Share("early", current.Early),
            Duplicate = map.Share("duplicate", current.Duplicate),
            Missing = map.Share("missing", current.Missing),
            Intermediate = map.Share("intermediate", current.Intermediate),
            Silent = map.Bool("silent", current.Silent),
            Faked = map.Bool("faked", current.Faked),
            Fields = map.Choice("fields", current.Fields),
            DateDigits = map.Int32("date_digits", current.DateDigits, 8, 14),
            Via = map.Choice("via", current.Via),
            Only = map.Choice("only", current.Only),
            OtherBind = map.Bool("other_bind", current.OtherBind),
            Marked = map.Bool("marked", current.Marked),
            VendorTlv = map.Bool("vendor_tlv", current.VendorTlv),
        };
        if (read.DateDigits % 2 != 0) map.Problems.Expected(map.Find("date_digits")!, "8, 10, 12 or 14");
        bool isNumeric = read.ReceiptIdFormat is not (ReceiptIdFormat.Same or ReceiptIdFormat.Upper or ReceiptIdFormat.Lower);
        if (read.IdFormat == MessageIdFormat.Uuid && isNumeric)
        {
            ConfigNode place = map.Find("receipt_id_format") ?? map.Find("id_format") ?? map.Node;
            map.Problems.Add(place, "expected same, upper or lower where id_format is uuid");
        }

        map.Finish();
        return read;
    }

    private static InboundBehaviour Inbound(MapReader map, InboundBehaviour current)
    {
        InboundBehaviour read = current with
        {
            Rate = map.Number("rate", current.Rate, 0, 1_000_000),
            From = NotEmpty(map, "from", map.Texts("from", current.From, "a number or name of 1 to 20 characters", IsAddress)),
            To = NotEmpty(map, "to", map.Texts("to", current.To, "a number or name of 1 to 20 characters", IsAddress)),
            Texts = NotEmpty(map, "texts", map.Texts("texts", current.Texts, "a text of 1 to 1000 characters", IsMessage)),
            LongShare = map.Share("long_share", current.LongShare),
            LongAs = map.Choice("long_as", current.LongAs),
            Shuffled = map.Bool("shuffled", current.Shuffled),
            SystemId = map.Text("system_id", current.SystemId, "a system_id of at most 15 characters, or an empty one", IsSystemIdOrEmpty),
        };
        map.Finish();
        return read;
    }

    private static DisconnectBehaviour Disconnect(MapReader map, DisconnectBehaviour current)
    {
        DisconnectBehaviour read = current with
        {
            Every = map.Duration("every", current.Every, TimeSpan.Zero, Day),
            AfterSubmits = map.Int32("after_submits", current.AfterSubmits, 0, int.MaxValue),
            Idle = map.Duration("idle", current.Idle, TimeSpan.Zero, Day),
            RefuseBinds = map.Bool("refuse_binds", current.RefuseBinds),
            BindStatus = Status(map, "bind_status", current.BindStatus),
            SystemId = map.Text("system_id", current.SystemId, "a system_id of at most 15 characters, or an empty one", IsSystemIdOrEmpty),
        };
        map.Finish();
        return read;
    }

    private static RedeliveryBehaviour Redelivery(MapReader map, RedeliveryBehaviour current)
    {
        RedeliveryBehaviour read = current with
        {
            After = map.Duration("after", current.After, TimeSpan.FromMilliseconds(1), Day),
            Attempts = map.Int32("attempts", current.Attempts, 0, 1_000_000),
            Timeout = map.Duration("timeout", current.Timeout, TimeSpan.FromMilliseconds(100), Day),
        };
        map.Finish();
        return read;
    }

    internal static IReadOnlyList<ErrorShare> Errors(MapReader map, IReadOnlyList<ErrorShare> current) =>
        Shares(map, "errors", map.List("errors", current, item => Error(item, map.Problems)), static error => error.Share, false);

    internal static IReadOnlyList<ReceiptState> States(MapReader map, IReadOnlyList<ReceiptState> current) =>
        Shares(map, "states", map.List("states", current, item => State(item, map.Problems)), static state => state.Share, true);

    private static ErrorShare? Error(ConfigNode node, ConfigProblems problems)
    {
        if (MapReader.Open(node, problems) is not { } map) return null;
        CommandStatus status = Status(map, "status", CommandStatus.SystemError, isRequired: true);
        double share = map.Share("share", 1);
        map.Finish();
        return new ErrorShare(status, share);
    }

    private static ReceiptState? State(ConfigNode node, ConfigProblems problems)
    {
        if (MapReader.Open(node, problems) is not { } map) return null;
        string state = map.Text("state", "", $"one of {ReceiptStates.All}", static text => ReceiptStates.TryParse(text, out _));
        string error = map.Text("err", "000", "1 to 10 letters or digits", static text => text.Length is >= 1 and <= 10 && IsPlain(text));
        double share = map.Share("share", 1);
        if (map.Find("state") is null) problems.Add(node, $"expected a key 'state': one of {ReceiptStates.All}");
        map.Finish();
        return new ReceiptState(state, error, share);
    }

    private static HandsetReply? Reply(ConfigNode node, ConfigProblems problems)
    {
        if (MapReader.Open(node, problems) is not { } map) return null;
        var rule = new HandsetReply(
            map.Text("when", "", "a text of 1 to 1000 characters", IsMessage),
            map.Text("reply", "", "a text of 1 to 1000 characters", IsMessage),
            map.Share("share", 1),
            map.Duration("delay", TimeSpan.FromSeconds(1), TimeSpan.Zero, Day));
        if (map.Find("when") is null || map.Find("reply") is null) problems.Add(node, "expected the keys 'when' and 'reply'");
        map.Finish();
        return rule;
    }

    internal static DurationDistribution Distribution(MapReader parent, string key, DurationDistribution current)
    {
        ConfigNode? node = parent.Find(key);
        if (node is null) return current;
        ConfigProblems problems = parent.Problems;
        if (node.Kind == ConfigNodeKind.Scalar)
        {
            if (Durations.TryParse(node.Text, out TimeSpan fixedTime) && fixedTime <= DurationDistribution.Longest)
                return DurationDistribution.Fixed(fixedTime);
            problems.Expected(node, "a duration such as 5ms, or a map with 'distribution'");
            return current;
        }

        if (MapReader.Open(node, problems) is not { } map) return current;
        int before = problems.Count;
        var kind = map.Choice("distribution", DistributionKind.Fixed);
        TimeSpan mean = kind == DistributionKind.Uniform ? default : Time(map, "mean", isRequired: true);
        TimeSpan min = kind == DistributionKind.Fixed ? default : Time(map, "min", kind == DistributionKind.Uniform);
        TimeSpan max = kind == DistributionKind.Fixed ? default : Time(map, "max", kind == DistributionKind.Uniform);
        TimeSpan deviation = kind == DistributionKind.Normal ? Time(map, "stddev", isRequired: true) : default;
        TimeSpan p99 = kind == DistributionKind.Lognormal ? Time(map, "p99", isRequired: true) : default;
        map.Finish();
        if (map.Find("max") is { } end && max < min) problems.Expected(end, "no less than min");
        if (kind == DistributionKind.Lognormal && problems.Count == before)
        {
            if (mean == TimeSpan.Zero) problems.Expected(map.Find("mean")!, "more than 0s");
            else if (p99 < mean || p99 > mean * 14) problems.Expected(map.Find("p99")!, "a duration from the mean to 14 times the mean");
        }

        if (problems.Count != before) return current;
        return kind switch
        {
            DistributionKind.Fixed => DurationDistribution.Fixed(mean),
            DistributionKind.Uniform => DurationDistribution.Uniform(min, max),
            DistributionKind.Normal => DurationDistribution.Normal(mean, deviation, min, max),
            DistributionKind.Exponential => DurationDistribution.Exponential(mean, min, max),
            _ => DurationDistribution.Lognormal(mean, p99, min, max),
        };
    }

    private static TimeSpan Time(MapReader map, string key, bool isRequired)
    {
        TimeSpan value = map.Duration(key, TimeSpan.Zero, TimeSpan.Zero, DurationDistribution.Longest);
        if (isRequired && map.Find(key) is null) map.Problems.Add(map.Node, $"expected a key '{key}' with a duration such as 5ms");
        return value;
    }

    private static CommandStatus Status(MapReader map, string key, CommandStatus current, bool isRequired = false)
    {
        ConfigNode? node = map.Find(key);
        if (node is null)
        {
            if (isRequired) map.Problems.Add(map.Node, $"expected a key '{key}': a command_status such as ESME_RTHROTTLED, 0x58 or 88");
            return current;
        }

        bool isStatus = StatusNames.TryParse(node.Text, out CommandStatus status) && status != CommandStatus.Ok;
        if (node.Kind == ConfigNodeKind.Scalar && isStatus) return status;
        map.Problems.Expected(node, "a command_status other than ESME_ROK, such as ESME_RTHROTTLED, 0x58 or 88");
        return current;
    }

    private static IReadOnlyList<T> Shares<T>(MapReader map, string key, IReadOnlyList<T> items, Func<T, double> share, bool isWhole)
    {
        double sum = 0;
        foreach (T item in items) sum += share(item);
        bool isGood = isWhole ? Math.Abs(sum - 1) < 1e-6 : sum < 1 + 1e-6;
        // An entry that could not be read is reported already, and is missing from the sum.
        if (!isGood && map.Find(key) is { } node && node.Items.Count == items.Count)
        {
            string wanted = isWhole ? "1" : "at most 1";
            string found = sum.ToString("0.######", CultureInfo.InvariantCulture);
            map.Problems.Add(node, $"expected shares that add up to {wanted}, found {found}");
        }

        return items;
    }

    private static IReadOnlyList<string> NotEmpty(MapReader map, string key, IReadOnlyList<string> items)
    {
        if (items.Count == 0 && map.Find(key) is { Items.Count: 0 } node) map.Problems.Add(node, "expected at least one entry");
        return items;
    }

    internal static bool IsAddress(string text) => text.Length is >= 1 and <= 20 && !text.AsSpan().ContainsAnyExceptInRange(' ', '~');

    internal static bool IsMessage(string text) => text.Length is >= 1 and <= 1000;

    private static bool IsSystemIdOrEmpty(string text) => text.Length <= 15 && !text.AsSpan().ContainsAnyExceptInRange(' ', '~');

    private static bool IsPlain(string text)
    {
        foreach (char c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c)) return false;
        }

        return true;
    }
}
