namespace Crosspoint.Engine.Limits;

/// <summary>Where a limit of an account comes from.</summary>
public enum LimitSource
{
    /// <summary>The account has it.</summary>
    Own,

    /// <summary>It holds for each account that has none of its own.</summary>
    Default,

    /// <summary>It holds beside these: the configuration file names the account, or certain messages of every account.</summary>
    File,
}

/// <summary>A limit that an account's messages count in.</summary>
/// <param name="Waiting">Segments that wait for it, of the account alone; null where it does not count the account apart.</param>
/// <param name="Today">Segments on record for the present day; null for a limit by second, and where it does not count the account apart.</param>
public sealed record LimitInForce(Limit Limit, LimitSource Source, long? Waiting, long? Today);
