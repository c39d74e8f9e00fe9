using Crosspoint.Engine.Webhooks;

namespace Crosspoint.Engine.Tests.Webhooks;

public sealed class BacklogTests
{
    private readonly Backlog _backlog = new();

    [Fact]
    public void Sweep_EverythingLoaded_LeavesNothing()
    {
        _backlog.Add(10, 0);
        _backlog.Add(20, 0);
        _backlog.BeginSweep();
        _backlog.BeginPage(9);
        _backlog.IsPast(19).ShouldBeFalse();
        _backlog.IsPast(20).ShouldBeTrue();
        _backlog.EndSweep(complete: true);
        _backlog.IsEmpty.ShouldBeTrue();
        _backlog.Contains(15).ShouldBeFalse();
    }

    [Fact]
    public void Sweep_OneKept_BeginsThereNextTime()
    {
        _backlog.Add(10, 0);
        _backlog.Add(20, 0);
        _backlog.BeginSweep();
        _backlog.BeginPage(9);
        _backlog.Keep(15, 0);
        _backlog.EndSweep(complete: true);
        _backlog.From.ShouldBe(15);
        _backlog.Contains(20).ShouldBeTrue();
        _backlog.Contains(14).ShouldBeFalse();
    }

    [Fact]
    public void Add_WhileAPageIsRead_IsNotForgotten()
    {
        _backlog.Add(10, 0);
        _backlog.BeginSweep();
        _backlog.BeginPage(9);
        _backlog.Add(12, 0);
        _backlog.EndSweep(complete: true);
        _backlog.From.ShouldBe(12);
    }

    [Fact]
    public void Add_BeforeALaterPageIsRead_IsCoveredByIt()
    {
        _backlog.Add(10, 0);
        _backlog.BeginSweep();
        _backlog.BeginPage(9);
        _backlog.Add(300, 0);
        _backlog.BeginPage(256);
        _backlog.IsPast(299).ShouldBeFalse();
        _backlog.EndSweep(complete: true);
        _backlog.IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void Add_BehindTheCursor_SurvivesLaterPages()
    {
        _backlog.Add(10, 0);
        _backlog.BeginSweep();
        _backlog.BeginPage(9);
        _backlog.BeginPage(256);
        _backlog.Add(100, 7);
        _backlog.BeginPage(512);
        _backlog.EndSweep(complete: true);
        _backlog.From.ShouldBe(100);
        _backlog.Due.ShouldBe(7);
    }

    [Fact]
    public void EndSweep_BrokenOff_KeepsTheWholeRange()
    {
        _backlog.Add(10, 5);
        _backlog.BeginSweep();
        _backlog.BeginPage(9);
        _backlog.Add(30, 3);
        _backlog.EndSweep(complete: false);
        _backlog.From.ShouldBe(10);
        _backlog.To.ShouldBe(30);
        _backlog.Due.ShouldBe(3);
    }
}
