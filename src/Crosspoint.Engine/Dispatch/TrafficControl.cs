using Crosspoint.Engine.Limits;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Monitoring;

namespace Crosspoint.Engine.Dispatch;

/// <summary>What becomes of a message that is about to be queued or sent.</summary>
internal enum TrafficVerdict
{
    Goes,

    /// <summary>Its key is kept until the pause ends.</summary>
    Waits,

    /// <summary>It is to end as canceled.</summary>
    Ends,
}

/// <summary>An account or a batch that somebody has paused, paced or canceled, and the keys of what is held for it. Thread-safe.</summary>
internal sealed class TrafficControl(TrafficKey key, TimeProvider time)
{
    // Messages that end while they are held leave their keys behind: when so many are there, those that still wait are sorted out.
    private const int LeastTidied = 10_000;
    private const int StateBits = 3;
    private const double NanosPerUnit = 1e9;

    private readonly Lock _gate = new();
    private TrafficState _state;
    private KeyList? _held;
    private LimitBucket? _pace;
    private double _rate;
    private long _canceledAt;
    private long _cancelUpTo;
    private long _canceled;
    private int _tidyAt = LeastTidied;

    public TrafficKey Key => key;

    /// <summary>It is among those for whose sake messages are looked at. Guarded by <see cref="TrafficControls"/>.</summary>
    public bool IsCounted { get; set; }

    /// <summary>Its rate as a limit; null when it has none.</summary>
    public LimitBucket? Pace => Volatile.Read(ref _rate) > 0 ? _pace : null;

    /// <summary>Messages up to this key are being canceled; 0 when that is over.</summary>
    public long CancelUpTo
    {
        get
        {
            lock (_gate) return _cancelUpTo;
        }
    }

    /// <summary>Messages that the last cancel has ended.</summary>
    public long Canceled
    {
        get
        {
            lock (_gate) return _canceled;
        }
    }

    public TrafficState State
    {
        get
        {
            lock (_gate) return _state;
        }
    }

    /// <summary>Microseconds at which it was canceled; 0 while it is not.</summary>
    public long CanceledAt
    {
        get
        {
            lock (_gate) return _canceledAt;
        }
    }

    public long Held
    {
        get
        {
            lock (_gate) return _held?.Count ?? 0;
        }
    }

    /// <summary>Forgetting it changes nothing.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_gate) return _state == TrafficState.Running && _rate <= 0 && _cancelUpTo == 0 && (_held?.Count ?? 0) == 0;
        }
    }

    public TrafficStatus Status
    {
        get
        {
            lock (_gate) return new(key.AccountSid, key.Batch, _state, _rate, _held?.Count ?? 0, _cancelUpTo != 0, _canceled);
        }
    }

    /// <summary>What the journal keeps: the state in the lowest bits, above it the rate, or when it was canceled. 0 for nothing.</summary>
    public long Mark
    {
        get
        {
            lock (_gate)
            {
                long rest = _state == TrafficState.Canceled ? _canceledAt : (long)Math.Round(_rate * NanosPerUnit);
                return rest << StateBits | (long)_state;
            }
        }
    }

    /// <summary>What the journal has kept.</summary>
    public void Restore(long mark)
    {
        long rest = mark >> StateBits;
        lock (_gate)
        {
            _state = (TrafficState)(mark & ((1 << StateBits) - 1));
            if (_state == TrafficState.Canceled) _canceledAt = rest;
            else SetRate(rest / NanosPerUnit);
        }
    }

    /// <summary>What becomes of a message. One that waits is kept here, where the caller asks for it.</summary>
    /// <param name="message">The key of the message.</param>
    public TrafficVerdict Judge(long message, bool keeps)
    {
        lock (_gate)
        {
            if (_state == TrafficState.Canceled || message <= _cancelUpTo) return TrafficVerdict.Ends;
            if (_state != TrafficState.Paused) return TrafficVerdict.Goes;
            if (keeps) (_held ??= new()).Add(message);
            return TrafficVerdict.Waits;
        }
    }

    public void Turn(TrafficState state, long canceledAt = 0)
    {
        lock (_gate) (_state, _canceledAt) = (state, canceledAt);
    }

    public void ChangeRate(double rate)
    {
        lock (_gate) SetRate(rate);
    }

    public void BeginCancel(long upTo)
    {
        lock (_gate) (_cancelUpTo, _canceled) = (upTo, 0);
    }

    /// <summary>Goes on with what the last run had begun.</summary>
    public void RestoreCancel(long upTo)
    {
        lock (_gate) _cancelUpTo = upTo;
    }

    public void CountCanceled(long count)
    {
        lock (_gate) _canceled += count;
    }

    public void EndCancel()
    {
        lock (_gate) _cancelUpTo = 0;
    }

    /// <summary>Takes out what is held.</summary>
    public KeyList? TakeHeld()
    {
        lock (_gate)
        {
            KeyList? held = _held;
            _held = null;
            return held;
        }
    }

    /// <summary>Takes out what is held when it is so much that it is worth to look which of it still waits; null otherwise.</summary>
    public KeyList? TakeToTidy()
    {
        lock (_gate)
        {
            if (_held is null || _held.Count < _tidyAt) return null;
            _tidyAt = int.MaxValue;
            KeyList held = _held;
            _held = null;
            return held;
        }
    }

    /// <summary>What was taken out has been looked through, and what still waits is held again.</summary>
    public void EndTidy()
    {
        lock (_gate) _tidyAt = Math.Max(LeastTidied, (_held?.Count ?? 0) * 2);
    }

    // Under _gate.
    private void SetRate(double rate)
    {
        // As exact as it is kept.
        rate = Math.Round(rate * NanosPerUnit) / NanosPerUnit;
        if (rate > 0 && _pace is null) _pace = new LimitBucket(new Limit { Name = Batches.MetadataName, Rate = rate }, key.Batch, time);
        else _pace?.ChangeRate(rate);
        Volatile.Write(ref _rate, rate);
    }
}
