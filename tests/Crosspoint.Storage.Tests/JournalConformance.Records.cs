using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Storage.Tests;

public abstract partial class JournalConformance
{
    private static IdempotencyRecord Record(IJournalTransaction transaction, string key, params long[] keys) =>
        new(Sample.Account, key, transaction.Now, [1, 2, 3], keys, null);

    [Fact]
    public async Task FindIdempotent_Within24Hours_IsFoundWhole()
    {
        await CommitAsync(transaction =>
        {
            Message message = Sample.Accept(transaction);
            transaction.PutIdempotent(Record(transaction, "k", message.Id.Key, -1) with { Answer = [9, 8] });
            transaction.FindIdempotent(Sample.Account, "k").ShouldNotBeNull();
        });
        Time.Advance(TimeSpan.FromHours(23));
        await ReopenAsync();

        await CommitAsync(transaction =>
        {
            IdempotencyRecord record = transaction.FindIdempotent(Sample.Account, "k").ShouldNotBeNull();
            record.Keys.Length.ShouldBe(2);
            record.Keys[1].ShouldBe(-1);
            record.BodyHash.ShouldBe([1, 2, 3]);
            record.Answer.ShouldBe([9, 8]);
            transaction.FindIdempotent("AC2", "k").ShouldBeNull();
            transaction.FindIdempotent(Sample.Account, "K").ShouldBeNull();
        });
    }

    [Fact]
    public async Task FindIdempotent_After24Hours_IsForgottenAndTheKeyServesAgain()
    {
        await CommitAsync(transaction => transaction.PutIdempotent(Record(transaction, "k", 1)));
        Time.Advance(TimeSpan.FromHours(24) + TimeSpan.FromSeconds(1));

        await CommitAsync(transaction =>
        {
            transaction.FindIdempotent(Sample.Account, "k").ShouldBeNull();
            transaction.PutIdempotent(Record(transaction, "k", 2));
        });
        await CommitAsync(transaction => transaction.FindIdempotent(Sample.Account, "k")!.Keys.ShouldBe([2]));
    }

    private static InboundPart Part(long at, int number, string key = "from|to|42") =>
        new(key, number, 3, at, $"text {number}", "north-1", "+491511", "+491522");

    [Fact]
    public async Task AddInboundPart_InAnyOrder_ReturnsAllInOrderAndIgnoresRepeats()
    {
        await CommitAsync(transaction => transaction.AddInboundPart(Part(transaction.Now, 3)).ShouldHaveSingleItem());
        await CommitAsync(transaction => transaction.AddInboundPart(
            Part(transaction.Now, 3) with { Text = "again" }).ShouldHaveSingleItem().Text.ShouldBe("text 3"));
        await ReopenAsync();
        await CommitAsync(transaction =>
        {
            transaction.AddInboundPart(Part(transaction.Now, 9, "another")).Count.ShouldBe(1);
            transaction.AddInboundPart(Part(transaction.Now, 1)).Select(part => part.Number).ShouldBe([1, 3]);
            transaction.AddInboundPart(Part(transaction.Now, 2)).Select(part => part.Text).ShouldBe(["text 1", "text 2", "text 3"]);
            transaction.RemoveInboundParts("from|to|42");
        });

        await ReopenAsync();
        await CommitAsync(transaction => transaction.AddInboundPart(Part(transaction.Now, 2)).ShouldHaveSingleItem());
    }

    [Fact]
    public async Task AddInboundPart_HostileText_IsKeptToTheLetter()
    {
        const string Text = "a\0b'); DROP TABLE messages; -- \uD83D\uDE42 \u202E\r\n";
        await CommitAsync(transaction => transaction.AddInboundPart(Part(transaction.Now, 1) with { Text = Text, From = "" }));
        await ReopenAsync();

        await CommitAsync(transaction =>
        {
            InboundPart part = transaction.AddInboundPart(Part(transaction.Now, 2))[0];
            part.Text.ShouldBe(Text);
            part.From.ShouldBe("");
        });
    }

    [Fact]
    public async Task ListStaleParts_ReturnsWholeGroupsWhoseFirstPartIsOld()
    {
        long old = 0;
        await CommitAsync(transaction =>
        {
            old = transaction.Now;
            transaction.AddInboundPart(Part(old, 2, "b"));
            transaction.AddInboundPart(Part(old, 1, "a"));
        });
        Time.Advance(TimeSpan.FromMinutes(10));
        await CommitAsync(transaction =>
        {
            transaction.AddInboundPart(Part(transaction.Now, 1, "b"));
            transaction.AddInboundPart(Part(transaction.Now, 1, "c"));
        });

        IReadOnlyList<InboundPart> stale = await Journal.ListStalePartsAsync(old + 1, 100, Token);

        stale.Select(part => (part.PartKey, part.Number)).ShouldBe([("a", 1), ("b", 1), ("b", 2)]);
        await CommitAsync(transaction =>
        {
            transaction.RemoveInboundParts("a");
            transaction.RemoveInboundParts("b");
        });
        (await Journal.ListStalePartsAsync(old + 1, 100, Token)).ShouldBeEmpty();
    }
}
