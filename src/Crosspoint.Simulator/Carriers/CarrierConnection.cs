using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Crosspoint.Simulator.Behaviours;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;

namespace Crosspoint.Simulator.Carriers;

/// <summary>
/// A customer's TCP connection as the carrier sees it. It has a reader and a writer of its own, because a carrier under test must
/// be able to do what a correct session refuses to do: fall silent, answer late or never, write nonsense.
/// </summary>
internal sealed partial class CarrierConnection
{
    private const int ReadBytes = 32 * 1024;

    // The customer does not read: the carrier stops reading too, as TCP would make it.
    private const int OutputLimit = 1024 * 1024;

    private const int ClosingTicksMost = 20;

    private static readonly TimeSpan BindLimit = TimeSpan.FromSeconds(10);

    private readonly SimulatedCarrier _carrier;
    private readonly Socket _socket;
    private readonly TimeProvider _time;
    private readonly long _openedAt;
    private long _receivedAt;
    private bool _isProbed;
    private int _submits;
    private bool _hasDelivered;
    private int _closingTicks;

    public CarrierConnection(SimulatedCarrier carrier, Socket socket, TimeProvider time)
    {
        _carrier = carrier;
        _socket = socket;
        _time = time;
        _openedAt = _receivedAt = time.GetTimestamp();
        _nextSequence = carrier.Behaviour.FirstSequence;
        RemoteEndPoint = socket.RemoteEndPoint as IPEndPoint;
    }

    public IPEndPoint? RemoteEndPoint { get; }

    /// <summary>Null until bound.</summary>
    public Customer? Customer { get; private set; }

    public CommandId BoundAs { get; private set; }

    public bool IsClosed => Volatile.Read(ref _isClosed);

    public bool CanReceive => BoundAs is CommandId.BindReceiver or CommandId.BindTransceiver;

    private bool CanSubmit => BoundAs is CommandId.BindTransmitter or CommandId.BindTransceiver;

    /// <summary>Ends the bind as a carrier does that goes out of service: with an unbind, and without waiting for the answer.</summary>
    public void Unbind()
    {
        AppendRequest(CommandId.Unbind);
        Close();
    }

    /// <summary>Ends the connection with a RST: what was written may never arrive.</summary>
    public void Reset()
    {
        lock (_gate) _isReset = _isClosing = true;
        Finish();
    }

