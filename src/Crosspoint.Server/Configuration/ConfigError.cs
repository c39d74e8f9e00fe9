namespace Crosspoint.Server.Configuration;

/// <summary>One thing that is wrong with a configuration file.</summary>
/// <param name="File">The file as it was named.</param>
/// <param name="Line">1 for the first; 0 when the file as a whole is meant.</param>
/// <param name="Key">The key's path, such as <c>vendors[0].connections[1].smpp.port</c>; empty when no key is meant.</param>
/// <param name="Message">What is wrong and what is expected.</param>
public sealed record ConfigError(string File, int Line, string Key, string Message)
{
    public override string ToString()
    {
        string place = Line > 0 ? $"{File}:{Line}" : File;
        return Key.Length > 0 ? $"{place}: {Key}: {Message}" : $"{place}: {Message}";
    }
}
