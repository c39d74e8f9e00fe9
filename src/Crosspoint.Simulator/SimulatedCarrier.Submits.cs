using System.Buffers.Binary;
using System.Globalization;
using Crosspoint.Simulator.Behaviours;
using Crosspoint.Simulator.Carriers;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;

namespace Crosspoint.Simulator;

/// <summary>The way of a submission: judged, kept, shown on a handset, reported, answered.</summary>
public sealed partial class SimulatedCarrier
{
    private const byte SmeDeliveryAck = 0x04;
    private const byte SmeUserAck = 0x08;
    private const byte IntermediateAsked = 0x10;

    private static readonly ReceiptState Faked = new("DELIVRD", "000", 1);
    private static readonly TimeSpan AfterAnswer = TimeSpan.FromMilliseconds(1);

    internal Pool<Delivery> Deliveries { get; } = new(200_000);

    internal Pool<PendingAnswer> Answers { get; } = new(50_000);

    internal void OnSubmit(CarrierConnection connection, in PduHeader header, ReadOnlySpan<byte> body)
    {
        NetworkTable inForce = InForce;
        Counts.Submits.Add();
        DecodeResult decoded = SubmitFacts.TryRead(header.CommandId, body, out SubmitFacts facts);
        if (!decoded.IsOk) Counts.InvalidPdus.Add();
        NetworkInForce? network = decoded.IsOk ? inForce.Of(facts.Destination.Digits) : null;
        network?.Counts.Submits.Add();
        if (network is { IsStalled: true })
        {
            Counts.Ignored.Add();
            network.Counts.Ignored.Add();
            return;
        }

        CarrierBehaviour behaviour = network?.Behaviour ?? inForce.Carrier;
        CommandStatus status = decoded.IsOk ? Judge(behaviour, network?.Limiter ?? _limiter, facts) : decoded.Status;
        bool isAccepted = status == CommandStatus.Ok;
        bool hasId = isAccepted || behaviour.ErrorBody == ErrorBody.Full;
        long number = hasId ? NextId(behaviour.Receipts.IdWrap) : 0;
        Span<byte> messageId = stackalloc byte[MessageIds.MaxBytes];
        messageId = messageId[..(hasId ? MessageIds.Format(number, behaviour.Receipts.IdFormat, messageId) : 0)];

        // Step 1: the state in which the message ends, and when.
        DateTimeOffset now = _time.GetUtcNow();
        ReceiptState final = isAccepted ? ChooseState(behaviour.Receipts) : Refused;
        byte state = ReceiptStates.Number(final.State);
        TimeSpan delay = isAccepted ? behaviour.Receipts.Delay.Next(_random) : TimeSpan.Zero;
        TimeSpan latency = behaviour.Latency.IsZero ? TimeSpan.Zero : behaviour.Latency.Next(_random);
        bool isDelivered = isAccepted && state is (ReceiptStates.Delivered or ReceiptStates.Accepted);
        if (isAccepted && behaviour.Receipts.Faked)
        {
            final = Faked;
            state = ReceiptStates.Delivered;
            // A moment after the answer: never before it.
            delay = latency + AfterAnswer;
        }

        // Step 2: what is kept of it, and what the phone shows.
        string systemId = connection.Customer!.SystemId;
        long ticket = Interlocked.Increment(ref _tickets);
        Ring.Add(now, header.CommandId, status, systemId, body, messageId, state, now + delay, number, ticket);
        Delivery? early = null;
        if (isAccepted)
        {
            Counts.Accepted.Add();
            network?.Counts.Accepted.Add();
            if (isDelivered)
            {
                Counts.Delivered.Add();
                network?.Counts.Delivered.Add();
            }

            if (_log is not null) WriteLog(now, header.CommandId, systemId, body, messageId);
            if (isDelivered) ShowOnHandset(connection, behaviour, facts, now, ticket);
            early = PlanReceipts(connection, behaviour.Receipts, facts, number, ticket, final, state, now, now, delay);
            if (early is not null) Ring.EndNow(ticket, now);
        }
        else
        {
            Counts.Refused.Add();
            network?.Counts.Refused.Add();
        }

        // Step 3: the answer.
        if (isAccepted && _random.Happens(behaviour.NoResponse))
        {
            Counts.Unanswered.Add();
            network?.Counts.Unanswered.Add();
            early?.To!.Enqueue(early, isFirst: false);
        }
        else if (latency == TimeSpan.Zero)
        {
            connection.Answer(header.CommandId, status, header.SequenceNumber, messageId, early);
        }
        else
        {
            AnswerLater(connection, header, status, messageId, early, latency);
        }

        if (!_random.Happens(behaviour.Garbage)) return;
        Counts.GarbageSent.Add();
        connection.SendGarbage(_random.Next(6));
    }

