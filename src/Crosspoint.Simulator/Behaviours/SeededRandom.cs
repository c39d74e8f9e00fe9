namespace Crosspoint.Simulator.Behaviours;

/// <summary>Repeatable random numbers (SplitMix64): one seed gives one sequence, and any thread may draw without a lock.</summary>
internal sealed class SeededRandom(ulong seed)
{
    private ulong _state = seed * 0x9E37_79B9_7F4A_7C15 + 0x1234_5678_9ABC_DEF1;

    public ulong NextUInt64()
    {
        ulong z = Interlocked.Add(ref _state, 0x9E37_79B9_7F4A_7C15);
        z = (z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9;
        z = (z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB;
        return z ^ (z >> 31);
    }

    /// <summary>From 0 up to, but never, 1.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    public int Next(int below) => (int)(NextDouble() * below);

    public double NextGaussian() => Math.Sqrt(-2 * Math.Log(1 - NextDouble())) * Math.Cos(2 * Math.PI * NextDouble());

    /// <summary>True for the share given. Draws nothing for 0 and 1, so that an option that is off costs nothing.</summary>
    public bool Happens(double share) => share > 0 && (share >= 1 || NextDouble() < share);
}
