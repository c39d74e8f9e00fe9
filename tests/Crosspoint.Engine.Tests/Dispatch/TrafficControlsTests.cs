using System.Diagnostics.Metrics;
using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Dispatch;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Monitoring;
using Crosspoint.Engine.Receipts;
using Crosspoint.Engine.Tests.Rigs;
using Crosspoint.Storage.Sqlite;
using Crosspoint.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crosspoint.Engine.Tests.Dispatch;

public sealed class TrafficControlsTests : IAsyncLifetime
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("crosspoint-traffic-");
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly ManualTimeProvider _time = new();
    private SqliteJournal _journal = null!;
    private Dispatcher _dispatcher = null!;

    private static TrafficKey Account => new(Rig.Account.Sid, "");

    private static TrafficKey Batch => new(Rig.Account.Sid, "spring");

    private TrafficControls Traffic => _dispatcher.Traffic;

    public async ValueTask InitializeAsync()
    {
        _journal = await SqliteJournal.OpenAsync(
            new SqliteJournalOptions { Directory = _directory.FullName, ReserveBytes = 0 }, _time, NullLogger<SqliteJournal>.Instance, null,
            CancellationToken.None);
        _dispatcher = NewDispatcher();
        await _dispatcher.LoadAsync(CancellationToken.None);
    }

    [Fact]
    public async Task IsEmpty_AfterAnAccountsPauseHasEnded_IsTrueAgain()
    {
        await OkAsync(Traffic.PauseAsync(Account, byOperator: true));
        await OkAsync(Traffic.PaceAsync(Batch, 5, byOperator: false));
        Traffic.IsEmpty.ShouldBeFalse();

        await OkAsync(Traffic.ResumeAsync(Account));
        Traffic.IsEmpty.ShouldBeFalse();
        await OkAsync(Traffic.PaceAsync(Batch, 0, byOperator: false));
        Traffic.IsEmpty.ShouldBeTrue();

        await OkAsync(Traffic.PauseAsync(Account, byOperator: true));
        Traffic.IsEmpty.ShouldBeFalse();
    }

    [Fact]
    public async Task IsEmpty_AfterAnAccountsCancelHasEnded_IsTrueAgainAlsoAtTheNextStartAndTheCountIsKept()
    {
        Message message = await InsertAsync();
        await OkAsync(Traffic.CancelAsync(Account, byOperator: true));
        Traffic.IsEmpty.ShouldBeFalse();
        await UntilAsync(() => Traffic.IsEmpty);
        Traffic.StatusOf(Account).Canceled.ShouldBe(1);
        (await _journal.FindAsync(message.Id, CancellationToken.None)).ShouldNotBeNull().State.ShouldBe(MessageState.Canceled);

        await _dispatcher.DisposeAsync();
        _dispatcher = NewDispatcher();
        await _dispatcher.LoadAsync(CancellationToken.None);
        Traffic.IsEmpty.ShouldBeTrue();
        Traffic.StatusOf(Account).Canceled.ShouldBe(1);
    }

    public async ValueTask DisposeAsync()
    {
        await _dispatcher.DisposeAsync();
        await _journal.DisposeAsync();
        await _services.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    private static async Task OkAsync(ValueTask<ControlResult> change) => (await change).Outcome.ShouldBe(ControlOutcome.Done);

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(Rig.Limit, TimeProvider.System);
        while (!condition()) await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System, limit.Token);
    }

    private async Task<Message> InsertAsync()
    {
        var insert = new Insert();
        _journal.Enqueue(insert);
        return await insert.Done;
    }

    private Dispatcher NewDispatcher()
    {
        EngineOptions options = Rig.Options(Rig.Connection("a", 1));
        var notices = new Notices(options.Webhooks, new EngineMetrics(_services.GetRequiredService<IMeterFactory>()));
        var accounts = new AccountDirectory(options.Accounts);
        var completed = new CompletedParts();
        var parts = new InboundParts(_journal, notices, accounts, completed, _time, NullLogger<InboundParts>.Instance);
        var deliveries = new DeliverIntake(
            options.Queues, _journal, notices, accounts, parts, completed, _time, NullLogger<DeliverIntake>.Instance);
        return new(options, accounts, _journal, notices, deliveries, _time, NullLoggerFactory.Instance);
    }

    private sealed class Insert : Stores.Transition
    {
        private readonly TaskCompletionSource<Message> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private Message? _message;

        public Task<Message> Done => _done.Task;

        public override void Apply(Stores.IJournalTransaction transaction)
        {
            var head = new MessageHead
            {
                Id = transaction.NextId(),
                AccountSid = Rig.Account.Sid,
                From = Rig.Number,
                To = "+15551230001",
                Body = "x",
                SegmentCount = 1,
                CreatedAt = transaction.Now,
                ValidUntil = transaction.Now + Micros.PerSecond,
            };
            _message = Message.Create(head, MessageState.Queued, EventKind.Accepted);
            transaction.Insert(_message);
        }

        public override void Committed() => _done.SetResult(_message!);
    }
}
