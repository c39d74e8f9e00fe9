using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Retries;

/// <summary>What follows a refusal or a negative receipt.</summary>
/// <param name="Usual">What is done where no rule says otherwise.</param>
/// <param name="Rule">The rule that fits; null for none.</param>
public readonly record struct RetryPlan(RetryKind Kind, RetryStep Usual, RetryRule? Rule)
{
    private const double Spread = 0.2;

    public RetryStep Step => Rule?.Retry ?? Usual;

    /// <summary>What is done when <see cref="Attempts"/> on the same connection are used up.</summary>
    public RetryStep AfterLast => Usual == RetryStep.None ? RetryStep.None : RetryStep.Next;

    /// <summary>Whether a refusal counts among the tries on a connection. Being asked to slow down does not, unless a rule says how often or when.</summary>
    public bool Counts => Kind != RetryKind.Throttled || Rule is { Attempts: not null } or { After: not null };

    /// <summary>Most further tries: on the same connection, or on others.</summary>
    public int Attempts => Rule?.Attempts ?? (Step, Kind) switch
    {
        (RetryStep.Same, RetryKind.Throttled) => int.MaxValue,
        (RetryStep.Same, RetryKind.Session) => SubmitPolicy.SessionTriesPerConnection - 1,
        (RetryStep.Same, _) => SubmitPolicy.TriesPerConnection - 1,
        (_, RetryKind.NegativeReceipt) => 1,
        _ => int.MaxValue,
    };

    /// <summary>A back-off holds between tries on the same connection though no rule names a wait.</summary>
    public bool HasUsualWait => Rule?.After is null && Step == RetryStep.Same && Kind is RetryKind.Temporary or RetryKind.Permanent;

    /// <summary>
    /// The wait that a rule names before further try 1, 2, …; zero for none. Spread by ±20 % so that messages refused together do not return
    /// together, and always the same for the same message and try.
    /// </summary>
    public TimeSpan Wait(MessageId id, int number)
    {
        if (Rule?.After is not { } after) return TimeSpan.Zero;
        double most = Math.Max(after.TotalSeconds, Rule.Most.TotalSeconds);
        double seconds = Math.Min(most, after.TotalSeconds * Math.Pow(Rule.Growth, Math.Max(0, number - 1)));
        return TimeSpan.FromSeconds(seconds * (1 - Spread + (2 * Spread * Fraction(id, number))));
    }

    /// <summary>Microseconds at which the message ends by the rule; the end of its validity when that comes first.</summary>
    public long EndOf(MessageHead head)
    {
        if (Rule?.Until is not { } until) return head.ValidUntil;
        return Math.Min(head.ValidUntil, Math.Max(head.CreatedAt, head.SendAt) + Micros.From(until));
    }

    /// <summary>Whether the rule has the message end before a further try at that time. Without a rule dispatch sees to validity.</summary>
    public bool EndsBefore(MessageHead head, long at) => Rule?.Until is not null && EndOf(head) <= at;

    // The finalizer of MurmurHash3 over the id's random bits and the number, as a number from 0 to 1.
    private static double Fraction(MessageId id, int number)
    {
        ulong bits = (ulong)id.Tail + ((ulong)number * 0x9E37_79B9_7F4A_7C15);
        bits = (bits ^ (bits >> 33)) * 0xFF51_AFD7_ED55_8CCD;
        bits = (bits ^ (bits >> 33)) * 0xC4CE_B9FE_1A85_EC53;
        return ((bits ^ (bits >> 33)) >> 11) / (double)(1UL << 53);
    }
}
