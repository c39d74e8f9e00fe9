using System.Collections;
using System.Reflection;
using System.Text.Json;
using Crosspoint.Engine.Messages;
using Crosspoint.Sms.Numbers;
using Crosspoint.Sms.Text;

namespace Crosspoint.Engine.Tests.Messages;

public sealed class MessageCodecTests
{
    private const string FirstVersionRow =
        "0188776655443322110100000001044143310D2B31353535313233303030310553686F70012281A0A39C8C023C1368747470733A2F2F78"
        + "2E6578616D706C652F00000002026102620668656C6C6F";

    private static readonly string[] Texts = ["", "a", "north-1", "Grüße aus Köln ✓", "🙂 emoji", new('x', 300), "line\r\nline\0end"];

    private readonly Random _random = new(20261121);
    private readonly MessageBuffer _buffer = new();

    [Fact]
    public void WriteAndRead_RandomMessages_EveryFieldSurvives()
    {
        var seen = new HashSet<string>();
        for (int i = 0; i < 3_000; i++)
        {
            Message message = RandomMessage();
            Message read = RoundTrip(message, padTo: _random.Next(0, 600));
            JsonSerializer.Serialize(read).ShouldBe(JsonSerializer.Serialize(message));
            NoteFields(message, seen);
        }

        // The samples must have used every property, or a forgotten one would pass unnoticed.
        Type[] types =
        [
            typeof(Message), typeof(MessageHead), typeof(SegmentProgress), typeof(Attempt), typeof(RouteDecision), typeof(RouteCandidate), typeof(RouteFacts),
            typeof(MessageEvent), typeof(WebhookDelivery), typeof(BindDelivery), typeof(SubmitDetails), typeof(SubmittedPart),
            typeof(SubmitAddress), typeof(SupersededCopy),
        ];
        foreach (Type type in types)
        {
            foreach (PropertyInfo property in Fields(type)) seen.ShouldContain($"{type.Name}.{property.Name}");
        }
    }

    [Fact]
    public void ReadHead_OfTheFirstPrograms_HasNothingBehindTheBody()
    {
        // A row as the first version wrote it.
        byte[] row = Convert.FromHexString(FirstVersionRow);

        MessageHead head = MessageCodec.ReadHead(MessageId.FirstKeyAt(1_767_323_045_000), row);

        head.Body.ShouldBe("hello");
        head.Tags.ShouldBe(["a", "b"]);
        head.Metadata.ShouldBeSameAs(Metadata.Empty);
        _buffer.Clear();
        MessageCodec.WriteHead(head, _buffer);
        Convert.ToHexString(_buffer.Written).ShouldBe(FirstVersionRow);
    }

    [Fact]
    public void WriteHead_WithMetadata_KeepsTheOrder()
    {
        Metadata metadata = Metadata.TryCreate([new("template_id", "1107"), new("entity_id", "")], out _)!;
        MessageHead head = RandomMessage().Head with { Metadata = metadata };
        _buffer.Clear();
        MessageCodec.WriteHead(head, _buffer);

        MessageCodec.ReadHead(head.Id.Key, _buffer.Written).Metadata.ShouldBe([new("template_id", "1107"), new("entity_id", "")]);
    }

    [Fact]
    public void ReadState_AndReadOpenUntil_AgreeWithTheMessage()
    {
        for (int i = 0; i < 500; i++)
        {
            Message message = RandomMessage();
            _buffer.Clear();
            MessageCodec.WriteProgress(message, _buffer, 0);

            MessageCodec.ReadState(_buffer.Written).ShouldBe(message.State);
            MessageCodec.ReadOpenUntil(_buffer.Written).ShouldBe(message.IsOpen ? message.Head.ValidUntil : null);
        }
    }

    [Fact]
    public void WriteProgress_NeverTriedAgain_IsAsOlderProgramsWroteIt()
    {
        Message message = Message.Create(RandomMessage().Head, MessageState.Queued, EventKind.Accepted);
        (_, byte[] before) = Write(message, 0);
        message.Tries = 2;
        (_, byte[] after) = Write(message, 0);

        (before[2] & 0x80, after[2] & 0x80, after.Length - before.Length).ShouldBe((0, 0x80, 2));
        after.AsSpan(3, before.Length - 3).SequenceEqual(before.AsSpan(3)).ShouldBeTrue();
        Should.Throw<InvalidDataException>(() => MessageCodec.ReadProgress(message.Head, [.. after[..^2], 64, 0])).Message.ShouldContain("does not know");
    }

