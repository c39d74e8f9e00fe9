using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;

namespace Crosspoint.Server.Tests.Support;

/// <summary>A PDU as it came.</summary>
internal sealed record ReceivedPdu(PduHeader Header, byte[] Body)
{
    public CommandStatus Status => Header.CommandStatus;

    /// <summary>The message_id of a response.</summary>
    public string Id
    {
        get
        {
            Status.ShouldBe(CommandStatus.Ok);
            int end = Array.IndexOf(Body, (byte)0);
            return Encoding.ASCII.GetString(Body, 0, end < 0 ? Body.Length : end);
        }
    }
}

/// <summary>A deliver_sm as it came.</summary>
internal sealed record ReceivedDelivery(string From, string To, byte EsmClass, byte DataCoding, byte[] Octets, byte[] Tlvs, uint SequenceNumber)
{
    public string Text => Encoding.ASCII.GetString(Octets);

    /// <summary>The word behind stat:, and the id.</summary>
    public (string Id, string State) Receipt
    {
        get
        {
            DeliveryReceipt.TryParse(Octets, new TlvReader(Tlvs), out DeliveryReceipt receipt).ShouldBeTrue(Text);
            receipt.TlvId.SequenceEqual(receipt.TextId).ShouldBeTrue();
            return (Encoding.ASCII.GetString(receipt.TextId), Encoding.ASCII.GetString(receipt.StateText));
        }
    }
}

