using System.Numerics;

namespace Crosspoint.Simulator.Carriers;

/// <summary>Something that happens later. It is in the wheel once at most; its owner may schedule it again after it fired.</summary>
internal abstract class WheelEvent
{
    internal WheelEvent? Next;
    internal long DueTick;

    public abstract void Fire();
}

/// <summary>
/// All timers of the simulator: a ring of milliseconds with lists in it, driven by one timer that sleeps until the next entry.
/// Scheduling costs a lock and two writes, whatever the number of events.
/// </summary>
internal sealed class TimerWheel : IDisposable
{
    private const int Slots = 8192;
    private const long NotArmed = long.MaxValue;

    private readonly Lock _gate = new();
    private readonly WheelEvent?[] _heads = new WheelEvent?[Slots];
    private readonly WheelEvent?[] _tails = new WheelEvent?[Slots];
    private readonly ulong[] _occupied = new ulong[Slots / 64];
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly long _start;
    private long _tick;
    private long _armedFor = NotArmed;
    private bool _isFiring;
    private bool _isDisposed;

    public TimerWheel(TimeProvider time)
    {
        _time = time;
        _start = time.GetTimestamp();
        _timer = time.CreateTimer(static wheel => ((TimerWheel)wheel!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Schedule(WheelEvent item, TimeSpan delay)
    {
        lock (_gate)
        {
            if (_isDisposed) return;
            // Rounded up, so that nothing is early. The slot of the current tick has been emptied already.
            double ms = Math.Ceiling(_time.GetElapsedTime(_start).TotalMilliseconds + delay.TotalMilliseconds - 1e-6);
            item.DueTick = Math.Max((long)ms, _tick + 1);
            Insert(item);
            if (!_isFiring && item.DueTick < _armedFor) Arm(item.DueTick);
        }
    }

    public void Dispose()
    {
        lock (_gate) _isDisposed = true;
        _timer.Dispose();
    }

    private void Insert(WheelEvent item)
    {
        var slot = (int)(item.DueTick & (Slots - 1));
        item.Next = null;
        if (_tails[slot] is { } tail) tail.Next = item;
        else _heads[slot] = item;
        _tails[slot] = item;
        _occupied[slot >> 6] |= 1UL << (slot & 63);
    }

    private void Arm(long tick)
    {
        _armedFor = tick;
        double ms = tick - _time.GetElapsedTime(_start).TotalMilliseconds;
        _timer.Change(TimeSpan.FromTicks(Math.Max((long)(ms * TimeSpan.TicksPerMillisecond), 0)), Timeout.InfiniteTimeSpan);
    }

    private void OnTimer()
    {
        WheelEvent? due;
        lock (_gate)
        {
            if (_isFiring || _isDisposed) return;
            _isFiring = true;
        }

        while ((due = TakeDue()) is not null)
        {
            while (due is not null)
            {
                WheelEvent? next = due.Next;
                due.Next = null;
                due.Fire();
                due = next;
            }
        }
    }

    /// <summary>Takes everything that is due, oldest first; when nothing is, arms the timer and ends the firing.</summary>
    private WheelEvent? TakeDue()
    {
        lock (_gate)
        {
            // A hair of tolerance: timers may fire a few microseconds before their time.
            var now = (long)(_time.GetElapsedTime(_start).TotalMilliseconds + 0.05);
            WheelEvent? first = null;
            WheelEvent? last = null;
            long from = Math.Max(_tick + 1, now - Slots + 1);
            for (long tick = from; tick <= now; tick++)
            {
                var slot = (int)(tick & (Slots - 1));
                if ((_occupied[slot >> 6] & (1UL << (slot & 63))) == 0) continue;
                Collect(slot, now, ref first, ref last);
            }

            _tick = Math.Max(_tick, now);
            if (first is not null) return first;
            _isFiring = false;
            long next = NextOccupied();
            if (next == NotArmed || _isDisposed) _armedFor = NotArmed;
            else Arm(next);
            return null;
        }
    }

    private void Collect(int slot, long now, ref WheelEvent? first, ref WheelEvent? last)
    {
        WheelEvent? item = _heads[slot];
        _heads[slot] = _tails[slot] = null;
        _occupied[slot >> 6] &= ~(1UL << (slot & 63));
        while (item is not null)
        {
            WheelEvent? next = item.Next;
            if (item.DueTick > now)
            {
                Insert(item);
            }
            else
            {
                item.Next = null;
                if (last is null) first = item;
                else last.Next = item;
                last = item;
            }

            item = next;
        }
    }

    /// <summary>The next tick whose slot holds anything, be it for a later turn of the wheel.</summary>
    private long NextOccupied()
    {
        var start = (int)((_tick + 1) & (Slots - 1));
        for (var step = 0; step <= Slots / 64; step++)
        {
            int word = ((start >> 6) + step) & (Slots / 64 - 1);
            ulong bits = _occupied[word];
            if (step == 0) bits &= ulong.MaxValue << (start & 63);
            if (bits == 0) continue;
            int slot = (word << 6) + BitOperations.TrailingZeroCount(bits);
            return _tick + 1 + ((slot - start) & (Slots - 1));
        }

        return NotArmed;
    }
}
