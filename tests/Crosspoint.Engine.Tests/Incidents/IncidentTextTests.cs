using Crosspoint.Engine.Health;
using Crosspoint.Engine.Incidents;
using Crosspoint.Engine.Messages;
using Crosspoint.TestKit;

namespace Crosspoint.Engine.Tests.Incidents;

public sealed class IncidentTextTests
{
    private static readonly HealthCell North = Ill.Cell("north-1");

    private readonly ManualTimeProvider _time = new();
    private readonly Ill _ill;

    public IncidentTextTests() => _ill = new(_time);

    [Fact]
    public void Of_WholeStory_TellsWhatHappenedWhatWasDoneAndWhatIsLeft()
    {
        var book = new IncidentBook(new() { VendorOf = static _ => "north", ExtraPriceOf = static _ => new(1_000, "EUR") }, _time);
        Incident incident = book.Take(_ill.Falls(North))!;
        _time.Advance(TimeSpan.FromMinutes(2));
        IncidentSummary open = IncidentText.Of(book.Find(incident.Id)!, _time.GetUtcMicros());

        open.Title.ShouldBe("north-1 to DE 26201: too many messages are refused");
        open.WhatHappened[0].ShouldBe(
            "2026-01-02 03:04:05 UTC: north-1 to DE 26201 refused 12 % of 812 segments within 10 s with the status 0x00000008; 0.4 % is usual. "
                + "A comparison with what is usual here noticed it.");
        open.WhatHappened.ShouldContain("It has gone on for 2 min.");
        open.WhatHappened[^1].ShouldBe(
            "About 94 messages were hit before anything was moved. About 12,000 messages went another way than usual, or waited. "
                + "That costs about 12.00 EUR more than usual.");
        open.WhatWasDone[0].ShouldStartWith("2026-01-02 03:04:05 UTC: north-1 to DE 26201 takes no messages any more: they go other ways");
        open.WhatWasDone[^1].ShouldBe("Nobody has said yet that they look at it.");
        open.WhatIsLeft[0].ShouldStartWith("Acknowledge it");
        open.WhatIsLeft[1].ShouldBe(
            "north-1 to DE 26201: Ask the vendor north why messages are refused with the status 0x00000008 (its messages go other ways meanwhile).");
        open.Evidence.ShouldContain(new IncidentLink(
            "The last quarter of an hour of north-1 to DE 26201", "GET", "/v1/health/cells?interval=15m&connection=north-1&country=DE&network=26201"));
        open.Actions[0].ShouldBe(new("Say that you look at it", "POST", $"/v1/incidents/{incident.Id}/acknowledge"));

        book.Acknowledge(incident.Id, "ada", "they know");
        book.Take(_ill.Goes(North, CellState.Suspended, CellState.Recovering, 0.05));
        IncidentSummary recovering = IncidentText.Of(book.Find(incident.Id)!, _time.GetUtcMicros());
        recovering.Title.ShouldStartWith("Recovering: ");
        recovering.WhatIsLeft.ShouldHaveSingleItem().ShouldStartWith("Nothing has to be done as long as it goes well");
        recovering.WhatWasDone.ShouldContain("2026-01-02 03:06:05 UTC: ada looks at it: they know");

        book.Take(_ill.Goes(North, CellState.Recovering, CellState.Healthy, 1));
        IncidentSummary over = IncidentText.Of(book.Find(incident.Id)!, _time.GetUtcMicros());
        over.Title.ShouldStartWith("Resolved: ");
        over.WhatHappened.ShouldContain("It is over: it lasted 2 min, until 2026-01-02 03:06:05 UTC.");
        over.WhatIsLeft[0].ShouldBe("Nothing has to be done: all traffic is back on its usual ways.");
        over.WhatIsLeft[^1].ShouldContain("useful or noise");
        string text = over.ToText();
        foreach (string part in new[] { "What happened", "What was done", "What is left to do", "Evidence", "Actions" }) text.ShouldContain($"\n\n{part}\n- ");
    }

    [Fact]
    public void OfSignal_BindsAndSlowAnswers_SayWhatWasSeen()
    {
        static string Of(SignalKind kind, double seen, double seconds) =>
            IncidentText.OfSignal("north-1", new(kind, SignalSource.Sign, seen, 1, 400, seconds, 0));
        Of(SignalKind.Unbound, 6, 6).ShouldBe("north-1 had no bound session for 6 s; at least one is expected at all times.");
        Of(SignalKind.Unbound, 2, 20).ShouldBe("north-1 had no bound session for 2 s of 20 s; at least one is expected at all times.");
        Of(SignalKind.ResponsesSlow, 4, 30).ShouldBe(
            "north-1 took 4 s until answers came, in the mean of 400 segments within 30 s; 1 s is the most that was to be expected.");
    }

