using Crosspoint.Engine.Intake;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;
using Crosspoint.Engine.Tests.Rigs;

namespace Crosspoint.Engine.Tests.Intake;

public sealed class AcceptTests
{
    [Fact]
    public async Task Send_CommitIsHeldBack_NeitherAnsweredNorSentBeforeIt()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        rig.Journal.Hold();

        Task<IntakeResult> answer = rig.Gateway.Intake.SendAsync(Rig.Request(), null, CancellationToken.None).AsTask();
        await rig.UntilAsync(() => rig.Journal.HeldCount == 1);
        await rig.PassAsync(TimeSpan.FromMilliseconds(200));
        answer.IsCompleted.ShouldBeFalse();
        carrier.Submits.ShouldBeEmpty();
        rig.Gateway.Connections()[0].InFlight.ShouldBe(1);
        rig.Journal.Release();

        (await answer).IsAccepted.ShouldBeTrue();
        await rig.UntilAsync(() => carrier.Submits.Count == 1);
    }

    [Theory]
    [InlineData(StoreFailure.DiskFull, IntakeError.StoreUnavailable)]
    [InlineData(StoreFailure.Broken, IntakeError.StoreUnavailable)]
    [InlineData(StoreFailure.Unknown, IntakeError.OutcomeUnknown)]
    [InlineData(StoreFailure.Closed, IntakeError.StoreUnavailable)]
    [InlineData(StoreFailure.Rejected, IntakeError.StoreUnavailable)]
    public async Task Send_StoreFails_IsRefusedNothingIsSentAndTheSlotIsFree(StoreFailure failure, IntakeError error)
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        rig.Journal.Refuse(failure);

        for (int i = 0; i < 30; i++)
        {
            IntakeResult result = await rig.Gateway.Intake.SendAsync(Rig.Request(), null, CancellationToken.None);
            (result.IsAccepted, result.Error).ShouldBe((false, error));
        }

        rig.Gateway.Connections()[0].InFlight.ShouldBe(0);
        carrier.Submits.ShouldBeEmpty();
        rig.Journal.Refuse(null);
        await rig.UntilAsync(await rig.SendAsync(), MessageState.Sent);
        carrier.Submits.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Send_DiskFullBetweenAcceptanceAndAttempt_IsSentWhenThereIsSpace()
    {
        await using var carrier = new ScriptedCarrier(isUp: false);
        await using Rig rig = await Rig.StartAsync(carrier);
        MessageHead[] heads = [await rig.SendAsync("m0"), await rig.SendAsync("m1")];
        rig.Journal.Refuse(StoreFailure.DiskFull);
        carrier.Start();
        await rig.BoundAsync();
        await rig.PassAsync(TimeSpan.FromSeconds(2));
        carrier.Submits.ShouldBeEmpty();
        rig.Journal.Refuse(null);

        foreach (MessageHead head in heads) await rig.UntilAsync(head, MessageState.Sent);
        carrier.Submits.Count.ShouldBe(2);
        await rig.SettleAsync();
        rig.Gateway.Connections()[0].InFlight.ShouldBe(0);
    }

    [Fact]
    public async Task Send_TooMuchIsWaiting_IsRefusedAsOverloaded()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        rig.Journal.ExtraDepth = 50_000;

        IntakeResult single = await rig.Gateway.Intake.SendAsync(Rig.Request(), null, CancellationToken.None);
        IReadOnlyList<IntakeResult> batch = await rig.Gateway.Intake.SendBatchAsync(
            [Rig.Request(), Rig.Request()], null, CancellationToken.None);

        single.Error.ShouldBe(IntakeError.Overloaded);
        batch.ShouldAllBe(result => result.Error == IntakeError.Overloaded);
    }

    [Fact]
    public async Task SendBatch_SomeAreWrong_EachIsJudgedInItsPlace()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();

        IReadOnlyList<IntakeResult> results = await rig.Gateway.Intake.SendBatchAsync(
            [Rig.Request("a"), Rig.Request(to: "nobody"), Rig.Request("c"), Rig.Request("")], null, CancellationToken.None);

        results.Select(result => result.Error).ShouldBe(
            [IntakeError.None, IntakeError.ToInvalid, IntakeError.None, IntakeError.BodyMissing]);
        results[0].Head!.Id.Key.ShouldBeLessThan(results[2].Head!.Id.Key);
        await rig.UntilAsync(() => carrier.Submits.Count == 2);
        carrier.Submits.Select(submit => submit.Text).ShouldBe(["a", "c"]);
    }

    [Fact]
    public async Task SendBatch_Empty_GivesNothing()
    {
        await using var carrier = new ScriptedCarrier(isUp: false);
        await using Rig rig = await Rig.StartAsync(carrier);

        (await rig.Gateway.Intake.SendBatchAsync([], null, CancellationToken.None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Idempotency_SameKeySameBody_GivesTheSameMessageOnce()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        var input = new IdempotencyInput("key-1", [1, 2, 3]);

        IntakeResult[] results = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(_ => rig.Gateway.Intake.SendAsync(Rig.Request(), input, CancellationToken.None).AsTask()));
        await rig.RestartAsync();
        IntakeResult afterRestart = await rig.Gateway.Intake.SendAsync(Rig.Request(), input, CancellationToken.None);

        results.Append(afterRestart).Select(result => result.Head!.Id).Distinct().Count().ShouldBe(1);
        results.Count(result => !result.Replayed).ShouldBe(1);
        afterRestart.Replayed.ShouldBeTrue();
        await rig.UntilAsync(afterRestart.Head!, MessageState.Sent);
        await rig.UntilAsync(() => rig.Gateway.Connections()[0].InFlight == 0);
    }

    [Fact]
    public async Task Idempotency_SameKeyOtherBody_IsAConflict()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        await rig.Gateway.Intake.SendAsync(Rig.Request(), new IdempotencyInput("key-1", [1, 2, 3]), CancellationToken.None);

        IntakeResult result = await rig.Gateway.Intake.SendAsync(
            Rig.Request(), new IdempotencyInput("key-1", [1, 2, 4]), CancellationToken.None);

        result.Error.ShouldBe(IntakeError.IdempotencyConflict);
        await rig.UntilAsync(() => carrier.Submits.Count == 1);
        await rig.PassAsync(TimeSpan.FromSeconds(1));
        carrier.Submits.Count.ShouldBe(1);
        rig.Gateway.Connections()[0].InFlight.ShouldBe(0);
    }

    [Fact]
    public async Task Idempotency_AfterADay_KeyIsFree()
    {
        await using var carrier = new ScriptedCarrier(isUp: false);
        await using Rig rig = await Rig.StartAsync(carrier);
        var input = new IdempotencyInput("key-1", [1, 2, 3]);
        IntakeResult first = await rig.Gateway.Intake.SendAsync(Rig.Request(), input, CancellationToken.None);
        rig.Clock.SetWallClock(rig.Clock.GetUtcNow() + TimeSpan.FromHours(25));

        IntakeResult second = await rig.Gateway.Intake.SendAsync(Rig.Request(), input, CancellationToken.None);

        second.Replayed.ShouldBeFalse();
        second.Head!.Id.ShouldNotBe(first.Head!.Id);
    }

    [Fact]
    public async Task Idempotency_Batch_ReplaysEachInItsPlace()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        SendRequest[] requests = [Rig.Request("a"), Rig.Request(to: "nobody"), Rig.Request("c")];
        var input = new IdempotencyInput("key-1", [1]);
        IReadOnlyList<IntakeResult> first = await rig.Gateway.Intake.SendBatchAsync(requests, input, CancellationToken.None);

        IReadOnlyList<IntakeResult> second = await rig.Gateway.Intake.SendBatchAsync(requests, input, CancellationToken.None);

        second.Select(result => result.Head?.Id).ShouldBe(first.Select(result => result.Head?.Id));
        second.Select(result => (result.Error, result.Replayed)).ShouldBe(
            [(IntakeError.None, true), (IntakeError.ToInvalid, false), (IntakeError.None, true)]);
    }

    [Fact]
    public async Task Idempotency_StoreFailed_KeyIsNotTaken()
    {
        await using var carrier = new ScriptedCarrier(isUp: false);
        await using Rig rig = await Rig.StartAsync(carrier);
        var input = new IdempotencyInput("key-1", [1]);
        rig.Journal.Refuse(StoreFailure.DiskFull);
        (await rig.Gateway.Intake.SendAsync(Rig.Request(), input, CancellationToken.None)).IsAccepted.ShouldBeFalse();
        rig.Journal.Refuse(null);

        IntakeResult result = await rig.Gateway.Intake.SendAsync(Rig.Request(), input, CancellationToken.None);

        (result.IsAccepted, result.Replayed).ShouldBe((true, false));
    }

    [Theory]
    [InlineData("")]
    [InlineData("with\nbreak")]
    [InlineData("ümlaut")]
    public async Task Idempotency_KeyOfTheWrongForm_IsRefused(string key)
    {
        await using var carrier = new ScriptedCarrier(isUp: false);
        await using Rig rig = await Rig.StartAsync(carrier);

        (await rig.Gateway.Intake.SendAsync(Rig.Request(), new IdempotencyInput(key, [1]), CancellationToken.None)).Error.ShouldBe(
            IntakeError.IdempotencyKeyInvalid);
    }
}
