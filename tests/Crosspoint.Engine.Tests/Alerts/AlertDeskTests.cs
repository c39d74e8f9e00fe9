using System.Text.Json;
using Crosspoint.Engine.Alerts;
using Crosspoint.Engine.Health;
using Crosspoint.Engine.Incidents;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Notifiers;
using Crosspoint.Engine.Stores;
using Crosspoint.Engine.Tests.Incidents;
using Crosspoint.Engine.Tests.Webhooks;
using Crosspoint.Storage.Sqlite;
using Crosspoint.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crosspoint.Engine.Tests.Alerts;

public sealed class AlertDeskTests : IAsyncLifetime
{
    private static readonly HealthCell North = Ill.Cell("north-1");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("crosspoint-desk-");
    private readonly ManualTimeProvider _time = new();
    private readonly TestReadings _readings = new();
    private readonly Ill _ill;
    private Receiver _receiver = null!;

    public AlertDeskTests() => _ill = new(_time);

    public async ValueTask InitializeAsync() => _receiver = await Receiver.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _receiver.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Take_IncidentOpens_PeopleAreToldAtOnce_AndWhenItIsOver()
    {
        await using SqliteHealthStore store = OpenStore();
        await using AlertDesk desk = NewDesk(store);
        await desk.StartAsync(CancellationToken.None);
        desk.Take(_ill.Falls(North));

        // No timer has fired: the clock stands.
        await _receiver.WhenAsync(static received => received.Count == 1);
        string id = desk.Incidents.Open[0].Id;
        JsonElement told = JsonDocument.Parse(_receiver.Received[0].Body).RootElement;
        (told.GetProperty("type").GetString(), told.GetProperty("data").GetProperty("incident").GetString()).ShouldBe(("alert.trigger", id));
        told.GetProperty("data").GetProperty("text").GetString()!.ShouldContain("What is left to do");

        await desk.AcknowledgeIncidentAsync(id, "ada", "");
        desk.Take(_ill.Goes(North, CellState.Suspended, CellState.Healthy, 1));
        await _receiver.WhenAsync(static received => received.Count == 3);
        _receiver.Received.Skip(1).Select(static hook => JsonDocument.Parse(hook.Body).RootElement.GetProperty("type").GetString())
            .ShouldBe(["alert.acknowledge", "alert.resolve"]);
    }

    [Fact]
    public async Task Start_AfterAnEnd_GoesOnWithWhatWasKept()
    {
        Silence silence;
        string alert;
        await using (SqliteHealthStore store = OpenStore())
        {
            await using AlertDesk desk = NewDesk(store);
            await desk.StartAsync(CancellationToken.None);
            desk.Take(_ill.Falls(North));
            _readings.Disk.Add(new("/data", 1, 100));
            silence = NewSilence();
            (await desk.AddSilenceAsync(silence, CancellationToken.None)).Written.IsDone.ShouldBeTrue();
            await desk.TurnAsync();
            alert = desk.Alerts.Open.Single(static one => one.Rule == "disk").Id;
        }

        await using SqliteHealthStore again = OpenStore();
        await using AlertDesk next = NewDesk(again);
        await next.StartAsync(CancellationToken.None);
        next.Alerts.Silences.ShouldHaveSingleItem().Reason.ShouldBe(silence.Reason);
        await next.TurnAsync();
        next.Alerts.Open.Where(static one => one.Rule == "disk").ShouldHaveSingleItem().Id.ShouldBe(alert);
        IReadOnlyList<Incident> incidents = await next.ListIncidentsAsync(0, long.MaxValue, "", 10, static _ => true, CancellationToken.None);
        incidents.ShouldHaveSingleItem().State.ShouldBe(IncidentState.Resolved);
        next.Take(_ill.Falls(North)).ShouldBeTrue();
        next.Incidents.Open.ShouldHaveSingleItem().Relapses.ShouldBe(1);
    }

    [Fact]
    public async Task Store_CannotBeWritten_IsToldToOperators_AndWrittenLater()
    {
        var store = new StubbornStore();
        await using AlertDesk desk = NewDesk(store);
        desk.Take(_ill.Falls(North)).ShouldBeTrue();
        string id = desk.Incidents.Open[0].Id;
        store.IsFull = true;
        DeskChange<Incident> noted = await desk.NoteIncidentAsync(id, "ada", "x", CancellationToken.None);
        (noted.Value!.Timeline[^1].Text, noted.Written.Failure).ShouldBe(("x", StoreFailure.DiskFull));
        (await desk.AddSilenceAsync(NewSilence(), CancellationToken.None)).Written.IsDone.ShouldBeFalse();
        desk.Alerts.Silences.ShouldBeEmpty();

        store.IsFull = false;
        await desk.TurnAsync();
        store.Records[("incident", id)].Body.Length.ShouldBeGreaterThan(0);
        (await desk.FlushAsync()).ShouldBe(HealthWrite.Done);
    }

