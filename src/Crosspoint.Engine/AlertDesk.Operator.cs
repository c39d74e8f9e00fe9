using Crosspoint.Engine.Alerts;
using Crosspoint.Engine.Incidents;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Engine;

/// <summary>What operators read and do.</summary>
public sealed partial class AlertDesk
{
    /// <summary>One incident, however old; null when there is none.</summary>
    public async ValueTask<Incident?> FindIncidentAsync(string id, CancellationToken cancellationToken) =>
        Incidents.Find(id) ?? await StoredAsync<Incident>(HealthKinds.Incident, id, cancellationToken).ConfigureAwait(false);

    /// <summary>Incidents that began in a span of time and fit, the newest first.</summary>
    /// <param name="from">Wall microseconds, included.</param>
    /// <param name="before">Wall microseconds, not included.</param>
    /// <param name="beforeId">The last one of the page before, which began at <paramref name="before"/>; empty for none.</param>
    public async ValueTask<IReadOnlyList<Incident>> ListIncidentsAsync(
        long from, long before, string beforeId, int limit, Func<Incident, bool> fits, CancellationToken cancellationToken) =>
        await ListAsync<Incident>(
            HealthKinds.Incident, from, before, beforeId, limit, incident => Incidents.Find(incident.Id) ?? incident, fits, cancellationToken).ConfigureAwait(false);

    public async ValueTask<Alert?> FindAlertAsync(string id, CancellationToken cancellationToken) =>
        Alerts.Find(id) ?? await StoredAsync<Alert>(HealthKinds.Alert, id, cancellationToken).ConfigureAwait(false);

    /// <summary>Alerts that began in a span of time and fit, the newest first; as <see cref="ListIncidentsAsync"/>.</summary>
    public async ValueTask<IReadOnlyList<Alert>> ListAlertsAsync(
        long from, long before, string beforeId, int limit, Func<Alert, bool> fits, CancellationToken cancellationToken) =>
        await ListAsync<Alert>(
            HealthKinds.Alert, from, before, beforeId, limit, alert => Alerts.Find(alert.Id) ?? alert, fits, cancellationToken).ConfigureAwait(false);

    /// <summary>Silences or maintenance windows, those that are over too, the latest first; as <see cref="ListIncidentsAsync"/>.</summary>
    public async ValueTask<IReadOnlyList<Silence>> ListSilencesAsync(
        long before, string beforeId, int limit, Func<Silence, bool> fits, CancellationToken cancellationToken) =>
        await ListAsync<Silence>(HealthKinds.Silence, 0, before, beforeId, limit, static silence => silence, fits, cancellationToken).ConfigureAwait(false);

    public async ValueTask<Silence?> FindSilenceAsync(string id, CancellationToken cancellationToken) =>
        await StoredAsync<Silence>(HealthKinds.Silence, id, cancellationToken).ConfigureAwait(false);

    /// <summary>Somebody looks at an incident. No value when there is none, or it is resolved.</summary>
    public async ValueTask<DeskChange<Incident>> AcknowledgeIncidentAsync(string id, string by, string note)
    {
        Incident? changed = Incidents.Acknowledge(id, by, note);
        if (changed is null) return default;
        Log.Acted(_logger, by, HealthKinds.Incident, id, "acknowledge");

        // The alert of it is acknowledged with the turn.
        await TurnAsync().ConfigureAwait(false);
        return new(changed, await FlushAsync().ConfigureAwait(false));
    }

    public ValueTask<DeskChange<Incident>> NoteIncidentAsync(string id, string by, string note, CancellationToken cancellationToken) =>
        ChangeIncidentAsync(id, by, "note", book => book.Note(id, by, note), cancellationToken);

    public ValueTask<DeskChange<Incident>> MarkIncidentAsync(string id, string by, Verdict verdict, CancellationToken cancellationToken) =>
        ChangeIncidentAsync(id, by, $"mark {verdict}", book => book.Mark(id, by, verdict), cancellationToken);

    /// <summary>Somebody looks at an alert, and at the incident that it tells of. No value when it does not last.</summary>
    public async ValueTask<DeskChange<Alert>> AcknowledgeAlertAsync(string id, string by)
    {
        var told = new List<Notification>();
        if (Alerts.Acknowledge(id, by, told) is not { } changed) return default;
        Log.Acted(_logger, by, HealthKinds.Alert, id, "acknowledge");
        Notifiers.Tell(told);
        if (changed.Incident is { } incident && Incidents.Find(incident) is { AcknowledgedBy: null }) Incidents.Acknowledge(incident, by, "");
        return new(changed, await FlushAsync().ConfigureAwait(false));
    }

