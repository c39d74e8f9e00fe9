using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Storage.Tests;

public abstract partial class JournalConformance
{
    [Fact]
    public async Task Enqueue_ManyAtOnce_ToldInOrderOfApplication()
    {
        var applied = new List<int>();
        var told = new List<int>();
        var steps = new List<Step>();
        for (int i = 0; i < 5_000; i++)
        {
            int number = i;
            steps.Add(new Step(transaction =>
            {
                Sample.Accept(transaction);
                applied.Add(number);
            })
            { Told = _ => told.Add(number) });
        }

        foreach (Step step in steps) Journal.Enqueue(step);
        foreach (Step step in steps) (await step.Result.WaitAsync(Token)).ShouldBeNull();

        applied.ShouldBe(Enumerable.Range(0, 5_000));
        told.ShouldBe(Enumerable.Range(0, 5_000));
        Journal.QueueDepth.ShouldBe(0);
    }

    [Fact]
    public async Task Apply_Throws_OnlyThatTransitionIsRejected()
    {
        MessageId known = await AcceptAsync();
        MessageId first = default, last = default, lost = default;
        var steps = new Step[]
        {
            new(transaction => first = Sample.Accept(transaction).Id),
            new(transaction => Sample.Start(transaction, transaction.Find(known.Key)!)),
            new(transaction =>
            {
                lost = Sample.Accept(transaction).Id;
                transaction.Correlate(Sample.Group, "lost", lost.Key, 0);
                Message message = transaction.Find(known.Key)!;
                message.ErrorCode = 30008;
                transaction.Save(message);
                throw new InvalidOperationException("A fault of the program.");
            }),
            new(transaction => last = Sample.Accept(transaction).Id),
        };

        foreach (Step step in steps) Journal.Enqueue(step);

        (await steps[0].Result.WaitAsync(Token)).ShouldBeNull();
        (await steps[1].Result.WaitAsync(Token)).ShouldBeNull();
        (await steps[2].Result.WaitAsync(Token)).ShouldBe(StoreFailure.Rejected);
        (await steps[3].Result.WaitAsync(Token)).ShouldBeNull();
        (await FindAsync(first)).State.ShouldBe(MessageState.Queued);
        (await FindAsync(last)).State.ShouldBe(MessageState.Queued);
        Message kept = await FindAsync(known);
        kept.State.ShouldBe(MessageState.Sending);
        kept.ErrorCode.ShouldBe(0);
        kept.Attempts.Count.ShouldBe(1);
        if (lost.Key != last.Key) (await Journal.FindAsync(lost, Token)).ShouldBeNull();
        await CommitAsync(transaction =>
        {
            transaction.FindCorrelated(Sample.Group, "lost").ShouldBeEmpty();
            transaction.Find(known.Key)!.ErrorCode.ShouldBe(0);
        });
    }

    [Fact]
    public async Task Save_ManyTimesInOneGroup_LastStateIsKept()
    {
        MessageId id = await AcceptAsync();
        var steps = new List<Step>();
        for (int i = 1; i <= 200; i++)
        {
            int code = i;
            steps.Add(new Step(transaction =>
            {
                Message message = transaction.Find(id.Key)!;
                message.ErrorCode.ShouldBe(code - 1);
                message.ErrorCode = code;
                transaction.Save(message);
            }));
        }

        foreach (Step step in steps) Journal.Enqueue(step);
        foreach (Step step in steps) (await step.Result.WaitAsync(Token)).ShouldBeNull();

        (await FindAsync(id)).ErrorCode.ShouldBe(200);
    }

    [Fact]
    public async Task NextId_OverReopeningAndClockSetBack_KeepsRising()
    {
        long last = (await AcceptAsync()).Key;
        for (int i = 0; i < 3; i++)
        {
            Time.SetWallClock(Time.GetUtcNow() - TimeSpan.FromHours(1));
            await ReopenAsync();
            long next = (await AcceptAsync()).Key;
            next.ShouldBeGreaterThan(last);
            last = next;
        }
    }

    [Fact]
    public async Task Now_ClockSetBack_DoesNotFall()
    {
        long before = 0, after = 0;
        await CommitAsync(transaction => before = transaction.Now);
        Time.SetWallClock(Time.GetUtcNow() - TimeSpan.FromMinutes(5));
        await CommitAsync(transaction => after = transaction.Now);
        after.ShouldBeGreaterThanOrEqualTo(before);
    }

    [Fact]
    public async Task Find_InTransaction_SeesEarlierTransitionsAndUnknownKeyIsNull()
    {
        MessageId id = default;
        bool wasFound = false, wasUnknownFound = true;
        var first = new Step(transaction => id = Sample.Accept(transaction).Id);
        var second = new Step(transaction =>
        {
            wasFound = transaction.Find(id.Key) is not null;
            wasUnknownFound = transaction.Find(id.Key - 1) is not null || transaction.Find(1) is not null;
        });
        Journal.Enqueue(first);
        Journal.Enqueue(second);
        await second.Result.WaitAsync(Token);

        wasFound.ShouldBeTrue();
        wasUnknownFound.ShouldBeFalse();
    }

