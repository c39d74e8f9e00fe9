using Crosspoint.Sms.Text;

namespace Crosspoint.Engine.Messages;

/// <summary>
/// The stored form of a message, the same in every store: a head that is written once, and the progress, which is
/// written anew with every change.
/// Both begin with a version; an unknown version, and anything after what the version defines, is refused. The key is not part of either:
/// it is the row's.
/// </summary>
public static class MessageCodec
{
    private const byte HeadVersion = 1;
    private const byte ProgressVersion = 1;

    private const byte SmartEncodedFlag = 1;
    private const byte ProvideFeedbackFlag = 2;
    private const byte SystemIdFlag = 4;
    private const byte SubmitFlag = 8;
    private const byte SendAtFlag = 16;
    private const byte MetadataFlag = 32;
    private const byte CopyFlag = 64;

    // The last bit of the head's flags: what comes behind it says with flags of its own what it holds.
    private const byte MoreHeadFlag = 128;
    private const uint ResendPart = 1;

    private const byte RedactedFlag = 1;
    private const byte FeedbackKnownFlag = 2;
    private const byte FeedbackConfirmedFlag = 4;
    private const byte OpenFlag = 8;
    private const byte BindDeliveriesFlag = 32;
    private const byte SettledFlag = 16;
    private const byte EarlierTriesFlag = 64;

    // The last bit of the flags: what comes behind it says with flags of its own what it holds.
    private const byte MoreFlag = 128;
    private const uint TriesPart = 1;
    private const uint NotBeforePart = 2;
    private const uint SupersededPart = 4;
    private const uint DecisionsPart = 8;
    private const uint UnroutedPart = 16;
    private const uint CopiedPart = 32;
    private const uint KnownParts = TriesPart | NotBeforePart | SupersededPart | DecisionsPart | UnroutedPart | CopiedPart;

    private const byte DuplicateFlag = 1;

    /// <summary>Appends the stored form of a head.</summary>
    public static void WriteHead(MessageHead head, MessageBuffer buffer)
    {
        buffer.WriteByte(HeadVersion);
        buffer.WriteFixed(head.Id.Tail);
        buffer.WriteByte((byte)((head.SmartEncoded ? SmartEncodedFlag : 0)
            | (head.ProvideFeedback ? ProvideFeedbackFlag : 0)
            | (head.SystemId is null ? 0 : SystemIdFlag)
            | (head.Submit is null ? 0 : SubmitFlag)
            | (head.SendAt == 0 ? 0 : SendAtFlag)
            | (head.Metadata.Count == 0 ? 0 : MetadataFlag)
            | (head.CopyOf is null ? 0 : CopyFlag)
            | (head.ResendOf is null ? 0 : MoreHeadFlag)));
        buffer.WriteByte((byte)head.Direction);
        buffer.WriteByte((byte)head.Class);
        buffer.WriteByte((byte)head.Encoding);
        buffer.WriteByte((byte)head.CallbackForm);
        buffer.WriteText(head.AccountSid);
        buffer.WriteText(head.To);
        buffer.WriteText(head.From);
        buffer.WriteUnsigned((uint)head.SegmentCount);
        buffer.WriteSigned(head.CreatedAt - head.Id.UnixMilliseconds * Micros.PerMillisecond);
        buffer.WriteTime(head.ValidUntil, head.CreatedAt);
        buffer.WriteUnsigned((uint)head.ValiditySeconds);
        buffer.WriteText(head.CallbackUrl);
        buffer.WriteText(head.Reference);
        buffer.WriteText(head.Connection);
        buffer.WriteText(head.TraceParent);
        buffer.WriteUnsigned((uint)head.Tags.Count);
        for (int i = 0; i < head.Tags.Count; i++) buffer.WriteText(head.Tags[i]);
        buffer.WriteText(head.Body);

        // What most messages do not have stands behind the rest, each announced by its flag: the others stay readable for older programs.
        if (head.SystemId is not null) buffer.WriteText(head.SystemId);
        if (head.Submit is not null) WriteSubmit(head.Submit, buffer);
        if (head.SendAt != 0) buffer.WriteTime(head.SendAt, head.CreatedAt);
        if (head.Metadata.Count > 0) WriteMetadata(head.Metadata, buffer);
        if (head.CopyOf is { } original) WriteId(original, buffer);
        if (head.ResendOf is not { } failed) return;
        buffer.WriteUnsigned(ResendPart);
        WriteId(failed, buffer);
    }

