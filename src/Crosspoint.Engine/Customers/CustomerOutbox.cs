using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Sessions;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Engine.Customers;

/// <summary>
/// Hands receipts and inbound messages to customers' binds: at least once, each system_id on its own, so that a slow customer delays
/// nobody. The journal is the outbox; what is in memory is the part of it for which a receiver is bound.
/// </summary>
public sealed partial class CustomerOutbox : IAsyncDisposable
{
    internal const int PageSize = 500;
    private static readonly TimeSpan ExpiryPeriod = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<string, CustomerQueue> _queues = new(StringComparer.Ordinal);
    private readonly AccountDirectory _accounts;
    private readonly IJournal _journal;
    private readonly TimeProvider _time;
    private readonly ILogger<CustomerOutbox> _logger;
    private readonly TimeSpan _keep;
    private readonly int _room;
    private readonly CancellationTokenSource _stop = new();
    private readonly Counter<long> _counter;
    private int _held;
    private Task _expiry = Task.CompletedTask;

    public CustomerOutbox(
        EngineOptions options, AccountDirectory accounts, IJournal journal, TimeProvider time, ILogger<CustomerOutbox> logger, Meter meter)
    {
        (_journal, _time, _logger) = (journal, time, logger);
        _keep = options.KeepForCustomers;
        _room = options.Queues.Customers;
        _counter = meter.CreateCounter<long>(
            "crosspoint.customers.deliveries", "{pdu}", "deliver_sm to customers, by result: delivered, refused, again, expired");
        meter.CreateObservableGauge("crosspoint.customers.held", () => Held, "{pdu}", "deliver_sm for customers that memory holds");
        _accounts = accounts;
        TakeAccounts();
    }

    /// <summary>Deliveries in memory that are not on record as done.</summary>
    public int Held => Volatile.Read(ref _held);

    internal IJournal Journal => _journal;

    internal TimeProvider Time => _time;

    internal ILogger Logger => _logger;

    internal CancellationToken Stopping => _stop.Token;

    /// <summary>The most that one queue may hold now: its share of the room, so that one slow customer cannot take it all.</summary>
    internal int ShareOfRoom => Math.Max(16, Math.Min(1_000, _room - Held));

    /// <summary>Looks for what nobody fetched in time, from now on.</summary>
    public void Start() => _expiry = Task.Run(ExpireAsync);

    /// <summary>The accounts have changed. The queue of a credential that is gone stays, with what it is owed, until the process ends.</summary>
    public void TakeAccounts()
    {
        foreach (SmppLogin login in _accounts.SmppLogins)
        {
            SmppCredential credential = login.Credential;
            CustomerQueue queue = _queues.GetOrAdd(credential.SystemId, static (_, made) => new CustomerQueue(made.Outbox, made.Credential), (Outbox: this, Credential: credential));
            queue.Credential = credential;
        }
    }

    /// <summary>A receiver or transceiver is bound: what waits for it goes out.</summary>
    public void Attach(string systemId, SmppSession session) => _queues.GetValueOrDefault(systemId)?.Attach(session);

    /// <summary>A session takes nothing more.</summary>
    public void Detach(string systemId, SmppSession session) => _queues.GetValueOrDefault(systemId)?.Detach(session);

    /// <summary>Takes over deliveries whose event is committed. Never blocks.</summary>
    public void Enqueue(BindJob? job)
    {
        while (job is not null)
        {
            BindJob? next = job.Next;
            job.Next = null;
            if (job.Head.SystemId is { } systemId) _queues.GetValueOrDefault(systemId)?.Enqueue(job);
            job = next;
        }
    }

    /// <summary>A customer answered a deliver_sm.</summary>
    /// <param name="isLate">After <see cref="TimedOut"/>.</param>
    public void Answered(BindJob job, CommandStatus status, bool isLate) => _queues[job.Head.SystemId!].Answered(job, status, isLate);

    /// <summary>A deliver_sm had no answer in time.</summary>
    public void TimedOut(BindJob job) => _queues[job.Head.SystemId!].TimedOut(job);

    /// <summary>A deliver_sm had no answer when its session ended. The session is to be detached before.</summary>
    public void Lost(BindJob job) => _queues[job.Head.SystemId!].Lost(job);

    /// <summary>Slots of a session are free.</summary>
    public void WindowOpened(string systemId) => _queues.GetValueOrDefault(systemId)?.Pump();

    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested) return;
        await _stop.CancelAsync().ConfigureAwait(false);
        await _expiry.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (CustomerQueue queue in _queues.Values) await queue.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
    }

    internal bool IsOverdue(BindJob job) => _time.GetUtcMicros() - job.At > Micros.From(_keep);

    internal void CountHeld(int by) => Interlocked.Add(ref _held, by);

    internal void Count(string result) => _counter.Add(1, new KeyValuePair<string, object?>("result", result));

    internal void GiveUp(BindJob job)
    {
        Count("expired");
        _journal.Enqueue(new RecordBindTry(null, job, DeliveryState.Failed, 0));
    }

    private async Task ExpireAsync()
    {
        using var timer = new PeriodicTimer(ExpiryPeriod, _time);
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false);
                await ExpireOnceAsync().ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception e)
            {
                Log.ExpiryFailed(_logger, e);
            }
        }
    }

    // Messages older than the time that deliveries are kept: nothing younger can be overdue.
    private async Task ExpireOnceAsync()
    {
        long oldest = MessageId.FirstKeyAt((_time.GetUtcNow() - _keep).ToUnixTimeMilliseconds());
        long after = 0;
        while (after < oldest)
        {
            IReadOnlyList<Message> page = await _journal.ListOpenAsync(after, PageSize, _stop.Token).ConfigureAwait(false);

            // Much may be overdue at once.
            await _journal.WaitForRoomAsync(_time, _stop.Token).ConfigureAwait(false);
            foreach (Message message in page)
            {
                after = message.Id.Key;
                if (after >= oldest) return;
                foreach (BindDelivery delivery in message.BindDeliveries)
                {
                    if (delivery.State == DeliveryState.Pending && BindJob.From(message, delivery) is var job && IsOverdue(job)) GiveUp(job);
                }
            }

            if (page.Count < PageSize) return;
        }
    }

    internal static partial class Log
    {
        [LoggerMessage(2701, LogLevel.Error, "Looking for receipts that no customer fetched failed; it is tried again in ten minutes")]
        public static partial void ExpiryFailed(ILogger logger, Exception exception);

        [LoggerMessage(2702, LogLevel.Error, "Reading back what customer {SystemId} is owed failed; it is tried again in a second")]
        public static partial void ReadFailed(ILogger logger, Exception exception, string systemId);

        [LoggerMessage(2703, LogLevel.Warning, "Customer {SystemId} refused a deliver_sm with {Status}: it is not sent again; said once for each bind")]
        public static partial void Refused(ILogger logger, string systemId, string status);

        [LoggerMessage(2704, LogLevel.Warning, "Customer {SystemId} takes no deliver_sm ({Why}): delivery pauses")]
        public static partial void Paused(ILogger logger, string systemId, string why);
    }
}
