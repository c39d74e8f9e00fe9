using Crosspoint.Engine.Intake;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Tests.Rigs;

namespace Crosspoint.Engine.Tests.Intake;

/// <summary>Replacing the text of what waits: the new text and the new validity count, whatever dispatch holds in memory.</summary>
public sealed class ReplaceTests
{
    [Fact]
    public async Task Replace_WhileQueued_SendsTheNewTextAndKeepsTheNewValidity()
    {
        await using var carrier = new ScriptedCarrier(isUp: false);
        await using Rig rig = await Rig.StartAsync(carrier);
        MessageHead head = await rig.SendAsync(Rig.Request("old") with { ValiditySeconds = 60 });
        await rig.PassAsync(TimeSpan.FromSeconds(2));
        ChangeResult result = await rig.Gateway.Intake.ReplaceAsync(
            Rig.Account, head.Id, new Replacement("new", null, rig.Clock.GetUtcNow().AddHours(1), 0, null), CancellationToken.None);
        result.Outcome.ShouldBe(ChangeOutcome.Done);
        rig.Clock.Advance(TimeSpan.FromSeconds(90));
        carrier.Start();
        (await rig.UntilAsync(head, MessageState.Sent)).Head.Body.ShouldBe("new");
        carrier.Submits.ShouldHaveSingleItem().Text.ShouldBe("new");
    }

    [Fact]
    public async Task Replace_WithAnEndThatHasPassed_IsRefused()
    {
        await using var carrier = new ScriptedCarrier(isUp: false);
        await using Rig rig = await Rig.StartAsync(carrier);
        MessageHead head = await rig.SendAsync("old");
        var replacement = new Replacement("new", null, rig.Clock.GetUtcNow().AddSeconds(-1), 0, null);
        (await rig.Gateway.Intake.ReplaceAsync(Rig.Account, head.Id, replacement, CancellationToken.None)).Outcome.ShouldBe(ChangeOutcome.WrongState);
        (await rig.FindAsync(head.Id)).Head.Body.ShouldBe("old");
    }
}
