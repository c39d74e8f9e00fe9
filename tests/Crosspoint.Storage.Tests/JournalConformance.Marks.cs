using Crosspoint.Engine.Stores;

namespace Crosspoint.Storage.Tests;

public abstract partial class JournalConformance
{
    [Fact]
    public async Task PutMark_LastValue_IsKeptOverReopening()
    {
        await CommitAsync(transaction =>
        {
            transaction.PutMark("webhook:a", 1);
            transaction.PutMark("webhook:b", long.MaxValue);
            transaction.PutMark("other:a", 3);
        });
        await CommitAsync(transaction => transaction.PutMark("webhook:a", -5));
        KeyValuePair<string, long>[] expected = [new("webhook:a", -5), new("webhook:b", long.MaxValue)];
        (await Journal.ListMarksAsync("webhook:", Token)).ShouldBe(expected);
        await ReopenAsync();
        (await Journal.ListMarksAsync("webhook:", Token)).ShouldBe(expected);
        (await Journal.ListMarksAsync("none:", Token)).ShouldBeEmpty();
    }

    [Fact]
    public async Task PutMark_Zero_ForgetsIt()
    {
        await CommitAsync(transaction => transaction.PutMark("webhook:a", 1));
        await ReopenAsync();
        await CommitAsync(transaction => transaction.PutMark("webhook:a", 0));
        (await Journal.ListMarksAsync("webhook:", Token)).ShouldBeEmpty();
        await ReopenAsync();
        (await Journal.ListMarksAsync("webhook:", Token)).ShouldBeEmpty();
    }

    [Fact]
    public async Task PutMark_InATransitionThatThrows_IsNotKept()
    {
        StoreFailure? failure = await RunAsync(transaction =>
        {
            transaction.PutMark("webhook:a", 1);
            throw new InvalidOperationException();
        });
        failure.ShouldBe(StoreFailure.Rejected);
        (await Journal.ListMarksAsync("webhook:", Token)).ShouldBeEmpty();
    }
}
