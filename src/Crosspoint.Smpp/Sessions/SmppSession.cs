using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Smpp.Sessions;

/// <summary>
/// One connection and its state machine, in either role (SMPP v3.4 §2). Thread-safe; sending never blocks. Sending appends to an output
/// buffer, one writer sends what has gathered, one reader calls the handler.
/// </summary>
public sealed partial class SmppSession
{
    // Requests of the owner that use no window slot (query_sm and the like) find room beside the window.
    private const int RequestsBesideWindow = 16;
    private const uint LastSequenceNumber = 0x7FFF_FFFF;

    // A peer that does not read our answers must not grow our memory: above this no more is read from it, and far above it is cut.
    // Requests do not count: the window bounds them, and two sides that both stopped reading would wait for each other.
    private const int OutputHighWater = 256 * 1024;
    private const int OutputMost = 16 * 1024 * 1024;

    // 16 KiB hold about a hundred submit_sm, a full window of most binds. It grows by what has arrived, never by an announced length.
    private static readonly StreamPipeReaderOptions InputOptions = new(bufferSize: 16 * 1024, minimumReadSize: 2 * 1024, leaveOpen: true);

    private readonly Lock _gate = new();
    private readonly Socket _socket;
    private readonly Stream _stream;
    private readonly SessionSettings _settings;
    private readonly ISmppSessionHandler _handler;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly OutputBuffer _output = new();
    private readonly WakeSignal _signal = new();
    private readonly ExpiredRequests _expired = new();
    private OutstandingTable? _outstanding;
    private volatile SmppSessionState _state = SmppSessionState.Open;
    private volatile bool _accepting;
    private volatile byte _version;
    private int _congestionState = -1;
    private int _peerCongestionState = -1;
    private volatile int _batchThread;
    private bool _writerIdle;
    private bool _writerStopping;
    private uint _nextSequenceNumber;
    private int _free;
    private int _answersPending;

    internal SmppSession(
        string name,
        SmppRole role,
        Socket socket,
        Stream stream,
        SessionSettings settings,
        ISmppSessionHandler handler,
        TimeProvider time,
        ILogger logger,
        EndPoint? remoteEndPoint = null)
    {
        Name = name;
        Role = role;
        WindowSize = settings.WindowSize;
        RemoteEndPoint = remoteEndPoint ?? socket.RemoteEndPoint;
        _socket = socket;
        _stream = stream;
        _input = PipeReader.Create(stream, InputOptions);
        _settings = settings;
        _version = SmppVersions.Common(settings.InterfaceVersion, SmppVersions.V50);
        _handler = handler;
        _time = time;
        _logger = logger;
        _nextSequenceNumber = settings.FirstSequenceNumber;
        _openedAt = _lastReceivedAt = _lastMessageAt = Math.Max(1, time.GetTimestamp());
    }

    /// <summary>A name for logs.</summary>
    public string Name { get; }

    /// <summary>Which end this process is.</summary>
    public SmppRole Role { get; }

    /// <summary>The state at this moment.</summary>
    public SmppSessionState State => _state;

    /// <summary>The peer's address; the announced one when a trusted proxy stands between.</summary>
    public EndPoint? RemoteEndPoint { get; }

    /// <summary>The peer's system_id, read as Latin-1; null before the bind.</summary>
    public string? SystemId { get; private set; }

    /// <summary>The peer's interface version, for example 0x34; 0 when it does not say.</summary>
    public byte PeerInterfaceVersion { get; private set; }

    /// <summary>
    /// The version in use, the lower one of both sides: 0x33, 0x34 or 0x50. Before the bind it is this side's. A peer that does not say its
    /// version counts as 3.4, or as 3.3 when the owner wants it strict.
    /// </summary>
    public byte InterfaceVersion => _version;

    /// <summary>False when SMPP 3.3 is in use, which knows no optional parameters.</summary>
    public bool PeerTakesTlvs => _version >= SmppVersions.V34;