    [Fact]
    public void WriteProgress_DecisionsOfTheDefaultListAlone_AreAsOlderProgramsWroteThem()
    {
        Message message = Message.Create(RandomMessage().Head, MessageState.Queued, EventKind.Accepted);
        var plain = new RouteDecision(3, "default", [new("a", CandidateCode.Chosen), new("b", CandidateCode.Down)]);
        message.Attempts.Add(new() { Number = 1, Connection = "a", Decision = plain });
        (_, byte[] before) = Write(message, 0);
        message.Attempts[0].Decision = plain with { Facts = new() { Country = "DE" } };
        (_, byte[] after) = Write(message, 0);

        // What is new stands behind all that was there before.
        (before[2] & 0x80, after[2] & 0x80).ShouldBe((0, 0x80));
        after.AsSpan(3, before.Length - 3).SequenceEqual(before.AsSpan(3)).ShouldBeTrue();
        MessageCodec.ReadProgress(message.Head, before).Attempts[0].Decision.Facts.ShouldBeNull();
        MessageCodec.ReadProgress(message.Head, after).Attempts[0].Decision.Facts!.Country.ShouldBe("DE");
    }

    [Fact]
    public void FindSegment_ByItsCorrelation_TellsTheCopiesApart()
    {
        Message message = Message.Create(RandomMessage().Head, MessageState.Queued, EventKind.Accepted);
        message.Segments.AddRange([new() { VendorId = "1" }, new() { VendorId = "2" }]);
        int old = message.CorrelationOf(1);
        message.Supersede();
        message.FindSegment(message.CorrelationOf(0), out _).ShouldBeNull();
        message.Segments.Add(new() { VendorId = "3" });

        message.FindSegment(old, out SupersededCopy? copy)!.VendorId.ShouldBe("2");
        copy.ShouldBeSameAs(message.Superseded[0]);
        message.FindSegment(message.CorrelationOf(0), out copy)!.VendorId.ShouldBe("3");
        copy.ShouldBeNull();
        message.FindSegment(message.CorrelationOf(1), out _).ShouldBeNull();
        message.FindSegment(message.CorrelationOf(0) + 256, out _).ShouldBeNull();
    }

    [Fact]
    public void Read_DataAfterTheEnd_IsRefused()
    {
        Message message = RandomMessage();
        (byte[] head, byte[] progress) = Write(message, 0);

        Should.Throw<InvalidDataException>(() => MessageCodec.ReadHead(1, [.. head, 0])).Message.ShouldContain("unknown data");
        Should.Throw<InvalidDataException>(
            () => MessageCodec.ReadProgress(message.Head, [.. progress, 0, 0, 7])).Message.ShouldContain("unknown data");
        MessageCodec.ReadProgress(message.Head, [.. progress, 0, 0, 0]).State.ShouldBe(message.State);
    }

    [Fact]
    public void Read_CutOrDamaged_NeverFailsOtherwiseThanAsDamage()
    {
        for (int i = 0; i < 300; i++)
        {
            Message message = RandomMessage();
            (byte[] head, byte[] progress) = Write(message, 0);
            for (int cut = 0; cut < head.Length; cut += 1 + head.Length / 40)
            {
                Should.Throw<InvalidDataException>(() => MessageCodec.ReadHead(message.Id.Key, head.AsSpan(0, cut)));
            }

            for (int cut = 0; cut < progress.Length; cut += 1 + progress.Length / 40)
            {
                Should.Throw<InvalidDataException>(() => MessageCodec.ReadProgress(message.Head, progress.AsSpan(0, cut)));
            }

            head[_random.Next(head.Length)] ^= (byte)(1 << _random.Next(8));
            progress[_random.Next(progress.Length)] ^= (byte)(1 << _random.Next(8));
            try
            {
                MessageCodec.ReadProgress(MessageCodec.ReadHead(message.Id.Key, head), progress);
            }
            catch (InvalidDataException)
            {
                // Said so. A flip that makes another valid form cannot be seen here: pages have no other check than the disk's.
            }
        }
    }

    [Fact]
    public void WriteProgress_NothingNew_TakesNoMoreRoomThanAsked()
    {
        Message message = RandomMessage();
        (_, byte[] bare) = Write(message, 0);
        Write(message, bare.Length + 100).Progress.Length.ShouldBe(bare.Length + 100);
        Write(message, bare.Length - 1).Progress.Length.ShouldBe(bare.Length);
    }

    [Fact]
    public void Read_NamesThatRepeat_AreOneInstance()
    {
        Message first = RoundTrip(RandomMessage(), 0);
        Message second = RoundTrip(Message.Create(first.Head with { Body = "another" }, MessageState.Queued, EventKind.Accepted), 0);

        second.Head.AccountSid.ShouldBeSameAs(first.Head.AccountSid);
    }

    private Message RoundTrip(Message message, int padTo)
    {
        (byte[] head, byte[] progress) = Write(message, padTo);
        return MessageCodec.ReadProgress(MessageCodec.ReadHead(message.Id.Key, head), progress);
    }

