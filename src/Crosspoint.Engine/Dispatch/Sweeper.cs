using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Receipts;
using Crosspoint.Engine.Stores;
using Crosspoint.Engine.Vendors;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Engine.Dispatch;

/// <summary>
/// Looks once a second for messages whose validity ended, whose receipts are overdue, and for long inbound messages whose parts never came.
/// It walks the journal's order of validity with a cursor for each waiting time, so what it has seen is not read again and nothing is held
/// in memory.
/// </summary>
internal sealed partial class Sweeper : IAsyncDisposable
{
    /// <summary>How long parts of an inbound message are waited for.</summary>
    public static readonly TimeSpan PartsLimit = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan AskedWithin = TimeSpan.FromHours(1);
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);
    private const int PageSize = 500;

    private readonly IJournal _journal;
    private readonly Dispatcher _dispatcher;
    private readonly InboundParts _parts;
    private readonly TimeProvider _time;
    private readonly ILogger<Sweeper> _logger;

    // What connections are, or were while they were there.
    private readonly Dictionary<string, ConnectionOptions> _known = [];
    private readonly QueryOverdue _queries;
    private Cursor[] _cursors = [];
    private readonly CancellationTokenSource _stop = new();
    private Task _run = Task.CompletedTask;

    public Sweeper(
        IJournal journal, Dispatcher dispatcher, QueryOverdue queries, InboundParts parts, TimeProvider time, ILogger<Sweeper> logger)
    {
        (_journal, _dispatcher, _queries, _parts, _time, _logger) = (journal, dispatcher, queries, parts, time, logger);
    }

    public void Start() => _run = Task.Run(() => RunAsync(_stop.Token));

    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested) return;
        _queries.Stop();
        await _stop.CancelAsync().ConfigureAwait(false);
        await _run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    /// <summary>One look. Public for tests and for the timer.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        LearnConnections();
        long now = _time.GetUtcMicros();
        foreach (Cursor cursor in _cursors)
            await SweepAsync(cursor, now - Micros.From(cursor.Grace), cancellationToken).ConfigureAwait(false);
        _queries.Ask();
        await _parts.GiveUpAsync(now - Micros.From(PartsLimit), cancellationToken).ConfigureAwait(false);
    }

    // Connections come and change while the gateway runs. With another waiting time, or others to ask, everything is looked at again, which
    // does no harm.
    private void LearnConnections()
    {
        bool isNew = _cursors.Length == 0;
        foreach (Lane lane in _dispatcher.Lanes)
        {
            isNew |= !_known.TryGetValue(lane.Name, out ConnectionOptions? known) || !IsSweptAlike(known, lane.Options);
            _known[lane.Name] = lane.Options;
        }

        if (!isNew) return;
        IEnumerable<TimeSpan> graces =
            _known.Values.Select(static known => known.Smpp.ReceiptGrace).Append(TimeSpan.Zero).Distinct().Order();
        _cursors =
        [
            .. graces.Select(static grace => new Cursor(grace, null)),
            .. _known.Values.Where(AsksForAny).Select(static known => new Cursor(known.Smpp.ReceiptGrace, known)),
        ];
    }

    private static bool IsSweptAlike(ConnectionOptions a, ConnectionOptions b) =>
        ReferenceEquals(a, b) || (a.Smpp.ReceiptGrace == b.Smpp.ReceiptGrace && IsSilent(a) == IsSilent(b)
            && (a.UnknownOtp, a.UnknownTransactional, a.UnknownMarketing) == (b.UnknownOtp, b.UnknownTransactional, b.UnknownMarketing));

    private static bool AsksForAny(ConnectionOptions connection) => !IsSilent(connection)
        && Enum.GetValues<TrafficClass>().Any(trafficClass => connection.UnknownPolicy(trafficClass) == UnknownOutcomePolicy.Query);

    // The carrier was asked for no receipt of success.
    internal static bool IsSilent(ConnectionOptions connection) =>
        connection.Smpp.Submit.Receipts is ReceiptsAsked.None or ReceiptsAsked.Failure;

    private async Task SweepAsync(Cursor cursor, long until, CancellationToken cancellationToken)
    {
        // A connection whose carrier is asked has a cursor of its own, so that none waits for the pace of another.
        if (cursor.Asks is { } asks && !_queries.HasRoom(asks.Name)) return;
        int limit = PageSize;

        // When much ends at once the journal must not be flooded, or intake would refuse new messages for it: the next look goes on from
        // the cursor.
        while (until > cursor.SeenUpTo && _journal.QueueDepth < IJournal.BackgroundDepth)
        {
            IReadOnlyList<Message> page = await _journal.ListOpenByValidityAsync(
                cursor.SeenUpTo, until, limit, cancellationToken).ConfigureAwait(false);
            bool isFull = page.Count == limit;
            if (isFull && page[0].Head.ValidUntil == page[^1].Head.ValidUntil)
            {
                // Messages of one commit share their time: it is passed only when all of them are seen.
                limit *= 2;
                continue;
            }

            foreach (Message message in page)
            {
                if (message.Head.IsInbound) continue;
                ConnectionOptions? connection = ConnectionOf(message);
                TimeSpan grace = connection?.Smpp.ReceiptGrace ?? TimeSpan.Zero;
                bool isQueried = connection is not null && !IsSilent(connection)
                    && connection.UnknownPolicy(message.Head.Class) == UnknownOutcomePolicy.Query;
                bool isMine = (cursor.Asks, cursor.Grace.Ticks) switch
                {
                    // What is not sent yet may become so between two cursors: both end it then.
                    ({ } own, _) => isQueried && connection!.Name == own.Name && message.State is MessageState.Sent or MessageState.Sending,
                    _ when isQueried && message.State == MessageState.Sent => false,
                    (_, 0) => message.State is MessageState.Accepted or MessageState.Queued or MessageState.Scheduled || grace == TimeSpan.Zero,
                    _ => grace == cursor.Grace,
                };
                if (!isMine) continue;

                // Where receipts are missing faster than a carrier may be asked, the oldest end without a question.
                bool isTooLate = until - message.Head.ValidUntil > Micros.From(AskedWithin);
                if (cursor.Asks is not null && message.State == MessageState.Sent && !isTooLate)
                {
                    if (_queries.TryTake(message, connection!)) continue;
                    cursor.SeenUpTo = message.Head.ValidUntil - 1;
                    return;
                }

                bool isSilent = connection is not null && IsSilent(connection);
                _journal.Enqueue(new EndOverdue(_dispatcher, message.Id.Key, Micros.From(grace), isSilent));
            }

            // A full page ends inside the span; equal times at its edge are looked at again, which does no harm.
            cursor.SeenUpTo = isFull ? page[^1].Head.ValidUntil - 1 : until;
            limit = PageSize;
        }
    }

    private ConnectionOptions? ConnectionOf(Message message) =>
        message.LastAttempt is { } last ? _known.GetValueOrDefault(last.Connection) : null;

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Period, _time);
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false);
                await SweepAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception e)
            {
                Log.SweepFailed(_logger, e);
            }
        }
    }

    private sealed class Cursor(TimeSpan grace, ConnectionOptions? asks)
    {
        public TimeSpan Grace => grace;

        /// <summary>The connection whose carrier is asked for the messages that this cursor finds; null for one that ends them.</summary>
        public ConnectionOptions? Asks => asks;

        /// <summary>Validity ends up to this time have been looked at.</summary>
        public long SeenUpTo { get; set; }
    }

    private static partial class Log
    {
        [LoggerMessage(2021, LogLevel.Error, "Looking for overdue messages failed; it is tried again in a second")]
        public static partial void SweepFailed(ILogger logger, Exception exception);
    }
}
