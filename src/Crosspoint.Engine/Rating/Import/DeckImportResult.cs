namespace Crosspoint.Engine.Rating.Import;

/// <summary>A row of a sheet that cannot be taken.</summary>
/// <param name="Line">In the file, from 1.</param>
/// <param name="Column">The column's word of <see cref="DeckMapping.ColumnWords"/>; empty where the row as a whole is meant.</param>
/// <param name="Value">What stands there, at most 40 characters of it.</param>
/// <param name="Expected">What was expected instead.</param>
public sealed record BadRow(int Line, string Column, string Value, string Expected);

/// <summary>How far an import is.</summary>
/// <param name="Rows">Rows read, bad ones included.</param>
/// <param name="Octets">Octets read.</param>
public readonly record struct DeckProgress(int Rows, long Octets, int BadRows);

/// <summary>A deck, or everything that is wrong with its sheet: never a part of one.</summary>
public sealed class DeckImportResult
{
    /// <summary>Most bad rows that are listed; all are counted.</summary>
    public const int MostListed = 100;

    /// <summary>Null where a row was bad or the file could not be read.</summary>
    public RateDeck? Deck { get; init; }

    /// <summary>Why the file as a whole was refused; null where it was read to its end.</summary>
    public string? Fault { get; init; }

    public int Rows { get; init; }

    public int BadRowCount { get; init; }

    /// <summary>The first of them, by line.</summary>
    public IReadOnlyList<BadRow> BadRows { get; init; } = [];

    /// <summary>Rows with a price of 0: taken, and often a vendor's way to say "not served".</summary>
    public int ZeroPrices { get; init; }

    /// <summary>Which column was taken for what, for people: <c>price: 'Rate'</c>.</summary>
    public IReadOnlyList<string> Columns { get; init; } = [];
}
