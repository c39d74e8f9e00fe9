using Crosspoint.Engine.Health.Failover;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Dispatch;

/// <summary>
/// The in-flight slots that one network holds on a connection. A network that has stopped answering must not hold them all: then the others of the connection
/// would wait for it. Guarded by its lane's lock, but for <see cref="Answered"/>.
/// </summary>
internal sealed class CellSlots
{
    // A new average for each so many answers.
    private const int Smoothing = 16;
    private const double TimesUsual = 5;

    // Below this a carrier is not slow, it only paused.
    private static readonly TimeSpan LeastQuiet = TimeSpan.FromMilliseconds(200);

    private long _answeredAt;
    private double _usual;

    /// <summary>Slots that it holds.</summary>
    public int Used { get; private set; }

    /// <summary>Messages that wait beside the queue while the network does not answer, so that those behind them go on.</summary>
    public List<OutboundWork> Aside { get; } = [];

    public void Take(int slots, TimeProvider time)
    {
        // What was idle has not been silent.
        if (Used == 0) Volatile.Write(ref _answeredAt, time.GetTimestamp());
        Used += slots;
    }

    public void Return(int slots) => Used -= slots;

    /// <summary>An answer came, whatever it says.</summary>
    public void Answered(TimeSpan took, TimeProvider time)
    {
        Volatile.Write(ref _answeredAt, time.GetTimestamp());
        double usual = Volatile.Read(ref _usual);
        Volatile.Write(ref _usual, usual == 0 ? took.TotalSeconds : usual + ((took.TotalSeconds - usual) / Smoothing));
    }

    /// <summary>It holds half of all slots, and nothing was answered for far longer than usual.</summary>
    public bool IsStuck(int allSlots, TimeProvider time)
    {
        if (Used * 2 < allSlots || Used == 0) return false;
        double quiet = time.GetElapsedTime(Volatile.Read(ref _answeredAt)).TotalSeconds;
        return quiet > Math.Max(LeastQuiet.TotalSeconds, Volatile.Read(ref _usual) * TimesUsual);
    }
}

/// <summary>The slots of a connection's networks. Not thread-safe: the lane's lock guards it.</summary>
internal sealed class SlotTable(TimeProvider time)
{
    private const int MostKept = 1_024;

    // Of so many slots one is kept free for the other networks; with fewer than half as many there is none to spare.
    private const int OneIn = 8;
    private const int LeastToShare = 4;

    // Networks of which nothing was sent for so long need no slot.
    private static readonly TimeSpan OthersCount = TimeSpan.FromMinutes(1);

    private readonly Dictionary<ulong, CellSlots> _cells = [];
    private CellSlots? _last;
    private long _turnedAt;

    /// <param name="number">Of the network, as <see cref="NumberOf"/> gives it.</param>
    public CellSlots Of(ulong number)
    {
        if (_cells.TryGetValue(number, out CellSlots? cell)) return cell;
        if (_cells.Count >= MostKept) ForgetIdle();
        cell = new();
        _cells.Add(number, cell);
        return cell;
    }

    /// <summary>
    /// The network would take the last slots, which are kept for the others that the connection carries: a network that falls silent has taken all that it
    /// may before anybody can know.
    /// </summary>
    public bool LeavesNone(CellSlots cell, int slots, int allSlots)
    {
        if (cell.Used == 0 || allSlots < LeastToShare || cell.Used + slots <= allSlots - Math.Max(1, allSlots / OneIn)) return false;
        return HasOthers;
    }

    /// <summary>The network gets no more slots: it does not answer, holds half of them, and others need some.</summary>
    public bool IsStuck(CellSlots cell, int allSlots) => cell.IsStuck(allSlots, time) && HasOthers;

    private bool HasOthers => _turnedAt != 0 && time.GetElapsedTime(_turnedAt) < OthersCount;

    /// <summary>A network has taken slots.</summary>
    public void Took(CellSlots cell)
    {
        if (cell == _last) return;
        if (_last is not null) _turnedAt = time.GetTimestamp();
        _last = cell;
    }

    /// <summary>A number of a network; never 0.</summary>
    public static ulong NumberOf(in Destination destination) => PathHealth.NumberOf(destination.Country ?? "", destination.Network);

    private void ForgetIdle()
    {
        foreach ((ulong number, CellSlots cell) in _cells)
        {
            if (cell.Used == 0 && cell.Aside.Count == 0) _cells.Remove(number);
        }
    }
}
