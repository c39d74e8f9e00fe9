using System.Diagnostics.Metrics;
using Crosspoint.Engine.Dispatch;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Monitoring;
using Crosspoint.Engine.Tests.Rigs;
using Crosspoint.Engine.Vendors;
using Microsoft.Extensions.DependencyInjection;

namespace Crosspoint.Engine.Tests.Dispatch;

public sealed class AttemptRulesTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    [Theory]
    [InlineData(AttemptOutcome.NextCandidate)]
    [InlineData(AttemptOutcome.Rerouted)]
    public void Begin_AfterAHundredAttempts_StillKnowsWhichConnectionsHadIt(AttemptOutcome outcome)
    {
        var notices = new Notices(new(), new EngineMetrics(_services.GetRequiredService<IMeterFactory>()));
        ConnectionOptions second = Rig.Connection("b", 1);
        Message message = Message.Create(
            new() { Id = new(1, 1), AccountSid = "AC", From = "+15550001000", To = "+15551230001", Body = "x", SegmentCount = 1 },
            MessageState.Queued,
            EventKind.Accepted);
        var decision = new RouteDecision(1, "default", []);
        for (int i = 1; i <= 14; i++)
        {
            message.Attempts.Add(new()
            {
                Number = i,
                Connection = "a",
                Decision = decision,
                Outcome = i == 14 ? outcome : AttemptOutcome.Retry,
            });
        }

        for (int i = 0; i < 100; i++)
        {
            NoticeList list = default;
            Attempt attempt = AttemptRules.Begin(message, second, decision, 1, i, notices, ref list);
            attempt.Outcome = AttemptOutcome.Retry;
            message.Segments[0].State = SegmentState.Pending;
        }

        message.Attempts.Count.ShouldBe(24);
        message.Attempts[^1].Number.ShouldBe(114);
        OutboundWork.From(message).RefusedBy.ShouldBe(["a"]);
    }

    public void Dispose() => _services.Dispose();
}
