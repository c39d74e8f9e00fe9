using System.Text;
using Crosspoint.Engine.Messages;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;
using Crosspoint.Smpp.Sessions;
using Crosspoint.Sms.Segments;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Engine.Vendors;

/// <summary>
/// One SMPP connection: its binds, kept alive, and the writing of segments as submit_sm. Knows nothing of queues and stores.
/// </summary>
public sealed class SmppConnection : IAsyncDisposable
{
    private static readonly TimeSpan UnbindLimit = TimeSpan.FromSeconds(10);

    private readonly Bind[] _binds;
    private readonly IVendorEvents _events;
    private readonly TimeProvider _time;
    private volatile InjectedFault? _fault;

    public SmppConnection(ConnectionOptions options, IVendorEvents events, TimeProvider time, ILoggerFactory loggers)
    {
        Options = options;
        _events = events;
        _time = time;
        SmppConnectionOptions smpp = options.Smpp;
        ILogger logger = loggers.CreateLogger<SmppConnection>();
        var budget = new SmppBindBudget();
        _binds = new Bind[smpp.Sessions + smpp.Receivers];
        for (int i = 0; i < _binds.Length; i++)
        {
            var client = new SmppClientOptions
            {
                Name = $"{options.Name}#{i + 1}",
                Host = smpp.Host,
                Port = smpp.Port,
                SystemId = smpp.SystemId,
                Password = smpp.Password,
                SystemType = smpp.SystemType,
                FurtherHosts = smpp.FurtherHosts,
                TlsSource = smpp.Tls is { } tls ? tls.Load : null,
                BindType = IsReceiver(i) ? SmppBindType.Receiver : smpp.Bind,
                InterfaceVersion = smpp.InterfaceVersion,
                StrictInterfaceVersion = smpp.StrictInterfaceVersion,
                EnquireLinkTimeout = smpp.EnquireLinkTimeout,
                BindTimeout = smpp.BindTimeout,
                ConnectTimeout = smpp.ConnectTimeout,
                AddressRange = smpp.AddressRange,
                AddrTon = smpp.AddressRangeType.Ton,
                AddrNpi = smpp.AddressRangeType.Npi,
                InFlightWindow = smpp.InFlightWindow,
                ResponseTimeout = smpp.ResponseTimeout,
                EnquireLinkInterval = smpp.EnquireLink,
                ReconnectFirst = smpp.ReconnectFirst,
                ReconnectMost = smpp.ReconnectMost,
                BindBudget = budget,
            };
            _binds[i] = new Bind(this, i, events, client, time, logger);
        }
    }

    public ConnectionOptions Options { get; }

    /// <summary>Number of binds that the configuration asks for.</summary>
    public int SessionCount => _binds.Length;

    /// <summary>Whether a session cannot take submits whatever its state: the receivers of a pair stand behind its transmitters.</summary>
    public bool IsReceiver(int session) => Options.Smpp.Bind == SmppBindType.Receiver || session >= Options.Smpp.Sessions;

    public void Start()
    {
        foreach (Bind bind in _binds) bind.Client.Start();
    }

