using System.Text;
using Crosspoint.Simulator.Behaviours;
using Crosspoint.Simulator.Carriers;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;
using Crosspoint.Sms.Segments;
using Crosspoint.Sms.Text;

namespace Crosspoint.Simulator;

/// <summary>Messages from handsets, and the way of everything that the carrier delivers.</summary>
public sealed partial class SimulatedCarrier
{
    private static readonly TimeSpan ShortestInboundStep = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestInboundStep = TimeSpan.FromSeconds(1);

    private readonly WheelAction _inbound;
    private readonly Lock _inboundGate = new();
    private bool _isInboundOn;
    private long _inboundSince;
    private double _inboundOwed;
    private int _inboundTurn;
    private int _reference;

    /// <summary>Sends a text from a handset.</summary>
    public InboundResult SendInbound(InboundMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return FindReceiver(message.SystemId) is { } customer ? Send(customer, message) : new InboundResult(InboundOutcome.NoCustomer, 0);
    }

    internal void OnSent(Delivery delivery)
    {
        if (delivery.Kind == DeliveryKind.Receipt) Counts.ReceiptsSent.Add();
        else Counts.InboundSent.Add();
    }

    /// <summary>The customer has answered a delivery.</summary>
    internal void OnDelivered(Delivery delivery, CommandStatus status)
    {
        switch (status)
        {
            case CommandStatus.Ok:
                if (delivery.Kind == DeliveryKind.Receipt) Counts.ReceiptsTaken.Add();
                else Counts.InboundTaken.Add();
                Recycle(delivery);
                break;
            case CommandStatus.ReceiverTemporaryError or CommandStatus.MessageQueueFull
                or CommandStatus.Throttled or CommandStatus.SystemError:
                Redeliver(delivery);
                break;
            default:
                Counts.DeliveriesRefused.Add();
                Recycle(delivery);
                break;
        }
    }

    /// <summary>Gives a delivery again after a while, or drops it after its last try.</summary>
    internal void Redeliver(Delivery delivery)
    {
        if (!MayTryAgain(delivery)) return;
        _wheel.Schedule(delivery, Behaviour.Redelivery.After);
    }

    /// <summary>Takes back a delivery whose connection ended: the next bind gets it first.</summary>
    internal void Return(Delivery delivery)
    {
        if (!MayTryAgain(delivery)) return;
        delivery.Origin = null;
        delivery.To!.Enqueue(delivery, isFirst: true);
    }

    /// <summary>There is no room for a delivery.</summary>
    internal void Drop(Delivery delivery)
    {
        Counts.DeliveriesDropped.Add();
        Recycle(delivery);
    }

    private bool MayTryAgain(Delivery delivery)
    {
        int most = Behaviour.Redelivery.Attempts;
        if (most > 0 && delivery.Attempts >= most)
        {
            Drop(delivery);
            return false;
        }

        Counts.Redelivered.Add();
        return true;
    }

    internal void Recycle(Delivery delivery)
    {
        delivery.Clear();
        Deliveries.Give(delivery);
    }

    private Customer? FindReceiver(string? systemId)
    {
        if (!string.IsNullOrEmpty(systemId)) return _customers.GetValueOrDefault(systemId);
        Customer[] known = [.. _customers.Values];
        Array.Sort(known, static (a, b) => string.CompareOrdinal(a.SystemId, b.SystemId));
        if (known.Length == 0) return null;
        int turn = Interlocked.Increment(ref _inboundTurn) & int.MaxValue;
        for (var i = 0; i < known.Length; i++)
        {
            Customer candidate = known[(turn + i) % known.Length];
            if (candidate.HasReceiver) return candidate;
        }

        return known[0];
    }

    private InboundResult Send(Customer customer, InboundMessage message)
    {
        SmsEncoding encoding = EncodingChoice.Cheapest(message.Text);
        SegmentMethod method = Method(message.LongAs);
        int total = method == SegmentMethod.Payload ? 1 : Segmenter.Count(message.Text, encoding, method);
        if (total > Segmenter.MaxSegments) return new InboundResult(InboundOutcome.TooLong, 0);
        var parts = new List<Delivery>(total);
        var reference = (ushort)Interlocked.Increment(ref _reference);
        foreach (ReadOnlySpan<char> part in Segmenter.Split(message.Text, encoding, method))
            parts.Add(Compose(customer, message, part, encoding, reference, (byte)total, (byte)(parts.Count + 1)));
        return Queue(customer, message.Parts, parts);
    }

