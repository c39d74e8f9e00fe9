using System.Diagnostics;
using System.Diagnostics.Metrics;
using Crosspoint.Engine.Stores;
using Crosspoint.Storage.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crosspoint.Benchmarks.Storage;

/// <summary>
/// Whole message lives through the real journal. <c>journal [directory] [lives]</c>: as fast as it goes, at several group sizes.
/// <c>journal-steady [directory] [rate] [seconds]</c>: commit latency at a steady rate.
/// </summary>
internal static class JournalBenchmark
{
    private static readonly TimeProvider Time = TimeProvider.System;

    public static async Task RunAsync(string[] args)
    {
        string parent = args.Length > 0 ? args[0] : Path.GetTempPath();
        int lives = args.Length > 1 ? int.Parse(args[1]) : 300_000;
        Console.WriteLine("| group | page | lives/s | µs CPU per life | log bytes per life | file bytes per life | allocated per life |");
        Console.WriteLine("| ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        await MeasureAsync(parent, 1000, 4096, 30_000, isPrinted: false);
        foreach (int page in args.Length > 2 ? [int.Parse(args[2])] : new[] { 4096, 8192, 16384 })
        {
            foreach (int group in new[] { 100, 1000 }) await MeasureAsync(parent, group, page, lives, isPrinted: true);
        }
    }

    public static async Task RunSteadyAsync(string[] args)
    {
        string parent = args.Length > 0 ? args[0] : Path.GetTempPath();
        int rate = args.Length > 1 ? int.Parse(args[1]) : 200;
        int seconds = args.Length > 2 ? int.Parse(args[2]) : 15;
        DirectoryInfo directory = Directory.CreateDirectory(Path.Combine(parent, "journal-benchmark"));
        var durations = new Dictionary<string, List<double>>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, each) =>
        {
            if (instrument.Meter.Name == "Crosspoint.Storage") each.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) =>
        {
            lock (durations)
            {
                if (!durations.TryGetValue(instrument.Name, out List<double>? values)) durations[instrument.Name] = values = [];
                values.Add(value * 1000);
            }
        });
        listener.Start();
        try
        {
            await using SqliteJournal journal = await OpenAsync(directory.FullName, 2000, 4096);
            var latencies = new List<double>[MessageLife.Steps];
            for (int i = 0; i < latencies.Length; i++) latencies[i] = new(rate * seconds);
            var done = new TaskCompletionSource();
            int left = rate * seconds;
            Action<MessageLife, StoreFailure?> told = (life, failure) =>
            {
                if (failure is not null) throw new InvalidOperationException($"A life failed: {failure}.");
                latencies[life.Step - 1].Add(Time.GetElapsedTime(life.EnqueuedAt).TotalMilliseconds);
                if (life.Step == MessageLife.Steps)
                {
                    if (--left == 0) done.SetResult();
                    return;
                }

                life.EnqueuedAt = Time.GetTimestamp();
                journal.Enqueue(life);
            };
            using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / rate), Time);
            for (int i = 0; i < rate * seconds; i++)
            {
                await timer.WaitForNextTickAsync();
                var life = new MessageLife(i, told) { EnqueuedAt = Time.GetTimestamp() };
                journal.Enqueue(life);
            }

            await done.Task;
            Console.WriteLine($"steady {rate}/s for {seconds} s, milliseconds from enqueue to told:");
            for (int i = 0; i < latencies.Length; i++) Print($"step {i + 1}", latencies[i]);
            lock (durations)
            {
                foreach ((string name, List<double> values) in durations) Print($"{name} ({values.Count} times)", values);
            }
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static async Task MeasureAsync(string parent, int group, int page, int lives, bool isPrinted)
    {
        DirectoryInfo directory = Directory.CreateDirectory(Path.Combine(parent, "journal-benchmark"));
        try
        {
            await using SqliteJournal journal = await OpenAsync(directory.FullName, group, page);
            int atOnce = group * 3;
            int started = 0;
            int ended = 0;
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Action<MessageLife, StoreFailure?> told = null!;
            told = (life, failure) =>
            {
                if (failure is not null) done.TrySetException(new InvalidOperationException($"A life failed: {failure}."));
                if (life.Step < MessageLife.Steps)
                {
                    journal.Enqueue(life);
                    return;
                }

                if (++ended == lives) done.TrySetResult();
                else if (started < lives) journal.Enqueue(new MessageLife(started++, told));
            };
            TimeSpan cpu = Process.GetCurrentProcess().TotalProcessorTime;
            long allocated = GC.GetTotalAllocatedBytes();
            long at = Time.GetTimestamp();
            int first = Math.Min(atOnce, lives);
            started = first;
            for (int i = 0; i < first; i++) journal.Enqueue(new MessageLife(i, told));
            await done.Task;
            TimeSpan took = Time.GetElapsedTime(at);
            cpu = Process.GetCurrentProcess().TotalProcessorTime - cpu;
            allocated = GC.GetTotalAllocatedBytes() - allocated;
            long log = journal.LogBytesWritten;
            await journal.CloseAsync(CancellationToken.None);
            long file = directory.EnumerateFiles("*.db", SearchOption.AllDirectories).Sum(each => each.Length);
            if (!isPrinted) return;
            Console.WriteLine(
                $"| {group} | {page} | {lives / took.TotalSeconds:F0} | {cpu.TotalMicroseconds / lives:F1} "
                    + $"| {log / lives} | {file / lives} | {allocated / lives} |");
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static void Print(string name, List<double> values)
    {
        values.Sort();
        Console.WriteLine(
            $"{name}: p50 {At(values, 0.5):F2}  p99 {At(values, 0.99):F2}  p99.9 {At(values, 0.999):F2}  max {values[^1]:F2}");
    }

    private static double At(List<double> sorted, double share) => sorted[Math.Min(sorted.Count - 1, (int)(sorted.Count * share))];

    private static ValueTask<SqliteJournal> OpenAsync(string directory, int group, int page) => SqliteJournal.OpenAsync(
        new() { Directory = directory, GroupLimit = group, PageSize = page },
        Time,
        NullLogger<SqliteJournal>.Instance,
        null,
        CancellationToken.None);
}
