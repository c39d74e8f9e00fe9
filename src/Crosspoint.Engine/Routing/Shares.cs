namespace Crosspoint.Engine.Routing;

/// <summary>
/// Shares of messages without a count that is kept: a number that belongs to the message or to its recipient says where in the shares it
/// falls.
/// </summary>
internal static class Shares
{
    /// <summary>Spreads numbers that lie close together over all 64 bits (the finalizer of SplitMix64).</summary>
    public static ulong Mix(ulong value)
    {
        value += 0x9E37_79B9_7F4A_7C15;
        value = (value ^ (value >> 30)) * 0xBF58_476D_1CE4_E5B9;
        value = (value ^ (value >> 27)) * 0x94D0_49BB_1331_11EB;
        return value ^ (value >> 31);
    }

    /// <summary>A number of a text that is the same in every run.</summary>
    public static ulong Of(string text)
    {
        // FNV-1a.
        ulong hash = 0xCBF2_9CE4_8422_2325;
        foreach (char c in text) hash = (hash ^ c) * 0x100_0000_01B3;
        return Mix(hash);
    }

    /// <summary>A place above 0, up to 1.</summary>
    public static double Place(ulong draw, ulong salt) => ((Mix(draw ^ salt) >> 11) + 1) * (1.0 / (1UL << 53));

    /// <summary>
    /// What one of several is worth in a draw: the largest wins, each as often as its share says. When one goes, only what it had goes
    /// elsewhere (weighted rendezvous hashing).
    /// </summary>
    public static double Worth(ulong draw, ulong salt, double share) => share <= 0 ? double.NegativeInfinity : share / -Math.Log(Place(draw, salt) * (1 - 1e-16));
}