    /// <summary>Rebuilds a head.</summary>
    /// <param name="key">The row's key.</param>
    /// <exception cref="InvalidDataException">The form is damaged, or of a version that this program does not know.</exception>
    public static MessageHead ReadHead(long key, ReadOnlySpan<byte> bytes)
    {
        var reader = new MessageBytes(bytes);
        CheckVersion(reader.ReadByte(), HeadVersion, "head");
        var id = new MessageId(key, reader.ReadFixed());
        byte flags = reader.ReadByte();
        var direction = (MessageDirection)reader.ReadByte();
        var trafficClass = (TrafficClass)reader.ReadByte();
        var encoding = (SmsEncoding)reader.ReadByte();
        var form = (CallbackForm)reader.ReadByte();
        string account = Required(reader.ReadShared());
        string to = Required(reader.ReadText());
        string from = Required(reader.ReadShared());
        int segments = reader.ReadInt32();
        long createdAt = id.UnixMilliseconds * Micros.PerMillisecond + reader.ReadSigned();
        long validUntil = reader.ReadTime(createdAt);
        int validity = reader.ReadInt32();
        string? url = reader.ReadShared();
        string? reference = reader.ReadText();
        string? connection = reader.ReadShared();
        string? trace = reader.ReadText();
        int tagCount = reader.ReadCount();
        string[] tags = tagCount == 0 ? [] : new string[tagCount];
        for (int i = 0; i < tagCount; i++) tags[i] = Required(reader.ReadShared());
        string body = Required(reader.ReadText());
        string? systemId = (flags & SystemIdFlag) == 0 ? null : reader.ReadShared();
        SubmitDetails? submit = (flags & SubmitFlag) == 0 ? null : ReadSubmit(ref reader);
        long sendAt = (flags & SendAtFlag) == 0 ? 0 : reader.ReadTime(createdAt);
        Metadata metadata = (flags & MetadataFlag) != 0 ? ReadMetadata(ref reader) : Metadata.Empty;
        MessageId? copyOf = (flags & CopyFlag) == 0 ? null : ReadId(ref reader);
        uint more = (flags & MoreHeadFlag) == 0 ? 0 : reader.ReadUInt32();
        if ((more & ~ResendPart) != 0) throw MessageBytes.Damaged("its head holds what this program does not know");
        MessageId? resendOf = (more & ResendPart) == 0 ? null : ReadId(ref reader);
        if (reader.Left != 0) throw MessageBytes.Damaged("unknown data follows the head");
        return new()
        {
            Id = id,
            AccountSid = account,
            Direction = direction,
            From = from,
            To = to,
            Body = body,
            Class = trafficClass,
            Encoding = encoding,
            SegmentCount = segments,
            CreatedAt = createdAt,
            ValidUntil = validUntil,
            ValiditySeconds = validity,
            CallbackUrl = url,
            CallbackForm = form,
            Reference = reference,
            Tags = tags,
            Metadata = metadata,
            SmartEncoded = (flags & SmartEncodedFlag) != 0,
            ProvideFeedback = (flags & ProvideFeedbackFlag) != 0,
            Connection = connection,
            TraceParent = trace,
            SystemId = systemId,
            Submit = submit,
            SendAt = sendAt,
            CopyOf = copyOf,
            ResendOf = resendOf,
        };
    }

