namespace Crosspoint.Cli;

/// <summary>What the process says when it ends.</summary>
internal static class ExitCodes
{
    public const int Ok = 0;

    /// <summary>The command was understood and could not be done.</summary>
    public const int Failed = 1;

    /// <summary>A file or an option is not as expected.</summary>
    public const int BadConfiguration = 2;
}
