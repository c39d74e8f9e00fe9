using System.Text;
using System.Threading.Tasks.Sources;
using Crosspoint.Engine.Dispatch;
using Crosspoint.Engine.Limits;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Monitoring;
using Crosspoint.Engine.Stores;
using Crosspoint.Sms.Segments;
using Crosspoint.Sms.Text;

namespace Crosspoint.Engine.Intake;

/// <summary>
/// Puts one part of a long message that a customer cut itself on record. The first part makes the message, in state <c>receiving</c>; the
/// last one makes it whole and hands it to dispatch.
/// </summary>
internal sealed class AcceptPart : Transition, IValueTaskSource<bool>
{
    /// <summary>How long the other parts are waited for: customers send them one after the other.</summary>
    public static readonly TimeSpan PartsLimit = TimeSpan.FromMinutes(10);

    // Parts of one message follow each other: longer apart they are more likely parts of two.
    private static readonly TimeSpan PartsApart = TimeSpan.FromSeconds(20);

    private readonly Dispatcher _dispatcher;
    private readonly MessageHead _prepared;
    private readonly SubmittedPart _part;
    private readonly string _group;
    private readonly string _partKey;
    private ManualResetValueTaskSourceCore<bool> _done;
    private NoticeList _list;
    private MessageHead? _whole;
    private DayCharge _day;

    /// <param name="prepared">The message that the part alone would be; its details hold this part.</param>
    /// <param name="partKey">Says which message it belongs to: reference, number of parts, and how they are numbered.</param>
    public AcceptPart(Dispatcher dispatcher, MessageHead prepared, string partKey)
    {
        _dispatcher = dispatcher;
        _prepared = prepared;
        _part = prepared.Submit!.Parts[0];

        // Not the name of a connection group, which has no blank.
        _group = $"parts {prepared.AccountSid}";
        _partKey = $"{prepared.SystemId}|{prepared.From}|{prepared.To}|{partKey}";
    }

    /// <summary>The limits to whose queues the part was admitted.</summary>
    public LimitSet Admitted { get; init; }

    public IntakeResult Result { get; private set; }

    public ValueTask<bool> WaitAsync() => new(this, _done.Version);

    public override void Apply(IJournalTransaction transaction)
    {
        _list.Clear();
        _whole = null;
        _day.Rewind(Admitted);
        if (FindWaiting(transaction) is not { } message)
        {
            MessageHead head = _prepared with
            {
                Id = transaction.NextId(),
                CreatedAt = transaction.Now,
                ValidUntil = transaction.Now + Micros.From(PartsLimit),
                Body = "",
                SegmentCount = 0,
            };
            message = Message.Create(head, MessageState.Receiving, EventKind.PartAccepted, PartText());
            _dispatcher.Notices.Collect(ref _list, message, message.Events[0], stateChanged: true);
            transaction.Insert(message);
            transaction.Correlate(_group, _partKey, message.Id.Key, segment: 0);
            _day.Write(transaction, Admitted, _prepared.SegmentCount, atIntake: true);
            Result = IntakeResult.Accepted(head);
            return;
        }

        SubmitDetails submit = message.Head.Submit!;
        if (Holds(submit))
        {
            // Sent again, as its answer was lost: it keeps its id.
            Result = IntakeResult.Accepted(message.Head, replayed: true);
            return;
        }

        int characters = LengthOf(_part);
        foreach (SubmittedPart part in submit.Parts) characters += LengthOf(part);
        if (characters > RequestCheck.MostBodyCharacters)
        {
            Result = IntakeResult.Refused(
                IntakeError.BodyTooLong, "body", "The parts together have more than 1,600 UTF-16 code units: expected 1 to 1,600.");
            return;
        }

        SubmittedPart[] parts = [.. submit.Parts, _part];
        Array.Sort(parts, static (left, right) => left.Number.CompareTo(right.Number));
        if (parts.Length < submit.PartCount)
        {
            message.Head = message.Head with { Submit = submit with { Parts = parts } };
            _dispatcher.Notices.Collect(
                ref _list, message, message.Note(transaction.Now, EventKind.PartAccepted, detail: PartText()), stateChanged: false);
        }
        else
        {
            Complete(transaction, message, parts);
        }

        Result = IntakeResult.Accepted(message.Head);
        transaction.Save(message);
        _day.Write(transaction, Admitted, _prepared.SegmentCount, atIntake: true);
    }