    /// <summary>A submission that is read and forgotten, as if it had never arrived.</summary>
    internal void OnIgnored(CarrierConnection connection, in PduHeader header, ReadOnlySpan<byte> body)
    {
        if (header.CommandId is not (CommandId.SubmitSm or CommandId.DataSm)) return;
        Counts.Submits.Add();
        Counts.Ignored.Add();
    }

    private CommandStatus Judge(CarrierBehaviour behaviour, RateLimiter limiter, in SubmitFacts facts)
    {
        if (behaviour.RefuseAlphanumeric && IsAlphanumeric(facts.Source)) return CommandStatus.InvalidSourceAddress;
        if (behaviour.ThrottleRate > 0 && !limiter.TryTake(behaviour.ThrottleRate))
        {
            Counts.Throttled.Add();
            return CommandStatus.Throttled;
        }

        if (behaviour.Errors.Count == 0) return CommandStatus.Ok;
        double drawn = _random.NextDouble();
        for (var i = 0; i < behaviour.Errors.Count; i++)
        {
            drawn -= behaviour.Errors[i].Share;
            if (drawn < 0) return behaviour.Errors[i].Status;
        }

        return CommandStatus.Ok;
    }

    private static bool IsAlphanumeric(in SmppAddress source) =>
        source.Ton == 5 || source.Digits.ContainsAnyExceptInRange((byte)'+', (byte)'9');

    private ReceiptState ChooseState(ReceiptBehaviour receipts)
    {
        IReadOnlyList<ReceiptState> states = receipts.States;
        if (states.Count == 1) return states[0];
        double drawn = _random.NextDouble();
        for (var i = 0; i < states.Count; i++)
        {
            drawn -= states[i].Share;
            if (drawn < 0) return states[i];
        }

        return states[^1];
    }

    /// <summary>Schedules everything that the message will bring back. Gives the receipt that must go before the answer.</summary>
    private Delivery? PlanReceipts(
        CarrierConnection connection,
        ReceiptBehaviour receipts,
        in SubmitFacts facts,
        long number,
        long ticket,
        ReceiptState final,
        byte state,
        DateTimeOffset submitted,
        DateTimeOffset now,
        TimeSpan delay)
    {
        byte asked = facts.RegisteredDelivery;
        if (asked == 0 || IsMuted(receipts, facts)) return null;
        bool isDelivered = state == ReceiptStates.Delivered;
        bool wantsFinal = (asked & 3) switch { 0 => false, 1 => true, 2 => !isDelivered, _ => isDelivered };
        if (receipts.Silent)
        {
            if (wantsFinal) Counts.ReceiptsMissing.Add();
            return null;
        }

        bool isNotified = (asked & IntermediateAsked) != 0;
        if (isNotified || (wantsFinal && _random.Happens(receipts.Intermediate)))
        {
            byte esmClass = isNotified ? EsmClass.Intermediate : EsmClass.Receipt;
            TimeSpan half = delay / 2;
            const byte Enroute = ReceiptStates.Enroute;
            _wheel.Schedule(Compose(connection, receipts, facts, number, ticket, "000", Enroute, esmClass, submitted, now + half), half);
        }

        Delivery? early = null;
        if (wantsFinal && _random.Happens(receipts.Missing))
        {
            Counts.ReceiptsMissing.Add();
        }
        else if (wantsFinal)
        {
            bool isEarly = !receipts.Faked && _random.Happens(receipts.Early);
            TimeSpan wait = isEarly ? TimeSpan.Zero : delay;
            const byte Kind = EsmClass.Receipt;
            Delivery receipt = Compose(connection, receipts, facts, number, ticket, final.Error, state, Kind, submitted, now + wait);
            if (_random.Happens(receipts.Duplicate))
            {
                Counts.ReceiptsDuplicated.Add();
                Delivery again = Compose(connection, receipts, facts, number, ticket, final.Error, state, Kind, submitted, now + wait);
                _wheel.Schedule(again, wait + receipts.Delay.Next(_random));
            }

            if (isEarly) early = receipt;
            else _wheel.Schedule(receipt, delay);
        }

        // The handset's own acknowledgements, where the customer asked for them and there is a handset that got the message.
        DateTimeOffset done = now + delay;
        if (isDelivered && (asked & SmeDeliveryAck) != 0)
        {
            const byte Kind = EsmClass.DeliveryAcknowledgement;
            _wheel.Schedule(Compose(connection, receipts, facts, number, ticket, final.Error, state, Kind, submitted, done), delay);
        }

        if (isDelivered && (asked & SmeUserAck) != 0)
        {
            const byte Kind = EsmClass.UserAcknowledgement;
            _wheel.Schedule(Compose(connection, receipts, facts, number, ticket, final.Error, state, Kind, submitted, done), delay);
        }

        return early;
    }

    private static bool IsMuted(ReceiptBehaviour receipts, in SubmitFacts facts) => facts.Total > 1 && receipts.Only switch
    {
        ReceiptParts.FirstPart => facts.Part != 1,
        ReceiptParts.LastPart => facts.Part != facts.Total,
        _ => false,
    };

