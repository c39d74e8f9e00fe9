using Crosspoint.Engine.Intake;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Tests.Rigs;

namespace Crosspoint.Engine.Tests.Dispatch;

public sealed class DrainTests
{
    [Fact]
    public async Task Stop_WithMessagesInFlight_WaitsForTheirAnswersAndRefusesNewOnes()
    {
        await using var carrier = new ScriptedCarrier { Script = ScriptedCarrier.Ignore };
        await using Rig rig = await Rig.StartAsync(
            Rig.Options(Rig.Connection("a", carrier.Port, smpp => smpp with { InFlightWindow = 2 })));
        await rig.BoundAsync();
        MessageHead[] heads = [await rig.SendAsync("m0"), await rig.SendAsync("m1"), await rig.SendAsync("m2")];
        await rig.UntilAsync(() => carrier.Submits.Count == 2);

        Task stopped = rig.Gateway.StopAsync(CancellationToken.None);
        IntakeResult refused = await rig.Gateway.Intake.SendAsync(Rig.Request("late"), null, CancellationToken.None);
        rig.Gateway.IsTakingTraffic.ShouldBeFalse();
        refused.Error.ShouldBe(IntakeError.StoreUnavailable);
        stopped.IsCompleted.ShouldBeFalse();
        foreach (CarrierSubmit submit in carrier.Submits) carrier.Accept(submit);
        await stopped.WaitAsync(Rig.Limit, TimeProvider.System, CancellationToken.None);
        await rig.SettleAsync();

        (await rig.FindAsync(heads[0].Id)).State.ShouldBe(MessageState.Sent);
        (await rig.FindAsync(heads[1].Id)).State.ShouldBe(MessageState.Sent);
        (await rig.FindAsync(heads[2].Id)).State.ShouldBe(MessageState.Queued);
        carrier.Submits.Count.ShouldBe(2);

        carrier.Script = static (c, s) => c.Accept(s);
        await rig.RestartAsync();
        (await rig.UntilAsync(heads[2], MessageState.Sent)).IsPossibleDuplicate.ShouldBeFalse();
        carrier.Submits.Count.ShouldBe(3);
    }

    [Fact]
    public async Task Stop_LongMessageHalfSent_TheRestGoesOutAfterTheStartUnmarked()
    {
        await using var carrier = new ScriptedCarrier { Script = ScriptedCarrier.Ignore };
        await using Rig rig = await Rig.StartAsync(
            Rig.Options(Rig.Connection("a", carrier.Port, smpp => smpp with { InFlightWindow = 2 })));
        await rig.BoundAsync();
        MessageHead head = await rig.SendAsync(new string('x', 600));
        await rig.UntilAsync(() => carrier.Submits.Count == 2);

        Task stopped = rig.Gateway.StopAsync(CancellationToken.None);
        await rig.PassAsync(TimeSpan.FromMilliseconds(100));
        foreach (CarrierSubmit submit in carrier.Submits) carrier.Accept(submit);
        await stopped.WaitAsync(Rig.Limit, TimeProvider.System, CancellationToken.None);
        carrier.Script = static (c, s) => c.Accept(s);
        await rig.SettleAsync();
        await rig.SettleAsync();
        await rig.RestartAsync();
        Message message = await rig.UntilAsync(head, MessageState.Sent);

        carrier.Submits.Select(submit => submit.Part).ShouldBe([1, 2, 3, 4]);
        message.IsPossibleDuplicate.ShouldBeFalse();
    }

    [Fact]
    public async Task Stop_WithoutCarriers_EndsAtOnce()
    {
        await using var carrier = new ScriptedCarrier(isUp: false);
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.SendAsync();

        await rig.Gateway.StopAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(5), TimeProvider.System, CancellationToken.None);
        await rig.Gateway.DisposeAsync();
    }
}
