using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Health.History;

/// <summary>What is taken of one cell after another, and which of it is wanted. Used again and again. Not thread-safe.</summary>
internal sealed class MinuteTake
{
    // What becomes of the messages of a minute is written with the minute, once more when nearly all receipts have come, and whatever comes later.
    private const int FirstAge = 1;
    private const int SecondAge = 5;

    private readonly IntervalSum _sum = new();
    private readonly MessageBuffer _buffer = new();

    /// <summary>The last steady minute that was taken.</summary>
    public required long After { get; init; }

    /// <summary>Steady microseconds.</summary>
    public required long Now { get; init; }

    /// <summary>There will be no other one: the minute under way is taken too.</summary>
    public bool IsLast { get; init; }

    /// <summary>What became of the messages of the minutes that were taken is looked at alone, and left where it is.</summary>
    public bool IsPeek { get; init; }

    /// <summary>What happened, by steady minute: as <see cref="HistoryBody"/> writes it.</summary>
    public List<(long Minute, byte[] Body)> Minutes { get; } = [];

    /// <summary>What became of the messages that were sent in a minute: a steady one, or <see cref="SentHistory.OfWall"/>.</summary>
    public List<(long Minute, SentSteps.Counts Counts)> Sent { get; } = [];

    public bool IsEmpty => Minutes.Count == 0 && Sent.Count == 0;

    /// <summary>Whether what became of the messages of a minute is wanted now.</summary>
    /// <param name="age">In minutes.</param>
    public bool IsDue(long minute, long age) => IsLast || (IsPeek ? minute <= After : age is FirstAge or SecondAge);

    public void Clear()
    {
        Minutes.Clear();
        Sent.Clear();
    }

    /// <summary>Begins a minute; what happened in it is added to the sum.</summary>
    public IntervalSum Begin(long cost)
    {
        _sum.Clear();
        _sum.Cost = cost;
        return _sum;
    }

    public void End(long minute)
    {
        byte[] body = HistoryBody.Write(_sum, _buffer);
        if (body.Length > 0) Minutes.Add((minute, body));
    }

    public void Add(long minute, SentSteps.Counts counts) => Sent.Add((minute, counts));
}
