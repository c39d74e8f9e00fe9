using Crosspoint.Engine.Health;
using Crosspoint.Engine.Incidents;
using Crosspoint.TestKit;

namespace Crosspoint.Engine.Tests.Incidents;

public sealed class IncidentBookTests
{
    private static readonly HealthCell North = Ill.Cell("north-1");

    private readonly ManualTimeProvider _time = new();
    private readonly Ill _ill;

    public IncidentBookTests() => _ill = new(_time);

    [Fact]
    public void Take_CellFallsIll_OpensAnIncidentThatGathersItsStory()
    {
        IncidentBook book = NewBook();
        Incident opened = book.Take(_ill.Falls(North)).ShouldNotBeNull();
        (opened.State, opened.Severity, opened.Cells.Count).ShouldBe((IncidentState.Open, Severity.L2, 1));
        opened.Id.ShouldMatch("^IN[0-9a-f]{32}$");
        opened.Hit.ShouldBe(94); // (12 % - 0.4 %) of 812
        book.Acknowledge(opened.Id, "ada", "calling them").ShouldNotBeNull().State.ShouldBe(IncidentState.Acknowledged);

        _time.Advance(TimeSpan.FromSeconds(60));
        book.Take(_ill.Goes(North, CellState.Suspended, CellState.Probing, 0.01))!.State.ShouldBe(IncidentState.Acknowledged);
        _time.Advance(TimeSpan.FromSeconds(60));
        book.Take(_ill.Goes(North, CellState.Probing, CellState.Recovering, 0.5))!.State.ShouldBe(IncidentState.Recovering);
        _time.Advance(TimeSpan.FromSeconds(60));
        Incident over = book.Take(_ill.Goes(North, CellState.Recovering, CellState.Healthy, 1))!;

        over.State.ShouldBe(IncidentState.Resolved);
        over.Timeline.Select(static entry => entry.Kind).ShouldBe(
            [EntryKind.Noticed, EntryKind.Acknowledged, EntryKind.Changed, EntryKind.Changed, EntryKind.Changed, EntryKind.Resolved]);
        // 100 a second: all for a minute, 99 % for a minute, half for a minute.
        over.Moved.ShouldBe(6_000 + 5_940 + 3_000);
        book.Open.ShouldBeEmpty();
        book.Find(over.Id).ShouldBe(over);
    }

    [Fact]
    public void Take_SameNetworkThroughThreeConnections_IsOneIncident()
    {
        IncidentBook book = NewBook();
        Incident first = book.Take(_ill.Falls(North))!;
        _time.Advance(TimeSpan.FromMinutes(2));
        book.Take(_ill.Falls(Ill.Cell("south-1")))!.Id.ShouldBe(first.Id);
        _time.Advance(TimeSpan.FromMinutes(2));
        book.Take(_ill.Falls(Ill.Cell("west-1")))!.Cells.Count.ShouldBe(3);
        book.Open.ShouldHaveSingleItem().Id.ShouldBe(first.Id);

        // Another network of another country through another connection has nothing to do with it.
        book.Take(_ill.Falls(Ill.Cell("east-1", "FR", "20801")))!.Id.ShouldNotBe(first.Id);
        book.Open.Count.ShouldBe(2);
    }

    [Fact]
    public void Take_VendorDownInTenCountries_IsOneIncident()
    {
        IncidentBook book = NewBook(new() { VendorOf = static name => name.Split('-')[0] });
        string[] countries = ["DE", "FR", "IT", "ES", "GR", "NL", "BE", "AT", "CH", "PL"];
        string? id = null;
        for (int i = 0; i < countries.Length; i++)
        {
            // Two connections of one vendor.
            Incident incident = book.Take(_ill.Falls(Ill.Cell($"north-{i % 2}", countries[i], "")))!;
            (id ??= incident.Id).ShouldBe(incident.Id);
        }

        Incident one = book.Open.ShouldHaveSingleItem();
        one.Cells.Count.ShouldBe(10);
        one.Severity.ShouldBe(Severity.L3);
    }

