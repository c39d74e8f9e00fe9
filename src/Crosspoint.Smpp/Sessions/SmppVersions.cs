namespace Crosspoint.Smpp.Sessions;

/// <summary>The values of interface_version (SMPP v5.0 §4.7.13).</summary>
internal static class SmppVersions
{
    public const byte V33 = 0x33;
    public const byte V34 = 0x34;
    public const byte V50 = 0x50;

    /// <summary>What both sides know: 0x33, 0x34 or 0x50. Values between are read as the version below them.</summary>
    public static byte Common(byte own, byte peer) => Math.Min(own, peer) switch
    {
        >= V50 => V50,
        >= V34 => V34,
        _ => V33,
    };
}
