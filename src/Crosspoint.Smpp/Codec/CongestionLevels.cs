namespace Crosspoint.Smpp.Codec;

/// <summary>Bands of congestion_state.</summary>
public static class CongestionLevels
{
    /// <summary>The band of a value.</summary>
    public static CongestionLevel Of(byte congestionState) => congestionState switch
    {
        0 => CongestionLevel.Idle,
        < 30 => CongestionLevel.Low,
        < 50 => CongestionLevel.Medium,
        < 80 => CongestionLevel.High,
        < 90 => CongestionLevel.Optimum,
        < 100 => CongestionLevel.NearlyCongested,
        100 => CongestionLevel.Congested,
        _ => CongestionLevel.Reserved,
    };
}