    /// <summary>
    /// Appends the stored form of everything that changes. <paramref name="padTo"/>: zeros follow until it takes at
    /// least that many octets, so
    /// that a row which is known to grow is given its room at once.
    /// </summary>
    public static void WriteProgress(Message message, MessageBuffer buffer, int padTo)
    {
        int start = buffer.Length;
        long origin = message.Head.CreatedAt;
        buffer.StartNames();
        buffer.WriteByte(ProgressVersion);
        buffer.WriteByte((byte)message.State);
        buffer.WriteByte((byte)((message.IsRedacted ? RedactedFlag : 0)
            | (message.FeedbackConfirmed is null ? 0 : FeedbackKnownFlag)
            | (message.FeedbackConfirmed == true ? FeedbackConfirmedFlag : 0)
            | (message.BindDeliveries.Count > 0 ? BindDeliveriesFlag : 0)
            | (message.IsOpen ? OpenFlag : 0)
            | (message.IsSettled ? SettledFlag : 0)
            | (HasEarlierTries(message) ? EarlierTriesFlag : 0)
            | (PartsOf(message) != 0 ? MoreFlag : 0)));
        buffer.WriteFixed(message.Head.ValidUntil);
        buffer.WriteUnsigned((uint)message.ErrorCode);
        buffer.WriteTime(message.UpdatedAt, origin);
        buffer.WriteTime(message.SentAt, origin);
        buffer.WriteUnsigned((uint)message.Segments.Count);
        foreach (SegmentProgress segment in message.Segments) WriteSegment(segment, buffer);
        buffer.WriteUnsigned((uint)message.Attempts.Count);
        foreach (Attempt attempt in message.Attempts) WriteAttempt(attempt, origin, buffer);
        buffer.WriteUnsigned((uint)message.Events.Count);
        int number = 0;
        long at = origin;
        foreach (MessageEvent entry in message.Events)
        {
            buffer.WriteSigned(entry.Number - number - 1L);
            buffer.WriteSigned(entry.At - at);
            buffer.WriteByte((byte)entry.Kind);
            buffer.WriteByte((byte)entry.State);
            buffer.WriteName(entry.Connection);
            buffer.WriteUnsigned(entry.Code);
            buffer.WriteText(entry.Detail);
            number = entry.Number;
            at = entry.At;
        }

        buffer.WriteUnsigned((uint)message.Deliveries.Count);
        foreach (WebhookDelivery delivery in message.Deliveries) WriteDelivery(delivery, origin, buffer);
        if (message.BindDeliveries.Count > 0)
        {
            buffer.WriteUnsigned((uint)message.BindDeliveries.Count);
            foreach (BindDelivery delivery in message.BindDeliveries) WriteBindDelivery(delivery, origin, buffer);
        }

        if (HasEarlierTries(message)) WriteEarlierTries(message, origin, buffer);
        if (PartsOf(message) != 0) WriteMore(message, origin, buffer);
        int padding = padTo - (buffer.Length - start);
        if (padding > 0) buffer.WriteZeros(padding);
    }

    /// <summary>The state in a stored progress, without reading the rest.</summary>
    public static MessageState ReadState(ReadOnlySpan<byte> progress)
    {
        var reader = new MessageBytes(progress);
        CheckVersion(reader.ReadByte(), ProgressVersion, "progress");
        return (MessageState)reader.ReadByte();
    }

    /// <summary>The public error code in a stored progress, without reading the rest.</summary>
    public static int ReadErrorCode(ReadOnlySpan<byte> progress)
    {
        var reader = new MessageBytes(progress);
        CheckVersion(reader.ReadByte(), ProgressVersion, "progress");
        reader.ReadByte();
        reader.ReadByte();
        reader.ReadFixed();
        return reader.ReadInt32();
    }

    /// <summary>What a search compares of a stored head, without reading the rest.</summary>
    public static HeadGlance Glance(ReadOnlySpan<byte> head)
    {
        var reader = new MessageBytes(head);
        CheckVersion(reader.ReadByte(), HeadVersion, "head");
        reader.ReadFixed();
        byte flags = reader.ReadByte();
        var direction = (MessageDirection)reader.ReadByte();
        var trafficClass = (TrafficClass)reader.ReadByte();
        reader.ReadByte();
        reader.ReadByte();
        reader.TryReadUtf8(out _);
        reader.TryReadUtf8(out _);
        reader.TryReadUtf8(out ReadOnlySpan<byte> from);
        reader.ReadInt32();
        reader.ReadSigned();
        reader.ReadTime(0);
        reader.ReadInt32();
        reader.TryReadUtf8(out _);
        reader.TryReadUtf8(out _);
        reader.TryReadUtf8(out ReadOnlySpan<byte> connection);
        reader.TryReadUtf8(out _);
        return new(direction, trafficClass, (flags & CopyFlag) != 0, from, connection, reader);
    }

