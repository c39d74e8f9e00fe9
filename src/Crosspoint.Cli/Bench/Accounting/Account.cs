namespace Crosspoint.Cli.Bench.Accounting;

/// <summary>The logs that an account is made of.</summary>
internal sealed record AccountLogs(SubmissionLog Client, GatewayRecord Gateway, CarrierRecord Carrier)
{
    /// <summary>The webhook receiver's log; null where no webhook was asked for.</summary>
    public HookLog? Hooks { get; init; }

    /// <summary>Whether a part of an SMPP customer's message got its receipt.</summary>
    public required Func<string, bool> HasReceipt { get; init; }
}

/// <summary>What a run allows beyond "everything once".</summary>
internal sealed record AccountTerms
{
    /// <summary>Second copies that the faults of the run can explain: in-flight window × sessions for each.</summary>
    public int SecondCopies { get; init; }

    /// <summary>Whether the carrier refused messages for good: these fail, and never come to be at the carrier.</summary>
    public bool MayFail { get; init; }

    /// <summary>Messages that another carrier has, whose log is not here.</summary>
    public IReadOnlySet<int> Elsewhere { get; init; } = new HashSet<int>();

    /// <summary>Messages whose end is not to be expected in the time of a run.</summary>
    public IReadOnlySet<int> Stays { get; init; } = new HashSet<int>();
}

/// <summary>
/// The account of a run. The allowed outcomes are fixed beforehand: acknowledged → at the carrier at least once, on record, at a final state,
/// and told to its sender; refused → never at the carrier; no answer → either, but as a whole; second copies → marked, and no more than
/// the faults explain; and all logs tell the same.
/// </summary>
internal sealed class Account
{
    // So many ids are named for each kind of trouble; the count has the rest.
    private const int NamedMost = 10;

    private readonly SortedDictionary<string, Finding> _findings = new(StringComparer.Ordinal);

    private Account(int allowed) => SecondCopiesAllowed = allowed;

    public int Acknowledged { get; private set; }

    public int AcknowledgedOverSmpp { get; private set; }

    public int Unknown { get; private set; }

    public int UnknownOverSmpp { get; private set; }

    public int Refused { get; private set; }

    /// <summary>Messages of which the carrier accepted a part.</summary>
    public int AtCarrier { get; private set; }

    /// <summary>Parts that the carrier accepted more than once.</summary>
    public int SecondCopies { get; private set; }

    public int SecondCopiesAllowed { get; }

    /// <summary>Messages on record as possible duplicates.</summary>
    public int Marked { get; private set; }

    /// <summary>End states of acknowledged messages.</summary>
    public SortedDictionary<string, int> States { get; } = new(StringComparer.Ordinal);

    /// <summary>What does not fit, by kind.</summary>
    public IReadOnlyDictionary<string, Finding> Findings => _findings;

    public bool IsClosed => _findings.Count == 0;

    /// <summary>How many of a kind there are; 0 for none.</summary>
    public int CountOf(string kind) => _findings.TryGetValue(kind, out Finding? finding) ? finding.Count : 0;

    public static Account Close(AccountLogs logs, AccountTerms terms)
    {
        var account = new Account(terms.SecondCopies);
        account.CountClient(logs);
        account.CountRecord(logs, terms);
        account.CountCarrier(logs);
        return account;
    }

    private void CountClient(AccountLogs logs)
    {
        foreach (Submission message in logs.Client.All)
        {
            logs.Gateway.Messages.TryGetValue(message.Number, out RecordedMessage? recorded);
            switch (message.Outcome)
            {
                case SubmissionOutcome.Unknown:
                    Unknown++;
                    if (message.Callback == Callback.Receipt) UnknownOverSmpp++;
                    break;
                case SubmissionOutcome.Refused:
                    Refused++;
                    if (logs.Carrier.Numbers.Contains(message.Number)) Find("refused_at_carrier", message, recorded);
                    if (recorded is not null && !IsUnfinished(message, recorded)) Find("refused_on_record", message, recorded);
                    break;
                default:
                    CountAcknowledged(message, recorded, logs);
                    break;
            }
        }
    }