    /// <summary>
    /// Sent as congestion_state with the responses of a message centre in SMPP 5.0: 0 idle to 100 congested, best kept from 80 to 89. Null,
    /// the default, sends none.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is more than 100.</exception>
    public byte? CongestionState
    {
        get => Volatile.Read(ref _congestionState) is var state and >= 0 ? (byte)state : null;
        set
        {
            if (value is { } state) ArgumentOutOfRangeException.ThrowIfGreaterThan(state, (byte)100, nameof(value));
            Volatile.Write(ref _congestionState, value ?? -1);
        }
    }

    /// <summary>
    /// The last congestion_state that came with a response of a message centre in SMPP 5.0, 0 to 100; null before the first. Other values
    /// are passed over.
    /// </summary>
    public byte? PeerCongestionState => Volatile.Read(ref _peerCongestionState) is var state and >= 0 ? (byte)state : null;

    /// <summary>Unanswered requests allowed.</summary>
    public int WindowSize { get; private set; }

    /// <summary>Requests written and neither answered nor timed out.</summary>
    public int OutstandingCount => _outstanding?.Count ?? 0;

    /// <summary>Slots of the in-flight window that are free now.</summary>
    public int FreeSlots => Math.Max(0, Volatile.Read(ref _free));

    /// <summary>The most octets that waited for the socket at once; tests hold it to a bound.</summary>
    internal int MostPendingBytes
    {
        get
        {
            lock (_gate) return Math.Max(_output.MostPending, _output.Pending);
        }
    }

    /// <summary>Anything the owner wants to keep with the session. Default null.</summary>
    public object? Tag { get; set; }

    /// <summary>Takes free slots of the in-flight window, all or none; lock-free.</summary>
    /// <param name="slots">At least 1.</param>
    /// <returns>False when there are not so many, or the session takes no more requests.</returns>
    public bool TryReserve(int slots)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(slots, 1);
        if (!_accepting) return false;
        int free = Volatile.Read(ref _free);
        while (free >= slots)
        {
            int seen = Interlocked.CompareExchange(ref _free, free - slots, free);
            if (seen == free) return true;
            free = seen;
        }

