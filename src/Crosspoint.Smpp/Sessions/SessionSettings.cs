namespace Crosspoint.Smpp.Sessions;

/// <summary>What one session needs to know of its client's or server's options.</summary>
internal sealed record SessionSettings
{
    public required string SystemId { get; init; }
    /// <summary>The highest version that this side speaks.</summary>
    public required byte InterfaceVersion { get; init; }

    /// <summary>True to take a peer that does not say its version for one of 3.3.</summary>
    public bool StrictInterfaceVersion { get; init; }

    /// <summary>Judges an outbind; null when none is waited for.</summary>
    public OutbindAnswer? AnswerToOutbind { get; init; }

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

    public static SessionSettings Of(SmppClientOptions options, uint firstSequenceNumber) => new()
    {
        SystemId = options.SystemId,
        InterfaceVersion = options.InterfaceVersion,
        StrictInterfaceVersion = options.StrictInterfaceVersion,
        WindowSize = options.InFlightWindow,
        ResponseTimeout = options.ResponseTimeout,
        EnquireLinkInterval = options.EnquireLinkInterval,
        EnquireLinkTimeout = options.EnquireLinkTimeout,
        InactivityTimeout = options.InactivityTimeout,
        SessionInitTimeout = options.BindTimeout,
        PartialPduTimeout = options.PartialPduTimeout,
        WriteTimeout = options.WriteTimeout,
        MaxPreBindPduBytes = Math.Min(1024, options.MaxPduBytes),
        MaxPduBytes = options.MaxPduBytes,
        FirstSequenceNumber = firstSequenceNumber,
    };

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
