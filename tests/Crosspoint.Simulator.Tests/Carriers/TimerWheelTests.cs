using Crosspoint.Simulator.Carriers;
using Crosspoint.TestKit;

namespace Crosspoint.Simulator.Tests.Carriers;

public sealed class TimerWheelTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly List<int> _fired = [];

    [Fact]
    public void Schedule_AnyOrder_FiresInOrderOfTimeAndNeverEarly()
    {
        using var wheel = new TimerWheel(_time);
        foreach (int ms in (int[])[500, 3, 8191, 8192, 8193, 20_000, 1, 3]) At(wheel, ms);

        foreach (int ms in (int[])[1, 3, 500, 8191, 8192, 8193, 20_000])
        {
            _time.Advance(TimeSpan.FromMilliseconds(ms - 1) - _time.GetElapsedTime(0));
            _fired.ShouldNotContain(ms);
            _time.Advance(TimeSpan.FromMilliseconds(1));
            _fired.ShouldContain(ms);
        }

        _fired.ShouldBe([1, 3, 3, 500, 8191, 8192, 8193, 20_000]);
    }

    [Fact]
    public void Schedule_FromWithinAnEvent_FiresLater()
    {
        using var wheel = new TimerWheel(_time);
        wheel.Schedule(new WheelAction(() => At(wheel, 0)), TimeSpan.FromMilliseconds(5));
        _time.Advance(TimeSpan.FromMilliseconds(5));
        _fired.ShouldBeEmpty();

        _time.Advance(TimeSpan.FromMilliseconds(1));
        _fired.ShouldBe([0]);
    }

    [Fact]
    public void Schedule_Thousands_FiresEachOnce()
    {
        using var wheel = new TimerWheel(_time);
        for (var i = 0; i < 5000; i++) At(wheel, i * 7 % 30_000);
        _time.Advance(TimeSpan.FromSeconds(31));

        _fired.Count.ShouldBe(5000);
        _fired.ShouldBeInOrder();
    }

    private void At(TimerWheel wheel, int ms) => wheel.Schedule(new WheelAction(() => _fired.Add(ms)), TimeSpan.FromMilliseconds(ms));
}
