using System.Globalization;
using Crosspoint.Engine.Rating;
using Crosspoint.Engine.Rating.Import;

namespace Crosspoint.Server.Configuration;

/// <summary>Reads how a vendor's rate sheet is laid out: in the file, and in the API.</summary>
internal static class DeckMappingConfig
{
    private static readonly Dictionary<string, char?> Delimiters = new(StringComparer.Ordinal)
    {
        [","] = ',',
        [";"] = ';',
        ["|"] = '|',
        ["tab"] = '\t',
    };

    private static readonly Dictionary<string, char> DecimalSigns = new(StringComparer.Ordinal) { ["."] = '.', [","] = ',' };

    private static readonly Dictionary<string, DeckEncoding> Encodings = new(StringComparer.Ordinal)
    {
        ["utf-8"] = DeckEncoding.Utf8,
        ["latin-1"] = DeckEncoding.Latin1,
    };

    public static DeckMapping Read(ConfigSection section)
    {
        string? currency = section.Text("currency", most: 20, expected: Currencies.Expected);
        if (currency is not null && !Currencies.TryFind(currency, out currency)) section.Fail("currency", $"is no currency; expected {Currencies.Expected}");
        var mapping = new DeckMapping
        {
            Delimiter = section.Choice("delimiter", null, Delimiters),
            HasHeader = section.Bool("header", true),
            SkipLines = section.Int("skip_lines", 0, 0, 1_000),
            DecimalSign = section.Choice("decimal", '.', DecimalSigns),
            Encoding = section.Choice("encoding", DeckEncoding.Utf8, Encodings),
            Currency = currency,
            DateFormat = ReadDateFormat(section),
            Columns = section.Group("columns") is { } columns ? ReadColumns(columns) : null,
        };
        if (section.Has("zone") && LimitConfig.ReadZone(section, "zone") is { } zone) mapping = mapping with { Zone = zone };
        section.Close();
        return mapping;
    }

    private static string? ReadDateFormat(ConfigSection section)
    {
        const string Expected = "how days or times are written, such as dd.MM.yyyy or MM/dd/yyyy HH:mm";
        string? format = section.Text("date_format", most: 40, expected: Expected);
        if (format is null) return null;

        // One letter alone stands for a form of the culture's, "%d" for the day of the month: neither is how a sheet writes dates.
        if (format.Length == 1)
        {
            section.Fail("date_format", $"is '{format}', one letter; expected {Expected}");
            return null;
        }

        var sample = new DateTime(2031, 12, 25, 13, 14, 15, DateTimeKind.Utc);
        try
        {
            // It must at least give a day back that it wrote itself.
            string written = sample.ToString(format, CultureInfo.InvariantCulture);
            if (DateTime.TryParseExact(written, format, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out DateTime read)
                && read.Date == sample.Date)
                return format;
        }
        catch (FormatException)
        {
            // Told below.
        }

        section.Fail("date_format", $"is '{format}'; expected {Expected}");
        return null;
    }

    private static Dictionary<DeckColumn, ColumnReference> ReadColumns(ConfigSection section)
    {
        const string Expected = "the name of a column in the header, or its place from 1";
        var columns = new Dictionary<DeckColumn, ColumnReference>();
        foreach ((string word, DeckColumn column) in DeckMapping.ColumnWords)
        {
            string? text = section.Text(word, most: 100, expected: Expected);
            if (text is null) continue;
            bool isPlace = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int place);
            if (isPlace && place is < 1 or > 1_000) section.Fail(word, $"is {text}; expected {Expected}, at most 1000");
            columns.Add(column, isPlace ? new(null, place) : new(text, 0));
        }

        section.Close();
        return columns;
    }
}
