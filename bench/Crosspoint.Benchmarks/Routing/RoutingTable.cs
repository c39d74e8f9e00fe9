using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Numbers;
using Crosspoint.Engine.Rating;
using Crosspoint.Engine.Rating.Import;
using Crosspoint.Engine.Routing;
using Crosspoint.Engine.Routing.Explaining;
using Crosspoint.Sms.Numbers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using static Crosspoint.Benchmarks.ResultPage;

namespace Crosspoint.Benchmarks.Routing;

/// <summary>
/// Everything that routing promises about time, as one page of markdown: decisions, look-ups, imports, rebuilds, explanations.
/// <c>routing [ported rows] [seconds]</c>; <c>routing-decisions [seconds] [rounds] [rules]</c> prints decisions alone (by plans of so many rules), to
/// compare two builds in turns.
/// </summary>
internal static class RoutingTable
{
    private const int MessageCount = 16_384;
    private const int DeckRows = 1_000_000;
    private const int Rounds = 7;
    private const ulong FirstPorted = 4_915_100_000_000;
    private const ulong PortedStep = 13;

    private static readonly TimeProvider Time = TimeProvider.System;

    public static async Task RunAsync(string[] args)
    {
        int portedRows = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 5_000_000;
        double seconds = args.Length > 1 ? double.Parse(args[1], CultureInfo.InvariantCulture) : 5;
        Begin("Routing: how fast it is", "routing");
        var world = new RoutingWorld();
        Decisions(world, seconds);
        Rebuilds(world);
        Explanations(world);
        Lookups(portedRows, seconds);
        await ImportAsync().ConfigureAwait(false);
        End();
    }

    public static void RunDecisions(string[] args)
    {
        double seconds = args.Length > 0 ? double.Parse(args[0], CultureInfo.InvariantCulture) : 1;
        int rounds = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 1;
        int? only = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : null;
        var world = new RoutingWorld();
        for (int i = 0; i < rounds; i++) Decisions(world, seconds, only);
    }

