using System.Globalization;
using System.Text;
using Crosspoint.Sms.Numbers;
using CsvHelper;
using CsvHelper.Configuration;

namespace Crosspoint.Engine.Rating.Import;

/// <summary>
/// Reads a vendor's rate sheet (CSV) into a deck. Either every row is right, or there is no deck and a list of what is wrong. Memory is bounded by the number of
/// rows: lines, fields and the list have bounds of their own.
/// </summary>
#pragma warning disable CA1001 // The parser lives within one method, which disposes it.
public sealed class DeckImporter
#pragma warning restore CA1001
{
    /// <summary>Longest field in characters.</summary>
    public const int MostFieldCharacters = 1_000;

    private const int HeadBytes = 4096;
    private const int MostShownCharacters = 40;
    private const int ProgressRows = 10_000;

    private readonly DeckMapping _mapping;
    private readonly RateDeckBuilder _builder = new();
    private readonly SheetDates _dates;
    private readonly Dictionary<string, string?> _countries = new(StringComparer.Ordinal);
    private readonly List<BadRow> _bad = [];
    private SheetColumns? _columns;
    private CsvParser _parser = null!;
    private int _rows;
    private int _badRows;
    private int _zeros;
    private int _line;
    private bool _isBad;

    private DeckImporter(DeckMapping mapping)
    {
        _mapping = mapping;
        _dates = new(mapping);
    }

    /// <summary>Reads to the end of the stream, or to what makes the rest unreadable.</summary>
    /// <param name="progress">Told every 10,000 rows, and at the end.</param>
    public static Task<DeckImportResult> ReadAsync(
        Stream stream, DeckMapping mapping, IProgress<DeckProgress>? progress, CancellationToken cancellationToken) =>
        new DeckImporter(mapping).RunAsync(stream, progress, cancellationToken);

    private async Task<DeckImportResult> RunAsync(Stream stream, IProgress<DeckProgress>? progress, CancellationToken cancellationToken)
    {
        string? fault = null;
        RateDeck? deck = null;
        try
        {
            byte[] head = new byte[HeadBytes];
            int length = await stream.ReadAtLeastAsync(head, HeadBytes, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            if (length == 0) throw new SheetFaultException("it is empty: expected a header and rows");
            Recognise(head.AsSpan(0, length));
            var octets = new HeadedStream(head.AsMemory(0, length), stream);
            using var text = new SheetReader(new StreamReader(octets, EncodingOf(_mapping.Encoding), detectEncodingFromByteOrderMarks: true, 64 * 1024, leaveOpen: true));
            if (await text.SkipLinesAsync(_mapping.SkipLines, cancellationToken).ConfigureAwait(false))
                await ReadRowsAsync(text, octets, progress, cancellationToken).ConfigureAwait(false);
            if (_columns is null) throw new SheetFaultException("it is empty: expected a header and rows");
            if (_rows == 0) throw new SheetFaultException("it has no rows");
            if (_badRows == 0) deck = _builder.Build(Contradict);
            progress?.Report(new(_rows, octets.Octets, _badRows));
        }
        catch (SheetFaultException refusal)
        {
            fault = refusal.Message;
        }
        catch (DecoderFallbackException)
        {
            fault = $"it is not valid UTF-8 near line {_line + 1}: save it as UTF-8, or say 'encoding: latin-1' in the mapping";
        }

        _bad.Sort(static (a, b) => a.Line.CompareTo(b.Line));
        return new()
        {
            Deck = deck,
            Fault = fault,
            Rows = _rows,
            BadRowCount = _badRows,
            BadRows = _bad,
            ZeroPrices = _zeros,
            Columns = _columns?.Shown ?? [],
        };
    }

    private async Task ReadRowsAsync(
        SheetReader text, HeadedStream octets, IProgress<DeckProgress>? progress, CancellationToken cancellationToken)
    {
        var configuration = new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            Delimiter = (_mapping.Delimiter ?? FindDelimiter(text.Head)).ToString(),
            HasHeaderRecord = false,
            IgnoreBlankLines = true,
            TrimOptions = TrimOptions.Trim,
            LineBreakInQuotedFieldIsBadData = true,
            MaxFieldSize = MostFieldCharacters,
            BufferSize = 64 * 1024,
            BadDataFound = OnBadData,
        };
        using (_parser = new CsvParser(text, configuration, leaveOpen: true))
        {
            if (!_mapping.HasHeader) _columns = SheetColumns.Find(_mapping, header: null);
            else if (await NextAsync().ConfigureAwait(false)) _columns = SheetColumns.Find(_mapping, _parser.Record);
            while (_columns is not null && await NextAsync().ConfigureAwait(false))
            {
                if (_rows == RateDeck.MostRows) throw new SheetFaultException($"it has more than {RateDeck.MostRows} rows");
                _rows++;
                ReadRow(_columns);
                if (_rows % ProgressRows != 0) continue;
                cancellationToken.ThrowIfCancellationRequested();
                progress?.Report(new(_rows, octets.Octets, _badRows));
            }
        }
    }

    private async ValueTask<bool> NextAsync()
    {
        try
        {
            _line = _mapping.SkipLines + _parser.RawRow;
            if (!await _parser.ReadAsync().ConfigureAwait(false)) return false;
            _line = _mapping.SkipLines + _parser.RawRow;
            return true;
        }
        catch (MaxFieldSizeException)
        {
            throw new SheetFaultException($"a field on line {_line + 1} or after it is longer than {MostFieldCharacters} characters: is a quote not closed?");
        }
    }

    private void OnBadData(BadDataFoundArgs args) =>
        throw new SheetFaultException($"the quotes near line {_line + 1} are not as CSV wants them: a quoted field must be closed on its line, and a quote in it doubled");

    private void ReadRow(SheetColumns columns)
    {
        _isBad = false;
        bool hasKey = TryReadKey(columns, out RateKey key);
        string priceText = Field(columns, DeckColumn.Price);
        if (!Price.TryParse(priceText, _mapping.DecimalSign, out long nanos))
        {
            Bad(
                DeckColumn.Price, priceText,
                $"digits with '{_mapping.DecimalSign}' for the decimals, at most {Price.MostUnits} and nine decimals, without currency or grouping");
        }

        string currency = _mapping.Currency ?? "";
        if (Field(columns, DeckColumn.Currency) is { Length: > 0 } currencyText && !Currencies.TryFind(currencyText, out currency))
            Bad(DeckColumn.Currency, currencyText, Currencies.Expected);
        else if (currency.Length == 0) Bad(DeckColumn.Currency, "", Currencies.Expected);
        RatePeriod period = ReadPeriod(columns);
        if (_isBad)
        {
            _badRows++;
            return;
        }

        if (nanos == 0) _zeros++;
        if (hasKey && _badRows == 0) _builder.Add(_line, key, nanos, currency, period);
    }

    private RatePeriod ReadPeriod(SheetColumns columns)
    {
        string fromText = Field(columns, DeckColumn.From);
        string untilText = Field(columns, DeckColumn.Until);
        if (fromText.Length == 0 && untilText.Length == 0) return RatePeriod.Always;
        long? from = fromText.Length == 0 ? long.MinValue : _dates.From(fromText);
        long? until = untilText.Length == 0 ? long.MaxValue : _dates.Until(untilText);
        if (from is null) Bad(DeckColumn.From, fromText, _dates.Expected);
        if (until is null) Bad(DeckColumn.Until, untilText, _dates.Expected);
        if (until <= from) Bad(DeckColumn.Until, untilText, "an end after the beginning");
        return new(from ?? long.MinValue, until ?? long.MaxValue);
    }

    // A network says more than a prefix, and either more than the country that stands beside it.
    private bool TryReadKey(SheetColumns columns, out RateKey key)
    {
        key = default;
        string prefix = Field(columns, DeckColumn.Prefix);
        bool hasNetwork = TryReadNetwork(columns, out NetworkId network);
        if (_isBad) return false;
        if (hasNetwork && prefix.Length > 0)
        {
            Bad(DeckColumn.Prefix, prefix, "a network or a prefix, not both: name the column that counts in 'columns' of the mapping");
            return false;
        }

        if (hasNetwork)
        {
            key = RateKey.Of(network);
            return true;
        }

        if (prefix.Length > 0)
        {
            if (RateKey.TryPrefix(prefix[0] == '+' ? prefix.AsSpan(1) : prefix, out key)) return true;
            Bad(DeckColumn.Prefix, prefix, "the first 1 to 15 digits of international numbers, with or without +, one prefix a row");
            return false;
        }

        string country = Field(columns, DeckColumn.Country);
        if (country.Length == 0)
        {
            Bad("", "", "a network, a prefix or a country");
            return false;
        }

        if (!_countries.TryGetValue(country, out string? code))
        {
            code = CountryNames.TryFind(country, out string found) ? found : null;
            if (_countries.Count < 10_000) _countries.Add(country, code);
        }

        if (code is not null) return RateKey.TryCountry(code, out key);
        Bad(DeckColumn.Country, country, "an ISO 3166-1 code of two letters, or a country's name in English");
        return false;
    }

    private bool TryReadNetwork(SheetColumns columns, out NetworkId network)
    {
        network = default;
        const string Expected = "three digits of MCC and two or three of MNC, such as 26201, 262-01 or 310260";
        string both = Field(columns, DeckColumn.MccMnc);
        if (both.Length > 0)
        {
            if (NetworkId.TryParse(both, out network))
            {
                network = Networks.Resolve(network);
                return true;
            }

            Bad(DeckColumn.MccMnc, both, Expected);
            return false;
        }

        string mcc = Field(columns, DeckColumn.Mcc);
        string mnc = Field(columns, DeckColumn.Mnc);
        if (mcc.Length == 0 && mnc.Length == 0) return false;
        if (mcc.Length != 3 || mcc.AsSpan().ContainsAnyExceptInRange('0', '9')) Bad(DeckColumn.Mcc, mcc, "three digits beside the MNC");

        // A spreadsheet takes the zero off 01.
        else if (mnc.Length is 0 or > 3 || !NetworkId.TryParse(mcc + mnc.PadLeft(2, '0'), out network))
            Bad(DeckColumn.Mnc, mnc, "one to three digits beside the MCC; a price for a whole country goes by 'country'");
        else network = Networks.Resolve(network);
        return network.IsKnown;
    }

    private string Field(SheetColumns columns, DeckColumn column)
    {
        int place = columns[column];
        return place >= 0 && place < _parser.Count ? _parser[place] : "";
    }

    private void Bad(DeckColumn column, string value, string expected) => Bad(DeckMapping.WordOf(column), value, expected);

    private void Bad(string column, string value, string expected)
    {
        _isBad = true;
        if (_bad.Count < DeckImportResult.MostListed) _bad.Add(new(_line, column, Shown(value), expected));
    }

    private void Contradict(int line, int first, RateKey key)
    {
        _badRows++;
        if (_bad.Count < DeckImportResult.MostListed)
            _bad.Add(new(line, "", key.ToString(), $"one row for a destination and beginning; the first is on line {first}"));
    }

    private static string Shown(string value)
    {
        string shown = string.Concat(value.Select(static c => char.IsControl(c) ? '\uFFFD' : c));
        return shown.Length > MostShownCharacters ? shown[..MostShownCharacters] : shown;
    }

    private static Encoding EncodingOf(DeckEncoding encoding) => encoding == DeckEncoding.Latin1
        ? Encoding.Latin1
        : new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    // What is often sent in place of a text.
    private static void Recognise(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith("PK\u0003\u0004"u8)) throw new SheetFaultException("it is a ZIP archive or an Excel workbook (.xlsx): save the sheet as CSV");
        if (head.StartsWith((ReadOnlySpan<byte>)[0xD0, 0xCF, 0x11, 0xE0])) throw new SheetFaultException("it is an Excel workbook (.xls): save the sheet as CSV");
        if (head.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B])) throw new SheetFaultException("it is compressed (gzip): unpack it first");
        if (head.StartsWith("%PDF"u8)) throw new SheetFaultException("it is a PDF: ask for the sheet as CSV");
        bool isUtf16 = head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || head.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]);
        if (!isUtf16 && head.Contains((byte)0)) throw new SheetFaultException("it holds zero octets, as no text does: save it as UTF-8");
    }

    // What stands most often in the first line that has any, outside of quotes.
    private static char FindDelimiter(ReadOnlySpan<char> head)
    {
        const string Known = ",;\t|";
        Span<int> counts = stackalloc int[Known.Length];
        bool isQuoted = false;
        foreach (char read in head)
        {
            if (read == '"') isQuoted = !isQuoted;
            if (read is '\n' or '\r' && counts.IndexOfAnyExcept(0) >= 0) break;
            int place = isQuoted ? -1 : Known.IndexOf(read, StringComparison.Ordinal);
            if (place >= 0) counts[place]++;
        }

        int best = 0;
        for (int i = 1; i < counts.Length; i++)
        {
            if (counts[i] > counts[best]) best = i;
        }

        if (counts[best] == 0) throw new SheetFaultException("its first line has one column: expected several, separated by comma, semicolon, tabulator or bar");
        return Known[best];
    }
}