    [Fact]
    public void Take_SecondCellFitsTwoIncidents_JoinsTheOneOfItsNetwork()
    {
        IncidentBook book = NewBook();
        Incident connection = book.Take(_ill.Falls(Ill.Cell("south-1", "FR", "20801")))!;
        Incident network = book.Take(_ill.Falls(North))!;
        connection.Id.ShouldNotBe(network.Id);
        book.Take(_ill.Falls(Ill.Cell("south-1")))!.Id.ShouldBe(network.Id);
    }

    [Fact]
    public void Take_RelatedCellLongAfter_IsAnIncidentOfItsOwn()
    {
        IncidentBook book = NewBook();
        Incident first = book.Take(_ill.Falls(North))!;
        _time.Advance(TimeSpan.FromMinutes(11));
        book.Take(_ill.Falls(Ill.Cell("south-1")))!.Id.ShouldNotBe(first.Id);
    }

    [Fact]
    public void Take_RelapseWithinTheHour_JoinsItsIncidentAgain_LaterDoesNot()
    {
        IncidentBook book = NewBook();
        Incident first = book.Take(_ill.Falls(North))!;
        book.Take(_ill.Goes(North, CellState.Suspended, CellState.Healthy, 1))!.State.ShouldBe(IncidentState.Resolved);
        _time.Advance(TimeSpan.FromMinutes(59));
        Incident again = book.Take(_ill.Falls(North))!;
        (again.Id, again.State, again.Relapses, again.Cells.Count).ShouldBe((first.Id, IncidentState.Open, 1, 1));
        again.Timeline[^1].Kind.ShouldBe(EntryKind.Relapsed);
        // What it was well for is not counted as moved.
        _time.Advance(TimeSpan.FromSeconds(10));
        book.Open[0].Moved.ShouldBe(1_000);

        book.Take(_ill.Goes(North, CellState.Suspended, CellState.Healthy, 1));
        _time.Advance(TimeSpan.FromMinutes(61));
        book.Take(_ill.Falls(North))!.Id.ShouldNotBe(first.Id);
    }

    [Fact]
    public void Take_OrderOfAnOperator_OpensNone_ButIsToldWhereOneGoesOn()
    {
        IncidentBook book = NewBook();
        book.Take(_ill.Falls(North) with { Operator = "ada", Signal = null }).ShouldBeNull();
        book.Open.ShouldBeEmpty();
        book.Take(_ill.Falls(North, CellState.Degraded, 0.2))!.Severity.ShouldBe(Severity.L1);
        Incident told = book.Take(_ill.Goes(North, CellState.Degraded, CellState.Suspended, 0, by: "ada"))!;
        told.Timeline[^1].By.ShouldBe("ada");
        told.Timeline[^1].Text.ShouldContain("Ordered by ada.");
        told.Severity.ShouldBe(Severity.L2);
    }

    [Fact]
    public void Take_HealthyOrRecoveringCellWithoutIncident_IsNothing()
    {
        IncidentBook book = NewBook();
        book.Take(_ill.Goes(North, CellState.Recovering, CellState.Healthy, 1)).ShouldBeNull();
        book.Take(_ill.Goes(North, CellState.Suspended, CellState.Recovering, 0.05)).ShouldBeNull();
        book.Open.ShouldBeEmpty();
    }

    [Fact]
    public void Costs_PricesKnown_AreTheMovedSegmentsAtTheExtraPrice()
    {
        IncidentBook book = NewBook(new() { ExtraPriceOf = static _ => new(2_000, "EUR", 1.5) });
        book.Take(_ill.Falls(North));
        _time.Advance(TimeSpan.FromSeconds(100));
        IncidentCell cell = book.Open[0].Cells[0];
        (cell.Moved, cell.ExtraMicros, cell.Currency).ShouldBe((10_000, 10_000 * 1.5 * 2_000, "EUR"));
    }