    /// <summary>Whether a stored progress holds an attempt on a connection, without reading the rest.</summary>
    public static bool WasTriedOn(ReadOnlySpan<byte> progress, string connection)
    {
        MessageBytes reader = ToAttempts(progress, out _);
        for (int left = reader.ReadCount(); left > 0; left--)
        {
            if (ReadAttemptName(ref reader, out _) == connection) return true;
        }

        return false;
    }

    /// <summary>The end of validity in a stored progress when the message is open, else null; without reading the rest.</summary>
    public static long? ReadOpenUntil(ReadOnlySpan<byte> progress)
    {
        var reader = new MessageBytes(progress);
        CheckVersion(reader.ReadByte(), ProgressVersion, "progress");
        reader.ReadByte();
        return (reader.ReadByte() & OpenFlag) == 0 ? null : reader.ReadFixed();
    }

    /// <summary>Rebuilds a message from its head and its progress.</summary>
    /// <exception cref="InvalidDataException">The form is damaged, or of a version that this program does not know.</exception>
    public static Message ReadProgress(MessageHead head, ReadOnlySpan<byte> bytes)
    {
        var reader = new MessageBytes(bytes);
        CheckVersion(reader.ReadByte(), ProgressVersion, "progress");
        long origin = head.CreatedAt;
        var state = (MessageState)reader.ReadByte();
        byte flags = reader.ReadByte();
        reader.ReadFixed();
        int errorCode = reader.ReadInt32();
        long updatedAt = reader.ReadTime(origin);
        Message message = Message.Restore(head, state, updatedAt);
        message.ErrorCode = errorCode;
        message.SentAt = reader.ReadTime(origin);
        message.IsRedacted = (flags & RedactedFlag) != 0;
        message.IsSettled = (flags & SettledFlag) != 0;
        if ((flags & FeedbackKnownFlag) != 0) message.FeedbackConfirmed = (flags & FeedbackConfirmedFlag) != 0;
        int count = reader.ReadCount();
        message.Segments.EnsureCapacity(count);
        for (int i = 0; i < count; i++) message.Segments.Add(ReadSegment(ref reader));
        count = reader.ReadCount();
        message.Attempts.EnsureCapacity(count);
        for (int i = 0; i < count; i++) message.Attempts.Add(ReadAttempt(ref reader, origin));
        count = reader.ReadCount();
        message.Events.EnsureCapacity(count);
        int number = 0;
        long at = origin;
        for (int i = 0; i < count; i++)
        {
            number = reader.ReadNumber(number + 1L);
            at += reader.ReadSigned();
            var kind = (EventKind)reader.ReadByte();
            var after = (MessageState)reader.ReadByte();
            string? connection = reader.ReadName();
            uint code = reader.ReadUInt32();
            message.Events.Add(new(number, at, kind, after, connection, code, reader.ReadText()));
        }

        count = reader.ReadCount();
        message.Deliveries.EnsureCapacity(count);
        for (int i = 0; i < count; i++) message.Deliveries.Add(ReadDelivery(ref reader, origin));

        count = (flags & BindDeliveriesFlag) == 0 ? 0 : reader.ReadCount();
        message.BindDeliveries.EnsureCapacity(count);
        for (int i = 0; i < count; i++) message.BindDeliveries.Add(ReadBindDelivery(ref reader, origin));
        if ((flags & EarlierTriesFlag) != 0) ReadEarlierTries(message, ref reader, origin);
        if ((flags & MoreFlag) != 0) ReadMore(message, ref reader, origin);
        if (reader.ReadSpan(reader.Left).ContainsAnyExcept((byte)0)) throw MessageBytes.Damaged("unknown data follows the progress");
        return message;
    }

