using System.Diagnostics;
using System.Globalization;
using System.Text;
using Crosspoint.Engine.Rating;
using Crosspoint.Engine.Rating.Import;

namespace Crosspoint.Benchmarks.Rating;

/// <summary>A sheet of a million rows: import, compile, compare, write and read for the store; and what it takes of memory.</summary>
internal static class RateDeckBenchmark
{
    public static async Task RunAsync(string[] args)
    {
        int rows = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1_000_000;
        byte[] sheet = Sheet(rows);
        Console.WriteLine("| step | rows | ms |");
        Console.WriteLine("| --- | ---: | ---: |");
        long start = Stopwatch.GetTimestamp();
        DeckImportResult result = await DeckImporter.ReadAsync(new MemoryStream(sheet), new(), progress: null, CancellationToken.None);
        RateDeck deck = result.Deck ?? throw new InvalidOperationException(result.Fault);
        Say("import of the CSV", start);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        start = Stopwatch.GetTimestamp();
        ConnectionRates rates = Samples.Compile(deck);
        Say("compile", start);
        long compiled = GC.GetTotalMemory(forceFullCollection: true) - before;
        start = Stopwatch.GetTimestamp();
        RateDeckDiff diff = RateDeckDiff.Compare(deck, deck, CurrencyTable.Default, Samples.Now, 20);
        Say("compare with another", start);
        start = Stopwatch.GetTimestamp();
        byte[] octets = RateDeckCodec.Write(deck);
        Say("write for the store", start);
        start = Stopwatch.GetTimestamp();
        RateDeck again = RateDeckCodec.Read(octets);
        Say("read from the store", start);
        Console.WriteLine();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"octets: CSV {sheet.Length}, stored {octets.Length}, compiled table {compiled}; rows: {again.Count} read, {rates.Count} with a price, {diff.Unchanged} unchanged"));

        void Say(string step, long from) => Console.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"| {step} | {rows} | {Stopwatch.GetElapsedTime(from).TotalMilliseconds:0} |"));
    }

    private static byte[] Sheet(int rows)
    {
        var text = new StringBuilder("prefix,price,currency,effective from\n", rows * 32);
        for (int i = 0; i < rows; i++)
            text.Append(CultureInfo.InvariantCulture, $"{10_000_000 + (i * 71L)},0.0{100 + (i % 900)},EUR,2026-01-01\n");
        return Encoding.ASCII.GetBytes(text.ToString());
    }
}