    [Fact]
    public void Of_SeveralCells_NamesWhatTheyHaveInCommonAndWhereTheCauseIsLikely()
    {
        var network = new IncidentBook(new(), _time);
        network.Take(_ill.Falls(North));
        network.Take(_ill.Falls(Ill.Cell("south-1")));
        network.Take(_ill.Falls(Ill.Cell("west-1")));
        IncidentSummary one = IncidentText.Of(network.Open[0], _time.GetUtcMicros());
        one.Title.ShouldBe("DE 26201 through 3 connections (north-1, south-1, west-1): too many messages are refused");
        one.WhatHappened.ShouldContain(
            "The same place is ill through several connections, so the cause is likely at the destination and not at one of the vendors.");

        var vendor = new IncidentBook(new() { VendorOf = static _ => "north" }, _time);
        foreach (string country in new[] { "DE", "FR", "IT" }) vendor.Take(_ill.Falls(Ill.Cell("north-1", country, "")));
        IncidentSummary other = IncidentText.Of(vendor.Open[0], _time.GetUtcMicros());
        other.Title.ShouldBe("north-1 in 3 networks of 3 countries (DE, FR, IT): too many messages are refused");
        other.WhatHappened.ShouldContain("One connection is ill in several places, so the cause is likely at the vendor north.");
    }

    [Fact]
    public void Of_LongStory_TellsItsBeginningAndItsEnd()
    {
        var book = new IncidentBook(new(), _time);
        string id = book.Take(_ill.Falls(North))!.Id;
        for (int i = 0; i < 40; i++) book.Note(id, "ada", $"note {i}");
        IReadOnlyList<string> done = IncidentText.Of(book.Find(id)!, _time.GetUtcMicros()).WhatWasDone;
        done.Count.ShouldBe(14);
        done[0].ShouldContain("takes no messages any more");
        done[1].ShouldBe("29 steps are not shown here: the timeline has them.");
        done[^2].ShouldEndWith("ada noted: note 39");
    }

    [Theory]
    [InlineData(SignalKind.Unbound, SignalSource.Sign, 0, "x had no bound session; at least one is expected at all times.")]
    [InlineData(SignalKind.Stalled, SignalSource.Sign, 3.2, "x answered nothing for 3.2 s while 50 segments waited for an answer; 1 s is the most that was to be expected.")]
    [InlineData(SignalKind.Timeouts, SignalSource.Statistic, 0.5, "x left 50 % of 50 segments within 1 min without an answer; 100 % is usual.")]
    [InlineData(SignalKind.Throttled, SignalSource.Rule, 0.5, "x refused 50 % of 50 segments within 1 min because they came too fast; the rule allows 100 %.")]
    [InlineData(SignalKind.Delivery, SignalSource.Statistic, 0.8, "x delivered 80 % of 50 messages within 1 min, by the receipts that came; 100 % is usual.")]
    [InlineData(SignalKind.ReceiptsSlow, SignalSource.Rule, 70, "x took 1 min 10 s until receipts came (95 of 100 are faster), over 50 messages within 1 min; the rule allows 1 s.")]
    [InlineData(SignalKind.ReceiptsSilent, SignalSource.Statistic, 0, "x brought receipts for 0 % of 50 messages within 1 min; 100 % is usual. Whether the messages arrive is not known.")]
    public void OfSignal_EachKind_SaysSeenExpectedAndOverHowMany(SignalKind kind, SignalSource source, double seen, string expected) =>
        IncidentText.OfSignal("x", new(kind, source, seen, 1, 50, 60, 0)).ShouldBe(expected);

    [Fact]
    public void OfSignal_EveryKind_HasASentenceOfItsOwn()
    {
        string[] sentences = [.. Enum.GetValues<SignalKind>().Select(kind => IncidentText.OfSignal("x", new(kind, SignalSource.Statistic, 0.5, 0.1, 50, 60, 8)))];
        sentences.ShouldAllBe(static sentence => sentence.StartsWith("x ") && sentence.EndsWith('.') && !sentence.Contains("showed"));
        sentences.Distinct().Count().ShouldBe(sentences.Length);
    }

    [Theory]
    [InlineData(400_000, "400 ms")]
    [InlineData(3_200_000, "3.2 s")]
    [InlineData(59_000_000, "59 s")]
    [InlineData(200_000_000, "3 min 20 s")]
    [InlineData(7_500_000_000, "2 h 5 min")]
    [InlineData(273_600_000_000, "3 d 4 h")]
    public void Span_IsForPeople(long micros, string expected) => IncidentText.Span(micros).ShouldBe(expected);
}
