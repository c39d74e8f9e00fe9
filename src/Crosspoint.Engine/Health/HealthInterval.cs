namespace Crosspoint.Engine.Health;

/// <summary>A sliding span of time over which is counted.</summary>
public enum HealthInterval : byte
{
    /// <summary>In steps of 5 s.</summary>
    OneMinute,

    /// <summary>In steps of a minute.</summary>
    FiveMinutes,

    /// <summary>In steps of a minute.</summary>
    FifteenMinutes,

    /// <summary>In steps of 5 minutes.</summary>
    SixtyMinutes,
}