/// <summary>An SMPP customer that writes and reads bare PDUs, so that it can misbehave.</summary>
internal sealed class TestCustomer : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly Queue<ReceivedPdu> _requests = new();
    private uint _sequence;

    /// <summary>Answers deliver_sm with this status as they are read; null leaves them without an answer.</summary>
    public CommandStatus? Answer { get; set; } = CommandStatus.Ok;

    public static async Task<TestCustomer> ConnectAsync(IPEndPoint endPoint)
    {
        var customer = new TestCustomer();
        await customer._socket.ConnectAsync(endPoint);
        return customer;
    }

    public static async Task<TestCustomer> BindAsync(
        IPEndPoint endPoint, string systemId = "demo", CommandId bind = CommandId.BindTransceiver, byte version = 0x34)
    {
        TestCustomer customer = await ConnectAsync(endPoint);
        (await customer.BindAsync(systemId, "secret", bind, version)).ShouldBe(CommandStatus.Ok);
        return customer;
    }

    public async Task<CommandStatus> BindAsync(
        string systemId, string password, CommandId bind = CommandId.BindTransceiver, byte version = 0x34)
    {
        var body = new byte[64];
        var request = new BindRequest
        {
            SystemId = Encoding.ASCII.GetBytes(systemId),
            Password = Encoding.ASCII.GetBytes(password),
            InterfaceVersion = version,
        };
        request.TryWrite(body, out int length).ShouldBeTrue();
        return (await CallAsync(bind, body[..length])).Status;
    }

    /// <summary>A submit_sm from +15550001000; what a test needs otherwise it changes.</summary>
    public static byte[] Submit(
        string to = "15557770001", string text = "hello", byte registered = 1, byte esmClass = 0, byte[]? octets = null, byte dataCoding = 0,
        string schedule = "", string validity = "", byte priority = 0, byte replace = 0, byte[]? tlvs = null, string from = "15550001000",
        byte fromTon = 1, byte toTon = 1, string serviceType = "", byte defaultId = 0)
    {
        var pdu = new SubmitSm
        {
            ServiceType = Encoding.ASCII.GetBytes(serviceType),
            SourceAddr = new SmppAddress(fromTon, 1, Encoding.ASCII.GetBytes(from)),
            DestinationAddr = new SmppAddress(toTon, 1, Encoding.ASCII.GetBytes(to)),
            EsmClass = esmClass,
            PriorityFlag = priority,
            ScheduleDeliveryTime = Encoding.ASCII.GetBytes(schedule),
            ValidityPeriod = Encoding.ASCII.GetBytes(validity),
            RegisteredDelivery = registered,
            ReplaceIfPresentFlag = replace,
            DataCoding = dataCoding,
            SmDefaultMsgId = defaultId,
            ShortMessage = octets ?? Encoding.ASCII.GetBytes(text),
            Tlvs = tlvs,
        };
        var body = new byte[pdu.BodyLength];
        pdu.TryWrite(body, out _).ShouldBeTrue();
        return body;
    }

    /// <summary>A part with a user data header of 8-bit references.</summary>
    public static byte[] Part(byte reference, byte total, byte number, string text, byte registered = 1, string to = "15557770001") =>
        Submit(to: to, registered: registered, esmClass: EsmClass.Udhi, octets: [5, 0, 3, reference, total, number, .. Encoding.ASCII.GetBytes(text)]);

    public static byte[] Query(string id, string from = "15550001000", byte ton = 1)
    {
        var pdu = new QuerySm { MessageId = Encoding.ASCII.GetBytes(id), SourceAddr = new SmppAddress(ton, 1, Encoding.ASCII.GetBytes(from)) };
        var body = new byte[pdu.BodyLength];
        pdu.TryWrite(body, out _).ShouldBeTrue();
        return body;
    }

    public static byte[] Cancel(string id, string from = "15550001000", string to = "", string serviceType = "")
    {
        var pdu = new CancelSm
        {
            ServiceType = Encoding.ASCII.GetBytes(serviceType),
            MessageId = Encoding.ASCII.GetBytes(id),
            SourceAddr = new SmppAddress(1, 1, Encoding.ASCII.GetBytes(from)),
            DestinationAddr = new SmppAddress(to.Length == 0 ? (byte)0 : (byte)1, 1, Encoding.ASCII.GetBytes(to)),
        };
        var body = new byte[pdu.BodyLength];
        pdu.TryWrite(body, out _).ShouldBeTrue();
        return body;
    }

    public static byte[] Replace(string id, string text, string from = "15550001000", byte registered = 1)
    {
        var pdu = new ReplaceSm
        {
            MessageId = Encoding.ASCII.GetBytes(id),
            SourceAddr = new SmppAddress(1, 1, Encoding.ASCII.GetBytes(from)),
            RegisteredDelivery = registered,
            ShortMessage = Encoding.ASCII.GetBytes(text),
        };
        var body = new byte[pdu.BodyLength];
        pdu.TryWrite(body, out _).ShouldBeTrue();
        return body;
    }

    public Task<ReceivedPdu> SubmitAsync(byte[] body) => CallAsync(CommandId.SubmitSm, body);

    /// <summary>The state that query_sm gives.</summary>
    public async Task<MessageState> QueryAsync(string id, string from = "15550001000")
    {
        ReceivedPdu answer = await CallAsync(CommandId.QuerySm, Query(id, from));
        answer.Status.ShouldBe(CommandStatus.Ok);
        QuerySmResp.TryRead(answer.Body, out QuerySmResp response).IsOk.ShouldBeTrue();
        return (MessageState)response.State;
    }

    public async Task<uint> SendAsync(CommandId commandId, byte[] body, uint? sequenceNumber = null)
    {
        uint number = sequenceNumber ?? ++_sequence;
        await SendRawAsync(Pdu(commandId, CommandStatus.Ok, number, body));
        return number;
    }

    public async Task SendRawAsync(byte[] octets) => await _socket.SendAsync(octets);

    public async Task<ReceivedPdu> CallAsync(CommandId commandId, byte[] body)
    {
        uint number = await SendAsync(commandId, body);
        while (true)
        {
            ReceivedPdu pdu = await ReadAnyAsync();
            if (pdu.Header.IsResponse && pdu.Header.SequenceNumber == number) return pdu;
            _requests.Enqueue(pdu);
        }
    }

    /// <summary>The next response, whichever it is.</summary>
    public async Task<ReceivedPdu> ReadResponseAsync()
    {
        while (true)
        {
            ReceivedPdu pdu = await ReadAnyAsync();
            if (pdu.Header.IsResponse) return pdu;
            _requests.Enqueue(pdu);
        }
    }

    /// <summary>The next deliver_sm.</summary>
    public async Task<ReceivedDelivery> ReadDeliveryAsync()
    {
        while (true)
        {
            ReceivedPdu pdu = _requests.TryDequeue(out ReceivedPdu? kept) ? kept : await ReadAnyAsync();
            if (pdu.Header.CommandId != CommandId.DeliverSm) continue;
            DeliverSm.TryRead(pdu.Body, out DeliverSm deliver).IsOk.ShouldBeTrue();
            return new(
                Encoding.ASCII.GetString(deliver.SourceAddr.Digits), Encoding.ASCII.GetString(deliver.DestinationAddr.Digits), deliver.EsmClass,
                deliver.DataCoding, deliver.Text.ToArray(), deliver.Tlvs.ToArray(), pdu.Header.SequenceNumber);
        }
    }

    public Task AnswerAsync(ReceivedDelivery delivery, CommandStatus status) => SendRawAsync(
        Pdu(CommandId.DeliverSmResp, status, delivery.SequenceNumber, status == CommandStatus.Ok ? [0] : []));

    /// <summary>Reads what comes until the peer closes.</summary>
    public async Task<IReadOnlyList<ReceivedPdu>> ReadToEndAsync()
    {
        var all = new List<ReceivedPdu>();
        while (true)
        {
            try
            {
                all.Add(await ReadAnyAsync());
            }
            catch (Exception e) when (e is EndOfStreamException or SocketException)
            {
                return all;
            }
        }
    }

    public async Task<ReceivedPdu> ReadAnyAsync()
    {
        byte[] head = await ReadExactlyAsync(PduHeader.Bytes);
        PduHeader.TryRead(head, out PduHeader header);
        var pdu = new ReceivedPdu(header, await ReadExactlyAsync((int)BinaryPrimitives.ReadUInt32BigEndian(head) - PduHeader.Bytes));
        if (header.CommandId == CommandId.EnquireLink) await SendRawAsync(Pdu(CommandId.EnquireLinkResp, CommandStatus.Ok, header.SequenceNumber, []));
        if (header.CommandId == CommandId.Unbind) await SendRawAsync(Pdu(CommandId.UnbindResp, CommandStatus.Ok, header.SequenceNumber, []));
        if (header.CommandId == CommandId.DeliverSm && Answer is { } status)
            await SendRawAsync(Pdu(CommandId.DeliverSmResp, status, header.SequenceNumber, status == CommandStatus.Ok ? [0] : []));
        return pdu;
    }

    public void Dispose() => _socket.Dispose();

    /// <summary>The relative time of so many minutes (SMPP v3.4 §7.1.1.2).</summary>
    public static string InMinutes(int minutes) =>
        string.Create(CultureInfo.InvariantCulture, $"000000{minutes / 60:00}{minutes % 60:00}00000R");

    private static byte[] Pdu(CommandId commandId, CommandStatus status, uint sequenceNumber, byte[] body)
    {
        var pdu = new byte[PduHeader.Bytes + body.Length];
        new PduHeader((uint)pdu.Length, commandId, status, sequenceNumber).Write(pdu);
        body.CopyTo(pdu, PduHeader.Bytes);
        return pdu;
    }

    private async Task<byte[]> ReadExactlyAsync(int count)
    {
        using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
        var octets = new byte[count];
        for (var read = 0; read < count;)
        {
            int more = await _socket.ReceiveAsync(octets.AsMemory(read), patience.Token);
            if (more == 0) throw new EndOfStreamException();
            read += more;
        }

        return octets;
    }
}
