using System.Buffers;
using System.Globalization;
using System.Text;

namespace Crosspoint.Engine.Rating.Import;

/// <summary>Writes a deck as the CSV that <see cref="DeckImporter"/> reads without a mapping.</summary>
public static class DeckSheet
{
    /// <summary>The header.</summary>
    public const string Header = "mccmnc,prefix,country,price,currency,from,until\n";

    /// <summary>Writes rows from one on, as many as are asked for.</summary>
    public static void Write(RateDeck deck, int first, int count, IBufferWriter<byte> output)
    {
        var line = new StringBuilder(80);
        int end = Math.Min(deck.Count, first + count);
        for (int i = first; i < end; i++)
        {
            RateRow row = deck[i];
            line.Clear();
            line.Append(row.Key.Kind switch
            {
                RateKeyKind.Network => $"{row.Key},,",
                RateKeyKind.Prefix => $",{row.Key},",
                _ => $",,{row.Key}",
            });
            line.Append(',').Append(Price.Format(row.Nanos)).Append(',').Append(row.Currency).Append(',');
            line.Append(Text(row.Period.FromInstant)).Append(',').Append(Text(row.Period.UntilInstant)).Append('\n');
            foreach (ReadOnlyMemory<char> chunk in line.GetChunks()) Encoding.UTF8.GetBytes(chunk.Span, output);
        }
    }

    /// <summary>A moment in ISO 8601; empty for none.</summary>
    public static string Text(DateTimeOffset? moment) =>
        moment is { } given ? given.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture) : "";
}