    private static void Decisions(RoutingWorld world, double seconds, int? only = null)
    {
        Head(
            "Decisions",
            $"{RoutingWorld.ConnectionCount} connections, {RoutingWorld.NetworkCount} networks, {MessageCount} different messages in turn, one thread; a "
                + "second is one of its processor's; prices, fees, sell prices and quality learned of an hour of traffic, which goes on growing old by the "
                + "real clock and is renewed by another thread meanwhile. Targets: 99th percentile under 10 µs, more than 500,000 a second, 0 octets, the same "
                + "from 10 to 10,000 rules.");
        Console.WriteLine("| rules | connections a rule | p50 µs | p99 µs | p99.9 µs | decisions/s | octets a decision |");
        Console.WriteLine("| ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        RouteRequest[] requests = world.Requests(MessageCount);
        foreach ((int rules, int listed, bool isSick) in new[]
        {
            (10, 6, false), (200, 6, false), (200, 6, true), (1_000, 6, false), (10_000, 6, false), (200, RoutingWorld.ConnectionCount, false),
            (200, RoutingWorld.ConnectionCount, true),
        })
        {
            if (only is not null && only != rules) continue;
            RoutingSnapshot snapshot = world.Snapshot(world.Plan(rules, listed), world.Book, isSick);
            var buffer = new RankedCandidate[snapshot.BufferSize];
            Measured measured = Measure(requests.Length, i => snapshot.Decide(requests[i], default, buffer).Chosen, seconds);
            string lists = listed == RoutingWorld.ConnectionCount ? "all" : Invariant($"{listed}, and fallbacks");
            if (isSick) lists += "; each not well on one network in ten";
            Console.WriteLine(Invariant($"| {rules:N0} | {lists} | {measured.Columns()} |"));
        }
    }

    private static void Rebuilds(RoutingWorld world)
    {
        Head("Rebuilds", "A snapshot made anew while the one before is in use; the best and the median of seven. Target: under 200 ms.");
        Console.WriteLine("| what changed | best ms | median ms |");
        Console.WriteLine("| --- | ---: | ---: |");
        foreach (int rules in new[] { 200, 10_000 })
        {
            RoutingPlan plan = world.Plan(rules);
            Row(Invariant($"the plan, of {rules:N0} rules"), () => world.Snapshot(plan, world.Book));
        }

        RateDeck changed = world.DeckOf(100);
        var decks = new Dictionary<string, IReadOnlyList<DatedDeck>>(world.RateDefinition.Decks, StringComparer.Ordinal)
        {
            ["connection-0"] = [new(changed, 2, long.MinValue)],
        };
        RateDefinition definition = world.RateDefinition with { Decks = decks };
        Row("one deck of 40", () => RateBook.Compile(definition, Time.GetUtcNow(), 2, world.Book));
        foreach (RoutingPlan plan in new[] { world.Plan(200), world.Plan(10_000) })
        {
            RoutingSnapshot before = world.Snapshot(plan, world.Book);
            Row(
                Invariant($"one deck of 40, and the snapshot of {plan.Rules.Count:N0} rules"),
                () => before.With(before.Sources with { Rates = RateBook.Compile(definition, Time.GetUtcNow(), 2, world.Book) }));
        }

        Row("all 40 decks", () => RateBook.Compile(world.RateDefinition, Time.GetUtcNow(), 2));
    }

    private static void Explanations(RoutingWorld world)
    {
        Head("Explanations", "A decision with its record, and put into words. For people: there is no target.");
        Console.WriteLine("| rules | decision with its record µs | in words µs |");
        Console.WriteLine("| ---: | ---: | ---: |");
        RouteRequest[] requests = world.Requests(256);
        foreach (int rules in new[] { 200, 10_000 })
        {
            RoutingPlan plan = world.Plan(rules);
            var router = new Router(world.Snapshot(plan, world.Book));
            RouteDecision[] decisions = [.. requests.Select(request => router.Decide(request, default).Decision)];
            Measured decided = Measure(requests.Length, i => router.Decide(requests[i], default).Decision.Candidates.Count, 0.5);
            Measured told = Measure(requests.Length, i => RouteExplainer.Explain(decisions[i], requests[i].Head, requests[i].At, plan).ToString().Length, 0.5);
            Console.WriteLine(Invariant($"| {rules:N0} | {decided.P50:0.0} | {told.P50:0} |"));
        }
    }

    private static void Lookups(int portedRows, double seconds)
    {
        Head(
            "Number look-ups",
            "By NumberLocator, other numbers each time; a second is one of the processor's. Targets: under 1 µs without ported numbers, under 20 µs with "
                + "the file of ported numbers in the system's memory.");
        Console.WriteLine("| numbers | p50 µs | p99 µs | p99.9 µs | look-ups/s | octets a look-up |");
        Console.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: |");
        using ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        DirectoryInfo directory = Directory.CreateTempSubdirectory("crosspoint-bench-");
        try
        {
            Ask("no ported numbers: all over the world", WorldNumbers());
            Ask("no ported numbers: German", GermanNumbers(1_000_000));
            TimeSpan took = Import(directory.FullName, portedRows);
            Ask(Invariant($"{portedRows:N0} ported: those"), GermanNumbers(portedRows));
            Ask(Invariant($"{portedRows:N0} ported: others"), WorldNumbers());
            Console.WriteLine();
            Console.WriteLine(Invariant($"The import of {portedRows:N0} ported numbers took {took.TotalSeconds:0.0} s."));
        }
        finally
        {
            directory.Delete(recursive: true);
        }

        void Ask(string what, E164[] numbers)
        {
            IMeterFactory meters = services.GetRequiredService<IMeterFactory>();
            var locator = new NumberLocator(new() { Directory = directory.FullName }, Time, NullLoggerFactory.Instance, meters);
            Measured measured = Measure(
                numbers.Length, i => locator.TryLocate(numbers[i], out Located located) ? located.Destination.Network.Mcc : 0, seconds / 2);
            Console.WriteLine($"| {what} | {measured.Columns()} |");
            locator.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    private static E164[] WorldNumbers()
    {
        var random = new Random(11);
        return [.. Enumerable.Range(0, MessageCount).Select(_ => E164.FromDigits((ulong)random.NextInt64(10_000_000_000, 999_999_999_999)))];
    }

    private static E164[] GermanNumbers(int of)
    {
        var random = new Random(12);
        return [.. Enumerable.Range(0, MessageCount).Select(_ => E164.FromDigits(FirstPorted + ((ulong)random.Next(of) * PortedStep)))];
    }

    private static TimeSpan Import(string directory, int rows)
    {
        string file = Path.Combine(directory, "numbers.csv");
        using (var writer = new StreamWriter(file))
        {
            writer.WriteLine("number,network");
            for (ulong i = 0; i < (ulong)rows; i++) writer.WriteLine(Invariant($"+{FirstPorted + (i * PortedStep)},2620{1 + (i % 3)}"));
        }

        long start = Stopwatch.GetTimestamp();
        PortedImportResult result = PortedImport.Run(new() { Directory = directory, Source = "bench", File = file }, Time, null, CancellationToken.None);
        File.Delete(file);
        return result.IsImported ? Stopwatch.GetElapsedTime(start) : throw new InvalidOperationException(result.Problem);
    }

    private static async Task ImportAsync()
    {
        Head("Rate decks", Invariant($"A vendor's sheet of {DeckRows:N0} prefixes. Target: seconds."));
        Console.WriteLine("| step | ms |");
        Console.WriteLine("| --- | ---: |");
        var text = new StringBuilder("prefix,price,currency,effective from\n", DeckRows * 32);
        for (int i = 0; i < DeckRows; i++) text.Append(CultureInfo.InvariantCulture, $"{10_000_000 + (i * 71L)},0.0{100 + (i % 900)},EUR,2026-01-01\n");
        byte[] sheet = Encoding.ASCII.GetBytes(text.ToString());
        long start = Stopwatch.GetTimestamp();
        DeckImportResult result = await DeckImporter.ReadAsync(new MemoryStream(sheet), new(), progress: null, CancellationToken.None).ConfigureAwait(false);
        Say("import of the CSV");
        RateDeck deck = result.Deck ?? throw new InvalidOperationException(result.Fault);
        RateDeckDiff.Compare(deck, deck, CurrencyTable.Default, Time.GetUtcNow(), 20);
        Say("difference to the one before");
        RateBook.Compile(new() { Decks = new Dictionary<string, IReadOnlyList<DatedDeck>> { ["north-1"] = [new(deck, 1, long.MinValue)] } }, Time.GetUtcNow(), 1);
        Say("made ready for look-ups");

        void Say(string step)
        {
            Console.WriteLine(Invariant($"| {step} | {Stopwatch.GetElapsedTime(start).TotalMilliseconds:0} |"));
            start = Stopwatch.GetTimestamp();
        }
    }

    private static void Row(string what, Func<object> work)
    {
        var times = new List<double>();
        for (int i = 0; i <= Rounds; i++)
        {
            long start = Stopwatch.GetTimestamp();
            GC.KeepAlive(work());
            if (i > 0) times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        times.Sort();
        Console.WriteLine(Invariant($"| {what} | {times[0]:0.0} | {times[Rounds / 2]:0.0} |"));
    }

    // First until it is compiled for good, then as fast as it goes, then each with the clock before and after it.
    private static Measured Measure(int count, Func<int, int> call, double seconds)
    {
        long sum = 0;
        for (int i = 0; i < 2 * count; i++) sum += call(i % count);
        Loop(Math.Max(1, seconds / 2), ref sum);
        long octets = GC.GetAllocatedBytesForCurrentThread();
        TimeSpan start = ThreadTime.Now;
        long calls = Loop(seconds, ref sum);
        double took = (ThreadTime.Now - start).TotalSeconds;
        octets = GC.GetAllocatedBytesForCurrentThread() - octets;
        var ticks = new List<long>();
        long until = Stopwatch.GetTimestamp() + (long)(seconds * Stopwatch.Frequency);
        for (long now = Stopwatch.GetTimestamp(); now < until;)
        {
            sum += call(ticks.Count % count);
            long after = Stopwatch.GetTimestamp();
            ticks.Add(after - now);
            now = Stopwatch.GetTimestamp();
        }

        ticks.Sort();
        GC.KeepAlive(sum);
        return new(At(0.5), At(0.99), At(0.999), calls / took, octets / (double)calls);

        double At(double share) => ticks[(int)((ticks.Count - 1) * share)] * 1e6 / Stopwatch.Frequency;

        long Loop(double length, ref long total)
        {
            const int Between = 256;
            long done = 0;
            int at = 0;
            long end = Stopwatch.GetTimestamp() + (long)(length * Stopwatch.Frequency);
            while (Stopwatch.GetTimestamp() < end)
            {
                for (int i = 0; i < Between; i++)
                {
                    total += call(at);
                    at = at + 1 < count ? at + 1 : 0;
                }

                done += Between;
            }

            return done;
        }
    }

    private sealed record Measured(double P50, double P99, double P999, double PerSecond, double Octets)
    {
        public string Columns() => Invariant($"{P50:0.00} | {P99:0.00} | {P999:0.00} | {PerSecond:N0} | {Octets:0.##}");
    }
}
