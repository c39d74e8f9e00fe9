using System.Diagnostics.Metrics;
using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Dispatch;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Monitoring;
using Crosspoint.Engine.Receipts;
using Crosspoint.Engine.Tests.Rigs;
using Crosspoint.Engine.Vendors;
using Crosspoint.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crosspoint.Engine.Tests.Dispatch;

public sealed class LaneTests : IAsyncDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly Dispatcher _dispatcher;

    public LaneTests()
    {
        EngineOptions options = Rig.Options(Rig.Connection("a", 1), Rig.Connection("b", 1));
        var time = new ManualTimeProvider();
        var journal = new JournalGate(null!);
        var notices = new Notices(options.Webhooks, new EngineMetrics(_services.GetRequiredService<IMeterFactory>()));
        var accounts = new AccountDirectory(options.Accounts);
        var completed = new CompletedParts();
        var parts = new InboundParts(journal, notices, accounts, completed, time, NullLogger<InboundParts>.Instance);
        var deliveries = new DeliverIntake(
            options.Queues, journal, notices, accounts, parts, completed, time, NullLogger<DeliverIntake>.Instance);
        _dispatcher = new Dispatcher(options, accounts, journal, notices, deliveries, time, NullLoggerFactory.Instance);
    }

    [Fact]
    public void Enqueue_ConnectionWentDownAfterTheDecision_WorkMovesToTheOneThatIsUp()
    {
        SetUp("b", true);
        OutboundWork work = Work();

        // The decision was for "a"; it fell before the work was in its queue.
        Lane("a").Enqueue(work, first: false);

        (Lane("a").Load.Queued, Lane("b").Load.Queued).ShouldBe((0, 1));
    }

    [Fact]
    public void Enqueue_EverythingDown_WorkWaitsWhereItIs()
    {
        Lane("a").Enqueue(Work(), first: false);

        (Lane("a").Load.Queued, Lane("b").Load.Queued).ShouldBe((1, 0));
    }

    [Fact]
    public void Enqueue_PinnedToAConnectionThatIsDown_WaitsForIt()
    {
        SetUp("b", true);
        OutboundWork work = Work();
        work.PinnedTo = "a";

        Lane("a").Enqueue(work, first: false);

        (Lane("a").Load.Queued, Lane("b").Load.Queued).ShouldBe((1, 0));
    }

    [Fact]
    public void SessionChanged_DownAndUp_QueueMovesWithTheTraffic()
    {
        SetUp("a", true);
        SetUp("b", true);
        for (int i = 0; i < 5; i++) _dispatcher.Route(Work(), first: false);
        (Lane("a").Load.Queued, Lane("b").Load.Queued).ShouldBe((5, 0));

        SetUp("a", false);
        (Lane("a").Load.Queued, Lane("b").Load.Queued).ShouldBe((0, 5));
        SetUp("a", true);

        (Lane("a").Load.Queued, Lane("b").Load.Queued).ShouldBe((5, 0));
    }

    public async ValueTask DisposeAsync()
    {
        await _dispatcher.DisposeAsync();
        await _services.DisposeAsync();
    }

    private Lane Lane(string name) => _dispatcher.Lanes.First(lane => lane.Name == name);

    private void SetUp(string name, bool isUp) => ((IVendorEvents)Lane(name)).SessionChanged(0, isUp);

    private static OutboundWork Work() =>
        new(new MessageHead { Id = new(1, 1), AccountSid = "AC", From = Rig.Number, To = "+15551230001", Body = "x", SegmentCount = 1 });
}
