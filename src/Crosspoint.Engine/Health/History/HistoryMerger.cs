using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Health.History;

/// <summary>Puts stored forms of what happened together. Used again and again. Not thread-safe.</summary>
public sealed class HistoryMerger
{
    private readonly IntervalSum _sum = new();
    private readonly MessageBuffer _buffer = new();

    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public void Add(ReadOnlySpan<byte> body) => HistoryBody.AddTo(body, _sum);

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
        Add(one);
        Add(other);
        return Take();
    }
}
