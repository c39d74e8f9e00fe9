using System.Globalization;
using Crosspoint.Engine.Messages;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Limits;

/// <summary>
/// The configured limits and those that accounts have of their own, and which of them a message counts in. Thread-safe. An account's own are changed while
/// traffic flows: their buckets stay the same while their settings change, and what waits under others is told by <see cref="VersionOf"/>.
/// </summary>
internal sealed class LimitTable(IReadOnlyList<Limit> limits, TimeProvider time)
{
    /// <summary>The name of the metadata that names a campaign.</summary>
    public const string CampaignName = "campaign";

    // Buckets are kept while they have something to remember; beyond so many of one limit, those that have not are forgotten.
    private const int ManyBuckets = 10_000;

    private readonly Entry[] _entries = [.. limits.Select(static limit => new Entry(limit))];

    // Of every account that ever had some. Guarded by itself; what is looked at for each message is _own.
    private readonly Dictionary<string, OwnLimits> _accounts = new(StringComparer.Ordinal);
    private volatile Own _own = Own.None;

    /// <summary>Marks of this kind hold the counts of days.</summary>
    public const string DayPrefix = "day:";

    // Whether a limit of the configuration counts segments of a day.
    private readonly bool _countsDays = limits.Any(static limit => limit.PerDay > 0);

    /// <summary>The mark of the count of a limit and one of what it counts apart.</summary>
    public static string DayMarkOf(Limit limit, string key) =>
        limit.PerDay == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{DayPrefix}{limit.Name.Length}:{limit.Name}:{key}");

    /// <summary>Goes on with the count of an earlier run; a mark of a limit that is no more there says nothing.</summary>
    public void RestoreDay(string name, long mark)
    {
        if (name.StartsWith(OwnLimits.MarkPrefix, StringComparison.Ordinal))
        {
            if (!OwnLimits.TryReadMark(name.AsSpan(OwnLimits.MarkPrefix.Length), out string account, out LimitAnswer over)) return;
            lock (_accounts) Of(account).RestoreDay(over, mark);
            return;
        }

        foreach (Entry entry in _entries)
        {
            string prefix = DayMarkOf(entry.Limit, "");
            if (prefix.Length > 0 && name.StartsWith(prefix, StringComparison.Ordinal)) BucketOf(entry, name[prefix.Length..]).RestoreDay(mark);
        }
    }

    /// <summary>Puts the own limits of all accounts into force.</summary>
    /// <returns>Whether any have changed: then what waits is to be looked at anew.</returns>
    public bool Take(IEnumerable<(string Account, AccountLimits Limits)> all)
    {
        lock (_accounts)
        {
            Own before = _own;
            Dictionary<string, OwnSet>? sets = null;
            Dictionary<string, int>? versions = null;
            bool isChanged = false;
            var seen = new HashSet<string>(StringComparer.Ordinal);
            foreach ((string account, AccountLimits limits) in all)
            {
                seen.Add(account);
                Change(account, limits);
            }

            foreach (string gone in before.Sets.Keys)
            {
                if (!seen.Contains(gone)) Change(gone, AccountLimits.None);
            }

            if (sets is not null) _own = new(before.Version + 1, sets, versions!);
            return isChanged;

            void Change(string account, AccountLimits limits)
            {
                if (limits == (_accounts.GetValueOrDefault(account)?.Settings ?? AccountLimits.None)) return;
                isChanged = true;
                LimitBucket[] buckets = Of(account).Take(limits);
                var set = new OwnSet(new(buckets), limits.Rate is not null, limits.PerDay is not null);
                if (set == (before.Sets.GetValueOrDefault(account) ?? OwnSet.None)) return;
                sets ??= new(before.Sets, StringComparer.Ordinal);
                versions ??= new(before.Versions, StringComparer.Ordinal);
                versions[account] = before.Version + 1;
                if (set == OwnSet.None) sets.Remove(account);
                else sets[account] = set;
            }
        }
    }

    /// <summary>
    /// Another number than before when an account's messages count in other limits than before. To be asked before <see cref="At"/>: whoever keeps what
    /// that says then sees each change.
    /// </summary>
    public int VersionOf(string account)
    {
        Own own = _own;
        return own.Version == 0 ? 0 : own.Versions.GetValueOrDefault(account);
    }

