namespace Crosspoint.Engine.Retries;

/// <summary>
/// The usual limits and waits of tries, where no <see cref="RetryRule"/> says otherwise. What an answer means is the connection's <see
/// cref="Vendors.StatusPolicy"/>.
/// </summary>
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

    /// <summary>The longest wait between tries on one connection.</summary>
    public static readonly TimeSpan MostRetry = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);

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
