using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Vendors;

namespace Crosspoint.Engine.Retries;

/// <summary>The operator's rules over what is usual (docs/retries.md). Immutable; a look-up allocates nothing.</summary>
public sealed class RetryTable(IReadOnlyList<RetryRule> rules)
{
    /// <summary>What follows a refusal.</summary>
    /// <param name="attempt">The attempt's number.</param>
    /// <param name="action">What the connection makes of the status; not <see cref="StatusAction.Accept"/>.</param>
    public RetryPlan AfterRefusal(MessageHead head, string connection, int attempt, uint status, StatusAction action)
    {
        (RetryKind kind, RetryStep usual) = action switch
        {
            StatusAction.SlowDown => (RetryKind.Throttled, RetryStep.Same),
            StatusAction.Retry => (RetryKind.Temporary, RetryStep.Same),
            StatusAction.Suspend => (RetryKind.Session, RetryStep.Same),
            StatusAction.Next => (RetryKind.Permanent, RetryStep.Next),
            _ => (RetryKind.Permanent, RetryStep.None),
        };
        return new(kind, usual, Find(head, connection, attempt, kind, status, DeliveryErrors.ForCommandStatus(status)));
    }

    /// <summary>What follows a receipt which says that the message will not arrive.</summary>
    /// <param name="attempt">Number of the attempt that the carrier took.</param>
    /// <param name="receiptState">SMPP message_state.</param>
    public RetryPlan AfterReceipt(MessageHead head, string connection, int attempt, byte receiptState) => new(
        RetryKind.NegativeReceipt,
        RetryStep.None,
        Find(head, connection, attempt, RetryKind.NegativeReceipt, status: 0, DeliveryErrors.ForReceipt(receiptState)));

    private RetryRule? Find(MessageHead head, string connection, int attempt, RetryKind kind, uint status, int error)
    {
        for (int i = 0; i < rules.Count; i++)
        {
            RetryRule rule = rules[i];
            bool fits = (rule.On == kind || (rule.On is null && kind != RetryKind.NegativeReceipt))
                && (rule.Class is null || rule.Class == head.Class)
                && (rule.Account is null || rule.Account == head.AccountSid)
                && (rule.Connection is null || rule.Connection == connection)
                && attempt >= rule.FirstAttempt && attempt <= rule.LastAttempt
                && (rule.Statuses.Count == 0 || Holds(rule.Statuses, status))
                && (rule.Errors.Count == 0 || Holds(rule.Errors, error));
            if (fits) return rule;
        }

        return null;
    }

    private static bool Holds(IReadOnlyList<StatusRange> ranges, uint status)
    {
        for (int i = 0; i < ranges.Count; i++)
        {
            if (status >= ranges[i].From && status <= ranges[i].To) return true;
        }

        return false;
    }

    private static bool Holds(IReadOnlyList<int> errors, int error)
    {
        for (int i = 0; i < errors.Count; i++)
        {
            if (errors[i] == error) return true;
        }

        return false;
    }
}