    /// <summary>The limits that an account's messages count in: its own, those that hold for every account, and others that name it or certain messages of each.</summary>
    public List<LimitInForce> InForce(string account)
    {
        OwnSet own = _own.Sets.GetValueOrDefault(account) ?? OwnSet.None;
        var all = new List<LimitInForce>();
        foreach (LimitBucket bucket in own.Set.Buckets) all.Add(new(bucket.Limit, LimitSource.Own, bucket.Waiting, bucket.Today));
        foreach (Entry entry in _entries)
        {
            Limit limit = entry.Limit;
            bool isOfAccount = limit.Account is null ? limit.Each == LimitEach.Account : limit.Account == account;
            if (!isOfAccount || own.Replaces(entry)) continue;
            LimitBucket? bucket = limit.Each is LimitEach.Account or LimitEach.Whole ? Find(entry, limit.Each == LimitEach.Account ? account : "") : null;
            bool isApart = limit.Each is LimitEach.Account or LimitEach.Whole;
            long? today = !isApart || limit.PerDay == 0 ? null : bucket?.Today ?? 0;
            all.Add(new(limit, limit.IsDefault ? LimitSource.Default : LimitSource.File, isApart ? bucket?.Waiting ?? 0 : null, today));
        }

        return all;

        static LimitBucket? Find(Entry entry, string key)
        {
            lock (entry.Buckets) return entry.Buckets.GetValueOrDefault(key);
        }
    }

    /// <summary>The limits of a message that is to go out on a connection.</summary>
    public LimitSet At(MessageHead head, string connection) => Find(head, connection);

    /// <summary>The limits whose queues a new message joins.</summary>
    public LimitSet AtIntake(MessageHead head) => Find(head, connection: null);

    /// <summary>
    /// The last midnight for which a message may have waited in a queue, in microseconds: that which began the day of a cap, or the next one where the cap is
    /// used up. 0 where no cap by day holds it, on whatever connection.
    /// </summary>
    public long DayOf(MessageHead head)
    {
        OwnSet? own = _own.Find(head.AccountSid);
        if (!_countsDays && own is null) return 0;
        long last = 0;
        foreach (LimitBucket bucket in own is null ? default : own.Set.Buckets)
        {
            if (bucket.CountsDays(atIntake: false)) last = bucket.DayOpensAt(head.SegmentCount);
        }

        var facts = new Facts(head);
        foreach (Entry entry in _entries)
        {
            if (entry.Limit.PerDay == 0 || entry.Limit.Over != LimitAnswer.Queue || !Matches(entry.Limit, ref facts, entry.Limit.Connection)) continue;
            if (own is not null && own.Replaces(entry)) continue;
            last = Math.Max(last, BucketOf(entry, KeyOf(entry.Limit.Each, ref facts)).DayOpensAt(head.SegmentCount));
        }

        return last;
    }

    /// <summary>Every bucket that is in use.</summary>
    public List<LimitBucket> Buckets()
    {
        var all = new List<LimitBucket>();
        foreach (Entry entry in _entries)
        {
            lock (entry.Buckets) all.AddRange(entry.Buckets.Values);
        }

        foreach (OwnSet own in _own.Sets.Values) all.AddRange(own.Set.Buckets);
        return all;
    }

    private LimitSet Find(MessageHead head, string? connection)
    {
        OwnSet? own = _own.Find(head.AccountSid);
        if (_entries.Length == 0) return own is null ? default : own.Set;
        List<LimitBucket>? found = null;
        var facts = new Facts(head);
        foreach (Entry entry in _entries)
        {
            if ((own is not null && own.Replaces(entry)) || !Matches(entry.Limit, ref facts, connection)) continue;
            (found ??= []).Add(BucketOf(entry, KeyOf(entry.Limit.Each, ref facts)));
        }

        if (found is null) return own is null ? default : own.Set;
        if (own is not null) found.AddRange(own.Set.Buckets);
        return new([.. found]);
    }

