namespace Crosspoint.Engine.Incidents;

/// <summary>How soon a person must look. Ordered: a higher one is worse.</summary>
public enum Severity : byte
{
    /// <summary>Worth a look during working hours.</summary>
    L1 = 1,

    /// <summary>To be looked at soon.</summary>
    L2,

    /// <summary>To be looked at now, whatever the time.</summary>
    L3,
}
