using System.Globalization;
using Crosspoint.Engine.Health;
using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Incidents;

/// <summary>Writes incidents out: what happened, what was done, what is left to do.</summary>
public static class IncidentText
{
    // More cells than this are counted rather than named, and told of in the timeline.
    private const int MostNamed = 8;

    // Of a long story the last steps are told; all of them stand in the timeline.
    private const int MostSteps = 12;

    public static IncidentSummary Of(Incident incident, long now) => new(
        TitleOf(incident), [.. WhatHappened(incident, now)], [.. WhatWasDone(incident)], [.. WhatIsLeft(incident)], [.. Evidence(incident)], [.. Actions(incident)]);

    /// <summary>One line: what is wrong, where, and whether it goes on.</summary>
    public static string TitleOf(Incident incident)
    {
        string state = incident.State switch
        {
            IncidentState.Resolved => "Resolved: ",
            IncidentState.Recovering => "Recovering: ",
            _ => "",
        };
        return $"{state}{PlaceOf(incident)}: {ProblemOf(incident.Cells[0].First?.Kind)}";
    }

    /// <summary>A step of a cell as a sentence, with its reason.</summary>
    public static string OfChange(string cell, HealthChange change)
    {
        string share = Percent(change.Share);
        string step = change.To switch
        {
            CellState.Degraded => $"{cell} goes after the others: it takes {share} of its usual messages",
            CellState.Suspended => change.Share > 0
                ? $"{cell} takes no messages that another can carry; {share} of the usual ones are left to it"
                : $"{cell} takes no messages any more: they go other ways, those that waited for it too",
            CellState.Probing => $"{cell} is tried with {share} of its usual messages, transactional ones alone",
            CellState.Recovering => $"{cell} works again and takes {share} of its usual messages",
            _ => $"{cell} is well and takes all of its usual messages",
        };
        string by = change.Operator is { } name ? $" Ordered by {name}." : "";
        string reason = change.Reason.Trim();
        if (reason.Length > 0 && reason[^1] is not ('.' or '!' or '?')) reason += ".";
        return reason.Length == 0 ? $"{step}.{by}" : $"{step}.{by} Why: {reason}";
    }

