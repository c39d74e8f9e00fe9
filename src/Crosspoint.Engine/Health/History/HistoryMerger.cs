using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Health.History;

/// <summary>Puts stored forms of what happened together. Used again and again. Not thread-safe.</summary>
public sealed class HistoryMerger
{
    private readonly IntervalSum _sum = new();
    private readonly MessageBuffer _buffer = new();

    /// <summary>Adds what is stored; nothing where it is damaged.</summary>
    /// <returns>False where it is damaged.</returns>
    public bool TryAdd(ReadOnlySpan<byte> stored)
    {
        try
        {
            HistoryBody.AddTo(stored, _sum);
            return true;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    /// <summary>All that was added since the last time as one; empty where nothing was.</summary>
    public byte[] Take()
    {
        byte[] whole = HistoryBody.Write(_sum, _buffer);
        _sum.Clear();
        return whole;
    }

    /// <summary>Two as one.</summary>
    /// <exception cref="InvalidDataException">One is damaged.</exception>
    public byte[] Merge(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other)
    {
        _sum.Clear();
        HistoryBody.AddTo(one, _sum);
        HistoryBody.AddTo(other, _sum);
        return Take();
    }
}
