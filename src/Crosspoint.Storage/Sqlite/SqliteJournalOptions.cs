namespace Crosspoint.Storage.Sqlite;

/// <summary>How the journal on SQLite is kept. Checked when it is opened.</summary>
public sealed class SqliteJournalOptions
{
    /// <summary>The journal's own directory; made when missing. One process at a time may have it open.</summary>
    public required string Directory { get; init; }

    /// <summary>
    /// Time that one file holds; 1 day unless set. Must divide a day evenly, or be a whole number of days. It may
    /// change between starts: files that exist keep their period.
    /// </summary>
    public TimeSpan SlicePeriod { get; init; } = TimeSpan.FromDays(1);

    /// <summary>
    /// Files wholly older than this, in which nothing is open, are deleted. 400 days unless set: a year of bills and
    /// disputes, and a month to look at them.
    /// </summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromDays(400);

    /// <summary>
    /// How far back a vendor id is looked for; 14 days unless set (the longest validity that SMPP networks keep is
    /// about 7, and receipts come after it).
    /// </summary>
    public TimeSpan CorrelationWindow { get; init; } = TimeSpan.FromDays(14);

    /// <summary>
    /// How long a receipt without a message is offered to messages that come later; 72 hours unless set. It stays
    /// visible after that.
    /// </summary>
    public TimeSpan ParkedFor { get; init; } = TimeSpan.FromHours(72);

    /// <summary>Open messages held in memory, so that their next change needs no read; 60,000 unless set (about 1.5 kB each).</summary>
    public int CacheMessages { get; init; } = 60_000;

    /// <summary>
    /// Most transitions, and about the most rows, that one commit holds; 2,000 unless set
    /// (bench/results/journal-life.md: no gain above).
    /// </summary>
    public int GroupLimit { get; init; } = 2_000;

    /// <summary>
    /// About so many rows in the commit log, or a second, and they are written into the files; 8,000 unless set. More means fewer writes of
    /// messages that change quickly, and longer pauses (2 to 3 µs a row).
    /// </summary>
    public int ApplyRows { get; init; } = 8_000;

    /// <summary>So much in the commit log, in bytes, and it is written into the files; 16 MiB unless set.</summary>
    public long ApplyBytes { get; init; } = 16 << 20;

    /// <summary>Reads that run at the same time; 4 unless set.</summary>
    public int MaxReaders { get; init; } = 4;

    /// <summary>Write-ahead log that is copied into its file when nothing is waiting, in bytes; 1 MiB unless set.</summary>
    public long IdleCheckpointBytes { get; init; } = 1 << 20;

    /// <summary>Write-ahead log that is copied into its file even though work is waiting, in bytes; 64 MiB unless set.</summary>
    public long BusyCheckpointBytes { get; init; } = 64 << 20;

    /// <summary>
    /// Space kept aside, in bytes; 8 MiB unless set, 0 for none. When the disk is full it is given up, so that what
    /// vendors have already answered can still be recorded;
    /// new messages are taken again once it can be set aside anew.
    /// </summary>
    public long ReserveBytes { get; init; } = 8 << 20;

    /// <summary>Page size of new files, in bytes (bench/results/journal-life.md).</summary>
    internal int PageSize { get; init; } = 4096;

    /// <summary>Most pages of a file; 0 for no limit. Lets a test fill a disk, and give it room again, without a disk of its own.</summary>
    internal int MaxPages { get; set; }

    /// <summary>Most octets of the commit log; 0 for no limit. To the same end.</summary>
    internal long MaxLogBytes { get; set; }

    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    internal void Validate()
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(Directory);
        TimeSpan day = TimeSpan.FromDays(1);
        bool divides = SlicePeriod >= TimeSpan.FromMinutes(1)
            && SlicePeriod.Ticks % TimeSpan.TicksPerMinute == 0
            && (day.Ticks % SlicePeriod.Ticks == 0 || SlicePeriod.Ticks % day.Ticks == 0);
        if (!divides)
        {
            throw new ArgumentException($"SlicePeriod {SlicePeriod} must be whole minutes that divide a day evenly, or whole days.");
        }
        if (Retention < SlicePeriod) throw new ArgumentException($"Retention {Retention} is shorter than SlicePeriod {SlicePeriod}.");
        ArgumentOutOfRangeException.ThrowIfLessThan(CorrelationWindow, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(ParkedFor, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(CacheMessages, 0);
        ArgumentOutOfRangeException.ThrowIfLessThan(GroupLimit, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(ApplyRows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(ApplyBytes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxReaders, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(IdleCheckpointBytes, 0);
        ArgumentOutOfRangeException.ThrowIfLessThan(BusyCheckpointBytes, IdleCheckpointBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(ReserveBytes, 0);
    }
}
