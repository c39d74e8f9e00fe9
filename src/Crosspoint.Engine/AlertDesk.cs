using System.Text.Json;
using System.Text.Json.Serialization;
using Crosspoint.Engine.Alerts;
using Crosspoint.Engine.Health;
using Crosspoint.Engine.Incidents;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Notifiers;
using Crosspoint.Engine.Stores;
using Crosspoint.Engine.Webhooks;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Engine;

/// <summary>What an <see cref="AlertDesk"/> is made of.</summary>
public sealed record AlertDeskOptions
{
    public AlertOptions Alerts { get; init; } = new();

    public IncidentOptions Incidents { get; init; } = new();

    public IReadOnlyList<NotifierOptions> Notifiers { get; init; } = [];

    /// <summary>Which places notifiers may call over HTTP.</summary>
    public WebhookOptions Webhooks { get; init; } = new();
}

/// <summary>What became of something that an operator did.</summary>
/// <param name="Value">As it is now; null when there is no such thing, or it cannot be done to it.</param>
/// <param name="Written">Whether it is on the disk. Where it is not, it is in force all the same, and written when that is possible again.</param>
public readonly record struct DeskChange<T>(T? Value, HealthWrite Written)
    where T : class;

/// <summary>
/// Incidents, alerts, silences and notifiers as one: takes changes of health, looks at the readings every few seconds, tells the notifiers, and keeps
/// everything in its store.
/// </summary>
public sealed partial class AlertDesk : IAsyncDisposable
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    private static readonly TimeSpan PruneEvery = TimeSpan.FromDays(1);

    private readonly AlertDeskOptions _options;
    private readonly IHealthStore _store;
    private readonly IAlertReadings _readings;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _turning = new(1);
    private readonly SemaphoreSlim _writing = new(1);
    private Dictionary<(string Kind, string Id), Func<HealthRecord>> _dirty = [];
    private ITimer? _timer;
    private long _prunedAt;
    private int _comers;
    private bool _wasUnwritten;
    private bool _wasBlind;
    private volatile bool _isStopped;

    public AlertDesk(AlertDeskOptions options, IHealthStore store, IAlertReadings readings, TimeProvider time, ILoggerFactory loggers)
    {
        (_options, _store, _readings, _time) = (options, store, readings, time);
        _logger = loggers.CreateLogger<AlertDesk>();
        Incidents = new(options.Incidents, time);
        Alerts = new(options.Alerts, time);
        Notifiers = new(options.Notifiers, options.Webhooks, options.Alerts.PublicUrl, time, loggers.CreateLogger<NotifierSet>());
        Incidents.Changed += OnIncident;
        Alerts.Changed += OnAlert;
    }

    public IncidentBook Incidents { get; }

    public AlertBook Alerts { get; }

    public NotifierSet Notifiers { get; }

    public AlertOptions Options => _options.Alerts;

    /// <summary>Takes up what is stored, and begins to look.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        long now = _time.GetUtcMicros();
        List<Incident> incidents = Read<Incident>(await _store.ListOpenAsync(HealthKinds.Incident, cancellationToken).ConfigureAwait(false));

        // Those that a cell may join again.
        long since = now - Micros.From(_options.Incidents.RelapseWithin) - Micros.From(TimeSpan.FromDays(7));
        IReadOnlyList<HealthRecord> recent = await _store.ListAsync(
            HealthKinds.Incident, since, long.MaxValue, "", _options.Incidents.MostRecent, cancellationToken).ConfigureAwait(false);
        incidents.AddRange(Read<Incident>(recent).Where(static incident => incident.ResolvedAt != 0));
        Incidents.Load(incidents);
        List<Alert> alerts = Read<Alert>(await _store.ListOpenAsync(HealthKinds.Alert, cancellationToken).ConfigureAwait(false));
        IReadOnlyList<HealthRecord> silences = await _store.ListAsync(
            HealthKinds.Silence, 0, long.MaxValue, "", int.MaxValue, cancellationToken).ConfigureAwait(false);
        Alerts.Load(alerts, Read<Silence>(silences).Where(silence => now < silence.End));
        TimeSpan every = _options.Alerts.Every;
        _timer = _time.CreateTimer(static state => _ = ((AlertDesk)state!).TurnAsync(), this, every, every);
    }

    /// <summary>A cell's health changed. Returns at once.</summary>
    /// <returns>Whether it is told in an incident.</returns>
    public bool Take(HealthChange change)
    {
        if (_isStopped || Incidents.Take(change) is null) return false;

        // People are told now, and not at the next turn; whoever noticed it does not wait for that.
        _ = Task.Run(TurnAsync);
        return true;
    }

    /// <summary>Judges what there is to judge, tells who must be told, and writes what changed.</summary>
    public async Task TurnAsync()
    {
        // Who comes while another one waits to turn needs not wait too: that turn will see it.
        if (_isStopped || Interlocked.Increment(ref _comers) > 2)
        {
            if (!_isStopped) Interlocked.Decrement(ref _comers);
            return;
        }

        await _turning.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            if (_isStopped) return;
            List<AlertCondition> conditions = Judge(out bool isWhole);
            Notifiers.Tell(Alerts.Turn(conditions, isWhole));
            await FlushAsync().ConfigureAwait(false);
            await PruneAsync().ConfigureAwait(false);
        }
        catch (ObjectDisposedException)
        {
            // The store is closed: the gateway stops.
        }
        finally
        {
            Interlocked.Decrement(ref _comers);
            _turning.Release();
        }
    }

    /// <summary>Writes what changed and is not on the disk yet.</summary>
    public async Task<HealthWrite> FlushAsync()
    {
        await _writing.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            Dictionary<(string Kind, string Id), Func<HealthRecord>> taken;
            lock (_gate) (taken, _dirty) = (_dirty, []);
            if (taken.Count == 0) return HealthWrite.Done;
            HealthWrite written = await _store.PutAsync([.. taken.Values.Select(static make => make())], CancellationToken.None).ConfigureAwait(false);
            if (!written.IsDone)
            {
                // Tried again with the next turn, unless something newer has come meanwhile.
                lock (_gate)
                {
                    foreach (((string, string) key, Func<HealthRecord> make) in taken) _dirty.TryAdd(key, make);
                }
            }

            if (!written.IsDone && !_wasUnwritten) Log.NotWritten(_logger, written.Detail);
            _wasUnwritten = !written.IsDone;
            return written;
        }
        finally
        {
            _writing.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_isStopped) return;
        _isStopped = true;
        if (_timer is not null) await _timer.DisposeAsync().ConfigureAwait(false);
        await _turning.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        await FlushAsync().ConfigureAwait(false);
        await Notifiers.DisposeAsync().ConfigureAwait(false);

        // Who waited to turn finds that it is over.
        _turning.Release();
    }

    private List<AlertCondition> Judge(out bool isWhole)
    {
        DateTimeOffset now = _time.GetUtcNow();
        var found = new List<AlertCondition>();
        isWhole = true;
        try
        {
            found.AddRange(AlertRules.Judge(_options.Alerts, _readings, now));
            _wasBlind = false;
        }
#pragma warning disable CA1031 // Whatever a reading throws: that nothing can be judged must not end the judging.
        catch (Exception error)
#pragma warning restore CA1031
        {
            isWhole = false;
            if (!_wasBlind) Log.NotJudged(_logger, error);
            _wasBlind = true;
        }

        foreach (Incident incident in Incidents.Open)
        {
            if (AlertRules.Of(incident, _options.Alerts, Micros.From(now)) is { } condition) found.Add(condition);
        }

        found.AddRange(Notifiers.Judge());
        return found;
    }

    private async Task PruneAsync()
    {
        long now = _time.GetUtcMicros();
        if (_prunedAt != 0 && now - _prunedAt < PruneEvery.TotalMicroseconds) return;
        _prunedAt = now;
        HealthWrite pruned = await _store.PruneAsync(now - Micros.From(_options.Alerts.Retention), CancellationToken.None).ConfigureAwait(false);
        if (!pruned.IsDone) Log.NotWritten(_logger, pruned.Detail);
    }

    private void OnIncident(Incident incident)
    {
        if (incident.Timeline is [.., { Kind: EntryKind.Noticed } noticed] && incident.Cells.Count == 1) Log.Opened(_logger, incident.Id, noticed.Text);
        else if (incident.ResolvedAt != 0 && incident.Timeline is [.., { Kind: EntryKind.Resolved }]) Log.Resolved(_logger, incident.Id);
        MarkDirty(HealthKinds.Incident, incident.Id, () => RecordOf(incident));
    }

    private void OnAlert(Alert alert) => MarkDirty(HealthKinds.Alert, alert.Id, () => RecordOf(alert));

    private void MarkDirty(string kind, string id, Func<HealthRecord> make)
    {
        lock (_gate) _dirty[(kind, id)] = make;
    }

    private static HealthRecord RecordOf(Incident incident) =>
        new(HealthKinds.Incident, incident.Id, incident.OpenedAt, incident.ResolvedAt, JsonSerializer.SerializeToUtf8Bytes(incident, Json));

    private static HealthRecord RecordOf(Alert alert) =>
        new(HealthKinds.Alert, alert.Id, alert.OpenedAt, alert.EndedAt, JsonSerializer.SerializeToUtf8Bytes(alert, Json));

    // When it ends is known from the beginning: retention counts from there.
    private static HealthRecord RecordOf(Silence silence) =>
        new(HealthKinds.Silence, silence.Id, silence.From, silence.End, JsonSerializer.SerializeToUtf8Bytes(silence, Json));

    private List<T> Read<T>(IReadOnlyList<HealthRecord> records)
        where T : class
    {
        var read = new List<T>(records.Count);
        foreach (HealthRecord record in records)
        {
            try
            {
                if (JsonSerializer.Deserialize<T>(record.Body.Span, Json) is { } value) read.Add(value);
            }
            catch (JsonException error)
            {
                // One that another version wrote must not keep the others from being read.
                Log.NotRead(_logger, record.Kind, record.Id, error.Message);
            }
        }

        return read;
    }

    private static partial class Log
    {
        [LoggerMessage(4470, LogLevel.Warning, "Incident {Incident}: {What}")]
        public static partial void Opened(ILogger logger, string incident, string what);

        [LoggerMessage(4471, LogLevel.Information, "Incident {Incident} is resolved")]
        public static partial void Resolved(ILogger logger, string incident);

        [LoggerMessage(4472, LogLevel.Error, "Incidents and alerts cannot be stored, and are kept in memory until they can: {Why}")]
        public static partial void NotWritten(ILogger logger, string why);

        [LoggerMessage(4473, LogLevel.Error, "What alerts are judged by cannot be read")]
        public static partial void NotJudged(ILogger logger, Exception error);

        [LoggerMessage(4474, LogLevel.Warning, "The stored {Kind} {Id} cannot be read: {Why}")]
        public static partial void NotRead(ILogger logger, string kind, string id, string why);

        [LoggerMessage(4475, LogLevel.Information, "{By} did to {Kind} {Id}: {What}")]
        public static partial void Acted(ILogger logger, string by, string kind, string id, string what);
    }
}
