using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Storage.Tests;

public abstract partial class JournalConformance
{
    private static readonly MessageQuery All = new(Sample.Account, null, null, null, null, null, 1000);

    private async Task<List<Message>> ListAllAsync(MessageQuery query)
    {
        var messages = new List<Message>();
        while (true)
        {
            MessagePage page = await Journal.ListAsync(query, Token);
            page.Messages.Count.ShouldBeLessThanOrEqualTo(query.Limit);
            messages.AddRange(page.Messages);
            if (page.NextBeforeKey is null) return messages;
            query = query with { BeforeKey = page.NextBeforeKey };
        }
    }

    [Fact]
    public async Task FindMany_AnyKeys_ReturnsThoseThatAreThereInTheOrderOfTheKeys()
    {
        var ids = new List<MessageId>();
        await CommitAsync(transaction =>
        {
            for (int i = 0; i < 20; i++) ids.Add(Sample.Accept(transaction).Id);
        });
        await CommitAsync(transaction => transaction.Delete(transaction.Find(ids[3].Key)!));

        long[] keys = [ids[7].Key, ids[3].Key, ids[2].Key + 1_000_000, 5, ids[19].Key, ids[0].Key, ids[7].Key];
        IReadOnlyList<Message> found = await Journal.FindManyAsync(keys, Token);

        found.Select(message => message.Id).ShouldBe([ids[7], ids[19], ids[0], ids[7]]);
        (await Journal.FindManyAsync([], Token)).ShouldBeEmpty();
    }

    [Fact]
    public async Task List_InPages_ReturnsEachMessageOnceNewestFirst()
    {
        var ids = new List<MessageId>();
        await CommitAsync(transaction =>
        {
            for (int i = 0; i < 25; i++)
            {
                ids.Add(Sample.Accept(transaction).Id);
                Sample.Accept(transaction, account: "AC2");
            }
        });
        ids.Reverse();

        (await ListAllAsync(All with { Limit = 10 })).Select(message => message.Id).ShouldBe(ids);
        (await ListAllAsync(All with { Limit = 25 })).Select(message => message.Id).ShouldBe(ids);
        (await Journal.ListAsync(All with { Limit = 25 }, Token)).NextBeforeKey.ShouldBeNull();
        (await ListAllAsync(All with { AccountSid = "AC3" })).ShouldBeEmpty();
    }

    [Fact]
    public async Task List_WithFilters_ReturnsWhatMatches()
    {
        MessageId one = default, two = default, three = default;
        long between = 0;
        await CommitAsync(transaction => one = Sample.Accept(transaction, "+491", from: "A").Id);
        Time.Advance(TimeSpan.FromHours(3));
        await CommitAsync(transaction =>
        {
            between = transaction.Now;
            two = Sample.Accept(transaction, "+492", from: "A").Id;
        });
        Time.Advance(TimeSpan.FromHours(3));
        await CommitAsync(transaction =>
        {
            Message message = Sample.Accept(transaction, "+491", from: "B");
            three = message.Id;
            Sample.Start(transaction, message);
        });

        (await ListAllAsync(All with { To = "+491" })).Select(message => message.Id).ShouldBe([three, one]);
        (await ListAllAsync(All with { From = "A" })).Select(message => message.Id).ShouldBe([two, one]);
        (await ListAllAsync(All with { To = "+491", From = "A" })).Select(message => message.Id).ShouldBe([one]);
        (await ListAllAsync(All with { States = MessageQuery.StateBit(MessageState.Sending) })).Select(message => message.Id).ShouldBe([three]);
        (await ListAllAsync(All with { CreatedFrom = between })).Select(message => message.Id).ShouldBe([three, two]);
        (await ListAllAsync(All with { CreatedBefore = between })).Select(message => message.Id).ShouldBe([one]);
        (await ListAllAsync(All with { CreatedFrom = between, CreatedBefore = between + 1 })).Select(message => message.Id).ShouldBe([two]);
    }

    [Fact]
    public async Task ListOpen_WalkedByKey_ReturnsOpenMessagesOldestFirst()
    {
        var open = new List<MessageId>();
        await CommitAsync(transaction =>
        {
            for (int i = 0; i < 30; i++)
            {
                Message message = Sample.Accept(transaction);
                if (i % 3 == 0)
                {
                    message.TryMove(MessageState.Canceled, transaction.Now, EventKind.Canceled);
                    transaction.Save(message);
                }
                else
                {
                    open.Add(message.Id);
                }
            }
        });

        // Long enough for a store to file away what stays open.
        for (int round = 0; round < 3; round++)
        {
            var found = new List<MessageId>();
            IReadOnlyList<Message> some;
            do
            {
                some = await Journal.ListOpenAsync(found.Count == 0 ? 0 : found[^1].Key, 7, Token);
                found.AddRange(some.Select(message => message.Id));
            }
            while (some.Count == 7);

            found.ShouldBe(open);
            (await Journal.CountAsync(Token)).OpenMessages.ShouldBe(20);
            Time.Advance(TimeSpan.FromMinutes(2));
            await CommitAsync(static _ => { });
            if (round == 1) await ReopenAsync();
        }
    }

