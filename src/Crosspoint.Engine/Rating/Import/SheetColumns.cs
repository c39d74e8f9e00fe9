namespace Crosspoint.Engine.Rating.Import;

/// <summary>Finds out which field of a line is which column.</summary>
internal sealed class SheetColumns
{
    private const int MostShown = 60;

    // As the headers of sheets have them, in small letters and digits alone.
    private static readonly Dictionary<string, DeckColumn> UsualNames = new(StringComparer.Ordinal)
    {
        ["prefix"] = DeckColumn.Prefix,
        ["dialcode"] = DeckColumn.Prefix,
        ["destinationcode"] = DeckColumn.Prefix,
        ["numberprefix"] = DeckColumn.Prefix,
        ["mcc"] = DeckColumn.Mcc,
        ["mnc"] = DeckColumn.Mnc,
        ["mccmnc"] = DeckColumn.MccMnc,
        ["plmn"] = DeckColumn.MccMnc,
        ["network"] = DeckColumn.MccMnc,
        ["networkcode"] = DeckColumn.MccMnc,
        ["country"] = DeckColumn.Country,
        ["countrycode"] = DeckColumn.Country,
        ["countryname"] = DeckColumn.Country,
        ["iso"] = DeckColumn.Country,
        ["isocode"] = DeckColumn.Country,
        ["countryiso"] = DeckColumn.Country,
        ["price"] = DeckColumn.Price,
        ["rate"] = DeckColumn.Price,
        ["cost"] = DeckColumn.Price,
        ["newprice"] = DeckColumn.Price,
        ["pricepersegment"] = DeckColumn.Price,
        ["pricepersms"] = DeckColumn.Price,
        ["currency"] = DeckColumn.Currency,
        ["ccy"] = DeckColumn.Currency,
        ["from"] = DeckColumn.From,
        ["effective"] = DeckColumn.From,
        ["effectivefrom"] = DeckColumn.From,
        ["effectivedate"] = DeckColumn.From,
        ["validfrom"] = DeckColumn.From,
        ["startdate"] = DeckColumn.From,
        ["until"] = DeckColumn.Until,
        ["effectiveto"] = DeckColumn.Until,
        ["effectiveuntil"] = DeckColumn.Until,
        ["validto"] = DeckColumn.Until,
        ["validuntil"] = DeckColumn.Until,
        ["enddate"] = DeckColumn.Until,
        ["expirydate"] = DeckColumn.Until,
    };

    private readonly int[] _fields = new int[Enum.GetValues<DeckColumn>().Length];

    private SheetColumns() => Array.Fill(_fields, -1);

    /// <summary>What was taken for what, for people.</summary>
    public List<string> Shown { get; } = [];

    /// <summary>The field's place; -1 for none.</summary>
    public int this[DeckColumn column] => _fields[(int)column];

    public bool Has(DeckColumn column) => this[column] >= 0;

    /// <param name="header">The fields of the header; null where there is none.</param>
    /// <exception cref="SheetFaultException">A column is missing, or there twice.</exception>
    public static SheetColumns Find(DeckMapping mapping, string[]? header)
    {
        var columns = new SheetColumns();
        if (mapping.Columns is { } given)
        {
            foreach ((DeckColumn column, ColumnReference reference) in given) columns.Set(column, PlaceOf(reference, column, header), header);
        }
        else if (header is null)
        {
            throw new SheetFaultException("without a header the columns are not known: expected 'columns' in the mapping, each with its place from 1");
        }
        else
        {
            for (int i = 0; i < header.Length; i++)
            {
                if (UsualNames.TryGetValue(Normal(header[i]), out DeckColumn column)) columns.Set(column, i, header);
            }
        }

        columns.Check(mapping, header);
        return columns;
    }

    private static int PlaceOf(ColumnReference reference, DeckColumn column, string[]? header)
    {
        if (reference.Name is null) return reference.Position - 1;
        if (header is null) throw new SheetFaultException($"there is no header to find {reference} in: expected the place of '{DeckMapping.WordOf(column)}', from 1");
        string wanted = Normal(reference.Name);
        int found = Array.FindIndex(header, text => Normal(text) == wanted);
        if (found < 0) throw new SheetFaultException($"no column is called {reference}; the header has {ShowAll(header)}");
        if (Array.FindLastIndex(header, text => Normal(text) == wanted) != found)
            throw new SheetFaultException($"two columns are called {reference}: expected the place of '{DeckMapping.WordOf(column)}', from 1");
        return found;
    }

    private void Set(DeckColumn column, int place, string[]? header)
    {
        string word = DeckMapping.WordOf(column);
        if (Has(column))
            throw new SheetFaultException($"two columns look like '{word}': {Show(header![this[column]])} and {Show(header[place])}; expected 'columns' in the mapping");
        if (header is not null && place >= header.Length)
            throw new SheetFaultException($"'{word}' is column {place + 1}, and the header has {header.Length}");
        _fields[(int)column] = place;
        Shown.Add(header is null ? $"{word}: {place + 1}" : $"{word}: {Show(header[place])}");
    }

    private void Check(DeckMapping mapping, string[]? header)
    {
        string where = header is null ? "" : $"; the header has {ShowAll(header)}";
        if (!Has(DeckColumn.Price)) throw new SheetFaultException($"no column was found for 'price': expected it in 'columns' of the mapping{where}");
        if (Has(DeckColumn.Mcc) != Has(DeckColumn.Mnc))
        {
            (string there, string missing) = Has(DeckColumn.Mcc) ? ("mcc", "mnc") : ("mnc", "mcc");
            throw new SheetFaultException($"a column was found for '{there}' and none for '{missing}': a network needs both{where}");
        }

        bool hasDestination = Has(DeckColumn.Prefix) || Has(DeckColumn.Country) || Has(DeckColumn.MccMnc) || Has(DeckColumn.Mnc);
        if (!hasDestination)
            throw new SheetFaultException($"no column says where a price is for: expected 'mccmnc', 'mcc' and 'mnc', 'prefix' or 'country' in 'columns' of the mapping{where}");
        if (Has(DeckColumn.MccMnc) && Has(DeckColumn.Mcc))
            throw new SheetFaultException("both 'mccmnc' and 'mcc' with 'mnc' were found: expected one of them in 'columns' of the mapping");
        if (!Has(DeckColumn.Currency) && mapping.Currency is null)
            throw new SheetFaultException($"no column was found for 'currency', and the mapping names none: expected 'currency' there{where}");
    }

    private static string Normal(string text) => string.Concat(text.Where(char.IsLetterOrDigit)).ToLowerInvariant();

    private static string ShowAll(string[] header)
    {
        string shown = string.Join(", ", header.Take(20).Select(Show));
        return header.Length > 20 ? $"{shown}, … ({header.Length} in all)" : shown;
    }

    private static string Show(string text) => $"'{(text.Length > MostShown ? text[..MostShown] + "…" : text)}'";
}
