using System.Numerics;

namespace Crosspoint.Cli.Lab;

/// <summary>What is to happen in a simulated cell, in slots of a quarter of a second of the next four and a half hours. What is later comes then.</summary>
internal sealed class EventWheel<T>
    where T : struct, IWheelEvent
{
    private const int Slots = 65_536;
    private const int Mask = Slots - 1;

    private readonly int[] _heads = new int[Slots];
    private readonly ulong[] _filled = new ulong[Slots / 64];
    private Entry[] _events = new Entry[1024];
    private int _free;
    private int _used;

    public int Count { get; private set; }

    public void Clear()
    {
        Array.Clear(_heads);
        Array.Clear(_filled);
        _free = _used = Count = 0;
    }

    /// <param name="now">The slot that is being worked on, which must not be passed any more.</param>
    public void Add(long now, in T what)
    {
        long slot = Math.Clamp(what.At / EventWheel.SlotMicros, now, now + Slots - 2);
        int index = (int)(slot & Mask);
        int place = _free;
        if (place > 0)
        {
            _free = _events[place].Next;
        }
        else
        {
            place = ++_used;
            if (place == _events.Length) Array.Resize(ref _events, 2 * place);
        }

        _events[place] = new(what, _heads[index]);
        _heads[index] = place;
        _filled[index >> 6] |= 1UL << (index & 63);
        Count++;
    }

    /// <summary>Takes one event out of a slot.</summary>
    public bool TryTake(long slot, out T what)
    {
        int index = (int)(slot & Mask);
        int place = _heads[index];
        if (place == 0)
        {
            _filled[index >> 6] &= ~(1UL << (index & 63));
            what = default;
            return false;
        }

        (what, _heads[index]) = _events[place];
        _events[place] = new(default, _free);
        _free = place;
        Count--;
        return true;
    }

    /// <summary>The first slot from this one on in which something is to happen.</summary>
    public long Next(long slot)
    {
        if (Count == 0) return long.MaxValue;
        int start = (int)(slot & Mask);
        int word = start >> 6;
        ulong bits = _filled[word] & (ulong.MaxValue << (start & 63));
        for (int i = 0; i <= _filled.Length; i++)
        {
            if (bits != 0) return slot + ((((word << 6) + BitOperations.TrailingZeroCount(bits)) - start) & Mask);
            word = (word + 1) % _filled.Length;
            bits = _filled[word];
        }

        return long.MaxValue;
    }

    private readonly record struct Entry(T What, int Next);
}

internal static class EventWheel
{
    public const long SlotMicros = 250_000;
}

internal interface IWheelEvent
{
    /// <summary>Microseconds.</summary>
    long At { get; }
}

internal enum WheelKind : byte
{
    Answer,
    Receipt,
    Confirmation,
}

internal record struct WheelEvent(WheelKind Kind, byte Outcome, uint Status, long At, long Took) : IWheelEvent;
