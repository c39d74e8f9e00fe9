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

    /// <summary>Messages that were set aside since <see cref="AsideSince"/>.</summary>
    public int Aside { get; set; }

    public long AsideSince { get; set; }

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
internal sealed class SlotTable
{
    private const int MostKept = 1_024;

    private readonly Dictionary<ulong, CellSlots> _cells = [];

    /// <param name="number">Of the network, as <see cref="NumberOf"/> gives it.</param>
    public CellSlots Of(ulong number)
    {
        if (_cells.TryGetValue(number, out CellSlots? cell)) return cell;
        if (_cells.Count >= MostKept) ForgetIdle();
        cell = new();
        _cells.Add(number, cell);
        return cell;
    }

    /// <summary>A number of a network; never 0.</summary>
    public static ulong NumberOf(in Destination destination) => PathHealth.NumberOf(destination.Country ?? "", destination.Network);

    private void ForgetIdle()
    {
        foreach ((ulong number, CellSlots cell) in _cells)
        {
            if (cell.Used == 0) _cells.Remove(number);
        }
    }
}
