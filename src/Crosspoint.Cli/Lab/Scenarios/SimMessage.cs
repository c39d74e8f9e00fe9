using Crosspoint.Engine.Health;
using Crosspoint.Engine.Messages;

namespace Crosspoint.Cli.Lab.Scenarios;

/// <summary>A message on its way. Times are microseconds.</summary>
internal struct SimMessage
{
    /// <summary>Where it falls into shares, and what its luck follows from.</summary>
    public ulong Draw;

    public int Network;
    public TrafficClass Class;
    public long CreatedAt;
    public long ValidUntil;

    /// <summary>The connection that it waits for, or was submitted to last; -1 for none.</summary>
    public int Connection;

    /// <summary>The connection that a message without an answer goes to again while it lives; -1 for none.</summary>
    public int Prefer;

    /// <summary>Connections that refused it, as bits.</summary>
    public uint RefusedBy;

    /// <summary>Connections that did not answer, as bits.</summary>
    public uint SilentBy;

    public int Submits;
    public int Unknown;

    /// <summary>Of the connection's pace when it was submitted.</summary>
    public int Epoch;

    public long SubmittedAt;
    public AnswerKind Answer;
    public uint Status;
    public long SentAt;
    public MessageFate Fate;

    /// <summary>Receipts and confirmations that are still to come.</summary>
    public int Pending;

    /// <summary>It came while its network was hit by a fault.</summary>
    public bool IsHit;
}

/// <summary>Messages by place; places are used again.</summary>
internal sealed class MessageTable
{
    private readonly Stack<int> _free = new();
    private SimMessage[] _messages = new SimMessage[1024];
    private int _used;

    public ref SimMessage this[int place] => ref _messages[place];

    public int Add(in SimMessage message)
    {
        if (!_free.TryPop(out int place))
        {
            place = _used++;
            if (place == _messages.Length) Array.Resize(ref _messages, 2 * place);
        }

        _messages[place] = message;
        return place;
    }

    public void Remove(int place) => _free.Push(place);
}