    private static SegmentMethod Method(LongForm form) => form switch
    {
        LongForm.Udh16 => SegmentMethod.Udh16,
        LongForm.Sar => SegmentMethod.Sar,
        LongForm.Payload => SegmentMethod.Payload,
        _ => SegmentMethod.Udh8,
    };

    private static InboundResult Queue(Customer customer, IReadOnlyList<int>? order, List<Delivery> parts)
    {
        if (order is not null && order.Any(number => number < 1 || number > parts.Count))
            return new InboundResult(InboundOutcome.NoSuchPart, 0);
        var queued = new List<Delivery>(order?.Count ?? parts.Count);
        var used = new bool[parts.Count];
        // All copies are made first: a delivery that is queued belongs to the bind that takes it.
        for (var i = 0; i < (order?.Count ?? parts.Count); i++)
        {
            int index = order is null ? i : order[i] - 1;
            queued.Add(used[index] ? Copy(parts[index]) : parts[index]);
            used[index] = true;
        }

        for (var i = 0; i < queued.Count; i++)
        {
            if (!customer.Enqueue(queued[i], isFirst: false)) return new InboundResult(InboundOutcome.QueueFull, i);
        }

        return new InboundResult(InboundOutcome.Queued, queued.Count);
    }

    private static Delivery Copy(Delivery part)
    {
        var copy = new Delivery { To = part.To, Kind = part.Kind, CommandId = part.CommandId, Length = part.Length };
        part.Encoded.CopyTo(copy.Room(part.Length));
        return copy;
    }

    private static Delivery Compose(
        Customer customer, InboundMessage message, ReadOnlySpan<char> text, SmsEncoding encoding, ushort reference, byte total, byte part)
    {
        bool isPayload = message.LongAs == LongForm.Payload && text.Length > Segmenter.SingleLimit(encoding);
        Span<byte> user = new byte[7 + text.Length * 2 + 2];
        int header = total == 1 ? 0 : message.LongAs switch
        {
            LongForm.Udh => UserDataHeaders.WriteConcat8(user, (byte)reference, total, part),
            LongForm.Udh16 => UserDataHeaders.WriteConcat16(user, reference, total, part),
            _ => 0,
        };
        user = user[..(header + Segmenter.Encode(text, encoding, user[header..]))];
        var tlvs = new TlvWriter(new byte[user.Length + 32]);
        if (isPayload) tlvs.Add(TlvTag.MessagePayload, user);
        if (total > 1 && message.LongAs == LongForm.Sar)
        {
            tlvs.Add(TlvTag.SarMsgRefNum, reference);
            tlvs.Add(TlvTag.SarTotalSegments, total);
            tlvs.Add(TlvTag.SarSegmentSeqnum, part);
        }

        var pdu = new DeliverSm
        {
            SourceAddr = Address(message.From),
            DestinationAddr = Address(message.To),
            EsmClass = header > 0 ? EsmClass.Udhi : (byte)0,
            DataCoding = encoding == SmsEncoding.Ucs2 ? (byte)8 : (byte)0,
            ShortMessage = isPayload ? default : user,
            Tlvs = tlvs.Written,
        };
        var delivery = new Delivery { To = customer, Kind = DeliveryKind.Inbound, CommandId = CommandId.DeliverSm };
        pdu.TryWrite(delivery.Room(pdu.BodyLength), out delivery.Length);
        return delivery;
    }

    /// <summary>International when long, a short code when short, a name when it holds letters.</summary>
    private static SmppAddress Address(string number)
    {
        string digits = number.StartsWith('+') ? number[1..] : number;
        bool isName = digits.AsSpan().ContainsAnyExceptInRange('0', '9');
        if (isName) return new SmppAddress(5, 0, Encoding.Latin1.GetBytes(number));
        byte[] bytes = Encoding.Latin1.GetBytes(digits);
        return digits.Length > 6 ? new SmppAddress(1, 1, bytes) : new SmppAddress(3, 0, bytes);
    }