    /// <summary>The connection that took all of a message last, without reading the rest; null for none.</summary>
    public static string? ReadTaker(ReadOnlySpan<byte> progress, out MessageState state)
    {
        MessageBytes reader = ToAttempts(progress, out state);
        string? taker = null;
        for (int left = reader.ReadCount(); left > 0; left--)
        {
            string connection = ReadAttemptName(ref reader, out AttemptOutcome outcome);
            if (outcome is AttemptOutcome.Sent or AttemptOutcome.Rerouted) taker = connection;
        }

        return taker;
    }

    // A reader that stands before the number of attempts.
    private static MessageBytes ToAttempts(ReadOnlySpan<byte> progress, out MessageState state)
    {
        var reader = new MessageBytes(progress);
        CheckVersion(reader.ReadByte(), ProgressVersion, "progress");
        state = (MessageState)reader.ReadByte();
        reader.ReadByte();
        reader.ReadFixed();
        reader.ReadInt32();
        reader.ReadTime(0);
        reader.ReadTime(0);
        for (int left = reader.ReadCount(); left > 0; left--) SkipSegment(ref reader);
        return reader;
    }

    private static string ReadAttemptName(ref MessageBytes reader, out AttemptOutcome outcome)
    {
        reader.ReadInt32();
        string connection = Required(reader.ReadName());
        DecisionCodec.Skip(ref reader);
        reader.ReadTime(0);
        reader.ReadTime(0);
        outcome = (AttemptOutcome)reader.ReadByte();
        reader.ReadUInt32();
        reader.ReadInt32();
        reader.ReadByte();
        return connection;
    }

    private static void SkipSegment(ref MessageBytes reader)
    {
        reader.ReadByte();
        reader.ReadByte();
        reader.ReadByte();
        reader.ReadInt32();
        reader.ReadUInt32();
        reader.TryReadUtf8(out _);
        reader.TryReadUtf8(out _);
    }

    private static void WriteSegment(SegmentProgress segment, MessageBuffer buffer)
    {
        buffer.WriteByte((byte)segment.State);
        buffer.WriteByte(segment.PossibleDuplicate ? DuplicateFlag : (byte)0);
        buffer.WriteByte(segment.ReceiptState);
        buffer.WriteUnsigned((uint)segment.Attempt);
        buffer.WriteUnsigned(segment.CommandStatus);
        buffer.WriteText(segment.VendorId);
        buffer.WriteText(segment.ReceiptError);
    }

    private static SegmentProgress ReadSegment(ref MessageBytes reader)
    {
        var state = (SegmentState)reader.ReadByte();
        bool duplicate = (reader.ReadByte() & DuplicateFlag) != 0;
        byte receipt = reader.ReadByte();
        return new()
        {
            State = state,
            PossibleDuplicate = duplicate,
            ReceiptState = receipt,
            Attempt = reader.ReadInt32(),
            CommandStatus = reader.ReadUInt32(),
            VendorId = reader.ReadText(),
            ReceiptError = reader.ReadShared(),
        };
    }

    private static void WriteAttempt(Attempt attempt, long origin, MessageBuffer buffer)
    {
        buffer.WriteUnsigned((uint)attempt.Number);
        buffer.WriteName(attempt.Connection);
        DecisionCodec.Write(attempt.Decision, buffer);
        buffer.WriteTime(attempt.StartedAt, origin);
        buffer.WriteTime(attempt.EndedAt, origin);
        buffer.WriteByte((byte)attempt.Outcome);
        buffer.WriteUnsigned(attempt.CommandStatus);
        buffer.WriteUnsigned(attempt.Reference);
        buffer.WriteByte(attempt.PossibleDuplicate ? DuplicateFlag : (byte)0);
    }