    [Fact]
    public async Task ListOpen_MessageClosesAfterALongTime_IsNotListed()
    {
        MessageId id = await SendAsync("late");
        MessageId other = await SendAsync("later");
        Time.Advance(TimeSpan.FromMinutes(2));
        await CommitAsync(static _ => { });
        await CommitAsync(transaction =>
        {
            Message message = transaction.Find(id.Key)!;
            Sample.Delivered(transaction, message);
            Sample.WebhookDone(transaction, message);
        });

        (await Journal.ListOpenAsync(0, 10, Token)).ShouldHaveSingleItem().Id.ShouldBe(other);
        (await Journal.CountAsync(Token)).OpenMessages.ShouldBe(1);
        await ReopenAsync();
        (await Journal.ListOpenAsync(0, 10, Token)).ShouldHaveSingleItem().Id.ShouldBe(other);
    }

    [Fact]
    public async Task ListOpenByValidity_ReturnsTheRangeInOrder()
    {
        var ids = new Dictionary<int, MessageId>();
        long start = 0;
        await CommitAsync(transaction =>
        {
            start = transaction.Now;
            foreach (int minutes in new[] { 50, 10, 40, 20, 30 })
            {
                ids[minutes] = Sample.Accept(transaction, validity: TimeSpan.FromMinutes(minutes)).Id;
            }
        });
        for (int round = 0; round < 2; round++)
        {
            IReadOnlyList<Message> due = await Journal.ListOpenByValidityAsync(start + 600_000_000, start + 2_400_000_000, 10, Token);
            due.Select(message => message.Id).ShouldBe([ids[20], ids[30], ids[40]]);
            (await Journal.ListOpenByValidityAsync(0, long.MaxValue, 2, Token)).Select(message => message.Id).ShouldBe([ids[10], ids[20]]);
            Time.Advance(TimeSpan.FromMinutes(2));
            await CommitAsync(static _ => { });
            await CommitAsync(static _ => { });
        }
    }

    [Fact]
    public async Task ListOpenByValidity_FindsTheShortLivedAmongTheLongLived()
    {
        var expected = new List<MessageId>();
        for (int round = 1; round <= 4; round++)
        {
            long soon = 0;
            await CommitAsync(transaction =>
            {
                soon = transaction.Now + 5_000_000;
                Sample.Accept(transaction, validity: TimeSpan.FromHours(4));
                expected.Add(Sample.Accept(transaction, validity: TimeSpan.FromSeconds(5)).Id);
            });
            (await Journal.ListOpenByValidityAsync(0, soon, 10, Token)).Select(message => message.Id).ShouldBe(expected);
            Time.Advance(TimeSpan.FromMinutes(1));
            await CommitAsync(static _ => { });
            if (round == 2) await ReopenAsync();
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ListOpenByValidity_FollowsAnEndThatMoves(bool settlesBefore)
    {
        // As when the last part of a customer's message comes, or its text is replaced.
        MessageId id = default;
        long start = 0;
        await CommitAsync(transaction =>
        {
            start = transaction.Now;
            id = Sample.Accept(transaction, validity: TimeSpan.FromMinutes(10)).Id;
        });
        if (settlesBefore) await SettleAsync();
        await CommitAsync(transaction =>
        {
            Message message = transaction.Find(id.Key)!;
            message.Head = message.Head with { ValidUntil = start + 7_200_000_000 };
            transaction.Save(message);
        });
        for (int round = 0; round < 2; round++)
        {
            (await Journal.ListOpenByValidityAsync(0, start + 3_600_000_000, 10, Token)).ShouldBeEmpty();
            (await Journal.ListOpenByValidityAsync(0, long.MaxValue, 10, Token)).ShouldHaveSingleItem().Id.ShouldBe(id);
            await SettleAsync();
        }

        await CommitAsync(transaction =>
        {
            Message message = transaction.Find(id.Key)!;
            message.TryMove(MessageState.Canceled, transaction.Now, EventKind.Canceled);
            transaction.Save(message);
        });
        await SettleAsync();
        (await Journal.ListOpenByValidityAsync(0, long.MaxValue, 10, Token)).ShouldBeEmpty();
        (await Journal.ListOpenAsync(0, 10, Token)).ShouldBeEmpty();

        async Task SettleAsync()
        {
            Time.Advance(TimeSpan.FromMinutes(2));
            await CommitAsync(static _ => { });
            await CommitAsync(static _ => { });
        }
    }

    [Fact]
    public async Task Find_ByKey_GivesTheMessageOrNothing()
    {
        MessageId id = default;
        await CommitAsync(transaction => id = Sample.Accept(transaction).Id);
        (await Journal.FindAsync(id.Key, Token)).ShouldNotBeNull().Id.ShouldBe(id);
        (await Journal.FindAsync(id.Key + 1, Token)).ShouldBeNull();
        (await Journal.FindAsync(0L, Token)).ShouldBeNull();
        (await Journal.FindAsync(new MessageId(id.Key, id.Tail ^ 1), Token)).ShouldBeNull();
    }
}
