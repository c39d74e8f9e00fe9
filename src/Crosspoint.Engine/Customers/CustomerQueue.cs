using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Messages;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Sessions;

namespace Crosspoint.Engine.Customers;

/// <summary>
/// What one system_id is owed. While a receiver is bound, the first part of it is in memory and the rest, from one key on, is in the
/// journal alone; while none is bound, all of it is.
/// </summary>
internal sealed class CustomerQueue : IAsyncDisposable
{
    private const long None = long.MaxValue;
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MostPause = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan AfterFailedRead = TimeSpan.FromSeconds(1);

    private readonly CustomerOutbox _owner;
    private volatile SmppCredential _credential;
    private readonly Lock _gate = new();
    private readonly List<SmppSession> _receivers = [];
    private readonly Queue<BindJob> _again = new();
    private readonly Queue<BindJob> _ready = new();
    private readonly HashSet<BindJobId> _held = [];
    private readonly HashSet<BindJobId> _leftMeanwhile = [];
    private readonly ITimer _resume;

    // Every delivery that is pending and not in _held belongs to a message with this key or a later one. At start that is all.
    private long _diskFrom;
    private uint _next;
    private TimeSpan _pause;
    private bool _isPaused;
    private bool _isRefusalTold;
    private bool _isReading;
    private bool _isStopped;
    private Task _reading = Task.CompletedTask;

