namespace Crosspoint.Server.Identity;

/// <summary>Signing in to the console.</summary>
public sealed record ConsoleOptions
{
    /// <summary>Where people reach the console from outside, for the links that they are sent; null for the address that was asked.</summary>
    public Uri? Url { get; init; }

    /// <summary>A session that is not used for so long ends. A working day with its breaks.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromHours(12);

    /// <summary>A session ends after so long, however much it is used.</summary>
    public TimeSpan SessionLifetime { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Tries to sign in that one address has in a minute.</summary>
    public int SignInsPerMinute { get; init; } = 30;

    /// <summary>Whether people may sign in over plain HTTP from another machine.</summary>
    public bool AllowHttp { get; init; }

    /// <summary>The folder of the built console.</summary>
    public string Files { get; init; } = Path.Combine(AppContext.BaseDirectory, "console");

    /// <summary>The gateway makes an owner by itself, who signs in with a link.</summary>
    public bool IsDemo { get; init; }

    /// <summary>Rounds of the hash of passwords.</summary>
    internal int HashIterations { get; init; } = PasswordHashes.DefaultIterations;
}
