using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;
using Crosspoint.TestKit;

namespace Crosspoint.Storage.Tests;

/// <summary>
/// What every journal must do. A store's test class derives from it and says how to open one; nothing here knows which
/// store it is.
/// </summary>
public abstract partial class JournalConformance : IAsyncLifetime
{
    private IJournal? _journal;

    protected ManualTimeProvider Time { get; } = new();

    protected IJournal Journal => _journal!;

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Opens the store of this test; called again after a close, on the same data.</summary>
    protected abstract ValueTask<IJournal> OpenAsync();

    public async ValueTask InitializeAsync() => _journal = await OpenAsync();

    public async ValueTask DisposeAsync()
    {
        if (_journal is not null) await _journal.DisposeAsync();
        await CleanUpAsync();
        GC.SuppressFinalize(this);
    }

    protected virtual ValueTask CleanUpAsync() => ValueTask.CompletedTask;

    protected async Task ReopenAsync()
    {
        await Journal.DisposeAsync();
        _journal = await OpenAsync();
    }

    /// <summary>Runs a step and expects that it is committed.</summary>
    protected async Task CommitAsync(Action<IJournalTransaction> apply)
    {
        var step = new Step(apply);
        Journal.Enqueue(step);
        (await step.Result.WaitAsync(TimeSpan.FromSeconds(30), Token)).ShouldBeNull(step.Thrown?.ToString());
    }

    protected async Task<StoreFailure?> RunAsync(Action<IJournalTransaction> apply, bool isRequired = false)
    {
        var step = new Step(apply, isRequired);
        Journal.Enqueue(step);
        return await step.Result.WaitAsync(TimeSpan.FromSeconds(30), Token);
    }

    protected async Task<MessageId> AcceptAsync(string to = "+4915112345678")
    {
        MessageId id = default;
        await CommitAsync(transaction => id = Sample.Accept(transaction, to).Id);
        return id;
    }

    /// <summary>A message that a vendor took under this id.</summary>
    protected async Task<MessageId> SendAsync(string vendorId, string to = "+4915112345678")
    {
        MessageId id = default;
        await CommitAsync(transaction => id = Sample.AcceptAndStart(transaction, to).Id);
        await CommitAsync(transaction => Sample.Sent(transaction, transaction.Find(id.Key)!, vendorId));
        return id;
    }

    protected async Task<Message> FindAsync(MessageId id)
    {
        Message? message = await Journal.FindAsync(id, Token);
        message.ShouldNotBeNull();
        return message;
    }

    [Fact]
    public async Task Insert_AfterCommit_IsReadWhole()
    {
        MessageId id = default;
        await CommitAsync(transaction => id = Sample.AcceptAndStart(transaction).Id);

        Message read = await FindAsync(id);

        read.State.ShouldBe(MessageState.Sending);
        read.Head.To.ShouldBe("+4915112345678");
        read.Head.Body.ShouldStartWith("Your code is");
        read.Attempts.ShouldHaveSingleItem().Decision.Candidates.Count.ShouldBe(2);
        read.Events.Select(each => each.Kind).ShouldBe([EventKind.Accepted, EventKind.AttemptStarted]);
    }

    [Fact]
    public async Task Life_InFourSteps_IsKeptOverReopening()
    {
        MessageId id = await SendAsync("v-1");
        await CommitAsync(transaction => Sample.Delivered(transaction, transaction.Find(id.Key)!));
        (await FindAsync(id)).IsOpen.ShouldBeTrue();
        await CommitAsync(transaction => Sample.WebhookDone(transaction, transaction.Find(id.Key)!));

        await ReopenAsync();

        Message read = await FindAsync(id);
        read.State.ShouldBe(MessageState.Delivered);
        read.IsOpen.ShouldBeFalse();
        read.Segments[0].VendorId.ShouldBe("v-1");
        read.Deliveries.ShouldHaveSingleItem().LastStatus.ShouldBe(204);
        read.Events.Count.ShouldBe(4);
    }

    [Fact]
    public async Task Find_WrongRandomPart_ReturnsNull()
    {
        MessageId id = await AcceptAsync();

        (await Journal.FindAsync(id with { Tail = id.Tail ^ 1 }, Token)).ShouldBeNull();
        (await Journal.FindAsync(id, Token)).ShouldNotBeNull();
    }
}
