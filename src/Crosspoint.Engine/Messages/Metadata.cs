using System.Collections;

namespace Crosspoint.Engine.Messages;

/// <summary>
/// Names and texts that an application gives along with a message, in its order: what a carrier's TLVs are filled from. Never changes.
/// </summary>
public sealed class Metadata : IReadOnlyList<KeyValuePair<string, string>>
{
    /// <summary>Names that one message may have.</summary>
    public const int MostNames = 10;

    /// <summary>Characters of a name.</summary>
    public const int MostNameCharacters = 40;

    /// <summary>UTF-16 code units of a value: what the longest C-octet strings of carriers' own TLVs hold.</summary>
    public const int MostValueCharacters = 255;

    private readonly KeyValuePair<string, string>[] _items;

    private Metadata(KeyValuePair<string, string>[] items) => _items = items;

    public static Metadata Empty { get; } = new([]);

    public int Count => _items.Length;

    public KeyValuePair<string, string> this[int index] => _items[index];

    /// <summary>The metadata of these names; null, and what is wrong for people, when one of them cannot be taken.</summary>
    public static Metadata? TryCreate(IReadOnlyList<KeyValuePair<string, string>> items, out string problem)
    {
        problem = "";
        if (items.Count == 0) return Empty;
        if (items.Count > MostNames) problem = $"There are too many names: expected up to {MostNames}.";
        for (int i = 0; i < items.Count && problem.Length == 0; i++)
        {
            (string name, string value) = items[i];
            if (!IsName(name)) problem = $"A name is not well-formed: expected 1 to {MostNameCharacters} of a-z, 0-9 and '_'.";
            else if (value.Length > MostValueCharacters) problem = $"The value of '{name}' is too long: expected up to {MostValueCharacters} characters.";
            for (int earlier = 0; earlier < i; earlier++)
            {
                if (items[earlier].Key == name) problem = $"'{name}' is given twice.";
            }
        }

        return problem.Length == 0 ? new([.. items]) : null;
    }

    /// <summary>Whether a text may be a name.</summary>
    public static bool IsName(ReadOnlySpan<char> name)
    {
        if (name.Length is 0 or > MostNameCharacters) return false;
        foreach (char c in name)
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '_') return false;
        }

        return true;
    }

    /// <summary>The value of a name; null when it is not there.</summary>
    public string? Find(string name)
    {
        foreach (KeyValuePair<string, string> item in _items)
        {
            if (item.Key == name) return item.Value;
        }

        return null;
    }

    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => ((IEnumerable<KeyValuePair<string, string>>)_items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _items.GetEnumerator();

    /// <summary>What a stored form holds: it was checked when it came in.</summary>
    internal static Metadata Restore(KeyValuePair<string, string>[] items) => items.Length == 0 ? Empty : new(items);
}
