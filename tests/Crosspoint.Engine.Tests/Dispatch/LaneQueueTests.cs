using Crosspoint.Engine.Dispatch;
using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Tests.Dispatch;

public sealed class LaneQueueTests
{
    [Fact]
    public void Take_AllClassesWait_SharesAreEightFourOne()
    {
        var queues = NewQueue();
        long key = 0;
        foreach (TrafficClass trafficClass in Enum.GetValues<TrafficClass>())
        {
            for (int i = 0; i < 260; i++) queues.Add(Work(++key, trafficClass), moves: true);
        }

        var taken = new Dictionary<TrafficClass, int>();
        for (int i = 0; i < 13 * 20; i++)
        {
            TrafficClass trafficClass = Take(queues).Head.Class;
            taken[trafficClass] = taken.GetValueOrDefault(trafficClass) + 1;
        }

        taken[TrafficClass.Otp].ShouldBe(160);
        taken[TrafficClass.Transactional].ShouldBe(80);
        taken[TrafficClass.Marketing].ShouldBe(20);
    }

    [Fact]
    public void Take_CodeArrivesBehindACampaign_IsNextButOneAtMost()
    {
        var queues = NewQueue();
        for (int i = 0; i < 1000; i++) queues.Add(Work(i, TrafficClass.Marketing), moves: true);
        for (int i = 0; i < 5; i++) Take(queues);
        queues.Add(Work(5000, TrafficClass.Otp), moves: true);

        Take(queues).Head.Class.ShouldBe(TrafficClass.Otp);
    }

    [Fact]
    public void Take_OneClassAlone_GivesAllInOrder()
    {
        var queues = NewQueue();
        for (int i = 0; i < 50; i++) queues.Add(Work(i, TrafficClass.Marketing), moves: true);

        Enumerable.Range(0, 50).Select(_ => Take(queues).Head.Id.Key).ShouldBe(Enumerable.Range(0, 50).Select(i => (long)i));
        queues.Waiting.ShouldBe(0);
        queues.Peek(out _).ShouldBeNull();
    }

    [Fact]
    public void AddFirst_SeveralComeBack_AreTakenBeforeTheRestInTheOrderOfTheirKeys()
    {
        var queues = NewQueue();
        for (int i = 10; i < 15; i++) queues.Add(Work(i, TrafficClass.Transactional), moves: true);
        queues.AddFirst(Work(2, TrafficClass.Transactional));
        queues.AddFirst(Work(1, TrafficClass.Transactional));
        queues.AddFirst(Work(3, TrafficClass.Transactional));

        Enumerable.Range(0, 8).Select(_ => Take(queues).Head.Id.Key).ShouldBe([1L, 2, 3, 10, 11, 12, 13, 14]);
    }

    [Fact]
    public void Peek_Always_ShowsWhatTakeGives()
    {
        var queues = NewQueue();
        for (int i = 0; i < 100; i++) queues.Add(Work(i, (TrafficClass)(i % 3)), moves: true);

        while (queues.Waiting > 0) queues.Peek(out _).ShouldBeSameAs(Take(queues));
    }

    [Fact]
    public void Take_TwoAccounts_ShareByWeightInSegmentsWhateverTheirQueues()
    {
        LaneQueue queues = NewQueue(weights: new() { ["big"] = 3 });
        for (int i = 0; i < 900; i++) queues.Add(Work(i, TrafficClass.Marketing, "big"), moves: true);
        for (int i = 0; i < 300; i++) queues.Add(Work(1000 + i, TrafficClass.Marketing, "small"), moves: true);

        string[] order = [.. Enumerable.Range(0, 400).Select(_ => Take(queues).Head.AccountSid)];

        order.Count(sid => sid == "big").ShouldBeInRange(299, 301);
        for (int at = 0; at < 400; at += 8) order.Skip(at).Take(8).Count(sid => sid == "small").ShouldBeInRange(1, 3);
    }

    [Fact]
    public void Reweigh_WhileMessagesWait_SharesByTheNewWeightsFromThenOn()
    {
        var weights = new Dictionary<string, int>(StringComparer.Ordinal);
        LaneQueue queues = NewQueue(weights: weights);
        for (int i = 0; i < 600; i++) queues.Add(Work(i, TrafficClass.Marketing, "big"), moves: true);
        for (int i = 0; i < 600; i++) queues.Add(Work(1000 + i, TrafficClass.Marketing, "small"), moves: true);
        Enumerable.Range(0, 200).Count(_ => Take(queues).Head.AccountSid == "big").ShouldBeInRange(99, 101);
        weights["big"] = 3;
        queues.Reweigh();
        Enumerable.Range(0, 400).Count(_ => Take(queues).Head.AccountSid == "big").ShouldBeInRange(298, 302);
    }

    [Fact]
    public void Take_AccountWithLongMessages_PaysForTheirSegments()
    {
        LaneQueue queues = NewQueue();
        for (int i = 0; i < 100; i++)
        {
            queues.Add(Work(i, TrafficClass.Transactional, "long"), moves: true);
            queues.Add(Work(1000 + i, TrafficClass.Transactional, "short"), moves: true);
        }

        int longs = 0, shorts = 0;
        while (longs + shorts < 80)
        {
            bool isLong = queues.Peek(out Flow? flow)!.Head.AccountSid == "long";
            queues.Take(flow!, isLong ? 4 : 1);
            if (isLong) longs++;
            else shorts++;
        }

        longs.ShouldBeInRange(15, 17);
    }

