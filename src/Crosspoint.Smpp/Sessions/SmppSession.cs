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
    private volatile bool _peerTakesTlvs = true;
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
        ILogger logger)
    {
        Name = name;
        Role = role;
        WindowSize = settings.WindowSize;
        RemoteEndPoint = socket.RemoteEndPoint;
        _socket = socket;
        _stream = stream;
        _input = PipeReader.Create(stream, InputOptions);
        _settings = settings;
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

    /// <summary>The peer's address.</summary>
    public EndPoint? RemoteEndPoint { get; }

    /// <summary>The peer's system_id, read as Latin-1; null before the bind.</summary>
    public string? SystemId { get; private set; }

    /// <summary>The peer's interface version, for example 0x34; 0 when it does not say.</summary>
    public byte PeerInterfaceVersion { get; private set; }

    /// <summary>False for a peer that says it speaks SMPP 3.3, which knows no optional parameters. True before the bind.</summary>
    public bool PeerTakesTlvs => _peerTakesTlvs;

    /// <summary>Unanswered requests allowed.</summary>
    public int WindowSize { get; private set; }

    /// <summary>Requests written and neither answered nor timed out.</summary>
    public int OutstandingCount => _outstanding?.Count ?? 0;

    /// <summary>Slots of the in-flight window that are free now.</summary>
    public int FreeSlots => Math.Max(0, Volatile.Read(ref _free));

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
        if (!_peerTakesTlvs && !pdu.Tlvs.IsEmpty)
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
        if (!_peerTakesTlvs && !pdu.Tlvs.IsEmpty)
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
            bool recorded = TryRecord(span, bytes, CommandId.DeliverSm, state, now, usesWindow: true);
            if (!recorded) return Refuse(SendResult.NotSent, usesWindow: true);
            wake = NeedsWake();
        }

        if (wake) _signal.Set(inline: false);
        return SendResult.Sent;
    }

    /// <summary>Sends any request that carries messages or asks about them.</summary>
    /// <param name="commandId">The operation; it must be one that this role may send in this state. alert_notification has no
    /// response.</param>
    /// <param name="body">The body as it goes on the wire.</param>
    /// <param name="state">Comes back with the response, the time-out or the close.</param>
    /// <param name="useWindow">True when one slot was reserved before; false for a request beside the window, of which there may be
    /// 16.</param>
    public SendResult Request(CommandId commandId, ReadOnlySpan<byte> body, object? state, bool useWindow)
    {
        if (PduHeader.Bytes + body.Length > PduFrame.DefaultMaxBytes) return Refuse(SendResult.NotEncodable, useWindow);
        long now = _time.GetTimestamp();
        bool wake;
        lock (_gate)
        {
            if (!MaySend(commandId)) return Refuse(SendResult.NotSent, useWindow);
            Span<byte> span = _output.GetSpan(PduHeader.Bytes + body.Length);
            body.CopyTo(span[PduHeader.Bytes..]);
            if (!TryRecord(span, body.Length, commandId, state, now, useWindow)) return Refuse(SendResult.NotSent, useWindow);
            wake = NeedsWake();
        }

        if (wake) _signal.Set(inline: false);
        return SendResult.Sent;
    }

    /// <summary>
    /// Answers a request, from any thread and at any time. Nothing is sent for what is never answered, or on a closed session.
    /// </summary>
    /// <param name="request">The header of the request.</param>
    /// <param name="status">Ok, or the error; an error response is a header only.</param>
    /// <param name="messageId">The message id of submit_sm_resp, data_sm_resp and submit_multi_resp (which then says that no
    /// destination failed), at most 64 octets; deliver_sm_resp always carries one null.</param>
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
                case CommandId.SubmitSm or CommandId.DataSm:
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

        RespondWithBody(request, status, body[..bytes]);
    }

    /// <summary>Answers a request with a body of the caller's making, as query_sm_resp and a submit_multi_resp with failed destinations need it.</summary>
    /// <param name="request">The header of the request.</param>
    /// <param name="status">Ok, or the error; <see cref="CommandStatus.InvalidCommandId"/> goes out as generic_nack, which is the answer of
    /// the standard to an operation that is not served.</param>
    /// <param name="body">The body as it goes on the wire; empty for a header only.</param>
    public void RespondWithBody(in PduHeader request, CommandStatus status, ReadOnlySpan<byte> body)
    {
        if (request.IsResponse || request.CommandId is CommandId.AlertNotification or CommandId.Outbind) return;
        if (status == CommandStatus.InvalidCommandId || !request.CommandId.IsAnswered())
        {
            Write(CommandId.GenericNack, status, request.SequenceNumber, default);
            return;
        }

        Write(request.CommandId.ToResponse(), status, request.SequenceNumber, body);
    }

    /// <inheritdoc cref="Name"/>
    public override string ToString() => Name;

    private void Write(CommandId commandId, CommandStatus status, uint sequenceNumber, ReadOnlySpan<byte> body)
    {
        bool wake;
        bool tooMuch;
        lock (_gate)
        {
            if (_writerStopping || _state == SmppSessionState.Closed) return;
            Append(commandId, status, sequenceNumber, body);
            _answersPending += PduHeader.Bytes + body.Length;
            tooMuch = _output.Pending > OutputMost;
            wake = NeedsWake();
        }

        if (wake) _signal.Set(inline: false);
        if (tooMuch) Cut(SmppCloseReason.WriteTimeout, "the peer does not read what is written to it");
    }

    private void Append(CommandId commandId, CommandStatus status, uint sequenceNumber, ReadOnlySpan<byte> body)
    {
        int bytes = PduHeader.Bytes + body.Length;
        Span<byte> span = _output.GetSpan(bytes);
        new PduHeader((uint)bytes, commandId, status, sequenceNumber).Write(span);
        body.CopyTo(span[PduHeader.Bytes..]);
        _output.Advance(bytes);
    }

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

    private bool MaySend(CommandId commandId) => _accepting && IsLegal(commandId, Role, _state);

    /// <summary>Whether a role may send a request in a state (SMPP v3.4 §2.3); link operations are not in question here.</summary>
    private static bool IsLegal(CommandId commandId, SmppRole sender, SmppSessionState state) => commandId switch
    {
        CommandId.SubmitSm or CommandId.SubmitMulti or CommandId.QuerySm or CommandId.CancelSm or CommandId.ReplaceSm =>
            sender == SmppRole.Esme && (state is SmppSessionState.BoundTx or SmppSessionState.BoundTrx),
        CommandId.DeliverSm or CommandId.AlertNotification =>
            sender == SmppRole.MessageCentre && (state is SmppSessionState.BoundRx or SmppSessionState.BoundTrx),
        CommandId.DataSm => state == SmppSessionState.BoundTrx
            || state == (sender == SmppRole.Esme ? SmppSessionState.BoundTx : SmppSessionState.BoundRx),
        _ => false,
    };
}