    [Fact]
    public void Moved_IsWhatTheCellCarried_ByTheShareThatItDoesNotTake()
    {
        IncidentBook book = NewBook();
        book.Take(_ill.Falls(North));
        double rate = book.Open[0].Cells[0].Rate;
        _time.Advance(TimeSpan.FromSeconds(10));
        book.Open[0].Moved.ShouldBe((long)(10 * rate));
        book.Take(_ill.Goes(North, CellState.Suspended, CellState.Recovering, 0.25));
        _time.Advance(TimeSpan.FromSeconds(10));
        book.Open[0].Moved.ShouldBe((long)(17.5 * rate));
    }

    [Fact]
    public void Timeline_TooLong_LeavesOutItsMiddleAndCountsIt()
    {
        IncidentBook book = NewBook(new() { MostEntries = 10 });
        Incident incident = book.Take(_ill.Falls(North))!;
        for (int i = 0; i < 30; i++) incident = book.Note(incident.Id, "ada", $"note {i}")!;
        (incident.Timeline.Count, incident.LeftOut).ShouldBe((10, 21));
        incident.Timeline[0].Kind.ShouldBe(EntryKind.Noticed);
        incident.Timeline[^1].Text.ShouldBe("note 29");
    }

    [Fact]
    public void Mark_AndNote_AreKeptWithWhoSaidThem()
    {
        IncidentBook book = NewBook();
        string id = book.Take(_ill.Falls(North))!.Id;
        book.Mark(id, "ada", Verdict.Noise)!.VerdictBy.ShouldBe("ada");
        Incident back = book.Mark(id, "bob", Verdict.None)!;
        (back.Verdict, back.VerdictBy).ShouldBe((Verdict.None, null));
        book.Note("IN0", "ada", "x").ShouldBeNull();
        book.Take(_ill.Goes(North, CellState.Suspended, CellState.Healthy, 1));
        book.Acknowledge(id, "ada", "").ShouldBeNull();
    }

    [Fact]
    public void Load_OpenIncidentOfTheTimeBefore_IsResolvedAndTakenUpAgainWhenStillIll()
    {
        IncidentBook before = NewBook();
        Incident stored = before.Take(_ill.Falls(North))!;
        _time.Advance(TimeSpan.FromMinutes(5));
        IncidentBook book = NewBook();
        book.Load([stored]);
        book.Open.ShouldBeEmpty();
        book.Find(stored.Id)!.Timeline[^1].Text.ShouldContain("restarted");
        book.Take(_ill.Falls(North))!.Id.ShouldBe(stored.Id);
    }

    [Fact]
    public void Forget_ConnectionRemoved_LetsItsCellsOut()
    {
        IncidentBook book = NewBook();
        string id = book.Take(_ill.Falls(North))!.Id;
        book.Take(_ill.Falls(Ill.Cell("north-1", "DE", "26202")));
        book.Take(_ill.Falls(Ill.Cell("north-1", "DE", "26203")));
        book.Forget("north-1");
        book.Open.ShouldBeEmpty();
        book.Find(id)!.State.ShouldBe(IncidentState.Resolved);
    }

    [Fact]
    public void Changed_IsRaisedForEachStep()
    {
        IncidentBook book = NewBook();
        var states = new List<IncidentState>();
        book.Changed += incident => states.Add(incident.State);
        string id = book.Take(_ill.Falls(North))!.Id;
        book.Acknowledge(id, "ada", "");
        book.Take(_ill.Goes(North, CellState.Suspended, CellState.Healthy, 1));
        states.ShouldBe([IncidentState.Open, IncidentState.Acknowledged, IncidentState.Resolved]);
    }

    private IncidentBook NewBook(IncidentOptions? options = null) => new(options ?? new(), _time);
}
