using Crosspoint.Engine.Health;
using Crosspoint.Engine.Limits;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Monitoring;
using Crosspoint.Engine.Receipts;
using Crosspoint.Engine.Routing;
using Crosspoint.Engine.Stores;
using Crosspoint.Engine.Vendors;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Sessions;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Engine.Dispatch;

/// <summary>In-flight slots of one session, held for a message from before its attempt is on record until its answers are.</summary>
/// <param name="Limits">The limits of which it took tokens.</param>
/// <param name="Segments">The tokens that it took of each.</param>
/// <param name="Cell">The slots of its network.</param>
internal readonly record struct Reservation(int Session, int Slots, LimitSet Limits = default, int Segments = 0, CellSlots? Cell = null);

/// <summary>What the operator has made of a connection.</summary>
internal enum LaneState
{
    Running,

    /// <summary>Bound, and receipts come; nothing new is sent.</summary>
    Paused,

    /// <summary>Nothing new is sent; what is in flight is waited for.</summary>
    Draining,

    /// <summary>Not bound.</summary>
    Stopped,
}

/// <summary>
/// A connection as dispatch sees it: its queue, the in-flight slots of its sessions, its rate and its pauses.
/// A slot is free again only when the answer is on disk, so that what a crash leaves unknown is never more than window × sessions.
/// </summary>
internal sealed partial class Lane : IVendorEvents, IAsyncDisposable
{
    // Long enough to be cheap, short enough that a rate of 1,000 a second with its burst of 10 is kept without gaps.
    private static readonly TimeSpan LongestWake = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan DrainStep = TimeSpan.FromMilliseconds(20);
    private const int MovePage = 500;
    private static readonly TimeSpan ShortestWake = TimeSpan.FromMilliseconds(1);

    private readonly Lock _gate = new();
    private readonly Dispatcher _dispatcher;
    private readonly DeliverIntake _deliveries;
    private readonly ILogger _logger;
    private readonly LaneQueue _queue;
    private readonly Pace _pace;
    private readonly RareNote _throttled;
    private readonly ITimer _wake;
    private readonly TimeProvider _time;
    private readonly Func<SmppConnection> _connect;
    private readonly int[] _used;
    private readonly bool[] _bound;

    // Segments of attempts under way that wait for the rate. Each has its slot.
    private readonly Queue<(ActiveAttempt Active, int Segment)> _paced = new();
    private readonly RareNote _refusalNote;
    private int _boundCount;
    private long _wakeAt = long.MaxValue;
    private volatile bool _isUp;
    private volatile SmppConnection _connection;
    private volatile LaneState _state;

