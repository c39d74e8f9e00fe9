using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Webhooks;

/// <summary>
/// How applications are called back. Times and counts are those of protocol practice: 5 s to connect, 15 s in all, 11 retries over three
/// days.
/// </summary>
public sealed record WebhookOptions
{
    /// <summary>Allows private, loopback and link-local targets, plain http and any port. For tests and closed networks.</summary>
    public bool AllowPrivateAddresses { get; init; }

    /// <summary>Ports that may be called unless private addresses are allowed.</summary>
    public IReadOnlyList<int> AllowedPorts { get; init; } = [80, 443, 8080, 8443];

    /// <summary>Allows http besides https.</summary>
    public bool AllowHttp { get; init; }

    /// <summary>States that call back.</summary>
    public IReadOnlySet<MessageState> States { get; init; } = DefaultStates;

    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    public TimeSpan TotalTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Tries at once to one endpoint.</summary>
    public int ConcurrencyPerEndpoint { get; init; } = 32;

    /// <summary>
    /// Tries at once to one origin (scheme, host and port) of one account; at most a quarter of <see cref="Concurrency"/>.
    /// </summary>
    public int ConcurrencyPerOrigin { get; init; } = 256;

    /// <summary>
    /// Tries at once in all: by default a quarter of the files that the process may have open, from 32 to 4,000, so that callbacks cannot
    /// use up what the journal, carriers and callers need.
    /// </summary>
    public int Concurrency { get; init; } = DefaultConcurrency;

    /// <summary>
    /// A receiver whose every request failed for so long is disabled; zero never does it. Five days: the usual of the field, and longer than
    /// the default schedule of retries.
    /// </summary>
    public TimeSpan DisableAfter { get; init; } = TimeSpan.FromDays(5);

    /// <summary>Waits between tries; each is spread by ±20 %.</summary>
    public IReadOnlyList<TimeSpan> RetrySchedule { get; init; } = DefaultSchedule;

    /// <summary>
    /// Whether a message that enters this state calls back. One that expired here counts as failed. An inbound message calls back when it
    /// is whole. In the Twilio form <c>unconfirmed</c> reads
    /// <c>sent</c>, which was told already, so it does not.
    /// </summary>
    public bool CallsBack(MessageHead head, MessageState state)
    {
        if (head.CallbackUrl is null) return false;
        if (head.IsInbound) return state == MessageState.Received;
        bool isListed = States.Contains(state) || (state == MessageState.Expired && States.Contains(MessageState.Failed));
        return isListed && (head.CallbackForm != CallbackForm.Twilio || state != MessageState.Unconfirmed);
    }

    private static int DefaultConcurrency { get; } = Math.Clamp(FileLimit.Read() / 4, 32, 4_000);

    public static IReadOnlySet<MessageState> DefaultStates { get; } = new HashSet<MessageState>
    {
        MessageState.Sent, MessageState.Delivered, MessageState.Undelivered, MessageState.Failed, MessageState.Canceled,
    };

    public static IReadOnlyList<TimeSpan> DefaultSchedule { get; } =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(30),
        TimeSpan.FromHours(1),
        TimeSpan.FromHours(3), TimeSpan.FromHours(6), TimeSpan.FromHours(12), TimeSpan.FromHours(24), TimeSpan.FromHours(24),
    ];
}