    private void Reply(Customer customer, CarrierBehaviour behaviour, in SubmitFacts facts, string text, long ticket)
    {
        foreach (HandsetReply rule in behaviour.HandsetReplies)
        {
            if (!text.Contains(rule.When, StringComparison.OrdinalIgnoreCase)) continue;
            if (!_random.Happens(rule.Share)) return;
            var answer = new InboundMessage(Number(facts.Destination), Number(facts.Source), rule.Reply);
            _wheel.Schedule(new WheelAction(() => _ = IsWithdrawn(ticket) ? default : Send(customer, answer)), rule.Delay);
            return;
        }
    }

    private static string Number(in SmppAddress address) => Encoding.Latin1.GetString(address.Digits);

    internal void StartInbound()
    {
        lock (_inboundGate)
        {
            double rate = Behaviour.Inbound.Rate;
            if (_isInboundOn || rate <= 0) return;
            _isInboundOn = true;
            _inboundSince = _time.GetTimestamp();
            _inboundOwed = 0;
            _wheel.Schedule(_inbound, Step(rate));
        }
    }

    private void GenerateInbound()
    {
        InboundBehaviour inbound = Behaviour.Inbound;
        long count;
        lock (_inboundGate)
        {
            if (inbound.Rate <= 0 || _isDisposed)
            {
                _isInboundOn = false;
                return;
            }

            long now = _time.GetTimestamp();
            _inboundOwed += _time.GetElapsedTime(_inboundSince, now).TotalSeconds * inbound.Rate;
            _inboundSince = now;
            // The small surplus takes in what rounding leaves of a whole message.
            count = (long)(_inboundOwed + 1e-6);
            _inboundOwed -= count;
        }

        for (long i = 0; i < count; i++) SendGenerated(inbound);
        _wheel.Schedule(_inbound, Step(inbound.Rate));
    }

    private void SendGenerated(InboundBehaviour inbound)
    {
        string text = Pick(inbound.Texts);
        bool isLong = _random.Happens(inbound.LongShare);
        if (isLong) text = Lengthen(text);
        int parts = isLong ? Segmenter.Count(text, EncodingChoice.Cheapest(text), Method(inbound.LongAs)) : 1;
        var message = new InboundMessage(Pick(inbound.From), Pick(inbound.To), text)
        {
            LongAs = inbound.LongAs,
            Parts = inbound.Shuffled && parts > 1 && inbound.LongAs != LongForm.Payload ? Shuffled(parts) : null,
            SystemId = inbound.SystemId,
        };
        if (SendInbound(message).Outcome == InboundOutcome.NoCustomer) Counts.DeliveriesDropped.Add();
    }

    /// <summary>Repeats a text, numbered, until it needs two to four parts.</summary>
    private string Lengthen(string text)
    {
        SmsEncoding encoding = EncodingChoice.Cheapest(text);
        int wanted = Segmenter.SingleLimit(encoding) + 1 + _random.Next(Segmenter.PartLimit(encoding, SegmentMethod.Udh16) * 2);
        var result = new StringBuilder(text);
        for (var i = 2; result.Length < wanted; i++) result.Append(' ').Append(i).Append(' ').Append(text);
        return result.ToString();
    }

    private int[] Shuffled(int count)
    {
        var order = new int[count];
        for (var i = 0; i < count; i++) order[i] = i + 1;
        for (int i = count - 1; i > 0; i--)
        {
            int other = _random.Next(i + 1);
            (order[i], order[other]) = (order[other], order[i]);
        }

        return order;
    }

    private string Pick(IReadOnlyList<string> choices) => choices[_random.Next(choices.Count)];

    private static TimeSpan Step(double rate)
    {
        TimeSpan one = TimeSpan.FromSeconds(1 / Math.Max(rate, 1));
        return one < ShortestInboundStep ? ShortestInboundStep : one > LongestInboundStep ? LongestInboundStep : one;
    }
}