    private static Attempt ReadAttempt(ref MessageBytes reader, long origin)
    {
        int number = reader.ReadInt32();
        string connection = Required(reader.ReadName());
        RouteDecision decision = DecisionCodec.Read(ref reader);
        return new()
        {
            Number = number,
            Connection = connection,
            Decision = decision,
            StartedAt = reader.ReadTime(origin),
            EndedAt = reader.ReadTime(origin),
            Outcome = (AttemptOutcome)reader.ReadByte(),
            CommandStatus = reader.ReadUInt32(),
            Reference = (ushort)reader.ReadInt32(),
            PossibleDuplicate = (reader.ReadByte() & DuplicateFlag) != 0,
        };
    }

    private static void WriteDelivery(WebhookDelivery delivery, long origin, MessageBuffer buffer)
    {
        buffer.WriteUnsigned((uint)delivery.EventNumber);
        buffer.WriteByte((byte)delivery.Status);
        buffer.WriteByte((byte)delivery.State);
        buffer.WriteUnsigned((uint)delivery.Tries);
        buffer.WriteTime(delivery.NextAt, origin);
        buffer.WriteTime(delivery.LastAt, origin);
        buffer.WriteUnsigned((uint)delivery.LastStatus);
        buffer.WriteUnsigned((uint)delivery.LastTookMicros);
        buffer.WriteText(delivery.LastError);
    }

    private static WebhookDelivery ReadDelivery(ref MessageBytes reader, long origin)
    {
        int number = reader.ReadInt32();
        var status = (MessageState)reader.ReadByte();
        return new()
        {
            EventNumber = number,
            Status = status,
            State = (DeliveryState)reader.ReadByte(),
            Tries = reader.ReadInt32(),
            NextAt = reader.ReadTime(origin),
            LastAt = reader.ReadTime(origin),
            LastStatus = reader.ReadInt32(),
            LastTookMicros = reader.ReadInt32(),
            LastError = reader.ReadText(),
        };
    }

    private static bool HasEarlierTries(Message message)
    {
        foreach (WebhookDelivery delivery in message.Deliveries)
        {
            if (delivery.Earlier is { Count: > 0 }) return true;
        }

        return false;
    }

    // One list for each delivery, empty for most: those that have none anywhere cost nothing.
    private static void WriteEarlierTries(Message message, long origin, MessageBuffer buffer)
    {
        foreach (WebhookDelivery delivery in message.Deliveries)
        {
            buffer.WriteUnsigned((uint)(delivery.Earlier?.Count ?? 0));
            if (delivery.Earlier is null) continue;
            foreach (WebhookTry each in delivery.Earlier)
            {
                buffer.WriteTime(each.At, origin);
                buffer.WriteUnsigned((uint)each.Status);
                buffer.WriteUnsigned((uint)each.TookMicros);
                buffer.WriteText(each.Error);
            }
        }
    }

    private static void ReadEarlierTries(Message message, ref MessageBytes reader, long origin)
    {
        foreach (WebhookDelivery delivery in message.Deliveries)
        {
            int count = reader.ReadCount();
            if (count == 0) continue;
            delivery.Earlier = new(count);
            for (int i = 0; i < count; i++)
                delivery.Earlier.Add(new(reader.ReadTime(origin), reader.ReadInt32(), reader.ReadInt32(), reader.ReadText()));
        }
    }

    private static uint PartsOf(Message message) => (message.Tries > 0 ? TriesPart : 0)
        | (message.NotBefore != 0 ? NotBeforePart : 0)
        | (message.Superseded.Count > 0 ? SupersededPart : 0)
        | (message.Attempts.Exists(static attempt => DecisionCodec.HasDetails(attempt.Decision)) ? DecisionsPart : 0)
        | (message.Unrouted is not null ? UnroutedPart : 0)
        | (message.CopiedAs is not null ? CopiedPart : 0);

    private static void WriteMore(Message message, long origin, MessageBuffer buffer)
    {
        uint parts = PartsOf(message);
        buffer.WriteUnsigned(parts);
        if ((parts & TriesPart) != 0) buffer.WriteUnsigned((uint)message.Tries);
        if ((parts & NotBeforePart) != 0) buffer.WriteTime(message.NotBefore, origin);
        if ((parts & SupersededPart) != 0) WriteSuperseded(message, buffer);
        if ((parts & DecisionsPart) != 0)
        {
            foreach (Attempt attempt in message.Attempts) DecisionCodec.WriteDetails(attempt.Decision, buffer);
        }

        if (message.Unrouted is { } unrouted)
        {
            DecisionCodec.Write(unrouted, buffer);
            DecisionCodec.WriteDetails(unrouted, buffer);
        }

        if (message.CopiedAs is { } copy) WriteId(copy, buffer);
    }