    public CustomerQueue(CustomerOutbox owner, SmppCredential credential)
    {
        (_owner, _credential) = (owner, credential);
        _resume = owner.Time.CreateTimer(
            static state => ((CustomerQueue)state!).Resume(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How its deliver_sm are written. What changes of it holds for those that come.</summary>
    public SmppCredential Credential
    {
        set => _credential = value;
    }

    public void Attach(SmppSession session)
    {
        lock (_gate)
        {
            if (_isStopped) return;
            _receivers.Add(session);
            _isRefusalTold = false;

            // A new bind is a new beginning: whatever made the last one pause may be over.
            EndPause();
        }

        Pump();
    }

    public void Detach(SmppSession session)
    {
        lock (_gate)
        {
            if (!_receivers.Remove(session) || _receivers.Count > 0) return;

            // What is done is forgotten by its record, so that a page that was read before does not bring it again.
            foreach (BindJob job in _again)
            {
                if (!job.IsDone) Leave(job);
            }

            foreach (BindJob job in _ready) Leave(job);
            _again.Clear();
            _ready.Clear();
        }
    }

    public void Enqueue(BindJob job)
    {
        lock (_gate)
        {
            if (_held.Contains(job.Id)) return;

            // Behind what waits on disk it waits there too, so that the order holds.
            if (_diskFrom != None || _receivers.Count == 0 || _held.Count >= _owner.ShareOfRoom)
            {
                _diskFrom = Math.Min(_diskFrom, job.Head.Id.Key);
            }
            else
            {
                Take(job);
            }
        }

        Pump();
    }

    /// <param name="isLate">The answer was waited for in vain before, and the job is on its way again.</param>
    public void Answered(BindJob job, CommandStatus status, bool isLate)
    {
        if (status == CommandStatus.Ok)
        {
            lock (_gate) _pause = TimeSpan.Zero;
            End(job, DeliveryState.Delivered, status, "delivered");
            return;
        }

        if (IsTemporary(status))
        {
            if (!isLate) Again(job, CommandStatuses.Name(status));
        }
        else
        {
            if (!Interlocked.Exchange(ref _isRefusalTold, true)) CustomerOutbox.Log.Refused(_owner.Logger, _credential.SystemId, CommandStatuses.Name(status));
            End(job, DeliveryState.Failed, status, "refused");
        }
    }

    /// <summary>No answer came in time: the customer is given time.</summary>
    public void TimedOut(BindJob job) => Again(job, "no answer");

    /// <summary>Its session ended before the answer.</summary>
    public void Lost(BindJob job)
    {
        _owner.Count("again");
        lock (_gate) PutBack(job);
        Pump();
    }

    /// <summary>The end of a delivery is on disk.</summary>
    public void Recorded(BindJob job)
    {
        lock (_gate) Forget(job);
        Pump();
    }

    /// <summary>The end of a delivery could not be put on record: it is pending there, and goes out again.</summary>
    public void NotRecorded(BindJob job)
    {
        lock (_gate)
        {
            job.IsDone = false;
            Leave(job);
        }
    }

    /// <summary>Sends while there is something to send and a receiver has room.</summary>
    public void Pump()
    {
        while (true)
        {
            BindJob? job;
            SmppSession? session;
            lock (_gate)
            {
                if (_isPaused || _isStopped) return;
                if (!_again.TryPeek(out job) && !_ready.TryPeek(out job))
                {
                    ReadBack();
                    return;
                }

                session = FindReceiver();
                if (session is null) return;
                if (!_again.TryDequeue(out job)) job = _ready.Dequeue();
                if (job.IsDone)
                {
                    // Its answer came late.
                    session.Release(1);
                    continue;
                }
            }

            Send(session, job);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task reading;
        lock (_gate)
        {
            _isStopped = true;
            reading = _reading;
        }

        await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _resume.DisposeAsync().ConfigureAwait(false);
    }

    // RSYSERR, RMSGQFUL, RTHROTTLED, RX_T_APPN, RDELIVERYFAILURE, and what is said of the session rather than of the message.
    private static bool IsTemporary(CommandStatus status) => status
        is CommandStatus.SystemError or CommandStatus.MessageQueueFull or CommandStatus.Throttled or CommandStatus.ReceiverTemporaryError
        or CommandStatus.DeliveryFailure or CommandStatus.InvalidBindStatus;

    private void Send(SmppSession session, BindJob job)
    {
        // An inbound message whose text was redacted has nothing left to be handed over.
        bool isEmpty = job.Head.IsInbound && job.Head.Body.Length == 0;
        if (isEmpty || _owner.IsOverdue(job))
        {
            session.Release(1);
            End(job, DeliveryState.Failed, CommandStatus.Ok, "expired");
            return;
        }

        job.Tries++;
        switch (DeliverWriter.Write(session, _credential, job))
        {
            case SendResult.Sent:
                return;
            case SendResult.NotEncodable:
                // A peer of SMPP 3.3 and a text that needs a TLV, or a text longer than a TLV.
                End(job, DeliveryState.Failed, CommandStatus.InvalidMessageLength, "refused");
                return;
            default:
                job.Tries--;
                lock (_gate) PutBack(job);
                return;
        }
    }

    private void Again(BindJob job, string why)
    {
        _owner.Count("again");
        bool pauses = false;
        lock (_gate)
        {
            PutBack(job);
            if (_receivers.Count > 0 && !_isPaused && !_isStopped)
            {
                _pause = _pause == TimeSpan.Zero ? FirstPause : _pause * 2 > MostPause ? MostPause : _pause * 2;
                _isPaused = pauses = true;
                _resume.Change(_pause, Timeout.InfiniteTimeSpan);
            }
        }

        if (pauses) CustomerOutbox.Log.Paused(_owner.Logger, _credential.SystemId, why);
    }

    // Under _gate.
    private void PutBack(BindJob job)
    {
        if (job.IsDone) return;
        if (_receivers.Count > 0) _again.Enqueue(job);
        else Leave(job);
    }

    private void Resume()
    {
        lock (_gate) _isPaused = false;
        Pump();
    }

    // Under _gate.
    private void EndPause()
    {
        _isPaused = false;
        _pause = TimeSpan.Zero;
        _resume.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private void End(BindJob job, DeliveryState state, CommandStatus status, string result)
    {
        lock (_gate)
        {
            if (job.IsDone) return;
            job.IsDone = true;
        }

        _owner.Count(result);
        _owner.Journal.Enqueue(new RecordBindTry(this, job, state, (uint)status));
    }

    // Under _gate. The receivers take turns; each that has room is as good as the others.
    private SmppSession? FindReceiver()
    {
        for (int i = 0; i < _receivers.Count; i++)
        {
            SmppSession session = _receivers[(int)(_next++ % (uint)_receivers.Count)];
            if (session.TryReserve(1)) return session;
        }

        return null;
    }

    // Under _gate.
    private void Take(BindJob job)
    {
        _held.Add(job.Id);
        _owner.CountHeld(1);
        _ready.Enqueue(job);
    }

    // Under _gate. Out of memory and pending: it is in the journal alone.
    private void Leave(BindJob job)
    {
        Forget(job);
        _diskFrom = Math.Min(_diskFrom, job.Head.Id.Key);
    }

    // Under _gate.
    private void Forget(BindJob job)
    {
        if (!_held.Remove(job.Id)) return;
        _owner.CountHeld(-1);
        if (_isReading) _leftMeanwhile.Add(job.Id);
    }

    // Under _gate.
    private void ReadBack()
    {
        if (_diskFrom == None || _isReading || _isStopped || _receivers.Count == 0) return;

        // What is in flight takes room too: reading goes on as its answers come.
        if (_held.Count > _owner.ShareOfRoom / 2) return;
        _isReading = true;
        _reading = Task.Run(ReadBackAsync);
    }

    private async Task ReadBackAsync()
    {
        long after;
        lock (_gate)
        {
            // What leaves memory from here on is noted anew; what left it before is committed, so that the pages show it.
            after = _diskFrom - 1;
            _diskFrom = None;
            _leftMeanwhile.Clear();
        }

        try
        {
            while (await ReadPageAsync(after).ConfigureAwait(false) is { } next) after = next;
        }
        catch (OperationCanceledException)
        {
            // Stopping: what is pending is found at the next start.
        }
        catch (Exception e)
        {
            CustomerOutbox.Log.ReadFailed(_owner.Logger, e, _credential.SystemId);
            lock (_gate) _diskFrom = Math.Min(_diskFrom, after + 1);
            await Task.Delay(AfterFailedRead, _owner.Time, _owner.Stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        lock (_gate)
        {
            _isReading = false;
            _leftMeanwhile.Clear();
        }

        Pump();
    }

    /// <summary>Takes up one page; the key to go on from, or null when all was read or there is no more room.</summary>
    private async Task<long?> ReadPageAsync(long after)
    {
        IReadOnlyList<Message> page = await _owner.Journal.ListOpenAsync(after, CustomerOutbox.PageSize, _owner.Stopping).ConfigureAwait(false);
        bool isFull = false;
        lock (_gate)
        {
            foreach (Message message in page)
            {
                if (message.Head.SystemId == _credential.SystemId && !TryTake(message))
                {
                    _diskFrom = Math.Min(_diskFrom, message.Id.Key);
                    isFull = true;
                    break;
                }

                after = message.Id.Key;
            }
        }

        Pump();
        return isFull || page.Count < CustomerOutbox.PageSize ? null : after;
    }

    // Under _gate. False when there is no room for all of it; what was taken is known by its id when it is met again.
    private bool TryTake(Message message)
    {
        foreach (BindDelivery delivery in message.BindDeliveries)
        {
            if (delivery.State != DeliveryState.Pending) continue;
            BindJob job = BindJob.From(message, delivery);
            if (_held.Contains(job.Id) || _leftMeanwhile.Contains(job.Id)) continue;
            if (_held.Count >= _owner.ShareOfRoom || _receivers.Count == 0) return false;
            Take(job);
        }

        return true;
    }
}
