using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Routing;
using Crosspoint.Engine.Routing.Explaining;

namespace Crosspoint.Engine.Tests.Routing;

/// <summary>A share of the messages is put in order by a draw of what quality may be, inside what the list is kept to.</summary>
public sealed class ExplorationTests
{
    private const double Share = 0.1;
    private const int Messages = 10_000;

    [Theory]
    [InlineData(RouteStrategy.BestQuality)]
    [InlineData(RouteStrategy.Blend)]
    public void Explore_ItsShareOfTheMessages_GoesByADraw(RouteStrategy strategy)
    {
        RouteRig rig = Rig(strategy, Share, TrafficClass.Marketing).Price("a", 8_000).Price("b", 8_000).Price("c", 8_000);

        RouteDecision[] all = [.. Enumerable.Range(0, Messages).Select(i => rig.Decide(Request(i, TrafficClass.Marketing)))];

        RouteDecision[] explored = [.. all.Where(static one => one.Candidates[0].Drawn is not null)];
        ((double)explored.Length / Messages).ShouldBe(Share, 0.01);
        all.Except(explored).ShouldAllBe(static one => one.Candidates[0].Connection == "a");
        explored.ShouldAllBe(static one => one.Candidates.All(static candidate => candidate.Drawn != null));

        // Two shares that differ by 0.03, with 100 messages each: the lower is drawn higher in 19 of 100. What is far worse hardly ever is.
        ((double)explored.Count(static one => one.Candidates[0].Connection == "b") / explored.Length).ShouldBe(0.194, 0.04);
        explored.Count(static one => one.Candidates[0].Connection == "c").ShouldBeInRange(0, explored.Length / 50);
    }

    [Fact]
    public void Explore_TheSameMessage_IsDecidedTheSameAgain()
    {
        RouteRig rig = Rig(RouteStrategy.BestQuality, Share, TrafficClass.Marketing);
        for (int i = 0; i < 500; i++)
            rig.Decide(Request(i, TrafficClass.Marketing)).Candidates.ShouldBe(rig.Decide(Request(i, TrafficClass.Marketing)).Candidates);
    }

    [Fact]
    public void Explore_AsMessagesAreSeen_TheDrawComesCloser()
    {
        double Spread(double weight)
        {
            RouteRig rig = Rig(RouteStrategy.BestQuality, Share, TrafficClass.Marketing).Quality("a", 0.95, weight);
            double[] drawn =
            [
                .. Enumerable.Range(0, Messages).SelectMany(i => rig.Decide(Request(i, TrafficClass.Marketing)).Candidates)
                    .Where(static one => one is { Connection: "a", Drawn: not null }).Select(static one => one.Drawn!.Value / 10_000.0),
            ];
            drawn.Average().ShouldBe(0.95, 0.02);
            return drawn.Max() - drawn.Min();
        }

        Spread(1_000).ShouldBeLessThan(Spread(20) / 3);
    }

    [Fact]
    public void Explore_WhatTheFloorLeavesOut_StaysOut()
    {
        RouteRig rig = Rig(RouteStrategy.BestQuality, RouteList.MostExplored, TrafficClass.Marketing, list => list with { QualityAtLeast = 0.93 });

        for (int i = 0; i < 2_000; i++)
        {
            RouteDecision decision = rig.Decide(Request(i, TrafficClass.Marketing));
            decision.Candidates[0].Connection.ShouldBe("a");
            decision.Candidates.Skip(1).ShouldAllBe(static one => one.Code == CandidateCode.BelowQuality && one.Drawn == null);
        }
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData(TrafficClass.Otp, true)]
    public void Explore_OneTimeCodes_OnlyUnderARuleThatNamesTheirClass(TrafficClass? named, bool explores)
    {
        RouteRig rig = Rig(RouteStrategy.BestQuality, RouteList.MostExplored, named);

        bool any = Enumerable.Range(0, 500).Any(i => rig.Decide(Request(i, TrafficClass.Otp)).Candidates[0].Drawn is not null);

        any.ShouldBe(explores);
    }

    [Fact]
    public void Explore_InAListThatDoesNotGoByQuality_HasNoEffect()
    {
        RouteRig rig = Rig(RouteStrategy.Fixed, RouteList.MostExplored, TrafficClass.Marketing);

        for (int i = 0; i < 200; i++) rig.Decide(Request(i, TrafficClass.Marketing)).Candidates[0].Drawn.ShouldBeNull();
    }

    [Fact]
    public void Explain_AMessageThatExplores_SaysSo()
    {
        RouteRig rig = Rig(RouteStrategy.BestQuality, Share, TrafficClass.Marketing);
        int exploring = Enumerable.Range(0, Messages).First(
            i => rig.Decide(Request(i, TrafficClass.Marketing)).Candidates[0] is { Drawn: not null, Connection: "b" });

        RouteExplanation told = rig.Explain(Request(exploring, TrafficClass.Marketing));

        told.Order.Single().ShouldBe("Its connections stand the most likely to deliver first, by a draw for 10.0 % of the messages.");
        told.Candidates[0].Reason.ShouldBe("chosen: put first by a draw, as this message explores what quality may be");
        told.Candidates[0].Quality.ShouldNotBeNull().ShouldStartWith("delivers 92.0 %, drawn as ");
        told.Candidates[1].Reason.ShouldBe("usable, but put lower by the draw of a message that explores");
        int other = Enumerable.Range(0, Messages).First(i => rig.Decide(Request(i, TrafficClass.Marketing)).Candidates[0].Drawn is null);
        rig.Explain(Request(other, TrafficClass.Marketing)).Candidates[0].Reason.ShouldBe("chosen: the most likely to deliver");
    }

    [Fact]
    public void Decide_Exploring_AllocatesNothing()
    {
        RouteRig rig = Rig(RouteStrategy.BestQuality, RouteList.MostExplored, TrafficClass.Marketing);
        RouteRequest[] requests = [.. Enumerable.Range(0, 100).Select(static i => Request(i, TrafficClass.Marketing))];
        var buffer = new RankedCandidate[rig.Snapshot.BufferSize];
        long allocated = long.MaxValue;
        bool any = false;
        for (int round = 0; round < 50 && allocated != 0; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < requests.Length; i++)
            {
                rig.Snapshot.Decide(requests[i], default, buffer);
                any |= buffer[0].Drawn is not null;
            }

            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        (allocated, any).ShouldBe((0, true));
    }

    private static RouteRequest Request(int i, TrafficClass trafficClass) =>
        RouteRig.Request(draw: Shares.Mix((ulong)i), change: head => head with { Class = trafficClass });

    private static RouteRig Rig(RouteStrategy strategy, double share, TrafficClass? named, Func<RouteList, RouteList>? change = null) =>
        new RouteRig("a", "b", "c").Quality("a", 0.95, 100).Quality("b", 0.92, 100).Quality("c", 0.5, 100).Rule("explored", ["a", "b", "c"], rule => rule with
        {
            Match = named is { } only ? new() { Classes = [only] } : RuleMatch.Any,
            Route = (change ?? (static list => list))(rule.Route! with { Choose = strategy, Explore = share }),
        });
}
