using Crosspoint.Engine;
using Crosspoint.Engine.Health.History;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;
using Crosspoint.Storage.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using static Crosspoint.Benchmarks.ResultPage;

namespace Crosspoint.Benchmarks.Health;

/// <summary>Everything that the long view of health promises about time and size, as one page of markdown. <c>health-history</c>.</summary>
internal static class HistoryResults
{
    private const int Cells = 1_000;
    private const int MinutesOfDay = 1_440;
    private const int Days = 30;
    private const long Minute = 60 * Micros.PerSecond;
    private const long Hour = 60 * Minute;

    public static async Task RunAsync()
    {
        Begin("The long view of health: how large it is, and how fast", "health-history");
        DirectoryInfo folder = Directory.CreateTempSubdirectory("crosspoint-bench-");
        try
        {
            string file = Path.Combine(folder.FullName, SqliteHealthStore.FileName);
            var time = new StandingTime();
            var world = new HealthWorld(time, keepsHistory: true);
            SqliteHealthStore store = SqliteHealthStore.Open(file);
            await using (store.ConfigureAwait(false))
            {
                var history = new HealthHistory(world.Table, store, new(), time, NullLogger<HealthHistory>.Instance);
                long start = time.Now;
                await WriteAsync(world, history, time).ConfigureAwait(false);
                await FillAsync(store, start, file).ConfigureAwait(false);
                await ReadAsync(history, store, start).ConfigureAwait(false);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        End();
    }

    private static async Task WriteAsync(HealthWorld world, HealthHistory history, StandingTime time)
    {
        Head(
            "Writing",
            Invariant($"{Cells:N0} cells with a message a second each, for an hour: what is taken of the cells every minute, and one transaction with one sync. ")
                + "In the time of one processor; the disk is waited for besides.");
        double longest = 0;
        var times = new List<double>();
        for (int minute = 0; minute < 61; minute++)
        {
            for (int second = 0; second < 60; second++)
            {
                for (int i = 0; i < Cells; i++) world.Deliver(world.PathOf(i), world.Table.Clock.Now);
                time.Now += Micros.PerSecond;
            }

            double began = Processor();
            await history.TurnAsync().ConfigureAwait(false);
            double took = Processor() - began;
            if (minute == 59) longest = took;
            else times.Add(took);
        }

        times.Sort();
        Console.WriteLine("| what | ms |");
        Console.WriteLine("| --- | ---: |");
        Console.WriteLine(Invariant($"| a minute is taken and written, median | {times[times.Count / 2]:0} |"));
        Console.WriteLine(Invariant($"| the same with the hour put together | {longest:0} |"));
    }

    // The hour again and again, before the first.
    private static async Task FillAsync(SqliteHealthStore store, long start, string file)
    {
        Head("Size", "By the size of the file with a day of such minutes, and what each row holds.");
        List<HistoryRow> hour = await RowsAsync(store, isHours: false, start, start + Hour).ConfigureAwait(false);
        foreach (int hours in Enumerable.Range(1, (MinutesOfDay / 60) - 1))
            await AddAsync(hour.Select(row => row with { At = row.At - (hours * Hour) })).ConfigureAwait(false);

        double octets = new FileInfo(file).Length / ((double)(MinutesOfDay + 24) * Cells);
        List<HistoryRow> whole = await RowsAsync(store, isHours: true, start, start + Hour).ConfigureAwait(false);
        (double ofMinute, double ofHour) = (Mean(hour), Mean(whole));
        Console.WriteLine("| what | |");
        Console.WriteLine("| --- | ---: |");
        Console.WriteLine(Invariant($"| what happened in a minute, octets | {ofMinute:0} |"));
        Console.WriteLine(Invariant($"| what happened in an hour, octets | {ofHour:0} |"));
        Console.WriteLine(Invariant($"| a row of a minute in the file, octets | {octets:0} |"));
        Console.WriteLine(Invariant($"| 48 hours of minutes of {Cells:N0} such cells, MB | {octets * 48 * 60 * Cells / 1e6:0} |"));
        Console.WriteLine(Invariant($"| 400 days of hours of {Cells:N0} such cells, MB | {(octets - ofMinute + ofHour) * 400 * 24 * Cells / 1e6:0} |"));
        foreach (int day in Enumerable.Range(1, Days))
            await AddAsync(Enumerable.Range(0, 24).SelectMany(of => whole.Select(row => row with { At = row.At - (day * 24 * Hour) - (of * Hour) }))).ConfigureAwait(false);

        static double Mean(List<HistoryRow> rows) => rows.Average(static row => row.Body.Length);

        async Task AddAsync(IEnumerable<HistoryRow> rows)
        {
            foreach (HistoryRow[] some in rows.Chunk(20_000))
            {
                if (!(await store.AddMinutesAsync(some, CancellationToken.None).ConfigureAwait(false)).IsDone) throw new InvalidOperationException("Not written.");
            }
        }
    }

    private static async Task ReadAsync(HealthHistory history, SqliteHealthStore store, long start)
    {
        Head(
            "Readings",
            Invariant($"Of {Cells:N0} cells over {Days} days, the last with its minutes; pages of 2,000 points one after another; in the time of one processor, the best and the median of nine."));
        Console.WriteLine("| reading | points | best ms | median ms |");
        Console.WriteLine("| --- | ---: | ---: | ---: |");
        HistoryCell one = (await RowsAsync(store, isHours: true, start, start + Hour).ConfigureAwait(false))[0].Cell;
        long day = start - (23 * Hour);
        long month = start + Hour - (Days * 24 * Hour);
        var ofOne = new HistoryFilter(one.Connection, one.Country, one.Network);
        await RowAsync("a day of minutes, a connection × network", HistoryStep.Minute, HistoryLevel.Network, day, ofOne).ConfigureAwait(false);
        await RowAsync("a day of minutes, a connection", HistoryStep.Minute, HistoryLevel.Connection, day, new(one.Connection)).ConfigureAwait(false);
        await RowAsync("30 days of hours, a connection × network", HistoryStep.Hour, HistoryLevel.Network, month, ofOne).ConfigureAwait(false);
        await RowAsync("a day of hours, all connections", HistoryStep.Hour, HistoryLevel.Connection, day, default).ConfigureAwait(false);
        await RowAsync("30 days, everything as one", HistoryStep.Day, HistoryLevel.World, month, default).ConfigureAwait(false);

        var alone = new List<double>();
        for (int i = 0; i < 9; i++)
        {
            double began = Processor();
            await store.ReadHistoryAsync(false, day, start + Hour, ofOne, CancellationToken.None).ConfigureAwait(false);
            alone.Add(Processor() - began);
        }

        alone.Sort();
        Console.WriteLine(Invariant($"| of the first of them, the file | {MinutesOfDay:N0} | {alone[0]:0.0} | {alone[4]:0.0} |"));

        async Task RowAsync(string what, HistoryStep step, HistoryLevel level, long from, HistoryFilter filter)
        {
            var times = new List<double>();
            int points = 0;
            for (int i = 0; i < 9; i++)
            {
                double began = Processor();
                points = 0;
                HistoryPage? page = null;
                do
                {
                    page = await history.ReadAsync(
                        new(step, level, from, start + Hour) { Filter = filter, Limit = 2_000, After = page?.Next }, CancellationToken.None).ConfigureAwait(false);
                    points += page.Points.Count;
                }
                while (page.Next is not null);
                times.Add(Processor() - began);
            }

            times.Sort();
            Console.WriteLine(Invariant($"| {what} | {points:N0} | {times[0]:0.0} | {times[times.Count / 2]:0.0} |"));
        }
    }
    // The store works on the thread pool: of all threads.
    private static double Processor() => Environment.CpuUsage.TotalTime.TotalMilliseconds;

    private static async Task<List<HistoryRow>> RowsAsync(SqliteHealthStore store, bool isHours, long from, long before)
    {
        var rows = new List<HistoryRow>();
        for (long? next = from; next is { } begin;)
        {
            HistorySlice slice = await store.ReadHistoryAsync(isHours, begin, before, default, CancellationToken.None).ConfigureAwait(false);
            rows.AddRange(slice.Rows);
            next = slice.Next;
        }

        return rows;
    }

    /// <summary>Both clocks stand until they are moved.</summary>
    private sealed class StandingTime : TimeProvider
    {
        // A whole hour.
        public long Now { get; set; } = 490_000 * Hour;

        public override long TimestampFrequency => Micros.PerSecond;

        public override long GetTimestamp() => Now;

        public override DateTimeOffset GetUtcNow() => Micros.ToInstant(Now);
    }
}
