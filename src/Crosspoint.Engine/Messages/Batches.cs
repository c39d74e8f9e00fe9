namespace Crosspoint.Engine.Messages;

/// <summary>What an application calls a batch: the messages of one account with the same metadata <c>batch</c>.</summary>
public static class Batches
{
    /// <summary>The name of the metadata that names a batch.</summary>
    public const string MetadataName = "batch";

    public const int MostCharacters = 64;

    public const string Expected = "expected 1 to 64 of A-Z, a-z, 0-9, '-', '_', '.' and '~'";

    /// <summary>Whether a text may be the name of a batch: what stands in a URL as it is.</summary>
    public static bool IsName(ReadOnlySpan<char> name)
    {
        if (name.Length is 0 or > MostCharacters) return false;
        foreach (char c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.' or '~')) return false;
        }

        // A path would be read without them.
        return name is not ("." or "..");
    }
}
