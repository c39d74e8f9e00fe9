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

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);
    private const int PageSize = 500;
    private const int MostWaiting = 5_000;

    private readonly IJournal _journal;
    private readonly Dispatcher _dispatcher;
    private readonly InboundParts _parts;
    private readonly TimeProvider _time;
    private readonly ILogger<Sweeper> _logger;

    // What connections are, or were while they were there.
    private readonly Dictionary<string, TimeSpan> _graceByConnection = [];
    private readonly HashSet<string> _silent = [];
    private Cursor[] _cursors = [];
    private readonly CancellationTokenSource _stop = new();
    private Task _run = Task.CompletedTask;

    public Sweeper(
        IJournal journal, Dispatcher dispatcher, InboundParts parts, TimeProvider time, ILogger<Sweeper> logger)
    {
        (_journal, _dispatcher, _parts, _time, _logger) = (journal, dispatcher, parts, time, logger);
    }

    public void Start() => _run = Task.Run(() => RunAsync(_stop.Token));

    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested) return;
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
        await _parts.GiveUpAsync(now - Micros.From(PartsLimit), cancellationToken).ConfigureAwait(false);
    }

    // Connections come and change while the gateway runs. With another waiting time everything is looked at again, which does no harm.
    private void LearnConnections()
    {
        bool isNew = _cursors.Length == 0;
        foreach (Lane lane in _dispatcher.Lanes)
        {
            SmppConnectionOptions smpp = lane.Options.Smpp;
            isNew |= !_graceByConnection.TryGetValue(lane.Name, out TimeSpan grace) || grace != smpp.ReceiptGrace;
            _graceByConnection[lane.Name] = smpp.ReceiptGrace;
            if (smpp.Submit.Receipts is ReceiptsAsked.None or ReceiptsAsked.Failure) _silent.Add(lane.Name);
            else _silent.Remove(lane.Name);
        }

        if (isNew)
            _cursors = [.. _graceByConnection.Values.Append(TimeSpan.Zero).Distinct().Order().Select(grace => new Cursor(grace))];
    }

    private async Task SweepAsync(Cursor cursor, long until, CancellationToken cancellationToken)
    {
        int limit = PageSize;

        // When much ends at once the journal must not be flooded, or intake would refuse new messages for it: the next look goes on from
        // the cursor.
        while (until > cursor.SeenUpTo && _journal.QueueDepth < MostWaiting)
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
                TimeSpan grace = GraceOf(message);
                bool isMine = cursor.Grace == TimeSpan.Zero
                    ? message.State is MessageState.Accepted or MessageState.Queued || grace == TimeSpan.Zero
                    : grace == cursor.Grace;
                if (isMine && !message.Head.IsInbound)
                    _journal.Enqueue(new EndOverdue(_dispatcher.Notices, message.Id.Key, Micros.From(grace), IsSilent(message)));
            }

            // A full page ends inside the span; equal times at its edge are looked at again, which does no harm.
            cursor.SeenUpTo = isFull ? page[^1].Head.ValidUntil - 1 : until;
            limit = PageSize;
        }
    }

    private bool IsSilent(Message message) => message.LastAttempt is { } last && _silent.Contains(last.Connection);

    private TimeSpan GraceOf(Message message)
    {
        string? connection = message.LastAttempt?.Connection;
        return connection is not null && _graceByConnection.TryGetValue(connection, out TimeSpan grace) ? grace : TimeSpan.Zero;
    }

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

    private sealed class Cursor(TimeSpan grace)
    {
        public TimeSpan Grace => grace;

        /// <summary>Validity ends up to this time have been looked at.</summary>
        public long SeenUpTo { get; set; }
    }

    private static partial class Log
    {
        [LoggerMessage(2021, LogLevel.Error, "Looking for overdue messages failed; it is tried again in a second")]
        public static partial void SweepFailed(ILogger logger, Exception exception);
    }
}
