using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Storage.Tests;

/// <summary>The event log.</summary>
public abstract partial class JournalConformance
{
    private const string OtherAccount = "AC00000000000000000000000000000002";

    [Fact]
    public async Task Events_OfTheFirstCommits_AreThereFromTheFirstOn()
    {
        for (int i = 1; i <= 3; i++)
        {
            await AcceptAsync();
            (Journal.Events.FirstSequence, Journal.Events.LastSequence).ShouldBe((1, i));
        }

        (await Journal.Events.ReadAsync(new(0, EventFilter.All, 10), Token)).Events.Select(static entry => entry.Sequence).ShouldBe([1, 2, 3]);
        await AcceptAsync();
        (Journal.Events.FirstSequence, Journal.Events.LastSequence).ShouldBe((1, 4));
        (await Journal.Events.ReadAsync(new(3, EventFilter.All, 10), Token)).Events.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Events_OfALife_AreInTheOrderOfTheCommitsWithTheirContent()
    {
        MessageId first = await SendAsync("v-1");
        MessageId second = await AcceptAsync("+4915187654321");
        await CommitAsync(transaction => Sample.Delivered(transaction, transaction.Find(first.Key)!));

        List<LoggedEvent> events = await ReadLogAsync(0);

        events.Select(each => each.Sequence).ShouldBe([1, 2, 3, 4, 5]);
        events.Select(each => (each.Head.Id, each.Event.Kind)).ShouldBe(
        [
            (first, EventKind.Accepted), (first, EventKind.AttemptStarted), (first, EventKind.Sent), (second, EventKind.Accepted),
            (first, EventKind.Delivered),
        ]);
        events[4].Event.ShouldBe((await FindAsync(first)).Events[3]);
        (Journal.Events.FirstSequence, Journal.Events.LastSequence).ShouldBe((1, 5));
    }

    [Fact]
    public async Task Events_AfterReopening_TheNumbersGoOn()
    {
        MessageId id = await AcceptAsync();
        await ReopenAsync();
        await CommitAsync(transaction => Sample.Start(transaction, transaction.Find(id.Key)!));
        await ReopenAsync();

        List<LoggedEvent> events = await ReadLogAsync(0);

        events.Select(each => (each.Sequence, each.Event.Number)).ShouldBe([(1, 1), (2, 2)]);
        Journal.Events.LastSequence.ShouldBe(2);
    }

    [Fact]
    public async Task Events_OfATransitionThatThrows_AreNotThereAndLeaveNoHole()
    {
        await AcceptAsync();
        var bad = new Step(transaction =>
        {
            Sample.Accept(transaction);
            throw new InvalidOperationException("on purpose");
        });
        var good = new Step(transaction => Sample.Accept(transaction));
        Journal.Enqueue(bad);
        Journal.Enqueue(good);
        (await bad.Result).ShouldBe(StoreFailure.Rejected);
        (await good.Result).ShouldBeNull();

        (await ReadLogAsync(0)).Select(each => each.Sequence).ShouldBe([1, 2]);
    }

    [Fact]
    public async Task Events_SavedTwiceInOneTransition_AreThereOnce()
    {
        await CommitAsync(transaction =>
        {
            Message message = Sample.AcceptAndStart(transaction);
            transaction.Save(message);
            transaction.Save(message);
        });

        (await ReadLogAsync(0)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Events_OfADeletedMessage_AreLeftOut()
    {
        MessageId gone = await AcceptAsync();
        MessageId kept = await AcceptAsync();
        await CommitAsync(transaction => transaction.Delete(transaction.Find(gone.Key)!));

        (await ReadLogAsync(0)).ShouldHaveSingleItem().Head.Id.ShouldBe(kept);
    }

    [Fact]
    public async Task Events_Filters_LetThroughWhatTheySay()
    {
        MessageId first = await SendAsync("v-1", "+4915100000001");
        MessageId second = default;
        await CommitAsync(transaction =>
        {
            Message message = Sample.Accept(transaction, "+4915100000002", OtherAccount, "OTHER");
            message.Head = message.Head with { Class = TrafficClass.Otp, Tags = ["a", "b"] };
            message.ErrorCode = 30008;
            message.TryMove(MessageState.Failed, transaction.Now, EventKind.Failed);
            transaction.Save(message);
            second = message.Id;
        });

        await CheckAsync(new() { AccountSid = OtherAccount }, 4, 5);
        await CheckAsync(new() { AccountSid = "AC00000000000000000000000000000009" });
        await CheckAsync(new() { Kinds = 1UL << (int)EventKind.Accepted }, 1, 4);
        await CheckAsync(new() { States = 1U << (int)MessageState.Sent | 1U << (int)MessageState.Failed }, 3, 5);
        await CheckAsync(new() { Message = first }, 1, 2, 3);
        await CheckAsync(new() { Message = first with { Tail = first.Tail ^ 1 } });
        await CheckAsync(new() { To = "+4915100000002" }, 4, 5);
        await CheckAsync(new() { From = "OTHER" }, 4, 5);
        await CheckAsync(new() { Class = TrafficClass.Otp }, 4, 5);
        await CheckAsync(new() { Tag = "b" }, 4, 5);
        await CheckAsync(new() { Connection = Sample.Connection }, 2, 3);
        List<LoggedEvent> failed = await ReadLogAsync(4);
        failed.ShouldHaveSingleItem().ErrorCode.ShouldBe(30008);
        failed[0].Head.Id.ShouldBe(second);

        async Task CheckAsync(EventFilter filter, params long[] expected)
        {
            (await ReadLogAsync(0, filter)).Select(each => each.Sequence).ShouldBe(expected);
        }
    }

    [Fact]
    public async Task Events_PageByPage_AllAreReadOnce()
    {
        for (int i = 0; i < 10; i++)
        {
            await CommitAsync(transaction =>
            {
                for (int n = 0; n < 30; n++) Sample.Accept(transaction, account: n % 3 == 0 ? OtherAccount : Sample.Account);
            });
        }

        foreach (int limit in new[] { 1, 7, 1000 })
        {
            (await ReadLogAsync(0, limit: limit)).Select(each => each.Sequence).ShouldBe(Enumerable.Range(1, 300).Select(n => (long)n));
            (await ReadLogAsync(100, new() { AccountSid = OtherAccount }, limit)).Count.ShouldBe(66);
        }
    }

    [Fact]
    public async Task Events_OfAMessageWithVeryMany_AreAllThere()
    {
        MessageId id = await AcceptAsync();
        for (int i = 0; i < 150; i++)
        {
            await CommitAsync(transaction =>
            {
                Message message = transaction.Find(id.Key)!;
                message.Note(transaction.Now, EventKind.ReceiptNoted);
                transaction.Save(message);
            });
        }

        List<LoggedEvent> events = await ReadLogAsync(0);

        events.Select(each => each.Event.Number).ShouldBe(Enumerable.Range(1, 151));
        events.Skip(1).ShouldAllBe(each => each.Event.Kind == EventKind.ReceiptNoted && each.Event.State == MessageState.Queued);
    }

    [Fact]
    public async Task Events_Follower_IsToldOfEachCommitInOrder()
    {
        var told = new List<CommittedEvents>();
        await AcceptAsync();
        Journal.Events.Follow(events =>
        {
            Journal.Events.LastSequence.ShouldBe(events.Last);
            told.Add(events);
        });
        MessageId id = await SendAsync("v-1");
        await CommitAsync(static _ => { });
        Journal.Events.Follow(null);
        await AcceptAsync();

        told.Select(each => (each.First, each.Last)).ShouldBe([(2, 3), (4, 4)]);
        told.SelectMany(each => each.Events!).Select(each => (each.Head.Id, each.Event.Kind, each.Sequence)).ShouldBe(
            [(id, EventKind.Accepted, 2), (id, EventKind.AttemptStarted, 3), (id, EventKind.Sent, 4)]);
    }

    [Fact]
    public async Task Positions_AreKeptByName()
    {
        await CommitAsync(transaction => transaction.PutPosition("one", 5));
        await CommitAsync(transaction => transaction.PutPosition("two", 9));
        Time.Advance(TimeSpan.FromDays(1));
        await CommitAsync(transaction => transaction.PutPosition("one", 7));
        await ReopenAsync();

        (await Journal.Events.FindPositionAsync("one", Token)).ShouldBe(7);
        (await Journal.Events.FindPositionAsync("two", Token)).ShouldBe(9);
        (await Journal.Events.FindPositionAsync("three", Token)).ShouldBeNull();
    }

    private async Task<List<LoggedEvent>> ReadLogAsync(long after, EventFilter? filter = null, int limit = 100)
    {
        var events = new List<LoggedEvent>();
        while (after < Journal.Events.LastSequence)
        {
            EventPage page = await Journal.Events.ReadAsync(new(after, filter ?? EventFilter.All, limit), Token);
            page.Position.ShouldBeGreaterThan(after);
            page.Events.Count.ShouldBeLessThanOrEqualTo(limit);
            events.AddRange(page.Events);
            after = page.Position;
        }

        return events;
    }
}
