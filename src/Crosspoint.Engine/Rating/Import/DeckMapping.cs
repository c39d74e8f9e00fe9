using System.Globalization;
using NodaTime;

namespace Crosspoint.Engine.Rating.Import;

/// <summary>A column of a rate sheet.</summary>
public enum DeckColumn
{
    Prefix,
    Mcc,
    Mnc,
    MccMnc,
    Country,
    Price,
    Currency,
    From,
    Until,
}

/// <summary>How the text of a sheet is encoded.</summary>
public enum DeckEncoding
{
    /// <summary>Strictly: what is not valid is refused. A byte order mark of UTF-16 is heeded.</summary>
    Utf8,

    /// <summary>ISO 8859-1, as older exports have it.</summary>
    Latin1,
}

/// <summary>A column by the text of its header, or by its place.</summary>
/// <param name="Name">Null for one by its place.</param>
/// <param name="Position">From 1.</param>
public readonly record struct ColumnReference(string? Name, int Position)
{
    public override string ToString() => Name is null ? Position.ToString(CultureInfo.InvariantCulture) : $"'{Name}'";
}

/// <summary>How a vendor's rate sheet is to be read.</summary>
public sealed record DeckMapping
{
    /// <summary>Null to take what separates the first line: comma, semicolon, tabulator or bar.</summary>
    public char? Delimiter { get; init; }

    /// <summary>Whether the first line names the columns.</summary>
    public bool HasHeader { get; init; } = true;

    /// <summary>Lines before the header, or before the first row where there is none.</summary>
    public int SkipLines { get; init; }

    /// <summary>A point or a comma.</summary>
    public char DecimalSign { get; init; } = '.';

    public DeckEncoding Encoding { get; init; }

    /// <summary>The currency of rows that name none; null where each must.</summary>
    public string? Currency { get; init; }

    /// <summary>How days and times are written, in the letters of .NET such as <c>dd.MM.yyyy</c>; null for ISO 8601.</summary>
    public string? DateFormat { get; init; }

    /// <summary>Where days begin that are given without an offset.</summary>
    public DateTimeZone Zone { get; init; } = DateTimeZone.Utc;

    /// <summary>Null to find the columns by their usual names.</summary>
    public IReadOnlyDictionary<DeckColumn, ColumnReference>? Columns { get; init; }

    /// <summary>The words of configuration for the columns.</summary>
    public static IReadOnlyDictionary<string, DeckColumn> ColumnWords { get; } = new Dictionary<string, DeckColumn>(StringComparer.Ordinal)
    {
        ["prefix"] = DeckColumn.Prefix,
        ["mcc"] = DeckColumn.Mcc,
        ["mnc"] = DeckColumn.Mnc,
        ["mccmnc"] = DeckColumn.MccMnc,
        ["country"] = DeckColumn.Country,
        ["price"] = DeckColumn.Price,
        ["currency"] = DeckColumn.Currency,
        ["from"] = DeckColumn.From,
        ["until"] = DeckColumn.Until,
    };

    public static string WordOf(DeckColumn column) => ColumnWords.First(word => word.Value == column).Key;
}
