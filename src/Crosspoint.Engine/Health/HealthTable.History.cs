using Crosspoint.Engine.Health.History;

namespace Crosspoint.Engine.Health;

/// <summary>What the long view takes of the cells. Traffic waits for the taking of one cell at a time.</summary>
public sealed partial class HealthTable
{
    /// <summary>Gives what is wanted of each cell of a class and network of which there is anything.</summary>
    /// <param name="each">What is given to it is cleared when it returns.</param>
    internal void TakeMinutes(MinuteTake take, Action<HealthCell, MinuteTake> each)
    {
        foreach ((_, WatchedCell leaf) in _leaves)
        {
            leaf.Take(take);
            if (take.IsEmpty) continue;
            each(leaf.Cell, take);
            take.Clear();
        }
    }
}
