using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;

namespace Crosspoint.Smpp.Sessions;

public sealed partial class SmppSession
{
    private readonly Lock _callbacks = new();
    private readonly PipeReader _input;
    private byte[] _pieced = [];
    private PduHeader _bindHeader;
    private BindCredentials? _bindCredentials;
    private bool _windowOpened;
    private long _batchAt;

    private enum Next
    {
        ReadMore,
        Authenticate,
        End,
    }

    private int MaxPduBytes => IsBeforeBind(_state) ? _settings.MaxPreBindPduBytes : _settings.MaxPduBytes;

    private async Task ReadLoopAsync()
    {
        while (true)
        {
            ReadResult read = await _input.ReadAsync(CancellationToken.None).ConfigureAwait(false);
            Next next = HandleInput(read.Buffer, out SequencePosition used);
            if (next == Next.End) return;
            if (next == Next.Authenticate)
            {
                // What came behind the bind is looked at after its answer.
                _input.AdvanceTo(used);
                if (!await AnswerBindAsync().ConfigureAwait(false)) return;
                continue;
            }

            _input.AdvanceTo(used, read.Buffer.End);
            if (read.IsCompleted)
            {
                SetReason(_state == SmppSessionState.Unbound ? SmppCloseReason.UnboundByPeer : SmppCloseReason.ClosedByPeer, null);
                return;
            }

            Task? drained = WaitForOutputAsync();
            if (drained is not null) await drained.ConfigureAwait(false);
        }
    }

    // All whole PDUs at hand, with one wake of the writer and at most one OnWindowOpened at the end.
    private Next HandleInput(ReadOnlySequence<byte> unread, out SequencePosition used)
    {
        used = unread.Start;
        if (unread.IsEmpty) return Next.ReadMore;
        _batchAt = _time.GetTimestamp();
        var next = Next.ReadMore;
        lock (_callbacks)
        {
            _batchThread = Environment.CurrentManagedThreadId;
            try
            {
                while (next == Next.ReadMore)
                {
                    FrameResult frame = TakePdu(ref unread, out ReadOnlySpan<byte> pdu);
                    if (frame == FrameResult.NeedMoreData) break;
                    if (frame == FrameResult.InvalidLength)
                    {
                        RefuseStream(unread);
                        next = Next.End;
                        break;
                    }

                    PduHeader.TryRead(pdu, out PduHeader header);
                    next = Handle(header, pdu[PduHeader.Bytes..]);
                }

                if (_windowOpened && _accepting)
                {
                    _windowOpened = false;
                    _handler.OnWindowOpened(this);
                }
            }
            finally
            {
                _batchThread = 0;
            }
        }

        bool isAnyWhole = !used.Equals(unread.Start);
        used = unread.Start;
        if (isAnyWhole) Volatile.Write(ref _lastReceivedAt, _batchAt);
        if (unread.IsEmpty) Volatile.Write(ref _partialSince, 0);
        else if (isAnyWhole || Volatile.Read(ref _partialSince) == 0) Volatile.Write(ref _partialSince, Math.Max(1, _batchAt));
        Flush();
        return next;
    }

    // One PDU in some hundred crosses a border of the pipe's segments; as the codec reads spans, it is put together first.
    private FrameResult TakePdu(ref ReadOnlySequence<byte> unread, out ReadOnlySpan<byte> pdu)
    {
        ReadOnlySpan<byte> first = unread.FirstSpan;
        FrameResult frame = PduFrame.TryRead(first, MaxPduBytes, out int bytes);
        if (frame != FrameResult.NeedMoreData || unread.IsSingleSegment)
        {
            pdu = first[..bytes];
            if (bytes > 0) unread = unread.Slice(bytes);
            return frame;
        }

        frame = PduFrame.TryRead(ref unread, MaxPduBytes, out ReadOnlySequence<byte> pieces);
        pdu = frame == FrameResult.Complete ? PutTogether(pieces) : default;
        return frame;
    }

    private ReadOnlySpan<byte> PutTogether(ReadOnlySequence<byte> pdu)
    {
        int bytes = (int)pdu.Length;
        if (_pieced.Length < bytes)
        {
            if (_pieced.Length > 0) ArrayPool<byte>.Shared.Return(_pieced);
            _pieced = ArrayPool<byte>.Shared.Rent(bytes);
        }

        pdu.CopyTo(_pieced);
        return _pieced.AsSpan(0, bytes);
    }

