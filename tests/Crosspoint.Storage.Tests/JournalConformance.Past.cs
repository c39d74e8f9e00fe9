using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Storage.Tests;

public abstract partial class JournalConformance
{
    [Fact]
    public async Task ReadPast_OverDays_GivesEachOutboundMessageOfTheRangeOnceInOrder()
    {
        var ids = new List<MessageId>();
        long from = 0, to = 0;
        for (int day = 0; day < 4; day++)
        {
            await CommitAsync(transaction =>
            {
                if (day == 1) from = transaction.Now;
                if (day == 3) to = transaction.Now;

                // More than one call looks at.
                for (int i = 0; i < 2_100; i++)
                {
                    Message message = Sample.Accept(transaction, account: i % 2 == 0 ? Sample.Account : "AC2");
                    if (day is 1 or 2) ids.Add(message.Id);
                }
            });
            Time.Advance(TimeSpan.FromHours(24));
        }

        List<PastMessage> read = await ReadPastAsync(from, to);

        read.Select(static past => past.Head.Id).ShouldBe(ids);
        read.ShouldAllBe(static past => past.State == MessageState.Queued && past.Taker == null);
    }

    [Fact]
    public async Task ReadPast_Messages_SayWhoTookThem_AndInboundOnesAreLeftOut()
    {
        MessageId untaken = await AcceptAsync();
        MessageId sent = await SendAsync("v-1");
        MessageId delivered = await SendAsync("v-2");
        MessageId tried = default;
        await CommitAsync(transaction =>
        {
            Sample.Delivered(transaction, transaction.Find(delivered.Key)!);
            tried = Sample.AcceptAndStart(transaction).Id;
            Message inbound = Message.Create(
                new()
                {
                    Id = transaction.NextId(),
                    AccountSid = Sample.Account,
                    Direction = MessageDirection.Inbound,
                    From = "+491",
                    To = "+492",
                    Body = "in",
                    CreatedAt = transaction.Now,
                    ValidUntil = transaction.Now,
                },
                MessageState.Received, EventKind.Received);
            transaction.Insert(inbound);
        });

        List<PastMessage> read = await ReadPastAsync(0, long.MaxValue / 2);

        read.Select(static past => (past.Head.Id, past.State, past.Taker)).ShouldBe(
        [
            (untaken, MessageState.Queued, null),
            (sent, MessageState.Sent, Sample.Connection),
            (delivered, MessageState.Delivered, Sample.Connection),
            (tried, MessageState.Sending, null),
        ]);
        read[0].Head.Body.ShouldStartWith("Your code");
    }

    [Fact]
    public async Task ReadPast_RerouteAndManyTries_GivesTheLastThatTookIt()
    {
        MessageId id = default;
        await CommitAsync(transaction =>
        {
            Message message = Sample.Accept(transaction);
            id = message.Id;
            foreach ((string connection, AttemptOutcome outcome) in new[]
            {
                ("north-1", AttemptOutcome.Retry), ("south-1", AttemptOutcome.Rerouted), ("west-1", AttemptOutcome.Sent), ("north-1", AttemptOutcome.Failed),
            })
            {
                message.Attempts.Add(new()
                {
                    Number = message.Attempts.Count + 1,
                    Connection = connection,
                    Decision = new(7, "rule", [new(connection, CandidateCode.Chosen) { Price = 7 }, new("other", CandidateCode.Dearer)])
                    {
                        Facts = new() { Country = "DE" },
                    },
                    StartedAt = transaction.Now,
                    EndedAt = transaction.Now + 5,
                    Outcome = outcome,
                    CommandStatus = 88,
                });
            }

            message.Segments.Add(new() { State = SegmentState.Sent, VendorId = "v", ReceiptError = "000" });
            transaction.Save(message);
        });

        (await ReadPastAsync(0, long.MaxValue / 2)).Single().Taker.ShouldBe("west-1");
        (await FindAsync(id)).Attempts.Count.ShouldBe(4);
    }

    [Fact]
    public async Task ReadPast_NothingThere_EndsAtOnce()
    {
        (await ReadPastAsync(0, long.MaxValue / 2)).ShouldBeEmpty();
        await AcceptAsync();
        (await ReadPastAsync(0, 1)).ShouldBeEmpty();
    }

    [Fact]
    public async Task ReadPast_WhileMuchIsToBeWritten_Waits()
    {
        await AcceptAsync();
        using var go = new ManualResetEventSlim();
        List<Step> steps = [new Step(_ => go.Wait(TimeSpan.FromSeconds(30), Token))];
        for (int i = 0; i <= IJournal.BackgroundDepth; i++) steps.Add(new Step(static _ => { }));
        foreach (Step step in steps) Journal.Enqueue(step);

        Task<List<PastMessage>> read = ReadPastAsync(0, long.MaxValue / 2);
        Time.Advance(TimeSpan.FromSeconds(1));
        read.IsCompleted.ShouldBeFalse();
        go.Set();
        await Task.WhenAll(steps.Select(static step => step.Result)).WaitAsync(TimeSpan.FromSeconds(30), Token);
        while (Journal.QueueDepth > IJournal.BackgroundDepth) await Task.Yield();
        while (!read.IsCompleted)
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        (await read).Count.ShouldBe(1);
    }

    private async Task<List<PastMessage>> ReadPastAsync(long from, long before)
    {
        var read = new List<PastMessage>();
        for (long? after = 0; after is not null;) after = await Journal.ReadPastAsync(from, before, after.Value, read, Token);
        return read;
    }
}