    public Lane(Dispatcher dispatcher, ConnectionOptions options, DeliverIntake deliveries, TimeProvider time, ILoggerFactory loggers)
    {
        _dispatcher = dispatcher;
        _deliveries = deliveries;
        _time = time;
        _logger = loggers.CreateLogger<Lane>();
        Options = options;
        _queue = dispatcher.NewQueue(options.Name);
        _connect = () => new SmppConnection(options, this, time, loggers);
        _connection = _connect();
        _pace = new Pace(options.Smpp.Rate, options.Smpp.Burst, time);
        _throttled = new RareNote(time);
        _refusalNote = new RareNote(time);
        _used = new int[Connection.SessionCount];
        _bound = new bool[Connection.SessionCount];
        _slots = new SlotTable(time);
        _wake = time.CreateTimer(static state => ((Lane)state!).Woken(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public ConnectionOptions Options { get; }

    public string Name => Options.Name;

    public SmppConnection Connection => _connection;

    public ConnectionUse Use => _state != LaneState.Running ? ConnectionUse.Stopped : _isUp ? ConnectionUse.Usable : ConnectionUse.Down;

    public LaneState State => _state;

    /// <summary>The part of its sessions to send by that are bound: one whose binds fail is likely to fail messages too.</summary>
    public double Health => Math.Min(1, (double)Volatile.Read(ref _boundCount) / Options.Smpp.Sessions);

    /// <summary>Whether it came, or was changed, after the start: the configuration file does not know it so.</summary>
    public bool IsChanged { get; init; }

    /// <summary>A change of this connection is under way; another one has to wait. Guarded by the dispatcher.</summary>
    public bool IsBusy { get; set; }

    /// <summary>It is stopped only to bind anew. Guarded by the dispatcher.</summary>
    public bool IsRestarting { get; set; }

    /// <summary>Messages that wait here, in memory and on disk, and slots in use.</summary>
    public (long Queued, int InFlight) Load
    {
        get
        {
            lock (_gate)
            {
                int used = 0;
                foreach (int slots in _used) used += slots;
                return (_queue.Waiting, used);
            }
        }
    }

    /// <summary>The queues of one account, or of all.</summary>
    public List<QueueStatus> Queues(string? accountSid)
    {
        lock (_gate) return _queue.Statuses(Name, accountSid);
    }

    /// <summary>Segments a second that an operator allows; 0 for no cap.</summary>
    public double RateCap
    {
        get
        {
            lock (_gate) return _pace.Cap;
        }
    }

    /// <summary>Segments a second that the carrier is seen to take; 0 while nothing has shown a limit.</summary>
    public double LearnedRate
    {
        get
        {
            lock (_gate) return _pace.LearnedRate;
        }
    }

    public void Start() => Connection.Start();

    /// <summary>Takes nothing new; sessions end in order.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Turn(LaneState.Stopped);
        await Connection.StopAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>From now on new traffic is taken, or kept away. Segments that wait for the rate are put back.</summary>
    public void Turn(LaneState state)
    {
        _state = state;
        SendPaced();
    }

    /// <summary>Waits until nothing is in flight (an answer that does not come ends with the response timeout), then ends the sessions.</summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        long started = _time.GetTimestamp();
        TimeSpan limit = Options.Smpp.ResponseTimeout + LongestWake;
        while (_state == LaneState.Draining && Load.InFlight > 0 && _time.GetElapsedTime(started) < limit)
            await Task.Delay(DrainStep, _time, cancellationToken).ConfigureAwait(false);
        await StopAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends the sessions and binds anew.</summary>
    public async Task RestartAsync(CancellationToken cancellationToken)
    {
        await StopAsync(cancellationToken).ConfigureAwait(false);
        await Connection.DisposeAsync().ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        _connection = _connect();
        _state = LaneState.Running;
        Start();
    }

    /// <summary>Waits until a session takes traffic, to a limit.</summary>
    public async Task UntilUpAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        long started = _time.GetTimestamp();
        while (!_isUp && _time.GetElapsedTime(started) < limit) await Task.Delay(DrainStep, _time, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Goes on at the rate that the connection before it had learned, and under its cap.</summary>
    public void TakePaceOf(Lane before)
    {
        double learned = before.LearnedRate;
        double cap = before.RateCap;
        lock (_gate)
        {
            _pace.StartAt(learned);
            if (cap > 0) _pace.ChangeCap(cap);
        }
    }

    /// <summary>Caps its rate below the one of its options; 0 takes the cap away.</summary>
    public void CapRate(double perSecond)
    {
        lock (_gate) _pace.ChangeCap(perSecond);
        SendPaced();
        Pump();
    }

    public async ValueTask DisposeAsync()
    {
        await _wake.DisposeAsync().ConfigureAwait(false);
        await Connection.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>
    /// Takes a slot at once for a message that was not queued: only while nothing waits here and the rate and the window have room.
    /// </summary>
    public bool TryReserveDirect(MessageHead head, RouteSubject? subject, out Reservation reservation)
    {
        reservation = default;
        if (Use != ConnectionUse.Usable) return false;
        int segments = SegmentsOf(head);
        ulong network = _dispatcher.NetworkOf(head, subject);
        LimitSet limits = _dispatcher.LimitsAt(head, Name);
        lock (_gate)
        {
            if (_queue.Waiting > _queue.Aside) return false;
            CellSlots cell = _slots.Of(network);
            return !cell.HasAside && !StandsAside(cell) && TryReserve(segments, limits, cell, out reservation, out _);
        }
    }

    /// <summary>Adds a work to the queue and sends what can be sent.</summary>
    public void Enqueue(OutboundWork work, bool first)
    {
        Flow? flow = null;
        List<long>? keys = null;
        lock (_gate)
        {
            if (first)
            {
                _queue.AddFirst(work);
            }
            else
            {
                // Where memory had no room at all, nothing of the flow leaves that would have the rest read: it asks by itself.
                bool moves = Use == ConnectionUse.Usable;
                flow = _queue.Add(work, moves);
                if (moves && flow.InMemory == 0) keys = NextRead(flow, moves);
            }
        }

        if (keys is not null) _dispatcher.ReadBack.Begin(this, flow!, keys);
        Pump();

        // The connection may have gone down, or a better one come up, between the decision and the queue: whoever moved the queue then did
        // not see this work.
        if (Use != ConnectionUse.Usable && _dispatcher.Choose(work) != this) _dispatcher.Reroute(this);
    }

    /// <summary>Gives back, of what waits here, all that goes elsewhere now.</summary>
    public List<OutboundWork> TakeLeaving()
    {
        lock (_gate)
        {
            if (_queue.InMemory + _queue.Aside == 0) return [];
            Predicate<OutboundWork> goes = work => _dispatcher.Choose(work) != this;

            // Those that stand aside came before the others of their flows.
            var all = new List<OutboundWork>();
            foreach (CellSlots cell in _stuck) _queue.Extract(cell.Aside, goes, all);
            all.AddRange(_queue.Extract(goes));
            return all;
        }
    }

    /// <summary>The connection is down: what waits makes room for traffic that moves.</summary>
    public void Spill()
    {
        lock (_gate) _queue.Spill();
    }

    /// <summary>
    /// Has read what flows need of that which they have on disk: those that run out, or, where the connection does not take traffic while
    /// another does, all of it, for it goes elsewhere.
    /// </summary>
    public void ReadBack()
    {
        bool moves = Use == ConnectionUse.Usable;
        if (!moves && !_dispatcher.HasBetterThan(this)) return;
        var reads = new List<(Flow Flow, List<long> Keys)>();
        lock (_gate)
        {
            if (_queue.Waiting == _queue.InMemory + _queue.Aside) return;
            foreach (Flow flow in _queue.Flows())
            {
                if (!moves) flow.LeftToMove = flow.OnDisk.Count;
                if (NextRead(flow, moves) is { } keys) reads.Add((flow, keys));
            }
        }

        foreach ((Flow flow, List<long> keys) in reads) _dispatcher.ReadBack.Begin(this, flow, keys);
    }

    /// <summary>Messages of a flow that were on disk. What goes elsewhere by now goes there.</summary>
    public void TakeIn(Flow flow, List<OutboundWork> works)
    {
        List<OutboundWork> stay = [];
        List<OutboundWork> leave = [];
        foreach (OutboundWork work in works) (_dispatcher.Choose(work) == this ? stay : leave).Add(work);
        bool moves = Use == ConnectionUse.Usable;
        List<long>? next;
        lock (_gate)
        {
            if (moves)
            {
                _queue.EndRead(flow, stay);
            }
            else
            {
                var keys = new KeyList();
                foreach (OutboundWork work in stay) keys.Add(work.Head.Id.Key);
                _dispatcher.Room.Leave(stay.Count);
                _queue.GiveUpRead(flow, keys, behind: true);
            }

            next = NextRead(flow, moves);
        }

        if (next is not null) _dispatcher.ReadBack.Begin(this, flow, next);
        foreach (OutboundWork work in leave) _dispatcher.Route(work, first: false);
        if (moves) Pump();

        // It came up, or went down, meanwhile: whoever looked at its flows then saw them being read.
        if (next is null && moves != (Use == ConnectionUse.Usable)) ReadBack();
    }

    /// <summary>Messages of a flow could not be read.</summary>
    public void PutBack(Flow flow, List<long> keys)
    {
        var list = new KeyList();
        foreach (long key in keys) list.Add(key);
        lock (_gate) _queue.GiveUpRead(flow, list, behind: false);
        ReadBack();
    }

    // Under _gate.
    private List<long>? NextRead(Flow flow, bool moves)
    {
        if (flow.IsReading || flow.OnDisk.Count == 0 || (moves && flow.IsBlockedLong)) return null;
        int count = moves ? _dispatcher.Room.MayRead(flow, Dispatch.ReadBack.PageSize) : Math.Min(flow.LeftToMove, MovePage);
        if (count <= 0) return null;
        if (_dispatcher.Room.IsClosedTo(flow))
        {
            _dispatcher.IsHungry = true;
            return null;
        }

        List<long> keys = flow.BeginRead(count);
        flow.LeftToMove -= keys.Count;
        return keys;
    }

    /// <summary>Limits have changed: flows that wait for theirs look again.</summary>
    public void Recheck()
    {
        lock (_gate) _queue.Recheck();
        Pump();
    }

    /// <summary>Weights of accounts have changed.</summary>
    public void Reweigh()
    {
        lock (_gate) _queue.Reweigh();
    }

    /// <summary>Gives slots back that were not used.</summary>
    public void Release(Reservation reservation)
    {
        lock (_gate)
        {
            GiveBack(reservation);
            if (!reservation.Limits.IsEmpty) _queue.Recheck();
        }

        Pump();
    }

    // Under _gate.
    private void GiveBack(in Reservation reservation)
    {
        _used[reservation.Session] -= reservation.Slots;
        reservation.Cell?.Return(reservation.Slots);
        Volatile.Write(ref _given, _given - reservation.Segments);
        _pace.Return();
        reservation.Limits.Return(reservation.Segments);
    }

    /// <summary>Sends the first segments of an attempt that is on record, as many as it holds slots for.</summary>
    public void Send(ActiveAttempt active, Reservation reservation)
    {
        active.Slots = reservation.Cell;
        int slots = Math.Min(reservation.Slots, active.Count);
        if (slots < reservation.Slots)
        {
            lock (_gate)
            {
                _used[reservation.Session] -= reservation.Slots - slots;
                reservation.Cell?.Return(reservation.Slots - slots);
            }
        }

        if (_state != LaneState.Running)
        {
            for (int i = 0; i < slots; i++) KeepBack(active, active.TakeNext());
            return;
        }

        // The first has its token from the reservation; the others take theirs one by one, so that a long message keeps the rate too.
        Send(active, active.TakeNext());
        for (int i = 1; i < slots; i++) SendInTurn(active, active.TakeNext());
    }

    /// <summary>A segment's end is on disk: its slot goes to the next segment of the message, or is free.</summary>
    public void Ended(ActiveAttempt active, int epoch, bool accepted, bool slowDown)
    {
        bool pauseBegan = false;
        bool mayGoOn;
        lock (_gate)
        {
            if (accepted) Accepted(active.Slots, epoch);
            else if (slowDown) pauseBegan = Throttled(active.Slots, epoch);
            mayGoOn = MayGoOn;
        }

        if (pauseBegan && _throttled.IsDue()) Log.Throttled(_logger, Name);
        int next = active.TakeNext();
        if (next >= 0)
        {
            if (mayGoOn) SendInTurn(active, next);
            else KeepBack(active, next);
            return;
        }

        lock (_gate)
        {
            _used[active.Session]--;
            active.Slots?.Return(1);
        }

        Pump();
    }

    /// <summary>Takes from the queue while there is room, and puts an attempt on record for each.</summary>
    public void Pump()
    {
        if (Use != ConnectionUse.Usable) return;
        if (_dispatcher.Journal.Health == JournalHealth.DiskFull)
        {
            lock (_gate) WakeIn(Dispatcher.DiskFullWait);
            return;
        }

        List<OutboundWork>? elsewhere = null;
        List<(Flow Flow, List<long> Keys)>? reads = null;
        lock (_gate)
        {
            if (_stuck.Count > 0) TakeBack();
            while (true)
            {
                if (_queue.Peek(out Flow? flow) is not { } work)
                {
                    // Of those that were taken back, some may have gone elsewhere or wait for a limit, and left their slots to others.
                    if (_stuck.Count > 0 && TakeBack()) continue;
                    break;
                }

                bool stays = MayStay(work, flow!);
                Lane? chosen = stays ? _dispatcher.Choose(work) : null;
                int segments = work.SegmentsLeft > 0 ? work.SegmentsLeft : SegmentsOf(work.Head);
                Reservation reservation = default;
                CellSlots? cell = chosen == this ? _slots.Of(_dispatcher.NetworkOf(work)) : null;
                if (cell is not null && StandsAside(cell))
                {
                    // Those behind it go on while memory has room for it; then its account waits with it. What comes from aside has its room.
                    if (work.StoodAside is not null || !_dispatcher.Room.IsCrowded)
                    {
                        SetAside(cell, flow!);
                        if (NextRead(flow!, moves: true) is { } more) (reads ??= []).Add((flow!, more));
                    }
                    else
                    {
                        _queue.Block(flow!, StuckWait);
                    }

                    continue;
                }

                if (cell is not null && !TryReserve(segments, flow!.Limits, cell, out reservation, out TimeSpan wait))
                {
                    if (wait == TimeSpan.Zero) break;
                    _queue.Block(flow, wait);
                    continue;
                }

                // Another connection may have come up between the two: then that is the truth.
                RouteDecision? decision = null;
                if (chosen == this)
                {
                    (decision, chosen) = _dispatcher.Decide(work);
                    if (chosen != this) GiveBack(reservation);
                }

                _queue.Take(flow!, chosen == this ? segments : 0);
                if (NextRead(flow!, moves: true) is { } keys) (reads ??= []).Add((flow!, keys));
                if (chosen == this) _dispatcher.Journal.Enqueue(new BeginAttempt(_dispatcher, work, this, reservation, decision!));
                else (elsewhere ??= []).Add(work);
            }

            foreach (Flow flow in _queue.TakeUnread())
            {
                if (NextRead(flow, moves: true) is { } keys) (reads ??= []).Add((flow, keys));
            }

            if (_queue.Unblocks is { } unblocks) WakeIn(unblocks);
        }

        if (reads is not null)
        {
            foreach ((Flow flow, List<long> keys) in reads) _dispatcher.ReadBack.Begin(this, flow, keys);
        }

        if (elsewhere is null) return;
        foreach (OutboundWork work in elsewhere) _dispatcher.Route(work, first: false);
    }

    void IVendorEvents.SessionChanged(int session, bool isBound)
    {
        bool wentUp, wentDown;
        lock (_gate)
        {
            if (_bound[session] == isBound) return;
            _bound[session] = isBound;

            // The receivers of a pair bring receipts, and cannot send.
            if (!Connection.IsReceiver(session)) _boundCount += isBound ? 1 : -1;
            bool up = _boundCount > 0;
            wentUp = up && !_isUp;
            wentDown = !up && _isUp;
            _isUp = up;
        }

        if (wentUp) Log.Up(_logger, Name);
        if (wentDown && _state is LaneState.Running or LaneState.Paused) Log.Down(_logger, Name);
        if (wentUp || wentDown) _dispatcher.LaneChanged(this);
        else Pump();
    }

    void IVendorEvents.Answered(object segment, CommandStatus status, string? vendorId, TimeSpan elapsed, bool isLate)
    {
        var outcome = (SegmentOutcome)segment;
        outcome.Active.Slots?.Answered(elapsed, _time);
        _dispatcher.Notices.Metrics.Answered(Name, status == CommandStatus.Ok ? "" : CommandStatuses.Name(status), elapsed);
        if (isLate)
        {
            // Health was told that there was none.
            outcome.RecordLate((uint)status, vendorId);
            return;
        }

        outcome.TellAnswered(KindOf(status), (uint)status, elapsed);
        outcome.Record(OutcomeKind.Answered, (uint)status, vendorId);
    }

    void IVendorEvents.Unanswered(object segment)
    {
        _dispatcher.Notices.Metrics.Answered(Name, "outcome_unknown", TimeSpan.Zero);
        var outcome = (SegmentOutcome)segment;
        outcome.TellAnswered(AnswerKind.Unanswered, 0, TimeSpan.Zero);
        outcome.Record(OutcomeKind.Unknown, 0, null);
    }

    void IVendorEvents.Received(SmppConnection connection, SmppSession session, in PduHeader header, ReadOnlySpan<byte> body) =>
        _deliveries.Receive(Options, session, header, body);

    private AnswerKind KindOf(CommandStatus status) => Options.Smpp.Statuses.ActionOf((uint)status) switch
    {
        StatusAction.Accept => AnswerKind.Accepted,
        StatusAction.SlowDown => AnswerKind.Throttled,
        _ => AnswerKind.Refused,
    };

    private int SegmentsOf(MessageHead head) =>
        AttemptRules.SegmentsOnWire(head, AttemptRules.FormOf(head, Options.Smpp));

    // Under _gate. A pause, or the end of the connection, holds for those segments of a long message too that wait for a slot or the rate.
    private bool MayGoOn => _state == LaneState.Running && _pace.PauseLeft == TimeSpan.Zero;

    /// <summary>Sends a segment when the rate allows: now, or by the timer.</summary>
    private void SendInTurn(ActiveAttempt active, int segment)
    {
        if (!_pace.IsUnlimited)
        {
            lock (_gate)
            {
                if (_paced.Count > 0 || !_pace.TryTake())
                {
                    _paced.Enqueue((active, segment));
                    WakeIn(_pace.Wait);
                    return;
                }
            }
        }

        Send(active, segment);
    }

    /// <summary>Sends what waited for the rate, as far as it allows.</summary>
    private void SendPaced()
    {
        while (true)
        {
            ActiveAttempt active;
            int segment;
            bool mayGoOn;
            lock (_gate)
            {
                if (_paced.Count == 0) return;
                mayGoOn = MayGoOn;
                if (mayGoOn && !_pace.TryTake())
                {
                    WakeIn(_pace.Wait);
                    return;
                }

                (active, segment) = _paced.Dequeue();
            }

            if (mayGoOn) Send(active, segment);
            else KeepBack(active, segment);
        }
    }

    /// <summary>Puts on record that a segment was not sent. Its slot goes on to the one after it.</summary>
    private void KeepBack(ActiveAttempt active, int segment) =>
        new SegmentOutcome(_dispatcher, active, segment).Record(OutcomeKind.NotSent, 0, null);

    /// <summary>Writes a segment. A session that is gone gives the record "not sent" at once.</summary>
    private void Send(ActiveAttempt active, int segment)
    {
        MessageHead head = active.Work.Head;
        var outcome = new SegmentOutcome(_dispatcher, active, segment) { Epoch = _pace.Epoch };
        CommandStatus refusal = Connection.Refusal(active.Session, head);
        if (refusal != CommandStatus.Ok)
        {
            if (_refusalNote.IsDue()) Log.LacksTlv(_logger, Name, head.Id.ToString(), CommandStatuses.Name(refusal));
            outcome.Record(OutcomeKind.Answered, (uint)refusal, null);
            return;
        }

        SendResult result = TryPartOf(head, active, segment, out ReadOnlySpan<char> text)
            ? Connection.Submit(active.Session, head, text, active.Form, segment + 1, active.Total, active.Reference, outcome)
            : SendResult.NotEncodable;
        switch (result)
        {
            case SendResult.Sent:
                outcome.TellSubmitted();
                break;
            case SendResult.NotEncodable:
                // Intake checks everything that could lead here; the standard's own code for "cannot be submitted" tells of the fault.
                Log.NotEncodable(_logger, Name, head.Id.ToString());
                outcome.Record(OutcomeKind.Answered, (uint)CommandStatus.InvalidMessageLength, null);
                break;
            default:
                outcome.Record(OutcomeKind.NotSent, 0, null);
                break;
        }
    }

    /// <summary>
    /// The text of a segment. False when the segments on record, some of them accepted, are not those that the keys of the connection now make:
    /// no text must be lost between two cuts.
    /// </summary>
    private static bool TryPartOf(MessageHead head, ActiveAttempt active, int segment, out ReadOnlySpan<char> text)
    {
        text = head.Body;
        if (active.Total == 1) return true;
        int count = 0;
        foreach (ReadOnlySpan<char> part in active.Form.Split(head.Body))
        {
            if (count++ == segment) text = part;
        }

        return count == active.Total;
    }

    // Whether a message that waits here is to go out by the limits under which it waits: it may have been paused or canceled since, its batch
    // or its account been given a rate, or its send window have closed.
    private bool MayStay(OutboundWork work, Flow flow)
    {
        TrafficControls traffic = _dispatcher.Traffic;
        if (!work.HasBegun && !_dispatcher.IsOpen(work.Head)) return false;
        if (!_dispatcher.HasItsLimits(work, flow, Name)) return false;
        if (traffic.IsEmpty) return true;
        return traffic.LetsGo(work) && (traffic.PaceOf(work.Head) is not { } pace || flow.Limits.Contains(pace));
    }

    // Under _gate. A message longer than the whole window takes a window and goes on as its answers come.
    /// <param name="wait">How long the message's limits have no tokens; zero when it is the connection that has no room.</param>
    private bool TryReserve(int segments, LimitSet limits, CellSlots cell, out Reservation reservation, out TimeSpan wait)
    {
        reservation = default;
        wait = TimeSpan.Zero;
        TimeSpan pause = _pace.PauseLeft;
        if (pause > TimeSpan.Zero)
        {
            WakeIn(pause);
            return false;
        }

        int window = Options.Smpp.InFlightWindow;
        int slots = Math.Min(segments, window);
        if (_slots.LeavesNone(cell, slots, AllSlots))
        {
            // By then it is known to be stuck, or an answer has come.
            WakeIn(StuckWait);
            return false;
        }

        int best = -1;
        for (int i = 0; i < _used.Length; i++)
        {
            bool hasRoom = _bound[i] && window - _used[i] >= slots && (best < 0 || _used[i] < _used[best]);
            if (hasRoom && Connection.CanSubmit(i)) best = i;
        }

        if (best < 0 || !limits.TryTake(segments, out wait)) return false;
        if (_paced.Count > 0 || !_pace.TryTake())
        {
            limits.Return(segments);
            WakeIn(_pace.Wait);
            return false;
        }

        _used[best] += slots;
        cell.Take(slots, _time);
        _slots.Took(cell);
        Volatile.Write(ref _given, _given + segments);
        reservation = new(best, slots, limits, segments, cell);
        return true;
    }

    // Under _gate.
    private void WakeIn(TimeSpan delay)
    {
        if (delay < ShortestWake) delay = ShortestWake;
        if (delay > LongestWake) delay = LongestWake;
        long at = _time.GetTimestamp() + (long)(delay.TotalSeconds * _time.TimestampFrequency);
        if (at >= _wakeAt) return;
        _wakeAt = at;
        _wake.Change(delay, Timeout.InfiniteTimeSpan);
    }

    private void Woken()
    {
        lock (_gate) _wakeAt = long.MaxValue;
        SendPaced();
        Pump();
    }

    private static partial class Log
    {
        [LoggerMessage(2001, LogLevel.Information, "Connection {Connection} is up")]
        public static partial void Up(ILogger logger, string connection);

        [LoggerMessage(2002, LogLevel.Warning, "Connection {Connection} is down: its traffic moves to the next candidates, or waits")]
        public static partial void Down(ILogger logger, string connection);

        [LoggerMessage(2003, LogLevel.Warning, "Connection {Connection} asks us to slow down: sending pauses and goes on at the rate that it takes")]
        public static partial void Throttled(ILogger logger, string connection);

        [LoggerMessage(2004, LogLevel.Error, "Connection {Connection}: message {MessageId} cannot be written as submit_sm")]
        public static partial void NotEncodable(ILogger logger, string connection, string messageId);

        [LoggerMessage(2150, LogLevel.Warning, "Connection {Connection}: message {MessageId} lacks what 'tlvs' asks of its metadata ({Status}), and is not sent here; others may too")]
        public static partial void LacksTlv(ILogger logger, string connection, string messageId, string status);
    }
}
