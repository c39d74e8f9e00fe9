using System.Globalization;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Benchmarks.Storage;

/// <summary>
/// One ordinary message, step by step, as the engine writes it: 100 characters, one segment, one attempt, one receipt,
/// one webhook.
/// </summary>
internal sealed class MessageLife(int number, Action<MessageLife, StoreFailure?> told) : Transition
{
    public const int Steps = 4;

    private const string Connection = "north-1";
    private const string Text = "Your code is 123456. It is valid for ten minutes; do not share it with anyone, not even with us, ok?";

    private static readonly RouteDecision Decision =
        new(7, "default", [new(Connection, CandidateCode.Chosen), new("south-1", CandidateCode.LaterInPlan)]);

    private readonly string _recipient = string.Create(CultureInfo.InvariantCulture, $"+49151{number % 100_000_000:D8}");

    // Ids as carriers make them: some count, some look random. These look random, which is the harder case for the index.
    private readonly string _vendorId = ((ulong)number * 0x9E37_79B9_7F4A_7C15 >> 24).ToString("x", CultureInfo.InvariantCulture);

    public int Step { get; private set; }

    public long EnqueuedAt { get; set; }

    public MessageId Id { get; private set; }

    public override void Apply(IJournalTransaction transaction)
    {
        switch (Step)
        {
            case 0:
                Accept(transaction);
                break;
            case 1:
                Sent(transaction, transaction.Find(Id.Key)!);
                break;
            case 2:
                Delivered(transaction, transaction.FindCorrelated("north", _vendorId));
                break;
            default:
                WebhookDone(transaction, transaction.Find(Id.Key)!);
                break;
        }
    }

    public override void Committed()
    {
        Step++;
        told(this, null);
    }

    public override void Failed(StoreFailure failure) => told(this, failure);

    /// <summary>A message as it stands after so many steps, for work on the stored form alone.</summary>
    public static Message After(int steps, MessageId id, long now, string recipient, string vendorId)
    {
        Message message = New(id, now, recipient);
        Start(message, now);
        if (steps > 1) TakeAnswer(message, now + 1_200, vendorId);
        if (steps > 2) TakeReceipt(message, now + 3_400_000);
        if (steps > 3) EndWebhook(message, now + 3_450_000);
        return message;
    }

    private void Accept(IJournalTransaction transaction)
    {
        Id = transaction.NextId();
        Message message = New(Id, transaction.Now, _recipient);
        Start(message, transaction.Now);
        transaction.Insert(message);
    }

    private void Sent(IJournalTransaction transaction, Message message)
    {
        TakeAnswer(message, transaction.Now, _vendorId);
        transaction.Correlate("north", _vendorId, Id.Key, 0);
        foreach (ParkedReceipt unused in transaction.TakeParked("north", _vendorId))
        {
            throw new InvalidOperationException("Nothing was parked.");
        }
        transaction.Save(message);
    }

    private static void Delivered(IJournalTransaction transaction, IReadOnlyList<CorrelationHit> hits)
    {
        Message message = transaction.Find(hits[0].Key)!;
        TakeReceipt(message, transaction.Now);
        transaction.Save(message);
    }

    private static void WebhookDone(IJournalTransaction transaction, Message message)
    {
        EndWebhook(message, transaction.Now);
        transaction.Save(message);
    }

    private static Message New(MessageId id, long now, string recipient) => Message.Create(
        new()
        {
            Id = id,
            AccountSid = "AC00000000000000000000000000000001",
            From = "CROSSPOINT",
            To = recipient,
            Body = Text,
            SegmentCount = 1,
            CreatedAt = now,
            ValidUntil = now + 14_400 * Micros.PerSecond,
            CallbackUrl = "https://hooks.example.org/status",
        },
        MessageState.Queued,
        EventKind.Accepted);

    private static void Start(Message message, long now)
    {
        message.Attempts.Add(new() { Number = 1, Connection = Connection, Decision = Decision, StartedAt = now });
        message.Segments.Add(new() { State = SegmentState.InFlight, Attempt = 1 });
        message.TryMove(MessageState.Sending, now, EventKind.AttemptStarted, Connection);
    }

    private static void TakeAnswer(Message message, long now, string vendorId)
    {
        SegmentProgress segment = message.Segments[0];
        segment.State = SegmentState.Sent;
        segment.VendorId = vendorId;
        Attempt attempt = message.Attempts[0];
        attempt.EndedAt = now;
        attempt.Outcome = AttemptOutcome.Sent;
        message.SentAt = now;
        message.TryMove(MessageState.Sent, now, EventKind.Sent, Connection);
    }

    private static void TakeReceipt(Message message, long now)
    {
        SegmentProgress segment = message.Segments[0];
        segment.State = SegmentState.Delivered;
        segment.ReceiptState = 2;
        segment.ReceiptError = "000";
        MessageEvent entry = message.TryMove(MessageState.Delivered, now, EventKind.Delivered, Connection, 2)!;
        message.Deliveries.Add(new() { EventNumber = entry.Number, Status = MessageState.Delivered, NextAt = now });
    }

    private static void EndWebhook(Message message, long now)
    {
        WebhookDelivery delivery = message.Deliveries[0];
        delivery.State = DeliveryState.Delivered;
        delivery.Tries = 1;
        delivery.NextAt = 0;
        delivery.LastAt = now;
        delivery.LastStatus = 204;
        delivery.LastTookMicros = 1_800;
    }
}
