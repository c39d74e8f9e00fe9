namespace Crosspoint.Smpp.Sessions;

/// <summary>What one session needs to know of its client's or server's options.</summary>
internal sealed record SessionSettings
{
    public required string SystemId { get; init; }
    public required int WindowSize { get; init; }
    public required TimeSpan ResponseTimeout { get; init; }
    public required TimeSpan EnquireLinkInterval { get; init; }
    public required TimeSpan EnquireLinkTimeout { get; init; }
    public required TimeSpan InactivityTimeout { get; init; }
    public required TimeSpan SessionInitTimeout { get; init; }
    public required TimeSpan PartialPduTimeout { get; init; }
    public required TimeSpan WriteTimeout { get; init; }
    public required int MaxPreBindPduBytes { get; init; }
    public required int MaxPduBytes { get; init; }

    /// <summary>The first sequence number; tests start near the end of the range.</summary>
    public uint FirstSequenceNumber { get; init; } = 1;

    /// <summary>How often the one timer of a session looks at the clock: a quarter of the shortest limit, from 50 ms to 1 s.</summary>
    public TimeSpan TimerPeriod
    {
        get
        {
            var shortest = TimeSpan.FromSeconds(4);
            foreach (TimeSpan limit in (ReadOnlySpan<TimeSpan>)[
                ResponseTimeout, EnquireLinkInterval, EnquireLinkTimeout, InactivityTimeout, SessionInitTimeout,
                PartialPduTimeout, WriteTimeout])
            {
                if (limit > TimeSpan.Zero && limit < shortest) shortest = limit;
            }

            return TimeSpan.FromMilliseconds(Math.Max(50, shortest.TotalMilliseconds / 4));
        }
    }
}