    [Fact]
    public async Task Turn_ReadingsBroken_EndsNothingAndJudgesTheRest()
    {
        await using AlertDesk desk = NewDesk(new StubbornStore());
        _readings.Disk.Add(new("/data", 1, 100));
        await desk.TurnAsync();
        desk.Take(_ill.Falls(North));
        _readings.IsBroken = true;
        await desk.TurnAsync();
        _time.Advance(TimeSpan.FromHours(1));
        await desk.TurnAsync();
        desk.Alerts.Open.Select(static alert => alert.Rule).Order().ShouldBe(["disk", "incident"]);
    }

    [Fact]
    public async Task Turn_SomethingOld_IsDeletedAfterItsTime()
    {
        await using SqliteHealthStore store = OpenStore();
        await using AlertDesk desk = NewDesk(store);
        desk.Take(_ill.Falls(North));
        desk.Take(_ill.Goes(North, CellState.Suspended, CellState.Healthy, 1));
        await desk.TurnAsync();
        (await desk.ListIncidentsAsync(0, long.MaxValue, "", 10, static _ => true, CancellationToken.None)).Count.ShouldBe(1);
        _time.Advance(TimeSpan.FromDays(401));
        await desk.TurnAsync();
        (await desk.ListIncidentsAsync(0, long.MaxValue, "", 10, static _ => true, CancellationToken.None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Mark_IncidentThatIsNoLongerInMemory_IsKept()
    {
        await using SqliteHealthStore store = OpenStore();
        string id;
        await using (AlertDesk desk = NewDesk(store))
        {
            desk.Take(_ill.Falls(North));
            id = desk.Incidents.Open[0].Id;
            desk.Take(_ill.Goes(North, CellState.Suspended, CellState.Healthy, 1));
        }

        _time.Advance(TimeSpan.FromDays(30));
        await using AlertDesk later = NewDesk(store);
        await later.StartAsync(CancellationToken.None);
        later.Incidents.Find(id).ShouldBeNull();
        (await later.MarkIncidentAsync(id, "ada", Verdict.Useful, CancellationToken.None)).Written.IsDone.ShouldBeTrue();
        Incident read = (await later.FindIncidentAsync(id, CancellationToken.None)).ShouldNotBeNull();
        (read.Verdict, read.VerdictBy, read.State).ShouldBe((Verdict.Useful, "ada", IncidentState.Resolved));
    }

    [Fact]
    public async Task Clock_Jumps_NoAlertComesOfIt()
    {
        await using AlertDesk desk = NewDesk(new StubbornStore());
        _readings.Countries.Add(new("DE", null, 1_000, 0.999));
        await desk.TurnAsync();
        _time.SetWallClock(_time.GetUtcNow().AddDays(30));
        await desk.TurnAsync();
        _time.SetWallClock(_time.GetUtcNow().AddDays(-60));
        await desk.TurnAsync();
        desk.Alerts.Open.ShouldBeEmpty();
        desk.Incidents.Open.ShouldBeEmpty();
    }

    private SqliteHealthStore OpenStore() => SqliteHealthStore.Open(Path.Combine(_folder.FullName, SqliteHealthStore.FileName));

    private AlertDesk NewDesk(IHealthStore store) => new(
        new()
        {
            Notifiers = [new WebhookNotifierOptions { Name = "hook", Url = _receiver.Url + "/hook", Secret = [1, 2, 3] }],
            Webhooks = new() { AllowPrivateAddresses = true },
        },
        store, _readings, _time, NullLoggerFactory.Instance);

    private Silence NewSilence()
    {
        long now = _time.GetUtcMicros();
        return new()
        {
            Id = "SI1",
            IsMaintenance = false,
            Matchers = [new("rule", "x")],
            From = now,
            Until = now + Micros.From(TimeSpan.FromHours(1)),
            Reason = "a test",
            By = "ada",
            MadeAt = now,
        };
    }

    /// <summary>A store in memory that can have no room.</summary>
    private sealed class StubbornStore : IHealthStore
    {
        public bool IsFull { get; set; }

        public Dictionary<(string Kind, string Id), HealthRecord> Records { get; } = [];

        public ValueTask<HealthWrite> PutAsync(IReadOnlyList<HealthRecord> records, CancellationToken cancellationToken)
        {
            if (IsFull) return new(new HealthWrite(StoreFailure.DiskFull, "no space"));
            foreach (HealthRecord record in records) Records[(record.Kind, record.Id)] = record;
            return new(HealthWrite.Done);
        }

        public ValueTask<HealthRecord?> FindAsync(string kind, string id, CancellationToken cancellationToken) => new(Records.GetValueOrDefault((kind, id)));

        public ValueTask<IReadOnlyList<HealthRecord>> ListOpenAsync(string kind, CancellationToken cancellationToken) => new(Array.Empty<HealthRecord>());

        public ValueTask<IReadOnlyList<HealthRecord>> ListAsync(
            string kind, long from, long before, string beforeId, int limit, CancellationToken cancellationToken) => new(Array.Empty<HealthRecord>());

        public ValueTask<HealthWrite> PruneAsync(long endedBefore, CancellationToken cancellationToken) => new(HealthWrite.Done);

        public ValueTask DisposeAsync() => default;
    }
}
