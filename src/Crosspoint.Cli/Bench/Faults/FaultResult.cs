using System.Globalization;
using Crosspoint.Cli.Bench.Accounting;

namespace Crosspoint.Cli.Bench.Faults;

/// <summary>How a fault ended.</summary>
internal enum FaultVerdict
{
    Pass,
    Fail,

    /// <summary>This machine does not permit it.</summary>
    Skipped,
}

/// <summary>One row of the table.</summary>
/// <param name="Account">Null where the run did not come so far.</param>
/// <param name="Recovery">From the end of the trouble to the first report of a message that was accepted after it; null for none.</param>
/// <param name="Took">The whole run, with start and end.</param>
internal sealed record FaultResult(
    string Fault, FaultVerdict Verdict, Account? Account, TimeSpan? Recovery, TimeSpan Took, IReadOnlyDictionary<string, int> Refusals,
    int HooksRepeated, IReadOnlyList<string> Reasons, IReadOnlyList<string> Notes)
{
    public static readonly IReadOnlyList<string> Columns =
    [
        "fault", "accepted", "unknown", "refused", "at carrier", "second copies (marked/allowed)", "lost", "callbacks missing",
        "states not final", "recovery", "verdict",
    ];

    public IReadOnlyList<string> Cells()
    {
        string verdict = Verdict switch { FaultVerdict.Pass => "pass", FaultVerdict.Fail => "FAIL", _ => "skipped" };
        if (Account is null) return [Fault, "-", "-", "-", "-", "-", "-", "-", "-", "-", verdict];
        string recovery = Recovery is { } took ? string.Create(CultureInfo.InvariantCulture, $"{took.TotalSeconds:0.0} s") : "-";
        return
        [
            Fault, Number(Account.Acknowledged), Number(Account.Unknown), Number(Account.Refused), Number(Account.AtCarrier),
            $"{Account.SecondCopies} ({Account.SecondCopies - Account.CountOf("unmarked")}/{Account.SecondCopiesAllowed})",
            Number(Account.CountOf("lost") + Account.CountOf("forgotten")),
            Number(Account.CountOf("callbacks_missing") + Account.CountOf("receipts_missing")),
            Number(Account.CountOf("not_final")), recovery, verdict,
        ];
    }

    /// <summary>The row for programs.</summary>
    public object ToJson() => new
    {
        fault = Fault,
        verdict = Verdict switch { FaultVerdict.Pass => "pass", FaultVerdict.Fail => "fail", _ => "skipped" },
        accepted = Account?.Acknowledged,
        accepted_over_smpp = Account?.AcknowledgedOverSmpp,
        unknown = Account?.Unknown,
        unknown_over_smpp = Account?.UnknownOverSmpp,
        refused = Account?.Refused,
        refusals = Refusals,
        at_carrier = Account?.AtCarrier,
        second_copies = Account?.SecondCopies,
        second_copies_unmarked = Account?.CountOf("unmarked"),
        second_copies_allowed = Account?.SecondCopiesAllowed,
        possible_duplicates = Account?.Marked,
        lost = Account?.CountOf("lost"),
        forgotten = Account?.CountOf("forgotten"),
        callbacks_missing = Account?.CountOf("callbacks_missing") + Account?.CountOf("receipts_missing"),
        callbacks_repeated = HooksRepeated,
        not_final = Account?.CountOf("not_final"),
        states = Account?.States,
        recovery_seconds = Recovery is { } recovery ? Math.Round(recovery.TotalSeconds, 2) : (double?)null,
        took_seconds = Math.Round(Took.TotalSeconds, 1),
        findings = Account?.Findings.ToDictionary(finding => finding.Key, finding => new { count = finding.Value.Count, first = finding.Value.Named }),
        reasons = Reasons,
        notes = Notes,
    };

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