    private Delivery Compose(
        CarrierConnection connection,
        ReceiptBehaviour receipts,
        in SubmitFacts facts,
        long number,
        long ticket,
        string error,
        byte state,
        byte esmClass,
        DateTimeOffset submitted,
        DateTimeOffset done)
    {
        Delivery delivery = Deliveries.Take();
        delivery.To = connection.Customer;
        delivery.Origin = connection;
        delivery.ShunsOrigin = receipts.OtherBind;
        delivery.Kind = DeliveryKind.Receipt;
        delivery.Ticket = ticket;
        Span<byte> id = stackalloc byte[MessageIds.MaxBytes];
        id = id[..MessageIds.FormatForReceipt(number, receipts, id)];
        Span<byte> text = stackalloc byte[ReceiptText.MaxBytes];
        ReadOnlySpan<byte> start = facts.Text[facts.HeaderLength..];
        // The first characters, where they are characters of one octet; what a carrier makes of UCS2 here is nothing to rely on.
        start = facts.DataCoding is 0 or 1 or 3 ? start[..Math.Min(start.Length, 20)] : default;
        text = text[..ReceiptText.Write(text, receipts, id, state, error, submitted, done, start)];
        Span<byte> network = stackalloc byte[3];
        Span<byte> tlvArea = stackalloc byte[ReceiptText.MaxBytes + 96];
        var tlvs = new TlvWriter(tlvArea);
        if (receipts.Fields is ReceiptFields.Standard or ReceiptFields.TlvOnly)
        {
            tlvs.AddText(TlvTag.ReceiptedMessageId, id);
            tlvs.Add(TlvTag.MessageState, state);
            if (TryNetworkError(error, network)) tlvs.Add(TlvTag.NetworkErrorCode, network);
        }

        if (receipts.VendorTlv) tlvs.Add((TlvTag)0x1400, "carrier"u8);
        byte marked = receipts.Marked ? esmClass : (byte)0;
        if (receipts.Via == ReceiptVia.DataSm)
        {
            if (!text.IsEmpty) tlvs.Add(TlvTag.MessagePayload, text);
            var data = new DataSm
            {
                SourceAddr = facts.Destination,
                DestinationAddr = facts.Source,
                EsmClass = marked,
                Tlvs = tlvs.Written,
            };
            data.TryWrite(delivery.Room(data.BodyLength), out delivery.Length);
            delivery.CommandId = CommandId.DataSm;
            return delivery;
        }

        var deliver = new DeliverSm
        {
            SourceAddr = facts.Destination,
            DestinationAddr = facts.Source,
            EsmClass = marked,
            ShortMessage = text,
            Tlvs = tlvs.Written,
        };
        deliver.TryWrite(delivery.Room(deliver.BodyLength), out delivery.Length);
        delivery.CommandId = CommandId.DeliverSm;
        return delivery;
    }

    private static bool TryNetworkError(string error, Span<byte> network)
    {
        if (!ushort.TryParse(error, NumberStyles.None, CultureInfo.InvariantCulture, out ushort code) || code == 0) return false;
        network[0] = 3; // GSM
        BinaryPrimitives.WriteUInt16BigEndian(network[1..], code);
        return true;
    }

    private void AnswerLater(
        CarrierConnection connection,
        in PduHeader header,
        CommandStatus status,
        ReadOnlySpan<byte> messageId,
        Delivery? early,
        TimeSpan latency)
    {
        PendingAnswer answer = Answers.Take();
        answer.Carrier = this;
        answer.Connection = connection;
        answer.CommandId = header.CommandId;
        answer.Status = status;
        answer.Sequence = header.SequenceNumber;
        messageId.CopyTo(answer.MessageId);
        answer.MessageIdLength = messageId.Length;
        answer.Early = early;
        _wheel.Schedule(answer, latency);
    }

    private void ShowOnHandset(
        CarrierConnection connection, CarrierBehaviour behaviour, in SubmitFacts facts, DateTimeOffset now, long ticket)
    {
        bool mayReply = behaviour.HandsetReplies.Count > 0;
        if (Handsets.Add(Name, now, facts, mayReply) is { } text) Reply(connection.Customer!, behaviour, facts, text, ticket);
    }

    private void WriteLog(DateTimeOffset now, CommandId commandId, string systemId, ReadOnlySpan<byte> body, ReadOnlySpan<byte> messageId)
    {
        var entry = new SubmitEntry
        {
            Number = Interlocked.Increment(ref _logged),
            Time = now,
            CommandId = commandId,
            SystemId = systemId,
            Body = body.ToArray(),
            Length = body.Length,
            MessageIdLength = messageId.Length,
        };
        messageId.CopyTo(entry.MessageId);
        _log!.Add(Name, entry);
    }

    private long NextId(long wrap)
    {
        long step = Interlocked.Increment(ref _ids) - 1;
        return _firstId + (wrap > 0 ? step % wrap : step);
    }
}
