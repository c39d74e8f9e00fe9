namespace Crosspoint.Sms.Numbers;

/// <summary>Who said which network serves a number; the later ones take precedence.</summary>
public enum NetworkSource : byte
{
    /// <summary>Nobody: the network is unknown.</summary>
    None = 0,

    /// <summary>The range that the number was first given out of.</summary>
    Range = 1,

    /// <summary>A file of ported numbers that the operator imported.</summary>
    Ported = 2,

    /// <summary>An answer of a look-up service.</summary>
    LookedUp = 3,
}
