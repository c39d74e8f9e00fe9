namespace Crosspoint.Cli.Lab.Scenarios;

internal enum LabEventKind : byte
{
    /// <summary>A message to the network <see cref="LabEvent.Item"/>.</summary>
    Arrival,

    /// <summary>The answer to the message <see cref="LabEvent.Item"/>, or the end of the wait for it.</summary>
    Answer,

    Receipt,
    Confirmation,

    /// <summary>The message is sent again.</summary>
    Again,

    /// <summary>The connection <see cref="LabEvent.Item"/> may send again.</summary>
    Wake,
}

internal readonly record struct LabEvent(LabEventKind Kind, int Item, long At) : IWheelEvent;

/// <summary>Events in the order of their times: by slots of the wheel, and exactly within the slot that is being worked on.</summary>
/// <param name="slot">The slot that comes first.</param>
internal sealed class EventQueue(long slot)
{
    private readonly EventWheel<LabEvent> _wheel = new();
    private readonly PriorityQueue<LabEvent, long> _now = new();
    private long _slot = slot;

    public void Add(in LabEvent what)
    {
        if (what.At / EventWheel.SlotMicros <= _slot) _now.Enqueue(what, what.At);
        else _wheel.Add(_slot, what);
    }

    /// <summary>Goes on to a slot; the one before must be empty.</summary>
    public void Begin(long next)
    {
        _slot = next;
        while (_wheel.TryTake(next, out LabEvent what))
        {
            // What lies beyond the wheel goes round once more.
            Add(what);
        }
    }

    public bool TryNext(out LabEvent what) => _now.TryDequeue(out what, out _);
}
