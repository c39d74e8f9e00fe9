using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Quality;
using Crosspoint.Engine.Rating;
using Crosspoint.Engine.Routing;
using Crosspoint.Engine.Tests.Rating;
using Crosspoint.Engine.Tests.Rigs;
using Crosspoint.Smpp.Codec;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Tests.Dispatch;

/// <summary>Routing goes by what became of messages, by the prices in force, and by where numbers live.</summary>
public sealed class LearnedRoutingTests
{
    private const string German = "+4915112345678";

    [Fact]
    public async Task BestQuality_ReceiptsOfTheFirstSayUndelivered_TheOtherTakesOver()
    {
        await using var first = new ScriptedCarrier();
        await using var second = new ScriptedCarrier();
        await using Rig rig = await StartAsync(RouteStrategy.BestQuality, first, second);
        MessageHead lost = await rig.SendAsync(to: German);
        await rig.UntilAsync(lost, MessageState.Sent);
        (await first.ReceiptAsync(first.Submits.Single(), "UNDELIV", "001")).ShouldBe(CommandStatus.Ok);
        await rig.UntilAsync(lost, MessageState.Undelivered);
        await rig.PassAsync(TimeSpan.FromSeconds(2));

        MessageHead moved = await rig.SendAsync(to: German);
        Message message = await rig.UntilAsync(moved, MessageState.Sent);

        (first.Submits.Count, second.Submits.Count).ShouldBe((1, 1));
        RouteCandidate[] candidates = [.. message.Attempts.Single().Decision.Candidates];
        candidates.Select(candidate => (candidate.Connection, candidate.Quality)).ShouldBe([("b", null), ("a", null)], "one message moves the order, and shows little");
        (EstimateOf(rig, "a").Probability, EstimateOf(rig, "a").IsMeasured).ShouldBe((18 / 21.0, false));
        for (int i = 0; i < 12; i++) await rig.UntilAsync(await rig.SendAsync(to: German), MessageState.Sent);
        foreach (CarrierSubmit submit in second.Submits) await second.ReceiptAsync(submit);
        await rig.PassAsync(TimeSpan.FromSeconds(2));
        (EstimateOf(rig, "b").Probability > 0.93, EstimateOf(rig, "b").IsMeasured).ShouldBe((true, true));
    }

    [Fact]
    public async Task Refusals_CountAgainstTheConnectionThatRefused()
    {
        await using var first = new ScriptedCarrier { Script = static (c, s) => c.Refuse(s, CommandStatus.ReceiverRejected) };
        await using var second = new ScriptedCarrier();
        await using Rig rig = await StartAsync(RouteStrategy.Fixed, first, second);
        for (int i = 0; i < 5; i++) await rig.UntilAsync(await rig.SendAsync(to: German), MessageState.Sent);

        await rig.PassAsync(TimeSpan.FromSeconds(2));
        EstimateOf(rig, "a").Probability.ShouldBe(18 / 25.0, 0.01);
        EstimateOf(rig, "b").Probability.ShouldBeGreaterThan(0.8, "their receipts may still come");
    }

    [Fact]
    public async Task Feedback_IsLearned()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await StartAsync(RouteStrategy.Fixed, carrier, carrier);
        MessageHead head = await rig.SendAsync(Rig.Request(to: German) with { ProvideFeedback = true });
        await rig.UntilAsync(head, MessageState.Sent);
        double before = EstimateOf(rig, "a").Weight;
        await rig.Gateway.Intake.RecordFeedbackAsync(Rig.Account, head.Id, confirmed: true, CancellationToken.None);
        await rig.SettleAsync();
        await rig.UntilAsync(() => rig.Gateway.Quality.FeedbackCount == 1);
        EstimateOf(rig, "a").Weight.ShouldBe(before, 1, "one word alone decides nothing");
    }

    [Fact]
    public async Task LeastCost_PricesThatChange_MoveTheTraffic()
    {
        await using var first = new ScriptedCarrier();
        await using var second = new ScriptedCarrier();
        await using Rig rig = await StartAsync(RouteStrategy.LeastCost, first, second);
        rig.Gateway.TakeRates(Book(("a", "0.05"), ("b", "0.04")));
        await rig.UntilAsync(await rig.SendAsync(to: German), MessageState.Sent);
        rig.Gateway.TakeRates(Book(("a", "0.03"), ("b", "0.04")));
        Message message = await rig.UntilAsync(await rig.SendAsync(to: German), MessageState.Sent);

        (first.Submits.Count, second.Submits.Count).ShouldBe((1, 1));
        message.Attempts.Single().Decision.Candidates.Select(candidate => (candidate.Connection, candidate.Price)).ShouldBe([("a", 30_000), ("b", 40_000)]);
    }

    [Fact]
    public async Task Network_OfTheNumbersRange_IsWhatRulesMatch()
    {
        await using var first = new ScriptedCarrier();
        await using var second = new ScriptedCarrier();
        NetworkId network = Networks.Locate(Parse(German)).Network;
        network.IsKnown.ShouldBeTrue();
        RoutingRule rule = new() { Name = "network", Match = new() { Networks = [network] }, Route = new() { Connections = ["b"] } };
        await using Rig rig = await StartAsync(new RoutingPlan(1, ["a"]) { Rules = [rule] }, first, second);
        Message message = await rig.UntilAsync(await rig.SendAsync(to: German), MessageState.Sent);

        second.Submits.Count.ShouldBe(1);
        RouteDecision decision = message.Attempts.Single().Decision;
        (decision.Rule, decision.Facts!.Network, decision.Facts.Source).ShouldBe(("network", network.ToString(), NetworkSource.Range));
    }

    private static QualityEstimate EstimateOf(Rig rig, string connection) => rig.Gateway.Quality.Estimate(
        rig.Gateway.Quality.NumberOf(connection), Networks.Locate(Parse(German)), TrafficClass.Transactional, rig.Clock.GetUtcMicros());

    private static E164 Parse(string number)
    {
        E164.TryParse(number, out E164 parsed).ShouldBeTrue();
        return parsed;
    }

    private static RateBook Book(params (string Connection, string Price)[] prices) => RateBook.Compile(
        new()
        {
            Currencies = CurrencyTable.Default,
            Decks = prices.ToDictionary(
                static price => price.Connection,
                static IReadOnlyList<DatedDeck> (price) => [new(RatingSamples.Deck($"DE {price.Price}"), 1, long.MinValue)]),
        },
        RatingSamples.Now,
        1);

    private static Task<Rig> StartAsync(RouteStrategy strategy, params ScriptedCarrier[] carriers) => StartAsync(
        new RoutingPlan(1, ["a"]) { Rules = [new() { Name = "all", Route = new() { Connections = ["a", "b"], Choose = strategy } }] }, carriers);

    private static async Task<Rig> StartAsync(RoutingPlan plan, params ScriptedCarrier[] carriers)
    {
        EngineOptions options = Rig.Options([.. carriers.Select((carrier, i) => Rig.Connection(Rig.NameOf(i), carrier.Port))]);
        Rig rig = await Rig.StartAsync(options with { Routing = plan });
        for (int i = 0; i < carriers.Length; i++) await rig.BoundAsync(Rig.NameOf(i));
        return rig;
    }
}
