using Crosspoint.Engine.Alerts;
using Crosspoint.Engine.Incidents;
using Crosspoint.Engine.Messages;
using Crosspoint.TestKit;

namespace Crosspoint.Engine.Tests.Alerts;

public sealed class AlertBookTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly AlertBook _book;

    public AlertBookTests() => _book = NewBook();

    [Fact]
    public void Turn_ReasonThatHoldsOn_IsOneAlertToldOnceAndReminded()
    {
        Told(Of()).ShouldBe([NotificationEvent.Trigger]);
        string id = _book.Open.ShouldHaveSingleItem().Id;
        for (int i = 0; i < 100; i++)
        {
            _time.Advance(TimeSpan.FromMinutes(2));
            Told(Of()).ShouldBeEmpty();
        }

        _time.Advance(TimeSpan.FromMinutes(40));
        Told(Of()).ShouldBe([NotificationEvent.Remind]);
        Told(Of()).ShouldBeEmpty();
        _book.Open.ShouldHaveSingleItem().Id.ShouldBe(id);
    }

    [Fact]
    public void Turn_ReasonGone_EndsAfterAWhile_AndSwingingIsOneAlert()
    {
        Told(Of());
        string id = _book.Open[0].Id;
        for (int i = 0; i < 10; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(60));
            Told().ShouldBeEmpty();
            _time.Advance(TimeSpan.FromSeconds(60));
            Told(Of()).ShouldBeEmpty();
        }

        _book.Open[0].Id.ShouldBe(id);
        Told().ShouldBeEmpty();
        _time.Advance(TimeSpan.FromMinutes(2));
        Notification last = _book.Turn([], isWhole: true).ShouldHaveSingleItem();
        (last.Event, last.Alert.Id, last.Alert.State).ShouldBe((NotificationEvent.Resolve, id, "resolved"));
        _book.Open.ShouldBeEmpty();

        Told(Of()).ShouldBe([NotificationEvent.Trigger]);
        _book.Open[0].Id.ShouldNotBe(id);
    }

    [Fact]
    public void Turn_BecomesWorse_IsToldAgain_BetterIsNot()
    {
        Told(Of(Severity.L1)).ShouldBe([NotificationEvent.Trigger]);
        Told(Of(Severity.L3)).ShouldBe([NotificationEvent.Trigger]);
        Told(Of(Severity.L1)).ShouldBeEmpty();
        _book.Open[0].Severity.ShouldBe(Severity.L3);
    }

    [Fact]
    public void Turn_NotEverythingCouldBeJudged_EndsNothing()
    {
        Told(Of());
        _time.Advance(TimeSpan.FromHours(1));
        _book.Turn([], isWhole: false).ShouldBeEmpty();
        _time.Advance(TimeSpan.FromHours(1));
        _book.Turn([], isWhole: false).ShouldBeEmpty();
        _book.Open.Count.ShouldBe(1);
    }

    [Fact]
    public void Acknowledge_IsToldOnce_AndEndsReminders_UntilItBecomesWorse()
    {
        Told(Of());
        var told = new List<Notification>();
        _book.Acknowledge(_book.Open[0].Id, "ada", told)!.State.ShouldBe("acknowledged");
        told.ShouldHaveSingleItem().Event.ShouldBe(NotificationEvent.Acknowledge);
        _time.Advance(TimeSpan.FromHours(9));
        Told(Of()).ShouldBeEmpty();
        Told(Of(Severity.L2)).ShouldBe([NotificationEvent.Trigger]);
        _book.Acknowledge("AL0", "ada", told).ShouldBeNull();
    }

    [Fact]
    public void Silence_KeepsAnAlertQuiet_AndItIsToldWhenTheSilenceEnds()
    {
        _book.TryPut(Quiet(minutes: 30, new Matcher("rule", "disk"), new Matcher("path", "/da*"))).ShouldBeTrue();
        Told(Of()).ShouldBeEmpty();
        _book.Open[0].Silence.ShouldNotBeNull();
        _time.Advance(TimeSpan.FromMinutes(29));
        Told(Of()).ShouldBeEmpty();
        _time.Advance(TimeSpan.FromMinutes(1));
        Told(Of()).ShouldBe([NotificationEvent.Trigger]);
        _book.Open[0].Silence.ShouldBeNull();
        _book.Silences.ShouldBeEmpty();
    }

    [Fact]
    public void Silence_MadeAndEnded_IsSeenOfAnAlertAtOnce()
    {
        Told(Of()).ShouldBe([NotificationEvent.Trigger]);
        Silence silence = Quiet(30, new Matcher("rule", "disk"));
        _book.TryPut(silence).ShouldBeTrue();
        _book.Open[0].Silence.ShouldBe(silence.Id);
        _book.TryPut(silence with { EndedAt = _time.GetUtcMicros() }).ShouldBeTrue();
        _book.Open[0].Silence.ShouldBeNull();
    }

    [Fact]
    public void Silence_AlertEndsMeanwhile_NobodyIsTold()
    {
        _book.TryPut(Quiet(30, new Matcher("rule", "disk")));
        Told(Of());
        Told();
        _time.Advance(TimeSpan.FromMinutes(3));
        Told().ShouldBeEmpty();
        _book.Open.ShouldBeEmpty();
    }

    [Fact]
    public void MaintenanceWindow_IsInForceBetweenItsStartAndEnd()
    {
        long now = _time.GetUtcMicros();
        Silence window = Quiet(120, new Matcher("severity", "L1")) with { IsMaintenance = true, From = now + Micros.From(TimeSpan.FromHours(1)) };
        _book.TryPut(window);
        Told(Of()).ShouldBe([NotificationEvent.Trigger]);
        (window.StateAt(now), window.StateAt(window.From), window.StateAt(window.Until)).ShouldBe(("scheduled", "in_force", "ended"));
        _time.Advance(TimeSpan.FromMinutes(61));
        Told(Of(key: "disk:/other")).ShouldBeEmpty();
        Told(Of(Severity.L2, "disk:/other")).ShouldBe([NotificationEvent.Trigger]);
    }

    [Theory]
    [InlineData("connection", "north-1", false)]
    [InlineData("connection", "north*", true)]
    [InlineData("connection", "*", true)]
    [InlineData("country", "DE", true)]
    [InlineData("country", "D", false)]
    [InlineData("vendor", "*", false)]
    [InlineData("key", "incident:*", true)]
    public void Silence_OfSeveralValues_FitsOnlyWhenItFitsAll(string name, string value, bool fits)
    {
        Told(Of(key: "incident:IN1") with
        {
            Labels = AlertRules.Labels(("connection", ["north-1", "north-2"]), ("country", ["DE"]), ("vendor", [""])),
        });
        Quiet(1, new Matcher(name, value)).Fits(_book.Open[0]).ShouldBe(fits);
    }

    [Fact]
    public void Silences_TooMany_AreRefused()
    {
        AlertBook book = NewBook(new() { MostSilences = 2 });
        Silence first = Quiet(1, new Matcher("rule", "a"));
        book.TryPut(first).ShouldBeTrue();
        book.TryPut(Quiet(1, new Matcher("rule", "b"))).ShouldBeTrue();
        (book.HasRoom, book.TryPut(Quiet(1, new Matcher("rule", "c")))).ShouldBe((false, false));
        book.TryPut(first with { EndedAt = 1 }).ShouldBeTrue();
        book.Turn([], isWhole: true);
        book.HasRoom.ShouldBeTrue();
    }

    [Fact]
    public void Incident_Resolved_EndsItsAlertAtOnce_AndItsAcknowledgementIsTheAlerts()
    {
        AlertCondition condition = Of(key: "incident:IN1") with { Incident = "IN1" };
        Told(condition);
        Told(condition with { AcknowledgedBy = "ada" }).ShouldBe([NotificationEvent.Acknowledge]);
        Told().ShouldBe([NotificationEvent.Resolve]);
    }

    [Fact]
    public void Changed_IsRaisedForSteps_AndNotForWordsAlone()
    {
        int changes = 0;
        _book.Changed += _ => changes++;
        Told(Of());
        Told(Of() with { Title = "Other words", Text = "Others" });
        (changes, _book.Open[0].Title).ShouldBe((1, "Other words"));
        _book.Mark(_book.Open[0].Id, "ada", Verdict.Useful)!.VerdictBy.ShouldBe("ada");
        changes.ShouldBe(2);
    }

    private static AlertCondition Of(Severity severity = Severity.L1, string key = "disk:/data") => new()
    {
        Key = key,
        Rule = "disk",
        Severity = severity,
        Title = "The disk is full",
        Text = "Make room.",
        Labels = AlertRules.Labels(("path", ["/data"])),
        Evidence = new("x", "GET", "/x"),
        Action = new("y", "POST", "/y"),
    };

    private AlertBook NewBook(AlertOptions? options = null) => new(options ?? new(), _time);

    private Silence Quiet(int minutes, params Matcher[] matchers)
    {
        long now = _time.GetUtcMicros();
        return new()
        {
            Id = $"SI{Guid.NewGuid():N}",
            IsMaintenance = false,
            Matchers = matchers,
            From = now,
            Until = now + Micros.From(TimeSpan.FromMinutes(minutes)),
            Reason = "a test",
            By = "ada",
            MadeAt = now,
        };
    }

    private List<NotificationEvent> Told(params AlertCondition[] conditions) =>
        [.. _book.Turn(conditions, isWhole: true).Select(static notification => notification.Event)];
}
