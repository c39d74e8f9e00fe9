using System.Buffers.Binary;
using System.Text;
using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Messages;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;
using Crosspoint.Smpp.Sessions;
using Crosspoint.Sms.Numbers;
using Crosspoint.Sms.Segments;
using Crosspoint.Sms.Text;
using MessageState = Crosspoint.Engine.Messages.MessageState;
using SmppState = Crosspoint.Smpp.Pdus.MessageState;

namespace Crosspoint.Engine.Customers;

/// <summary>Writes what a customer is owed as deliver_sm, on a session with a slot reserved.</summary>
public static class DeliverWriter
{
    private const int MostShortMessage = 254;
    private const int MostReceiptText = 20;
    private const byte GsmNetwork = 3;

    // UTF-8 takes the most: three octets for a UTF-16 code unit.
    private const int MostOctetsPerChar = 3;

    internal static SendResult Write(SmppSession session, SmppCredential credential, BindJob job) =>
        job.Head.IsInbound ? WriteInbound(session, credential, job) : WriteReceipt(session, credential, job);

    /// <summary>The message_state that a receipt gives for a state (SMPP v3.4 §5.2.28).</summary>
    internal static SmppState StateOf(BindJob job)
    {
        bool carrierKnows = job.CarrierState != SegmentProgress.NoReceipt && job.Status is MessageState.Delivered or MessageState.Undelivered;
        if (carrierKnows) return (SmppState)job.CarrierState;
        return StateOf(job.Status);
    }

    /// <summary>The message_state for one of our states (SMPP v3.4 §5.2.28), as query_sm answers it.</summary>
    public static SmppState StateOf(MessageState state) => state switch
    {
        MessageState.Scheduled => SmppState.Scheduled,
        MessageState.Delivered => SmppState.Delivered,
        MessageState.Expired => SmppState.Expired,
        MessageState.Canceled => SmppState.Deleted,
        MessageState.Undelivered => SmppState.Undeliverable,
        MessageState.Failed => SmppState.Rejected,
        MessageState.Unconfirmed => SmppState.Unknown,
        MessageState.Receiving => SmppState.Accepted,
        _ => SmppState.Enroute,
    };

    private static SendResult WriteReceipt(SmppSession session, SmppCredential credential, BindJob job)
    {
        MessageHead head = job.Head;
        SubmitDetails submit = head.Submit!;
        SmppState state = StateOf(job);
        Span<byte> id = stackalloc byte[64];
        Span<byte> text = stackalloc byte[MostShortMessage];
        Span<byte> tlvs = stackalloc byte[96];
        Span<byte> source = stackalloc byte[20];
        Span<byte> destination = stackalloc byte[20];
        MessageId shown = submit.Group == default ? head.Id : submit.Group;
        id = id[..Encoding.ASCII.GetBytes(SubmitIds.Format(shown, job.Part, credential.MessageIds), id)];
        Span<byte> start = stackalloc byte[MostReceiptText];
        start = start[..FirstCharacters(head.Body, start)];
        Span<byte> error = stackalloc byte[3];
        Span<byte> network = stackalloc byte[3];
        WriteError(job.Error, error);
        int length = DeliveryReceipt.Write(
            text, id, 1, state == SmppState.Delivered ? 1 : 0, Micros.ToInstant(head.CreatedAt), Micros.ToInstant(job.At), state, error, start);
        var writer = new TlvWriter(tlvs);
        writer.AddText(TlvTag.ReceiptedMessageId, id);
        writer.Add(TlvTag.MessageState, (byte)state);
        if (ushort.TryParse(job.Error, System.Globalization.NumberStyles.None, null, out ushort code) && code != 0)
        {
            network[0] = GsmNetwork;
            BinaryPrimitives.WriteUInt16BigEndian(network[1..], code);
            writer.Add(TlvTag.NetworkErrorCode, network);
        }

        if (submit.UserReference is { } reference) writer.Add(TlvTag.UserMessageReference, reference);
        var pdu = new DeliverSm
        {
            // The receipt comes from whom the message went to.
            SourceAddr = Address(submit.Destination, source),
            DestinationAddr = Address(submit.Source, destination),
            EsmClass = job.Status == MessageState.Sent ? EsmClass.Intermediate : EsmClass.Receipt,
            ShortMessage = text[..length],
            Tlvs = writer.Written,
        };
        return session.Deliver(pdu, job);
    }