    /// <summary>A span of time in microseconds, for people: <c>40 s</c>, <c>3 min 20 s</c>, <c>2 h 5 min</c>, <c>3 d 4 h</c>.</summary>
    public static string Span(long micros)
    {
        TimeSpan span = TimeSpan.FromMicroseconds(Math.Max(0, micros));
        return span switch
        {
            { TotalSeconds: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(1, Math.Round(span.TotalMilliseconds))} ms"),
            { TotalSeconds: < 10 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.#} s"),
            { TotalMinutes: < 1 } => $"{span.Seconds} s",
            { TotalHours: < 1 } => span.Seconds == 0 ? $"{span.Minutes} min" : $"{span.Minutes} min {span.Seconds} s",
            { TotalDays: < 1 } => span.Minutes == 0 ? $"{span.Hours} h" : $"{span.Hours} h {span.Minutes} min",
            _ => span.Hours == 0 ? $"{span.Days} d" : $"{span.Days} d {span.Hours} h",
        };
    }

    /// <summary>A moment in UTC, to the second.</summary>
    public static string Moment(long micros) =>
        Micros.ToInstant(micros).UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    /// <summary>What was seen, against what was to be expected, over how many messages: a sentence.</summary>
    public static string OfSignal(string cell, IncidentSignal signal)
    {
        string messages = signal.Messages.ToString("N0", CultureInfo.InvariantCulture);
        string over = Span((long)(signal.Seconds * 1e6));
        string seen = Percent(signal.Seen);
        string expected = Percent(signal.Expected);
        string limit = signal.Source == SignalSource.Rule ? $"the rule allows {expected}" : $"{expected} is usual";
        string allowed = signal.Source == SignalSource.Rule ? "the rule allows" : "usual is";
        string status = signal.Status == 0 ? "" : $" with the status 0x{signal.Status:X8}";
        return signal.Kind switch
        {
            SignalKind.Unbound =>
                $"{cell} had no bound session{(signal.Seen <= 0 ? "" : signal.Seconds > 1.01 * signal.Seen ? $" for {Seconds(signal.Seen)} of {over}" : $" for {Seconds(signal.Seen)}")}; at least one is expected at all times.",
            SignalKind.Stalled =>
                $"{cell} answered nothing for {Seconds(signal.Seen)} while {messages} segments waited for an answer; {Seconds(signal.Expected)} is the most that was to be expected.",
            SignalKind.Throttled => $"{cell} refused {seen} of {messages} segments within {over} because they came too fast; {limit}.",
            SignalKind.Timeouts => $"{cell} left {seen} of {messages} segments within {over} without an answer; {limit}.",
            SignalKind.Errors => $"{cell} refused {seen} of {messages} segments within {over}{status}; {limit}.",
            SignalKind.NewError => $"{cell} refused {seen} of {messages} segments within {over}{status}, which it had never shown before; {limit}.",
            SignalKind.Delivery => $"{cell} delivered {seen} of {messages} messages within {over}, by the receipts that came; {limit}.",
            SignalKind.ReceiptsSilent =>
                $"{cell} brought receipts for {seen} of {messages} messages within {over}; {limit}. Whether the messages arrive is not known.",
            SignalKind.ReceiptsSlow =>
                $"{cell} took {Seconds(signal.Seen)} until receipts came (95 of 100 are faster), over {messages} messages within {over}; {allowed} {Seconds(signal.Expected)}.",
            SignalKind.ResponsesSlow =>
                $"{cell} took {Seconds(signal.Seen)} until answers came, in the mean of {messages} segments within {over}; {Seconds(signal.Expected)} is the most that was to be expected.",
            SignalKind.ReceiptsSuspect =>
                $"{cell} brought {seen} of the receipts of {messages} messages within {over} at times at which receipts never came before ({expected} is usual): they may be made up.",
            _ => $"{cell} showed {seen} over {messages} messages within {over}; {limit}.",
        };
    }

    /// <summary>Money in millionths, for people.</summary>
    public static string Money(double micros, string currency) =>
        string.Create(CultureInfo.InvariantCulture, $"{micros / 1e6:#,##0.00##} {currency}");

    private static string PlaceOf(Incident incident)
    {
        IReadOnlyList<IncidentCell> cells = incident.Cells;
        if (cells.Count == 1) return cells[0].Name;
        string[] connections = [.. cells.Select(static cell => cell.Connection).Distinct()];
        string[] countries = [.. cells.Select(static cell => cell.Country).Where(static country => country.Length > 0).Distinct()];
        string[] networks = [.. cells.Select(static cell => $"{cell.Country} {cell.Network}".Trim()).Where(static network => network.Length > 0).Distinct()];
        string through = connections.Length == 1 ? connections[0] : $"{connections.Length} connections ({Named(connections)})";
        if (networks.Length == 1) return $"{networks[0]} through {through}";
        if (countries.Length == 1) return $"{networks.Length} networks of {countries[0]} through {through}";
        string[] vendors = [.. cells.Select(static cell => cell.Vendor).Distinct()];
        string of = connections.Length > 1 && vendors is [{ Length: > 0 } vendor] ? $"vendor {vendor} ({Named(connections)})" : through;
        return countries.Length == 0 ? of : $"{of} in {networks.Length} networks of {countries.Length} countries ({Named(countries)})";
    }

    // Who is likely to know: said as what it is, a guess from what the cells have in common.
    private static string? CauseOf(Incident incident)
    {
        IReadOnlyList<IncidentCell> cells = incident.Cells;
        if (cells.Count == 1) return null;
        bool isOneConnection = cells.Select(static cell => cell.Connection).Distinct().Count() == 1;
        bool isOneVendor = cells.Select(static cell => cell.Vendor).Distinct().Count() == 1 && cells[0].Vendor.Length > 0;
        bool isOneCountry = cells.Select(static cell => cell.Country).Distinct().Count() == 1 && cells[0].Country.Length > 0;
        return (isOneConnection, isOneVendor, isOneCountry) switch
        {
            (false, _, true) => "The same place is ill through several connections, so the cause is likely at the destination and not at one of the vendors.",
            (true, _, false) => $"One connection is ill in several places, so the cause is likely at {VendorOf(cells[0])}.",
            (_, true, false) => $"Several connections of one vendor are ill, so the cause is likely at {VendorOf(cells[0])}.",
            _ => null,
        };
    }

    private static string VendorOf(IncidentCell cell) => cell.Vendor.Length > 0 ? $"the vendor {cell.Vendor}" : $"the vendor of {cell.Connection}";

    private static string ProblemOf(SignalKind? kind) => kind switch
    {
        SignalKind.Unbound => "no session is bound",
        SignalKind.Stalled => "nothing is answered",
        SignalKind.Throttled => "too much is throttled",
        SignalKind.Timeouts => "answers do not come",
        SignalKind.Errors => "too many messages are refused",
        SignalKind.NewError => "messages are refused with an error never seen before",
        SignalKind.Delivery => "too few messages are delivered",
        SignalKind.ReceiptsSilent => "receipts do not come",
        SignalKind.ReceiptsSlow => "receipts come late",
        SignalKind.ReceiptsSuspect => "receipts look made up",
        SignalKind.ResponsesSlow => "answers come late",
        _ => "it is ill",
    };

    private static IEnumerable<string> WhatHappened(Incident incident, long now)
    {
        foreach (IncidentCell cell in incident.Cells.Take(MostNamed))
        {
            IncidentEntry? noticed = incident.Timeline.FirstOrDefault(entry => entry.Kind == EntryKind.Noticed && entry.Cell == cell.Name);
            string at = Moment(noticed?.At ?? cell.Since);
            if (cell.First is { } signal) yield return $"{at}: {OfSignal(cell.Name, signal)} {SourceOf(signal.Source)}";
            else yield return $"{at}: {noticed?.Text ?? $"{cell.Name} fell ill."}";
        }

        if (incident.Cells.Count > MostNamed) yield return $"{incident.Cells.Count - MostNamed} more connections or networks fell ill after these: the timeline has them.";
        if (CauseOf(incident) is { } cause) yield return cause;
        if (incident.Relapses > 0) yield return incident.Relapses == 1 ? "It came back once after it was over." : $"It came back {incident.Relapses} times after it was over.";
        yield return incident.ResolvedAt != 0
            ? $"It is over: it lasted {Span(incident.ResolvedAt - incident.OpenedAt)}, until {Moment(incident.ResolvedAt)}."
            : $"It has gone on for {Span(now - incident.OpenedAt)}.";
        yield return AffectedOf(incident);
    }

    private static string SourceOf(SignalSource source) => source switch
    {
        SignalSource.Rule => "A threshold of the configuration noticed it.",
        SignalSource.Statistic => "A comparison with what is usual here noticed it.",
        _ => "This is a plain fact, no estimate.",
    };

    private static string AffectedOf(Incident incident)
    {
        string hit = incident.Hit > 0
            ? $"About {Count(incident.Hit)} were hit before anything was moved."
            : "As far as is known no message was hit before anything was moved.";
        string moved = incident.Moved > 0 ? $" About {Count(incident.Moved)} went another way than usual, or waited." : " None took another way.";
        var costs = incident.Cells.Where(static cell => cell.Currency.Length > 0).GroupBy(static cell => cell.Currency)
            .Select(static group => (Currency: group.Key, Micros: group.Sum(static cell => cell.ExtraMicros))).ToList();
        if (incident.Moved == 0) return hit + moved;
        if (costs.Count == 0) return $"{hit}{moved} What that costs is not known, because prices are missing.";
        return $"{hit}{moved} " + string.Join(' ', costs.Select(static cost => cost.Micros >= 0
            ? $"That costs about {Money(cost.Micros, cost.Currency)} more than usual."
            : $"That costs about {Money(-cost.Micros, cost.Currency)} less than usual."));
    }

    private static IEnumerable<string> WhatWasDone(Incident incident)
    {
        List<IncidentEntry> steps = [.. incident.Timeline.Where(static entry => entry.Kind != EntryKind.Judged)];
        if (steps.Count > MostSteps)
        {
            int left = steps.Count - MostSteps + incident.LeftOut;
            yield return $"{Moment(steps[0].At)}: {steps[0].Text}";
            yield return $"{left} steps are not shown here: the timeline has them.";
            steps.RemoveRange(0, steps.Count - MostSteps + 1);
        }

        foreach (IncidentEntry entry in steps)
            yield return entry.Kind == EntryKind.Note ? $"{Moment(entry.At)}: {entry.By} noted: {entry.Text}" : $"{Moment(entry.At)}: {entry.Text}";
        if (incident.AcknowledgedBy is null) yield return incident.ResolvedAt == 0 ? "Nobody has said yet that they look at it." : "Nobody acknowledged it: the gateway did all of this by itself.";
    }

    private static IEnumerable<string> WhatIsLeft(Incident incident)
    {
        if (incident.State == IncidentState.Resolved)
        {
            yield return "Nothing has to be done: all traffic is back on its usual ways.";
            bool isCarrier = incident.Cells.Any(static cell => cell.First is not null);
            if (isCarrier) yield return $"Ask {Named([.. incident.Cells.Select(VendorOf).Distinct()])} for the cause, with the figures above as evidence.";
            if (incident.Verdict == Verdict.None) yield return "Say whether it needed action (mark it useful or noise): the weekly review counts on it.";
            yield break;
        }

        if (incident.AcknowledgedBy is null && incident.State != IncidentState.Recovering) yield return "Acknowledge it, so that others know that somebody looks at it.";
        foreach (IncidentCell cell in incident.Cells.Where(static cell => cell.State is CellState.Degraded or CellState.Suspended).Take(MostNamed)) yield return AdviceOf(cell);
        if (incident.State == IncidentState.Recovering)
            yield return "Nothing has to be done as long as it goes well: traffic comes back by steps with a test at each, and goes away again if a test fails.";
        else yield return "Traffic comes back by itself: small trials show when it works again, and the share then grows by steps. Nothing has to be switched back by hand.";
    }

    private static string AdviceOf(IncidentCell cell)
    {
        string vendor = VendorOf(cell);
        string look = cell.First?.Kind switch
        {
            SignalKind.Unbound => $"Look at the connection's last error, and ask {vendor} whether its host is up and the credentials are still right",
            SignalKind.Stalled or SignalKind.Timeouts => $"Ask {vendor} why submissions are not answered; TCP and the bind may look well meanwhile",
            SignalKind.ResponsesSlow => $"Ask {vendor} why submissions are answered so late; each of them holds a slot of the in-flight window meanwhile",
            SignalKind.Throttled => $"Ask {vendor} for the rate that is agreed, and compare it with 'rate' of the connection",
            SignalKind.Errors or SignalKind.NewError =>
                $"Ask {vendor} why messages are refused{(cell.First.Status == 0 ? "" : $" with the status 0x{cell.First.Status:X8}")}",
            SignalKind.Delivery => $"Ask {vendor} why messages are not delivered, with message ids of the last minutes",
            SignalKind.ReceiptsSilent or SignalKind.ReceiptsSlow =>
                $"Ask {vendor} where the receipts are; the messages themselves may well arrive, so tell no customer that they failed",
            SignalKind.ReceiptsSuspect =>
                $"Send to a number of your own through it and see whether it arrives; if not, its receipts are made up, and {vendor} owes an answer",
            _ => $"Ask {vendor} what is wrong",
        };
        string share = cell.Share > 0
            ? $"it still takes {Percent(cell.Share)} of its usual messages"
            : "its messages go other ways meanwhile";
        return $"{cell.Name}: {look} ({share}).";
    }

    private static IEnumerable<IncidentLink> Evidence(Incident incident)
    {
        yield return new("The whole timeline", "GET", $"/v1/incidents/{incident.Id}");
        foreach (string connection in incident.Cells.Select(static cell => cell.Connection).Distinct().Take(MostNamed))
            yield return new($"Sessions, errors and queue of {connection}", "GET", $"/v1/connections/{Uri.EscapeDataString(connection)}");
        foreach (IncidentCell cell in incident.Cells.Where(static cell => cell.Country.Length > 0).Take(MostNamed))
        {
            string network = cell.Network.Length > 0 ? $"&network={cell.Network}" : "";
            string country = cell.Country == HealthCell.UnknownCountry ? "unknown" : cell.Country;
            string path = $"/v1/health/cells?interval=15m&connection={Uri.EscapeDataString(cell.Connection)}&country={country}{network}";
            yield return new($"The last quarter of an hour of {cell.Name}", "GET", path);
        }

        yield return new("What takes how much of its messages now, and why", "GET", "/v1/health/states");
        yield return new("What waits, and for how long", "GET", "/v1/queues");
    }

    private static IEnumerable<IncidentLink> Actions(Incident incident)
    {
        string path = $"/v1/incidents/{incident.Id}";
        if (incident.ResolvedAt == 0 && incident.AcknowledgedBy is null) yield return new("Say that you look at it", "POST", $"{path}/acknowledge");
        yield return new("Write down what you found", "POST", $"{path}/notes");
        if (incident.ResolvedAt == 0)
        {
            yield return new("Keep a connection from a network, or to it, for a while", "PUT", "/v1/health/overrides");
            foreach (string connection in incident.Cells.Where(static cell => !cell.IsHealthy).Select(static cell => cell.Connection).Distinct().Take(MostNamed))
                yield return new($"Take {connection} out of use in all countries", "POST", $"/v1/connections/{Uri.EscapeDataString(connection)}/pause");
        }

        if (incident.Verdict == Verdict.None) yield return new("Say whether it needed action", "POST", $"{path}/mark");
    }

    private static string Named(string[] names) => names.Length <= MostNamed
        ? string.Join(", ", names)
        : $"{string.Join(", ", names.Take(MostNamed))} and {names.Length - MostNamed} more";

    private static string Count(long messages) => messages == 1 ? "one message" : $"{messages.ToString("N0", CultureInfo.InvariantCulture)} messages";

    private static string Percent(double share) => (share * 100) switch
    {
        0 => "0 %",
        < 0.1 => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.###} %"),
        var percent => string.Create(CultureInfo.InvariantCulture, $"{percent:0.#} %"),
    };

    private static string Seconds(double seconds) => Span((long)(seconds * 1e6));
}