    public override void Committed()
    {
        _dispatcher.Notices.Publish(ref _list);
        if (Result is { IsAccepted: true, Replayed: false }) _day.Settle(Admitted, _prepared.SegmentCount);
        else Admitted.ReturnAdmitted(_prepared.SegmentCount);
        if (_whole is not null)
        {
            _dispatcher.Notices.Metrics.Accepted(_whole.Class);
            _dispatcher.AcceptOrSchedule(_whole);
        }

        _done.SetResult(true);
    }

    public override void Failed(StoreFailure failure)
    {
        _day.Undo(Admitted, _prepared.SegmentCount);
        Admitted.ReturnAdmitted(_prepared.SegmentCount);
        Result = IntakeResult.NotStored(failure);
        _done.SetResult(false);
    }

    bool IValueTaskSource<bool>.GetResult(short token) => _done.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _done.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _done.OnCompleted(continuation, state, token, flags);

    /// <summary>
    /// The message that waits for this part: of those that got a part just now the oldest that lacks it, as customers send messages with one
    /// reference side by side; else the newest that lacks it, as the others wait for parts that are lost; else one that holds it with the
    /// same text.
    /// </summary>
    private Message? FindWaiting(IJournalTransaction transaction)
    {
        Message? lively = null;
        Message? newest = null;
        Message? repeated = null;
        long justNow = transaction.Now - Micros.From(PartsApart);
        foreach (CorrelationHit hit in transaction.FindCorrelated(_group, _partKey, VendorIdFormat.Same))
        {
            if (transaction.Find(hit.Key) is not { State: MessageState.Receiving } message || !IsSame(message.Head)) continue;
            bool isHeld = Array.Exists([.. message.Head.Submit!.Parts], part => part.Number == _part.Number);
            if (!isHeld)
            {
                newest ??= message;
                if (message.UpdatedAt >= justNow) lively = message;
            }
            else if (Holds(message.Head.Submit!))
            {
                repeated = message;
            }
        }

        return lively ?? newest ?? repeated;
    }

    private bool IsSame(MessageHead head) => head.SystemId == _prepared.SystemId && head.From == _prepared.From && head.To == _prepared.To
        && head.Submit?.PartCount == _prepared.Submit!.PartCount;

    private bool Holds(SubmitDetails submit)
    {
        foreach (SubmittedPart part in submit.Parts)
        {
            if (part.Number == _part.Number && part.Content == _part.Content && part.IsUcs2 == _part.IsUcs2) return true;
        }

        return false;
    }

    private static int LengthOf(SubmittedPart part) => part.IsUcs2 ? part.Content!.Length / sizeof(char) : part.Content!.Length;

    private void Complete(IJournalTransaction transaction, Message message, SubmittedPart[] parts)
    {
        string body = Join(parts);
        SmsEncoding encoding = EncodingChoice.Cheapest(body);
        SubmittedPart[] told = Array.ConvertAll(parts, static part => part with { Content = null });
        MessageHead head = message.Head with
        {
            Body = body,
            Encoding = encoding,
            SegmentCount = Segmenter.Count(body, encoding, SegmentMethod.Udh8),
            Submit = message.Head.Submit! with { Parts = told },
        };
        message.Head = head with { ValidUntil = _dispatcher.EndOf(head, RequestCheck.ValidUntil(head, transaction.Now)) };
        bool isScheduled = head.SendAt > transaction.Now;
        MessageEvent entry = message.TryMove(
            isScheduled ? MessageState.Scheduled : MessageState.Queued, transaction.Now, EventKind.Accepted, detail: PartText())!;
        _dispatcher.Notices.Collect(ref _list, message, entry, stateChanged: true);
        _whole = message.Head;
    }

    // A part in UCS-2 may end between the halves of a surrogate pair, so the octets are joined before they are read.
    private static string Join(SubmittedPart[] parts)
    {
        var text = new StringBuilder();
        var octets = new List<byte>();
        foreach (SubmittedPart part in parts)
        {
            if (part.IsUcs2)
            {
                octets.AddRange(Encoding.Latin1.GetBytes(part.Content!));
                continue;
            }

            Flush();
            text.Append(part.Content);
        }

        Flush();
        return text.ToString();

        void Flush()
        {
            text.Append(Ucs2.Decode([.. octets]));
            octets.Clear();
        }
    }

    private string PartText() => $"part {_part.Number} of {_prepared.Submit!.PartCount}";
}
