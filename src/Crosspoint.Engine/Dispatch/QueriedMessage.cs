using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Monitoring;
using Crosspoint.Engine.Receipts;
using Crosspoint.Engine.Stores;
using Crosspoint.Engine.Vendors;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Sessions;

namespace Crosspoint.Engine.Dispatch;

/// <summary>A message whose receipts are overdue and whose carrier is asked: a question for each segment without a final receipt.</summary>
internal sealed class QueriedMessage
{
    private readonly MessageHead _head;
    private readonly ConnectionOptions _connection;
    private readonly Action<QueriedMessage> _ended;
    private readonly Question[] _questions;
    private int _next;

    // Those under way, and one for the asking itself.
    private int _left = 1;

    /// <param name="ended">Called once, when every question has ended.</param>
    public QueriedMessage(Message message, ConnectionOptions connection, Action<QueriedMessage> ended)
    {
        (_head, _connection, _ended) = (message.Head, connection, ended);

        // An id that may be another carrier's is not asked for: it may stand for somebody else's message here.
        bool isAllHere = message.Attempts.TrueForAll(attempt => attempt.Connection == connection.Name);
        var questions = new List<Question>(message.Segments.Count);
        for (int i = 0; i < message.Segments.Count; i++)
        {
            SegmentProgress segment = message.Segments[i];
            if (segment is { State: SegmentState.Sent, VendorId: { } id } && (isAllHere || !segment.PossibleDuplicate))
                questions.Add(new Question(this, i, id));
        }

        _questions = [.. questions];
    }

    public long Key => _head.Id.Key;

    public TimeSpan Grace => _connection.Smpp.ReceiptGrace;

    public bool HasMore => _next < _questions.Length;

    /// <summary>Whether one of the questions under way was not answered.</summary>
    public bool LacksAnswer => Array.Exists(_questions, static question => question is { IsAsked: true, Status: null });

    /// <summary>Whether the carrier does not know the operation, or said nothing to it.</summary>
    public bool IsInVain => Array.Exists(
        _questions, static question => question is { IsAsked: true, Status: null or CommandStatus.InvalidCommandId });

    /// <summary>Sends the next question. False when no session has room for it now.</summary>
    public bool TryAsk(SmppConnection connection)
    {
        Question question = _questions[_next];
        question.IsAsked = true;
        Interlocked.Increment(ref _left);
        SendResult result = connection.Query(_head, question.VendorId, question);
        if (result != SendResult.Sent)
        {
            Interlocked.Decrement(ref _left);
            question.IsAsked = false;
            if (result == SendResult.NotSent) return false;
        }

        _next++;
        return true;
    }

    /// <summary>Nothing more will be asked.</summary>
    public void Close() => EndOne();

    /// <summary>Puts the answers on record; a final state counts as a receipt of that state. Runs inside a transition.</summary>
    public void Apply(Message message, long now, Notices notices, ref NoticeList list)
    {
        string said = string.Join(", ", _questions.Where(static question => question.IsAsked).Select(
            question => _questions.Length == 1 ? question.Said : $"segment {question.Segment + 1}: {question.Said}"));
        if (said.Length == 0) return;
        MessageEvent entry = message.Note(now, EventKind.Queried, _connection.Name, detail: said);
        notices.Collect(ref list, message, entry, stateChanged: false);
        foreach (Question question in _questions)
        {
            // The message may have gone another way since: then it is another copy that is asked for next time.
            SegmentProgress? segment = question.Segment < message.Segments.Count ? message.Segments[question.Segment] : null;
            if (segment is not { State: SegmentState.Sent } || segment.VendorId != question.VendorId) continue;
            if (question.Status != CommandStatus.Ok || !ReceiptRules.IsFinal(question.State)) continue;
            string? error = question.Error == 0 ? null : question.Error.ToString(System.Globalization.CultureInfo.InvariantCulture);
            var receipt = new ParkedReceipt(
                _connection.Group, question.VendorId, null, now, question.State, error, _head.To, _connection.Name);
            ReceiptRules.Apply(message, segment, receipt, _connection.Smpp.ReceiptParts, now, rerouter: null, notices, ref list);
        }
    }

    private void EndOne()
    {
        if (Interlocked.Decrement(ref _left) == 0) _ended(this);
    }

    private sealed class Question(QueriedMessage owner, int segment, string vendorId) : SegmentQuery
    {
        public int Segment => segment;

        public string VendorId => vendorId;

        public bool IsAsked { get; set; }

        public CommandStatus? Status { get; private set; }

        public byte State { get; private set; }

        public byte Error { get; private set; }

        public string Said => Status switch
        {
            null => "no answer",
            CommandStatus.Ok => StateNames.OfReceipt(State),
            { } status => CommandStatuses.Name(status),
        };

        public override void Ended(CommandStatus? status, byte state, byte error)
        {
            (Status, State, Error) = (status, state, error);
            owner.EndOne();
        }
    }
}
