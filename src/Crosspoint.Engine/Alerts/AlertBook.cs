using Crosspoint.Engine.Incidents;
using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Alerts;

/// <summary>
/// The alerts that last and the silences: makes one alert of a reason that holds on, says who must be told, and when again. Works in memory alone;
/// whoever keeps alerts follows <see cref="Changed"/>. Thread-safe.
/// </summary>
public sealed class AlertBook(AlertOptions options, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Alert> _open = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Silence> _silences = new(StringComparer.Ordinal);

    /// <summary>An alert began, changed or ended. Must not block.</summary>
    public event Action<Alert>? Changed;

    /// <summary>Those that last, the worst first, then the newest.</summary>
    public IReadOnlyList<Alert> Open
    {
        get
        {
            lock (_gate) return [.. _open.Values.OrderByDescending(static alert => alert.Severity).ThenByDescending(static alert => alert.OpenedAt)];
        }
    }

    /// <summary>Silences and maintenance windows that are in force or come later, by their beginning.</summary>
    public IReadOnlyList<Silence> Silences
    {
        get
        {
            long now = time.GetUtcMicros();
            lock (_gate) return [.. _silences.Values.Where(silence => now < silence.End).OrderBy(static silence => silence.From)];
        }
    }

    /// <summary>Takes up what a store has of the time before.</summary>
    public void Load(IEnumerable<Alert> alerts, IEnumerable<Silence> silences)
    {
        lock (_gate)
        {
            foreach (Alert alert in alerts) _open[alert.Key] = alert;
            foreach (Silence silence in silences) _silences[silence.Id] = silence;
        }
    }

    public Alert? Find(string id)
    {
        lock (_gate) return _open.Values.FirstOrDefault(alert => alert.Id == id);
    }

    /// <summary>Compares what holds now with what is known, and gives what is to be told.</summary>
    /// <param name="isWhole">False where not everything could be judged: then nothing ends.</param>
    public List<Notification> Turn(IReadOnlyList<AlertCondition> conditions, bool isWhole)
    {
        var told = new List<Notification>();
        lock (_gate)
        {
            long now = time.GetUtcMicros();
            foreach (string id in _silences.Values.Where(silence => now >= silence.End).Select(static silence => silence.Id).ToList()) _silences.Remove(id);
            var held = new HashSet<string>(StringComparer.Ordinal);
            foreach (AlertCondition condition in conditions)
            {
                if (held.Add(condition.Key)) Hold(condition, now, told);
            }

            foreach (Alert alert in _open.Values.Where(alert => !held.Contains(alert.Key)).ToList())
            {
                if (isWhole) Clear(alert, now, told);
            }
        }

        return told;
    }

    /// <summary>Somebody looks at it: it is not told again unless it becomes worse. Null when it does not last.</summary>
    public Alert? Acknowledge(string id, string by, List<Notification> told)
    {
        lock (_gate)
        {
            if (Find(id) is not { } alert) return null;
            return Acknowledge(alert, by, time.GetUtcMicros(), told);
        }
    }

    /// <summary>Says whether an alert that lasts needed action. Null when it does not last.</summary>
    public Alert? Mark(string id, string by, Verdict verdict)
    {
        lock (_gate) return Find(id) is { } alert ? Keep(Judged(alert, by, verdict)) : null;
    }

    /// <summary>An alert with what somebody says of it.</summary>
    public static Alert Judged(Alert alert, string by, Verdict verdict) =>
        alert with { Verdict = verdict, VerdictBy = verdict == Verdict.None ? null : by };

    /// <summary>Adds a silence or a maintenance window, or puts a changed one in its place. False when there are too many.</summary>
    public bool TryPut(Silence silence)
    {
        lock (_gate)
        {
            if (!_silences.ContainsKey(silence.Id) && _silences.Count >= options.MostSilences) return false;
            _silences[silence.Id] = silence;

            // Seen at once; who is to be told is for the next turn.
            long now = time.GetUtcMicros();
            foreach (Alert alert in _open.Values.ToList())
            {
                if (SilenceOf(alert, now) is var id && id != alert.Silence) Keep(alert with { Silence = id });
            }

            return true;
        }
    }

    /// <summary>Whether there is room for one more.</summary>
    public bool HasRoom
    {
        get
        {
            lock (_gate) return _silences.Count < options.MostSilences;
        }
    }

    private void Hold(AlertCondition condition, long now, List<Notification> told)
    {
        _open.TryGetValue(condition.Key, out Alert? known);
        Alert alert = known is null
            ? new()
            {
                Id = $"AL{Guid.CreateVersion7(time.GetUtcNow()):N}",
                Key = condition.Key,
                Rule = condition.Rule,
                Severity = condition.Severity,
                Title = condition.Title,
                Text = condition.Text,
                Labels = condition.Labels,
                Evidence = condition.Evidence,
                Action = condition.Action,
                Incident = condition.Incident,
                OpenedAt = now,
            }
            : known with { ClearSince = 0 };

        // While it is as bad as ever its words follow what is seen; what it was at its worst stays.
        if (condition.Severity >= alert.Severity)
        {
            alert = alert with
            {
                Severity = condition.Severity,
                Title = condition.Title,
                Text = condition.Text,
                Labels = condition.Labels,
                Evidence = condition.Evidence,
                Action = condition.Action,
            };
        }

        alert = alert with { Silence = SilenceOf(alert, now) };
        if (condition.AcknowledgedBy is { } by && alert.AcknowledgedBy is null) alert = Acknowledge(alert, by, now, told);
        if (alert.Silence is null) alert = Tell(alert, now, told);

        // The words alone change at each turn: that is no step worth keeping.
        bool isStep = known is null || known with { Title = alert.Title, Text = alert.Text, Labels = alert.Labels, Evidence = alert.Evidence, Action = alert.Action } != alert;
        _open[alert.Key] = alert;
        if (isStep) Changed?.Invoke(alert);
    }

    private string? SilenceOf(Alert alert, long now) => _silences.Values.FirstOrDefault(silence => silence.IsInForce(now) && silence.Fits(alert))?.Id;

    private Alert Tell(Alert alert, long now, List<Notification> told)
    {
        bool isWorse = alert.ToldSeverity is null || alert.Severity > alert.ToldSeverity;
        bool isDue = options.RemindEvery > TimeSpan.Zero && alert.AcknowledgedBy is null && now - alert.ToldAt >= options.RemindEvery.TotalMicroseconds;
        if (!isWorse && !isDue) return alert;
        alert = alert with { ToldAt = now, ToldSeverity = alert.Severity, Told = alert.Told + 1 };
        told.Add(NewNotification(isWorse ? NotificationEvent.Trigger : NotificationEvent.Remind, alert, now));
        return alert;
    }

    private void Clear(Alert alert, long now, List<Notification> told)
    {
        if (alert.ClearSince == 0)
        {
            alert = Keep(alert with { ClearSince = now });
            // An incident says itself when it is over.
            if (alert.Incident is null && options.ClearAfter > TimeSpan.Zero) return;
        }

        if (alert.Incident is null && now - alert.ClearSince < options.ClearAfter.TotalMicroseconds) return;
        alert = alert with { EndedAt = now, Silence = null };

        // Whoever was told that it is there is told that it is gone, silence or not.
        if (alert.Told > 0) told.Add(NewNotification(NotificationEvent.Resolve, alert, now));
        _open.Remove(alert.Key);
        Changed?.Invoke(alert);
    }

    private Alert Acknowledge(Alert alert, string by, long now, List<Notification> told)
    {
        alert = Keep(alert with { AcknowledgedBy = by, AcknowledgedAt = now });
        if (alert.Told > 0) told.Add(NewNotification(NotificationEvent.Acknowledge, alert, now));
        return alert;
    }

    private Notification NewNotification(NotificationEvent what, Alert alert, long now) =>
        new($"NO{Guid.CreateVersion7(time.GetUtcNow()):N}", what, alert, now);

    private Alert Keep(Alert alert)
    {
        _open[alert.Key] = alert;
        Changed?.Invoke(alert);
        return alert;
    }
}
