using System.Globalization;
using Crosspoint.Engine.Messages;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Limits;

/// <summary>The configured limits, and which of them a message counts in. Thread-safe.</summary>
internal sealed class LimitTable(IReadOnlyList<Limit> limits, TimeProvider time)
{
    /// <summary>The name of the metadata that names a campaign.</summary>
    public const string CampaignName = "campaign";

    // Buckets are kept while they have something to remember; beyond so many of one limit, those that have not are forgotten.
    private const int ManyBuckets = 10_000;

    private readonly Entry[] _entries = [.. limits.Select(static limit => new Entry(limit))];

    public bool IsEmpty => _entries.Length == 0;

    /// <summary>Marks of this kind hold the counts of days.</summary>
    public const string DayPrefix = "day:";

    /// <summary>Whether segments of a day are counted anywhere.</summary>
    public bool CountsDays { get; } = limits.Any(static limit => limit.PerDay > 0);

    /// <summary>The mark of the count of a limit and one of what it counts apart.</summary>
    public static string DayMarkOf(Limit limit, string key) =>
        limit.PerDay == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{DayPrefix}{limit.Name.Length}:{limit.Name}:{key}");

    /// <summary>Goes on with the count of an earlier run; a mark of a limit that is no more there says nothing.</summary>
    public void RestoreDay(string name, long mark)
    {
        foreach (Entry entry in _entries)
        {
            string prefix = DayMarkOf(entry.Limit, "");
            if (prefix.Length > 0 && name.StartsWith(prefix, StringComparison.Ordinal)) BucketOf(entry, name[prefix.Length..]).RestoreDay(mark);
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
        if (!CountsDays) return 0;
        long last = 0;
        var facts = new Facts(head);
        foreach (Entry entry in _entries)
        {
            if (entry.Limit.PerDay == 0 || entry.Limit.Over != LimitAnswer.Queue || !Matches(entry.Limit, ref facts, entry.Limit.Connection)) continue;
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

        return all;
    }

    private LimitSet Find(MessageHead head, string? connection)
    {
        if (_entries.Length == 0) return default;
        List<LimitBucket>? found = null;
        var facts = new Facts(head);
        foreach (Entry entry in _entries)
        {
            if (!Matches(entry.Limit, ref facts, connection)) continue;
            (found ??= []).Add(BucketOf(entry, KeyOf(entry.Limit.Each, ref facts)));
        }

        return found is null ? default : new([.. found]);
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

    private sealed class Entry(Limit limit)
    {
        public Limit Limit => limit;

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