    private void Flush()
    {
        lock (_gate)
        {
            if (!_writerIdle || _output.Pending == 0) return;
            _writerIdle = false;
        }

        _signal.Set(inline: true);
    }

    private Next Handle(in PduHeader header, ReadOnlySpan<byte> body)
    {
        if (header.IsResponse)
        {
            return HandleResponse(header, body);
        }

        switch (header.CommandId)
        {
            case CommandId.EnquireLink:
                Write(CommandId.EnquireLinkResp, CommandStatus.Ok, header.SequenceNumber, default);
                return Next.ReadMore;
            case CommandId.Unbind:
                HandleUnbind(header);
                return Next.ReadMore;
            case CommandId.BindReceiver or CommandId.BindTransmitter or CommandId.BindTransceiver:
                return HandleBind(header, body);
            case CommandId.Outbind:
                return HandleOutbind(body);
            default:
                if (IsServed(header.CommandId))
                {
                    HandleRequest(header, body);
                    return Next.ReadMore;
                }

                Log.UnknownRequest(_logger, Name, (uint)header.CommandId);
                Write(CommandId.GenericNack, CommandStatus.InvalidCommandId, header.SequenceNumber, default);
                return Next.ReadMore;
        }
    }

    private RequestVerdict Judge(CommandId request) =>
        SessionRules.Judge(request, Role == SmppRole.Esme ? SmppRole.MessageCentre : SmppRole.Esme, _state);

    private void HandleRequest(in PduHeader header, ReadOnlySpan<byte> body)
    {
        if (Judge(header.CommandId) != RequestVerdict.Legal)
        {
            Respond(header, CommandStatus.InvalidBindStatus, default);
            return;
        }

        _lastMessageAt = _batchAt;
        _handler.OnRequest(this, header, body);
    }

    private Next HandleResponse(in PduHeader header, ReadOnlySpan<byte> body)
    {
        switch (header.CommandId)
        {
            case CommandId.EnquireLinkResp:
                if (!body.IsEmpty && _version >= SmppVersions.V50 && Role == SmppRole.Esme) NoteCongestion(header.CommandId, body);
                return Next.ReadMore;
            case CommandId.UnbindResp:
                _unbindAnswered?.TrySetResult();
                return Next.ReadMore;
            case CommandId.BindReceiverResp or CommandId.BindTransmitterResp or CommandId.BindTransceiverResp:
                return HandleBindResponse(header, body);
            case CommandId.GenericNack when header.SequenceNumber == _bindSequenceNumber && IsBeforeBind(_state):
                return HandleBindResponse(header, body);
            case CommandId.GenericNack when header.SequenceNumber == _unbindSequenceNumber && _unbindAnswered is not null:
                _unbindAnswered.TrySetResult();
                return Next.ReadMore;
        }

        OutstandingRequest request;
        var late = false;
        lock (_gate)
        {
            if (_outstanding is null) return Next.ReadMore;
            if (!_outstanding.TryTake(header.SequenceNumber, header.CommandId, out request))
            {
                late = _expired.Count > 0 && _expired.TryTake(header.SequenceNumber, header.CommandId, out request);
                if (!late)
                {
                    Log.UnknownResponse(_logger, Name, (uint)header.CommandId, header.SequenceNumber);
                    return Next.ReadMore;
                }
            }
            else if (_outstanding.Count == 0)
            {
                _allAnswered?.TrySetResult();
            }
        }

        if (!late && request.UsesWindow)
        {
            Interlocked.Increment(ref _free);
            _windowOpened = true;
        }

        if (_version >= SmppVersions.V50 && Role == SmppRole.Esme) NoteCongestion(header.CommandId, body);
        _lastMessageAt = _batchAt;
        _handler.OnResponse(this, header, body, request.State, _time.GetElapsedTime(request.WrittenAt, _batchAt), late);
        return Next.ReadMore;
    }

    private void NoteCongestion(CommandId response, ReadOnlySpan<byte> body)
    {
        int bytes = TlvArea.Length(response, body);
        if (bytes == 0) return;
        bool says = new TlvReader(body[^bytes..]).TryGetByte(TlvTag.CongestionState, out byte state);
        if (says && state <= 100) Volatile.Write(ref _peerCongestionState, state);
    }

