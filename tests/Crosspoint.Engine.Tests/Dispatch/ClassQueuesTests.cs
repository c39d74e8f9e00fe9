using Crosspoint.Engine.Dispatch;
using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Tests.Dispatch;

public sealed class ClassQueuesTests
{
    [Fact]
    public void Take_AllClassesWait_SharesAreEightFourOne()
    {
        var queues = new ClassQueues();
        long key = 0;
        foreach (TrafficClass trafficClass in Enum.GetValues<TrafficClass>())
        {
            for (int i = 0; i < 260; i++) queues.Add(Work(++key, trafficClass));
        }

        var taken = new Dictionary<TrafficClass, int>();
        for (int i = 0; i < 13 * 20; i++)
        {
            TrafficClass trafficClass = queues.Take().Head.Class;
            taken[trafficClass] = taken.GetValueOrDefault(trafficClass) + 1;
        }

        taken[TrafficClass.Otp].ShouldBe(160);
        taken[TrafficClass.Transactional].ShouldBe(80);
        taken[TrafficClass.Marketing].ShouldBe(20);
    }

    [Fact]
    public void Take_CodeArrivesBehindACampaign_IsNextButOneAtMost()
    {
        var queues = new ClassQueues();
        for (int i = 0; i < 1000; i++) queues.Add(Work(i, TrafficClass.Marketing));
        for (int i = 0; i < 5; i++) queues.Take();
        queues.Add(Work(5000, TrafficClass.Otp));

        queues.Take().Head.Class.ShouldBe(TrafficClass.Otp);
    }

    [Fact]
    public void Take_OneClassAlone_GivesAllInOrder()
    {
        var queues = new ClassQueues();
        for (int i = 0; i < 50; i++) queues.Add(Work(i, TrafficClass.Marketing));

        Enumerable.Range(0, 50).Select(_ => queues.Take().Head.Id.Key).ShouldBe(Enumerable.Range(0, 50).Select(i => (long)i));
        queues.Count.ShouldBe(0);
        queues.Peek().ShouldBeNull();
    }

    [Fact]
    public void AddFirst_SeveralComeBack_AreTakenBeforeTheRestInTheOrderOfTheirKeys()
    {
        var queues = new ClassQueues();
        for (int i = 10; i < 15; i++) queues.Add(Work(i, TrafficClass.Transactional));
        queues.AddFirst(Work(2, TrafficClass.Transactional));
        queues.AddFirst(Work(1, TrafficClass.Transactional));
        queues.AddFirst(Work(3, TrafficClass.Transactional));

        Enumerable.Range(0, 8).Select(_ => queues.Take().Head.Id.Key).ShouldBe([1L, 2, 3, 10, 11, 12, 13, 14]);
    }

    [Fact]
    public void Peek_Always_ShowsWhatTakeGives()
    {
        var queues = new ClassQueues();
        for (int i = 0; i < 100; i++) queues.Add(Work(i, (TrafficClass)(i % 3)));

        while (queues.Count > 0) queues.Peek().ShouldBeSameAs(queues.Take());
    }

    private static OutboundWork Work(long key, TrafficClass trafficClass) =>
        new(new MessageHead
        {
            Id = new(key, 0),
            AccountSid = "AC",
            From = "+15550001000",
            To = "+15551230001",
            Body = "x",
            Class = trafficClass,
            SegmentCount = 1
        });
}