    /// <summary>Whether a limit, but for its connection, concerns a message.</summary>
    public static bool Matches(Limit limit, MessageHead head)
    {
        var facts = new Facts(head);
        return Matches(limit, ref facts, connection: null);
    }

    private static bool Matches(Limit limit, ref Facts facts, string? connection)
    {
        MessageHead head = facts.Head;
        if (limit.Connection is not null && limit.Connection != connection) return false;
        if (limit.Account is not null && limit.Account != head.AccountSid) return false;
        if (limit.Class is { } trafficClass && trafficClass != head.Class) return false;
        if (limit.Sender is not null && limit.Sender != head.From) return false;
        if (limit.Prefix is not null && !head.To.StartsWith(limit.Prefix, StringComparison.Ordinal)) return false;
        if (limit.Campaign is not null && limit.Campaign != facts.Campaign) return false;
        if (limit.SenderKind is { } kind && kind != facts.Kind) return false;
        return limit.Country is null || limit.Country == facts.Country;
    }

    private static string KeyOf(LimitEach each, ref Facts facts) => each switch
    {
        LimitEach.Account => facts.Head.AccountSid,
        LimitEach.Sender => facts.Head.From,
        LimitEach.Campaign => facts.Campaign,
        LimitEach.Country => facts.Country,
        _ => "",
    };

    private LimitBucket BucketOf(Entry entry, string key)
    {
        Dictionary<string, LimitBucket> buckets = entry.Buckets;
        lock (buckets)
        {
            if (buckets.TryGetValue(key, out LimitBucket? bucket)) return bucket;
            if (buckets.Count >= entry.TidyAt)
            {
                foreach ((string other, LimitBucket idle) in buckets)
                {
                    if (idle.IsIdle) buckets.Remove(other);
                }

                entry.TidyAt = Math.Max(ManyBuckets, buckets.Count * 2);
            }

            bucket = new LimitBucket(entry.Limit, key, time);
            buckets.Add(key, bucket);
            return bucket;
        }
    }

    // Under _accounts.
    private OwnLimits Of(string account)
    {
        if (_accounts.TryGetValue(account, out OwnLimits? own)) return own;
        own = new(account, time);
        _accounts.Add(account, own);
        return own;
    }

    /// <summary>The own limits in force.</summary>
    /// <param name="Sets">Of those accounts that have some.</param>
    /// <param name="Versions">Of those accounts whose limits have changed since the start; 0 for the others.</param>
    private sealed record Own(int Version, Dictionary<string, OwnSet> Sets, Dictionary<string, int> Versions)
    {
        public static Own None { get; } = new(0, new(StringComparer.Ordinal), new(StringComparer.Ordinal));

        public OwnSet? Find(string account) => Sets.Count == 0 ? null : Sets.GetValueOrDefault(account);
    }

    /// <summary>What an account has of its own.</summary>
    /// <param name="HasRate">It goes without the rates that hold for every account.</param>
    /// <param name="HasDay">It goes without the caps by day that hold for every account.</param>
    private sealed record OwnSet(LimitSet Set, bool HasRate, bool HasDay)
    {
        public static OwnSet None { get; } = new(default, false, false);

        public bool Replaces(Entry entry) => entry.IsDefault && (entry.Limit.PerDay > 0 ? HasDay : HasRate);
    }

    private sealed class Entry(Limit limit)
    {
        public Limit Limit => limit;

        public bool IsDefault { get; } = limit.IsDefault;

        public Dictionary<string, LimitBucket> Buckets { get; } = new(StringComparer.Ordinal);

        public int TidyAt { get; set; } = ManyBuckets;
    }

    // What takes some work to find, found once at most.
    private struct Facts(MessageHead head)
    {
        private string? _country;
        private string? _campaign;
        private SenderKind? _kind;

        public readonly MessageHead Head => head;

        public string Country => _country ??= E164.TryParse(head.To, out E164 number) ? NumberPlan.Lookup(number).Country : "";

        public string Campaign => _campaign ??= head.Metadata.FirstOrDefault(static item => item.Key == CampaignName).Value ?? "";

        public SenderKind? Kind => _kind ??= Senders.TryClassify(head.From, out SenderKind kind, out _) ? kind : null;
    }
}
