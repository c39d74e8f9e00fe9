using System.Runtime.CompilerServices;

namespace Crosspoint.Engine.Health.Detection;

/// <summary>
/// The statuses that a cell has shown, the latest twelve, and up to two that are new: a status is new for ten minutes from its first time on,
/// and counted by the minute.
/// </summary>
internal struct StatusMemory
{
    private const int Known = 12;
    private const int Most = 2;
    private const long MinuteMicros = 60_000_000;
    private const long NewMicros = 10 * MinuteMicros;

    private KnownStatuses _known;
    private NewStatuses _new;
    private int _knownCount;
    private int _newCount;

    public readonly bool HasNew => _newCount > 0;

    /// <summary>Those that are known, the latest first.</summary>
    public readonly uint[] All => ((ReadOnlySpan<uint>)_known)[.._knownCount].ToArray();

    /// <summary>Begins with what was known before.</summary>
    public void Take(IReadOnlyList<uint> known)
    {
        _knownCount = Math.Min(known.Count, Known);
        for (int i = 0; i < _knownCount; i++) _known[i] = known[i];
    }

    /// <param name="isLearning">Nothing is new to a cell of which little is known.</param>
    public void Add(uint status, long now, bool isLearning)
    {
        for (int i = 0; i < _knownCount; i++)
        {
            if (_known[i] != status) continue;
            // To the front, so that the one that was not seen for longest gives way.
            ((Span<uint>)_known)[..i].CopyTo(((Span<uint>)_known)[1..]);
            _known[0] = status;
            return;
        }

        for (int i = 0; i < _newCount; i++)
        {
            if (_new[i].Status != status) continue;
            _new[i].Add(now);
            return;
        }

        if (isLearning || _newCount == Most)
        {
            Keep(status);
            return;
        }

        _new[_newCount] = new() { Status = status, FirstAt = now };
        _new[_newCount++].Add(now);
    }

    /// <summary>The new status that comes most often, with its number in the last half to whole minute; 0 for none.</summary>
    public uint Worst(long now, long adoptAfter, out int count)
    {
        uint worst = 0;
        count = 0;
        for (int i = _newCount - 1; i >= 0; i--)
        {
            ref NewStatus status = ref _new[i];
            int recent = status.CountAt(now);
            bool isOver = status.IsTold ? recent == 0 || now - status.FirstAt > adoptAfter : now - status.FirstAt > NewMicros;
            if (isOver)
            {
                Forget(i);
                continue;
            }

            if (recent <= count) continue;
            worst = status.Status;
            count = recent;
        }

        return worst;
    }

    /// <summary>The status was told of: it stays new for as long as it comes.</summary>
    public void Tell(uint status)
    {
        for (int i = 0; i < _newCount; i++)
        {
            if (_new[i].Status == status) _new[i].IsTold = true;
        }
    }

    private void Forget(int index)
    {
        Keep(_new[index].Status);
        _new[index] = _new[--_newCount];
    }

    private void Keep(uint status)
    {
        if (_knownCount < Known) _knownCount++;
        ((Span<uint>)_known)[..(_knownCount - 1)].CopyTo(((Span<uint>)_known)[1..]);
        _known[0] = status;
    }

    [InlineArray(Known)]
    private struct KnownStatuses
    {
        private uint _first;
    }

    [InlineArray(Most)]
    private struct NewStatuses
    {
        private NewStatus _first;
    }

    private struct NewStatus
    {
        private long _minute;
        private int _before;
        private int _count;

        public uint Status;
        public bool IsTold;
        public long FirstAt;

        public void Add(long now)
        {
            Turn(now);
            _count++;
        }

        public int CountAt(long now)
        {
            Turn(now);
            return _before + _count;
        }

        // Halves of a minute, so that what stops is soon over.
        private void Turn(long now)
        {
            long minute = now / (MinuteMicros / 2);
            if (minute == _minute) return;
            _before = minute == _minute + 1 ? _count : 0;
            _count = 0;
            _minute = minute;
        }
    }
}
