using Crosspoint.Engine.Health;
using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Incidents;

/// <summary>
/// The incidents that go on, and those of late: told of changes of health and of what operators do. Works in memory alone; whoever keeps incidents
/// follows <see cref="Changed"/>. Thread-safe.
/// </summary>
public sealed class IncidentBook(IncidentOptions options, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Incident> _open = new(StringComparer.Ordinal);
    private readonly List<Incident> _recent = [];

    /// <summary>An incident opened or changed. Raised in the order of the changes; must not block.</summary>
    public event Action<Incident>? Changed;

    /// <summary>Those that are not resolved, the newest first, with their counts up to now.</summary>
    public IReadOnlyList<Incident> Open
    {
        get
        {
            long now = time.GetUtcMicros();
            lock (_gate) return [.. _open.Values.OrderByDescending(static incident => incident.OpenedAt).Select(incident => Counted(incident, now))];
        }
    }

    /// <summary>
    /// Takes up what a store has of the time before. Health is judged anew after a start, so what was open is resolved; a cell that is still ill is
    /// noticed again, and joins its incident.
    /// </summary>
    public void Load(IEnumerable<Incident> incidents)
    {
        lock (_gate)
        {
            long now = time.GetUtcMicros();
            foreach (Incident incident in incidents.OrderBy(static incident => incident.OpenedAt))
            {
                if (incident.ResolvedAt != 0)
                {
                    _recent.Add(incident);
                    continue;
                }

                // What moved while the gateway was down is not known, and not counted.
                IncidentCell[] cells = [.. incident.Cells.Select(cell => cell.IsHealthy ? cell : cell with { State = CellState.Healthy, Share = 1, HealthyAt = now })];
                const string Text = "The gateway was restarted: health is judged anew, and what is still ill will be noticed again.";
                Keep(Add(incident with { Cells = cells, ResolvedAt = now, UpdatedAt = now }, new(now, EntryKind.Resolved, "", Text)));
            }

            Trim();
        }
    }

    /// <summary>One that goes on or ended of late; null when there is none here.</summary>
    public Incident? Find(string id)
    {
        lock (_gate) return Look(id) is { } incident ? Counted(incident, time.GetUtcMicros()) : null;
    }

    /// <summary>
    /// A cell changed. What falls ill opens an incident, or joins one; everything else is told in the incident of its cell. An operator's order opens
    /// none: they know.
    /// </summary>
    /// <returns>The incident that it is told in; null for none.</returns>
    public Incident? Take(HealthChange change)
    {
        HealthCell cell = change.Cell.OfAllClasses;
        lock (_gate)
        {
            long now = change.At;
            bool isIll = change.To is CellState.Degraded or CellState.Suspended;
            Incident? own = IncidentGroups.FindOwn(_open.Values.Concat(_recent), cell, now, options.RelapseWithin);
            if (own is not null && (own.ResolvedAt == 0 || (isIll && change.Operator is null))) return Keep(Advance(own, cell, change, now));
            if (!isIll || change.Operator is not null) return null;
            IncidentCell fallen = NewCell(cell, change);
            Incident incident = IncidentGroups.Find(_open.Values, fallen, now, options.GroupWithin)
                ?? new Incident { Id = NewId(), OpenedAt = now };
            incident = incident with { Cells = [.. incident.Cells, fallen], UpdatedAt = now };
            return Keep(Judge(Add(incident, EntryOf(EntryKind.Noticed, fallen, change))));
        }
    }

    /// <summary>Somebody looks at it. Null when it is not here, or resolved.</summary>
    public Incident? Acknowledge(string id, string by, string note) => Change(id, (incident, now) =>
        incident.ResolvedAt != 0
            ? null
            : Add(
                incident with { AcknowledgedBy = by, AcknowledgedAt = now },
                new(now, EntryKind.Acknowledged, "", note.Length == 0 ? $"{by} looks at it." : $"{by} looks at it: {note}", by)));

    public Incident? Note(string id, string by, string note) =>
        Change(id, (incident, now) => Add(incident, new(now, EntryKind.Note, "", note, by)));

    public Incident? Mark(string id, string by, Verdict verdict) => Change(id, (incident, now) => Add(
        incident with { Verdict = verdict, VerdictBy = verdict == Verdict.None ? null : by },
        new(now, EntryKind.Judged, "", verdict switch
        {
            Verdict.Useful => $"{by}: it needed action.",
            Verdict.Noise => $"{by}: it was noise.",
            _ => $"{by} took back what was said of it.",
        }, by)));

    /// <summary>
    /// Lets a cell out of its incident for which nobody will ever say that it is well: its connection was removed. Null where none holds it.
    /// </summary>
    public void Forget(string connection)
    {
        lock (_gate)
        {
            long now = time.GetUtcMicros();
            foreach (Incident incident in _open.Values.ToList())
            {
                foreach (IncidentCell cell in incident.Cells.Where(cell => cell.Connection == connection && !cell.IsHealthy))
                {
                    Incident latest = Counted(_open[incident.Id], now);
                    latest = With(latest, latest.Cells.First(other => other.Name == cell.Name) with { State = CellState.Healthy, Share = 0, HealthyAt = now });
                    latest = Add(latest, new(now, EntryKind.Changed, cell.Name, $"{cell.Name} is no longer watched: the connection was removed."));
                    if (Keep(ResolveWhere(latest with { UpdatedAt = now }, now)).ResolvedAt != 0) break;
                }
            }
        }
    }

    /// <summary>The counts of an incident that goes on, brought up to a moment.</summary>
    internal Incident Counted(Incident incident, long now) =>
        incident.ResolvedAt != 0 ? incident : incident with { Cells = [.. incident.Cells.Select(cell => Counted(cell, now))] };

    private string NewId() => $"IN{Guid.CreateVersion7(time.GetUtcNow()):N}";

    private Incident? Change(string id, Func<Incident, long, Incident?> change)
    {
        lock (_gate)
        {
            long now = time.GetUtcMicros();
            if (Look(id) is not { } incident || change(Counted(incident, now), now) is not { } changed) return null;
            return Keep(changed with { UpdatedAt = now });
        }
    }

    private Incident? Look(string id) => _open.GetValueOrDefault(id) ?? _recent.Find(incident => incident.Id == id);

    private Incident Advance(Incident incident, HealthCell cell, HealthChange change, long now)
    {
        incident = Counted(incident, now);
        IncidentCell before = incident.Cells.First(other => other.Is(cell));
        bool isRelapse = before.IsHealthy && change.To is CellState.Degraded or CellState.Suspended;
        IncidentCell after = before with
        {
            State = change.To,
            Share = Math.Clamp(change.Share, 0, 1),
            HealthyAt = change.To == CellState.Healthy ? now : 0,
        };
        if (isRelapse)
        {
            after = after with
            {
                Rate = change.Rate > 0 ? change.Rate : before.Rate,
                Since = now,
                CountedTo = now,
                Hit = before.Hit + HitOf(change.Signal),
            };
            incident = incident with { ResolvedAt = 0, Relapses = incident.Relapses + 1 };
        }

        incident = With(incident, after) with { UpdatedAt = now };
        incident = Judge(Add(incident, EntryOf(isRelapse ? EntryKind.Relapsed : EntryKind.Changed, after, change)));
        return ResolveWhere(incident, now);
    }

    private Incident ResolveWhere(Incident incident, long now)
    {
        if (incident.ResolvedAt != 0 || !incident.Cells.All(static cell => cell.IsHealthy)) return incident;
        string after = IncidentText.Span(now - incident.OpenedAt);
        return Add(incident with { ResolvedAt = now }, new(now, EntryKind.Resolved, "", $"All is well again, {after} after it began."));
    }

    private IncidentCell NewCell(HealthCell cell, HealthChange change) => new()
    {
        Connection = cell.Connection,
        Vendor = options.VendorOf(cell.Connection),
        Country = cell.Country,
        Network = cell.Network.ToString(),
        State = change.To,
        Share = Math.Clamp(change.Share, 0, 1),
        Rate = change.Rate,
        Since = change.At,
        CountedTo = change.At,
        Hit = HitOf(change.Signal),
        First = IncidentSignal.From(change.Signal),
    };

    // Of the messages that a signal rests on, those that fared worse than they would have.
    private static double HitOf(HealthSignal? signal) => signal?.Kind switch
    {
        null or SignalKind.ReceiptsSlow or SignalKind.ResponsesSlow or SignalKind.ReceiptsSilent or SignalKind.ReceiptsSuspect or SignalKind.Unbound => 0,
        SignalKind.Stalled => signal.Messages,
        SignalKind.Delivery => Math.Max(0, signal.Expected - signal.Seen) * signal.Messages,
        _ => Math.Max(0, signal.Seen - (signal.Source == SignalSource.Rule ? 0 : signal.Expected)) * signal.Messages,
    };

    private IncidentCell Counted(IncidentCell cell, long now)
    {
        if (cell.IsHealthy || now <= cell.CountedTo) return cell;
        HealthCell asked = new(cell.Connection, cell.Country, Sms.Numbers.NetworkId.TryParse(cell.Network, out var network) ? network : default, null);
        double moved = cell.Rate * (1 - cell.Share) * (now - cell.CountedTo) / 1e6;
        cell = cell with { CountedTo = now, Moved = cell.Moved + moved };
        if (moved <= 0 || options.ExtraPriceOf(asked) is not { } price) return cell;

        // One currency a cell: what was counted in another before stays as it is.
        if (cell.Currency.Length > 0 && cell.Currency != price.Currency) return cell;
        return cell with { Currency = price.Currency, ExtraMicros = cell.ExtraMicros + (moved * price.Micros * Math.Max(1, price.SegmentsPerMessage)) };
    }

    private static IncidentEntry EntryOf(EntryKind kind, IncidentCell cell, HealthChange change) =>
        new(change.At, kind, cell.Name, IncidentText.OfChange(cell.Name, change), change.Operator)
        {
            From = change.From,
            To = change.To,
            Share = Math.Clamp(change.Share, 0, 1),
            Signal = IncidentSignal.From(change.Signal),
        };

    // The worst it has been: something degraded is worth a look, several things or something that takes nothing are to be looked at soon, and a
    // whole connection, or five networks that take nothing, at once.
    private static Incident Judge(Incident incident)
    {
        int suspended = incident.Cells.Count(static cell => cell.State == CellState.Suspended);
        bool isWhole = incident.Cells.Any(static cell => cell is { State: CellState.Suspended, Country.Length: 0 });
        int ill = incident.Cells.Count(static cell => !cell.IsHealthy);
        Severity severity = isWhole || suspended >= 5 ? Severity.L3 : suspended > 0 || ill > 1 ? Severity.L2 : Severity.L1;
        return severity > incident.Severity ? incident with { Severity = severity } : incident;
    }

    private static Incident With(Incident incident, IncidentCell cell) =>
        incident with { Cells = [.. incident.Cells.Select(other => other.Name == cell.Name ? cell : other)] };

    private Incident Add(Incident incident, IncidentEntry entry)
    {
        List<IncidentEntry> entries = [.. incident.Timeline, entry];
        int surplus = entries.Count - Math.Max(options.MostEntries, 10);
        if (surplus <= 0) return incident with { Timeline = entries };

        // How it began and how it goes on tell more than what is between.
        entries.RemoveRange(entries.Count / 2, surplus);
        return incident with { Timeline = entries, LeftOut = incident.LeftOut + surplus };
    }

    private Incident Keep(Incident incident)
    {
        _open.Remove(incident.Id);
        _recent.RemoveAll(other => other.Id == incident.Id);
        if (incident.ResolvedAt == 0) _open.Add(incident.Id, incident);
        else _recent.Add(incident);
        Trim();
        Changed?.Invoke(incident);
        return incident;
    }

    private void Trim()
    {
        if (_recent.Count > options.MostRecent) _recent.RemoveRange(0, _recent.Count - options.MostRecent);
    }
}
