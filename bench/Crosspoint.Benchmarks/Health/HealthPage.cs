using System.Diagnostics;
using System.Globalization;
using Crosspoint.Benchmarks.Routing;
using Crosspoint.Engine.Health;
using Crosspoint.Engine.Messages;
using static Crosspoint.Benchmarks.ResultPage;

namespace Crosspoint.Benchmarks.Health;

/// <summary>Everything that the intervals of health promise about time and memory, as one page of markdown. <c>health [seconds]</c>.</summary>
internal static class HealthPage
{
    private const int LiveCells = 100_000;
    private const int EventsPerMessage = 4;

    public static void Run(string[] args)
    {
        double seconds = args.Length > 0 ? double.Parse(args[0], CultureInfo.InvariantCulture) : 3;
        Begin("Health: how fast it is, and how much memory it takes", "health");
        Events(seconds);
        Message(seconds);
        HealthWorld full = Memory();
        Readings(full);
        End();
    }

    private static void Events(double seconds)
    {
        Head(
            "Events",
            "Submitted, answered, sent, ended: each counts in its cell, the country on the connection, the country over all connections and the account. One "
                + "thread, a second is one of its processor's, the best of ten rounds; the time of the events goes on as if a million "
                + "came a second. Target: 1,000,000 a second.");
        Console.WriteLine("| cells in turn | events/s | ns an event | octets an event |");
        Console.WriteLine("| ---: | ---: | ---: | ---: |");
        foreach (int cells in new[] { 1, 1_000, LiveCells })
        {
            var world = new HealthWorld();
            WatchedPath[] paths = [.. Enumerable.Range(0, cells).Select(world.PathOf)];
            long now = world.Table.Clock.Now;
            Tell(Math.Max(seconds, 1));
            (double best, double octets) = Best(seconds, length => Tell(length) * EventsPerMessage);
            Console.WriteLine(Invariant($"| {cells:N0} | {1e9 / best:N0} | {best:0} | {octets:0.##} |"));

            long Tell(double length)
            {
                long done = 0;
                long end = Stopwatch.GetTimestamp() + (long)(length * Stopwatch.Frequency);
                while (Stopwatch.GetTimestamp() < end)
                {
                    for (int i = 0; i < 256; i++) world.Deliver(paths[done++ % cells], now += EventsPerMessage);
                }

                return done;
            }
        }

        Console.WriteLine();
        Console.WriteLine("Octets where cells are many: their counts grow until they have met what is usual for them.");
    }

    private static void Message(double seconds)
    {
        Head(
            "A message",
            "All that health adds to it: three look-ups of its cell, four events with the time of each, two wall times translated; the best of "
                + "ten rounds. Target: under 1 µs, 0 octets.");
        Console.WriteLine("| what | ns | octets |");
        Console.WriteLine("| --- | ---: | ---: |");
        var benchmarks = new HealthBenchmarks();
        Row("a message", () => benchmarks.Message());
        Row("of that, a look-up of the cell", () => benchmarks.FindCell() ? 1 : 0);

        void Row(string what, Func<long> call)
        {
            long sum = 0;
            Loop(Math.Max(1, seconds));
            (double best, double octets) = Best(seconds, Loop);
            GC.KeepAlive(sum);
            Console.WriteLine(Invariant($"| {what} | {best:0} | {octets:0.##} |"));

            long Loop(double length)
            {
                long done = 0;
                long end = Stopwatch.GetTimestamp() + (long)(length * Stopwatch.Frequency);
                while (Stopwatch.GetTimestamp() < end)
                {
                    for (int i = 0; i < 256; i++, done++) sum += call();
                }

                return done;
            }
        }
    }