    [Fact]
    public async Task Save_MessageOfAnotherTransaction_IsRejected()
    {
        Message? foreign = null;
        await CommitAsync(transaction => foreign = Sample.Accept(transaction));
        (await RunAsync(transaction => transaction.Save(Message.Create(foreign!.Head, MessageState.Queued, EventKind.Accepted))))
            .ShouldBe(StoreFailure.Rejected);
    }

    [Fact]
    public async Task Insert_IdNotFromNextId_IsRejected()
    {
        (await RunAsync(transaction =>
        {
            MessageId id = transaction.NextId() with { Key = 77 };
            transaction.Insert(Message.Create(
                new() { Id = id, AccountSid = Sample.Account, From = "a", To = "b", Body = "c" }, MessageState.Queued, EventKind.Accepted));
        })).ShouldBe(StoreFailure.Rejected);
    }

    [Fact]
    public async Task Find_AfterCommit_ReturnsPrivateCopies()
    {
        MessageId id = await AcceptAsync();
        Message mine = await FindAsync(id);
        mine.ErrorCode = 1;
        mine.Events.Clear();

        Message other = await FindAsync(id);
        other.ErrorCode.ShouldBe(0);
        other.Events.Count.ShouldBe(1);
        await CommitAsync(transaction => transaction.Find(id.Key).ShouldNotBeNull().Events.Count.ShouldBe(1));
    }

    [Fact]
    public async Task Save_HeadReplaced_BodyIsGone()
    {
        MessageId id = await AcceptAsync();
        await CommitAsync(transaction =>
        {
            Message message = transaction.Find(id.Key)!;
            message.Head = message.Head with { Body = "" };
            message.IsRedacted = true;
            message.Note(transaction.Now, EventKind.Redacted);
            transaction.Save(message);
        });
        await ReopenAsync();

        Message read = await FindAsync(id);
        read.Head.Body.ShouldBe("");
        read.IsRedacted.ShouldBeTrue();
        read.Head.To.ShouldBe("+4915112345678");
    }

    [Fact]
    public async Task Save_ProgressGrowsFarBeyondItsRoom_IsReadWhole()
    {
        MessageId id = await AcceptAsync();
        string story = new('x', 400);
        for (int i = 0; i < 12; i++)
        {
            await CommitAsync(transaction =>
            {
                Message message = transaction.Find(id.Key)!;
                for (int note = 0; note < 5; note++)
                    message.Note(transaction.Now, EventKind.ReceiptNoted, "north-1", 2, $"{note} of a long story {story}");
                transaction.Save(message);
            });
        }

        (await FindAsync(id)).Events.Count.ShouldBe(61);
        await ReopenAsync();
        Message read = await FindAsync(id);
        read.Events[60].Number.ShouldBe(61);
        read.Events[60].Detail.ShouldBe($"4 of a long story {story}");
    }

    [Fact]
    public async Task Delete_Message_IsGoneWithItsVendorIds()
    {
        MessageId id = await SendAsync("gone-1");
        MessageId kept = await SendAsync("kept-1");
        await CommitAsync(transaction =>
        {
            transaction.Delete(transaction.Find(id.Key)!);
            transaction.Find(id.Key).ShouldBeNull();
            transaction.FindCorrelated(Sample.Group, "gone-1").ShouldBeEmpty();
        });

        (await Journal.FindAsync(id, Token)).ShouldBeNull();
        await ReopenAsync();
        (await Journal.FindAsync(id, Token)).ShouldBeNull();
        (await Journal.ListOpenAsync(0, 10, Token)).ShouldHaveSingleItem().Id.ShouldBe(kept);
        await CommitAsync(transaction =>
        {
            transaction.FindCorrelated(Sample.Group, "gone-1").ShouldBeEmpty();
            transaction.FindCorrelated(Sample.Group, "kept-1").ShouldHaveSingleItem().Key.ShouldBe(kept.Key);
        });
    }

    [Fact]
    public async Task Close_WithWorkWaiting_CommitsItAndRefusesLaterWork()
    {
        var ids = new List<MessageId>();
        var steps = new List<Step>();
        for (int i = 0; i < 500; i++) steps.Add(new Step(transaction => ids.Add(Sample.Accept(transaction).Id)));
        foreach (Step step in steps) Journal.Enqueue(step);

        await Journal.CloseAsync(Token);

        foreach (Step step in steps) step.Result.IsCompletedSuccessfully.ShouldBeTrue();
        Journal.Health.ShouldBe(JournalHealth.Closed);
        (await RunAsync(static _ => { })).ShouldBe(StoreFailure.Closed);
        Journal.Broken.IsCompleted.ShouldBeFalse();
        await ReopenAsync();
        foreach (MessageId id in ids) (await Journal.FindAsync(id, Token)).ShouldNotBeNull();
    }
}