    /// <summary>Unbinds every session in order: what is outstanding is waited for, to a limit.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Inject(null);
        var stops = new Task[_binds.Length];
        for (int i = 0; i < stops.Length; i++) stops[i] = _binds[i].Client.StopAsync(cancellationToken);
        await Task.WhenAll(stops).WaitAsync(UnbindLimit, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>The fault that it shows by order; null for none.</summary>
    public InjectedFault? Fault => _fault;

    /// <summary>Shows a fault from now on, in place of the one before; null for none.</summary>
    public void Inject(InjectedFault? fault)
    {
        InjectedFault? before = Interlocked.Exchange(ref _fault, fault);
        if (before == fault) return;
        foreach (Bind bind in _binds) bind.Hide(fault is { Effect: FaultEffect.Unbind });
        before?.End();
    }

    public async ValueTask DisposeAsync()
    {
        Inject(null);
        foreach (Bind bind in _binds) await bind.Client.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>What the session is doing, for people.</summary>
    public (SmppClientState State, int InFlight, string? LastError, SmppHost Host) Status(int session)
    {
        SmppClient client = _binds[session].Client;
        return (client.State, client.Session?.OutstandingCount ?? 0, client.LastError, client.CurrentHost);
    }

    /// <summary>Whether a session takes requests now: a peer that has sent unbind still owes answers, and takes nothing more.</summary>
    public bool CanSubmit(int session) => _fault is not { Effect: FaultEffect.Unbind } && _binds[session].Session?.State is SmppSessionState.BoundTx or SmppSessionState.BoundTrx;

    /// <summary>Why a message must not go out here whatever the carrier says: a TLV that it lacks; Ok when nothing is wrong.</summary>
    public CommandStatus Refusal(int session, MessageHead head)
    {
        IReadOnlyList<TlvRule> rules = Options.Smpp.Submit.Tlvs;
        if (rules.Count == 0) return CommandStatus.Ok;
        bool takesTlvs = _binds[session].Session?.PeerTakesTlvs ?? true;
        Span<byte> room = stackalloc byte[Tlv.HeaderBytes + TlvRule.MostBytes];
        Span<byte> scratch = stackalloc byte[TlvRule.MostBytes];
        foreach (TlvRule rule in rules)
        {
            var writer = new TlvWriter(room);
            CommandStatus status = rule.AddTo(ref writer, head.Metadata, scratch);
            if (status == CommandStatus.Ok && rule.Required && !takesTlvs) status = CommandStatus.MissingTlv;
            if (status != CommandStatus.Ok) return status;
        }

        return CommandStatus.Ok;
    }

    /// <summary>
    /// Writes one segment to a session's output. Sent: its answer, or its loss, will be reported with <paramref name="state"/>. Otherwise
    /// nothing left the process.
    /// </summary>
    /// <param name="part">Number of the segment, from 1.</param>
    /// <param name="total">Number of segments of the message.</param>
    /// <param name="text">The text of this segment.</param>
    /// <param name="form">How the message goes on this connection; the same that cut the text.</param>
    public SendResult Submit(
        int session, MessageHead head, ReadOnlySpan<char> text, WireForm form, int part, int total, ushort reference, object state)
    {
        SmppSession? target = _binds[session].Session;
        if (_fault is { } fault && fault.TryHit(head))
        {
            if (fault.Effect == FaultEffect.Refuse)
            {
                if (target is null) return SendResult.NotSent;
                fault.Answer(_events, state, fault.Status, null, TimeSpan.Zero);
                return SendResult.Sent;
            }

            state = new DelayedSegment(state, fault);
        }

        if (target is null || !target.TryReserve(1)) return SendResult.NotSent;
        return SubmitWriter.Write(target, Options.Smpp, _time.GetUtcNow(), head, text, form, part, total, reference, state);
    }

    /// <summary>Whether a session is there to ask on; receivers cannot.</summary>
    public bool CanQuery
    {
        get
        {
            for (int i = 0; i < _binds.Length; i++)
            {
                if (CanSubmit(i)) return true;
            }

            return false;
        }
    }

    /// <summary>
    /// Asks what became of a segment (query_sm, SMPP v3.4 §4.8), beside the in-flight window of the first session that has room there.
    /// Sent: <paramref name="query"/> will be told the answer, or that none came.
    /// </summary>
    /// <param name="vendorId">The id as the carrier's answer wrote it.</param>
    internal SendResult Query(MessageHead head, string vendorId, SegmentQuery query)
    {
        const int LongestId = 64;
        if (vendorId.Length > LongestId) return SendResult.NotEncodable;
        Span<byte> id = stackalloc byte[LongestId];
        Span<byte> source = stackalloc byte[20];
        var pdu = new QuerySm
        {
            MessageId = id[..Encoding.Latin1.GetBytes(vendorId, id)],
            SourceAddr = SubmitWriter.SourceOf(head, Options.Smpp.Submit, source),
        };
        Span<byte> body = stackalloc byte[pdu.BodyLength];
        if (!pdu.TryWrite(body, out int written)) return SendResult.NotEncodable;
        for (int i = 0; i < _binds.Length; i++)
        {
            bool isSent = CanSubmit(i)
                && _binds[i].Session?.Request(CommandId.QuerySm, body[..written], query, useWindow: false) == SendResult.Sent;
            if (isSent) return SendResult.Sent;
        }

        return SendResult.NotSent;
    }

    private sealed class Bind : ISmppSessionHandler
    {
        private readonly SmppConnection _owner;
        private readonly int _index;
        private readonly IVendorEvents _events;
        private volatile SmppSession? _session;

        private volatile bool _isBound;
        private volatile bool _isHidden;

        // The status with which the carrier disowned the session; Ok while it has not.
        private CommandStatus _disowned;

        public Bind(SmppConnection owner, int index, IVendorEvents events, SmppClientOptions options, TimeProvider time, ILogger logger)
        {
            (_owner, _index, _events) = (owner, index, events);
            Client = new SmppClient(options, this, time, logger);
        }

        public SmppClient Client { get; }

        /// <summary>The session from the moment it is reported as bound: the client's own word comes a little later.</summary>
        public SmppSession? Session => _session;

        public void OnBound(SmppSession session)
        {
            _disowned = CommandStatus.Ok;
            _session = session;
            Tell(isBound: true);
        }

        /// <summary>Looks unbound from now on, or as it is.</summary>
        public void Hide(bool isHidden)
        {
            if (_isHidden == isHidden) return;
            _isHidden = isHidden;
            Tell();
        }

        public void OnRequest(SmppSession session, in PduHeader header, ReadOnlySpan<byte> body)
        {
            if (header.CommandId is CommandId.DeliverSm or CommandId.DataSm) _events.Received(_owner, session, header, body);
            else if (header.CommandId != CommandId.AlertNotification) session.Respond(header, CommandStatus.InvalidCommandId, default);
        }

        public void OnResponse(
            SmppSession session, in PduHeader header, ReadOnlySpan<byte> body, object? state, TimeSpan elapsed, bool late)
        {
            if (state is null) return;
            if (state is SegmentQuery query)
            {
                if (!late) Tell(query, header, body);
                EndIfDisowned(session);
                return;
            }

            CommandStatus status = header.CommandStatus;
            string? vendorId = null;
            if (status == CommandStatus.Ok)
            {
                if (header.CommandId == CommandId.GenericNack)
                {
                    status = CommandStatus.InvalidCommandId;
                }
                else if (header.CommandId == CommandId.SubmitSmResp)
                {
                    // The segment is accepted whatever stands behind the id: without the id none of its receipts would be matched.
                    _ = SubmitSmResp.TryRead(body, out SubmitSmResp pdu);
                    if (!pdu.MessageId.IsEmpty) vendorId = Encoding.Latin1.GetString(pdu.MessageId);
                }
            }

            // What a carrier answers that has lost its side of the session and keeps the TCP connection: nothing will ever be taken on it.
            if (_owner.Options.Smpp.Statuses.ActionOf((uint)status) == StatusAction.Suspend) Disowned(session, status);
            if (state is not DelayedSegment delayed) _events.Answered(state, status, vendorId, elapsed, late);
            else if (late) _events.Answered(delayed.Segment, status, vendorId, elapsed, isLate: true);
            else delayed.Fault.Answer(_events, delayed.Segment, status, vendorId, elapsed);
            EndIfDisowned(session);
        }

        public void OnTimeout(SmppSession session, object? state)
        {
            TellUnanswered(state);
            EndIfDisowned(session);
        }

        public void OnWindowOpened(SmppSession session)
        {
            // Slots are counted until the answer is on disk, by the owner: the session's own window is never the tighter one.
        }

        public void OnUnbound(SmppSession session) => Tell(isBound: false);

        public void OnClosed(SmppSession session, SmppCloseReason reason, IReadOnlyList<object?> unanswered)
        {
            _session = null;
            Tell(isBound: false);
            foreach (object? state in unanswered) TellUnanswered(state);
        }

        private static void Tell(SegmentQuery query, in PduHeader header, ReadOnlySpan<byte> body)
        {
            CommandStatus status = header.CommandStatus;
            QuerySmResp pdu = default;
            if (status == CommandStatus.Ok)
            {
                // A carrier that says yes to something else does not serve the operation.
                bool isRead = header.CommandId == CommandId.QuerySmResp && QuerySmResp.TryRead(body, out pdu).IsOk && !body.IsEmpty;
                if (!isRead) status = CommandStatus.InvalidCommandId;
            }

            query.Ended(status, pdu.State, pdu.ErrorCode);
        }

        private void TellUnanswered(object? state)
        {
            if (state is SegmentQuery query) query.Ended(null, 0, 0);
            else if (state is not null) _events.Unanswered(state is DelayedSegment delayed ? delayed.Segment : state);
        }

        private void Tell(bool isBound)
        {
            _isBound = isBound;
            Tell();
        }

        // Again when it became another truth meanwhile.
        private void Tell()
        {
            bool told;
            do
            {
                told = _isBound && !_isHidden;
                _events.SessionChanged(_index, told);
            }
            while (told != (_isBound && !_isHidden));
        }

        // Takes nothing more before the refusal is told, so that what was refused is not given to this session again.
        private void Disowned(SmppSession session, CommandStatus status)
        {
            if (_session != session) return;
            _disowned = status;
            _session = null;
            Tell(isBound: false);
        }

        // Cut when what was under way has its answer or ran out of time: it was probably refused as well, and a cut would make it unknown.
        private void EndIfDisowned(SmppSession session)
        {
            if (_disowned == CommandStatus.Ok || session.OutstandingCount > 0) return;
            session.Abort($"submit_sm was answered with {CommandStatuses.Name(_disowned)}");
        }
    }
}
