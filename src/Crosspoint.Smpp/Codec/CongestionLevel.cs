namespace Crosspoint.Smpp.Codec;

/// <summary>What a congestion_state means (SMPP v5.0 §4.8.4.18).</summary>
public enum CongestionLevel
{
    /// <summary>0: nothing to do.</summary>
    Idle,

    /// <summary>1 to 29.</summary>
    Low,

    /// <summary>30 to 49.</summary>
    Medium,

    /// <summary>50 to 79.</summary>
    High,

    /// <summary>80 to 89: as it should be.</summary>
    Optimum,

    /// <summary>90 to 99: send less.</summary>
    NearlyCongested,

    /// <summary>100: congested.</summary>
    Congested,

    /// <summary>101 to 255: reserved, to be passed over.</summary>
    Reserved,
}
