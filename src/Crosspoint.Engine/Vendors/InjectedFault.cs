using Crosspoint.Engine.Messages;
using Crosspoint.Smpp.Codec;

namespace Crosspoint.Engine.Vendors;

/// <summary>What an injected fault does to what it hits.</summary>
public enum FaultEffect : byte
{
    /// <summary>The carrier's answers are handed on later than they came.</summary>
    Delay,

    /// <summary>Segments are answered with a status in the carrier's place; nothing of them is sent.</summary>
    Refuse,

    /// <summary>The sessions look unbound to whoever sends; they stay bound, and receipts come.</summary>
    Unbind,
}

/// <summary>
/// A fault that a connection shows by order of an operator, while it is set. It never does what a message could suffer from: what is refused was not
/// sent, what is delayed is answered all the same, at the latest when the fault ends, and no session is cut. Thread-safe.
/// </summary>
/// <param name="hits">Whether it hits a message; asked once for each segment.</param>
public sealed class InjectedFault(FaultEffect effect, Func<MessageHead, bool> hits, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly HashSet<HeldAnswer> _held = [];
    private bool _isOver;
    private long _segments;

    public FaultEffect Effect => effect;

    /// <summary>What a refused segment is answered with.</summary>
    public CommandStatus Status { get; init; } = CommandStatus.SystemError;

    /// <summary>By which answers are held back; for refusals, the time to them.</summary>
    public TimeSpan Delay { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Segments that it has hit.</summary>
    public long Segments => Volatile.Read(ref _segments);

    /// <summary>Answers that are held back now.</summary>
    public int Held
    {
        get
        {
            lock (_gate) return _held.Count;
        }
    }

    /// <summary>Whether a segment of the message is hit; it is counted.</summary>
    internal bool TryHit(MessageHead head)
    {
        if (effect == FaultEffect.Unbind || !hits(head)) return false;
        Interlocked.Increment(ref _segments);
        return true;
    }

    /// <summary>Answers later; at once when the fault is over.</summary>
    /// <param name="took">Until now.</param>
    internal void Answer(IVendorEvents events, object segment, CommandStatus status, string? vendorId, TimeSpan took)
    {
        var held = new HeldAnswer(this, events, segment, status, vendorId, took);
        lock (_gate)
        {
            if (!_isOver)
            {
                _held.Add(held);
                held.Timer = time.CreateTimer(static state => ((HeldAnswer)state!).Due(), held, Delay, Timeout.InfiniteTimeSpan);
                return;
            }
        }

        events.Answered(segment, status, vendorId, took, isLate: false);
    }

    /// <summary>The fault is over: what is held back is answered now.</summary>
    internal void End()
    {
        HeldAnswer[] held;
        lock (_gate)
        {
            _isOver = true;
            held = [.. _held];
        }

        foreach (HeldAnswer answer in held) answer.Due();
    }

    private sealed class HeldAnswer(
        InjectedFault owner, IVendorEvents events, object segment, CommandStatus status, string? vendorId, TimeSpan took)
    {
        public ITimer? Timer { get; set; }

        public void Due()
        {
            ITimer? timer;
            lock (owner._gate)
            {
                if (!owner._held.Remove(this)) return;
                timer = Timer;
            }

            timer?.Dispose();
            events.Answered(segment, status, vendorId, took + owner.Delay, isLate: false);
        }
    }
}

/// <summary>A segment whose answer is to be held back.</summary>
internal sealed record DelayedSegment(object Segment, InjectedFault Fault);