    [Fact]
    public void Take_AccountThatWasIdle_NeitherSavesUpNorPays()
    {
        LaneQueue queues = NewQueue();
        for (int i = 0; i < 200; i++) queues.Add(Work(i, TrafficClass.Otp, "busy"), moves: true);
        for (int i = 0; i < 100; i++) Take(queues);
        for (int i = 0; i < 50; i++) queues.Add(Work(500 + i, TrafficClass.Otp, "late"), moves: true);

        string[] order = [.. Enumerable.Range(0, 20).Select(_ => Take(queues).Head.AccountSid)];
        order.Count(sid => sid == "late").ShouldBeInRange(9, 11);
    }

    [Fact]
    public void Add_BeyondTheRoom_StaysOnDiskAndEveryFlowKeepsAShare()
    {
        var room = new DispatchRoom(100);
        LaneQueue queues = NewQueue(room);
        for (int i = 0; i < 1000; i++) Enter(queues, room, Work(i, TrafficClass.Marketing, "campaign"));
        room.Held.ShouldBe(100);
        for (int i = 0; i < 10; i++) Enter(queues, room, Work(2000 + i, TrafficClass.Marketing, "other"));
        for (int i = 0; i < 10; i++) Enter(queues, room, Work(3000 + i, TrafficClass.Otp, "campaign"));

        queues.Waiting.ShouldBe(1020);
        queues.InMemory.ShouldBe(120);
        Take(queues).Head.Class.ShouldBe(TrafficClass.Otp);
    }

    [Fact]
    public void BeginRead_OnDisk_GivesKeysInOrderAndNothingOvertakesThem()
    {
        var room = new DispatchRoom(10);
        LaneQueue queues = NewQueue(room);
        for (int i = 0; i < 60; i++) Enter(queues, room, Work(i, TrafficClass.Marketing));
        int inMemory = queues.InMemory;
        Flow flow = queues.Flows().Single();

        List<long> keys = flow.BeginRead(20);
        Enter(queues, room, Work(60, TrafficClass.Marketing));
        queues.EndRead(flow, [.. keys.Select(key => Work(key, TrafficClass.Marketing))]);

        keys.ShouldBe(Enumerable.Range(inMemory, 20).Select(i => (long)i));
        queues.Waiting.ShouldBe(61);
        Enumerable.Range(0, inMemory + 20).Select(_ => Take(queues).Head.Id.Key).ShouldBe(Enumerable.Range(0, inMemory + 20).Select(i => (long)i));
        flow.BeginRead(100).ShouldBe(Enumerable.Range(inMemory + 20, 61 - inMemory - 20).Select(i => (long)i));
    }

    [Fact]
    public void Spill_WhatCannotMove_KeepsItsOrder()
    {
        var room = new DispatchRoom(100);
        LaneQueue queues = NewQueue(room);
        for (int i = 0; i < 90; i++) Enter(queues, room, Work(i, TrafficClass.Marketing));

        queues.Spill();

        room.Held.ShouldBe(50);
        queues.Waiting.ShouldBe(90);
        Flow flow = queues.Flows().Single();
        flow.BeginRead(100).ShouldBe(Enumerable.Range(50, 40).Select(i => (long)i));
    }

    [Fact]
    public void Extract_SomeGoElsewhere_TheOthersStayInOrder()
    {
        LaneQueue queues = NewQueue();
        for (int i = 0; i < 30; i++) queues.Add(Work(i, (TrafficClass)(i % 3), i % 2 == 0 ? "a" : "b"), moves: true);
        queues.AddFirst(Work(-1, TrafficClass.Otp, "a"));

        List<OutboundWork> gone = queues.Extract(work => work.Head.AccountSid == "a");

        gone.Count.ShouldBe(16);
        queues.Waiting.ShouldBe(15);
        var left = new List<OutboundWork>();
        while (queues.Waiting > 0) left.Add(Take(queues));
        left.ShouldAllBe(work => work.Head.AccountSid == "b");
        foreach (IGrouping<TrafficClass, OutboundWork> some in left.GroupBy(work => work.Head.Class))
            some.Select(work => work.Head.Id.Key).ShouldBeInOrder();
    }

    private static LaneQueue NewQueue(DispatchRoom? room = null, Dictionary<string, int>? weights = null) =>
        new(room ?? new DispatchRoom(10_000), static _ => default, sid => weights?.GetValueOrDefault(sid, 1) ?? 1, TimeProvider.System);

    private static void Enter(LaneQueue queues, DispatchRoom room, OutboundWork work)
    {
        room.Enter();
        queues.Add(work, moves: true);
    }

    private static OutboundWork Take(LaneQueue queues)
    {
        queues.Peek(out Flow? flow).ShouldNotBeNull();
        return queues.Take(flow!, 1);
    }

    private static OutboundWork Work(long key, TrafficClass trafficClass, string account = "AC") =>
        new(new MessageHead
        {
            Id = new(key, 0),
            AccountSid = account,
            From = "+15550001000",
            To = "+15551230001",
            Body = "x",
            Class = trafficClass,
            SegmentCount = 1
        });
}