    private void HandleUnbind(in PduHeader header)
    {
        if (Judge(CommandId.Unbind) != RequestVerdict.Legal)
        {
            Write(CommandId.UnbindResp, CommandStatus.InvalidBindStatus, header.SequenceNumber, default);
            return;
        }

        bool isFirst = false;
        lock (_gate)
        {
            isFirst = _accepting;
            _accepting = false;
            if (_state != SmppSessionState.Closed) _state = SmppSessionState.Unbound;
        }

        if (Volatile.Read(ref _unboundAt) == 0) Volatile.Write(ref _unboundAt, Math.Max(1, _batchAt));
        Write(CommandId.UnbindResp, CommandStatus.Ok, header.SequenceNumber, default);
        if (isFirst) _handler.OnUnbound(this);
    }

    private Next HandleOutbind(ReadOnlySpan<byte> body)
    {
        if (_settings.AnswerToOutbind is null || Judge(CommandId.Outbind) != RequestVerdict.Legal)
        {
            Log.OutbindIgnored(_logger, Name);
            return Next.ReadMore;
        }

        SmppClientOptions? bind =
            Outbind.TryRead(body, out Outbind pdu).IsOk ? _settings.AnswerToOutbind(this, pdu.SystemId, pdu.Password) : null;
        if (bind is null)
        {
            SetReason(SmppCloseReason.BindRefused, "the outbind was refused");
            return Next.End;
        }

        lock (_gate)
        {
            if (_state != SmppSessionState.Open) return Next.End;
            _state = SmppSessionState.Outbound;
        }

        _ = BindAsync(bind);
        return Next.ReadMore;
    }

    private Next HandleBind(in PduHeader header, ReadOnlySpan<byte> body)
    {
        RequestVerdict verdict = Judge(header.CommandId);
        if (verdict != RequestVerdict.Legal)
        {
            CommandStatus refusal =
                verdict == RequestVerdict.AlreadyBound ? CommandStatus.AlreadyBound : CommandStatus.InvalidBindStatus;
            Write(header.CommandId.ToResponse(), refusal, header.SequenceNumber, default);
            return Next.ReadMore;
        }

        DecodeResult result = BindRequest.TryRead(body, out BindRequest bind);
        if (!result.IsOk)
        {
            Write(header.CommandId.ToResponse(), result.Status, header.SequenceNumber, default);
            return Next.ReadMore;
        }

        _bindHeader = header;
        _bindCredentials = new BindCredentials(
            header.CommandId,
            Encoding.Latin1.GetString(bind.SystemId),
            Encoding.Latin1.GetString(bind.Password),
            Encoding.Latin1.GetString(bind.SystemType),
            bind.InterfaceVersion,
            bind.AddrTon,
            bind.AddrNpi,
            Encoding.Latin1.GetString(bind.AddressRange),
            RemoteEndPoint);
        return Next.Authenticate;
    }

    private async Task<bool> AnswerBindAsync()
    {
        BindCredentials credentials = _bindCredentials!;
        _bindCredentials = null;
        BindDecision decision;
        var ended = new CancellationTokenSource();
        _endAuthentication = ended.Cancel;
        if (Volatile.Read(ref _socketClosed) == 1) return false;
        Volatile.Write(ref _authenticating, true);
        try
        {
            decision = await ((ISmppServerHandler)_handler).AuthenticateAsync(this, credentials, ended.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            return false;
        }
#pragma warning disable CA1031 // An owner that fails to decide must not take the listener down.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.HandlerFailed(_logger, exception, Name);
            decision = new BindDecision(CommandStatus.SystemError, 0);
        }
        finally
        {
            Volatile.Write(ref _authenticating, false);
            _endAuthentication = null;
        }

        if (decision.Status == CommandStatus.Ok)
        {
            AcceptBind(credentials, decision.InFlightWindow > 0 ? decision.InFlightWindow : _settings.WindowSize);
            return true;
        }

        byte version = SmppVersions.Common(_version, credentials.InterfaceVersion);
        CommandStatus refusal = CommandStatuses.ForVersion(decision.Status, version);
        Write(_bindHeader.CommandId.ToResponse(), refusal, _bindHeader.SequenceNumber, default);
        SetReason(SmppCloseReason.BindRefused, CommandStatuses.Name(decision.Status));
        return false;
    }

