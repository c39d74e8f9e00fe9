namespace Crosspoint.Engine.Dispatch;

/// <summary>What a sender does with an answer.</summary>
public enum AnswerClass
{
    Accepted,

    /// <summary>The carrier asks us to slow down: the message stays, the whole connection pauses.</summary>
    SlowDown,

    /// <summary>Try again here after a back-off, to a limit.</summary>
    Temporary,

    /// <summary>The session's own trouble, which says nothing about the message: the session binds again, the message goes out again.</summary>
    Session,

    /// <summary>This connection will never take it.</summary>
    Permanent,
}

/// <summary>The trade's usual reading of <c>command_status</c> (SMPP 3.4 §5.1.3) and the limits of retries.</summary>
public static class SubmitPolicy
{
    /// <summary>Tries on one connection for temporary refusals, the first included.</summary>
    public const int TriesPerConnection = 5;

    /// <summary>
    /// Answers about the session, not the message, that one message may get on a connection, the temporary refusals among them: the session
    /// binds anew after each, and a message that is always answered so must not keep cutting it.
    /// </summary>
    public const int SessionTriesPerConnection = 10;

    /// <summary>How long to wait for a late answer or receipt before an unknown segment is sent again.</summary>
    public static readonly TimeSpan ResendDelay = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Attempts of one message that may end without an answer before no further copy is sent: it then waits for a late word.
    /// </summary>
    public const int MostUnknown = 5;

    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MostRetry = TimeSpan.FromMinutes(1);

    public static AnswerClass Classify(uint status) => status switch
    {
        0 => AnswerClass.Accepted,

        // ESME_RTHROTTLED, ESME_RMSGQFUL: carriers use both for "too fast".
        0x58 or 0x14 => AnswerClass.SlowDown,

        // RSYSERR, RSUBMITFAIL, RX_T_APPN, RDELIVERYFAILURE, RSERTYPUNAVAIL.
        0x08 or 0x45 or 0x64 or 0xFE or 0x102 => AnswerClass.Temporary,

        // RINVBNDSTS, RALYBND, RBINDFAIL, RINVPASWD, RINVSYSID, RINVSYSTYP.
        0x04 or 0x05 or 0x0D or 0x0E or 0x0F or 0x53 => AnswerClass.Session,
        _ => AnswerClass.Permanent,
    };

    /// <summary>
    /// The wait before try <paramref name="tries"/> + 1, doubling from 1 s to 60 s, spread by ±20 % so that messages refused together do
    /// not return together.
    /// </summary>
    public static TimeSpan RetryDelay(int tries)
    {
        double seconds = Math.Min(MostRetry.TotalSeconds, FirstRetry.TotalSeconds * Math.Pow(2, Math.Max(0, tries - 1)));
        return TimeSpan.FromSeconds(seconds * (0.8 + (0.4 * Random.Shared.NextDouble())));
    }
}
