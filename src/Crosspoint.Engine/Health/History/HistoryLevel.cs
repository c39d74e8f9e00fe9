namespace Crosspoint.Engine.Health.History;

/// <summary>How wide the rows of the long view are.</summary>
public enum HistoryLevel : byte
{
    /// <summary>Everything as one.</summary>
    World,

    /// <summary>All connections of a vendor.</summary>
    Vendor,

    Connection,

    /// <summary>By connection and country.</summary>
    Country,

    /// <summary>By connection and network.</summary>
    Network,

    /// <summary>By connection, network and class.</summary>
    Class,
}
