using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Storage.Tests;

/// <summary>Messages as they are in life, and the steps of that life.</summary>
public static class Sample
{
    public const string Account = "AC00000000000000000000000000000001";
    public const string Connection = "north-1";
    public const string Group = "north";

    private static readonly RouteDecision Decision =
        new(7, "default", [new(Connection, CandidateCode.Chosen), new("south-1", CandidateCode.LaterInPlan)]);

    public static Message Accept(
        IJournalTransaction transaction,
        string to = "+4915112345678",
        string account = Account,
        string from = "CROSSPOINT",
        TimeSpan? validity = null)
    {
        long now = transaction.Now;
        var message = Message.Create(
            new()
            {
                Id = transaction.NextId(),
                AccountSid = account,
                From = from,
                To = to,
                Body = "Your code is 123456. It is valid for ten minutes; do not share it with anyone, not even with us. Thanks!",
                SegmentCount = 1,
                CreatedAt = now,
                ValidUntil = now + Micros.From(validity ?? TimeSpan.FromHours(4)),
                CallbackUrl = "https://hooks.example.org/status",
            },
            MessageState.Queued,
            EventKind.Accepted);
        transaction.Insert(message);
        return message;
    }

    public static Message AcceptAndStart(IJournalTransaction transaction, string to = "+4915112345678")
    {
        Message message = Accept(transaction, to);
        Start(transaction, message);
        return message;
    }

    public static void Start(IJournalTransaction transaction, Message message)
    {
        long now = transaction.Now;
        message.Attempts.Add(new() { Number = message.Attempts.Count + 1, Connection = Connection, Decision = Decision, StartedAt = now });
        if (message.Segments.Count == 0) message.Segments.Add(new());
        message.Segments[0].State = SegmentState.InFlight;
        message.Segments[0].Attempt = message.Attempts.Count;
        message.TryMove(MessageState.Sending, now, EventKind.AttemptStarted, Connection);
        transaction.Save(message);
    }

    public static void Sent(IJournalTransaction transaction, Message message, string vendorId)
    {
        long now = transaction.Now;
        message.Segments[0].State = SegmentState.Sent;
        message.Segments[0].VendorId = vendorId;
        Attempt attempt = message.LastAttempt!;
        attempt.EndedAt = now;
        attempt.Outcome = AttemptOutcome.Sent;
        message.SentAt = now;
        message.TryMove(MessageState.Sent, now, EventKind.Sent, Connection);
        transaction.Correlate(Group, vendorId, message.Id.Key, 0);
        transaction.Save(message);
    }

    public static void Delivered(IJournalTransaction transaction, Message message)
    {
        long now = transaction.Now;
        message.Segments[0].State = SegmentState.Delivered;
        message.Segments[0].ReceiptState = 2;
        message.Segments[0].ReceiptError = "000";
        MessageEvent delivered = message.TryMove(MessageState.Delivered, now, EventKind.Delivered, Connection, 2)!;
        message.Deliveries.Add(new() { EventNumber = delivered.Number, Status = MessageState.Delivered, NextAt = now });
        transaction.Save(message);
    }

    public static void WebhookDone(IJournalTransaction transaction, Message message)
    {
        WebhookDelivery delivery = message.Deliveries[^1];
        delivery.State = DeliveryState.Delivered;
        delivery.Tries = 1;
        delivery.LastAt = transaction.Now;
        delivery.LastStatus = 204;
        delivery.LastTookMicros = 1_800;
        delivery.NextAt = 0;
        transaction.Save(message);
    }

    public static ParkedReceipt Receipt(string vendorId, long at, string? textId = null, string group = Group) =>
        new(group, vendorId, textId, at, 2, "000", "4915112345678", Connection);
}