    private (byte[] Head, byte[] Progress) Write(Message message, int padTo)
    {
        _buffer.Clear();
        MessageCodec.WriteHead(message.Head, _buffer);
        byte[] head = _buffer.Written.ToArray();
        _buffer.Clear();
        MessageCodec.WriteProgress(message, _buffer, padTo);
        return (head, _buffer.Written.ToArray());
    }

    private MessageId? MaybeId(long near) => AnyBool() ? null : new(near + _random.Next(4096), _random.NextInt64() & 0x3FFF_FFFF_FFFF_FFFF);

    private Message RandomMessage()
    {
        long created = _random.NextInt64(1_500_000_000_000_000, 1_900_000_000_000_000);
        long key = MessageId.FirstKeyAt(created / 1000 + _random.Next(-5, 5)) + _random.Next(4096);
        var head = new MessageHead
        {
            Id = new(key, _random.NextInt64() & 0x3FFF_FFFF_FFFF_FFFF),
            AccountSid = "AC00000000000000000000000000000001",
            Direction = Any<MessageDirection>(),
            From = AnyText(),
            To = AnyText(),
            Body = AnyText(),
            Class = Any<TrafficClass>(),
            Encoding = Any<SmsEncoding>(),
            SegmentCount = _random.Next(0, 300),
            CreatedAt = created,
            ValidUntil = AnyTime(created),
            ValiditySeconds = _random.Next(0, 900_000),
            CallbackUrl = MaybeText(),
            CallbackForm = Any<CallbackForm>(),
            Reference = MaybeText(),
            Tags = [.. Enumerable.Range(0, _random.Next(0, 4)).Select(_ => AnyText())],
            Metadata = Metadata.TryCreate(
                [.. Enumerable.Range(0, _random.Next(0, 4)).Select(i => KeyValuePair.Create($"name_{i}", AnyText()))], out _) ?? Metadata.Empty,
            SmartEncoded = AnyBool(),
            ProvideFeedback = AnyBool(),
            Connection = MaybeText(),
            TraceParent = MaybeText(),
            SystemId = MaybeText(),
            Submit = AnyBool() ? RandomSubmit() : null,
            SendAt = AnyBool() ? 0 : AnyTime(created),
            CopyOf = MaybeId(key),
            ResendOf = MaybeId(key),
        };
        Message message = Message.Restore(head, Any<MessageState>(), AnyTime(created));
        message.ErrorCode = _random.Next(-1, 40_000);
        message.SentAt = AnyTime(created);
        message.FeedbackConfirmed = _random.Next(3) switch { 0 => null, 1 => true, _ => false };
        message.IsRedacted = AnyBool();
        message.IsSettled = AnyBool();
        message.Tries = AnyBool() ? 0 : _random.Next(0, 100);
        message.NotBefore = AnyTime(created);
        message.Segments.AddRange(RandomSegments());
        message.Unrouted = AnyBool() ? null : RandomDecision();
        message.CopiedAs = MaybeId(key);
        message.Superseded = [.. Enumerable.Range(0, _random.Next(0, 3)).Select(
            i => new SupersededCopy { Attempt = i + 1, Segments = RandomSegments() })];

        for (int i = _random.Next(0, 4); i > 0; i--)
        {
            message.Attempts.Add(new()
            {
                Number = _random.Next(0, 500),
                Connection = AnyText(),
                Decision = RandomDecision(),
                StartedAt = AnyTime(created),
                EndedAt = AnyTime(created),
                Outcome = Any<AttemptOutcome>(),
                CommandStatus = AnyCode(),
                Reference = (ushort)_random.Next(65_536),
                PossibleDuplicate = AnyBool(),
            });
        }

        int number = 0;
        for (int i = _random.Next(0, 9); i > 0; i--)
        {
            number += _random.Next(1, 4);
            message.Events.Add(new(number, AnyTime(created), Any<EventKind>(), Any<MessageState>(), MaybeText(), AnyCode(), MaybeText()));
        }

        for (int i = _random.Next(0, 4); i > 0; i--)
        {
            message.Deliveries.Add(new()
            {
                EventNumber = _random.Next(0, 90),
                Status = Any<MessageState>(),
                State = Any<DeliveryState>(),
                Tries = _random.Next(0, 20),
                NextAt = AnyTime(created),
                LastAt = AnyTime(created),
                LastStatus = _random.Next(0, 600),
                LastTookMicros = _random.Next(),
                LastError = MaybeText(),
                Earlier = AnyBool() ? null : [.. Enumerable.Range(0, _random.Next(1, 5)).Select(
                    _ => new WebhookTry(AnyTime(created), _random.Next(0, 600), _random.Next(), MaybeText()))],
            });
        }

        for (int i = _random.Next(0, 4); i > 0; i--)
        {
            message.BindDeliveries.Add(new()
            {
                EventNumber = _random.Next(0, 90),
                Part = _random.Next(0, 256),
                Status = Any<MessageState>(),
                State = Any<DeliveryState>(),
                Tries = _random.Next(0, 20),
                LastAt = AnyTime(created),
                LastStatus = AnyCode(),
            });
        }

        return message;
    }