    private static SendResult WriteInbound(SmppSession session, SmppCredential credential, BindJob job)
    {
        MessageHead head = job.Head;
        Span<byte> source = stackalloc byte[20];
        Span<byte> destination = stackalloc byte[20];
        var pdu = new DeliverSm { SourceAddr = Address(head.From, source), DestinationAddr = Address(head.To, destination) };
        ReadOnlySpan<char> text = job.Part > 0 ? PieceOf(head, job.Part) : head.Body;
        byte[] octets = new byte[UserDataHeaders.Concat8Length + (text.Length * MostOctetsPerChar)];
        int header = 0;
        if (job.Part > 0)
        {
            int pieces = BindRules.PiecesOf(head);
            header = UserDataHeaders.WriteConcat8(octets, (byte)head.Id.Key, (byte)pieces, (byte)job.Part);
            pdu.EsmClass = EsmClass.Udhi;
        }

        int length = header + Encode(text, head.Encoding, credential.Alphabet, octets.AsSpan(header), header, out byte coding);
        pdu.DataCoding = coding;
        if (length <= MostShortMessage)
        {
            pdu.ShortMessage = octets.AsSpan(0, length);
            return session.Deliver(pdu, job);
        }

        var writer = new TlvWriter(new byte[length + Tlv.HeaderBytes]);
        if (!writer.Add(TlvTag.MessagePayload, octets.AsSpan(0, length)))
        {
            session.Release(1);
            return SendResult.NotEncodable;
        }

        DeliverSm whole = pdu;
        whole.Tlvs = writer.Written;
        return session.Deliver(whole, job);
    }

    /// <summary>
    /// Writes a text in the customer's default alphabet where that has all of its characters, else in UCS-2; returns the octets.
    /// </summary>
    private static int Encode(
        ReadOnlySpan<char> text, SmsEncoding encoding, DefaultAlphabet alphabet, Span<byte> destination, int headerOctets, out byte coding)
    {
        coding = 0;
        int written;
        switch (alphabet)
        {
            case DefaultAlphabet.Utf8:
                return Encoding.UTF8.GetBytes(text, destination);
            case DefaultAlphabet.Latin1 when Latin1.TryEncode(text, destination, out written):
                return written;
            case DefaultAlphabet.Ascii when !text.ContainsAnyExceptInRange('\0', '\u007F'):
                return Encoding.ASCII.GetBytes(text, destination);
            case DefaultAlphabet.GsmUnpacked when encoding == SmsEncoding.Gsm7 && GsmAlphabet.TryEncode(text, destination, out written):
                return written;
            case DefaultAlphabet.GsmPacked when encoding == SmsEncoding.Gsm7:
                byte[] septets = new byte[text.Length * 2];
                if (!GsmAlphabet.TryEncode(text, septets, out int count)) break;
                int fill = headerOctets == 0 ? 0 : GsmAlphabet.FillBits(headerOctets);
                return GsmAlphabet.Pack(septets.AsSpan(0, count), destination, fill);
        }

        coding = DataCodings.For(SmsEncoding.Ucs2);
        return Ucs2.TryEncode(text, destination, out written) ? written : 0;
    }

    private static ReadOnlySpan<char> PieceOf(MessageHead head, int piece)
    {
        int index = 1;
        foreach (ReadOnlySpan<char> part in Segmenter.Split(head.Body, head.Encoding, SegmentMethod.Udh8))
        {
            if (index++ == piece) return part;
        }

        return default;
    }

    private static SmppAddress Address(SubmitAddress address, Span<byte> digits) =>
        new(address.Ton, address.Npi, digits[..Encoding.Latin1.GetBytes(address.Digits, digits)]);

    private static SmppAddress Address(string number, Span<byte> digits)
    {
        TonNpi rule = new(0, 0);
        if (Senders.TryClassify(number, out SenderKind kind, out _)) rule = Senders.For(kind);
        ReadOnlySpan<char> text = number.StartsWith('+') ? number.AsSpan(1) : number;
        return new(rule.Ton, rule.Npi, digits[..Encoding.Latin1.GetBytes(text[..Math.Min(text.Length, digits.Length)], digits)]);
    }

    private static int FirstCharacters(string body, Span<byte> destination)
    {
        int length = Math.Min(body.Length, destination.Length);
        for (int i = 0; i < length; i++) destination[i] = body[i] is >= ' ' and <= '~' ? (byte)body[i] : (byte)'?';
        return length;
    }

    // Three digits, as the standard's example has them; what a carrier says in another form is in its timeline.
    private static void WriteError(string? error, Span<byte> destination)
    {
        destination.Fill((byte)'0');
        if (error is null || error.Length > destination.Length) return;
        foreach (char c in error)
        {
            if (!char.IsAsciiLetterOrDigit(c)) return;
        }

        Encoding.ASCII.GetBytes(error, destination[(destination.Length - error.Length)..]);
    }
}
