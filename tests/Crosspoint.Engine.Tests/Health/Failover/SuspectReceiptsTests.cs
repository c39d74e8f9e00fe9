using Crosspoint.Engine.Health;
using Crosspoint.Engine.Health.Failover;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Tests.Health.Failover;

public sealed class SuspectReceiptsTests
{
    private const long Quarter = 250_000;
    private const long Second = 1_000_000;
    private static readonly HealthCell Cell = new("a", "DE", NetworkId.FromCodes(262, 1, 2), null);

    private long _now = 1_704_067_200_000_000;
    private long _messages;

    [Theory]
    [InlineData(10, 30)]
    [InlineData(2, 5)]
    public void Turn_MadeUpReceiptsThatLookPerfect_DoNotBringTheCellBackWhileTheyAreNoticed(int step, int signsEvery)
    {
        var states = new HealthStates(new() { StepTime = TimeSpan.FromSeconds(step) }, new()
        {
            TotalsOf = _ => new(_messages, _messages, 0, 0, 0, _messages, _messages, 0, _messages, 0),
            RateOf = static _ => 40,
            RivalsOf = static _ => [new("b", null)],
        });
        Play(states, seconds: 600, signsEvery).ShouldBe([(CellState.Degraded, 0.1)]);

        // Six steps of quiet each time; the last sign came some seconds ago.
        Play(states, seconds: (6 * step) - signsEvery - 1, signsEvery: 0).ShouldBeEmpty();
        (CellState, double)[] after = Play(states, seconds: signsEvery + 2 + (18 * step), signsEvery: 0);
        after.ShouldBe([(CellState.Recovering, 0.25), (CellState.Recovering, 0.5), (CellState.Recovering, 1), (CellState.Healthy, 1)]);
    }

    private (CellState, double)[] Play(HealthStates states, int seconds, int signsEvery)
    {
        HealthPath[] paths = [new("a", true, 0, 0), new("b", true, 0, 0)];
        var changes = new List<HealthChange>();
        for (int i = 0; i < seconds * 4; i++)
        {
            _now += Quarter;
            _messages += 10;
            HealthSignal[] signals = signsEvery > 0 && i % (signsEvery * 4) == 0 ? [Sign()] : [];
            states.Turn(_now, _now, signals, paths, changes);
        }

        return [.. changes.Select(static change => (change.To, change.Share))];
    }

    private HealthSignal Sign() => new()
    {
        Kind = SignalKind.ReceiptsSuspect,
        Source = SignalSource.Statistic,
        Cell = Cell,
        Seen = 0.9,
        Expected = 0.05,
        Messages = 400,
        Over = TimeSpan.FromMicroseconds(10 * Second),
        At = _now,
    };
}