    private void CountAcknowledged(Submission message, RecordedMessage? recorded, AccountLogs logs)
    {
        Acknowledged++;
        if (message.Callback == Callback.Receipt)
        {
            AcknowledgedOverSmpp++;
            foreach (string partId in message.PartIds)
            {
                if (!logs.HasReceipt(partId)) Find("receipts_missing", message, recorded);
            }
        }

        if (recorded is null || recorded.Id != message.MessageId)
        {
            Find("forgotten", message, recorded);
            if (!logs.Carrier.HasWhole(message.Number)) Find("lost", message, recorded);
            return;
        }

        States[recorded.Status] = States.GetValueOrDefault(recorded.Status) + 1;
    }

    /// <summary>What is on record was accepted, whether its sender knows it or not.</summary>
    private void CountRecord(AccountLogs logs, AccountTerms terms)
    {
        var outcomes = logs.Client.All.ToDictionary(message => message.Number);
        foreach (int number in logs.Gateway.Repeated) Find("recorded_twice", SubmissionLog.TextOf(number));
        foreach ((int number, RecordedMessage recorded) in logs.Gateway.Messages)
        {
            if (recorded.PossibleDuplicate) Marked++;
            outcomes.TryGetValue(number, out Submission? message);
            if (IsUnfinished(message, recorded) && !logs.Carrier.Numbers.Contains(number)) continue;
            if (!recorded.IsFinal && !terms.Stays.Contains(number)) Find("not_final", $"{recorded.Id} {recorded.Status}");
            bool mayBeMissing = terms.Elsewhere.Contains(number) || (terms.MayFail && recorded.Status is ("failed" or "undelivered"));
            if (!mayBeMissing && !logs.Carrier.HasWhole(number)) Find("lost", $"{recorded.Id} {recorded.Status}");
            if (logs.Hooks is not null && message?.Callback == Callback.Webhook) CountHooks(number, recorded, logs.Hooks);
        }
    }

    private void CountHooks(int number, RecordedMessage recorded, HookLog hooks)
    {
        if (!hooks.HasFinal(number))
        {
            Find("callbacks_missing", $"{recorded.Id} {recorded.Status}");
            return;
        }

        HookedMessage told = hooks.Messages[number];
        if (told.MessageId != recorded.Id || (recorded.IsFinal && told.FinalStatus != recorded.Status))
            Find("callbacks_differ", $"{recorded.Id} {recorded.Status}, told {told.MessageId} {told.FinalStatus}");
    }

    private void CountCarrier(AccountLogs logs)
    {
        AtCarrier = logs.Carrier.Numbers.Count;
        foreach (int number in logs.Carrier.Numbers)
        {
            if (!logs.Gateway.Messages.TryGetValue(number, out RecordedMessage? recorded))
            {
                Find("unrecorded", SubmissionLog.TextOf(number));
                continue;
            }

            int extra = logs.Carrier.SecondCopies(number);
            SecondCopies += extra;
            if (extra > 0 && !recorded.PossibleDuplicate) Find("unmarked", recorded.Id);
        }

        if (SecondCopies > SecondCopiesAllowed) Find("too_many_second_copies", $"{SecondCopies} of {SecondCopiesAllowed}");
    }

    /// <summary>A message that its sender never finished: it waits for a part, or has failed for want of it.</summary>
    private static bool IsUnfinished(Submission? message, RecordedMessage recorded) =>
        message is { Callback: Callback.Receipt, Outcome: not SubmissionOutcome.Acknowledged } && (recorded.IsPartial || recorded.Status == "failed");

    private void Find(string kind, Submission message, RecordedMessage? recorded) =>
        Find(kind, $"{SubmissionLog.TextOf(message.Number)} {message.MessageId ?? recorded?.Id ?? "-"} {recorded?.Status ?? "not on record"}");

    private void Find(string kind, string what)
    {
        if (!_findings.TryGetValue(kind, out Finding? finding)) _findings[kind] = finding = new();
        finding.Count++;
        if (finding.Named.Count < NamedMost) finding.Named.Add(what);
    }

    /// <summary>Trouble of one kind.</summary>
    internal sealed class Finding
    {
        public int Count { get; set; }

        /// <summary>The first of them.</summary>
        public List<string> Named { get; } = [];
    }
}
