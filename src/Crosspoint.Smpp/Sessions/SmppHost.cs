namespace Crosspoint.Smpp.Sessions;

/// <summary>One end of a message centre.</summary>
/// <param name="Host">Host name or address.</param>
/// <param name="Port">TCP port.</param>
public readonly record struct SmppHost(string Host, int Port)
{
    /// <summary><c>HOST:PORT</c>.</summary>
    public override string ToString() => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