    private void AcceptBind(BindCredentials credentials, int window)
    {
        Span<byte> body = stackalloc byte[32];
        int bytes = Encoding.Latin1.GetBytes(_settings.SystemId, body);
        body[bytes++] = 0;
        if (credentials.InterfaceVersion >= SmppVersions.V34 && _settings.InterfaceVersion >= SmppVersions.V34)
        {
            var tlvs = new TlvWriter(body[bytes..]);
            tlvs.Add(TlvTag.ScInterfaceVersion, _settings.InterfaceVersion);
            bytes += tlvs.Length;
        }

        // The answer goes into the output before the session takes requests, so that nothing can overtake it.
        Write(_bindHeader.CommandId.ToResponse(), CommandStatus.Ok, _bindHeader.SequenceNumber, body[..bytes]);
        byte version = credentials.InterfaceVersion;
        BecomeBound(credentials.Operation, credentials.SystemId, version, version, window);
        lock (_callbacks)
        {
            _handler.OnBound(this);
        }
    }

    private Next HandleBindResponse(in PduHeader header, ReadOnlySpan<byte> body)
    {
        if (!IsBeforeBind(_state) || header.SequenceNumber != _bindSequenceNumber || _bindCommand == CommandId.None)
        {
            Log.UnknownResponse(_logger, Name, (uint)header.CommandId, header.SequenceNumber);
            return Next.ReadMore;
        }

        // A body that cannot be read does not undo a bind that the peer has accepted: only its names are lost.
        BindResponse.TryRead(body, out BindResponse response);
        if (header.CommandStatus != CommandStatus.Ok || header.CommandId == CommandId.GenericNack)
        {
            SetReason(SmppCloseReason.BindRefused, CommandStatuses.Name(header.CommandStatus));
            _bindAnswered.TrySetResult(header.CommandStatus);
            return Next.End;
        }

        byte version = response.ScInterfaceVersion ?? 0;
        string systemId = Encoding.Latin1.GetString(response.SystemId);

        // Many 3.4 carriers leave their version out.
        byte assumed = _settings.StrictInterfaceVersion ? SmppVersions.V33 : SmppVersions.V34;
        BecomeBound(_bindCommand, systemId, version, response.ScInterfaceVersion ?? assumed, WindowSize);
        _handler.OnBound(this);
        _bindAnswered.TrySetResult(CommandStatus.Ok);
        return Next.ReadMore;
    }

    private void BecomeBound(CommandId bind, string systemId, byte version, byte assumedVersion, int window)
    {
        SystemId = systemId;
        PeerInterfaceVersion = version;
        WindowSize = window;
        lock (_gate)
        {
            _version = SmppVersions.Common(_settings.InterfaceVersion, assumedVersion);
            _outstanding = new OutstandingTable(window + RequestsBesideWindow);
            _free = window;
            _lastMessageAt = _time.GetTimestamp();
            _wasBound = true;
            if (!IsBeforeBind(_state)) return;
            _state = bind switch
            {
                CommandId.BindTransmitter => SmppSessionState.BoundTx,
                CommandId.BindReceiver => SmppSessionState.BoundRx,
                _ => SmppSessionState.BoundTrx,
            };
            _accepting = true;
        }
    }

    // The stream can no longer be trusted: one generic_nack, then the end (SMPP v3.4 §4.3).
    private void RefuseStream(ReadOnlySequence<byte> rest)
    {
        Span<byte> start = stackalloc byte[PduHeader.Bytes];
        int bytes = (int)Math.Min(rest.Length, PduHeader.Bytes);
        rest.Slice(0, bytes).CopyTo(start);
        uint sequenceNumber = PduHeader.TryRead(start[..bytes], out PduHeader header) ? header.SequenceNumber : 0;
        Write(CommandId.GenericNack, CommandStatus.InvalidCommandLength, sequenceNumber, default);
        SetReason(SmppCloseReason.InvalidPdu, "a PDU of impossible length");
    }

    private Task? WaitForOutputAsync()
    {
        lock (_gate)
        {
            if (_answersPending < OutputHighWater || _writerStopping) return null;
            _outputDrained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _outputDrained.Task;
        }
    }
}
