namespace Crosspoint.Engine.Stores;

/// <summary>Names a thing that has revisions: a kind such as <c>deck</c>, and one of that kind such as <c>north-1</c>.</summary>
public readonly record struct ResourceName(string Kind, string Name)
{
    /// <summary>Most characters of a kind, and of a name.</summary>
    public const int MostCharacters = 100;

    /// <summary>What a kind and a name look like, for refusals.</summary>
    public const string Expected = "1 to 100 letters, digits, '-', '_' or '.'";

    public static bool IsWord(ReadOnlySpan<char> text)
    {
        if (text.Length is 0 or > MostCharacters) return false;
        foreach (char c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.')) return false;
        }

        return true;
    }

    public override string ToString() => $"{Kind}/{Name}";
}
