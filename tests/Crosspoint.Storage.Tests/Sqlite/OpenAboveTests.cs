using Crosspoint.Storage.Sqlite;

namespace Crosspoint.Storage.Tests.Sqlite;

public sealed class OpenAboveTests
{
    private readonly OpenAbove _above = new();

    [Fact]
    public void Earliest_BeforeTheFileIsOpened_IsNotKnown() => _above.Earliest.ShouldBe(long.MinValue);

    [Fact]
    public void Earliest_FollowsWhatIsWritten()
    {
        _above.Opened(lastKey: -1, rowsAbove: 0);
        _above.Earliest.ShouldBe(long.MaxValue);
        _above.Add(1, 500);
        _above.Add(2, 900);
        _above.Earliest.ShouldBe(500);
    }

    [Fact]
    public void MarkMoved_PastAGeneration_ForgetsIt()
    {
        _above.Opened(lastKey: -1, rowsAbove: 0);
        _above.Add(1, 500);
        _above.MarkMoved(1);
        _above.Add(2, 900);
        _above.Earliest.ShouldBe(500, "the younger generation becomes the older one first");
        _above.MarkMoved(2);
        _above.Earliest.ShouldBe(900);
        _above.MarkMoved(2);
        _above.Earliest.ShouldBe(long.MaxValue);
    }

    [Fact]
    public void MarkMoved_WithinAGeneration_KeepsIt()
    {
        _above.Opened(lastKey: -1, rowsAbove: 0);
        _above.Add(1, 500);
        _above.Add(2, 300);
        _above.MarkMoved(0);
        long generation = _above.Generation;
        _above.MarkMoved(1);
        _above.Generation.ShouldBe(generation);
        _above.Earliest.ShouldBe(300);
    }

    [Fact]
    public void Opened_WithRowsAbove_IsNotKnownUntilTheMarkPassesThem()
    {
        _above.Opened(lastKey: 10, rowsAbove: 3);
        _above.Add(11, 700);
        _above.MarkMoved(9);
        _above.Earliest.ShouldBe(long.MinValue);
        _above.MarkMoved(10);
        _above.Earliest.ShouldBe(700);
    }

    [Fact]
    public void Opened_AgainAfterAPause_KeepsWhatIsKnown()
    {
        _above.Opened(lastKey: -1, rowsAbove: 0);
        _above.Add(1, 500);
        _above.Opened(lastKey: 1, rowsAbove: 1);
        _above.Earliest.ShouldBe(500);
    }
}
