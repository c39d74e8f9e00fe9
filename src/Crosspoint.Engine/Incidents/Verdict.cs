namespace Crosspoint.Engine.Incidents;

/// <summary>What the operator says of an incident or an alert afterwards: the precision of the weekly review rests on it.</summary>
public enum Verdict : byte
{
    /// <summary>Nobody has said yet.</summary>
    None,

    /// <summary>It needed action.</summary>
    Useful,

    /// <summary>It did not.</summary>
    Noise,
}
