using Crosspoint.Engine.Dispatch;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Monitoring;
using Crosspoint.TestKit;

namespace Crosspoint.Engine.Tests.Dispatch;

/// <summary>What stands aside of a lane's queue for one network, and comes back.</summary>
public sealed class AsideQueueTests
{
    private readonly ManualTimeProvider _clock = new();
    private readonly AsideQueue _aside = new();
    private readonly LaneQueue _queue;

    public AsideQueueTests()
    {
        _clock.Advance(TimeSpan.FromSeconds(1));
        _queue = new LaneQueue(new DispatchRoom(10_000), static _ => default, static sid => sid == "big" ? 3 : 1, _clock);
    }

    [Fact]
    public void SetAside_Some_StillWaitAndHaveNotLeft()
    {
        AddAside(TrafficClass.Marketing, "a", 3);
        _queue.Add(Work(10, TrafficClass.Marketing, "a"), moves: true);

        (_queue.Waiting, _queue.InMemory, _queue.Aside).ShouldBe((4, 1, 3));
        QueueStatus status = _queue.Statuses("north", null).ShouldHaveSingleItem();
        (status.Waiting, status.InMemory, status.Rate).ShouldBe((4, 4, 0));
        Take().Head.Id.Key.ShouldBe(10);
        status = _queue.Statuses("north", null).ShouldHaveSingleItem();
        (status.Waiting, status.InMemory).ShouldBe((3, 3));
        status.Rate.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void TakeBack_SomeOfMany_AreTheOldestAndGoBeforeTheirFlow()
    {
        AddAside(TrafficClass.Marketing, "a", 5);
        _queue.Add(Work(10, TrafficClass.Marketing, "a"), moves: true);

        TakeBack(2).ShouldBe(2);

        (_aside.Count, _aside.Returned, _queue.Aside, _queue.InMemory).ShouldBe((3, 2, 3, 3));
        Enumerable.Range(0, 3).Select(_ => Take().Head.Id.Key).ShouldBe([0L, 1, 10]);
        (_aside.Count, _aside.Returned, _queue.Waiting).ShouldBe((3, 0, 3));
        TakeBack(10).ShouldBe(3);
        Enumerable.Range(0, 3).Select(_ => Take().Head.Id.Key).ShouldBe([2L, 3, 4]);
        _queue.Waiting.ShouldBe(0);
        _queue.Flows().ShouldBeEmpty();
    }

    [Fact]
    public void TakeBack_AllClasses_HaveTheirSharesTheMostUrgentFirst()
    {
        AddAside(TrafficClass.Marketing, "a", 20);
        AddAside(TrafficClass.Transactional, "a", 20);
        AddAside(TrafficClass.Otp, "a", 20);

        TakeBack(13).ShouldBe(13);

        TrafficClass[] back = [.. Enumerable.Range(0, 13).Select(_ => Take().Head.Class)];
        back.Count(static one => one == TrafficClass.Otp).ShouldBe(8);
        back.Count(static one => one == TrafficClass.Transactional).ShouldBe(4);
        back.Count(static one => one == TrafficClass.Marketing).ShouldBe(1);
    }

    [Fact]
    public void TakeBack_TwoAccounts_ShareByWeight()
    {
        AddAside(TrafficClass.Marketing, "small", 100);
        AddAside(TrafficClass.Marketing, "big", 100);

        TakeBack(40).ShouldBe(40);

        Enumerable.Range(0, 40).Select(_ => Take().Head.AccountSid).Count(static sid => sid == "big").ShouldBeInRange(29, 31);
    }

    [Fact]
    public void TakeBack_FlowThatWaitsForALimit_OthersComeInItsPlace()
    {
        AddAside(TrafficClass.Marketing, "a", 5);
        AddAside(TrafficClass.Marketing, "b", 5);
        Block("a", TimeSpan.FromSeconds(1));

        TakeBack(10).ShouldBe(5);

        while (_queue.Peek(out _) is not null) Take().Head.AccountSid.ShouldBe("b");
        TakeBack(10).ShouldBe(0);
        _clock.Advance(TimeSpan.FromSeconds(2));
        TakeBack(10).ShouldBe(5);
    }

    [Fact]
    public void Block_AFlowWithSomeThatCameBack_LetsThemStandAsideAgain()
    {
        AddAside(TrafficClass.Marketing, "a", 5);
        _queue.AddFirst(Work(10, TrafficClass.Marketing, "a"));
        TakeBack(3).ShouldBe(3);

        _queue.Peek(out Flow? flow).ShouldNotBeNull();
        _queue.Block(flow!, TimeSpan.FromSeconds(1));

        (_aside.Count, _aside.Returned, _queue.InMemory, _queue.Waiting).ShouldBe((5, 0, 1, 6));
        _clock.Advance(TimeSpan.FromSeconds(2));
        TakeBack(10).ShouldBe(5);
        Enumerable.Range(0, 6).Select(_ => Take().Head.Id.Key).ShouldBe([0L, 1, 2, 3, 4, 10]);
    }

    [Fact]
    public void Extract_SomeGoElsewhere_OfTheLineAndAside()
    {
        AddAside(TrafficClass.Marketing, "a", 6);
        TakeBack(2).ShouldBe(2);
        var gone = new List<OutboundWork>();

        _queue.Extract(_aside, static work => work.Head.Id.Key % 2 == 1, gone);
        gone.AddRange(_queue.Extract(static work => work.Head.Id.Key % 2 == 1));

        gone.Select(static work => work.Head.Id.Key).ShouldBe([3L, 5, 1]);
        (_aside.Count, _aside.Returned, _queue.Aside, _queue.InMemory, _queue.Waiting).ShouldBe((2, 1, 2, 1, 3));
        gone.Clear();
        _queue.Extract(_aside, static _ => true, gone);
        gone.AddRange(_queue.Extract(static _ => true));
        (_aside.Count, _aside.Returned, _queue.Aside, _queue.InMemory, _queue.Waiting).ShouldBe((0, 0, 0, 0, 0));
        _queue.Flows().ShouldBeEmpty();
    }

    [Fact]
    public void SetAsideAndTakeBack_AgainAndAgain_AllocatesNothing()
    {
        AddAside(TrafficClass.Marketing, "a", 100);
        for (int i = 0; i < 100; i++) TurnOver();
        long before = GC.GetAllocatedBytesForCurrentThread();

        for (int i = 0; i < 1_000; i++) TurnOver();

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    private void TurnOver()
    {
        _queue.TakeBack(_aside);
        _queue.Peek(out Flow? flow);
        _queue.SetAside(flow!, _aside);
    }

    private void AddAside(TrafficClass trafficClass, string account, int count)
    {
        for (int i = 0; i < count; i++)
        {
            _queue.Add(Work(i, trafficClass, account), moves: true);
            _queue.Peek(out Flow? flow).ShouldNotBeNull();
            _queue.SetAside(flow!, _aside);
        }
    }

    private int TakeBack(int most)
    {
        int taken = 0;
        while (taken < most && _queue.TakeBack(_aside)) taken++;
        return taken;
    }

    private void Block(string account, TimeSpan wait)
    {
        _queue.Add(Work(1_000, TrafficClass.Marketing, account), moves: true);
        _queue.Peek(out Flow? flow).ShouldNotBeNull();
        flow!.Account.ShouldBe(account);
        _queue.Block(flow, wait);
    }

    private OutboundWork Take()
    {
        _queue.Peek(out Flow? flow).ShouldNotBeNull();
        return _queue.Take(flow!, 1);
    }

    private static OutboundWork Work(long key, TrafficClass trafficClass, string account) =>
        new(new MessageHead
        {
            Id = new(key, 0),
            AccountSid = account,
            From = "+15550001000",
            To = "+15551230001",
            Body = "x",
            Class = trafficClass,
            SegmentCount = 1,
        });
}
