namespace Crosspoint.Engine.Health.History;

/// <summary>How long the steps of the long view are. All begin at whole ones of UTC.</summary>
public enum HistoryStep : byte
{
    Minute,
    Hour,
    Day,
}
