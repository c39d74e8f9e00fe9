using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Storage.Tests;

public abstract partial class JournalConformance
{
    private static readonly MessageQuery Everybody = All with { AccountSid = null };

    [Fact]
    public async Task List_OfAllAccounts_ReturnsEveryMessageButCopies()
    {
        MessageId one = default, two = default, copy = default;
        await CommitAsync(transaction =>
        {
            one = Sample.Accept(transaction).Id;
            copy = InsertLike(transaction, head => head with { AccountSid = "", CopyOf = one, Connection = "trial-1" }).Id;
            two = Sample.Accept(transaction, account: "AC2").Id;
        });

        (await ListAllAsync(Everybody with { Limit = 1 })).Select(message => message.Id).ShouldBe([two, one]);
        (await ListAllAsync(Everybody with { Connection = "trial-1" })).Select(message => message.Id).ShouldBe([copy]);
    }

    [Fact]
    public async Task List_WithFiltersOfASearch_ReturnsWhatMatches()
    {
        MessageId plain = default, tagged = default, inbound = default, failed = default, again = default;
        await CommitAsync(transaction =>
        {
            plain = Sample.Accept(transaction, "+491").Id;
            tagged = InsertLike(transaction, static head => head with { Tags = ["übung", "b"], Class = TrafficClass.Otp, From = "Ünal" }).Id;
            inbound = InsertLike(transaction, static head => head with { Direction = MessageDirection.Inbound, Connection = "south-1", Reference = "b" }).Id;
            Message message = Sample.Accept(transaction, "+492", account: "AC2");
            Sample.Start(transaction, message);
            message.TryMove(MessageState.Failed, transaction.Now, EventKind.Failed).ShouldNotBeNull();
            message.ErrorCode = 30008;
            transaction.Save(message);
            failed = message.Id;
            again = InsertLike(transaction, head => head with { ResendOf = failed }).Id;
        });

        await FindsAsync(Everybody with { Tag = "übung" }, tagged);
        await FindsAsync(Everybody with { Tag = "b" }, tagged);
        await FindsAsync(Everybody with { Tag = "" });
        await FindsAsync(Everybody with { From = "Ünal" }, tagged);
        await FindsAsync(Everybody with { Class = TrafficClass.Otp }, tagged);
        await FindsAsync(Everybody with { Direction = MessageDirection.Inbound }, inbound);
        await FindsAsync(Everybody with { Connection = "south-1" }, inbound);
        await FindsAsync(Everybody with { Connection = Sample.Connection }, failed);
        await FindsAsync(Everybody with { ErrorCode = 30008 }, failed);
        await FindsAsync(Everybody with { ErrorCode = 30008, AccountSid = Sample.Account });
        await FindsAsync(Everybody with { States = MessageQuery.StateBit(MessageState.Failed) | MessageQuery.StateBit(MessageState.Sent) }, failed);
        await FindsAsync(Everybody with { To = "+491" }, plain);
        await FindsAsync(Everybody with { BeforeKey = tagged.Key }, plain);
        (await Journal.FindAsync(again, Token))!.Head.ResendOf.ShouldBe(failed);
        (await Journal.FindAsync(tagged, Token))!.Head.ResendOf.ShouldBeNull();

        async Task FindsAsync(MessageQuery query, params MessageId[] expected) =>
            (await ListAllAsync(query)).Select(message => message.Id).ShouldBe(expected, query.ToString());
    }

    private static Message InsertLike(IJournalTransaction transaction, Func<MessageHead, MessageHead> change)
    {
        Message like = Sample.Accept(transaction);
        transaction.Delete(like);
        var message = Message.Create(change(like.Head with { Id = transaction.NextId() }), MessageState.Queued, EventKind.Accepted);
        transaction.Insert(message);
        return message;
    }
}
