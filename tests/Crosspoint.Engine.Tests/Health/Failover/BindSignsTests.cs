using Crosspoint.Engine.Health;
using Crosspoint.Engine.Health.Failover;

namespace Crosspoint.Engine.Tests.Health.Failover;

public sealed class BindSignsTests
{
    private const long Look = 250_000;
    private BindSigns _signs = new(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30));
    private readonly List<HealthSignal> _signals = [];
    private long _now = 1_800_000_000_000_000;

    [Fact]
    public void Unbound_ForLongerThanADroppedSessionTakesToBind_IsSaidOnceInAWhile()
    {
        Pass(1, State.Bound);
        Pass(4.75, State.Unbound).ShouldBe(0);
        Pass(0.5, State.Unbound).ShouldBe(1);
        HealthSignal signal = _signals.ShouldHaveSingleItem();
        (signal.Kind, signal.Source, signal.Cell, signal.IsHard).ShouldBe((SignalKind.Unbound, SignalSource.Sign, HealthCell.Of("a"), true));
        (signal.Seen, signal.Over).ShouldBe((5, TimeSpan.FromSeconds(5)));
        HealthWords.Of(signal).ShouldBe("no session has been bound for 5.0 s");
        Pass(29, State.Unbound).ShouldBe(0);
        Pass(2, State.Unbound).ShouldBe(1);
        Pass(60, State.Bound).ShouldBe(0);
    }

    [Fact]
    public void Unbound_ForAMomentAgainAndAgain_IsSaidTheThirdTime()
    {
        Pass(1, State.Bound);
        for (int i = 0; i < 2; i++)
        {
            Pass(1, State.Unbound).ShouldBe(0);
            Pass(9, State.Bound).ShouldBe(0);
        }

        Pass(0.25, State.Unbound).ShouldBe(1);
        HealthWords.Of(_signals[0]).ShouldBe("sessions are lost again and again: none was bound for 2.0 s of 20 s");
    }

    [Fact]
    public void Unbound_ForAMomentNowAndThen_IsNothing()
    {
        Pass(1, State.Bound);
        for (int i = 0; i < 20; i++)
        {
            Pass(2, State.Unbound).ShouldBe(0);
            Pass(40, State.Bound).ShouldBe(0);
        }
    }

    [Fact]
    public void Unbound_NeverBound_OrStoppedByTheOperator_IsNotMissed()
    {
        Pass(60, State.Unbound).ShouldBe(0);
        Pass(1, State.Bound).ShouldBe(0);
        Pass(60, State.Stopped).ShouldBe(0);
        Pass(60, State.Unbound).ShouldBe(0, "its bind after the stop is a new beginning");
        Pass(1, State.Bound).ShouldBe(0);
        Pass(6, State.Unbound).ShouldBe(1);
    }

    [Fact]
    public void Unbound_AgainAfterItWasBound_IsSaidAsSoonAsTheFirstTime()
    {
        _signs = new(TimeSpan.FromSeconds(5), TimeSpan.FromHours(1));
        Pass(1, State.Bound);
        Pass(6, State.Unbound).ShouldBe(1);
        Pass(20, State.Bound);
        Pass(6, State.Unbound).ShouldBe(1, "soon after");
        Pass(600, State.Bound);
        Pass(6, State.Unbound).ShouldBe(1, "later");
        Pass(1, State.Stopped);
        Pass(1, State.Bound);
        Pass(6, State.Unbound).ShouldBe(1, "after a stop");
        for (int i = 0; i < 10; i++)
        {
            Pass(5, State.Bound);
            Pass(1, State.Unbound);
        }

        _signals.Count.ShouldBe(5, "that it goes on is no news");
        Pass(120, State.Bound);
        Pass(6, State.Unbound).ShouldBe(1);
    }

    [Fact]
    public void Look_ConnectionThatWasRemoved_IsForgotten()
    {
        Pass(1, State.Bound);
        _signs.Look([], _now += Look, _signals);
        Pass(60, State.Unbound).ShouldBe(0);
    }

    [Fact]
    public void Look_AllIsWell_AllocatesNothing()
    {
        HealthPath[] paths = [new("a", true, 0, 0), new("b", true, 0, 0)];
        for (int i = 0; i < 500; i++) _signs.Look(paths, _now += Look, _signals);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1_000; i++) _signs.Look(paths, _now += Look, _signals);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    private int Pass(double seconds, State state)
    {
        int before = _signals.Count;
        for (double left = seconds; left > 0.001; left -= 0.25)
        {
            _now += Look;
            _signs.Look([new("a", state == State.Bound, 0, 0) { IsUnbound = state == State.Unbound }], _now, _signals);
        }

        return _signals.Count - before;
    }

    private enum State
    {
        Bound,
        Unbound,
        Stopped,
    }
}