        return false;
    }

    /// <summary>Gives back slots that were reserved and not used.</summary>
    /// <param name="slots">At least 1, and no more than were reserved.</param>
    public void Release(int slots)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(slots, 1);
        Interlocked.Add(ref _free, slots);
    }

    /// <summary>Sends submit_sm with one slot reserved before.</summary>
    /// <param name="pdu">The message. Its TLVs are left out for a peer of SMPP 3.3; what cannot do without them (message_payload, sar_*) is
    /// not encodable.</param>
    /// <param name="state">Comes back with the response, the time-out or the close.</param>
    public SendResult Submit(in SubmitSm pdu, object state)
    {
        if (!PeerTakesTlvs && !pdu.Tlvs.IsEmpty)
        {
            bool isTextLost = pdu.ShortMessage.IsEmpty && !pdu.Text.IsEmpty;
            if (isTextLost || IsPart(pdu.Tlvs)) return Refuse(SendResult.NotEncodable, usesWindow: true);
            SubmitSm plain = pdu;
            plain.Tlvs = default;
            return Submit(plain, state);
        }

        long now = _time.GetTimestamp();
        bool wake;
        lock (_gate)
        {
            if (!MaySend(CommandId.SubmitSm)) return Refuse(SendResult.NotSent, usesWindow: true);
            Span<byte> span = _output.GetSpan(PduHeader.Bytes + pdu.BodyLength);
            if (!pdu.TryWrite(span[PduHeader.Bytes..], out int bytes)) return Refuse(SendResult.NotEncodable, usesWindow: true);
            if (!pdu.Tlvs.IsEmpty) bytes = KeepKnownTlvs(span, bytes, pdu.Tlvs.Length);
            bool recorded = TryRecord(span, bytes, CommandId.SubmitSm, state, now, usesWindow: true);
            if (!recorded) return Refuse(SendResult.NotSent, usesWindow: true);
            wake = NeedsWake();
        }

        if (wake) _signal.Set(inline: false);
        return SendResult.Sent;
    }

    /// <summary>Sends deliver_sm with one slot reserved before.</summary>
    /// <param name="pdu">The message or receipt. Its TLVs are left out for a peer of SMPP 3.3; what cannot do without them (message_payload,
    /// sar_*) is not encodable.</param>
    /// <param name="state">Comes back with the response, the time-out or the close.</param>
    public SendResult Deliver(in DeliverSm pdu, object state)
    {
        if (!PeerTakesTlvs && !pdu.Tlvs.IsEmpty)
        {
            bool isTextLost = pdu.ShortMessage.IsEmpty && !pdu.Text.IsEmpty;
            if (isTextLost || IsPart(pdu.Tlvs)) return Refuse(SendResult.NotEncodable, usesWindow: true);
            DeliverSm plain = pdu;
            plain.Tlvs = default;
            return Deliver(plain, state);
        }

        long now = _time.GetTimestamp();
        bool wake;
        lock (_gate)
        {
            if (!MaySend(CommandId.DeliverSm)) return Refuse(SendResult.NotSent, usesWindow: true);
            Span<byte> span = _output.GetSpan(PduHeader.Bytes + pdu.BodyLength);
            if (!pdu.TryWrite(span[PduHeader.Bytes..], out int bytes)) return Refuse(SendResult.NotEncodable, usesWindow: true);
            if (!pdu.Tlvs.IsEmpty) bytes = KeepKnownTlvs(span, bytes, pdu.Tlvs.Length);
            bool recorded = TryRecord(span, bytes, CommandId.DeliverSm, state, now, usesWindow: true);
            if (!recorded) return Refuse(SendResult.NotSent, usesWindow: true);
            wake = NeedsWake();
        }

        if (wake) _signal.Set(inline: false);
        return SendResult.Sent;
    }

    /// <summary>
    /// Sends any request that carries messages or asks about them. TLVs that the peer's version does not know are left out.
    /// </summary>
    /// <param name="commandId">The operation; it must be one that this role may send in this state. alert_notification has no
    /// response.</param>
    /// <param name="body">The body as it goes on the wire.</param>
    /// <param name="state">Comes back with the response, the time-out or the close.</param>
    /// <param name="useWindow">True when one slot was reserved before; false for a request beside the window, of which there may be
    /// 16.</param>
    public SendResult Request(CommandId commandId, ReadOnlySpan<byte> body, object? state, bool useWindow)
    {
        if (PduHeader.Bytes + body.Length > PduFrame.DefaultMaxBytes) return Refuse(SendResult.NotEncodable, useWindow);
        int tlvBytes = _version >= SmppVersions.V50 ? 0 : TlvArea.Length(commandId, body);
        if (!PeerTakesTlvs && tlvBytes > 0 && new TlvReader(body[^tlvBytes..]).TryGet(TlvTag.MessagePayload, out _))
        {
            return Refuse(SendResult.NotEncodable, useWindow);
        }

        long now = _time.GetTimestamp();
        bool wake;
        lock (_gate)
        {
            if (!MaySend(commandId)) return Refuse(SendResult.NotSent, useWindow);
            Span<byte> span = _output.GetSpan(PduHeader.Bytes + body.Length);
            body.CopyTo(span[PduHeader.Bytes..]);
            int bytes = KeepKnownTlvs(span, body.Length, tlvBytes);
            if (!TryRecord(span, bytes, commandId, state, now, useWindow)) return Refuse(SendResult.NotSent, useWindow);
            wake = NeedsWake();
        }

        if (wake) _signal.Set(inline: false);
        return SendResult.Sent;
    }

    /// <summary>
    /// Answers a request, from any thread and at any time. Nothing is sent for what is never answered, or on a closed session.
    /// </summary>
    /// <param name="request">The header of the request.</param>
    /// <param name="status">Ok, or the error; an error response is a header only. See
    /// <see cref="CommandStatuses.ForVersion"/> for statuses that an older peer does not know.</param>
    /// <param name="messageId">The message id of submit_sm_resp, data_sm_resp, broadcast_sm_resp and submit_multi_resp (which then says
    /// that no destination failed), at most 64 octets; deliver_sm_resp always carries one null.</param>
    /// <exception cref="ArgumentOutOfRangeException">The message id is longer than 64 octets.</exception>
    public void Respond(in PduHeader request, CommandStatus status, ReadOnlySpan<byte> messageId)
    {
        const int LongestId = 64;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(messageId.Length, LongestId);
        Span<byte> body = stackalloc byte[LongestId + 2];
        var bytes = 0;
        if (status == CommandStatus.Ok)
        {
            switch (request.CommandId)
            {
                case CommandId.SubmitSm or CommandId.DataSm or CommandId.BroadcastSm:
                    messageId.CopyTo(body);
                    body[messageId.Length] = 0;
                    bytes = messageId.Length + 1;
                    break;
                case CommandId.SubmitMulti:
                    // Behind the id stands no_unsuccess: taken for all destinations.
                    messageId.CopyTo(body);
                    body[messageId.Length] = body[messageId.Length + 1] = 0;
                    bytes = messageId.Length + 2;
                    break;
                case CommandId.DeliverSm:
                    body[0] = 0;
                    bytes = 1;
                    break;
            }
        }

        Answer(request, status, body[..bytes], mayHaveTlvs: false);
    }

    /// <summary>
    /// Answers a request with a body of the caller's making, as query_sm_resp and a submit_multi_resp with failed destinations need it.
    /// </summary>
    /// <param name="request">The header of the request.</param>
    /// <param name="status">Ok, or the error; <see cref="CommandStatus.InvalidCommandId"/> goes out as generic_nack, which is the answer of
    /// the standard to an operation that is not served.</param>
    /// <param name="body">The body as it goes on the wire; empty for a header only.</param>
    public void RespondWithBody(in PduHeader request, CommandStatus status, ReadOnlySpan<byte> body) =>
        Answer(request, status, body, mayHaveTlvs: true);

    /// <inheritdoc cref="Name"/>
    public override string ToString() => Name;

    private void Answer(in PduHeader request, CommandStatus status, ReadOnlySpan<byte> body, bool mayHaveTlvs)
    {
        if (request.IsResponse || request.CommandId is CommandId.AlertNotification or CommandId.Outbind) return;
        if (status == CommandStatus.InvalidCommandId || !request.CommandId.IsAnswered())
        {
            Write(CommandId.GenericNack, status, request.SequenceNumber, default);
            return;
        }

        CommandId response = request.CommandId.ToResponse();
        bool needsFilter = mayHaveTlvs && _version < SmppVersions.V50 && !body.IsEmpty;
        Write(response, CommandStatuses.ForVersion(status, _version), request.SequenceNumber, body,
            needsFilter ? TlvArea.Length(response, body) : 0);
    }

    private void Write(CommandId commandId, CommandStatus status, uint sequenceNumber, ReadOnlySpan<byte> body, int tlvBytes = 0)
    {
        bool wake;
        bool tooMuch;
        lock (_gate)
        {
            if (_writerStopping || _state == SmppSessionState.Closed) return;
            _answersPending += Append(commandId, status, sequenceNumber, body, tlvBytes);
            tooMuch = _output.Pending > OutputMost;
            wake = NeedsWake();
        }

        if (wake) _signal.Set(inline: false);
        if (tooMuch) Cut(SmppCloseReason.WriteTimeout, "the peer does not read what is written to it");
    }

    private int Append(CommandId commandId, CommandStatus status, uint sequenceNumber, ReadOnlySpan<byte> body, int tlvBytes = 0)
    {
        const int CongestionBytes = Tlv.HeaderBytes + 1;
        Span<byte> span = _output.GetSpan(PduHeader.Bytes + body.Length + CongestionBytes);
        body.CopyTo(span[PduHeader.Bytes..]);
        int bytes = PduHeader.Bytes + (tlvBytes > 0 ? KeepKnownTlvs(span, body.Length, tlvBytes) : body.Length);
        if (_congestionState >= 0 && TakesCongestionState(commandId, body.Length))
        {
            var tlv = new TlvWriter(span[bytes..]);
            tlv.Add(TlvTag.CongestionState, (byte)_congestionState);
            bytes += tlv.Length;
        }

        new PduHeader((uint)bytes, commandId, status, sequenceNumber).Write(span);
        _output.Advance(bytes);
        return bytes;
    }

    // Behind a body that was left out, as in most error responses, a TLV would be read as its first field.
    private bool TakesCongestionState(CommandId response, int bodyBytes) =>
        Role == SmppRole.MessageCentre && _version >= SmppVersions.V50 && response.IsResponse() && response != CommandId.GenericNack
        && (bodyBytes > 0 || response is CommandId.CancelSmResp or CommandId.ReplaceSmResp
            or CommandId.CancelBroadcastSmResp);

    // In place, at the end of what was written behind the header; returns the octets of the body that stay.
    private int KeepKnownTlvs(Span<byte> span, int bodyBytes, int tlvBytes) =>
        bodyBytes - tlvBytes + TlvFilter.Keep(span.Slice(PduHeader.Bytes + bodyBytes - tlvBytes, tlvBytes), _version);

    private bool TryRecord(Span<byte> span, int bodyBytes, CommandId commandId, object? state, long now, bool usesWindow)
    {
        uint sequenceNumber = NextSequenceNumber();
        if (commandId.IsAnswered() && !_outstanding!.TryAdd(new OutstandingRequest(sequenceNumber, commandId, state, now, usesWindow)))
        {
            return false;
        }

        int bytes = PduHeader.Bytes + bodyBytes;
        new PduHeader((uint)bytes, commandId, CommandStatus.Ok, sequenceNumber).Write(span);
        _output.Advance(bytes);
        _lastMessageAt = now;
        return true;
    }

    // A number that is outstanding, or may still be answered late, is passed over after the count has gone round.
    private uint NextSequenceNumber()
    {
        while (true)
        {
            uint number = _nextSequenceNumber;
            _nextSequenceNumber = number >= LastSequenceNumber ? 1 : number + 1;
            if (_outstanding is not null && _outstanding.Contains(number)) continue;
            if (_expired.Count == 0 || !_expired.Contains(number)) return number;
        }
    }

    // Without its TLVs a part would arrive as a message of its own.
    private static bool IsPart(ReadOnlySpan<byte> tlvs) => new TlvReader(tlvs).TryGet(TlvTag.SarMsgRefNum, out _);

    private SendResult Refuse(SendResult result, bool usesWindow)
    {
        if (usesWindow) Release(1);
        return result;
    }

    // True when the writer sleeps and must be woken by the caller, outside the lock. During a batch of callbacks it is woken at the end.
    private bool NeedsWake()
    {
        if (!_writerIdle || _batchThread == Environment.CurrentManagedThreadId) return false;
        _writerIdle = false;
        return true;
    }

    private bool MaySend(CommandId commandId) =>
        _accepting && IsServed(commandId) && SessionRules.Judge(commandId, Role, _state) == RequestVerdict.Legal;

    // The broadcast family came with 5.0: to an older peer it is unknown.
    private bool IsServed(CommandId request) =>
        SessionRules.IsMessage(request) && (_version >= SmppVersions.V50 || !SessionRules.IsBroadcast(request));
}
