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

    // What the carrier asks for shows within so long on all networks that it asks it of.
    private static readonly TimeSpan SameTime = TimeSpan.FromSeconds(5);

    // So many accepted in a row say that a network is not meant.
    private const int Clean = 10;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private AsideQueue? _aside;
    private long _answeredAt;
    private double _usual;
    private int _accepted;
    private long _throttledAt;
    private long _pausedAt;
    private TimeSpan _pause;
    private bool _isFruitful;
    private int _room = int.MaxValue;

    /// <summary>Slots that it holds.</summary>
    public int Used { get; private set; }

    /// <summary>Messages that wait beside the queue while the network does not answer, so that those behind them go on.</summary>
    public AsideQueue Aside => _aside ??= new();

    /// <summary>Messages stand aside for it, or have come back from there and wait in line. Kept by the lane.</summary>
    public bool HasAside { get; set; }

    /// <summary>Slots that it may take now, of all that the connection has; the other networks may hold some of them.</summary>
    public int Free(int allSlots) => Math.Max(0, Math.Min(_room, allSlots) - Used);

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

    /// <summary>The carrier took a segment of it.</summary>
    public void Accepted()
    {
        if (_accepted < Clean) _accepted++;
        _isFruitful = true;
        if (_room < int.MaxValue) _room++;
    }

    /// <summary>The carrier asked to slow down with it.</summary>
    public void Throttled(TimeProvider time)
    {
        _accepted = 0;
        _throttledAt = time.GetTimestamp();
    }

    /// <summary>It alone is left alone for a moment, longer each time that nothing was accepted in between, and gets half as many slots after that.</summary>
    public void Pause(TimeProvider time)
    {
        if (IsPaused(time)) return;
        _pausedAt = time.GetTimestamp();
        _pause = _isFruitful || _pause == TimeSpan.Zero ? FirstPause : _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
        _isFruitful = false;
        _room = Math.Max(1, Math.Min(_room, Used) / 2);
    }

    /// <summary>The carrier asked to slow down with it alone, and it has as many slots as that leaves it.</summary>
    public bool IsHeldBack(TimeProvider time)
    {
        if (_room == int.MaxValue) return false;
        if (IsPaused(time) || Used >= _room) return true;
        if (!WasThrottled(time)) _room = int.MaxValue;
        return false;
    }

    /// <summary>The carrier takes what goes there, and has not asked to slow down with it for long.</summary>
    public bool IsClean(TimeProvider time) =>
        _accepted >= Clean && time.GetElapsedTime(Volatile.Read(ref _answeredAt)) < SameTime && !WasThrottled(time);

    /// <summary>The carrier asked to slow down with it of late.</summary>
    public bool WasThrottled(TimeProvider time) => _throttledAt != 0 && time.GetElapsedTime(_throttledAt) < SameTime;

    /// <summary>It holds half of all slots, and nothing was answered for far longer than usual.</summary>
    public bool IsStuck(int allSlots, TimeProvider time)
    {
        if (Used * 2 < allSlots || Used == 0) return false;
        double quiet = time.GetElapsedTime(Volatile.Read(ref _answeredAt)).TotalSeconds;
        return quiet > Math.Max(LeastQuiet.TotalSeconds, Volatile.Read(ref _usual) * TimesUsual);
    }

    private bool IsPaused(TimeProvider time) => _pause > TimeSpan.Zero && time.GetElapsedTime(_pausedAt) < _pause;
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

    /// <summary>
    /// The carrier asks to slow down with one network alone: it takes another one as ever, and has asked it of no third one of late. Then the rate of the
    /// connection is not what it means.
    /// </summary>
    public bool IsAlone(CellSlots throttled)
    {
        bool isOtherClean = false;
        foreach (CellSlots cell in _cells.Values)
        {
            if (cell == throttled) continue;
            if (cell.WasThrottled(time)) return false;
            isOtherClean |= cell.IsClean(time);
        }

        return isOtherClean;
    }

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
            if (cell.Used == 0 && !cell.HasAside) _cells.Remove(number);
        }
    }
}