    public async ValueTask<DeskChange<Alert>> MarkAlertAsync(string id, string by, Verdict verdict, CancellationToken cancellationToken)
    {
        Alert? changed = Alerts.Mark(id, by, verdict);
        if (changed is null && await FindAlertAsync(id, cancellationToken).ConfigureAwait(false) is { } stored)
        {
            changed = AlertBook.Judged(stored, by, verdict);
            OnAlert(changed);
        }

        if (changed is null) return default;
        Log.Acted(_logger, by, HealthKinds.Alert, id, $"mark {verdict}");
        return new(changed, await FlushAsync().ConfigureAwait(false));
    }

    /// <summary>
    /// Adds a silence or a maintenance window, which is in force only when it is on the disk. No value when there are too many already.
    /// </summary>
    public async ValueTask<DeskChange<Silence>> AddSilenceAsync(Silence silence, CancellationToken cancellationToken)
    {
        if (!Alerts.HasRoom) return default;
        HealthWrite written = await _store.PutAsync([RecordOf(silence)], cancellationToken).ConfigureAwait(false);
        if (!written.IsDone) return new(silence, written);
        if (!Alerts.TryPut(silence)) return default;
        Log.Acted(_logger, silence.By, HealthKinds.Silence, silence.Id, $"add, {silence.Reason}");
        return new(silence, written);
    }

    /// <summary>Ends a silence or a maintenance window before its time. No value when there is none, or it is over.</summary>
    public async ValueTask<DeskChange<Silence>> EndSilenceAsync(string id, string by, CancellationToken cancellationToken)
    {
        long now = _time.GetUtcMicros();
        if (await FindSilenceAsync(id, cancellationToken).ConfigureAwait(false) is not { } silence || now >= silence.End) return default;
        silence = silence with { EndedAt = Math.Max(now, 1), EndedBy = by };
        HealthWrite written = await _store.PutAsync([RecordOf(silence)], cancellationToken).ConfigureAwait(false);
        if (!written.IsDone) return new(silence, written);
        Alerts.TryPut(silence);
        Log.Acted(_logger, by, HealthKinds.Silence, id, "end");
        await TurnAsync().ConfigureAwait(false);
        return new(silence, written);
    }

    private async ValueTask<DeskChange<Incident>> ChangeIncidentAsync(
        string id, string by, string what, Func<IncidentBook, Incident?> change, CancellationToken cancellationToken)
    {
        Incident? changed = change(Incidents);
        if (changed is null && await FindIncidentAsync(id, cancellationToken).ConfigureAwait(false) is { } stored)
        {
            // Long over, and no longer in memory: it is taken up for the change alone.
            var past = new IncidentBook(_options.Incidents, _time);
            past.Load([stored]);
            changed = change(past);
            if (changed is not null) OnIncident(changed);
        }

        if (changed is null) return default;
        Log.Acted(_logger, by, HealthKinds.Incident, id, what);
        return new(changed, await FlushAsync().ConfigureAwait(false));
    }

    private async ValueTask<T?> StoredAsync<T>(string kind, string id, CancellationToken cancellationToken)
        where T : class =>
        await _store.FindAsync(kind, id, cancellationToken).ConfigureAwait(false) is { } record ? Read<T>([record]).FirstOrDefault() : null;

    private async ValueTask<IReadOnlyList<T>> ListAsync<T>(
        string kind, long from, long before, string beforeId, int limit, Func<T, T> latest, Func<T, bool> fits, CancellationToken cancellationToken)
        where T : class
    {
        const int Step = 200;
        await FlushAsync().ConfigureAwait(false);
        var found = new List<T>();
        while (found.Count < limit)
        {
            IReadOnlyList<HealthRecord> page = await _store.ListAsync(kind, from, before, beforeId, Step, cancellationToken).ConfigureAwait(false);
            foreach (T value in Read<T>(page).Select(latest).Where(fits))
            {
                if (found.Count < limit) found.Add(value);
            }

            if (page.Count < Step) break;
            (before, beforeId) = (page[^1].At, page[^1].Id);
        }

        return found;
    }
}