    private static void WriteSuperseded(Message message, MessageBuffer buffer)
    {
        buffer.WriteUnsigned((uint)message.Superseded.Count);
        for (int i = 0; i < message.Superseded.Count; i++)
        {
            SupersededCopy copy = message.Superseded[i];
            buffer.WriteUnsigned((uint)copy.Attempt);
            buffer.WriteUnsigned((uint)copy.Segments.Count);
            foreach (SegmentProgress segment in copy.Segments) WriteSegment(segment, buffer);
        }
    }

    private static void ReadMore(Message message, ref MessageBytes reader, long origin)
    {
        uint parts = reader.ReadUInt32();
        if ((parts & ~KnownParts) != 0) throw MessageBytes.Damaged("it holds what this program does not know");
        if ((parts & TriesPart) != 0) message.Tries = reader.ReadInt32();
        if ((parts & NotBeforePart) != 0) message.NotBefore = reader.ReadTime(origin);
        if ((parts & SupersededPart) != 0) ReadSuperseded(message, ref reader);
        if ((parts & DecisionsPart) != 0)
        {
            foreach (Attempt attempt in message.Attempts) attempt.Decision = DecisionCodec.ReadDetails(attempt.Decision, ref reader);
        }

        if ((parts & UnroutedPart) != 0) message.Unrouted = DecisionCodec.ReadDetails(DecisionCodec.Read(ref reader), ref reader);
        if ((parts & CopiedPart) != 0) message.CopiedAs = ReadId(ref reader);
    }

    private static void ReadSuperseded(Message message, ref MessageBytes reader)
    {
        var copies = new SupersededCopy[reader.ReadCount()];
        for (int i = 0; i < copies.Length; i++)
        {
            int attempt = reader.ReadInt32();
            int count = reader.ReadCount();
            var segments = new List<SegmentProgress>(count);
            for (int s = 0; s < count; s++) segments.Add(ReadSegment(ref reader));
            copies[i] = new() { Attempt = attempt, Segments = segments };
        }

        message.Superseded = copies;
    }

    private static void WriteBindDelivery(BindDelivery delivery, long origin, MessageBuffer buffer)
    {
        buffer.WriteUnsigned((uint)delivery.EventNumber);
        buffer.WriteUnsigned((uint)delivery.Part);
        buffer.WriteByte((byte)delivery.Status);
        buffer.WriteByte((byte)delivery.State);
        buffer.WriteUnsigned((uint)delivery.Tries);
        buffer.WriteTime(delivery.LastAt, origin);
        buffer.WriteUnsigned(delivery.LastStatus);
    }

    private static BindDelivery ReadBindDelivery(ref MessageBytes reader, long origin)
    {
        int number = reader.ReadInt32();
        int part = reader.ReadInt32();
        var status = (MessageState)reader.ReadByte();
        return new()
        {
            EventNumber = number,
            Part = part,
            Status = status,
            State = (DeliveryState)reader.ReadByte(),
            Tries = reader.ReadInt32(),
            LastAt = reader.ReadTime(origin),
            LastStatus = reader.ReadUInt32(),
        };
    }