    private RouteDecision RandomDecision() => new(
        _random.NextInt64(-3, 1 << 40),
        AnyText(),
        [.. Enumerable.Range(0, _random.Next(0, 12)).Select(_ => new RouteCandidate(AnyText(), Any<CandidateCode>())
        {
            Price = AnyBool() ? null : _random.NextInt64(-5, 1L << 40),
            Quality = AnyBool() ? null : _random.Next(0, 10_001),
            HealthLoss = AnyBool() ? 0 : _random.Next(0, 101),
            List = AnyBool() ? 0 : _random.Next(0, 9),
            IsShadow = AnyBool(),
            Drawn = AnyBool() ? null : _random.Next(0, 10_001),
            HealthNote = AnyBool() ? null : $"since 12:03:07: {_random.Next()}",
        })])
    {
        Facts = AnyBool() ? null : new()
        {
            PlanMark = AnyCode(),
            Currency = AnyText(),
            Country = AnyText(),
            NumberType = Any<NumberType>(),
            Network = AnyText(),
            Source = Any<NetworkSource>(),
            Conditions = _random.Next(0, 1 << 13),
            SellPrice = AnyBool() ? null : _random.NextInt64(0, 1L << 40),
            CopyTo = MaybeText(),
            IsCopyDropped = AnyBool(),
            DenyCode = AnyBool() ? 0 : _random.Next(1, 40_000),
            DenyReason = MaybeText(),
        },
    };

    private List<SegmentProgress> RandomSegments() => [.. Enumerable.Range(0, _random.Next(0, 6)).Select(_ => new SegmentProgress
    {
        State = Any<SegmentState>(),
        Attempt = _random.Next(0, 200),
        VendorId = MaybeText(),
        CommandStatus = AnyCode(),
        ReceiptState = (byte)_random.Next(256),
        ReceiptError = MaybeText(),
        PossibleDuplicate = AnyBool(),
    })];

    private SubmitDetails RandomSubmit() => new()
    {
        ServiceType = AnyText(),
        Source = new((byte)_random.Next(256), (byte)_random.Next(256), AnyText()),
        Destination = new((byte)_random.Next(256), (byte)_random.Next(256), AnyText()),
        RegisteredDelivery = (byte)_random.Next(256),
        ProtocolId = (byte)_random.Next(256),
        DataCoding = (byte)_random.Next(256),
        UserReference = AnyBool() ? (ushort)_random.Next(65_536) : null,
        Group = AnyBool() ? default : new(_random.NextInt64(), _random.NextInt64()),
        Others = [.. Enumerable.Range(0, _random.Next(0, 4)).Select(_ => _random.NextInt64())],
        PartCount = _random.Next(0, 256),
        Parts = [.. Enumerable.Range(0, _random.Next(0, 4)).Select(
            _ => new SubmittedPart((byte)_random.Next(256), (byte)_random.Next(256), MaybeText(), AnyBool()))],
    };

    private static IEnumerable<PropertyInfo> Fields(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.SetMethod is not null || typeof(IList).IsAssignableFrom(property.PropertyType));

    private static void NoteFields(object item, HashSet<string> seen)
    {
        foreach (PropertyInfo property in Fields(item.GetType()))
        {
            object? value = property.GetValue(item);
            bool isDefault = value is null
                || (property.PropertyType.IsValueType && value.Equals(Activator.CreateInstance(property.PropertyType)))
                || value is ICollection { Count: 0 };
            if (isDefault) continue;
            seen.Add($"{item.GetType().Name}.{property.Name}");
            if (value is MessageHead or RouteDecision or RouteFacts or SubmitDetails or SubmitAddress) NoteFields(value, seen);
            if (value is not (IEnumerable elements and not string)) continue;
            foreach (object element in elements)
            {
                if (element is not string) NoteFields(element, seen);
            }
        }
    }

    private T Any<T>()
        where T : struct, Enum
    {
        T[] values = Enum.GetValues<T>();
        return values[_random.Next(values.Length)];
    }

    private string AnyText() => Texts[_random.Next(Texts.Length)];

    private string? MaybeText() => _random.Next(3) == 0 ? null : AnyText();

    private bool AnyBool() => _random.Next(2) == 0;

    private uint AnyCode() =>
        _random.Next(3) switch { 0 => 0, 1 => (uint)_random.Next(0, 256), _ => (uint)_random.NextInt64(uint.MaxValue + 1L) };

    private long AnyTime(long around) => _random.Next(4) == 0 ? 0 : around + _random.NextInt64(-10_000_000, 1_000_000_000_000);
}
