using System.Collections.Concurrent;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Monitoring;
using Crosspoint.Engine.Vendors;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Engine.Dispatch;

/// <summary>
/// Asks carriers by query_sm (SMPP v3.4 §4.8) what became of messages whose receipts are overdue, before they end as unconfirmed. Few are
/// held at a time, the rest waits in the journal; nothing of it is stored, so what a crash interrupts is asked again.
/// </summary>
internal sealed partial class QueryOverdue(Dispatcher dispatcher, TimeProvider time, ILogger<QueryOverdue> logger)
{
    /// <summary>Segments asked for in a second on one connection, at most: a tenth of its rate, where it has one.</summary>
    public const int MostPerSecond = 10;

    /// <summary>Messages of one connection that are held, waiting or asked for.</summary>
    public const int MostHeld = 100;

    /// <summary>How long a connection that is down is waited for, as it is after a start.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How long a carrier is not asked that has not answered or does not know the operation: else each message would wait for it.
    /// </summary>
    public static readonly TimeSpan Rest = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, Waiting> _byConnection = new(StringComparer.Ordinal);
    private volatile bool _isStopped;

    /// <summary>Whether it is worth while to look for messages of the connection.</summary>
    public bool HasRoom(string connection) =>
        !_byConnection.TryGetValue(connection, out Waiting? waiting) || waiting.Held.Count <= MostHeld / 2;

    /// <summary>Takes over the end of an overdue message that is <c>sent</c>. False when no more can be held now.</summary>
    public bool TryTake(Message message, ConnectionOptions connection)
    {
        Waiting waiting = _byConnection.GetOrAdd(connection.Name, _ => new Waiting(time));
        if (waiting.Held.ContainsKey(message.Id.Key)) return true;
        if (waiting.Held.Count >= MostHeld) return false;
        waiting.Held.TryAdd(message.Id.Key, true);
        waiting.Queue.Enqueue(new QueriedMessage(message, connection, queried => End(queried, connection.Name, waiting)));
        return true;
    }

    /// <summary>Asks what may be asked in one second. Called once a second by one thread.</summary>
    public void Ask()
    {
        foreach ((string name, Waiting waiting) in _byConnection)
        {
            Lane? lane = null;
            foreach (Lane candidate in dispatcher.Lanes) lane = candidate.Name == name ? candidate : lane;
            Ask(waiting, lane);
        }
    }

    /// <summary>What has no answer from now on is asked again after the next start.</summary>
    public void Stop() => _isStopped = true;

    private void Ask(Waiting waiting, Lane? lane)
    {
        long now = time.GetTimestamp();
        double rate = lane?.Options.Smpp.Rate ?? 0;
        int budget = rate > 0 ? Math.Clamp((int)(rate / 10), 1, MostPerSecond) : MostPerSecond;
        bool isUp = lane is not null && lane.Connection.CanQuery;
        if (isUp) waiting.UpAt = now;
        else if (lane is not null && time.GetElapsedTime(waiting.UpAt, now) < Patience) return;
        bool rests = waiting.RestsSince != 0 && time.GetElapsedTime(waiting.RestsSince, now) < Rest;
        while (waiting.Queue.TryPeek(out QueriedMessage? message))
        {
            if (isUp && !rests && message.HasMore)
            {
                // No room is left beside the windows: it comes with the answers.
                if (budget-- == 0 || !message.TryAsk(lane!.Connection)) return;
                if (message.HasMore) continue;
            }

            waiting.Queue.Dequeue();
            message.Close();
        }
    }

    private void End(QueriedMessage message, string connection, Waiting waiting)
    {
        if (_isStopped && message.LacksAnswer) return;

        // A session that is lost says nothing about the carrier's willingness: what waits is asked when it is up again.
        bool isUp = dispatcher.Lanes.Any(lane => lane.Name == connection && lane.Connection.CanQuery);
        if (message.IsInVain && isUp)
        {
            waiting.RestsSince = Math.Max(1, time.GetTimestamp());
            if (waiting.Note.IsDue()) Log.NotAnswered(logger, connection);
        }

        dispatcher.Journal.Enqueue(new EndOverdue(
            dispatcher, message.Key, Micros.From(message.Grace), isSilent: false, message,
            () => waiting.Held.TryRemove(message.Key, out _)));
    }

    /// <summary>What is held of one connection. Filled and asked by the sweeper's thread; answers come from reader loops.</summary>
    private sealed class Waiting(TimeProvider time)
    {
        private long _restsSince;

        public ConcurrentDictionary<long, bool> Held { get; } = [];

        public Queue<QueriedMessage> Queue { get; } = [];

        public RareNote Note { get; } = new(time);

        /// <summary>Timestamp at which the connection was last seen up, or first needed.</summary>
        public long UpAt { get; set; } = time.GetTimestamp();

        /// <summary>Timestamp of the last question in vain; 0 for none.</summary>
        public long RestsSince
        {
            get => Volatile.Read(ref _restsSince);
            set => Volatile.Write(ref _restsSince, value);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2022, LogLevel.Warning, "Connection {Connection} does not answer query_sm: for a minute it is not asked for overdue messages, and they end as unconfirmed")]
        public static partial void NotAnswered(ILogger logger, string connection);
    }
}