    /// <summary>Reads until the connection ends.</summary>
    public async Task RunAsync()
    {
        var buffer = new byte[ReadBytes];
        var filled = 0;
        try
        {
            while (!IsClosed)
            {
                int read = await _socket.ReceiveAsync(buffer.AsMemory(filled), SocketFlags.None, CancellationToken.None)
                    .ConfigureAwait(false);
                if (read == 0) break;
                filled += read;
                _receivedAt = _time.GetTimestamp();
                _isProbed = false;
                Cork();
                int used = Process(buffer.AsSpan(0, filled));
                if (_hasDelivered)
                {
                    _hasDelivered = false;
                    Customer?.Pump();
                }

                Uncork();
                if (used < 0) break;
                filled -= used;
                buffer.AsSpan(used, filled).CopyTo(buffer);
                if (filled >= PduHeader.Bytes && filled == buffer.Length) Array.Resize(ref buffer, PduFrame.DefaultMaxBytes);
                await WaitForOutputAsync().ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The customer, or the carrier's own behaviour, ended the connection: the ordinary end of a simulated link.
        }
        finally
        {
            Close();
        }
    }

    /// <summary>Looks after everything that depends on time. Called several times a second.</summary>
    public void Tick()
    {
        if (IsClosing)
        {
            // The last bytes have had their time: the customer does not read them.
            if (++_closingTicks == ClosingTicksMost) _socket.Dispose();
            return;
        }

        CarrierBehaviour behaviour = _carrier.Behaviour;
        TimeSpan silence = _time.GetElapsedTime(_receivedAt);
        if (Customer is null && _time.GetElapsedTime(_openedAt) >= BindLimit)
        {
            Close();
            return;
        }

        DisconnectBehaviour disconnect = behaviour.Disconnect;
        bool isOld = disconnect.Every > TimeSpan.Zero && _time.GetElapsedTime(_openedAt) >= disconnect.Every;
        if (isOld || (disconnect.Idle > TimeSpan.Zero && silence >= disconnect.Idle))
        {
            _carrier.Counts.Disconnects.Add();
            Close();
            return;
        }

        if (Customer is not null && !behaviour.Stall) ReturnExpired(behaviour.Redelivery.Timeout);
        if (behaviour.EnquireLink <= TimeSpan.Zero || Customer is null || behaviour.Stall) return;
        if (silence >= behaviour.EnquireLink * 2)
        {
            Close();
        }
        else if (silence >= behaviour.EnquireLink && !_isProbed)
        {
            _isProbed = true;
            AppendRequest(CommandId.EnquireLink);
        }
    }

    /// <summary>Handles every whole PDU; gives the bytes used, or -1 when the stream can no longer be followed.</summary>
    private int Process(ReadOnlySpan<byte> input)
    {
        var used = 0;
        while (true)
        {
            FrameResult result = PduFrame.TryRead(input[used..], PduFrame.DefaultMaxBytes, out int length);
            if (result == FrameResult.NeedMoreData) return used;
            if (result == FrameResult.InvalidLength)
            {
                _carrier.Counts.InvalidPdus.Add();
                Append(CommandId.GenericNack, CommandStatus.InvalidCommandLength, 0, default);
                return -1;
            }

            ReadOnlySpan<byte> pdu = input.Slice(used, length);
            used += length;
            PduHeader.TryRead(pdu, out PduHeader header);
            if (!Handle(header, pdu[PduHeader.Bytes..])) return -1;
        }
    }

    /// <summary>False ends the connection.</summary>
    private bool Handle(in PduHeader header, ReadOnlySpan<byte> body)
    {
        if (_carrier.Behaviour.Stall)
        {
            _carrier.OnIgnored(this, header, body);
            return true;
        }

        if (header.CommandId.IsResponse())
        {
            OnResponse(header);
            return true;
        }

        switch (header.CommandId)
        {
            case CommandId.SubmitSm or CommandId.DataSm when CanSubmit:
                int after = _carrier.Behaviour.Disconnect.AfterSubmits;
                _submits++;
                if (after > 0 && _submits >= after)
                {
                    _carrier.OnIgnored(this, header, body);
                    _carrier.Counts.Disconnects.Add();
                    return false;
                }

                _carrier.OnSubmit(this, header, body);
                return true;
            case CommandId.QuerySm when CanSubmit:
                _carrier.OnQuery(this, header, body);
                return true;
            case CommandId.CancelSm when CanSubmit:
                Append(CommandId.CancelSmResp, _carrier.OnCancel(this, body), header.SequenceNumber, default);
                return true;
            case CommandId.ReplaceSm when CanSubmit:
                Append(CommandId.ReplaceSmResp, _carrier.OnReplace(this, body), header.SequenceNumber, default);
                return true;
            case CommandId.EnquireLink:
                _carrier.Counts.EnquireLinks.Add();
                Append(CommandId.EnquireLinkResp, CommandStatus.Ok, header.SequenceNumber, default);
                return true;
            case CommandId.BindReceiver or CommandId.BindTransmitter or CommandId.BindTransceiver:
                return Bind(header, body);
            case CommandId.Unbind:
                Append(CommandId.UnbindResp, CommandStatus.Ok, header.SequenceNumber, default);
                return false;
            case CommandId.SubmitSm or CommandId.DataSm or CommandId.QuerySm
                or CommandId.CancelSm or CommandId.ReplaceSm or CommandId.DeliverSm:
                Append(header.CommandId.ToResponse(), CommandStatus.InvalidBindStatus, header.SequenceNumber, default);
                return true;
            default:
                _carrier.Counts.InvalidPdus.Add();
                Append(CommandId.GenericNack, CommandStatus.InvalidCommandId, header.SequenceNumber, default);
                return true;
        }
    }

    private bool Bind(in PduHeader header, ReadOnlySpan<byte> body)
    {
        CommandStatus status = Judge(header.CommandId, body, out Customer? customer, out byte version);
        if (status != CommandStatus.Ok)
        {
            _carrier.OnBindRefused(this, status);
            Append(header.CommandId.ToResponse(), status, header.SequenceNumber, default);
            return Customer is not null;
        }

        Span<byte> answer = stackalloc byte[64];
        Span<byte> tlvArea = stackalloc byte[8];
        var tlvs = new TlvWriter(tlvArea);
        if (version >= 0x34) tlvs.Add(TlvTag.ScInterfaceVersion, (byte)0x34);
        var response = new BindResponse { SystemId = _carrier.SystemId, Tlvs = tlvs.Written };
        response.TryWrite(answer, out int length);
        Append(header.CommandId.ToResponse(), CommandStatus.Ok, header.SequenceNumber, answer[..length]);
        BoundAs = header.CommandId;
        Customer = customer;
        _carrier.OnBound(this);
        // After the answer is in the output: nothing may overtake it.
        if (CanReceive) customer!.AddReceiver(this);
        return true;
    }

    private CommandStatus Judge(CommandId commandId, ReadOnlySpan<byte> body, out Customer? customer, out byte version)
    {
        customer = null;
        version = 0;
        DecodeResult decoded = BindRequest.TryRead(body, out BindRequest request);
        if (!decoded.IsOk) return decoded.Status;
        version = request.InterfaceVersion;
        CarrierBehaviour behaviour = _carrier.Behaviour;
        if (Customer is not null) return CommandStatus.AlreadyBound;
        string systemId = Encoding.Latin1.GetString(request.SystemId);
        bool isMeant = behaviour.Disconnect.SystemId is "" || behaviour.Disconnect.SystemId == systemId;
        if (behaviour.Disconnect.RefuseBinds && isMeant) return behaviour.Disconnect.BindStatus;
        customer = _carrier.FindCustomer(systemId);
        if (customer is null) return CommandStatus.InvalidSystemId;
        if (customer.Password is { } password && !request.Password.SequenceEqual(password)) return CommandStatus.InvalidPassword;
        return customer.TryEnter(behaviour.MaxBinds) ? CommandStatus.Ok : CommandStatus.AlreadyBound;
    }

    private void OnResponse(in PduHeader header)
    {
        Delivery? delivery = TakeOutstanding(header.SequenceNumber);
        if (delivery is null) return;
        _hasDelivered = true;
        _carrier.OnDelivered(delivery, header.CommandStatus);
    }

    /// <summary>Answers a submission. An early receipt goes before the answer, into the same bytes where the same bind takes it.</summary>
    public void Answer(CommandId commandId, CommandStatus status, uint sequence, ReadOnlySpan<byte> messageId, Delivery? early)
    {
        if (early is not null) early.To!.Enqueue(early, isFirst: true);
        Span<byte> body = stackalloc byte[MessageIds.MaxBytes + 1];
        messageId.CopyTo(body);
        body[messageId.Length] = 0;
        bool isBare = status != CommandStatus.Ok && _carrier.Behaviour.ErrorBody == ErrorBody.None;
        Append(commandId.ToResponse(), status, sequence, isBare ? default : body[..(messageId.Length + 1)]);
    }

    public void AnswerQuery(uint sequence, CommandStatus status, ReadOnlySpan<byte> body) =>
        Append(CommandId.QuerySmResp, status, sequence, body);

    /// <summary>Writes a PDU that no correct peer would write, of the kind that leaves the stream intact.</summary>
    public void SendGarbage(int kind)
    {
        Span<byte> body = stackalloc byte[64];
        switch (CanReceive ? kind % 6 : kind % 4)
        {
            case 0:
                AppendRequest((CommandId)0x0000_0FFF, body[..4]);
                break;
            case 1:
                Append(CommandId.SubmitSmResp, CommandStatus.Ok, 0x7FFF_FFF0, "0\0"u8);
                break;
            case 2:
                Append(CommandId.EnquireLinkResp, CommandStatus.Ok, 0x7FFF_FFF1, default);
                break;
            case 3:
                Append(CommandId.GenericNack, CommandStatus.InvalidCommandId, 0x7FFF_FFF2, default);
                break;
            case 4:
                // sm_length is one more than the octets that follow.
                var message = new DeliverSm { SourceAddr = new SmppAddress(1, 1, "15550000"u8), ShortMessage = "broken"u8 };
                message.TryWrite(body, out int length);
                body[length - 7]++;
                AppendRequest(CommandId.DeliverSm, body[..length]);
                break;
            default:
                // Ends inside the source address.
                AppendRequest(CommandId.DeliverSm, "\0\u0001\u00011555"u8);
                break;
        }
    }

    private void AppendRequest(CommandId commandId, ReadOnlySpan<byte> body = default)
    {
        uint sequence;
        lock (_gate) sequence = NextSequence();
        Append(commandId, CommandStatus.Ok, sequence, body);
    }

    private static void WriteHeader(Span<byte> destination, int length, CommandId commandId, CommandStatus status, uint sequence)
    {
        BinaryPrimitives.WriteUInt32BigEndian(destination[12..], sequence);
        BinaryPrimitives.WriteUInt32BigEndian(destination[8..], (uint)status);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], (uint)commandId);
        BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)length);
    }
}
