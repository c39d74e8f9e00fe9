using System.Text;

namespace Crosspoint.Engine.Rating;

/// <summary>
/// A deck as octets, for the store: a format's number, the currencies, the periods, then the rows in the order of their keys, each as the distance
/// to the key before it, the price, and the places of currency and period. Numbers are of 7 bits an octet.
/// </summary>
public static class RateDeckCodec
{
    private const int Format = 1;
    private const string Magic = "CPRD";

    public static byte[] Write(RateDeck deck)
    {
        using var stream = new MemoryStream(64 + (deck.Count * 10));
        using (var writer = new BinaryWriter(stream, Encoding.ASCII, leaveOpen: true))
        {
            writer.Write(Encoding.ASCII.GetBytes(Magic));
            writer.Write7BitEncodedInt(Format);
            writer.Write7BitEncodedInt(deck.CurrencyCodes.Length);
            foreach (string code in deck.CurrencyCodes) writer.Write(code);
            writer.Write7BitEncodedInt(deck.Periods.Length);
            foreach (RatePeriod period in deck.Periods)
            {
                writer.Write(period.From);
                writer.Write(period.Until);
            }

            writer.Write7BitEncodedInt(deck.Count);
            ulong before = 0;
            for (int row = 0; row < deck.Count; row++)
            {
                writer.Write7BitEncodedInt64((long)(deck.Keys[row] - before));
                writer.Write7BitEncodedInt64(deck.Nanos[row]);
                writer.Write(deck.CurrencyOfRow[row]);
                writer.Write7BitEncodedInt(deck.PeriodOfRow[row]);
                before = deck.Keys[row];
            }
        }

        return stream.ToArray();
    }

    /// <exception cref="InvalidDataException">These are not the octets of a deck, or of a newer program's.</exception>
    public static RateDeck Read(byte[] octets)
    {
        try
        {
            using var reader = new BinaryReader(new MemoryStream(octets, writable: false), Encoding.ASCII);
            if (Encoding.ASCII.GetString(reader.ReadBytes(Magic.Length)) != Magic) throw new InvalidDataException("This is no rate deck.");
            int format = reader.Read7BitEncodedInt();
            if (format != Format) throw new InvalidDataException($"The rate deck has format {format}, and this program knows {Format}.");
            return ReadBody(reader, octets.Length);
        }
        catch (Exception error) when (error is EndOfStreamException or FormatException)
        {
            throw new InvalidDataException("The rate deck is damaged.", error);
        }
    }

    private static RateDeck ReadBody(BinaryReader reader, int length)
    {
        var currencies = new string[CountOf(reader, length)];
        for (int i = 0; i < currencies.Length; i++) currencies[i] = string.Intern(reader.ReadString());
        var periods = new RatePeriod[CountOf(reader, length)];
        for (int i = 0; i < periods.Length; i++) periods[i] = new(reader.ReadInt64(), reader.ReadInt64());
        int count = CountOf(reader, length);
        var keys = new ulong[count];
        var nanos = new long[count];
        var currencyOfRow = new byte[count];
        var periodOfRow = new int[count];
        ulong key = 0;
        for (int row = 0; row < count; row++)
        {
            key += (ulong)reader.Read7BitEncodedInt64();
            keys[row] = key;
            nanos[row] = reader.Read7BitEncodedInt64();
            currencyOfRow[row] = reader.ReadByte();
            periodOfRow[row] = reader.Read7BitEncodedInt();
            if (currencyOfRow[row] >= currencies.Length || (uint)periodOfRow[row] >= (uint)periods.Length || nanos[row] < 0)
                throw new InvalidDataException("The rate deck is damaged.");
        }

        return new(keys, nanos, currencyOfRow, periodOfRow, currencies, periods);
    }

    // Each of what is counted takes an octet at least: a number that cannot be is not allocated for.
    private static int CountOf(BinaryReader reader, int length)
    {
        int count = reader.Read7BitEncodedInt();
        return count >= 0 && count <= length ? count : throw new InvalidDataException("The rate deck is damaged.");
    }
}