    private static HealthWorld Memory()
    {
        Head(
            "Memory",
            "Of live cells after 70 minutes of traffic, with the wider cells, keys and locks, after a full collection. Target: 100,000 cells under 1 GB.");
        Console.WriteLine("| cells | messages of each | KB a cell | MB in all |");
        Console.WriteLine("| ---: | --- | ---: | ---: |");
        foreach ((string rate, long every) in new[] { ("one in 10 minutes", 600L), ("one a minute", 60L), ("one a second", 1L) })
        {
            int cells = every == 1 ? 2_000 : 10_000;
            (HealthWorld world, long octets) = Fill(_ => every, cells);
            Say(world, rate, octets);
        }

        (HealthWorld full, long all) = Fill(static i => i % 100 == 0 ? 1L : i % 10 == 0 ? 60L : 600L, LiveCells);
        Say(full, "one in a hundred: one a second; nine: one a minute; ninety: one in 10 minutes", all);
        Console.WriteLine();
        string most = Invariant($"{CellIntervals.MostOctets / 1000.0:0.0} KB");
        Console.WriteLine($"A cell can take {most} at most, with everything that can be counted in it met at once; a country or an account more.");
        return full;

        static void Say(HealthWorld world, string rate, long octets) => Console.WriteLine(
            Invariant($"| {world.Table.Count:N0} | {rate} | {octets / 1000.0 / world.Table.Count:0.00} | {octets / 1e6:0} |"));
    }

    private static (HealthWorld World, long Octets) Fill(Func<int, long> everySeconds, int cells)
    {
        long before = GC.GetTotalMemory(forceFullCollection: true);
        var world = new HealthWorld();
        long end = world.Table.Clock.Now;
        long start = end - (70 * 60 * Micros.PerSecond);
        for (long second = 0; second < 70 * 60; second++)
        {
            for (int i = 0; i < cells; i++)
            {
                long every = everySeconds(i);
                if ((second + i) % every == 0) world.Deliver(world.PathOf(i), start + (second * Micros.PerSecond));
            }
        }

        return (world, GC.GetTotalMemory(forceFullCollection: true) - before);
    }

    private static void Readings(HealthWorld world)
    {
        Head(
            "Readings",
            Invariant($"Of the {LiveCells:N0} cells above, in the time of one processor; the best and the median of nine. ")
                + "Target: the country board under 5 ms.");
        Console.WriteLine("| reading | rows | best ms | median ms |");
        Console.WriteLine("| --- | ---: | ---: | ---: |");
        Row("country board, 15 minutes", new(HealthLevel.World, HealthInterval.FifteenMinutes), int.MaxValue);
        Row("country board, 60 minutes", new(HealthLevel.World, HealthInterval.SixtyMinutes), int.MaxValue);
        Row("connections, 15 minutes", new(HealthLevel.Connection, HealthInterval.FifteenMinutes), int.MaxValue);
        Row("a page of cells, 5 minutes", new(HealthLevel.Class, HealthInterval.FiveMinutes), 1_000);
        Row("cells of one country, 60 minutes", new(HealthLevel.Class, HealthInterval.SixtyMinutes) { Country = "BC" }, 1_000);

        void Row(string what, HealthFilter filter, int limit)
        {
            var times = new List<double>();
            int rows = 0;
            for (int i = 0; i < 12; i++)
            {
                TimeSpan start = ThreadTime.Now;
                rows = world.Table.List(filter, 0, limit).Count;
                if (i > 2) times.Add((ThreadTime.Now - start).TotalMilliseconds);
            }

            times.Sort();
            Console.WriteLine(Invariant($"| {what} | {rows:N0} | {times[0]:0.00} | {times[times.Count / 2]:0.00} |"));
        }
    }

    // The best of ten rounds, as other programs on the machine slow all of them down: nanoseconds of the processor, and the fewest octets.
    private static (double Nanoseconds, double Octets) Best(double seconds, Func<double, long> work)
    {
        (double best, double octets) = (double.MaxValue, double.MaxValue);
        for (int round = 0; round < 10; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            TimeSpan start = ThreadTime.Now;
            long done = work(seconds / 5);
            best = Math.Min(best, (ThreadTime.Now - start).TotalNanoseconds / done);
            octets = Math.Min(octets, (GC.GetAllocatedBytesForCurrentThread() - before) / (double)done);
        }

        return (best, octets);
    }
}