    private static void WriteSubmit(SubmitDetails submit, MessageBuffer buffer)
    {
        buffer.WriteText(submit.ServiceType);
        WriteAddress(submit.Source, buffer);
        WriteAddress(submit.Destination, buffer);
        buffer.WriteByte(submit.RegisteredDelivery);
        buffer.WriteByte(submit.ProtocolId);
        buffer.WriteByte(submit.DataCoding);
        buffer.WriteUnsigned(submit.UserReference is { } reference ? reference + 1u : 0);
        buffer.WriteUnsigned((ulong)submit.Group.Key);
        buffer.WriteUnsigned((ulong)submit.Group.Tail);
        buffer.WriteUnsigned((uint)submit.Others.Count);
        for (int i = 0; i < submit.Others.Count; i++) buffer.WriteUnsigned((ulong)submit.Others[i]);
        buffer.WriteUnsigned((uint)submit.PartCount);
        buffer.WriteUnsigned((uint)submit.Parts.Count);
        for (int i = 0; i < submit.Parts.Count; i++)
        {
            SubmittedPart part = submit.Parts[i];
            buffer.WriteByte(part.Number);
            buffer.WriteByte(part.RegisteredDelivery);
            buffer.WriteByte(part.IsUcs2 ? (byte)1 : (byte)0);
            buffer.WriteText(part.Content);
        }
    }

    private static SubmitDetails ReadSubmit(ref MessageBytes reader)
    {
        string serviceType = Required(reader.ReadShared());
        SubmitAddress source = ReadAddress(ref reader);
        SubmitAddress destination = ReadAddress(ref reader);
        byte registered = reader.ReadByte();
        byte protocol = reader.ReadByte();
        byte coding = reader.ReadByte();
        uint reference = reader.ReadUInt32();
        long groupKey = (long)reader.ReadUnsigned();
        var group = new MessageId(groupKey, (long)reader.ReadUnsigned());
        int otherCount = reader.ReadCount();
        long[] others = otherCount == 0 ? [] : new long[otherCount];
        for (int i = 0; i < otherCount; i++) others[i] = (long)reader.ReadUnsigned();
        int total = reader.ReadInt32();
        int partCount = reader.ReadCount();
        SubmittedPart[] parts = partCount == 0 ? [] : new SubmittedPart[partCount];
        for (int i = 0; i < partCount; i++)
        {
            byte number = reader.ReadByte();
            byte partRegistered = reader.ReadByte();
            bool isUcs2 = reader.ReadByte() != 0;
            parts[i] = new(number, partRegistered, reader.ReadText(), isUcs2);
        }

        return new()
        {
            ServiceType = serviceType,
            Source = source,
            Destination = destination,
            RegisteredDelivery = registered,
            ProtocolId = protocol,
            DataCoding = coding,
            UserReference = reference == 0 ? null : (ushort)(reference - 1),
            Group = group,
            Others = others,
            PartCount = total,
            Parts = parts,
        };
    }

    private static void WriteAddress(SubmitAddress address, MessageBuffer buffer)
    {
        buffer.WriteByte(address.Ton);
        buffer.WriteByte(address.Npi);
        buffer.WriteText(address.Digits);
    }

    private static SubmitAddress ReadAddress(ref MessageBytes reader)
    {
        byte ton = reader.ReadByte();
        byte npi = reader.ReadByte();
        return new(ton, npi, Required(reader.ReadText()));
    }

    private static void WriteId(MessageId id, MessageBuffer buffer)
    {
        buffer.WriteUnsigned((ulong)id.Key);
        buffer.WriteFixed(id.Tail);
    }

    private static MessageId ReadId(ref MessageBytes reader)
    {
        long key = (long)reader.ReadUnsigned();
        return new(key, reader.ReadFixed());
    }

    private static void WriteMetadata(Metadata metadata, MessageBuffer buffer)
    {
        buffer.WriteUnsigned((uint)metadata.Count);
        for (int i = 0; i < metadata.Count; i++)
        {
            buffer.WriteText(metadata[i].Key);
            buffer.WriteText(metadata[i].Value);
        }
    }

    private static Metadata ReadMetadata(ref MessageBytes reader)
    {
        var items = new KeyValuePair<string, string>[reader.ReadCount()];
        for (int i = 0; i < items.Length; i++) items[i] = new(Required(reader.ReadShared()), Required(reader.ReadText()));
        return Metadata.Restore(items);
    }

    private static void CheckVersion(byte version, byte known, string part)
    {
        if (version != known) throw MessageBytes.Damaged($"its {part} is of version {version}, and this program knows {known}");
    }

    private static string Required(string? text) => text ?? throw MessageBytes.Damaged("a text is missing");
}
