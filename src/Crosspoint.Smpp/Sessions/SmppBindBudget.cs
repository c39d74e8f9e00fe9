namespace Crosspoint.Smpp.Sessions;

/// <summary>
/// What the clients of one account at one carrier share: at most 20 tries to bind in a minute (unless made otherwise) over all of them, and the refusals of their
/// credentials. Carriers count by account, not by socket. Thread-safe.
/// </summary>
public sealed class SmppBindBudget
{
    // A carrier takes more for an attack; 20 is one every three seconds.
    private const int DefaultPerMinute = 20;
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly int _perMinute;

    private readonly Lock _gate = new();
    private readonly Queue<long> _recent = new();
    private int _refusedCredentials;
    private long _refusedAt;

    /// <summary>A budget of 20 binds a minute.</summary>
    public SmppBindBudget()
        : this(DefaultPerMinute)
    {
    }

    /// <summary>A budget of another size, for peers that are known to take more.</summary>
    /// <param name="perMinute">Binds a minute, at least 1.</param>
    public SmppBindBudget(int perMinute)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(perMinute, 1);
        _perMinute = perMinute;
    }

    /// <summary>Takes one try of this minute.</summary>
    /// <param name="time">The clock of the clients.</param>
    /// <returns>Zero when the try may be made now; otherwise how long to wait before asking again, and nothing was taken.</returns>
    internal TimeSpan TryTake(TimeProvider time)
    {
        lock (_gate)
        {
            if (_recent.Count >= _perMinute)
            {
                TimeSpan since = time.GetElapsedTime(_recent.Peek());
                if (since < Minute) return Minute - since;
                _recent.Dequeue();
            }

            _recent.Enqueue(time.GetTimestamp());
            return TimeSpan.Zero;
        }
    }

    /// <summary>Notes a refusal of the credentials. Several at once, by sessions that bind together, count as one.</summary>
    /// <param name="time">The clock of the clients.</param>
    /// <param name="apart">Refusals this far apart are two.</param>
    /// <returns>Refusals in a row, this one included.</returns>
    internal int NoteRefusedCredentials(TimeProvider time, TimeSpan apart)
    {
        lock (_gate)
        {
            if (_refusedCredentials > 0 && time.GetElapsedTime(_refusedAt) < apart) return _refusedCredentials;
            _refusedAt = time.GetTimestamp();
            return ++_refusedCredentials;
        }
    }

    /// <summary>A bind was answered in another way: the row of refusals ends.</summary>
    internal void NoteOtherAnswer()
    {
        lock (_gate) _refusedCredentials = 0;
    }
}
