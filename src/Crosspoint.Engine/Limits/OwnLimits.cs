using System.Globalization;

namespace Crosspoint.Engine.Limits;

/// <summary>
/// The buckets of an account's own limits. They are kept for ever, in force or not: what is under way settles where it was taken, what waits for them goes on
/// when they open, and a cap that comes back goes on with the count of its day. Guarded by its table.
/// </summary>
internal sealed class OwnLimits(string account, TimeProvider time)
{
    /// <summary>What a refusal and the queues call them.</summary>
    public const string Name = "account";

    // Where segments of a day are counted differs, so each way has a count of its own.
    private readonly LimitBucket?[] _days = new LimitBucket?[2];
    private LimitBucket? _rate;

    /// <summary>What their marks begin with. A limit of the configuration has a name, so its marks are others.</summary>
    public static string MarkPrefix { get; } = LimitTable.DayPrefix + "0:";

    public AccountLimits Settings { get; private set; } = AccountLimits.None;

    /// <summary>Puts other settings into force.</summary>
    /// <returns>The buckets that are in force now.</returns>
    public LimitBucket[] Take(AccountLimits settings)
    {
        Settings = settings;
        if (settings.Rate > 0)
        {
            Limit limit = New() with { Rate = settings.Rate.Value, Burst = settings.Burst, Queue = settings.Queue, Over = settings.Over };
            if (_rate is null) _rate = new(limit, account, time);
            else _rate.Change(limit);
        }
        else
        {
            _rate?.Open();
        }

        LimitBucket? day = null;
        if (settings.PerDay > 0)
        {
            Limit limit = New() with { PerDay = settings.PerDay.Value, Zone = settings.Zone, Over = settings.PerDayOver };
            day = DayOf(limit);
            day.Change(limit);
        }

        foreach (LimitBucket? other in _days)
        {
            if (other != day) other?.Open();
        }

        return [.. new[] { settings.Rate > 0 ? _rate : null, day }.OfType<LimitBucket>()];
    }

    /// <summary>Goes on with the count of an earlier run.</summary>
    /// <param name="mark">The name of its mark without <see cref="MarkPrefix"/>.</param>
    public static bool TryReadMark(ReadOnlySpan<char> mark, out string account, out LimitAnswer over)
    {
        over = mark.StartsWith("q:") ? LimitAnswer.Queue : LimitAnswer.Throttle;
        bool isKnown = mark.StartsWith("q:") || mark.StartsWith("i:");
        account = isKnown ? mark[2..].ToString() : "";
        return isKnown;
    }

    /// <summary>Goes on with the count of an earlier run, when there is a cap again.</summary>
    public void RestoreDay(LimitAnswer over, long mark)
    {
        LimitBucket day = DayOf(New() with { PerDay = long.MaxValue, Zone = NodaTime.DateTimeZone.Utc, Over = over });
        day.RestoreDay(mark);
    }

    private LimitBucket DayOf(Limit limit)
    {
        ref LimitBucket? day = ref _days[limit.Over == LimitAnswer.Queue ? 1 : 0];
        string kind = limit.Over == LimitAnswer.Queue ? "q" : "i";
        return day ??= new(limit, account, time) { DayMark = string.Create(CultureInfo.InvariantCulture, $"{MarkPrefix}{kind}:{account}") };
    }

    private Limit New() => new() { Name = Name, Account = account, Each = LimitEach.Account, Rate = 0 };
}
