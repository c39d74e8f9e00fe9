using Crosspoint.Engine.Health;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Rating;
using Crosspoint.Engine.Tests.Rating;
using Crosspoint.Engine.Tests.Rigs;
using Crosspoint.Engine.Vendors;
using Crosspoint.Smpp.Codec;

namespace Crosspoint.Engine.Tests.Dispatch;

/// <summary>What a whole gateway tells health of its messages and segments.</summary>
public sealed class HealthFeedTests
{
    private const string German = "+4915112345678";

    [Fact]
    public async Task Messages_FromSubmissionToFeedback_AreCountedWithTheirTimes()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        MessageHead head = await rig.SendAsync(Rig.Request(to: German) with { ProvideFeedback = true });
        await rig.UntilAsync(head, MessageState.Sent);
        long sentAt = rig.Gateway.Health.Clock.Now;
        await rig.PassAsync(TimeSpan.FromSeconds(5));
        await carrier.ReceiptAsync(carrier.Submits.Single());
        await rig.UntilAsync(head, MessageState.Delivered);
        double took = (rig.Gateway.Health.Clock.Now - sentAt) / 1e6;
        await rig.Gateway.Intake.RecordFeedbackAsync(Rig.Account, head.Id, confirmed: true, CancellationToken.None);
        await rig.UntilAsync(() => Of(rig, "a").Confirmed == 1);

        IntervalReading seen = Of(rig, "a");
        (seen.Submitted, seen.Accepted, seen.Sent, seen.Delivered, seen.Undelivered, seen.Pending).ShouldBe((1, 1, 1, 1, 0, 0));
        seen.DeliveryRate.ShouldBe(1);
        seen.Receipt.P50!.Value.ShouldBe(took, (took * DelayBins.RelativeError) + 0.5);
        HealthRow row = Rows(rig, HealthLevel.Class).Single();
        (row.Connection, row.Country, row.Class).ShouldBe(("a", "DE", head.Class));
        Rows(rig, HealthLevel.World).Single().Reading.Delivered.ShouldBe(1);
        Rows(rig, HealthLevel.Account).Single().Account.ShouldBe(Rig.Account.Sid);
        Rows(rig, HealthLevel.Vendor).Single().Vendor.ShouldBe(rig.Gateway.ConnectionOptions().Single().Vendor);
    }

    [Fact]
    public async Task Refusals_AreCountedByStatus_AndTheMessageCountsOnceInItsCountry()
    {
        await using var first = new ScriptedCarrier { Script = static (c, s) => c.Refuse(s, CommandStatus.ReceiverRejected) };
        await using var second = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(first, second);
        for (int i = 0; i < 3; i++) await rig.UntilAsync(await rig.SendAsync(to: German), MessageState.Sent);
        await rig.UntilAsync(() => Of(rig, "b").Sent == 3);

        IntervalReading refusing = Of(rig, "a");
        (refusing.Submitted, refusing.Accepted, refusing.Refused, refusing.Sent, refusing.Undelivered).ShouldBe((3, 0, 3, 0, 3));
        refusing.Statuses.ShouldBe([new CodeCount((uint)CommandStatus.ReceiverRejected, 3)]);
        refusing.DeliveryRate.ShouldBe(0);
        refusing.ErrorRate.ShouldBe(1);
        IntervalReading country = Rows(rig, HealthLevel.World).Single().Reading;
        (country.Sent, country.Undelivered, country.Pending).ShouldBe((3, 0, 3));
    }

    [Fact]
    public async Task Throttling_IsNoRefusal()
    {
        await using var carrier = new ScriptedCarrier();
        carrier.Script = (c, s) =>
        {
            if (carrier.Submits.Count == 1) c.Refuse(s, CommandStatus.Throttled);
            else c.Accept(s);
        };
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.UntilAsync(await rig.SendAsync(to: German), MessageState.Sent);
        await rig.UntilAsync(() => Of(rig, "a").Accepted == 1);
        IntervalReading seen = Of(rig, "a");
        (seen.Submitted, seen.Throttled, seen.Refused, seen.ErrorRate, seen.Sent).ShouldBe((2, 1, 0, 0, 1));
    }

    [Fact]
    public async Task SegmentsWithoutAnAnswer_AreCountedWhenTheyAreGivenUp()
    {
        await using var carrier = new ScriptedCarrier { Script = ScriptedCarrier.Ignore };
        ConnectionOptions connection = Rig.Connection("a", carrier.Port) with { UnknownTransactional = UnknownOutcomePolicy.Wait };
        await using Rig rig = await Rig.StartAsync(Rig.Options(connection));
        await rig.SendAsync(to: German);
        await rig.UntilAsync(() => carrier.Submits.Count == 1 && Of(rig, "a").Submitted == 1);
        Of(rig, "a").Unanswered.ShouldBe(0);
        await rig.UntilAsync(() => Of(rig, "a").Unanswered == 1);
        (Of(rig, "a").Accepted, Of(rig, "a").Response.P50, Of(rig, "a").ErrorRate).ShouldBe((0, null, 1));
    }

    [Fact]
    public async Task Connections_ThatGiveNoReceipts_TellOfSegmentsAlone()
    {
        await using var carrier = new ScriptedCarrier();
        ConnectionOptions connection = Rig.Connection("a", carrier.Port);
        connection = connection with { Capabilities = connection.Capabilities with { Receipts = false } };
        await using Rig rig = await Rig.StartAsync(Rig.Options(connection));
        await rig.UntilAsync(await rig.SendAsync(to: German), MessageState.Sent);
        await rig.SettleAsync();
        (Of(rig, "a").Accepted, Of(rig, "a").Sent, Of(rig, "a").DeliveryRate).ShouldBe((1, 0, null));
    }

    [Fact]
    public async Task Receipts_AfterTheWallClockWasSet_HaveTheirTrueDelay()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        MessageHead head = await rig.SendAsync(to: German);
        await rig.UntilAsync(head, MessageState.Sent);
        rig.Clock.SetWallClock(rig.Clock.GetUtcNow().AddHours(3));
        await carrier.ReceiptAsync(carrier.Submits.Single());
        await rig.UntilAsync(head, MessageState.Delivered);
        await rig.UntilAsync(() => Of(rig, "a").Delivered == 1);
        Of(rig, "a").Receipt.P99!.Value.ShouldBeLessThan(60);
    }

    [Fact]
    public async Task Cost_IsWhatAcceptedSegmentsCostAtTheVendor()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        rig.Gateway.TakeRates(RateBook.Compile(
            new()
            {
                Currencies = CurrencyTable.Default,
                Decks = new Dictionary<string, IReadOnlyList<DatedDeck>> { ["a"] = [new(RatingSamples.Deck("DE 0.0042"), 1, long.MinValue)] },
            },
            RatingSamples.Now,
            1));
        for (int i = 0; i < 2; i++) await rig.UntilAsync(await rig.SendAsync(to: German), MessageState.Sent);
        Of(rig, "a").Cost.ShouldBe(8_400);
    }

    private static IntervalReading Of(Rig rig, string connection) => rig.Gateway.Health.Read(HealthCell.Of(connection), HealthInterval.FifteenMinutes);

    private static IReadOnlyList<HealthRow> Rows(Rig rig, HealthLevel level) =>
        rig.Gateway.Health.List(new(level, HealthInterval.FifteenMinutes), 0, 100);
}
