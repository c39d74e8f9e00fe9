using System.Runtime.CompilerServices;
using Crosspoint.Engine.Dispatch;
using Crosspoint.TestKit;

namespace Crosspoint.Engine.Tests.Dispatch;

public sealed class CellSlotsTests
{
    private readonly ManualTimeProvider _clock = new();

    [Fact]
    public void IsClean_MoreAcceptedThanAnIntegerCounts_StaysClean()
    {
        var cell = new CellSlots();
        cell.Answered(TimeSpan.FromMilliseconds(20), _clock);
        for (int i = 0; i < 10; i++) cell.Accepted();
        cell.IsClean(_clock).ShouldBeTrue();
        AcceptedOf(cell) = int.MaxValue;

        cell.Accepted();

        cell.IsClean(_clock).ShouldBeTrue();
    }

    [Fact]
    public void Free_HeldBackOrNot_IsWhatItMayTakeOfAllSlots()
    {
        var cell = new CellSlots();
        _clock.Advance(TimeSpan.FromSeconds(1));
        cell.Free(10).ShouldBe(10);
        cell.Take(8, _clock);
        cell.Free(10).ShouldBe(2);
        cell.Free(4).ShouldBe(0);
        cell.Throttled(_clock);
        cell.Pause(_clock);
        cell.Free(10).ShouldBe(0);

        cell.Return(6);
        cell.Free(10).ShouldBe(2);
        cell.Accepted();
        cell.Free(10).ShouldBe(3);
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_accepted")]
    private static extern ref int AcceptedOf(CellSlots cell);
}
