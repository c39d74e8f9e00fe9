using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Monitoring;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Engine.Intake;

/// <summary>
/// What it means to send a message again: a new message, that names the old one, with its text and all that the application gave it. It lives no longer than
/// the old one was to live, so a code that has lost its meaning is not sent.
/// </summary>
internal static class Resending
{
    /// <summary>Why a message may not be sent again; null where it may.</summary>
    public static IntakeResult? WhyNot(Message message, long now)
    {
        MessageHead head = message.Head;
        if (head.IsInbound) return Refuse("It came in: nobody here sent it.");
        if (message.State is not (MessageState.Failed or MessageState.Undelivered))
        {
            return Refuse(message.State switch
            {
                MessageState.Delivered => "It was delivered.",
                MessageState.Unconfirmed => "It may have arrived: it is unconfirmed.",
                MessageState.Canceled => "It was canceled.",
                MessageState.Expired => "Its validity is over.",
                _ => $"It has not ended: its state is {StateNames.Of(message.State)}.",
            });
        }

        if (message.IsRedacted) return Refuse("Its text was redacted.");
        return now >= head.ValidUntil ? Refuse("Its validity is over.") : null;
    }

    /// <summary>What the application asked for, for the time that is left. Receipts of the new message go to no bind: it knows only the first.</summary>
    public static SendRequest RequestFor(MessageHead head, ResendRequest request, long now)
    {
        long left = Math.Max(1, (head.ValidUntil - now) / Micros.PerSecond);
        return new()
        {
            Account = request.Account,
            To = head.To,
            From = head.From,
            Body = head.Body,
            Class = head.Class,
            CallbackUrl = head.CallbackUrl,
            CallbackForm = head.CallbackForm,
            Reference = head.Reference,
            Tags = head.Tags,
            Metadata = head.Metadata,
            ValiditySeconds = (int)Math.Min(left, RequestCheck.MostValiditySeconds),
            SmartEncoded = head.SmartEncoded,
            ProvideFeedback = head.ProvideFeedback,
            Direction = head.Direction,
            TraceParent = request.TraceParent,
        };
    }

    /// <summary>Puts on the old message's record as what it was sent again.</summary>
    public static void Note(IJournalTransaction transaction, MessageHead head, string? detail, Notices notices, ref NoticeList list)
    {
        if (head.ResendOf is not { } id || transaction.Find(id.Key) is not { } original || original.Id != id) return;
        MessageEvent entry = original.Note(transaction.Now, EventKind.Resent, detail: Join($"as {head.Id}", detail));
        notices.Collect(ref list, original, entry, stateChanged: false);
        transaction.Save(original);
    }

    /// <summary>What the first event of the new message says.</summary>
    public static string DetailOf(MessageId original, string? detail) => Join($"{original} sent again", detail);

    private static string Join(string text, string? detail) => detail is null ? text : $"{text} {detail}";

    private static IntakeResult Refuse(string detail) => IntakeResult.Refused(IntakeError.ResendRefused, "", detail);
}
